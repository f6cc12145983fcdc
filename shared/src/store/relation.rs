//! `CH#`: how a person stands to a channel. The newest event wins, in whatever order and however often they come (state design,
//! section 5).
//!
//! Each event has a version that any two deliveries agree on; the item holds the highest. On the same second *blocked* is the
//! higher one: nobody who may have blocked is written to. What Kakao says when it is asked is higher than both.

use std::fmt;
use std::time::Duration;

use super::item::{Attributes, VERSION, head};
use super::keys::{self, CHANNEL, Key};
use super::person::is_id;
use super::write::{Write, Written};
use super::{AppUser, Entry, Item, Store, StoreError, hash};
use crate::clock::Millis;
use crate::kakao::id::{AppUserId, ChannelUserId};
use crate::kakao::login::is_person;
use crate::kakao::webhook::ChannelIdType;

/// Longest unknown word that is kept, in bytes: it comes from outside.
const WORD_MAX: usize = 64;

/// How long after the last event a relation is kept whose open id nobody has confirmed. No message will ever say that such a person
/// has left, so time does; as long as an account is remembered.
const OPEN_KEPT: Duration = Duration::from_secs(400 * 86_400);

/// What begins the key of an open id that is no plain one: no plain id has it, so nobody's key is anybody else's.
const HASHED: &str = "=";

/// A person as a channel event names them. The same number as an app user id and as an open id is not taken for the same person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelUser {
    /// They agreed to be known by their app user id.
    App(AppUser),
    /// They did not. An id with other characters than ours is kept as its hash: it names one person all the same.
    Open(String),
}

impl ChannelUser {
    /// The person that an event names. `None` if the id cannot be one, or is of a kind that nobody knows.
    pub fn of(kind: &ChannelIdType, id: &ChannelUserId) -> Option<Self> {
        let id = id.as_str();
        match kind {
            ChannelIdType::AppUserId if is_person(&AppUserId::new(id)) => AppUser::parse(id).map(Self::App),
            ChannelIdType::OpenId if is_id(id) => Some(Self::Open(id.to_owned())),
            ChannelIdType::OpenId if !id.is_empty() => Some(Self::Open(format!("{HASHED}{}", hash(&["open", id])))),
            _ => None,
        }
    }

    /// The app user, if that is who it is.
    pub const fn app(&self) -> Option<&AppUser> {
        match self {
            Self::App(app) => Some(app),
            Self::Open(_) => None,
        }
    }

    /// The app user that an open id could be, by its look: to be asked about before it is believed.
    pub fn candidate(&self) -> Option<AppUser> {
        match self {
            Self::Open(id) if is_person(&AppUserId::new(id.as_str())) => AppUser::parse(id),
            _ => None,
        }
    }

    fn pk(&self) -> String {
        match self {
            Self::App(app) => keys::app_user_pk(app),
            Self::Open(id) => keys::open_user_pk(id),
        }
    }
}

impl fmt::Debug for ChannelUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::App(_) => "App(..)",
            Self::Open(_) => "Open(..)",
        })
    }
}

/// A public id of a channel, as it can be part of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(String);

impl ChannelId {
    /// `None` if it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        is_id(text).then(|| Self(text.to_owned()))
    }

    /// `_AbCdE`
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One event of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelChange {
    /// Whose.
    pub who: ChannelUser,
    /// To which channel.
    pub channel: ChannelId,
    /// Blocked, or else added.
    pub blocked: bool,
    /// When it happened.
    pub at: Millis,
    /// What makes the delivery the one it is.
    pub delivery: String,
}

/// How a person stands to a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The channel.
    pub channel: ChannelId,
    /// Blocked, or else added.
    pub blocked: bool,
    /// Since when.
    pub at: Millis,
}

/// What an event came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is how things stand now.
    Newest,
    /// It was there before.
    Known,
    /// Something newer was there.
    Older,
    /// On the same second the other thing happened as well: Kakao knows which was last.
    Tie,
}

