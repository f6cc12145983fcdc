//! Every key of the table on one screen.
//!
//! | item | PK | SK |
//! |---|---|---|
//! | talk | `U#bot#<bot>#<user>` | `SESS` |
//! | own group | `U#bot#<bot>#<user>` | `GRP#<group>` |
//! | group | `GRP#<group>` | `META` |
//! | member of a group | `GRP#<group>` | `MBR#<person>` |
//! | place | `GRP#<group>` | `PLACE#<place>` |
//! | vote | `GRP#<group>#D#<day>` | `VOTE#<person>` |
//! | result of a day | `GRP#<group>#D#<day>` | `RESULT` |
//! | snapshot of a day | `GRP#<group>#D#<day>` | `COUNT` |
//! | outbox entry | `OUT#<entry>` | `OUT` |
//! | callback once | `CB#<hash of the URL>` | `-` |
//! | event once | `EVT#<entry>` | `-` |
//! | one-time address | `IDEM#otp#<hash of the URL>` | `-` |
//! | rate counter | `RL#<what>#<who>#<window>` | `-` |
//! | sign-up saga | `SAGA#<hash of the code>` | `SAGA` |
//! | member | `U#app#<user>` | `MEMBER` |
//! | account | `U#app#<user>` | `ACCOUNT` |
//! | former member | `U#app#<user>` | `FORMER` |
//! | link lock | `U#app#<user>` | `LINK` |
//! | how the last sign-up went | `U#app#<user>` | `FLOW` |
//! | unlink job | `U#app#<user>` | `JOB#UNLINK` |
//! | own alias | `U#app#<user>` | `ID#<kind>#<key>` |
//! | channel relation | `U#app#<user>`, `U#oid#<id>` | `CH#<channel>` |
//! | alias | `U#<kind>#<key>` | `ALIAS` |
//! | account event once | `IDEM#jti#<hash of the token's name>` | `-` |
//! | approval | `WAP#<approval>` | `REQ` |
//! | callback that nobody knows | `WAP#odd#<callback>` | `-` |
//! | audit | `AUD#<yyyymmdd>#<0..15>` | `<ms>#<id>` |
//! | a round of the reconciler | `RECON#members`, `RECON#channels` | `ROUND` |
//! | Kakao's addresses | `ADDR#kakao` | `LIST` |
//!
//! Work that waits carries `DPK = DUE#<0..3>` and `DSK = <13-digit due ms>#<entry, saga or user>`: the sparse index `due`.
//! Members carry `DPK = MEMBERS#<0..3>` and `DSK = <20-digit user>`: the reconciler lists them beside Kakao's list, in the same order.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{AppUser, ApprovalId, ChannelId, EntryId, GroupId, Identity, Item, Person, PlaceId, SagaId, hash};
use crate::clock::Millis;

/// How many shards the `due` index has.
pub(super) const DUE_SHARDS: u8 = 4;

/// How many shards a day of the ledger has.
pub(super) const AUDIT_SHARDS: u8 = 16;

const VOTE: &str = "VOTE#";
const PLACE: &str = "PLACE#";
/// How the sort keys of own groups begin.
pub(super) const OWN_GROUP: &str = "GRP#";

/// Sort-key ranges; `~` sorts after every character that a key can have.
pub(super) const OWN_GROUPS: (&str, &str) = (OWN_GROUP, "GRP#~");
/// A group and its places, without its members.
pub(super) const META_AND_PLACES: (&str, &str) = ("META", "PLACE#~");
/// Everything of a day: `COUNT`, `RESULT`, then the votes.
pub(super) const DAY: (&str, &str) = ("COUNT", "VOTE#~");

