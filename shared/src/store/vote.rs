//! One vote per person and day: the item is the rule. Results are counted from the votes, never kept beside them.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::item::{Attributes, VERSION, n, s};
use super::keys::{self, Key};
use super::write::{Write, Written};
use super::{GroupId, Item, Person, PlaceId, Store, StoreError};
use crate::clock::Millis;

/// How long votes are kept (state design, section 3).
const VOTES_LAST: Duration = Duration::from_secs(90 * 86_400);

/// A result is written down so long after closing: no vote cast before can still be on its way, not even one of a turn that ran
/// late and is taken again within its callback's minute.
const SETTLED_AFTER: Duration = Duration::from_secs(60);

/// Above this many votes a day is counted by one reader for all (state design, section 8).
const COUNTED_BY_EACH: usize = 200;

/// Enough to see the snapshot, the result and the votes of a small group in one page.
const FIRST_PAGE: i32 = 25;

/// Enough to see that a group is not small any more.
const NEXT_PAGE: i32 = 200;

/// How old a snapshot may be, and how long its maker has.
const SNAPSHOT_LASTS: Duration = Duration::from_secs(2);

/// What voting came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Voted {
    /// This is the person's vote of the day now, and it was another or none before.
    Counted,
    /// A later vote of the same person is there; it stands.
    Superseded,
    /// Votes closed at this minute of the Korean day; what was voted before stands.
    Closed(u16),
}

/// One place's votes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The place.
    pub place: PlaceId,
    /// Its votes.
    pub votes: u32,
    /// When it got the last of them: of two equals the one that got there first is named first.
    pub last: Millis,
}

/// A day counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Places with votes: most votes first, then the one that had them first.
    pub standings: Vec<Standing>,
    /// Votes are closed and this will not change.
    #[serde(default)]
    pub closed: bool,
}

impl Tally {
    /// All votes counted.
    pub fn votes(&self) -> u32 {
        self.standings.iter().map(|standing| standing.votes).sum()
    }

    /// The places with the most votes: one, or several that share the first rank.
    pub fn winners(&self) -> impl Iterator<Item = &Standing> {
        let most = self.standings.first().map(|first| first.votes);
        self.standings.iter().take_while(move |standing| Some(standing.votes) == most)
    }

    /// The rank of each standing, in their order; equals share one.
    pub fn ranks(&self) -> impl Iterator<Item = (usize, &Standing)> {
        self.standings.iter().map(|standing| {
            let better = self.standings.iter().filter(|other| other.votes > standing.votes).count();
            (better + 1, standing)
        })
    }

    fn count<'a>(votes: impl Iterator<Item = &'a Item>, closes: Option<Millis>) -> Self {
        let mut counted: HashMap<&str, (u32, Millis)> = HashMap::new();
        for vote in votes {
            let (Some(place), Some(at)) = (vote.maybe_text("c"), vote.maybe_number("at").map(Millis)) else {
                continue; // an item that is not a vote, or that nobody can read, counts for nobody
            };
            if closes.is_some_and(|closes| at >= closes) {
                continue;
            }
            let (votes, last) = counted.entry(place).or_default();
            *votes += 1;
            *last = (*last).max(at);
        }
        let mut standings: Vec<Standing> = counted
            .into_iter()
            .map(|(place, (votes, last))| Standing { place: PlaceId::from_key(place), votes, last })
            .collect();
        standings.sort_by(|a, b| b.votes.cmp(&a.votes).then(a.last.cmp(&b.last)).then(a.place.cmp(&b.place)));
        Self { standings, closed: false }
    }
}

impl Store {
    /// Casts or changes the vote of `person` at the moment `at`: one read of the group's closing time, one write, whose day is the
    /// Korean day of `at`. A vote after closing must not even be written: it would take the place of the one that counts.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used.
    pub async fn vote(
        &self,
        group: &GroupId,
        person: &Person,
        place: &PlaceId,
        at: Millis,
    ) -> Result<Voted, StoreError> {
        if let Some(closes) = self.closing(group).await?
            && at >= at.kst_at_minute(closes)
        {
            return Ok(Voted::Closed(closes));
        }
        // Condition: no vote yet, or an earlier one; and not one of a newer release.
        let write = Write::update(
            Key::vote(group, &at.kst_day(), person),
            "SET c = :c, #at = :at, t = :t, v = :v, #ttl = :ttl",
            "attribute_not_exists(PK) OR \
             ((#at < :at OR NOT attribute_type(#at, :number)) AND (attribute_not_exists(v) OR v <= :v))",
        )
        .name("#at", "at")
        .name("#ttl", "ttl")
        .text(":c", place.to_string())
        .text(":t", "VOTE")
        .text(":number", "N")
        .number(":at", at.0)
        .number(":v", VERSION)
        .number(":ttl", at.plus(VOTES_LAST).secs());
        let is_this =
            |old: &Item| old.maybe_text("c") == Some(&place.to_string()) && old.maybe_number("at") == Some(at.0);
        Ok(match self.write(write).await? {
            Written::Done(_) => Voted::Counted,
            // The very same vote is there: a repeat of ours, or of the platform's.
            Written::Refused(old) if is_this(&old) => Voted::Counted,
            Written::Refused(_) => Voted::Superseded,
        })
    }

