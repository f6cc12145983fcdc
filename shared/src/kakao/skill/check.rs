//! `POST` to the validation URL of a parameter, while a block fills its slots; and the answer.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setting_parameter>
//!
//! The page names the feature; the members are those that independent public servers agree on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::generous::{generous, optional, optional_value};
use super::open::open_enum;
use super::{Map, Named, User};
use crate::kakao::field::{Field, Loose, closed_debug};
use crate::kakao::id::{kind, production};

/// Asks whether a value is good.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CheckRequest {
    /// Whether the block is still filling its slots. Read it with [`CheckRequest::is_in_slot_filling`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub is_in_slot_filling: Field<Value>,
    /// What the person wrote.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub utterance: Field<String>,
    /// The value to check.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub value: Field<Loose<CheckValue>>,
    /// Who.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub user: Field<User>,
    /// The bot.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub bot: Field<Named<kind::Bot>>,
    /// `surface`, `ignoreMe`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub params: Field<Map>,
    /// IANA name.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub timezone: Field<String>,
    /// `ko`, `kr` or `null`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub lang: Field<String>,
    /// The block.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub block: Field<Named>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `value` of a check. A sender may put plain text in its place.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckValue {
    /// The words as typed.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub origin: Field<Value>,
    /// What the platform made of them.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub resolved: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

impl CheckRequest {
    /// Whether the block is still filling its slots.
    pub fn is_in_slot_filling(&self) -> bool {
        match self.is_in_slot_filling.get() {
            Some(Value::Bool(filling)) => *filling,
            Some(Value::String(word)) => word == "true",
            _ => false,
        }
    }

    /// The words as typed.
    pub fn origin(&self) -> Option<&str> {
        text(self.value.get()?.fits()?.origin.get()?)
    }

    /// What the platform made of the words.
    pub fn resolved(&self) -> Option<&str> {
        text(self.value.get()?.fits()?.resolved.get()?)
    }

    /// The value to check: resolved, else as typed, else the utterance; without blanks at its ends.
    pub fn value(&self) -> &str {
        let plain = || match self.value.get()? {
            Loose::Other(value) => text(value),
            Loose::Fits(_) => None,
        };
        self.resolved().or_else(|| self.origin()).or_else(plain).unwrap_or_else(|| self.utterance()).trim()
    }

    /// What the person wrote; empty if there is nothing.
    pub fn utterance(&self) -> &str {
        self.utterance.text().unwrap_or_default()
    }

    /// Key of the person on this bot.
    pub fn user_key(&self) -> Option<&str> {
        self.user.get()?.key()
    }

    /// Id of the bot without the mark of the development channel; empty if there is none.
    pub fn bot_key(&self) -> &str {
        production(self.bot.get().and_then(Named::id).unwrap_or_default())
    }

    /// The block that fills its slots.
    pub fn block(&self) -> Option<&Named> {
        self.block.get()
    }
}

/// The text, if there is any.
fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// Says whether a value is good.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct CheckResponse {
    /// The verdict. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CheckStatus>,
    /// With `SUCCESS`: the value to store instead of the typed one. Must be text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Further values for the block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Map>,
    /// With `FAIL`: why. Whether the platform shows it is not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `status` of the answer to a check.
    CheckStatus {
        /// The value is good.
        Success = "SUCCESS",
        /// The value is bad; ask again.
        Fail = "FAIL",
        /// Could not be checked.
        Error = "ERROR",
        /// Leave it unchecked.
        Ignore = "IGNORE",
    }
}

closed_debug!(CheckRequest, CheckValue, CheckResponse);
generous!(CheckResponse { status = "status", value = "value", data = "data", message = "message" });

impl CheckResponse {
    fn of(status: CheckStatus) -> Self {
        CheckResponse { status: Some(status), ..Self::default() }
    }

    /// Good; stores this value.
    pub fn success(value: impl Into<String>) -> Self {
        CheckResponse { value: Some(Value::String(value.into())), ..Self::of(CheckStatus::Success) }
    }

    /// Good as it was typed.
    pub fn success_as_is() -> Self {
        CheckResponse::of(CheckStatus::Success)
    }

    /// Bad, and why.
    pub fn fail(message: impl Into<String>) -> Self {
        CheckResponse { message: optional(message), ..Self::of(CheckStatus::Fail) }
    }

    /// Could not be checked.
    pub fn error() -> Self {
        CheckResponse::of(CheckStatus::Error)
    }

    /// Leaves it unchecked.
    pub fn ignore() -> Self {
        CheckResponse::of(CheckStatus::Ignore)
    }

    /// Sets a further value for the block. One that is `null`, `{}` or no JSON is left out.
    pub fn data(mut self, key: impl Into<String>, value: impl Serialize) -> Self {
        if let Some(value) = optional_value(value) {
            self.data.get_or_insert_default().insert(key.into(), value);
        }
        self
    }
}
