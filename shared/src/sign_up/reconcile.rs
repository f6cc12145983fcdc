//! What no protocol can close: a link whose token never reached the table, and a message of Kakao's that never reached us. Both lists are
//! laid side by side, and every difference is looked at.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Clerk;
use super::kakao::{Kakao, Linked, Told};
use super::unlink::{Left, unlink_job};
use crate::log::Log;
use crate::store::sign_up::Lock;
use crate::store::{AppUser, StoreError};

/// A younger link may be somebody who is just signing up.
const SETTLED: Duration = Duration::from_secs(3_600);

/// What one page came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// People looked at.
    pub checked: u64,
    /// Links without a member that were undone.
    pub orphans: u64,
    /// Members without a link whose erasure was begun.
    pub left: u64,
    /// People who are to be looked at another time: Kakao or the table did not answer, or somebody is at it.
    pub open: u64,
    /// Where the next page begins; `None` after the last.
    pub next: Option<AppUser>,
    /// Kakao did not hand out the page: the same one again, later.
    pub unread: bool,
}

/// What became of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mended {
    /// Member and linked, or neither.
    Fine,
    /// The link had no member, and is undone.
    Orphan,
    /// The member had no link, and is erased.
    Left,
    /// Another time.
    Open,
}

/// Lays one page of Kakao's list, which begins after `after`, beside ours.
///
/// # Errors
/// [`StoreError`] if our own list cannot be read. Who could not be mended is counted instead.
pub async fn reconcile_page<K: Kakao>(clerk: &Clerk<'_, K>, after: Option<&AppUser>) -> Result<Reconciled, StoreError> {
    let page = match clerk.kakao.linked_page(after).await {
        Told::Yes(page) => page,
        told => {
            Log::warn("reconcile.kakao").outcome("no-page").kind(told.word()).write();
            return Ok(Reconciled { next: after.cloned(), unread: true, ..Reconciled::default() });
        }
    };
    // Without more people at Kakao, all our members after the last one are without a link.
    let next = if page.more { page.users.last().cloned() } else { None };
    let linked: BTreeSet<AppUser> = page.users.into_iter().collect();
    let members = clerk.store.members_between(after, next.as_ref()).await?;
    let members: BTreeSet<AppUser> = members.into_iter().collect();
    let mut told = Reconciled { checked: linked.union(&members).count() as u64, next, ..Reconciled::default() };
    for app in linked.symmetric_difference(&members) {
        match reconcile_one(clerk, app).await {
            Ok(Mended::Fine) => {}
            Ok(Mended::Orphan) => told.orphans += 1,
            Ok(Mended::Left) => told.left += 1,
            Ok(Mended::Open) => told.open += 1,
            Err(error) => {
                Log::warn("reconcile.store").kind(error.kind()).write();
                told.open += 1;
            }
        }
    }
    if told.orphans + told.left + told.open > 0 {
        Log::error("reconcile.repaired").count(told.orphans + told.left + told.open).write();
    }
    Ok(told)
}

/// Looks at one person, by strong reads and by asking Kakao now.
///
/// # Errors
/// [`StoreError`] if the table cannot be used.
pub async fn reconcile_one<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser) -> Result<Mended, StoreError> {
    let store = clerk.store;
    // The fence first: what is decided below holds only as long as it does.
    let seen = store.link(app).await?;
    let member = store.member(app).await?.is_some();
    let linked = match clerk.kakao.linked(app).await {
        Told::Yes(linked) => linked,
        Told::No(_) | Told::NotSent | Told::Unknown => return Ok(Mended::Open),
    };
    match (linked, member) {
        (Linked::Yes { .. }, true) | (Linked::No, false) => Ok(Mended::Fine),
        // As if the message had come: it is verified once more, and erased with the fence.
        (Linked::No, true) => {
            store.store_unlink(app, clerk.me, clerk.now()).await?;
            Ok(match unlink_job(clerk, app).await? {
                Left::Erased => Mended::Left,
                Left::StillLinked | Left::Nothing => Mended::Fine,
                Left::Later => Mended::Open,
            })
        }
        (Linked::Yes { since }, false) => {
            if since.is_some_and(|since| clerk.now().since(since) < SETTLED) {
                return Ok(Mended::Open);
            }
            let Lock::Taken { rev } = store.mark_orphan(app, seen.rev, clerk.now()).await? else {
                return Ok(Mended::Open);
            };
            if clerk.kakao.unlink(app).await != Told::Yes(()) {
                return Ok(Mended::Open); // the mark runs out, and the next pass finds the person again
            }
            store.free_orphan(app, rev, clerk.now()).await?;
            Ok(Mended::Orphan)
        }
    }
}
