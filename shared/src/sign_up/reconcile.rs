//! What no protocol can close: a link whose token never reached the table, and a message of Kakao's that never reached us. Both lists are
//! laid side by side, and every difference is looked at.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Clerk;
use super::kakao::{Kakao, Linked, LinkedPage, Told};
use super::unlink::{Left, unlink_job};
use crate::log::Log;
use crate::store::sign_up::{Link, Lock};
use crate::store::{AppUser, StoreError};

/// A younger link may be somebody who is just signing up.
const SETTLED: Duration = Duration::from_secs(3_600);

/// How long one person may take: much less than the lease of a mark, so that nobody else comes meanwhile.
const EACH: Duration = Duration::from_secs(10);

/// So many differences of one kind on a page are believed, whatever the page's size; unless no member of it is linked.
const FEW: usize = 10;

/// So many members without a single link among them are no accident, however few they are.
const NO_ACCIDENT: usize = 2;

/// How far a repair goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Says what it would do, and changes nothing.
    Look,
    /// Mends, and stops at a page of which more than a quarter would go, or where no member is linked: that is more likely a wrong key,
    /// another app or another service's users than a quarter of everybody gone wrong.
    Mend,
    /// Mends whatever it finds, because a person has looked at it.
    MendMany,
}

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
    /// The same page again: Kakao did not hand it out, or there was no time for anybody on it.
    pub unread: bool,
    /// So many differences that nothing was changed ([`Repair::Mend`]).
    pub suspicious: u64,
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

/// Lays one page of Kakao's list, which begins after `after`, beside ours. It stops in the middle when the clerk has no time left.
///
/// # Errors
/// [`StoreError`] if our own list cannot be read. Who could not be mended is counted instead.
pub async fn reconcile_page<K: Kakao>(
    clerk: &Clerk<'_, K>,
    after: Option<&AppUser>,
    repair: Repair,
) -> Result<Reconciled, StoreError> {
    let same_again = Reconciled { next: after.cloned(), unread: true, ..Reconciled::default() };
    let page = match clerk.kakao.linked_page(after).await {
        Told::Yes(page) => page,
        told => {
            Log::warn("reconcile.kakao").outcome("no-page").kind(told.word()).write();
            return Ok(same_again);
        }
    };
    let sides = Sides::of(clerk, after, page).await?;
    if repair == Repair::Mend && sides.are_suspicious() {
        let suspicious = sides.differences().len() as u64;
        Log::error("reconcile.suspicious").count(suspicious).write();
        return Ok(Reconciled { suspicious, unread: false, ..same_again });
    }
    let mut told = Reconciled { next: sides.next.clone(), ..Reconciled::default() };
    let mut done = None;
    for app in sides.differences() {
        if clerk.now().plus(EACH) >= clerk.until {
            let Some(done) = done else { return Ok(same_again) };
            told.next = Some(done);
            break;
        }
        match tokio::time::timeout(EACH, one(clerk, &app, repair)).await {
            Ok(Ok(Mended::Fine)) => {}
            Ok(Ok(Mended::Orphan)) => told.orphans += 1,
            Ok(Ok(Mended::Left)) => told.left += 1,
            Ok(Ok(Mended::Open)) | Err(_) => told.open += 1,
            Ok(Err(error)) => {
                Log::warn("reconcile.store").kind(error.kind()).write();
                told.open += 1;
            }
        }
        done = Some(app);
    }
    told.checked = sides.people_up_to(told.next.as_ref());
    if repair != Repair::Look && told.orphans + told.left > 0 {
        Log::error("reconcile.repaired").count(told.orphans + told.left).write();
    }
    Ok(told)
}

/// Both lists from one place to another.
struct Sides {
    linked: BTreeSet<AppUser>,
    members: BTreeSet<AppUser>,
    next: Option<AppUser>,
}

