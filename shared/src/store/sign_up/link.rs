//! `LINK`: one lock per person. Its `rev` is a fence: whoever decides on what was true at `rev` writes only if it still is.

use std::time::Duration;

use super::rules::{LinkRefused, LinkState, link_refused};
use super::{ASK_LEASE, AppUser, LEASE, SagaId, change, known};
use crate::clock::Millis;
use crate::store::item::{Attributes, undecodable};
use crate::store::keys::Key;
use crate::store::write::{Write, Written};
use crate::store::{Item, Store, StoreError};

/// How long the fence of somebody who is no member is kept, against what was under way (state design, section 3: `LINK`).
const FENCE_REMEMBERED: Duration = Duration::from_secs(7 * 86_400);

/// The owner that the reconciler writes.
pub(super) const RECONCILER: &str = "RECON";

/// A lock as the table has it. Where there is none, it is free at fence 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it stands.
    pub st: LinkState,
    /// The fence.
    pub rev: u64,
    /// Until when its holder may take.
    pub lease: Millis,
}

/// What locking or marking a link came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Ours, at this fence.
    Taken {
        /// The fence.
        rev: u64,
    },
    /// The person is a member; this was the fence.
    Member {
        /// The fence.
        rev: u64,
    },
    /// Somebody else is at it.
    Busy,
}

/// What saying "still a member" came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Said: an erasure that has read an older fence will look again.
    Member,
    /// Not a member any more.
    Gone,
}

