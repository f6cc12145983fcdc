//! `MEMBER`: the membership, with what the person consented to; `FLOW`: how the last attempt went, for the chat to talk about.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AppUser, SagaId, Why, change, known};
use crate::clock::Millis;
use crate::kakao::field::closed_debug;
use crate::store::item::{Attributes, undecodable};
use crate::store::keys::{self, APP_USER, DUE_SHARDS, FORMER, Key};
use crate::store::write::{Write, Written};
use crate::store::{Item, Store, StoreError};

/// How long the chat can ask how a sign-up went.
const FLOW_REMEMBERED: Duration = Duration::from_secs(86_400);

/// What the author keeps of a member: a JSON object of their own making, as small as it can be.
pub type Profile = Map<String, Value>;

/// A membership.
#[derive(Clone, PartialEq)]
pub struct Member {
    /// Its generation: the saga it came of. A person who leaves and comes back is another generation.
    pub mg: SagaId,
    /// The consent ledger: one line for each term.
    pub consents: Vec<Consent>,
    /// The author's own.
    pub profile: Profile,
    /// Since when.
    pub since: Millis,
    /// Written by a newer release: it may be read, but not overwritten.
    pub read_only: bool,
}

/// What a person said to one of the service's terms (protocol `sync` 5.6).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The term.
    pub tag: String,
    /// Which text of it, if the service tells them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Yes or no.
    pub agreed: bool,
    /// When, as Kakao says it: RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<String>,
    /// When the sign-up through Kakao Sync was, as Kakao says it: the evidence that the consent came that way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synched_at: Option<String>,
    /// Since when it is no longer agreed to, as far as we have seen: RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<String>,
    /// What other releases know about it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

closed_debug!(Member, Consent);

/// How the last attempt of a person went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Which attempt.
    pub saga: Option<SagaId>,
    /// How it went.
    pub outcome: Outcome,
    /// What the person chose on the page that said so.
    pub wish: Option<Wish>,
    /// When.
    pub at: Millis,
}

/// How a person whose sign-up failed wants to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To sign up again.
    Again,
    /// To talk to a person.
    Person,
}

impl Wish {
    /// As the table and the form spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Again => "AGAIN",
            Self::Person => "PERSON",
        }
    }

    /// From that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Again, Self::Person].into_iter().find(|wish| wish.as_str() == text)
    }
}

/// How an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person became a member.
    SignedUp,
    /// The person was one before.
    AlreadyMember,
    /// It failed; the link is undone or about to be.
    Failed(Why),
    /// A word of another release.
    Other(String),
}

impl Outcome {
    /// As the table spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::SignedUp => "SIGNED-UP",
            Self::AlreadyMember => "MEMBER",
            Self::Failed(_) => "FAILED",
            Self::Other(word) => word,
        }
    }
}