/// Everything that a person's partition can hold: the group rows and the talk of a bot user, what an app user left behind.
pub(super) const ALL: (&str, &str) = (" ", "~");
/// The sort key of what Kakao told about an account.
pub(super) const ACCOUNT: &str = "ACCOUNT";
/// The sort key of a former member who is kept.
pub(super) const FORMER: &str = "FORMER";
/// The sort key of an unlink job.
pub(super) const UNLINK_JOB: &str = "JOB#UNLINK";
/// How the partition keys of app users begin.
pub(super) const APP_USER: &str = "U#app#";
/// How the partition keys of sagas begin.
pub(super) const SAGA: &str = "SAGA#";
/// How the sort keys of own aliases and of channel relations begin.
pub(super) const OWN_ALIAS: &str = "ID#";
/// See [`OWN_ALIAS`].
pub(super) const CHANNEL: &str = "CH#";

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    pub(super) fn talk(person: &Person) -> Self {
        Self::new(user(person), "SESS")
    }

    pub(super) fn own_group(person: &Person, group: &GroupId) -> Self {
        Self::new(user(person), format!("{OWN_GROUP}{group}"))
    }

    pub(super) fn group(group: &GroupId) -> Self {
        Self::new(group_pk(group), "META")
    }

    pub(super) fn member(group: &GroupId, person: &Person) -> Self {
        Self::new(group_pk(group), format!("MBR#{person}"))
    }

    pub(super) fn place(group: &GroupId, place: &PlaceId) -> Self {
        Self::new(group_pk(group), format!("{PLACE}{place}"))
    }

    pub(super) fn vote(group: &GroupId, day: &str, person: &Person) -> Self {
        Self::new(day_pk(group, day), format!("{VOTE}{person}"))
    }

    pub(super) fn result(group: &GroupId, day: &str) -> Self {
        Self::new(day_pk(group, day), "RESULT")
    }

    pub(super) fn snapshot(group: &GroupId, day: &str) -> Self {
        Self::new(day_pk(group, day), "COUNT")
    }

    pub(super) fn entry(entry: &EntryId) -> Self {
        Self::new(format!("OUT#{entry}"), "OUT")
    }

    pub(super) fn callback(url: &str) -> Self {
        Self::new(format!("CB#{}", hash(&["callback", url])), "-")
    }

    /// A token of Kakao's, by its own name.
    pub(super) fn token(id: &str) -> Self {
        Self::new(format!("IDEM#jti#{}", hash(&["jti", id])), "-")
    }

    pub(super) fn event(entry: &EntryId) -> Self {
        Self::new(format!("EVT#{entry}"), "-")
    }

    pub(super) fn one_time(url: &str) -> Self {
        Self::new(format!("IDEM#otp#{}", hash(&["otp", url])), "-")
    }

    pub(super) fn rate(what: &str, person: &Person, window: u64) -> Self {
        Self::new(format!("RL#{what}#{person}#{window}"), "-")
    }

    pub(super) fn saga(saga: &SagaId) -> Self {
        Self::new(format!("{SAGA}{saga}"), "SAGA")
    }

    pub(super) fn app_user(app: &AppUser, sk: &str) -> Self {
        Self::new(app_user_pk(app), sk)
    }

    pub(super) fn own_alias(app: &AppUser, identity: &Identity) -> Self {
        Self::new(app_user_pk(app), format!("{OWN_ALIAS}{identity}"))
    }

    pub(super) fn channel(pk: String, channel: &ChannelId) -> Self {
        Self::new(pk, format!("{CHANNEL}{}", channel.as_str()))
    }

    pub(super) fn alias(identity: &Identity) -> Self {
        Self::new(identity_pk(identity), "ALIAS")
    }

    pub(super) fn approval(approval: &ApprovalId) -> Self {
        Self::new(format!("WAP#{approval}"), "REQ")
    }

    pub(super) fn odd_callback(callback: &str) -> Self {
        Self::new(format!("WAP#odd#{callback}"), "-")
    }

    /// `day` as `yyyymmdd`.
    pub(super) fn audit(day: &str, at: Millis, id: &str) -> Self {
        let shard = id.bytes().fold(0_u8, u8::wrapping_add) % AUDIT_SHARDS;
        Self::new(audit_pk(day, shard), format!("{:013}#{id}", at.0))
    }

    /// `kind` as [`super::sign_up::Counts::KIND`].
    pub(super) fn round(kind: &str) -> Self {
        Self::new(format!("RECON#{kind}"), "ROUND")
    }

    /// The callbacks' roles name this very key.
    pub(super) fn kakaos_addresses() -> Self {
        Self::new("ADDR#kakao".to_owned(), "LIST")
    }

    /// The key that an item or an entry of the index has.
    pub(super) fn of(item: &Item) -> Option<Self> {
        let part = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: part("PK")?, sk: part("SK")? })
    }

    /// A key that no item has.
    pub(super) fn warm() -> Self {
        Self::new("U#warm".to_owned(), "-")
    }

    pub(super) fn into_attributes(self) -> Item {
        Item::from([("PK".to_owned(), AttributeValue::S(self.pk)), ("SK".to_owned(), AttributeValue::S(self.sk))])
    }

    /// What logs call this item.
    pub(super) fn hash(&self) -> String {
        hash(&[&self.pk, &self.sk])[..12].to_owned()
    }
}

pub(super) fn user(person: &Person) -> String {
    format!("U#{person}")
}

pub(super) fn group_pk(group: &GroupId) -> String {
    format!("GRP#{group}")
}

pub(super) fn day_pk(group: &GroupId, day: &str) -> String {
    format!("GRP#{group}#D#{day}")
}

pub(super) fn app_user_pk(app: &AppUser) -> String {
    format!("{APP_USER}{app}")
}

/// Somebody who did not agree to be known by their app user id.
pub(super) fn open_user_pk(id: &str) -> String {
    format!("U#oid#{id}")
}

pub(super) fn identity_pk(identity: &Identity) -> String {
    format!("U#{identity}")
}

/// `day` as `yyyymmdd`.
pub(super) fn audit_pk(day: &str, shard: u8) -> String {
    format!("AUD#{day}#{shard}")
}

pub(super) fn due_pk(shard: u8) -> String {
    format!("DUE#{shard}")
}

pub(super) fn members_pk(shard: u8) -> String {
    format!("MEMBERS#{shard}")
}

/// The sort key of a member in the list; in the order of the numbers.
pub(super) fn listed(app: &AppUser) -> String {
    format!("{:0>20}", app.as_str())
}

/// The shard and sort key of a member in the list.
pub(super) fn member_list(app: &AppUser) -> (String, String) {
    let shard = app.as_str().bytes().fold(0_u8, u8::wrapping_add) % DUE_SHARDS;
    (members_pk(shard), listed(app))
}

/// What the sort keys of everything that is due at `now` are below.
pub(super) fn due_before(now: Millis) -> String {
    format!("{:013}", now.0.saturating_add(1))
}

/// The shard and sort key of an entry, a saga or a user's job that is due at `at`.
pub(super) fn due(id: &str, at: Millis) -> (String, String) {
    let shard = id.bytes().fold(0_u8, u8::wrapping_add) % DUE_SHARDS;
    (due_pk(shard), format!("{:013}#{id}", at.0))
}
