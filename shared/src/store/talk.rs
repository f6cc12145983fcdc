//! Where a conversation stands: one item per person, `SESS`, thirty minutes after the last word.

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

    /// Keeps `talk` (JSON and the author's version) if nobody kept another since `seen`, and queues `entries` with it: one write,
    /// or one transaction if there are entries. Nothing at all to keep costs nothing.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] above [`MAX_TALK`]; otherwise if the table cannot be written.
    pub async fn keep(
        &self,
        person: &Person,
        seen: &Recalled,
        talk: Option<(&str, u32)>,
        entries: &[Entry],
        owner: &str,
        now: Millis,
    ) -> Result<Kept, StoreError> {
        let mut writes = Vec::new();
        if let Some((json, version)) = talk
            && !seen.read_only
        {
            if json.len() > MAX_TALK {
                return Err(StoreError::TooLarge(json.len()));
            }
            writes.push(keep(person, seen, json, version, owner, now));
        }
        let with_talk = writes.len();
        writes.extend(entries.iter().map(|entry| entry.put(now)));
        match writes.len() {
            0 => Ok(Kept::Saved),
            1 => {
                let Some(write) = writes.pop() else { return Ok(Kept::Saved) };
                match self.write(write).await? {
                    Written::Done(_) => Ok(Kept::Saved),
                    Written::Refused(item) if with_talk == 1 => Ok(Kept::Changed(recalled(&item, now))),
                    Written::Refused(_) => Ok(Kept::Repeated),
                }
            }
            _ => {
                // The token differs from try to try of one turn, because what is written differs.
                let token = hash(&["keep", owner, &seen.rev.to_string()]);
                match self.write_all(&token, writes).await? {
                    Ok(()) => Ok(Kept::Saved),
                    Err(refusals) => {
                        Ok(match refusals.into_iter().enumerate().find_map(|(at, old)| Some((at, old?))) {
                            Some((0, old)) if with_talk == 1 => Kept::Changed(recalled(&old, now)),
                            _ => Kept::Repeated,
                        })
                    }
                }
            }
        }
    }
}

/// Condition: nobody kept another talk meanwhile (`rev`), or what is there has expired, or it was this very turn (a repeat whose
/// first answer got lost), or its `rev` is not a number and says nothing.
fn keep(person: &Person, seen: &Recalled, json: &str, version: u32, owner: &str, now: Millis) -> Write {
    Write::update(
        Key::talk(person),
        "SET ctx = :ctx, tv = :tv, pctx = :pctx, ptv = :ptv, rev = :next, own = :me, #ttl = :ttl, t = :t, v = :v, ua = :now, \
         ca = if_not_exists(ca, :now)",
        "attribute_not_exists(PK) OR rev = :seen OR #ttl <= :secs OR own = :me OR NOT attribute_type(rev, :number)",
    )
    .name("#ttl", "ttl")
    .value(":pctx", s(seen.talk.clone().unwrap_or_default()))
    .value(":ptv", n(u64::from(seen.version)))
    .value(":ctx", s(json))
    .value(":tv", n(u64::from(version)))
    .value(":next", n(seen.rev.saturating_add(1)))
    .value(":seen", n(seen.rev))
    .value(":me", s(owner))
    .value(":ttl", n(now.plus(TALK_LASTS).secs()))
    .value(":secs", n(now.secs()))
    .value(":now", n(now.0))
    .value(":number", s("N"))
    .value(":t", s("SESS"))
    .value(":v", n(VERSION))
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
        rev: item.maybe_number("rev").unwrap_or_default(),
    }
}
