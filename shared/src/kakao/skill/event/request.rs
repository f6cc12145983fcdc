//! `POST /v2/bots/{botId}/talk`: which event, for whom, with what.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kakao::field::{Field, closed_debug};
use crate::kakao::id::{AppUserId, BotUserKey, EventUserId, PlusfriendUserKey};
use crate::kakao::limits::EVENT_USERS_MAX;
use crate::kakao::skill::Map;
use crate::kakao::skill::open::open_enum;

/// Runs the block of an event for some people. Each delivered message is paid for.
///
/// ```
/// use shared::kakao::skill::{EventRequest, EventUser};
///
/// let request = EventRequest::new("parcel_shipped")
///     .data("no", "A-17")
///     .param("no", "A-17")
///     .to(EventUser::plusfriend_user_key("Ab-12_cdEfGh").property("tier", "gold"));
/// assert_eq!(request.batches().len(), 1);
/// ```
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventRequest {
    /// Which event.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub event: Field<Event>,
    /// For whom: 1 to 100, each once. Read it with [`EventRequest::users`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub user: Field<Vec<EventUser>>,
    /// An object; the skill finds its members in `userRequest.params`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub params: Field<Value>,
    /// An object of settings; the page documents none for a channel chat.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub option: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `event`: the name that is set on a block, and values for its bubbles.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The name that is set on the block.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub name: Field<String>,
    /// An object; a bubble of the block shows a member as `{{#current.event.data.member}}`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub data: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One of the people.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventUser {
    /// What kind of key `id` is.
    #[serde(default, rename = "type", skip_serializing_if = "Field::is_absent")]
    pub kind: Field<EventUserType>,
    /// The key.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub id: Field<EventUserId>,
    /// An object; the skill finds its members in `userRequest.user.properties`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub properties: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `user[].type`: what kind of key a person is named by.
    EventUserType {
        /// `userRequest.user.id` of a skill call.
        BotUserKey = "botUserKey",
        /// The person on the channel.
        PlusfriendUserKey = "plusfriendUserKey",
        /// The user id of Kakao Login.
        AppUserId = "appUserId",
    }
}

closed_debug!(EventRequest, Event, EventUser);

impl EventRequest {
    /// The event of this name, for nobody yet.
    pub fn new(name: impl Into<String>) -> Self {
        let event = Event { name: Field::Is(name.into()), ..Event::default() };
        EventRequest { event: Field::Is(event), ..Self::default() }
    }

    /// A value for the block's bubbles: `{{#current.event.data.name}}`.
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let mut event = self.event.into_option().unwrap_or_default();
        insert(&mut event.data, name.into(), value.into());
        self.event = Field::Is(event);
        self
    }

    /// A value for the skill: `userRequest.params.name`.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        insert(&mut self.params, name.into(), value.into());
        self
    }

    /// One more person.
    pub fn to(self, user: EventUser) -> Self {
        self.to_all([user])
    }

    /// More people; as many as there are. [`EventRequest::batches`] makes requests of them.
    pub fn to_all(mut self, users: impl IntoIterator<Item = EventUser>) -> Self {
        let mut all = self.user.into_option().unwrap_or_default();
        all.extend(users);
        self.user = Field::Is(all);
        self
    }

    /// The event's name; empty if there is none.
    pub fn name(&self) -> &str {
        self.event.get().and_then(|event| event.name.text()).unwrap_or_default()
    }

    /// The people.
    pub fn users(&self) -> &[EventUser] {
        self.user.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// The same event as requests that the platform takes: at most 100 people each, nobody twice. Whoever is named twice counts as
    /// named first; the order stays. Nobody at all is no request at all.
    pub fn batches(mut self) -> Vec<EventRequest> {
        let mut users = std::mem::take(&mut self.user).into_option().unwrap_or_default();
        let mut seen = HashSet::new();
        users.retain(|user| seen.insert(user.who()));
        let batch = |users: &[EventUser]| EventRequest { user: Field::Is(users.to_vec()), ..self.clone() };
        users.chunks(EVENT_USERS_MAX).map(batch).collect()
    }
}

impl EventUser {
    /// A person as a bot knows them: `userRequest.user.id` of a skill call.
    pub fn bot_user_key(key: impl Into<BotUserKey>) -> Self {
        Self::of(EventUserType::BotUserKey, key.into().as_str())
    }

    /// A person as a channel knows them.
    pub fn plusfriend_user_key(key: impl Into<PlusfriendUserKey>) -> Self {
        Self::of(EventUserType::PlusfriendUserKey, key.into().as_str())
    }

    /// A person as an app knows them: the user id of Kakao Login.
    pub fn app_user_id(id: impl Into<AppUserId>) -> Self {
        Self::of(EventUserType::AppUserId, id.into().as_str())
    }

    /// A person by a key of this kind.
    pub fn of(kind: EventUserType, key: &str) -> Self {
        EventUser { kind: Field::Is(kind), id: Field::Is(EventUserId::new(key)), ..Self::default() }
    }

    /// A value for the skill: `userRequest.user.properties.name`.
    pub fn property(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        insert(&mut self.properties, name.into(), value.into());
        self
    }

    /// What makes two entries the same person: kind and key.
    pub fn who(&self) -> (String, String) {
        let kind = self.kind.get().map_or("", EventUserType::as_str);
        (kind.to_owned(), self.id.get().map_or("", EventUserId::as_str).to_owned())
    }
}

/// Sets a member of what should be an object; whatever else was there gives way.
fn insert(object: &mut Field<Value>, name: String, value: Value) {
    if let Field::Is(Value::Object(members)) = object {
        members.insert(name, value);
    } else {
        *object = Field::Is(Value::Object(Map::from_iter([(name, value)])));
    }
}
