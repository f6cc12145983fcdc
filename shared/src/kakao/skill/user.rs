//! `userRequest.user`: who wrote.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Map;
use crate::kakao::field::{Field, closed_debug};
use crate::kakao::id::{AppUserId, BotGroupKey, BotUserKey, Id, PlusfriendUserKey};

/// The person.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// Key of the person on this bot, up to 70 characters. The same person has another key on another bot.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub id: Field<BotUserKey>,
    /// `botUserKey`; `accountId` in the skill test; `talk_user_id` on the first version of the protocol.
    #[serde(default, rename = "type", skip_serializing_if = "Field::is_absent")]
    pub kind: Field<String>,
    /// Further keys of the same person.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub properties: Field<UserProperties>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `userRequest.user.properties`. Live calls send each key in both spellings.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserProperties {
    /// Same as `user.id`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub bot_user_key: Field<BotUserKey>,
    /// Other spelling of `botUserKey`.
    #[serde(default, rename = "bot_user_key", skip_serializing_if = "Field::is_absent")]
    pub bot_user_key_snake: Field<BotUserKey>,
    /// Key of the person on the channel; joins with consultation and the channel callback.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub plusfriend_user_key: Field<PlusfriendUserKey>,
    /// Other spelling of `plusfriendUserKey`.
    #[serde(default, rename = "plusfriend_user_key", skip_serializing_if = "Field::is_absent")]
    pub plusfriend_user_key_snake: Field<PlusfriendUserKey>,
    /// User id of Kakao Login; only if an app key is set on the bot.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub app_user_id: Field<AppUserId>,
    /// Other spelling of `appUserId`.
    #[serde(default, rename = "app_user_id", skip_serializing_if = "Field::is_absent")]
    pub app_user_id_snake: Field<AppUserId>,
    /// Whether the channel is added: `true`, sometimes `false` or a string.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub is_friend: Field<Value>,
    /// State of the person in the app, `REGISTERED`. Read it with [`User::app_user_status`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub app_user_status: Field<Value>,
    /// Other spelling of `appUserStatus`.
    #[serde(default, rename = "app_user_status", skip_serializing_if = "Field::is_absent")]
    pub app_user_status_snake: Field<Value>,
    /// Room, in a group chat.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub bot_group_key: Field<BotGroupKey>,
    /// What an Event API call put here, see [`User::property`], and members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(User, UserProperties);

impl User {
    /// Key to keep state by: `id`, else `properties.botUserKey`.
    pub fn key(&self) -> Option<&str> {
        let properties = self.properties.get();
        filled(&self.id)
            .or_else(|| filled(&properties?.bot_user_key))
            .or_else(|| filled(&properties?.bot_user_key_snake))
    }

    /// Key of the person on the channel.
    pub fn plusfriend_user_key(&self) -> Option<&str> {
        let properties = self.properties.get()?;
        filled(&properties.plusfriend_user_key).or_else(|| filled(&properties.plusfriend_user_key_snake))
    }

    /// User id of Kakao Login, as text also if it came as a number.
    pub fn app_user_id(&self) -> Option<&str> {
        let properties = self.properties.get()?;
        filled(&properties.app_user_id).or_else(|| filled(&properties.app_user_id_snake))
    }

    /// Whether the two spellings of a key name two people. What counts then is the one without underscores.
    pub fn names_two_people(&self) -> bool {
        let Some(properties) = self.properties.get() else { return false };
        let differ = |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one != other);
        differ(filled(&properties.app_user_id), filled(&properties.app_user_id_snake))
            || differ(filled(&properties.bot_user_key), filled(&properties.bot_user_key_snake))
            || differ(filled(&properties.plusfriend_user_key), filled(&properties.plusfriend_user_key_snake))
    }

    /// State of the person in the app. `REGISTERED` has been seen, others are to be expected.
    pub fn app_user_status(&self) -> Option<&str> {
        let properties = self.properties.get()?;
        let statuses = [&properties.app_user_status, &properties.app_user_status_snake];
        statuses.into_iter().filter_map(|status| status.get()?.as_str()).find(|status| !status.is_empty())
    }

    /// `type`: what kind of key `id` is.
    pub fn kind(&self) -> Option<&str> {
        self.kind.text()
    }

    /// Whether the person has added the channel. Absent means no or unknown.
    pub fn is_friend(&self) -> Option<bool> {
        match self.properties.get()?.is_friend.get()? {
            Value::Bool(friend) => Some(*friend),
            Value::String(word) => word.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// Room, in a group chat that puts its key here.
    pub fn group_key(&self) -> Option<&str> {
        filled(&self.properties.get()?.bot_group_key)
    }
}

/// The id, if there is one and it is not empty.
fn filled<K>(id: &Field<Id<K>>) -> Option<&str> {
    id.get().map(Id::as_str).filter(|text| !text.is_empty())
}
