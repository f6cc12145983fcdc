//! Who is talking, as the table knows them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kakao::skill::SkillRequest;

/// Longest identifier accepted: twice the longest the platform sends (protocol `skill` 3.4: up to 70 characters).
const MAX_ID: usize = 128;

/// One person in one bot and channel: `bot#<bot id>#<user key>`.
///
/// Only made from a verified payload, so nobody can speak for somebody else. The development channel is another place: its bot id
/// keeps the `!`, because nobody has confirmed that a person has the same key in both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Person(String);

impl Person {
    /// The sender of a skill request. `None` if the payload names nobody, or in a way that cannot be a key: such a turn has no
    /// memory.
    pub fn of(request: &SkillRequest) -> Option<Self> {
        let bot = request.bot_key();
        let user = request.user_key()?;
        if !is_id(bot) || !is_id(user) {
            return None;
        }
        let channel = if request.is_dev_channel() { "!" } else { "" };
        Some(Self(format!("bot#{bot}{channel}#{user}")))
    }

    pub(super) fn from_key(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Kakao's opaque identifiers: letters, digits, `-` and `_`. Nothing else reaches a key, so two people never share one.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
