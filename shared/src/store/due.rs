//! Work that waits, of every kind: what the stream wakes the outbox for, and what the sweep finds in the `due` index.

use super::item::Attributes;
use super::keys::{self, APP_USER, DUE_SHARDS, Key, SAGA, UNLINK_JOB};
use super::{AppUser, EntryId, Item, SagaId, Store, StoreError};
use crate::clock::Millis;

/// How many items of each shard one sweep looks at: those that must be left to a newer release may stand in front.
const SWEEP: i32 = 100;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// An effect.
    Entry(EntryId),
    /// A sign-up that was left or failed: its link is to be undone.
    Saga(SagaId),
    /// Kakao says that this person has left.
    UnlinkJob(AppUser),
}

impl Due {
    /// What logs call the item.
    pub fn hash(&self) -> String {
        match self {
            Self::Entry(entry) => Key::entry(entry),
            Self::Saga(saga) => Key::saga(saga),
            Self::UnlinkJob(app) => Key::app_user(app, UNLINK_JOB),
        }
        .hash()
    }

    /// The work that an item with these keys stands for; `None` for items that are no work.
    pub fn of_keys(pk: &str, sk: &str) -> Option<Self> {
        if let Some(entry) = EntryId::from_pk(pk) {
            return Some(Self::Entry(entry));
        }
        if let Some(saga) = pk.strip_prefix(SAGA) {
            return Some(Self::Saga(SagaId::from_text(saga)));
        }
        let app = (sk == UNLINK_JOB).then(|| pk.strip_prefix(APP_USER)).flatten();
        app.and_then(AppUser::parse).map(Self::UnlinkJob)
    }
}

impl Store {
    /// Work that is due, a bounded number of each shard. Found through the index, so each must be claimed or read before it is
    /// believed.
    ///
    /// # Errors
    /// [`StoreError`] if the index cannot be read.
    pub async fn due(&self, now: Millis) -> Result<Vec<Due>, StoreError> {
        let before = keys::due_before(now);
        let mut found = Vec::new();
        for shard in 0..DUE_SHARDS {
            let items: Vec<Item> = self.due_keys(&keys::due_pk(shard), &before, SWEEP).await?;
            found.extend(items.iter().filter_map(|item| Due::of_keys(item.maybe_text("PK")?, item.maybe_text("SK")?)));
        }
        Ok(found)
    }
}
