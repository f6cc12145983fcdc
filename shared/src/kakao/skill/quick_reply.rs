//! `quickReplies[]`: answers to tap under the last bubble.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;
use serde_json::Value;

use super::generous::{generous, optional, optional_value};
use super::{ButtonAction, Map};
use crate::kakao::field::closed_debug;

/// One answer to tap. A response has at most 10.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QuickReply {
    /// What it says on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `message` or `block`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<ButtonAction>,
    /// What the person says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_text: Option<String>,
    /// The block to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_id: Option<String>,
    /// Arrives as `action.clientExtra` of the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(QuickReply);
generous!(QuickReply { label = "label", action = "action", message_text = "messageText", block_id = "blockId", extra = "extra" });

impl QuickReply {
    /// Says something in the person's name.
    pub fn message(label: impl Into<String>, message_text: impl Into<String>) -> Self {
        QuickReply {
            label: Some(label.into()),
            action: Some(ButtonAction::Message),
            message_text: Some(message_text.into()),
            ..Self::default()
        }
    }

    /// Calls a block.
    pub fn block(label: impl Into<String>, block_id: impl Into<String>) -> Self {
        QuickReply {
            label: Some(label.into()),
            action: Some(ButtonAction::Block),
            block_id: Some(block_id.into()),
            ..Self::default()
        }
    }

    /// What shows as said when a [`block`](Self::block) is called, instead of the label. An answer that says something
    /// already stays as it is.
    pub fn message_text(mut self, message_text: impl Into<String>) -> Self {
        if self.action == Some(ButtonAction::Block) {
            self.message_text = optional(message_text);
        }
        self
    }

    /// Carries an object that the next request brings back. One that is no JSON is left out.
    pub fn extra(mut self, extra: impl Serialize) -> Self {
        self.extra = optional_value(extra);
        self
    }

    /// What it does. The documentation writes `Message`, so upper and lower case count the same here.
    pub fn kind(&self) -> Option<ButtonAction> {
        let action = self.action.as_ref()?;
        let known = [ButtonAction::Message, ButtonAction::Block];
        let found = known.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(action.as_str()));
        Some(found.unwrap_or_else(|| action.clone()))
    }
}
