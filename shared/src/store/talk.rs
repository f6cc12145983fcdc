//! Where a conversation stands: one item per person, `SESS`, thirty minutes after the last word. The last turn that must not be
//! taken twice is remembered with it: for a moment, and at no extra read or write.

use std::time::Duration;

use super::item::{Attributes, VERSION, n, s};
use super::keys::Key;
use super::outbox::Entry;
use super::write::{Write, Written};
use super::{Item, Person, Store, StoreError, hash};
use crate::clock::Millis;

/// How long a conversation is remembered after the last turn that kept it (state design, section 3).
pub const TALK_LASTS: Duration = Duration::from_secs(30 * 60);

/// Longest kept talk, in bytes of JSON (state design, section 3: `ctx` at most 8 KB).
pub const MAX_TALK: usize = 8 * 1024;

/// Longest answer that is remembered for copies of its turn, in bytes of JSON: with the talks before and now an item stays below
/// a tenth of what the table takes.
pub const MAX_ANSWERED: usize = 16 * 1024;

/// A turn that must not be taken twice, and what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What makes another turn a copy of it: block, utterance and `extra`, as a hash.
    pub turn: String,
    /// When the gateway received it.
    pub at: Millis,
    /// How long after that a copy is a copy, in milliseconds.
    pub window: u64,
    /// The answer as JSON; empty if it was longer than [`MAX_ANSWERED`].
    pub answer: String,
}

impl Answered {
    /// How far the clocks of two machines, and the ways of two requests, may be apart.
    const TOLERANCE: Duration = Duration::from_secs(10);

    /// Whether any copy would have come by now.
    fn is_over(&self, now: Millis) -> bool {
        now.since(self.at) > Duration::from_millis(self.window).saturating_add(Self::TOLERANCE)
    }
}

/// What a turn leaves behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keep<'a> {
    /// Where the conversation stands: the author's JSON and its version.
    pub talk: Option<(&'a str, u32)>,
    /// The turn itself, if it must not be taken twice.
    pub answered: Option<&'a Answered>,
    /// Effects to be queued.
    pub entries: &'a [Entry],
}

/// What the table remembers of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recalled {
    /// The author's talk as JSON; `None` if there is none or it has expired.
    pub talk: Option<String>,
    /// The author's version of it.
    pub version: u32,
    /// When it will have expired.
    pub expires: Millis,
    /// Written by a newer release: it may be read, but not overwritten.
    pub read_only: bool,
    /// The turn that kept it, and the talk and version that this turn found: to take the same turn again and come to the same
    /// answer.
    pub kept_by: Option<String>,
    /// See [`Recalled::kept_by`].
    pub before: Option<(String, u32)>,
    /// The last turn that must not be taken twice.
    pub answered: Option<Answered>,
    rev: u64,
}

/// How keeping ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Kept, together with the entries.
    Saved,
    /// Another turn of the same person was faster; this is what it left.
    Changed(Recalled),
    /// The entries are there already: this turn is a repeat.
    Repeated,
}

impl Store {
    /// One strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn recall(&self, person: &Person, now: Millis) -> Result<Recalled, StoreError> {
        Ok(self.get(&Key::talk(person)).await?.map(|item| recalled(&item, now)).unwrap_or_default())
    }

    /// Keeps what a turn leaves behind, if nobody kept anything else since `seen`: one write, or one transaction if there is more
    /// than one thing. Nothing at all to keep costs nothing. Without a person only effects can be kept.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] above [`MAX_TALK`]; otherwise if the table cannot be written.
    pub async fn keep(
        &self,
        person: Option<&Person>,
        seen: &Recalled,
        keep: Keep<'_>,
        owner: &str,
        now: Millis,
    ) -> Result<Kept, StoreError> {
        let session = match person {
            Some(person) if (keep.talk.is_some() || keep.answered.is_some()) && !seen.read_only => {
                if let Some((json, _)) = keep.talk
                    && json.len() > MAX_TALK
                {
                    return Err(StoreError::TooLarge(json.len()));
                }
                Some(session(person, seen, keep, owner, now))
            }
            _ => None,
        };
        let mut entries: Vec<&Entry> = keep.entries.iter().collect();
        loop {
            let writes: Vec<Write> =
                session.iter().cloned().chain(entries.iter().map(|entry| entry.put(now))).collect();
            let refusals = self.write_together(owner, seen.rev, writes).await?;
            let mut refusals = refusals.into_iter();
            if session.is_some()
                && let Some(Some(old)) = refusals.next()
            {
                return Ok(Kept::Changed(recalled(&old, now)));
            }
            let there: Vec<bool> = refusals.map(|old| old.is_some()).collect();
            if !there.contains(&true) {
                return Ok(Kept::Saved);
            }
            if entries.iter().zip(&there).any(|(entry, there)| *there && !entry.shared) {
                return Ok(Kept::Repeated);
            }
            // What somebody else queued for the same occasion is queued. Everything else is still to be kept.
            let mut there = there.into_iter();
            entries.retain(|_| there.next() != Some(true));
        }
    }

    /// One write by itself, or several as a transaction: for each write the item that refused it, or nothing.
    async fn write_together(
        &self,
        owner: &str,
        rev: u64,
        mut writes: Vec<Write>,
    ) -> Result<Vec<Option<Item>>, StoreError> {
        match writes.len() {
            0 => Ok(Vec::new()),
            1 => {
                let Some(write) = writes.pop() else { return Ok(Vec::new()) };
                Ok(match self.write(write).await? {
                    Written::Done(_) => Vec::new(),
                    Written::Refused(old) => vec![Some(old)],
                })
            }
            count => {
                // The token differs from try to try of one turn, because what is written differs.
                let token = hash(&["keep", owner, &rev.to_string(), &count.to_string()]);
                Ok(self.write_all(&token, writes).await?.err().unwrap_or_default())
            }
        }
    }
}

