//! `ACCOUNT`: what Kakao told about a person's account; `IDEM#`: the names of the tokens that told it, each of which counts once.
//!
//! ```text
//! one snapshot:     ACCOUNT ─ MEMBER ─ FORMER, whichever the token is about
//! one transaction:  IDEM#jti if it is not there ─ ACCOUNT as it was read ─ what was withdrawn from MEMBER and FORMER ─ JOB#UNLINK
//! ```
//!
//! The newest of each kind counts, so tokens may come in any order.

use std::time::Duration;

use super::item::{Attributes, VERSION, head, n, s, undecodable};
use super::keys::{ACCOUNT, FORMER, Key};
use super::sign_up::unlink_job::store_notice;
use super::sign_up::{Profile, rewrite_profile};
use super::write::Write;
use super::{AppUser, Entry, Item, Store, StoreError, hash};
use crate::clock::Millis;
use crate::kakao::webhook::Referrer;
use crate::kapi::secevent::REMEMBERED;

/// How long after the last event an account is remembered.
const KEPT: Duration = Duration::from_secs(400 * 86_400);

/// How often a transaction whose items have moved is tried again.
const LOOKS: u32 = 4;

/// Longest unknown kind that is kept, in bytes: it comes from outside.
const KIND_MAX: usize = 128;

/// What follows from one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    /// When it happened.
    pub at: Millis,
    /// The person linked the app.
    pub linked: bool,
    /// The link has ended, and why. Believed when Kakao says so again.
    pub left: Option<Referrer>,
    /// The account is blocked, or released.
    pub disabled: Option<bool>,
    /// Sessions that are older are over.
    pub sessions: bool,
    /// Mail address or telephone number may be somebody else's: nobody is to be found by what is older.
    pub identifiers: bool,
    /// The profile has changed since.
    pub profile: bool,
    /// Consent items that were taken back.
    pub withdrawn: Vec<String>,
    /// An event that nobody knows.
    pub unknown: Option<String>,
    /// What else follows, carried out by the outbox.
    pub entries: Vec<Entry>,
}

/// What is known about a person's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// When the person linked the app, as an event told it.
    pub linked: Option<Millis>,
    /// Whether the account is blocked.
    pub disabled: bool,
    /// Sessions that began before this are over.
    pub sessions_since: Option<Millis>,
    /// Mail addresses and telephone numbers that were learnt before this are nobody's proof.
    pub identifiers_since: Option<Millis>,
    /// What was learnt of the profile before this is out of date.
    pub profile_since: Option<Millis>,
}

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It counts.
    New,
    /// It did before.
    Known,
}

impl AccountChange {
    /// Nothing yet.
    pub const fn at(at: Millis) -> Self {
        Self {
            at,
            linked: false,
            left: None,
            disabled: None,
            sessions: false,
            identifiers: false,
            profile: false,
            withdrawn: Vec::new(),
            unknown: None,
            entries: Vec::new(),
        }
    }

    /// Whether anything of it belongs into the account.
    const fn touches_account(&self) -> bool {
        let flags = self.linked || self.sessions || self.identifiers || self.profile;
        flags || self.disabled.is_some() || self.unknown.is_some()
    }

    /// What must be read before it can be written.
    fn concerns(&self) -> Vec<&'static str> {
        let account = self.touches_account().then_some(ACCOUNT);
        let members = if self.withdrawn.is_empty() { &[][..] } else { &["MEMBER", FORMER] };
        account.into_iter().chain(members.iter().copied()).collect()
    }
}

impl Store {
    /// Takes what a token tells, once for its name. `withdraw` removes from a profile what a consent item covers.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; then the token must not be answered with a success.
    pub async fn take_account_change(
        &self,
        app: &AppUser,
        token_id: &str,
        me: &str,
        change: &AccountChange,
        withdraw: &impl Fn(&str, &mut Profile),
        now: Millis,
    ) -> Result<Taken, StoreError> {
        for look in 0..LOOKS {
            // All at one moment: a membership that is retired meanwhile is in the one place or in the other. And in one call, however
            // slow the table is: Kakao waits three seconds.
            let kinds = change.concerns();
            let keys: Vec<Key> = kinds.iter().map(|kind| Key::app_user(app, kind)).collect();
            let mut writes = vec![remember(token_id, now)];
            for (kind, item) in kinds.into_iter().zip(self.get_all(&keys).await?) {
                match item {
                    item if kind == ACCOUNT => writes.push(update_account(app, item.as_ref(), change, now)),
                    Some(member) => writes.extend(forget(app, kind, &member, &change.withdrawn, withdraw, now)?),
                    None => {}
                }
            }
            writes.extend(change.left.as_ref().map(|why| store_notice(app, me, why, now)));
            // An entry that is there already is left as it is: another token told the same.
            let entries = change.entries.iter().map(|entry| vec![entry.put(now)]).collect();
            let token = hash(&["account", token_id, me, &look.to_string()]);
            match self.write_with(&token, writes, entries).await?.core.as_slice() {
                [] => return Ok(Taken::New),
                [Some(_), ..] => return Ok(Taken::Known),
                _ => {} // something has moved since it was read
            }
        }
        Err(StoreError::Unavailable("conflict"))
    }

