//! `listCard`: a headed list of up to five items.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;
use serde_json::Value;

use super::generous::{generous, optional, optional_value};
use super::{Button, ButtonAction, ButtonLayout, Link, Map};
use crate::kakao::field::closed_debug;

/// A headed list of up to 5 items, 4 in a carousel.
///
/// ```
/// use shared::kakao::skill::{ListCard, ListItem, SkillResponse};
/// let card = ListCard::new("오늘의 메뉴")
///     .item(ListItem::new("김밥").message("김밥 주세요"))
///     .item(ListItem::new("라면").link("https://example.com/ramen"));
/// # assert!(SkillResponse::new().output(card).checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListCard {
    /// The head; only its title shows. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<ListItem>,
    /// The items. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<ListItem>>,
    /// At most 2 side by side or 3 one under the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Button>>,
    /// Direction of the buttons; without it the picture decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_layout: Option<ButtonLayout>,
    /// Group chat only: `ranking`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_layout: Option<String>,
    /// Whether the bubble shows the forward icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwardable: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One line of a list card.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListItem {
    /// Required; becomes the utterance when the item calls a block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Second line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Small square picture at the right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Page to open. Not together with `action`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// `block` or `message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ButtonAction>,
    /// The block to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<String>,
    /// What to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_text: Option<String>,
    /// Arrives as `action.clientExtra` of the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(ListCard, ListItem);
generous!(ListCard { header = "header", items = "items", buttons = "buttons", button_layout = "buttonLayout", list_layout = "listLayout", forwardable = "forwardable" });
generous!(ListItem { title = "title", description = "description", image_url = "imageUrl", link = "link", action = "action", block_id = "blockId", message_text = "messageText", extra = "extra" });

impl ListCard {
    /// A list under this header.
    pub fn new(header: impl Into<String>) -> Self {
        ListCard { header: Some(ListItem::new(header)), items: Some(Vec::new()), ..Self::default() }
    }

    /// Adds an item.
    pub fn item(mut self, item: ListItem) -> Self {
        self.items.get_or_insert_default().push(item);
        self
    }

    /// Group chat only: numbers the items as a ranking.
    pub fn ranking(mut self) -> Self {
        self.list_layout = Some("ranking".to_owned());
        self
    }

    /// Adds items.
    pub fn items(mut self, items: impl IntoIterator<Item = ListItem>) -> Self {
        self.items.get_or_insert_default().extend(items);
        self
    }
}

impl ListItem {
    /// An item with this title.
    pub fn new(title: impl Into<String>) -> Self {
        ListItem { title: Some(title.into()), ..Self::default() }
    }

    /// Sets the second line.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = optional(description);
        self
    }

    /// Sets the picture.
    pub fn image(mut self, image_url: impl Into<String>) -> Self {
        self.image_url = optional(image_url);
        self
    }

    /// Opens a page when tapped. An item leads to one place: what was set before is taken back.
    pub fn link(mut self, link: impl Into<Link>) -> Self {
        (self.action, self.message_text, self.block_id, self.extra) = (None, None, None, None);
        self.link = link.into().some();
        self
    }

    /// Says this when tapped. An item leads to one place: a link or block set before is taken back.
    pub fn message(mut self, message_text: impl Into<String>) -> Self {
        (self.link, self.block_id) = (None, None);
        self.action = Some(ButtonAction::Message);
        self.message_text = Some(message_text.into());
        self
    }

    /// Calls this block when tapped; the title shows as said. An item leads to one place: a link or message set before
    /// is taken back.
    pub fn block(mut self, block_id: impl Into<String>) -> Self {
        (self.link, self.message_text) = (None, None);
        self.action = Some(ButtonAction::Block);
        self.block_id = Some(block_id.into());
        self
    }

    /// Carries an object that the next request brings back. Only [`message`](Self::message) and [`block`](Self::block)
    /// make a request; an item with a link carries nothing. Neither is what is no JSON.
    pub fn extra(mut self, extra: impl Serialize) -> Self {
        self.extra = if self.link.is_none() { optional_value(extra) } else { None };
        self
    }
}
