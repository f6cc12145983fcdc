//! `sys.user.mention`: a person whom somebody mentioned in a group chat.
//! Kakao group-chatbot developer guide 1.11.1 (2026-04-20)

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::Map;
use super::object;
use crate::kakao::field::{Field, closed_debug};
use crate::kakao::id::{BotUserKey, Id};

/// A mentioned person.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Mentioned {
    /// Key of the person on this bot.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub bot_user_key: Field<BotUserKey>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Mentioned);

impl Mentioned {
    /// The value of a parameter as a mention, if it names a person.
    pub fn read(value: &Value) -> Option<Self> {
        object::<Self>(value).filter(|mention| mention.key().is_some())
    }

    /// Key of the person on this bot.
    pub fn key(&self) -> Option<&str> {
        self.bot_user_key.get().map(Id::as_str).filter(|key| !key.is_empty())
    }
}