/// The place of an event among all events of one person and one channel.
const fn version(at: Millis, blocked: bool) -> u64 {
    at.0.saturating_mul(2).saturating_add(blocked as u64)
}

impl Store {
    /// Applies an event, and queues what follows from it in the same write. An entry that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; then the event must not be answered with a success.
    pub async fn apply_channel_change(
        &self,
        change: &ChannelChange,
        entries: &[Entry],
        now: Millis,
    ) -> Result<Applied, StoreError> {
        // Condition: nothing as new is there, this delivery was not the last one, and nothing of a newer release. The answer to a
        // write that was applied may get lost: its repeat is told by the version.
        let update = relation(
            change,
            "(attribute_not_exists(ver) OR ver < :ver) AND NOT rid = :rid AND NOT v > :v",
            version(change.at, change.blocked),
            now,
        );
        let refused = if entries.is_empty() {
            match self.write(update).await? {
                Written::Done(_) => return Ok(Applied::Newest),
                Written::Refused(item) => item,
            }
        } else {
            let token =
                hash(&["channel", &change.who.pk(), change.channel.as_str(), &change.delivery, &now.0.to_string()]);
            let optional = entries.iter().map(|entry| vec![entry.put(now)]).collect();
            match self.write_with(&token, vec![update], optional).await?.core.into_iter().next().flatten() {
                None => return Ok(Applied::Newest),
                Some(item) => item,
            }
        };
        Ok(judge(&refused, change))
    }

    /// Writes down what Kakao said when it was asked: on its second nothing that was told before or is told again counts more.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; to be repeated.
    pub async fn confirm_channel(&self, told: &ChannelChange, now: Millis) -> Result<Applied, StoreError> {
        Ok(match self.write(confirm(told, now)).await? {
            Written::Done(_) => Applied::Newest,
            Written::Refused(_) => Applied::Older,
        })
    }

    /// Keeps an event of a kind that nobody knows beside the relation, which it does not change.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; then the event must not be answered with a success.
    pub async fn keep_channel_event(&self, change: &ChannelChange, word: &str, now: Millis) -> Result<(), StoreError> {
        // Condition: no later one is kept. A repeat sets what it set.
        let keep = item(
            change,
            "odd = :odd, odd_at = :at",
            "(attribute_not_exists(odd_at) OR odd_at <= :at) AND NOT v > :v",
            now,
        )
        .text(":odd", head(word, WORD_MAX))
        .number(":at", change.at.0);
        self.write(keep).await.map(|_| ())
    }

    /// How a member stands to each channel that they ever added or blocked. One strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn channels_of(&self, app: &AppUser) -> Result<Vec<Relation>, StoreError> {
        let range = (CHANNEL, "CH#~");
        let items = self.all(&keys::app_user_pk(app), range).await?;
        Ok(items.iter().filter_map(read).collect())
    }

    /// Erases how a person stands to channels, as far as that is not newer than `at`. What stays is the version: a late copy of what
    /// was told before is not news. May be repeated.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; to be repeated then.
    pub async fn erase_channels(&self, app: &AppUser, at: Millis, now: Millis) -> Result<(), StoreError> {
        for item in self.all(&keys::app_user_pk(app), (CHANNEL, "CH#~")).await? {
            let Some(key) = Key::of(&item) else { continue };
            // Condition: it is there, and nothing newer is. A repeat sets what it set.
            let condition = "attribute_exists(PK) AND (attribute_not_exists(ver) OR ver <= :ver) AND NOT v > :v";
            let forget = Write::update(key, "SET ver = :ver, ua = :now REMOVE rel, rid, #at, odd, odd_at", condition)
                .name("#at", "at")
                .number(":ver", version(at, true))
                .number(":now", now.0)
                .number(":v", VERSION);
            self.write(forget).await?;
        }
        Ok(())
    }
}

/// Condition: nothing newer is there. A repeat sets what it set.
pub(super) fn confirm(told: &ChannelChange, now: Millis) -> Write {
    relation(told, "(attribute_not_exists(ver) OR ver <= :ver) AND NOT v > :v", version(told.at, true), now)
}

