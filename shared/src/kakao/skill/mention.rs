//! `extra.mentions` of a response in a group chat: people that its texts speak to by name.
//! Kakao group-chatbot developer guide 1.11.1 (2026-04-20)

use serde_json::{Value, json};

/// Someone to mention in a group chat. A text says where with [`Mention::place`].
///
/// ```
/// use shared::kakao::skill::{Mention, SkillResponse};
/// let text = format!("{} 님 차례예요!", Mention::place("next"));
/// let answer = SkillResponse::text(text).mention("next", Mention::bot_user("4f2a"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Mention {
    kind: &'static str,
    id: String,
}

impl Mention {
    /// By `botUserKey`.
    pub fn bot_user(id: impl Into<String>) -> Self {
        Mention { kind: "botUserKey", id: id.into() }
    }

    /// By `appUserId`.
    pub fn app_user(id: impl Into<String>) -> Self {
        Mention { kind: "appUserId", id: id.into() }
    }

    /// What stands in the text for the one mentioned under this key.
    pub fn place(key: &str) -> String {
        format!("{{{{#mentions.{key}}}}}")
    }

    /// As it is on the wire.
    pub(super) fn into_value(self) -> Value {
        json!({"type": self.kind, "id": self.id})
    }
}

/// Shows that there is someone and not who.
impl std::fmt::Debug for Mention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mention").field("kind", &self.kind).finish_non_exhaustive()
    }
}