    /// What is known about a person's account. One strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn account(&self, app: &AppUser, now: Millis) -> Result<Option<Account>, StoreError> {
        let item = self.get(&Key::app_user(app, ACCOUNT)).await?;
        Ok(item.filter(|item| !item.is_expired(now)).map(|item| read(&item)))
    }

    /// The author has been asked anew about a person: what changed at `seen` is known now.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the author is then asked once more.
    pub async fn profile_was_read(&self, app: &AppUser, seen: Millis, now: Millis) -> Result<(), StoreError> {
        // Condition: nothing has changed since. A repeat finds nothing to take.
        let read = "SET rev = rev + :one, ua = :now REMOVE prof";
        let read = Write::update(Key::app_user(app, ACCOUNT), read, "prof = :seen AND NOT v > :v")
            .number(":seen", seen.0)
            .number(":one", 1)
            .number(":now", now.0)
            .number(":v", VERSION);
        self.write(read).await.map(|_| ())
    }
}

/// Condition: as it was read. A repeat is told by the token's name beside it.
fn update_account(app: &AppUser, item: Option<&Item>, change: &AccountChange, now: Millis) -> Write {
    let old = item.map(read).unwrap_or_default();
    let number = |name| item.and_then(|item| item.maybe_number(name)).unwrap_or_default();
    let rev = number("rev");
    let condition = if item.is_some() { "rev = :seen AND NOT v > :v" } else { "attribute_not_exists(PK)" };
    let set = "SET t = :t, v = :v, ua = :now, ca = if_not_exists(ca, :now), rev = :rev, #ttl = :ttl";
    let mut update = Write::update(Key::app_user(app, ACCOUNT), set, condition)
        .name("#ttl", "ttl")
        .text(":t", "ACC")
        .number(":v", VERSION)
        .number(":now", now.0)
        .number(":rev", rev.saturating_add(1))
        .number(":ttl", now.plus(KEPT).secs());
    if item.is_some() {
        update = update.number(":seen", rev);
    }
    let since = [
        (change.linked, "linked", ":linked", old.linked),
        (change.sessions, "sess", ":sess", old.sessions_since),
        (change.identifiers, "idents", ":idents", old.identifiers_since),
        (change.profile, "prof", ":prof", old.profile_since),
    ];
    for (changed, name, value, old) in since {
        if changed {
            let newest = old.unwrap_or_default().max(change.at);
            update = update.also_set(&format!("{name} = {value}")).number(value, newest.0);
        }
    }
    if let Some(disabled) = change.disabled {
        // As with a channel: on one moment the careful reading counts.
        let version = change.at.0.saturating_mul(2).saturating_add(u64::from(disabled)).max(number("dis"));
        update = update.also_set("dis = :dis").number(":dis", version);
    }
    if let Some(kind) = &change.unknown {
        update = update.also_set("odd = :odd").text(":odd", head(kind, KIND_MAX));
    }
    update
}

/// Condition: this name was not seen, or so long ago that nothing of that age is taken.
fn remember(token_id: &str, now: Millis) -> Write {
    Write::put(Key::token(token_id), "attribute_not_exists(PK) OR #ttl <= :now")
        .name("#ttl", "ttl")
        .number(":now", now.secs())
        .with("t", s("IDEM"))
        .with("v", n(VERSION))
        .with("st", s("COMPLETED"))
        .with("ca", n(now.0))
        .with("ttl", n(now.plus(REMEMBERED).secs()))
}

/// Condition: the membership and its profile are as they were read. Nothing, if nothing of it was kept.
fn forget(
    app: &AppUser,
    kind: &'static str,
    member: &Item,
    scopes: &[String],
    withdraw: &impl Fn(&str, &mut Profile),
    now: Millis,
) -> Result<Option<Write>, StoreError> {
    let text = member.text("profile")?;
    let kept: Profile = serde_json::from_str(text).map_err(|_| undecodable(member))?;
    let mut profile = kept.clone();
    scopes.iter().for_each(|scope| withdraw(scope, &mut profile));
    if profile == kept {
        return Ok(None);
    }
    rewrite_profile(app, kind, (member.text("mg")?, text), &profile, now).map(Some)
}

fn read(item: &Item) -> Account {
    let moment = |name| item.maybe_number(name).map(Millis);
    Account {
        linked: moment("linked"),
        disabled: item.maybe_number("dis").is_some_and(|version| version % 2 == 1),
        sessions_since: moment("sess"),
        identifiers_since: moment("idents"),
        profile_since: moment("prof"),
    }
}
