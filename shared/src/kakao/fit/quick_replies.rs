//! Mends quick replies. Those for which there is no room wait behind a "more" entry, which carries them.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! Nothing is kept on our side: what an entry carries as `extra` comes back as `action.clientExtra` when it is tapped.
//!
//! ```text
//! 23 replies -> [1..9] [더 보기 {2, 10..23}] -tap-> [10..18] [더 보기 {3, 19..23}] -tap-> [19..23]
//! ```

use serde::{Deserialize, Serialize};

use super::buttons::keep_words;
use super::mender::{Mender, sift};
use super::notes;
use crate::kakao::limits::{At, LABEL_MAX, QUICK_REPLIES_MAX, chars, filled, json_bytes};
use crate::kakao::skill::{ButtonAction, QuickReply, SkillRequest, SkillResponse};

/// Bytes of JSON that a "more" entry carries. Ours: how much the platform passes through is not documented.
pub const MORE_BYTES_MAX: usize = 8 * 1024;
/// Bytes that are read. More, because the platform may write numbers its own way on the way back.
const READ_BYTES_MAX: usize = 2 * MORE_BYTES_MAX;
/// Member of `extra` under which the replies travel. Reserved: an author's `extra` does not have it.
const KEY: &str = "fit.more";
/// Quick replies beside a "more" entry.
const PAGE: usize = QUICK_REPLIES_MAX - 1;
/// Pages that are believed. A page has nine replies of a few bytes each at the least.
const PAGES_MAX: u32 = 1000;

/// What a "more" entry carries.
#[derive(Serialize, Deserialize)]
struct More {
    /// The page that it leads to; the first one is 1.
    page: u32,
    /// Everything that has not been shown.
    replies: Vec<QuickReply>,
}

/// One round over the quick replies. `surplus`: buttons for which a card had no room.
pub(super) fn quick_replies(
    m: &mut Mender<'_>,
    replies: &mut Option<Vec<QuickReply>>,
    surplus: Vec<QuickReply>,
    at: At<'_>,
) {
    if m.setting.group_chat {
        if replies.as_ref().is_some_and(|replies| !replies.is_empty()) {
            *replies = None;
            m.told("R94", at);
        }
        return;
    }
    if !surplus.is_empty() {
        replies.get_or_insert_default().extend(surplus);
    }
    sift(replies, at, |reply, at| r90_works(m, reply, at));
    if let Some(replies) = replies.as_mut().filter(|replies| replies.len() > QUICK_REPLIES_MAX) {
        m.told("R04", at);
        for i in page(replies, 1, m.block) {
            m.told("R04", at.index(i));
        }
    }
}

/// The next page of quick replies, if this request is a tap on a "more" entry that [`fit`](super::fit) made. It is what
/// somebody sent, so it is fitted like any other answer.
pub fn next_page(request: &SkillRequest) -> Option<SkillResponse> {
    let more = request.action.get()?.client_extra()?.get(KEY)?;
    if json_bytes(more) > READ_BYTES_MAX {
        return None;
    }
    let More { page, mut replies } = More::deserialize(more).ok()?;
    if replies.is_empty() || !(2..=PAGES_MAX).contains(&page) {
        return None;
    }
    let text = notes::page(page, page - 1 + pages(replies.len()));
    self::page(&mut replies, page, request.block().and_then(|block| block.id()));
    Some(SkillResponse::text(text).quick_replies(replies))
}

/// Leaves one page of the replies, the last of them an entry that carries the others. Says which had no room there.
fn page(replies: &mut Vec<QuickReply>, page: u32, block: Option<&str>) -> Vec<usize> {
    if replies.len() <= QUICK_REPLIES_MAX {
        return Vec::new();
    }
    let mut bytes = json_bytes(&More { page: PAGES_MAX, replies: Vec::new() });
    let (mut waiting, mut cut) = (Vec::new(), Vec::new());
    for (i, reply) in replies.split_off(PAGE).into_iter().enumerate() {
        // With the comma.
        let with = bytes + json_bytes(&reply) + 1;
        if with <= MORE_BYTES_MAX {
            bytes = with;
            waiting.push(reply);
        } else {
            cut.push((PAGE + i, reply));
        }
    }
    // An entry that stands for one reply, or none, is worth less than a reply.
    if waiting.len() < 2 {
        let shown = waiting.pop().or_else(|| (!cut.is_empty()).then(|| cut.remove(0).1));
        replies.extend(shown);
    } else {
        replies.push(more(More { page: page + 1, replies: waiting }, block));
    }
    cut.into_iter().map(|(i, _)| i).collect()
}

/// The entry. Without a block to call it says its words, which the bot then hears like any others.
fn more(more: More, block: Option<&str>) -> QuickReply {
    let entry = match block.filter(|block| !block.is_empty()) {
        Some(block) => {
            QuickReply { message_text: Some(notes::MORE.to_owned()), ..QuickReply::block(notes::MORE, block) }
        }
        None => QuickReply::message(notes::MORE, notes::MORE),
    };
    entry.extra(serde_json::json!({ KEY: more }))
}

/// How many pages so many replies take.
fn pages(mut count: usize) -> u32 {
    let mut pages = 1;
    while count > QUICK_REPLIES_MAX {
        count -= PAGE;
        pages += 1;
    }
    pages
}

/// Whether a reply does something; its label is made short.
fn r90_works(m: &mut Mender<'_>, reply: &mut QuickReply, at: At<'_>) -> bool {
    let kind = reply.kind();
    let works = m.require(filled(&reply.label), "R90", at.key("label"))
        && match &kind {
            Some(ButtonAction::Message) => m.require(filled(&reply.message_text), "R90", at.key("messageText")),
            Some(ButtonAction::Block) => m.require(filled(&reply.block_id), "R90", at.key("blockId")),
            _ => m.require(false, "R90", at.key("action")),
        };
    if works && chars(reply.label.as_deref().unwrap_or_default()) > LABEL_MAX {
        keep_words(kind.as_ref(), &reply.label, &mut reply.message_text);
        m.shorten(&mut reply.label, LABEL_MAX, "R90", at.key("label"));
    }
    works
}