    /// The votes of the Korean day of `now`, counted. `closes`: votes from that moment on do not count.
    ///
    /// A small group is counted by each reader (one query). A large one is counted by one reader every two seconds for all; a
    /// closed day is counted once for ever.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn tally(
        &self,
        group: &GroupId,
        closes: Option<Millis>,
        owner: &str,
        now: Millis,
    ) -> Result<Tally, StoreError> {
        let day = now.kst_day();
        let pk = keys::day_pk(group, &day);
        let closed = closes.is_some_and(|closes| now >= closes);
        let (mut items, mut next) = self.page(&pk, keys::DAY, Some(FIRST_PAGE), None).await?;
        let kept = |sk: &str, items: &[Item]| items.iter().find(|item| item.maybe_text("SK") == Some(sk)).cloned();
        if closed
            && let Some(item) = kept("RESULT", &items)
            && item.maybe_number("closes") == closes.map(|closes| closes.0)
            && let Some(result) = stored(&item)
        {
            return Ok(result);
        }
        if let Some(snapshot) = kept("COUNT", &items)
            && next.is_some()
            && !closed
        {
            return self.snapshot(group, &day, &pk, closes, owner, Some(snapshot), now).await;
        }
        while let Some(after) = next {
            if items.len() > COUNTED_BY_EACH && !closed {
                return self.snapshot(group, &day, &pk, closes, owner, None, now).await;
            }
            let limit = if closed { None } else { Some(NEXT_PAGE) };
            let (page, following) = self.page(&pk, keys::DAY, limit, Some(after)).await?;
            items.extend(page);
            next = following;
        }
        let mut tally = Tally::count(items.iter(), closes);
        tally.closed = closed;
        match closes {
            Some(closes) if now >= closes.plus(SETTLED_AFTER) => self.settle(group, &day, tally, closes, now).await,
            _ => Ok(tally),
        }
    }

    /// Writes the result of a closed day down, once for each closing time: whoever comes second reads what the first wrote.
    async fn settle(
        &self,
        group: &GroupId,
        day: &str,
        tally: Tally,
        closes: Millis,
        now: Millis,
    ) -> Result<Tally, StoreError> {
        // Condition: nobody has yet, or closing was put off since; and not one of a newer release.
        const SETTLE: &str = "attribute_not_exists(PK) OR (closes <> :closes AND (attribute_not_exists(v) OR v <= :v))";
        let put = Write::put(Key::result(group, day), SETTLE)
            .number(":closes", closes.0)
            .number(":v", VERSION)
            .with("closes", n(closes.0))
            .with("t", s("RESULT"))
            .with("v", n(VERSION))
            .with("tally", s(to_json(&tally)))
            .with("ca", n(now.0))
            .with("ttl", n(now.plus(VOTES_LAST).secs()));
        Ok(match self.write(put).await? {
            Written::Done(_) => tally,
            Written::Refused(old) => stored(&old).unwrap_or(tally),
        })
    }

    /// The count that all readers of a large group share; the first to find it old makes it anew.
    #[expect(clippy::too_many_arguments, reason = "private continuation of `tally`")]
    async fn snapshot(
        &self,
        group: &GroupId,
        day: &str,
        pk: &str,
        closes: Option<Millis>,
        owner: &str,
        known: Option<Item>,
        now: Millis,
    ) -> Result<Tally, StoreError> {
        let old = known.as_ref().and_then(stored);
        let is_fresh = |item: &Item| item.maybe_number("at").is_some_and(|at| now.since(Millis(at)) < SNAPSHOT_LASTS);
        if let (Some(item), Some(tally)) = (&known, &old)
            && is_fresh(item)
        {
            return Ok(tally.clone());
        }
        // Condition: it is old, and nobody is at it.
        let claim = Write::update(
            Key::snapshot(group, day),
            "SET lease = :lease, own = :me, t = :t, v = :v, #ttl = :ttl",
            "attribute_not_exists(PK) OR own = :me OR ((attribute_not_exists(#at) OR #at <= :old) AND lease < :now)",
        )
        .name("#at", "at")
        .name("#ttl", "ttl")
        .text(":me", owner)
        .text(":t", "COUNT")
        .number(":v", VERSION)
        .number(":lease", now.plus(SNAPSHOT_LASTS).0)
        .number(":old", now.minus(SNAPSHOT_LASTS).0)
        .number(":now", now.0)
        .number(":ttl", now.plus(VOTES_LAST).secs());
        if let Written::Refused(item) = self.write(claim).await?
            && let Some(tally) = stored(&item).or(old)
        {
            return Ok(tally);
        }
        let items = self.all(pk, keys::DAY).await?;
        let tally = Tally::count(items.iter(), closes);
        // Condition: the claim is still ours.
        let put =
            Write::update(Key::snapshot(group, day), "SET tally = :tally, #at = :now, lease = :zero", "own = :me")
                .name("#at", "at")
                .text(":tally", to_json(&tally))
                .text(":me", owner)
                .number(":now", now.0)
                .number(":zero", 0);
        self.write(put).await?;
        Ok(tally)
    }
}

fn to_json(tally: &Tally) -> String {
    serde_json::to_string(tally).unwrap_or_default()
}

fn stored(item: &Item) -> Option<Tally> {
    serde_json::from_str(item.maybe_text("tally")?).ok()
}