/// The whole state of a relation.
fn relation(change: &ChannelChange, condition: &'static str, version: u64, now: Millis) -> Write {
    item(change, "rel = :rel, ver = :ver, rid = :rid, #at = :at", condition, now)
        .name("#at", "at")
        .text(":rel", if change.blocked { "blocked" } else { "added" })
        .number(":ver", version)
        .text(":rid", &change.delivery)
        .number(":at", change.at.0)
}

fn item(change: &ChannelChange, set: &str, condition: &'static str, now: Millis) -> Write {
    let common = "t = :t, v = :v, ua = :now, ca = if_not_exists(ca, :now)";
    let key = Key::channel(change.who.pk(), &change.channel);
    let item = Write::update(key, format!("SET {set}, {common}"), condition)
        .text(":t", "CH")
        .number(":v", VERSION)
        .number(":now", now.0);
    match change.who {
        // Theirs goes when they leave.
        ChannelUser::App(_) => item,
        ChannelUser::Open(_) => {
            item.also_set("#ttl = :ttl").name("#ttl", "ttl").number(":ttl", now.plus(OPEN_KEPT).secs())
        }
    }
}

/// What it means that an event was refused.
fn judge(item: &Item, change: &ChannelChange) -> Applied {
    let Some(relation) = read(item) else { return Applied::Older };
    // What Kakao said has the version of a block, whatever it said: only the word tells whether it is the same.
    let same = relation.blocked == change.blocked;
    let known = item.maybe_text("rid") == Some(&change.delivery)
        || (same && item.maybe_number("ver") == Some(version(change.at, change.blocked)));
    match relation {
        _ if known => Applied::Known,
        relation if relation.at == change.at && !same => Applied::Tie,
        _ => Applied::Older,
    }
}

fn read(item: &Item) -> Option<Relation> {
    let channel = ChannelId::parse(item.maybe_text("SK")?.strip_prefix(CHANNEL)?)?;
    let blocked = match item.maybe_text("rel")? {
        "blocked" => true,
        "added" => false,
        _ => return None,
    };
    Some(Relation { channel, blocked, at: Millis(item.maybe_number("at")?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t27_no_two_people_share_a_key() {
        let of = |kind: ChannelIdType, id: &str| ChannelUser::of(&kind, &ChannelUserId::new(id)).map(|who| who.pk());
        assert_eq!(of(ChannelIdType::AppUserId, "7").as_deref(), Some("U#app#7"));
        assert_eq!(of(ChannelIdType::OpenId, "7").as_deref(), Some("U#oid#7"));
        for bad in ["", "007", "1#2", "-1", "1e3", "18446744073709551616", "a b"] {
            assert_eq!(of(ChannelIdType::AppUserId, bad), None, "{bad}");
        }
        assert_eq!(of(ChannelIdType::OpenId, ""), None);
        let odd = ["a=", "a+b/c==", "a.b", "a#b", "a b", "한글", "a\0", "=", &"a".repeat(129)];
        let mut keys: Vec<String> = odd.iter().filter_map(|id| of(ChannelIdType::OpenId, id)).collect();
        assert!(keys.iter().all(|key| key.len() == "U#oid#=".len() + 32 && key.starts_with("U#oid#=")), "{keys:?}");
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), odd.len(), "each has a key of its own");
        assert_eq!(of(ChannelIdType::Other("email".to_owned()), "7"), None);
        assert_eq!(ChannelId::parse("_a#b"), None);
    }

    #[test]
    fn f03_on_one_second_blocked_is_the_higher_version() {
        assert!(version(Millis(1_000), true) > version(Millis(1_000), false));
        assert!(version(Millis(1_001), false) > version(Millis(1_000), true));
        assert_eq!(version(Millis(u64::MAX), true), u64::MAX, "saturates");
    }

    #[test]
    fn t20_people_are_not_shown() {
        let who = [ChannelUser::App(AppUser::new(7_654_321)), ChannelUser::Open("canary".to_owned())];
        assert_eq!(format!("{who:?}"), "[App(..), Open(..)]");
    }
}
