//! `RECON#members`, `RECON#channels`: how far the reconciler has come. One item for each kind of round, taken by a lease: whoever dies in
//! the middle of a round leaves the place where the next one goes on.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{AppUser, change, known};
use crate::clock::Millis;
use crate::store::item::{Attributes, undecodable};
use crate::store::keys::Key;
use crate::store::write::{Write, Written};
use crate::store::{Item, Store, StoreError};

/// How long after a round began the next one may begin.
pub const ROUND_EVERY: Duration = Duration::from_secs(86_400);

/// Longer than an invocation of the outbox: who is found past it is dead.
pub const ROUND_LEASE: Duration = Duration::from_secs(90);

/// What a round counts; it is also what kind of round it is.
pub trait Counts: Copy + Default + Serialize + DeserializeOwned {
    /// The kind, as its item is called: `RECON#<kind>`.
    const KIND: &'static str;

    /// People looked at so far.
    fn checked(&self) -> u64;
}

/// What a round over the members came to so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Pages of Kakao's list.
    pub pages: u64,
    /// People looked at.
    pub checked: u64,
    /// Links without a member that were undone.
    pub orphans: u64,
    /// Members without a link whose erasure was begun.
    pub left: u64,
    /// People who are to be looked at another time.
    pub open: u64,
}

impl Counts for Tally {
    const KIND: &'static str = "members";

    fn checked(&self) -> u64 {
        self.checked
    }
}

/// What a round over the members' relations to our channels came to so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelTally {
    /// Pages of our list.
    pub pages: u64,
    /// Members looked at.
    pub checked: u64,
    /// Those among them whom Kakao was asked about.
    pub asked: u64,
    /// Relations that nobody had told us of.
    pub learned: u64,
    /// Relations that were stored wrong.
    pub wrong: u64,
    /// Members of whom Kakao cannot tell: not linked, no consent, no KakaoTalk.
    pub silent: u64,
    /// Members who are to be looked at another time.
    pub open: u64,
}

impl Counts for ChannelTally {
    const KIND: &'static str = "channels";

    fn checked(&self) -> u64 {
        self.checked
    }
}

/// A round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round<T = Tally> {
    /// When it began.
    pub began: Millis,
    /// When it ended, if it has.
    pub ended: Option<Millis>,
    /// The last person who was looked at: the next page begins after them.
    pub after: Option<AppUser>,
    /// What it came to so far.
    pub tally: T,
}

/// What asking for a round came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken<T = Tally> {
    /// Ours for [`ROUND_LEASE`].
    Ours(Round<T>),
    /// Somebody else is at it.
    Busy,
    /// The last one began less than [`ROUND_EVERY`] ago and has ended.
    NotDue,
}

impl Store {
    /// Takes the round that was left unfinished, else begins one: if the last is a day old, or `at_once` whenever it has ended.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn take_round<T: Counts>(&self, me: &str, at_once: bool, now: Millis) -> Result<Taken<T>, StoreError> {
        // Condition: it is unfinished, and its holder dead or this very call.
        let go_on = round::<T>(
            "own = :me, lease = :lease",
            "",
            known!("attribute_exists(PK) AND attribute_not_exists(ended) AND (lease < :now OR own = :me)"),
            now,
        )
        .text(":me", me)
        .number(":lease", now.plus(ROUND_LEASE).0);
        let last = match self.write(go_on).await? {
            Written::Done(item) => return read(&item).map(Taken::Ours),
            Written::Refused(item) if item.is_empty() => None,
            Written::Refused(item) => Some(read::<T>(&item)?),
        };
        match last {
            Some(last) if last.ended.is_none() => return Ok(Taken::Busy),
            Some(last) if !at_once && now < last.began.plus(ROUND_EVERY) => return Ok(Taken::NotDue),
            _ => {}
        }
        // Condition: nobody has begun one since it was read; or this very call has.
        let begin = round::<T>(
            "began = :now, own = :me, lease = :lease, tally = :tally",
            " REMOVE ended, upto",
            known!("attribute_not_exists(PK) OR (attribute_exists(ended) AND began = :seen) OR (own = :me AND began = :now)"),
            now,
        )
        .text(":me", me)
        .text(":tally", tally(T::default())?)
        .number(":lease", now.plus(ROUND_LEASE).0)
        .number(":seen", last.map(|last| last.began.0).unwrap_or_default());
        Ok(match self.write(begin).await? {
            Written::Done(item) => Taken::Ours(read(&item)?),
            Written::Refused(_) => Taken::Busy,
        })
    }

    /// Writes down how far our round has come, and holds it for another [`ROUND_LEASE`]. `false` if it is somebody else's by now.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn step_round<T: Counts>(
        &self,
        me: &str,
        after: &AppUser,
        so_far: T,
        now: Millis,
    ) -> Result<bool, StoreError> {
        // Condition: ours. A repeat sets what it set.
        let step = round::<T>(
            "upto = :upto, tally = :tally, lease = :lease",
            "",
            known!("own = :me AND attribute_not_exists(ended)"),
            now,
        )
        .text(":me", me)
        .text(":upto", after.as_str())
        .text(":tally", tally(so_far)?)
        .number(":lease", now.plus(ROUND_LEASE).0);
        Ok(matches!(self.write(step).await?, Written::Done(_)))
    }

    /// Leaves our round unfinished: whoever comes next goes on with it at once.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the lease then runs out.
    pub async fn leave_round<T: Counts>(&self, me: &str, now: Millis) -> Result<(), StoreError> {
        // Condition: ours. A repeat sets what it set.
        let leave = round::<T>("lease = :none", "", known!("own = :me AND attribute_not_exists(ended)"), now)
            .text(":me", me)
            .number(":none", 0);
        self.write(leave).await.map(|_| ())
    }

    /// Ends our round.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the last page is then looked at once more.
    pub async fn end_round<T: Counts>(&self, me: &str, came_to: T, now: Millis) -> Result<(), StoreError> {
        // Condition: ours; or this very call has ended it.
        let end = round::<T>("ended = :now, tally = :tally", " REMOVE upto, lease", known!("own = :me"), now)
            .text(":me", me)
            .text(":tally", tally(came_to)?);
        self.write(end).await.map(|_| ())
    }

    /// The last round of its kind, by one strong read. `None` if there never was one.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn last_round<T: Counts>(&self) -> Result<Option<Round<T>>, StoreError> {
        self.get(&Key::round(T::KIND)).await?.as_ref().map(read).transpose()
    }
}

fn round<T: Counts>(set: &str, remove: &str, condition: &'static str, now: Millis) -> Write {
    change(Key::round(T::KIND), "ROUND", set, remove, condition, now)
}

fn tally<T: Counts>(tally: T) -> Result<String, StoreError> {
    serde_json::to_string(&tally).map_err(|_| StoreError::Rejected("InvalidJson".to_owned()))
}

fn read<T: Counts>(item: &Item) -> Result<Round<T>, StoreError> {
    let upto = item.maybe_text("upto");
    Ok(Round {
        began: Millis(item.maybe_number("began").ok_or_else(|| undecodable(item))?),
        ended: item.maybe_number("ended").map(Millis),
        after: upto.map(|upto| AppUser::parse(upto).ok_or_else(|| undecodable(item))).transpose()?,
        // Counts that cannot be read are no reason to stop.
        tally: item.maybe_text("tally").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
    })
}
