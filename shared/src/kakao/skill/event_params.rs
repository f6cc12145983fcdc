//! What an Event API call put into a request: `userRequest.params` and `user.properties` beside the platform's own.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Map, SkillRequest, User, UserRequest};

/// Members of `userRequest.params` that are the platform's. An event parameter of such a name cannot be told from them.
const PARAMS_RESERVED: [&str; 3] = ["surface", "ignoreMe", "media"];

/// Members of `user.properties` that are the platform's and have no field of their own: internal ids, not to be used.
const PROPERTIES_INTERNAL: [&str; 2] = ["accountId", "talkUserId"];

impl SkillRequest {
    /// A parameter of the Event API call that led here. `null` counts as none.
    pub fn event_param(&self, name: &str) -> Option<&Value> {
        self.user_request.get()?.event_param(name)
    }

    /// The parameters of the Event API call as a type of the author's own. `None` if there are none, or others.
    pub fn event_params<T: DeserializeOwned>(&self) -> Option<T> {
        typed(self.user_request.get()?.event_params())
    }

    /// A property of the person that the Event API call brought. `null` counts as none.
    pub fn user_property(&self, name: &str) -> Option<&Value> {
        self.user_request.get()?.user.get()?.property(name)
    }

    /// The properties that the Event API call brought as a type of the author's own. `None` if there are none, or others.
    pub fn user_properties<T: DeserializeOwned>(&self) -> Option<T> {
        typed(self.user_request.get()?.user.get()?.own_properties())
    }
}

impl UserRequest {
    /// A member of `params` that is not the platform's own. `null` counts as none.
    pub fn event_param(&self, name: &str) -> Option<&Value> {
        self.event_params().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The members of `params` that are not the platform's own, without those that are `null`.
    pub fn event_params(&self) -> impl Iterator<Item = (&str, &Value)> {
        strangers(self.params.get(), &PARAMS_RESERVED)
    }
}

impl User {
    /// A member of `properties` that is not the platform's own. `null` counts as none.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.own_properties().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The members of `properties` that are not the platform's own, without those that are `null`.
    pub fn own_properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        strangers(self.properties.get().map(|properties| &properties.rest), &PROPERTIES_INTERNAL)
    }
}

fn strangers<'a>(map: Option<&'a Map>, known: &'static [&str]) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let members = map.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    members.filter(|(name, value)| !known.contains(name) && !value.is_null())
}

fn typed<'a, T: DeserializeOwned>(members: impl Iterator<Item = (&'a str, &'a Value)>) -> Option<T> {
    let map: Map = members.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    (!map.is_empty()).then(|| T::deserialize(Value::Object(map)).ok())?
}