impl Store {
    /// One strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn member(&self, app: &AppUser) -> Result<Option<Member>, StoreError> {
        self.get(&Key::app_user(app, "MEMBER")).await?.as_ref().map(read).transpose()
    }

    /// Brings a membership up to date: what the person consents to now, and what the author keeps. `false` if there is no such
    /// membership any more.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; no reason to undo anything.
    pub async fn refresh_member(
        &self,
        app: &AppUser,
        mg: &SagaId,
        consents: &[Consent],
        profile: &Profile,
        now: Millis,
    ) -> Result<bool, StoreError> {
        // Condition: the same membership. A repeat sets what it set.
        let set = "consents = :consents, profile = :profile";
        let refresh = change(Key::app_user(app, "MEMBER"), "MEMBER", set, "", known!("mg = :mg"), now)
            .text(":mg", mg.as_str())
            .text(":consents", json(&consents)?)
            .text(":profile", json(profile)?);
        Ok(matches!(self.write(refresh).await?, Written::Done(_)))
    }

    /// The members after `after` and up to `to`, both by number; `None` is no bound. From the index: it finds members to look at, and
    /// decides nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the index cannot be read.
    pub async fn members_between(
        &self,
        after: Option<&AppUser>,
        to: Option<&AppUser>,
    ) -> Result<Vec<AppUser>, StoreError> {
        let from = listed_after(after);
        let to = to.map_or_else(|| "~".to_owned(), keys::listed);
        let mut found = Vec::new();
        if from > to {
            return Ok(found);
        }
        for shard in 0..DUE_SHARDS {
            let items = self.listed_keys(&keys::members_pk(shard), (&from, &to)).await?;
            found.extend(items.iter().filter_map(listed));
        }
        Ok(found)
    }

    /// The first `limit` members after `after`, in the order of their numbers; fewer only if there are no more. From the index, and
    /// nothing of it is read that is not needed.
    ///
    /// # Errors
    /// [`StoreError`] if the index cannot be read.
    pub async fn members_after(&self, after: Option<&AppUser>, limit: u8) -> Result<Vec<AppUser>, StoreError> {
        let from = listed_after(after);
        let mut found = Vec::new();
        for shard in 0..DUE_SHARDS {
            // The whole page may lie in one shard.
            let items = self.first_listed_keys(&keys::members_pk(shard), (&from, "~"), i32::from(limit)).await?;
            found.extend(items.iter().filter_map(listed));
        }
        found.sort_by_key(keys::listed);
        found.truncate(usize::from(limit));
        Ok(found)
    }

    /// Notes how the person wants to go on after the attempt `saga` failed. `false` if they have begun another one meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn keep_wish(&self, app: &AppUser, saga: &SagaId, wish: Wish, now: Millis) -> Result<bool, StoreError> {
        // Condition: it is still this attempt that the chat would hear of. A repeat sets what it set.
        let keep = change(Key::app_user(app, "FLOW"), "FLOW", "wish = :wish", "", known!("saga = :saga"), now)
            .text(":saga", saga.as_str())
            .text(":wish", wish.as_str());
        Ok(matches!(self.write(keep).await?, Written::Done(_)))
    }

    /// How the last attempt of a person went, if that is not long ago.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn flow(&self, app: &AppUser, now: Millis) -> Result<Option<Flow>, StoreError> {
        let item = self.get(&Key::app_user(app, "FLOW")).await?;
        Ok(item.filter(|item| !item.is_expired(now)).and_then(|item| read_flow(&item)))
    }
}

/// Where the list goes on after this member.
fn listed_after(after: Option<&AppUser>) -> String {
    after.map(keys::listed).unwrap_or_default() + "+" // sorts after the number itself, and before the next
}

/// The member that an entry of the list is about.
fn listed(item: &Item) -> Option<AppUser> {
    AppUser::parse(item.maybe_text("PK")?.strip_prefix(APP_USER)?)
}

/// Condition: there is no member. A repeat of the whole transaction is told by its token, later ones by the saga.
pub(super) fn create(app: &AppUser, member: &Member, now: Millis) -> Result<Write, StoreError> {
    let set =
        "st = :active, mg = :mg, consents = :consents, profile = :profile, since = :since, DPK = :shard, DSK = :listed";
    let (shard, listed) = keys::member_list(app);
    let create = change(Key::app_user(app, "MEMBER"), "MEMBER", set, "", known!("attribute_not_exists(PK)"), now);
    Ok(create
        .text(":active", "ACTIVE")
        .text(":mg", member.mg.as_str())
        .text(":consents", json(&member.consents)?)
        .text(":profile", json(&member.profile)?)
        .number(":since", member.since.0)
        .text(":shard", shard)
        .text(":listed", listed))
}

/// Of `kind`, `MEMBER` or `FORMER`. Condition: the membership and its profile are as they were read.
pub(in crate::store) fn rewrite_profile(
    app: &AppUser,
    kind: &'static str,
    (mg, read): (&str, &str),
    profile: &Profile,
    now: Millis,
) -> Result<Write, StoreError> {
    let as_read = known!("mg = :mg AND profile = :read");
    let rewrite = change(Key::app_user(app, kind), kind, "profile = :profile", "", as_read, now);
    Ok(rewrite.text(":mg", mg).text(":profile", json(profile)?).text(":read", read))
}

