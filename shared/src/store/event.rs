//! An event is told to the platform once, whoever else is trying: each delivery is paid for (protocol `skill` 10).
//!
//! ```text
//!          claim                accepted
//! (none) ────────> CLAIMED ─────────────────> SENT, with the task's id
//!   FREE ────────>    │  <── its holder died: nobody knows, nobody sends
//!    ^                │
//!    '── release ─────'   only by the holder, only if it knows that nothing was delivered
//! ```

use std::time::Duration;

use super::item::{Attributes, VERSION};
use super::keys::Key;
use super::write::{Write, Written};
use super::{Entry, EntryId, Store, StoreError, hash};
use crate::clock::Millis;

/// Longer than the entry itself can come back: a parked one stays for 14 days, and a person may have it tried again.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

/// Who may tell the platform of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventClaim {
    /// We, now, and nobody after us.
    Ours,
    /// It was told and taken, and the question how it went is queued.
    Sent,
    /// Somebody was about to tell and never said how it ended. It must not be told again.
    Unknown,
}

impl Store {
    /// Claims the one sending of an event right before it is sent. A claim whose holder died stays.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; then nothing may be sent.
    pub async fn claim_event(&self, entry: &EntryId, owner: &str, now: Millis) -> Result<EventClaim, StoreError> {
        // Condition: nobody has claimed it, or its holder gave it back, or this very call claimed it and its answer got lost.
        let claim = Write::update(
            Key::event(entry),
            "SET own = :me, st = :claimed, t = :t, v = :v, ca = if_not_exists(ca, :now), ua = :now, #ttl = :ttl",
            "attribute_not_exists(PK) OR st = :free OR (own = :me AND st = :claimed)",
        )
        .name("#ttl", "ttl")
        .text(":me", owner)
        .text(":claimed", "CLAIMED")
        .text(":free", "FREE")
        .text(":t", "EVT")
        .number(":v", VERSION)
        .number(":now", now.0)
        .number(":ttl", now.plus(REMEMBERED).secs());
        Ok(match self.write(claim).await? {
            Written::Done(_) => EventClaim::Ours,
            Written::Refused(item) if item.maybe_text("st") == Some("SENT") => EventClaim::Sent,
            Written::Refused(_) => EventClaim::Unknown,
        })
    }

    /// Gives a claim back after a sending that certainly delivered nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the event is then taken for sent.
    pub async fn release_event(&self, entry: &EntryId, owner: &str, now: Millis) -> Result<(), StoreError> {
        // Condition: it is ours, or this very call gave it back and its answer got lost.
        let release =
            Write::update(Key::event(entry), "SET st = :free, ua = :now", "own = :me AND st IN (:claimed, :free)")
                .text(":me", owner)
                .text(":claimed", "CLAIMED")
                .text(":free", "FREE")
                .number(":now", now.0);
        self.write(release).await.map(|_| ())
    }

    /// Writes down that the platform took the event as `task`, and queues the question how it went, in one write.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the event is then taken for sent by whoever comes next.
    pub async fn event_sent(
        &self,
        entry: &EntryId,
        owner: &str,
        task: Option<&str>,
        question: Option<&Entry>,
        now: Millis,
    ) -> Result<(), StoreError> {
        // Condition: it is ours, or this very call wrote it down and its answer got lost.
        let sent = Write::update(
            Key::event(entry),
            "SET st = :sent, task = :task, ua = :now",
            "own = :me AND st IN (:claimed, :sent)",
        )
        .text(":me", owner)
        .text(":claimed", "CLAIMED")
        .text(":sent", "SENT")
        .text(":task", task.unwrap_or_default())
        .number(":now", now.0);
        match question {
            None => self.write(sent).await.map(|_| ()),
            // A question that is there already is the same question: then all of this was written before.
            Some(question) => {
                let token = hash(&["event-sent", entry.as_str(), owner]);
                self.write_all(&token, vec![sent, question.put(now)]).await.map(|_| ())
            }
        }
    }
}
