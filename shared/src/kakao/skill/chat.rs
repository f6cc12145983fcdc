//! `userRequest.chat`: the room of a group chat.
//! Kakao group-chatbot developer guide 1.11.1 (2026-04-20)

use serde::{Deserialize, Serialize};

use super::Map;
use crate::kakao::field::{Field, closed_debug};
use crate::kakao::id::BotGroupKey;

/// A group chat room.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chat {
    /// Key of the room.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub id: Field<BotGroupKey>,
    /// `botGroupKey`.
    #[serde(default, rename = "type", skip_serializing_if = "Field::is_absent")]
    pub kind: Field<String>,
    /// The key once more.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub properties: Field<ChatProperties>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `userRequest.chat.properties`.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChatProperties {
    /// Key of the room.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub bot_group_key: Field<BotGroupKey>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Chat, ChatProperties);

impl Chat {
    /// Key of the room, from whichever place it is in.
    pub fn key(&self) -> Option<&str> {
        let properties = || self.properties.get()?.bot_group_key.get();
        self.id.get().or_else(properties).map(BotGroupKey::as_str)
    }
}