/// Condition: nobody kept anything else meanwhile (`rev`), or what is there has expired, or it was this very turn (a repeat whose
/// first answer got lost), or its `rev` is not a number and says nothing.
fn session(person: &Person, seen: &Recalled, keep: Keep<'_>, owner: &str, now: Millis) -> Write {
    let mut set =
        "SET rev = :next, own = :me, #ttl = :ttl, t = :t, v = :v, ua = :now, ca = if_not_exists(ca, :now)".to_owned();
    let mut values = Vec::new();
    if let Some((json, version)) = keep.talk {
        set += ", ctx = :ctx, tv = :tv, pctx = :pctx, ptv = :ptv";
        values.extend([(":ctx", s(json)), (":tv", n(u64::from(version)))]);
        values.extend([(":pctx", s(seen.talk.clone().unwrap_or_default())), (":ptv", n(u64::from(seen.version)))]);
    }
    if let Some(Answered { turn, at, window, answer }) = keep.answered {
        set += ", dq = :dq, dat = :dat, dw = :dw, da = :da";
        values.extend([(":dq", s(turn)), (":dat", n(at.0)), (":dw", n(*window)), (":da", s(answer))]);
    }
    let mut remove = Vec::new();
    if keep.talk.is_none() {
        // There was none, or it has expired: what is written now must not bring it back to life.
        remove.extend(["ctx", "tv", "pctx", "ptv"]);
    }
    if keep.answered.is_none() && seen.answered.as_ref().is_some_and(|answered| answered.is_over(now)) {
        remove.extend(["dq", "dat", "dw", "da"]); // no copy can come any more, and every write would carry it
    }
    if !remove.is_empty() {
        set += &format!(" REMOVE {}", remove.join(", "));
    }
    let condition =
        "attribute_not_exists(PK) OR rev = :seen OR #ttl <= :secs OR own = :me OR NOT attribute_type(rev, :number)";
    let write = Write::update(Key::talk(person), set, condition)
        .name("#ttl", "ttl")
        .value(":next", n(seen.rev.saturating_add(1)))
        .value(":seen", n(seen.rev))
        .value(":me", s(owner))
        .value(":ttl", n(now.plus(TALK_LASTS).secs()))
        .value(":secs", n(now.secs()))
        .value(":now", n(now.0))
        .value(":number", s("N"))
        .value(":t", s("SESS"))
        .value(":v", n(VERSION));
    values.into_iter().fold(write, |write, (name, value)| write.value(name, value))
}

/// Never fails: a talk that cannot be read is a talk forgotten, and the person starts over.
fn recalled(item: &Item, now: Millis) -> Recalled {
    let alive = !item.is_expired(now);
    let version = |name| item.maybe_number(name).and_then(|version| u32::try_from(version).ok()).unwrap_or_default();
    let before = item.maybe_text("pctx").filter(|talk| alive && !talk.is_empty());
    Recalled {
        talk: item.maybe_text("ctx").filter(|_| alive).map(str::to_owned),
        version: version("tv"),
        expires: Millis(item.maybe_number("ttl").unwrap_or_default().saturating_mul(1_000)),
        read_only: alive && item.is_newer(),
        kept_by: item.maybe_text("own").filter(|_| alive).map(str::to_owned),
        before: before.map(|talk| (talk.to_owned(), version("ptv"))),
        answered: answered(item).filter(|_| alive),
        rev: item.maybe_number("rev").unwrap_or_default(),
    }
}

fn answered(item: &Item) -> Option<Answered> {
    Some(Answered {
        turn: item.maybe_text("dq")?.to_owned(),
        at: Millis(item.maybe_number("dat")?),
        window: item.maybe_number("dw")?,
        answer: item.maybe_text("da")?.to_owned(),
    })
}
