//! How often somebody may do something: a counter per person and window.

use std::time::Duration;

use super::item::{n, s};
use super::keys::Key;
use super::write::{Write, Written};
use super::{Person, Store, StoreError};
use crate::clock::Millis;

impl Store {
    /// Counts one try of `what`; `false` once `person` has had `limit` in this window. A try may be counted twice if the table's
    /// answer gets lost: the limit is then reached a try early.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn allow(
        &self,
        what: &str,
        person: &Person,
        limit: u64,
        window: Duration,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let number = now.secs() / window.as_secs().max(1);
        let count = Write::update(
            Key::rate(what, person, number),
            "SET n = if_not_exists(n, :zero) + :one, #ttl = :ttl, t = :t",
            "attribute_not_exists(n) OR n < :limit",
        )
        .name("#ttl", "ttl")
        .value(":zero", n(0))
        .value(":one", n(1))
        .value(":limit", n(limit))
        .value(":t", s("RL"))
        .value(":ttl", n(now.plus(window * 2).secs()));
        Ok(matches!(self.write(count).await?, Written::Done(_)))
    }
}