/// The membership goes, and stays beside it as a former one. Conditions: it is as it was read, so that nothing that was withdrawn
/// meanwhile is kept; and nothing a newer release has written. The last membership counts, and repeats set what they set.
pub(super) fn retire(app: &AppUser, member: &Item, now: Millis) -> Result<[Write; 2], StoreError> {
    let as_read = "mg = :mg AND consents = :consents AND profile = :profile";
    let gone = Write::delete(Key::app_user(app, "MEMBER"), as_read);
    let set = "mg = :mg, consents = :consents, profile = :profile, since = :since, ended = :now";
    let former = change(Key::app_user(app, FORMER), FORMER, set, "", "NOT v > :v", now)
        .number(":since", member.maybe_number("since").unwrap_or_default());
    let (mg, consents, profile) = (member.text("mg")?, member.text("consents")?, member.text("profile")?);
    Ok([gone, former].map(|write| write.text(":mg", mg).text(":consents", consents).text(":profile", profile)))
}

/// Condition: nothing a newer release has written. The last attempt counts, and repeats set what they set.
pub(super) fn flow(app: &AppUser, saga: &SagaId, outcome: &Outcome, now: Millis) -> Write {
    flow_if("NOT v > :v", app, saga, outcome, now)
}

/// Of an attempt that was claimed then, told by whoever finds it later. Condition: nothing was told since, neither of a newer attempt
/// nor of this one, whose wish a repeat would take away.
pub(super) fn late_flow(app: &AppUser, saga: &SagaId, outcome: &Outcome, claimed: Millis, now: Millis) -> Write {
    let untold = known!("attribute_not_exists(PK) OR #at < :claimed");
    flow_if(untold, app, saga, outcome, now).number(":claimed", claimed.0)
}

fn flow_if(condition: &'static str, app: &AppUser, saga: &SagaId, outcome: &Outcome, now: Millis) -> Write {
    let (why, word) = match outcome {
        Outcome::Failed(why) => (why.as_str(), why.word().unwrap_or_default()),
        _ => ("", ""),
    };
    let set = "st = :st, saga = :saga, why = :why, word = :word, #at = :at, #ttl = :ttl";
    change(Key::app_user(app, "FLOW"), "FLOW", set, " REMOVE wish", condition, now)
        .name("#ttl", "ttl")
        .name("#at", "at")
        .text(":st", outcome.as_str())
        .text(":saga", saga.as_str())
        .text(":why", why)
        .text(":word", word)
        .number(":at", now.0)
        .number(":ttl", now.plus(FLOW_REMEMBERED).secs())
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    let text = serde_json::to_string(value).map_err(|_| StoreError::Rejected("InvalidJson".to_owned()))?;
    if text.len() > MAX_JSON { Err(StoreError::TooLarge(text.len())) } else { Ok(text) }
}

/// Longest consent ledger and longest profile, in bytes of JSON: with both a membership stays a small item.
const MAX_JSON: usize = 8 * 1024;

pub(super) fn read(item: &Item) -> Result<Member, StoreError> {
    let broken = || undecodable(item);
    Ok(Member {
        mg: SagaId::from_text(item.text("mg")?),
        consents: serde_json::from_str(item.text("consents")?).map_err(|_| broken())?,
        profile: serde_json::from_str(item.text("profile")?).map_err(|_| broken())?,
        since: Millis(item.maybe_number("since").unwrap_or_default()),
        read_only: item.is_newer(),
    })
}

/// Never fails: a note that cannot be read is no note.
fn read_flow(item: &Item) -> Option<Flow> {
    let outcome = match item.maybe_text("st")? {
        "SIGNED-UP" => Outcome::SignedUp,
        "MEMBER" => Outcome::AlreadyMember,
        "FAILED" => Outcome::Failed(Why::read(item)?),
        other => Outcome::Other(other.to_owned()),
    };
    let saga = item.maybe_text("saga").map(SagaId::from_text);
    let wish = item.maybe_text("wish").and_then(Wish::parse);
    Some(Flow { saga, outcome, wish, at: Millis(item.maybe_number("at").unwrap_or_default()) })
}
