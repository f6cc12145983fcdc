//! Identifiers: `bot.id`, `userRequest.user.id`, `intent.id` and the like, one type each.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! They are opaque text of no fixed length. Some senders write digits as a JSON number, so both are read, and what was
//! read is written back. A fraction or a number beyond 64 bits is refused: it would come out as another id.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a bot without the mark of its development channel: the same bot, with the same app.
pub fn production(bot_id: &str) -> &str {
    bot_id.strip_suffix('!').unwrap_or(bot_id)
}

/// What an id belongs to.
pub trait Kind {
    /// Name of the kind, for debug output.
    const NAME: &'static str;
    /// Whether the id stands for a person or a room and must stay out of logs.
    const PRIVATE: bool;
}

/// The kinds of ids. They are never values, only parameters of [`Id`].
pub mod kind {
    use super::Kind;

    macro_rules! kinds {
        ($($(#[$doc:meta])+ $name:ident $private:literal;)+) => {$(
            $(#[$doc])+
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub enum $name {}
            impl Kind for $name {
                const NAME: &'static str = stringify!($name);
                const PRIVATE: bool = $private;
            }
        )+};
    }

    kinds! {
        /// A bot; on the development channel with a trailing `!`.
        Bot false;
        /// A block of a scenario.
        Block false;
        /// A skill, `action.id`.
        Skill false;
        /// A person as one bot knows them, up to 70 characters.
        BotUser true;
        /// A person as a channel knows them, 12 characters on live calls.
        PlusfriendUser true;
        /// A person as an app knows them: the user id of Kakao Login.
        AppUser true;
        /// A group chat room.
        BotGroup true;
        /// A person in an event, as its `type` says.
        EventUser true;
        /// A task of the Event API.
        Task false;
        /// A person in a channel event, as its `id_type` says.
        ChannelUser true;
        /// An app of Kakao Developers.
        App false;
        /// A member or bot of a Kakao Work workspace.
        WorkUser true;
        /// A room of a Kakao Work workspace.
        WorkConversation true;
        /// A message in such a room, up to 18 digits.
        WorkMessage false;
    }
}

/// Id of a bot.
pub type BotId = Id<kind::Bot>;
/// Id of a block.
pub type BlockId = Id<kind::Block>;
/// Id of a skill.
pub type SkillId = Id<kind::Skill>;
/// `botUserKey`: a person as one bot knows them.
pub type BotUserKey = Id<kind::BotUser>;
/// `plusfriendUserKey`: a person as a channel knows them.
pub type PlusfriendUserKey = Id<kind::PlusfriendUser>;
/// `appUserId`: a person as an app knows them.
pub type AppUserId = Id<kind::AppUser>;
/// `botGroupKey`: a group chat room.
pub type BotGroupKey = Id<kind::BotGroup>;
/// `user[].id` of an event: a person as its `type` says.
pub type EventUserId = Id<kind::EventUser>;
/// `taskId`: what became of an event can be asked by it.
pub type TaskId = Id<kind::Task>;
/// `id` of a channel event: a person as its `id_type` says.
pub type ChannelUserId = Id<kind::ChannelUser>;
/// `app_id`: an app of Kakao Developers.
pub type AppId = Id<kind::App>;
/// A member or bot of a Kakao Work workspace.
pub type WorkUserId = Id<kind::WorkUser>;
/// A room of a Kakao Work workspace.
pub type WorkConversationId = Id<kind::WorkConversation>;
/// A message in such a room.
pub type WorkMessageId = Id<kind::WorkMessage>;

/// An opaque identifier of one kind.
pub struct Id<K> {
    text: Box<str>,
    /// Whether it came, and goes out again, as a JSON number.
    number: bool,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// An id with this text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Id { text: text.into(), number: false, kind: PhantomData }
    }

    /// The id as text, also if it came as a number.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn from_number(number: impl fmt::Display) -> Self {
        Id { number: true, ..Id::new(number.to_string()) }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Id { text: self.text.clone(), number: self.number, kind: PhantomData }
    }
}

/// Ids are equal if their text is; whether one came as a number does not matter.
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

/// A number, which goes out as one.
impl<K> From<u64> for Id<K> {
    fn from(number: u64) -> Self {
        Id::from_number(number)
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if K::PRIVATE { ".." } else { &*self.text };
        write!(f, "{}({shown})", K::NAME)
    }
}

impl<K> From<&str> for Id<K> {
    fn from(text: &str) -> Self {
        Id::new(text)
    }
}

impl<K> From<String> for Id<K> {
    fn from(text: String) -> Self {
        Id::new(text)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every integer that can have been read fits one of the two.
        match (self.number, self.text.parse::<i64>(), self.text.parse::<u64>()) {
            (true, Ok(number), _) => serializer.serialize_i64(number),
            (true, _, Ok(number)) => serializer.serialize_u64(number),
            _ => serializer.serialize_str(&self.text),
        }
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<K>(PhantomData<fn() -> K>);

        impl<K> Visitor<'_> for Text<K> {
            type Value = Id<K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: text or a whole number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Id<K>, E> {
                Ok(Id::new(text))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Id<K>, E> {
                Ok(Id::from_number(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Id<K>, E> {
                Ok(Id::from_number(number))
            }
        }

        deserializer.deserialize_any(Text(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_text_and_whole_numbers_and_writes_back_what_it_read() {
        for body in
            [r#""65262a!""#, "0", "-1", "9223372036854775807", "18446744073709551615", r#""007""#, r#""한글😀""#]
        {
            let id: BotId = serde_json::from_str(body).expect("parses");
            assert_eq!(serde_json::to_string(&id).expect("writes"), body);
            assert_eq!(id.as_str(), body.trim_matches('"'));
        }
    }

    #[test]
    fn refuses_what_would_become_another_id() {
        for body in ["1.0", "1e3", "18446744073709551616", "true", "null", "{}", "[]"] {
            assert!(serde_json::from_str::<BotId>(body).is_err(), "{body}");
        }
    }

    #[test]
    fn shows_bots_but_no_people() {
        assert_eq!(format!("{:?}", BotId::new("a1!")), "Bot(a1!)");
        assert_eq!(format!("{:?}", BotUserKey::new("a1")), "BotUser(..)");
    }
}
