//! `buttons[]`: what a person can do with a card.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;
use serde_json::Value;

use super::generous::{generous, optional, optional_value};
use super::open::open_enum;
use super::{Link, Map};
use crate::kakao::field::closed_debug;

/// One button of a card.
#[derive(Clone, PartialEq, Default, Serialize)]
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
generous!(Button { label = "label", action = "action", web_link_url = "webLinkUrl", message_text = "messageText", phone_number = "phoneNumber", block_id = "blockId", extra = "extra", os_link = "osLink" });

impl Button {
    fn of(label: impl Into<String>, action: ButtonAction) -> Self {
        Button { label: Some(label.into()), action: Some(action), ..Self::default() }
    }

    /// Says something in the person's name.
    pub fn message(label: impl Into<String>, message_text: impl Into<String>) -> Self {
        Button { message_text: Some(message_text.into()), ..Button::of(label, ButtonAction::Message) }
    }

    /// Opens a page.
    pub fn web_link(label: impl Into<String>, url: impl Into<String>) -> Self {
        Button { web_link_url: Some(url.into()), ..Button::of(label, ButtonAction::WebLink) }
    }

    /// Calls a block.
    pub fn block(label: impl Into<String>, block_id: impl Into<String>) -> Self {
        Button { block_id: Some(block_id.into()), ..Button::of(label, ButtonAction::Block) }
    }

    /// Dials a number.
    pub fn phone(label: impl Into<String>, phone_number: impl Into<String>) -> Self {
        Button { phone_number: Some(phone_number.into()), ..Button::of(label, ButtonAction::Phone) }
    }

    /// Shares the bubble.
    pub fn share(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::Share)
    }

    /// Hands over to a person: the channel needs 1:1 chat or consultation talk.
    pub fn operator(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::Operator)
    }

    /// Group chat only: the action `guide`.
    pub fn guide(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::Guide)
    }

    /// Group chat only: the action `invite`.
    pub fn invite(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::Invite)
    }

    /// Group chat only: the action `inviteMember`.
    pub fn invite_member(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::InviteMember)
    }

    /// Group chat only: the action `mention`.
    pub fn mention(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::Mention)
    }

    /// Group chat only: the action `settings`.
    pub fn settings(label: impl Into<String>) -> Self {
        Button::of(label, ButtonAction::Settings)
    }

    /// What shows as said when a [`block`](Self::block) button is tapped, instead of its label. Other buttons have no
    /// use for it and stay as they are.
    pub fn message_text(mut self, message_text: impl Into<String>) -> Self {
        if self.action == Some(ButtonAction::Block) {
            self.message_text = optional(message_text);
        }
        self
    }

    /// Carries an object that the next request brings back. Only [`message`](Self::message) and [`block`](Self::block)
    /// make a request; other buttons stay as they are. What is no JSON is left out.
    pub fn extra(mut self, extra: impl Serialize) -> Self {
        if matches!(self.action, Some(ButtonAction::Message | ButtonAction::Block)) {
            self.extra = optional_value(extra);
        }
        self
    }
}
