//! `buttons[]`: what a person can do with a card.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::open::open_enum;
use super::{Link, Map};
use crate::kakao::field::closed_debug;

/// One button of a card.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Button {
    /// Up to 14 characters; 8 when two buttons stand side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ButtonAction>,
    /// For `webLink`: http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_link_url: Option<String>,
    /// For `message`: what the person says. For `block`: what shows as said instead of the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_text: Option<String>,
    /// For `phone`. The button does not show on computers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// For `block`: a block of the same bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<String>,
    /// For `message` and `block`: arrives as `action.clientExtra` of the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
    /// For `osLink` of an earlier edition. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_link: Option<Link>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `action` of a button, quick reply or list item.
    ButtonAction {
        /// Opens a page; the skill is not called.
        WebLink = "webLink",
        /// Says something, which is matched like typed text.
        Message = "message",
        /// Calls a block, whatever is said.
        Block = "block",
        /// Dials.
        Phone = "phone",
        /// Shares the bubble.
        Share = "share",
        /// Hands over to a person.
        Operator = "operator",
        /// Opens an address by device. Of an earlier edition.
        OsLink = "osLink",
        /// Group chat only.
        Guide = "guide",
        /// Group chat only.
        Invite = "invite",
        /// Group chat only.
        InviteMember = "inviteMember",
        /// Group chat only.
        Mention = "mention",
        /// Group chat only.
        Settings = "settings",
    }
}

open_enum! {
    /// `buttonLayout`: direction of a card's buttons.
    ButtonLayout {
        /// One under the other, at most 3.
        Vertical = "vertical",
        /// Side by side, at most 2.
        Horizontal = "horizontal",
    }
}

closed_debug!(Button);

impl Button {
    /// A button with any action.
    pub fn new(label: impl Into<String>, action: ButtonAction) -> Self {
        Button { label: Some(label.into()), action: Some(action), ..Self::default() }
    }

    /// Says something in the person's name.
    pub fn message(label: impl Into<String>, message_text: impl Into<String>) -> Self {
        Button { message_text: Some(message_text.into()), ..Button::new(label, ButtonAction::Message) }
    }

    /// Opens a page.
    pub fn web_link(label: impl Into<String>, url: impl Into<String>) -> Self {
        Button { web_link_url: Some(url.into()), ..Button::new(label, ButtonAction::WebLink) }
    }

    /// Calls a block.
    pub fn block(label: impl Into<String>, block_id: impl Into<String>) -> Self {
        Button { block_id: Some(block_id.into()), ..Button::new(label, ButtonAction::Block) }
    }

    /// Dials a number.
    pub fn phone(label: impl Into<String>, phone_number: impl Into<String>) -> Self {
        Button { phone_number: Some(phone_number.into()), ..Button::new(label, ButtonAction::Phone) }
    }

    /// Shares the bubble.
    pub fn share(label: impl Into<String>) -> Self {
        Button::new(label, ButtonAction::Share)
    }

    /// Hands over to a person: the channel needs 1:1 chat or consultation talk.
    pub fn operator(label: impl Into<String>) -> Self {
        Button::new(label, ButtonAction::Operator)
    }

    /// Carries a value that the next request brings back. One that is no JSON is left out.
    pub fn extra(mut self, extra: impl Serialize) -> Self {
        self.extra = serde_json::to_value(extra).ok();
        self
    }
}
