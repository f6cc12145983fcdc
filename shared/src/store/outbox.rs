//! Work that follows an answer: put with the change it belongs to, claimed by a lease, finished or tried again.

use std::fmt;
use std::time::Duration;

use super::item::{Attributes, VERSION, n, s};
use super::keys::{self, Key};
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
    /// When it may be carried out at the earliest; `None`: at once.
    pub not_before: Option<Millis>,
    /// Whether it belongs to an occasion and not to a turn: that it is there already says nothing about the turn.
    pub shared: bool,
}

/// What claiming an entry came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Ours until the lease runs out.
    Ours(Claimed),
    /// Finished, parked, somebody else's for now, waiting for its next try, or written by a newer release.
    NotNow,
    /// Its attributes are not an entry's; it has been parked.
    Broken,
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
    /// When it was put.
    pub since: Millis,
    /// Claims that ended as [`Outcome::NotSent`].
    vain: u64,
    owner: String,
}

impl Claimed {
    /// How many claims may have carried it out, this one included, and nobody knows. One whose holder died is such a claim.
    pub fn tries_in_the_dark(&self) -> u64 {
        self.tries.saturating_sub(self.vain)
    }
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
    /// Likewise, and it is certain that this try did nothing.
    NotSent,
    /// Cannot be carried out at all.
    Parked,
}

impl Entry {
    /// A name for what these parts say together: the same parts, the same name; other parts, another.
    pub fn name(parts: &[&str]) -> String {
        super::hash(parts)
    }

    /// An entry to be carried out at once.
    pub fn new(id: EntryId, body: String) -> Self {
        Self { id, body, not_before: None, shared: false }
    }

    /// Not to be carried out before `at`: the stream that wakes the outbox at once finds nothing to do, the sweep does.
    pub fn not_before(self, at: Millis) -> Self {
        Self { not_before: Some(at), ..self }
    }

    /// Condition: it is not there yet.
    pub(super) fn put(&self, now: Millis) -> Write {
        let stream_missed = now.plus(STREAM_MISSED);
        let (shard, due) =
            keys::due(self.id.as_str(), self.not_before.map_or(stream_missed, |at| at.max(stream_missed)));
        let put = Write::put(Key::entry(&self.id), "attribute_not_exists(PK)")
            .with("t", s("OUT"))
            .with("v", n(VERSION))
            .with("body", s(&self.body))
            .with("st", s("READY"))
            .with("tries", n(0))
            .with("ca", n(now.0))
            .with("ua", n(now.0))
            .with("DPK", s(shard))
            .with("DSK", s(due));
        match self.not_before {
            // A lease that nobody holds: no claim succeeds before it has run out.
            Some(at) => put.with("lease", n(at.0)),
            None => put,
        }
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

    /// Takes an entry until `lease`.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn claim_entry(
        &self,
        id: &EntryId,
        owner: &str,
        lease: Millis,
        now: Millis,
    ) -> Result<Claim, StoreError> {
        // `tries` may count one claim twice if the first answer got lost: the entry is parked a try early, nothing worse.
        let claim = Write::update(
            Key::entry(id),
            "SET st = :claimed, own = :me, lease = :lease, tries = if_not_exists(tries, :zero) + :one, ua = :now",
            "attribute_exists(PK) AND st IN (:ready, :claimed) AND (attribute_not_exists(v) OR v <= :v) \
             AND (attribute_not_exists(lease) OR lease <= :now OR own = :me) \
             AND (attribute_not_exists(tries) OR attribute_type(tries, :number))",
        )
        .text(":claimed", "CLAIMED")
        .text(":ready", "READY")
        .text(":me", owner)
        .text(":number", "N")
        .number(":lease", lease.0)
        .number(":now", now.0)
        .number(":zero", 0)
        .number(":one", 1)
        .number(":v", VERSION);
        match self.write(claim).await? {
            Written::Done(item) => Ok(Claim::Ours(Claimed {
                id: id.clone(),
                body: item.maybe_text("body").map(str::to_owned),
                tries: item.maybe_number("tries").unwrap_or(1),
                since: Millis(item.maybe_number("ca").unwrap_or_default()),
                vain: item.maybe_number("vain").unwrap_or_default(),
                owner: owner.to_owned(),
            })),
            Written::Refused(item) if is_broken(&item) => self.park_broken(id, now).await,
            Written::Refused(_) => Ok(Claim::NotNow),
        }
    }

    /// Takes an entry whose attributes make no sense out of the index, where it would be found again every minute.
    async fn park_broken(&self, id: &EntryId, now: Millis) -> Result<Claim, StoreError> {
        // Condition: it is still there. Doing it twice is doing it once.
        let park = park(id, "attribute_exists(PK)", now);
        self.write(park).await.map(|_| Claim::Broken)
    }

    /// Writes down how it ended. Returns what was written: an entry that failed once too often is parked.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the lease then runs out and the entry is found again.
    pub async fn finish_entry(&self, claimed: &Claimed, outcome: Outcome, now: Millis) -> Result<Outcome, StoreError> {
        let again = matches!(outcome, Outcome::Again | Outcome::NotSent);
        let outcome = if again && claimed.tries >= MAX_TRIES { Outcome::Parked } else { outcome };
        // Condition of all: the lease is still ours. Each sets what a repeat would set again.
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
            Outcome::Again | Outcome::NotSent => {
                let wait = FIRST_WAIT.saturating_mul(1 << claimed.tries.min(16)).min(LONGEST_WAIT);
                let next = now.plus(wait);
                let (shard, due) = keys::due(claimed.id.as_str(), next);
                Write::update(
                    Key::entry(&claimed.id),
                    "SET st = :ready, lease = :next, ua = :now, DPK = :shard, DSK = :due, vain = :vain",
                    mine,
                )
                .number(":vain", claimed.vain + u64::from(outcome == Outcome::NotSent))
                .text(":ready", "READY")
                .number(":next", next.0)
                .text(":shard", shard)
                .text(":due", due)
            }
            Outcome::Parked => park(&claimed.id, mine, now),
        };
        self.write(write.text(":me", &claimed.owner).number(":now", now.0)).await?;
        Ok(outcome)
    }
}

/// Out of the index and out of reach of every claim, for a person to look at.
fn park(id: &EntryId, condition: &'static str, now: Millis) -> Write {
    Write::update(Key::entry(id), "SET st = :st, ua = :now, #ttl = :ttl REMOVE DPK, DSK", condition)
        .name("#ttl", "ttl")
        .text(":st", "PARKED")
        .number(":now", now.0)
        .number(":ttl", now.plus(PARKED_FOR).secs())
}

/// Whether attributes that are there have a type or a value that no release writes.
fn is_broken(item: &Item) -> bool {
    let odd_number = |name| item.contains_key(name) && item.maybe_number(name).is_none();
    let known = ["READY", "CLAIMED", "DONE", "DROPPED", "PARKED"];
    let state_is_odd = !item.maybe_text("st").is_some_and(|state| known.contains(&state));
    let numbers_are_odd = ["v", "lease", "tries"].into_iter().any(odd_number);
    !item.is_empty() && !item.is_newer() && (state_is_odd || numbers_are_odd)
}
