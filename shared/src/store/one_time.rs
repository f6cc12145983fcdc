//! A one-time address of a plugin is redeemed once, whoever else holds it; whose it was is kept for those who ask again
//! (protocol `sync` 2.1).

use std::time::Duration;

use super::item::{Attributes, VERSION, n, s};
use super::keys::Key;
use super::write::{Write, Written};
use super::{AppUser, Item, Store, StoreError};
use crate::clock::Millis;

/// Longer than a platform repeats a request, and than such an address can be good for.
const REMEMBERED: Duration = Duration::from_secs(3_600);

const WORKING: &str = "INPROGRESS";
const SPENT: &str = "COMPLETED";

/// What has become of a one-time address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OneTime {
    /// Ours to redeem, now, and nobody's after us.
    Ours,
    /// Somebody is redeeming it, or died of it: there is no way to tell.
    Working,
    /// It has been redeemed: whose it was, if Kakao said so. What else Kakao said is not kept.
    Spent(Option<AppUser>),
}

impl Store {
    /// Claims the one use of `url` right before it is redeemed. `me` is this very attempt. What the holder neither finishes nor gives back
    /// is spent.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; then it must not be redeemed.
    pub async fn claim_one_time(&self, url: &str, me: &str, now: Millis) -> Result<OneTime, StoreError> {
        // Condition: nobody has claimed it within the hour, or this very attempt did and its answer got lost.
        let claim = Write::update(
            Key::one_time(url),
            "SET own = :me, st = :working, t = :t, v = :v, ca = :now, #ttl = :ttl REMOVE app",
            "attribute_not_exists(PK) OR #ttl <= :secs OR (own = :me AND st = :working)",
        )
        .name("#ttl", "ttl")
        .value(":me", s(me))
        .value(":working", s(WORKING))
        .value(":t", s("IDEM"))
        .value(":v", n(VERSION))
        .value(":now", n(now.0))
        .value(":secs", n(now.secs()))
        .value(":ttl", n(now.plus(REMEMBERED).secs()));
        Ok(match self.write(claim).await? {
            Written::Done(_) => OneTime::Ours,
            Written::Refused(item) => read(&item),
        })
    }

    /// Remembers whose it was; `None`: Kakao did not say.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; who asks again is then told nothing.
    pub async fn finish_one_time(&self, url: &str, me: &str, app: Option<&AppUser>) -> Result<(), StoreError> {
        // Condition: the claim is this attempt's. A repeat sets what it set.
        let set = if app.is_some() { "SET st = :spent, app = :app" } else { "SET st = :spent" };
        let finish = Write::update(Key::one_time(url), set, "own = :me").text(":me", me).text(":spent", SPENT);
        let finish = app.into_iter().fold(finish, |finish, app| finish.text(":app", app.as_str()));
        self.write(finish).await.map(|_| ())
    }

    /// Gives back a claim whose address never left this machine: whoever comes next may redeem it.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the address is then taken for spent.
    pub async fn give_back_one_time(&self, url: &str, me: &str, now: Millis) -> Result<(), StoreError> {
        // Condition: the claim is this attempt's, and nothing has come of it. Over at once, because this role deletes nothing.
        let give_back = Write::update(Key::one_time(url), "SET #ttl = :secs", "own = :me AND st = :working")
            .name("#ttl", "ttl")
            .text(":me", me)
            .text(":working", WORKING)
            .number(":secs", now.secs());
        self.write(give_back).await.map(|_| ())
    }

    /// How far whoever claimed it has come, by one strong read. What the table has not removed yet is gone all the same.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn one_time(&self, url: &str, now: Millis) -> Result<OneTime, StoreError> {
        let item = self.get(&Key::one_time(url)).await?.filter(|item| !item.is_expired(now));
        Ok(item.as_ref().map_or(OneTime::Spent(None), read))
    }
}

fn read(item: &Item) -> OneTime {
    match item.maybe_text("st") {
        Some(WORKING) => OneTime::Working,
        _ => OneTime::Spent(item.maybe_text("app").and_then(AppUser::parse)),
    }
}
