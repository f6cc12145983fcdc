//! What a bot says in a room.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/messages/>

use serde::{Deserialize, Serialize};

use super::cut::cut;
use super::{Block, Divider, Header, HeaderStyle, InMessage};
use crate::kakao::field::closed_debug;
use crate::kakao::id::{WorkConversationId, WorkUserId};
use crate::kakao::limits::work::MESSAGE_TEXT_SANE;
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;

/// A message: a text, and blocks that are shown in its place by clients that can.
///
/// ```
/// use shared::kakao::work::{Action, ActionRow, Button, Description, HeaderStyle, Message};
///
/// let message = Message::new("휴가 신청이 왔어요")
///     .header("휴가 신청", HeaderStyle::Blue)
///     .block(Description::new("기간", "3월 2일부터 3일"))
///     .divider()
///     .block(ActionRow::two(
///         Button::new("승인", Action::submit("approve", "a1")).primary(),
///         Button::new("의견 쓰기", Action::modal("a1")),
///     ));
/// assert!(message.checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// `message` in some exports of the Block Kit Builder. Not sent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The message itself, or what push, room list and old clients show in the place of the blocks. 1 to 10,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The blocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<Block>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Message);
generous!(Message { kind = "type", text = "text", blocks = "blocks" });

impl Message {
    /// A text, cut to 3,000 characters; not every client shows more.
    pub fn new(text: impl Into<String>) -> Self {
        Message { text: Some(cut(text, MESSAGE_TEXT_SANE)), ..Self::default() }
    }

    /// The blocks; empty if there are none.
    pub fn blocks(&self) -> &[Block] {
        self.blocks.as_deref().unwrap_or_default()
    }

    /// Puts a coloured title in front, in the place of one that is there.
    pub fn header(mut self, text: impl Into<String>, style: HeaderStyle) -> Self {
        let blocks = self.blocks.get_or_insert_default();
        blocks.retain(|block| !matches!(block, Block::Header(_)));
        blocks.insert(0, Header::new(text, style).into());
        self
    }

    /// Adds a block.
    pub fn block(mut self, block: impl InMessage) -> Self {
        self.blocks.get_or_insert_default().push(block.into());
        self
    }

    /// Adds a line.
    pub fn divider(mut self) -> Self {
        self.blocks.get_or_insert_default().push(Divider::default().into());
        self
    }

    /// Turns flat buttons, as clients before 1.11 had them, into nested ones. Returns how many there were.
    pub fn nest_buttons(&mut self) -> usize {
        self.blocks.iter_mut().flatten().map(Block::nest_buttons).sum()
    }
}

impl Block {
    /// Turns flat buttons in this block into nested ones. Returns how many there were.
    pub fn nest_buttons(&mut self) -> usize {
        match self {
            Block::Button(button) if button.is_flat() => {
                button.nest();
                1
            }
            Block::ActionRow(row) => row.elements.iter_mut().flatten().map(Block::nest_buttons).sum(),
            _ => 0,
        }
    }
}

/// To whom a message goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// Into a room.
    Room(WorkConversationId),
    /// To a member, in the room of two with the bot.
    Member(WorkUserId),
    /// To whoever joined with this address.
    Email(String),
}

/// Says which kind it is and never whom.
impl std::fmt::Debug for To {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            To::Room(_) => "Room(..)",
            To::Member(_) => "Member(..)",
            To::Email(_) => "Email(..)",
        })
    }
}