impl Store {
    /// Step 5: Locks the link for a sign-up.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn lock_link(&self, app: &AppUser, saga: &SagaId, now: Millis) -> Result<Lock, StoreError> {
        // Condition: nobody is a member, and nobody who lives is undoing. The lock of another attempt is taken away: its commit
        // then fails. A repeat takes it once more, one fence higher.
        let lock = link(
            app,
            "st = :pending, own = :saga, lease = :lease, rev = if_not_exists(rev, :zero) + :one",
            " REMOVE #ttl",
            known!("attribute_not_exists(PK) OR st IN (:free, :pending) OR (st = :unlinking AND lease < :now)"),
            now,
        )
        .name("#ttl", "ttl")
        .text(":pending", LinkState::Pending.as_str())
        .text(":free", LinkState::Free.as_str())
        .text(":unlinking", LinkState::Unlinking.as_str())
        .text(":saga", saga.as_str())
        .number(":lease", now.plus(LEASE).0)
        .number(":zero", 0)
        .number(":one", 1);
        self.locked(lock).await
    }

    /// Step 5a, b: Says "still a member" to every erasure that has read the fence already.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn touch_link(&self, app: &AppUser, seen: u64, now: Millis) -> Result<Touch, StoreError> {
        // Condition: still a member. One step of the fence too many costs an erasure another look, nothing more.
        let touch = link(app, "rev = rev + :one", "", known!("st = :active AND rev >= :seen"), now)
            .text(":active", LinkState::Active.as_str())
            .number(":seen", seen)
            .number(":one", 1);
        Ok(match self.write(touch).await? {
            Written::Done(_) => Touch::Member,
            Written::Refused(_) => Touch::Gone,
        })
    }

    /// Step 6: Lets go of a lock with nothing done. If somebody has taken it meanwhile, it is theirs.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the lock can be taken away all the same.
    pub async fn release_link(&self, app: &AppUser, saga: &SagaId, rev: u64, now: Millis) -> Result<(), StoreError> {
        // Condition: ours at this fence; free already, for a repeat.
        let condition = known!("st IN (:pending, :free) AND own = :saga AND rev = :rev");
        let release = forgotten(link(app, "st = :free, #ttl = :ttl", "", condition, now), now)
            .text(":free", LinkState::Free.as_str())
            .text(":pending", LinkState::Pending.as_str())
            .text(":saga", saga.as_str())
            .number(":rev", rev);
        self.write(release).await.map(|_| ())
    }

    /// Step 7a: Keeps the lock while the person answers. It may be taken away all the same; the answer then locks it again.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn prolong_link(&self, app: &AppUser, saga: &SagaId, rev: u64, now: Millis) -> Result<(), StoreError> {
        // Condition: ours at this fence.
        let prolong = link(app, "lease = :lease", "", known!("st = :pending AND own = :saga AND rev = :rev"), now)
            .text(":pending", LinkState::Pending.as_str())
            .text(":saga", saga.as_str())
            .number(":lease", now.plus(ASK_LEASE).0)
            .number(":rev", rev);
        self.write(prolong).await.map(|_| ())
    }

    /// Step b: Marks the link as being undone, before Kakao is asked to undo it.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn mark_link(&self, app: &AppUser, saga: &SagaId, now: Millis) -> Result<Lock, StoreError> {
        // Condition: it is nobody's, or ours, or its holder is dead.
        let mark = link(
            app,
            "st = :unlinking, own = :saga, lease = :lease, rev = if_not_exists(rev, :zero) + :one",
            " REMOVE #ttl",
            known!(
                "attribute_not_exists(PK) OR st = :free OR \
                 (st IN (:pending, :unlinking) AND (own = :saga OR lease < :now))"
            ),
            now,
        )
        .name("#ttl", "ttl")
        .text(":pending", LinkState::Pending.as_str())
        .text(":free", LinkState::Free.as_str())
        .text(":unlinking", LinkState::Unlinking.as_str())
        .text(":saga", saga.as_str())
        .number(":lease", now.plus(LEASE).0)
        .number(":zero", 0)
        .number(":one", 1);
        self.locked(mark).await
    }

    /// Step d: Undone: the link is free for the next attempt.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the mark then runs out.
    pub async fn free_link(&self, app: &AppUser, saga: &SagaId, rev: u64, now: Millis) -> Result<(), StoreError> {
        self.free(app, saga.as_str(), rev, now).await
    }

    /// Reconciler: marks a link without a member as being undone, if nobody has looked after it since `seen` was read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn mark_orphan(&self, app: &AppUser, seen: u64, now: Millis) -> Result<Lock, StoreError> {
        // Condition: as it was read, and nobody's or its holder dead; or this very call has marked it.
        let condition = match seen {
            0 => known!("attribute_not_exists(PK) OR (st = :unlinking AND own = :me AND rev = :next)"),
            _ => known!(
                "(st = :unlinking AND own = :me AND rev = :next) OR (rev = :seen AND lease < :now AND \
                 st IN (:pending, :unlinking)) OR (rev = :seen AND st = :free)"
            ),
        };
        let mark = link(app, "st = :unlinking, own = :me, lease = :lease, rev = :next", " REMOVE #ttl", condition, now);
        let mark = match seen {
            0 => mark,
            _ => mark
                .text(":pending", LinkState::Pending.as_str())
                .text(":free", LinkState::Free.as_str())
                .number(":seen", seen),
        };
        let mark = mark
            .name("#ttl", "ttl")
            .text(":unlinking", LinkState::Unlinking.as_str())
            .text(":me", RECONCILER)
            .number(":lease", now.plus(LEASE).0)
            .number(":next", seen.saturating_add(1));
        self.locked(mark).await
    }

    /// Reconciler: undone.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the mark then runs out.
    pub async fn free_orphan(&self, app: &AppUser, rev: u64, now: Millis) -> Result<(), StoreError> {
        self.free(app, RECONCILER, rev, now).await
    }

    async fn free(&self, app: &AppUser, own: &str, rev: u64, now: Millis) -> Result<(), StoreError> {
        // Condition: our mark at this fence; or this very call has freed it.
        let condition = known!("own = :own AND ((st = :unlinking AND rev = :rev) OR (st = :free AND rev = :next))");
        let free = forgotten(link(app, "st = :free, rev = :next, #ttl = :ttl", "", condition, now), now)
            .text(":free", LinkState::Free.as_str())
            .text(":unlinking", LinkState::Unlinking.as_str())
            .text(":own", own)
            .number(":rev", rev)
            .number(":next", rev.saturating_add(1));
        self.write(free).await.map(|_| ())
    }

    /// One strong read: where the link stands, and its fence.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn link(&self, app: &AppUser) -> Result<Link, StoreError> {
        match self.get(&Key::app_user(app, "LINK")).await? {
            Some(item) => read(&item),
            None => Ok(Link { st: LinkState::Free, rev: 0, lease: Millis(0) }),
        }
    }

    async fn locked(&self, write: Write) -> Result<Lock, StoreError> {
        Ok(match self.write(write).await? {
            Written::Done(item) => Lock::Taken { rev: read(&item)?.rev },
            Written::Refused(item) if item.is_empty() => Lock::Busy,
            Written::Refused(item) => {
                let old = read(&item)?;
                match link_refused(old.st) {
                    LinkRefused::Member => Lock::Member { rev: old.rev },
                    LinkRefused::Foreign => Lock::Busy,
                }
            }
        })
    }
}

/// Step 8: Condition: still locked by us, at our fence.
pub(super) fn activate(app: &AppUser, saga: &SagaId, rev: u64, now: Millis) -> Write {
    link(app, "st = :active, rev = :next", "", known!("st = :pending AND own = :saga AND rev = :rev"), now)
        .text(":active", LinkState::Active.as_str())
        .text(":pending", LinkState::Pending.as_str())
        .text(":saga", saga.as_str())
        .number(":rev", rev)
        .number(":next", rev.saturating_add(1))
}

pub(super) fn link(app: &AppUser, set: &str, remove: &str, condition: &'static str, now: Millis) -> Write {
    change(Key::app_user(app, "LINK"), "LINK", set, remove, condition, now)
}

/// The same write, with the `#ttl` of a fence that guards nobody: it is kept against what was under way, and goes by itself. Whoever locks
/// the link again takes it away.
pub(super) fn forgotten(write: Write, now: Millis) -> Write {
    write.name("#ttl", "ttl").number(":ttl", now.plus(FENCE_REMEMBERED).secs())
}

pub(super) fn read(item: &Item) -> Result<Link, StoreError> {
    Ok(Link {
        st: LinkState::parse(item.text("st")?).ok_or_else(|| undecodable(item))?,
        rev: item.maybe_number("rev").ok_or_else(|| undecodable(item))?,
        lease: Millis(item.maybe_number("lease").unwrap_or_default()),
    })
}
