//! What Kakao Work posts: a button was pressed, a modal is wanted, a modal was submitted.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/reactive/>
//!
//! Nothing in here is signed. Everything is what the sender of the request claims, even who pressed.

use serde::Serialize;
use serde_json::Value;

use super::Block;
use crate::clock::Millis;
use crate::kakao::field::{Loose, closed_debug};
use crate::kakao::id::{WorkConversationId, WorkMessageId, WorkUserId};
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;

/// One callback, of whatever type. Any JSON object can be read.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Callback {
    /// `submit_action`, `request_modal`, `submission`, or something else. Read it with [`Callback::kind`].
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// When, in a format that is not documented. Read it with [`Callback::acted_at`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_time: Option<Value>,
    /// The message whose button it was. Read it with [`Callback::message`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Loose<CallbackMessage>>,
    /// Who pressed or submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub react_user_id: Option<WorkUserId>,
    /// `submit_action`: name of the button's action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_name: Option<String>,
    /// `submit_action`, `request_modal`: value of the button's action. `submission`: value of the modal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `submission`: what was filled in, by name; `null` for what was left blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Map>,
    /// Bot call: the words after the bot's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Bot call: the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<WorkConversationId>,
    /// Bot call: the bot itself. Never who called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<WorkUserId>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// The message whose button was pressed.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct CallbackMessage {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<WorkMessageId>,
    /// Its text, perhaps encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who wrote it: the bot. Never who pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<WorkUserId>,
    /// The room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<WorkConversationId>,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_time: Option<Value>,
    /// When it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<Value>,
    /// Its blocks as the server keeps them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<Block>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// What a callback is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackKind {
    /// A button was pressed.
    SubmitAction,
    /// A modal is wanted.
    RequestModal,
    /// A modal was submitted.
    Submission,
    /// `/<bot name> words` was written in a group room. Not documented; seen by one author.
    BotCall,
    /// Something that this version does not know.
    Other,
}

closed_debug!(Callback, CallbackMessage);
generous!(Callback { kind = "type", action_time = "action_time", message = "message", react_user_id = "react_user_id", action_name = "action_name", value = "value", actions = "actions", text = "text", conversation_id = "conversation_id", user_id = "user_id" });
generous!(CallbackMessage { id = "id", text = "text", user_id = "user_id", conversation_id = "conversation_id", send_time = "send_time", update_time = "update_time", blocks = "blocks" });

impl Callback {
    /// What it is about.
    pub fn kind(&self) -> CallbackKind {
        match self.kind.as_deref() {
            Some("submit_action") => CallbackKind::SubmitAction,
            Some("request_modal") => CallbackKind::RequestModal,
            // The documents call it the one, the service the other.
            Some("submission" | "submit_modal") => CallbackKind::Submission,
            _ if self.text.is_some() && self.actions.is_none() && self.value.is_none() => CallbackKind::BotCall,
            _ => CallbackKind::Other,
        }
    }

    /// The message; a text that holds it as JSON is read too.
    pub fn message(&self) -> Option<CallbackMessage> {
        match self.message.as_ref()? {
            Loose::Fits(message) => Some(message.clone()),
            Loose::Other(value) => crate::kakao::parse(value.as_str()?.as_bytes()).ok(),
        }
    }

    /// The room in which it happened.
    pub fn conversation_id(&self) -> Option<WorkConversationId> {
        self.message().and_then(|message| message.conversation_id).or_else(|| self.conversation_id.clone())
    }

    /// When it happened: Unix seconds or milliseconds, RFC 3339, or a day (its beginning in UTC).
    pub fn acted_at(&self) -> Option<Millis> {
        /// Seconds beyond this, in the year 5138, are milliseconds.
        const SECONDS_MAX: f64 = 1e11;
        let unix = |number: f64| {
            let millis = if number < SECONDS_MAX { number * 1_000.0 } else { number };
            (millis >= 0.0).then_some(Millis(millis as u64))
        };
        match self.action_time.as_ref()? {
            Value::Number(number) => unix(number.as_f64()?),
            Value::String(text) => text
                .parse::<f64>()
                .ok()
                .and_then(unix)
                .or_else(|| Millis::from_rfc3339(text))
                .or_else(|| Millis::from_rfc3339(&format!("{text}T00:00:00Z"))),
            _ => None,
        }
    }

    /// What was filled in under this name: `None` if it is blank, `null` or not there.
    pub fn entered(&self, name: &str) -> Option<&str> {
        entered(self.actions.as_ref()?, name)
    }
}

/// What was filled in under this name. `{"value": "…"}` counts as its value: some bots expect that shape.
pub(crate) fn entered<'a>(actions: &'a Map, name: &str) -> Option<&'a str> {
    let value = actions.get(name)?;
    let text = value.as_str().or_else(|| value.get("value")?.as_str())?;
    (!text.trim().is_empty()).then_some(text)
}
