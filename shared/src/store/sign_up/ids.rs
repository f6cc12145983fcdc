//! Who and what a sign-up is about, as keys.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::kakao::id::{AppUserId, PlusfriendUserKey};
use crate::store::person::{Person, is_id};

/// How [`SagaId::none`] begins: a hash has no such letters.
const NONE: &str = "none-";

/// One attempt to sign up: the hash of its authorization code, because a code is good for one attempt. The membership that comes
/// of it is called the same: its generation, `mg`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SagaId(String);

impl SagaId {
    /// The attempt that `code` stands for.
    pub fn of_code(code: &str) -> Self {
        Self(crate::store::hash(&["code", code]))
    }

    /// From the table, or from a form that we have signed.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The membership of somebody who never had one, and of whom there is something all the same, which goes at `at`: another time is
    /// another erasure.
    pub fn none(at: Millis) -> Self {
        Self(format!("{NONE}{}", at.0))
    }

    /// Whether it is [`SagaId::none`].
    pub fn is_none(&self) -> bool {
        self.0.starts_with(NONE)
    }

    /// 32 hexadecimal digits, or nobody's.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SagaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person as the app knows them, in the one spelling that keys use: decimal, no leading zero. Kakao writes the same id as a number
/// here and as text there (protocol `sync` 0).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppUser(String);

impl AppUser {
    /// The user with this number.
    pub fn new(number: u64) -> Self {
        Self(number.to_string())
    }

    /// From text. `None` if it is no whole number of 64 bits: such a user is nobody.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().map(Self::new)
    }

    /// The user that a message of Kakao's names.
    pub fn of(id: &AppUserId) -> Option<Self> {
        Self::parse(id.as_str())
    }

    /// The decimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AppUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppUser(..)")
    }
}

/// Another name that Kakao has for a person: `bot#<bot>#<key>` in one bot, `pf#<key>` in one channel.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(String);

impl Identity {
    /// As one bot knows them.
    pub fn bot(person: &Person) -> Self {
        Self(person.to_string())
    }

    /// As one bot knows them, by the ids that the console and the payloads show; the development channel's bot id ends in `!`. `None`
    /// if they cannot be ids. For operators: a chat's own person comes from its payload.
    pub fn bot_user(bot: &str, key: &str) -> Option<Self> {
        (is_id(bot.strip_suffix('!').unwrap_or(bot)) && is_id(key)).then(|| Self(format!("bot#{bot}#{key}")))
    }

    /// As one channel knows them. `None` if the key cannot be one.
    pub fn channel(key: &PlusfriendUserKey) -> Option<Self> {
        is_id(key.as_str()).then(|| Self(format!("pf#{}", key.as_str())))
    }

    pub(in crate::store) fn from_key(key: &str) -> Self {
        Self(key.to_owned())
    }

    /// Which name space it is of, for logs.
    pub fn kind(&self) -> &'static str {
        if self.0.starts_with("bot#") { "bot" } else { "pf" }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}#..)", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_one_spelling() {
        for (text, user) in [("2100000001", Some("2100000001")), ("007", Some("7")), ("0", Some("0"))] {
            assert_eq!(AppUser::parse(text).as_ref().map(AppUser::as_str), user);
        }
        assert_eq!(AppUser::parse("18446744073709551615"), Some(AppUser::new(u64::MAX)));
        for text in ["", "-1", "+1", "1.0", "1e3", "18446744073709551616", "1#2", " 1", "١"] {
            assert_eq!(AppUser::parse(text), None, "{text}");
        }
    }

    #[test]
    fn people_are_not_shown() {
        assert_eq!(format!("{:?}", AppUser::new(7)), "AppUser(..)");
        let identity = Identity::channel(&PlusfriendUserKey::new("Ab12")).unwrap();
        assert_eq!(format!("{identity:?}"), "Identity(pf#..)");
        assert_eq!(Identity::channel(&PlusfriendUserKey::new("a#b")), None);
    }
}
