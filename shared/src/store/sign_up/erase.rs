//! What a former member leaves behind (state design, section 10).
//!
//! Everything is deleted under the condition that it belongs to the membership that ended: a person who came back meanwhile keeps
//! what is theirs. Repeats find less each time and end the same.

use std::time::Duration;

use super::{AppUser, Identity, SagaId};
use crate::clock::Millis;
use crate::store::item::Attributes;
use crate::store::keys::{self, ACCOUNT, CHANNEL, FORMER, Key, OWN_ALIAS, OWN_GROUP};
use crate::store::write::{Write, Written};
use crate::store::{GroupId, Item, Person, Store, StoreError, hash};

/// A vote is kept for so many days; today's is one more.
const VOTING_DAYS: u32 = 90;

const A_DAY: Duration = Duration::from_secs(86_400);

/// How much went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Items of the person, without those that were somebody else's by then. Votes are not counted.
    pub items: u64,
}

impl Store {
    /// Erases what the membership `mg` of `app`, which ended `at`, leaves behind, and notes it under `who`, a pseudonym
    /// ([`crate::secret::pseudonym`]). May be repeated.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; to be repeated then.
    pub async fn erase_member(
        &self,
        app: &AppUser,
        mg: &SagaId,
        who: &str,
        at: Millis,
        now: Millis,
    ) -> Result<Erased, StoreError> {
        let erased = self.erase_leftovers(app, mg, now).await?;
        self.audit_erasure(who, mg, at).await?;
        Ok(erased)
    }

    /// As [`Store::erase_member`], without the note.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; to be repeated then.
    pub async fn erase_leftovers(&self, app: &AppUser, mg: &SagaId, now: Millis) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        let own: Vec<Item> = self.all(&keys::app_user_pk(app), keys::ALL).await?;
        for item in &own {
            let Some(name) = item.text("SK")?.strip_prefix(OWN_ALIAS) else { continue };
            if item.maybe_text("mg") == Some(mg.as_str()) {
                erased.items += self.erase_name(app, mg, &Identity::from_key(name), now).await?;
            }
        }
        for item in &own {
            let Some(key) = Key::of(item) else { continue };
            if ["FLOW", ACCOUNT].contains(&key.sk.as_str()) || key.sk.starts_with(CHANNEL) {
                // Condition: the person has not become a member again.
                let gone = Write::check(Key::app_user(app, "MEMBER"), "attribute_not_exists(PK) OR mg = :mg")
                    .text(":mg", mg.as_str());
                erased.items += u64::from(self.erase_all(gone, vec![key], now).await?);
            } else if key.sk == FORMER && item.maybe_text("mg") == Some(mg.as_str()) {
                // Condition: it is this membership's. Another one may have been kept since.
                let former = Write::delete(key, "mg = :mg").text(":mg", mg.as_str());
                erased.items += u64::from(matches!(self.write(former).await?, Written::Done(_)));
            }
        }
        Ok(erased)
    }

    /// One name of the person: what hangs on it, then the name, then our own note of it.
    async fn erase_name(
        &self,
        app: &AppUser,
        mg: &SagaId,
        identity: &Identity,
        now: Millis,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        let theirs = "app = :app AND mg = :mg";
        for item in self.all(&keys::identity_pk(identity), keys::ALL).await? {
            let Some(key) = Key::of(&item) else { continue };
            if key.sk == "ALIAS" {
                continue;
            }
            // Condition: the name is still this membership's.
            let alias = Write::check(Key::alias(identity), theirs).text(":app", app.as_str()).text(":mg", mg.as_str());
            count += self.erase_hanging(alias, key, identity, now).await?;
        }
        let alias = Write::delete(Key::alias(identity), theirs).text(":app", app.as_str()).text(":mg", mg.as_str());
        let own = Write::delete(Key::own_alias(app, identity), "mg = :mg").text(":mg", mg.as_str());
        // Condition of each: it is this membership's. Gone already is as good.
        for last in [alias, own] {
            count += u64::from(matches!(self.write(last).await?, Written::Done(_)));
        }
        Ok(count)
    }

    /// Erases how an open id that is the same number as `app` stands to channels. Nobody has confirmed that it is the same person: only
    /// who is asked to forget somebody may take it.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; to be repeated then.
    pub async fn erase_unconfirmed(&self, app: &AppUser) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        for item in self.all(&keys::open_user_pk(app.as_str()), keys::ALL).await? {
            let Some(key) = Key::of(&item) else { continue };
            // Condition: it is there. Gone already is as good.
            let gone = self.write(Write::delete(key, "attribute_exists(PK)")).await?;
            erased.items += u64::from(matches!(gone, Written::Done(_)));
        }
        Ok(erased)
    }

    /// Erases the chat of somebody who is no member: talk, groups, votes. Of a member's name nothing is taken.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; to be repeated then.
    pub async fn erase_stranger(&self, identity: &Identity, now: Millis) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        for item in self.all(&keys::identity_pk(identity), keys::ALL).await? {
            let Some(key) = Key::of(&item).filter(|key| key.sk != "ALIAS") else { continue };
            // Condition: the name is nobody's.
            let nobodys = Write::check(Key::alias(identity), "attribute_not_exists(PK)");
            erased.items += self.erase_hanging(nobodys, key, identity, now).await?;
        }
        Ok(erased)
    }

    /// An item of a name, as long as `condition` holds; if it is a group, also what the group has of them: one transaction's worth.
    async fn erase_hanging(
        &self,
        condition: Write,
        key: Key,
        identity: &Identity,
        now: Millis,
    ) -> Result<u64, StoreError> {
        let Some(group) = key.sk.strip_prefix(OWN_GROUP).map(GroupId::from_key) else {
            return self.erase_all(condition, vec![key], now).await.map(u64::from);
        };
        let person = Person::from_key(&identity.to_string());
        let votes = voting_days(now).map(|day| Key::vote(&group, &day, &person));
        let gone = [key, Key::member(&group, &person)].into_iter().chain(votes).collect();
        let erased = self.erase_all(condition, gone, now).await?;
        // Condition: they founded it. The group stays, and does not know by whom.
        let founder = Write::update(Key::group(&group), "REMOVE founder", "founder = :person");
        self.write(founder.text(":person", person.to_string())).await?;
        Ok(if erased { 2 } else { 0 }) // their row and the group's
    }

    /// Deletes items as long as `condition` holds for another one; whether it did.
    async fn erase_all(&self, condition: Write, keys: Vec<Key>, now: Millis) -> Result<bool, StoreError> {
        let first = keys.first().map(Key::hash).unwrap_or_default();
        // A delete of what is gone changes nothing: the condition that counts is the one beside it.
        let gone = keys.into_iter().map(|key| Write::delete(key, "attribute_not_exists(PK) OR attribute_exists(PK)"));
        let writes = std::iter::once(condition).chain(gone).collect();
        let token = hash(&["erase-all", &first, &now.0.to_string()]);
        Ok(self.write_all(&token, writes).await?.is_ok())
    }
}

/// The days of which there can be a vote, the last one first.
pub(super) fn voting_days(now: Millis) -> impl Iterator<Item = String> {
    (0..=VOTING_DAYS).map(move |days| now.minus(A_DAY.saturating_mul(days)).kst_day())
}
