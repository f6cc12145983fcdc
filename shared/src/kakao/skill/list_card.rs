//! `listCard`: a headed list of up to five items.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Button, ButtonAction, ButtonLayout, Link, Map};
use crate::kakao::field::closed_debug;

/// A headed list of up to 5 items, 4 in a carousel.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
        self.description = Some(description.into());
        self
    }

    /// Sets the picture.
    pub fn image(mut self, image_url: impl Into<String>) -> Self {
        self.image_url = Some(image_url.into());
        self
    }

    /// Opens a page when tapped.
    pub fn link(mut self, link: impl Into<Link>) -> Self {
        self.link = Some(link.into());
        self
    }

    /// Says this when tapped.
    pub fn message(mut self, message_text: impl Into<String>) -> Self {
        self.action = Some(ButtonAction::Message);
        self.message_text = Some(message_text.into());
        self
    }

    /// Calls this block when tapped.
    pub fn block(mut self, block_id: impl Into<String>) -> Self {
        self.action = Some(ButtonAction::Block);
        self.block_id = Some(block_id.into());
        self
    }

    /// Carries a value that the next request brings back. One that is no JSON is left out.
    pub fn extra(mut self, extra: impl Serialize) -> Self {
        self.extra = serde_json::to_value(extra).ok();
        self
    }
}