impl Sides {
    async fn of<K>(clerk: &Clerk<'_, K>, after: Option<&AppUser>, page: LinkedPage) -> Result<Self, StoreError> {
        // Without more people at Kakao, all our members after the last one are without a link.
        let next = if page.more { page.users.last().cloned() } else { None };
        let members = clerk.store.members_between(after, next.as_ref()).await?;
        Ok(Self { linked: page.users.into_iter().collect(), members: members.into_iter().collect(), next })
    }

    /// In the order of the numbers.
    fn differences(&self) -> Vec<AppUser> {
        let mut all: Vec<AppUser> = self.linked.symmetric_difference(&self.members).cloned().collect();
        all.sort_by(|a, b| number(a).cmp(&number(b)));
        all
    }

    fn are_suspicious(&self) -> bool {
        let too_many = |some: &BTreeSet<AppUser>, others: &BTreeSet<AppUser>| {
            let alone = some.difference(others).count();
            alone > FEW && alone * 4 > some.len()
        };
        let nobody_is_linked = self.members.len() >= NO_ACCIDENT && self.members.is_disjoint(&self.linked);
        nobody_is_linked || too_many(&self.linked, &self.members) || too_many(&self.members, &self.linked)
    }

    fn people_up_to(&self, last: Option<&AppUser>) -> u64 {
        let reached = |app: &&AppUser| last.is_none_or(|last| number(app) <= number(last));
        self.linked.union(&self.members).filter(reached).count() as u64
    }
}

/// Decimal text without leading zeros: the longer is the greater.
fn number(app: &AppUser) -> (usize, &str) {
    (app.as_str().len(), app.as_str())
}

/// Looks at one person, by strong reads and by asking Kakao now, and mends what is wrong.
///
/// # Errors
/// [`StoreError`] if the table cannot be used.
pub async fn reconcile_one<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser) -> Result<Mended, StoreError> {
    one(clerk, app, Repair::Mend).await
}

async fn one<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser, repair: Repair) -> Result<Mended, StoreError> {
    // The fence first: what is decided below holds only as long as it does.
    let seen = clerk.store.link(app).await?;
    let member = clerk.store.member(app).await?.is_some();
    let linked = match clerk.kakao.linked(app).await {
        Told::Yes(linked) => linked,
        Told::No(_) | Told::NotSent | Told::Unknown => return Ok(Mended::Open),
    };
    match (linked, member) {
        (Linked::Yes { .. }, true) | (Linked::No, false) => Ok(Mended::Fine),
        // Also if Kakao does not say since when: somebody may just be signing up.
        (Linked::Yes { since }, false) if since.is_none_or(|since| clerk.now().since(since) < SETTLED) => {
            Ok(Mended::Open)
        }
        (Linked::Yes { .. }, false) if repair == Repair::Look => Ok(Mended::Orphan),
        (Linked::No, true) if repair == Repair::Look => Ok(Mended::Left),
        (Linked::Yes { .. }, false) => undo_link(clerk, app, seen).await,
        (Linked::No, true) => end_membership(clerk, app).await,
    }
}

async fn undo_link<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser, seen: Link) -> Result<Mended, StoreError> {
    let Lock::Taken { rev } = clerk.store.mark_orphan(app, seen.rev, clerk.now()).await? else {
        return Ok(Mended::Open);
    };
    if clerk.kakao.unlink(app).await != Told::Yes(()) {
        return Ok(Mended::Open); // the mark runs out, and the next pass finds the person again
    }
    clerk.store.free_orphan(app, rev, clerk.now()).await?;
    Ok(Mended::Orphan)
}

/// As if the message had come: it is verified once more, and erased with the fence.
async fn end_membership<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser) -> Result<Mended, StoreError> {
    clerk.store.store_unlink(app, clerk.me, clerk.now()).await?;
    Ok(match unlink_job(clerk, app).await? {
        Left::Erased => Mended::Left,
        Left::StillLinked | Left::Nothing => Mended::Fine,
        Left::Later | Left::Parked => Mended::Open,
    })
}
