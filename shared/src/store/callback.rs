//! A callback URL is used once, whoever else is trying (protocol `skill` 8: valid for one use).

use std::time::Duration;

use super::item::{VERSION, n, s};
use super::keys::Key;
use super::write::{Write, Written};
use super::{Store, StoreError};
use crate::clock::Millis;

/// Ten times as long as the URL itself is valid.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Who may send to a callback URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackClaim {
    /// We, now, and nobody after us.
    Ours,
    /// Somebody has sent to it, or was about to: whether it arrived is not known, so it is spent.
    Spent,
}

impl Store {
    /// Claims the one use of `url` right before it is used. There is no way back: a claim whose holder died is spent.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; then nothing may be sent.
    pub async fn claim_callback(&self, url: &str, owner: &str, now: Millis) -> Result<CallbackClaim, StoreError> {
        // Condition: nobody has claimed it, or this very call did and its answer got lost.
        let claim = Write::update(
            Key::callback(url),
            "SET own = :me, st = :claimed, t = :t, v = :v, ca = :now, #ttl = :ttl",
            "attribute_not_exists(PK) OR own = :me",
        )
        .name("#ttl", "ttl")
        .value(":me", s(owner))
        .value(":claimed", s("CLAIMED"))
        .value(":t", s("CB"))
        .value(":v", n(VERSION))
        .value(":now", n(now.0))
        .value(":ttl", n(now.plus(REMEMBERED).secs()));
        Ok(match self.write(claim).await? {
            Written::Done(_) => CallbackClaim::Ours,
            Written::Refused(_) => CallbackClaim::Spent,
        })
    }
}
