//! Work that follows an answer: put with the change it belongs to, claimed by a lease, finished or tried again.

use std::fmt;
use std::time::Duration;

use super::item::{Attributes, VERSION, n, s};
use super::keys::{self, DUE_SHARDS, Key};
use super::write::{Write, Written};
use super::{Item, Store, StoreError};
use crate::clock::Millis;

/// After so many tries an entry is parked: no more automatic work, an alarm, a person looks (state design, section 11).
pub const MAX_TRIES: u64 = 8;

/// The stream starts an entry within about a second; the sweep takes what is still there after this.
const STREAM_MISSED: Duration = Duration::from_secs(5);

const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// A finished entry stays readable for so long, without its body.
const REMEMBERED: Duration = Duration::from_secs(7 * 86_400);

/// A parked entry keeps its body for so long: for a person to look at, and not for ever, because it may hold what somebody wrote.
const PARKED_FOR: Duration = Duration::from_secs(14 * 86_400);

/// How many entries of each shard one sweep takes.
const SWEEP: i32 = 25;

/// The key of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(String);

impl EntryId {
    /// An id from what makes the entry the one it is: the same parts make the same entry, so that a repeat finds it there.
    pub fn of(parts: &[&str]) -> Self {
        Self(super::hash(parts))
    }

    /// The id in a partition key of the table; `None` for other items.
    pub fn from_pk(pk: &str) -> Option<Self> {
        pk.strip_prefix("OUT#").map(|id| Self(id.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What logs call this entry.
    pub fn hash(&self) -> String {
        Key::entry(self).hash()
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An effect on its way into the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub id: EntryId,
    /// The effect as JSON.
    pub body: String,
}

/// An entry that is ours for the length of a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Its key.
    pub id: EntryId,
    /// The effect as JSON; `None` if the item has none that can be read.
    pub body: Option<String>,
    /// How many claims there were, this one included.
    pub tries: u64,
    owner: String,
}

/// What became of a claimed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out.
    Done,
    /// Too late or pointless by now; not carried out.
    Dropped,
    /// Try again later; after [`MAX_TRIES`] it is parked.
    Again,
    /// Cannot be carried out at all.
    Parked,
}

impl Entry {
    /// Condition: it is not there yet.
    pub(super) fn put(&self, now: Millis) -> Write {
        let (shard, due) = keys::due(&self.id, now.plus(STREAM_MISSED));
        Write::put(Key::entry(&self.id), "attribute_not_exists(PK)")
            .with("t", s("OUT"))
            .with("v", n(VERSION))
            .with("body", s(&self.body))
            .with("st", s("READY"))
            .with("tries", n(0))
            .with("ca", n(now.0))
            .with("ua", n(now.0))
            .with("DPK", s(shard))
            .with("DSK", s(due))
    }
}

impl Store {
    /// Puts an entry by itself. `false` if it is there already.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn put_entry(&self, entry: &Entry, now: Millis) -> Result<bool, StoreError> {
        Ok(matches!(self.write(entry.put(now)).await?, Written::Done(_)))
    }

    /// Takes an entry until `lease`. `None`: finished, parked, somebody else's for now, waiting for its next try, or written by
    /// a newer release.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn claim_entry(
        &self,
        id: &EntryId,
        owner: &str,
        lease: Millis,
        now: Millis,
    ) -> Result<Option<Claimed>, StoreError> {
        // `tries` may count one claim twice if the first answer got lost: the entry is parked a try early, nothing worse.
        let claim = Write::update(
            Key::entry(id),
            "SET st = :claimed, own = :me, lease = :lease, tries = if_not_exists(tries, :zero) + :one, ua = :now",
            "attribute_exists(PK) AND st IN (:ready, :claimed) AND (attribute_not_exists(v) OR v <= :v) \
             AND (attribute_not_exists(lease) OR lease <= :now OR own = :me)",
        )
        .text(":claimed", "CLAIMED")
        .text(":ready", "READY")
        .text(":me", owner)
        .number(":lease", lease.0)
        .number(":now", now.0)
        .number(":zero", 0)
        .number(":one", 1)
        .number(":v", VERSION);
        Ok(match self.write(claim).await? {
            Written::Refused(_) => None,
            Written::Done(item) => Some(Claimed {
                id: id.clone(),
                body: item.maybe_text("body").map(str::to_owned),
                tries: item.maybe_number("tries").unwrap_or(1),
                owner: owner.to_owned(),
            }),
        })
    }

    /// Writes down how it ended. Returns what was written: an entry that failed once too often is parked.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the lease then runs out and the entry is found again.
    pub async fn finish_entry(&self, claimed: &Claimed, outcome: Outcome, now: Millis) -> Result<Outcome, StoreError> {
        let outcome = if outcome == Outcome::Again && claimed.tries >= MAX_TRIES { Outcome::Parked } else { outcome };
        // Condition of all three: the lease is still ours. Each sets what a repeat would set again.
        let mine = "own = :me";
        let write = match outcome {
            Outcome::Done | Outcome::Dropped => Write::update(
                Key::entry(&claimed.id),
                "SET st = :st, ua = :now, #ttl = :ttl REMOVE body, DPK, DSK",
                mine,
            )
            .name("#ttl", "ttl")
            .text(":st", if outcome == Outcome::Done { "DONE" } else { "DROPPED" })
            .number(":ttl", now.plus(REMEMBERED).secs()),
            Outcome::Again => {
                let wait = FIRST_WAIT.saturating_mul(1 << claimed.tries.min(16)).min(LONGEST_WAIT);
                let next = now.plus(wait);
                let (shard, due) = keys::due(&claimed.id, next);
                Write::update(
                    Key::entry(&claimed.id),
                    "SET st = :ready, lease = :next, ua = :now, DPK = :shard, DSK = :due",
                    mine,
                )
                .text(":ready", "READY")
                .number(":next", next.0)
                .text(":shard", shard)
                .text(":due", due)
            }
            Outcome::Parked => Write::update(
                Key::entry(&claimed.id),
                "SET st = :st, ua = :now, #ttl = :ttl REMOVE DPK, DSK",
                mine,
            )
            .name("#ttl", "ttl")
            .text(":st", "PARKED")
            .number(":ttl", now.plus(PARKED_FOR).secs()),
        };
        self.write(write.text(":me", &claimed.owner).number(":now", now.0)).await?;
        Ok(outcome)
    }

    /// Entries that are due, a bounded number of each shard. Found through the index, so each must be claimed before it is believed.
    ///
    /// # Errors
    /// [`StoreError`] if the index cannot be read.
    pub async fn due_entries(&self, now: Millis) -> Result<Vec<EntryId>, StoreError> {
        let before = format!("{:013}", now.0 + 1);
        let mut found = Vec::new();
        for shard in 0..DUE_SHARDS {
            let items: Vec<Item> = self.due_keys(&keys::due_pk(shard), &before, SWEEP).await?;
            found.extend(items.iter().filter_map(|item| EntryId::from_pk(item.maybe_text("PK")?)));
        }
        Ok(found)
    }
}
