//! Callbacks of Kakao Work that no release knows: kept for a person to look at, and what makes a callback the one it is.

use std::time::Duration;

use super::item::{VERSION, n, s};
use super::keys::Key;
use super::write::Write;
use super::{Store, StoreError, hash};
use crate::clock::Millis;
use crate::kakao::work::{Callback, CallbackKind};

/// Long enough to be seen, and not for ever, because it may hold what somebody wrote.
const KEPT_FOR: Duration = Duration::from_secs(14 * 86_400);

/// The same words called out in the same room within one such span are one call that was sent again: its body has neither a time nor a
/// caller (protocol `work` 2.7).
const SAME_CALL: Duration = Duration::from_secs(60);

/// What makes a callback the one it is: no event id is sent (protocol `work` 2.8). A copy has the same, however its ids are written
/// and whatever else it says; a second press is another, at another time. Of a callback that nobody knows, everything counts; of a bot call
/// also the minute in which it was `received`.
pub fn callback_id(callback: &Callback, received: Millis) -> String {
    let kind = callback.kind.as_deref().unwrap_or_default();
    let whole = || serde_json::to_string(callback).unwrap_or_default();
    match callback.kind() {
        CallbackKind::Other => return hash(&["work-callback", &whole()]),
        CallbackKind::BotCall => {
            let span = received.secs() / SAME_CALL.as_secs();
            return hash(&["work-callback", &whole(), &span.to_string()]);
        }
        CallbackKind::RequestModal | CallbackKind::Submission | CallbackKind::SubmitAction => {}
    }
    let message = callback.message().and_then(|message| message.id);
    let person = callback.react_user_id.as_ref();
    let time = callback.action_time.as_ref().map(ToString::to_string);
    let actions = callback.actions.as_ref().map(|actions| serde_json::to_string(actions).unwrap_or_default());
    hash(&[
        "work-callback",
        kind,
        message.as_ref().map_or("", |id| id.as_str()),
        person.map_or("", |id| id.as_str()),
        time.as_deref().unwrap_or_default(),
        callback.action_name.as_deref().unwrap_or_default(),
        callback.value.as_deref().unwrap_or_default(),
        actions.as_deref().unwrap_or_default(),
    ])
}

impl Store {
    /// Keeps the body of a callback that nobody knows.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn keep_callback(&self, id: &str, body: &str, now: Millis) -> Result<(), StoreError> {
        // Condition: it is not there yet; a copy has the same body.
        let put = Write::put(Key::odd_callback(id), "attribute_not_exists(PK)")
            .with("t", s("ODD"))
            .with("v", n(VERSION))
            .with("body", s(body))
            .with("ca", n(now.0))
            .with("ttl", n(now.plus(KEPT_FOR).secs()));
        self.write(put).await.map(drop)
    }
}
