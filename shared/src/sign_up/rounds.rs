//! Page after page of the reconciler, at a pace that Kakao bears, and on from where it was after a crash. The outbox's schedules and
//! the CLI walk the same rounds: one over the members, one over how they stand to our channels.

use std::time::Duration;

use tokio::time::Instant;

use super::Clerk;
use super::kakao::Kakao;
use super::reconcile::{Reconciled, Repair, reconcile_page};
use crate::clock::Millis;
use crate::log::Log;
use crate::store::sign_up::{Counts, Taken, Tally};
use crate::store::{AppUser, Store, StoreError};

/// Kakao hands out a hundred pages a minute.
/// <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
pub const PACE: Duration = Duration::from_millis(600);

/// What a page may take, with nobody on it to be mended.
const A_PAGE: Duration = Duration::from_secs(15);

/// Somebody who walks rounds of one kind.
pub trait Rounds {
    /// What one page of them comes to.
    type Page: Page;

    /// The table that remembers the place.
    fn store(&self) -> &Store;

    /// Who walks: nobody else has this name.
    fn me(&self) -> &str;

    /// The time.
    fn now(&self) -> Millis;

    /// When whoever walks will be stopped.
    fn until(&self) -> Millis;

    /// Looks at the people after `after`, and mends what is wrong. It may stop in the middle.
    ///
    /// # Errors
    /// [`StoreError`] if our own list cannot be read. Who could not be mended is counted instead.
    fn page(&self, after: Option<&AppUser>, repair: Repair) -> impl Future<Output = Result<Self::Page, StoreError>>;
}

/// What one page came to.
pub trait Page {
    /// What its round counts.
    type Tally: Counts;

    /// Where the next page begins; `None` after the last. Where this one began, if nobody was looked at.
    fn next(&self) -> Option<&AppUser>;

    /// Why the round cannot go on from there, if it cannot.
    fn halt(&self) -> Option<Halt>;

    /// Adds the page to what came before it.
    fn add_to(&self, tally: &mut Self::Tally);
}

/// Why a round cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Kakao does not answer, or says that it is too much; or there was no time for anybody.
    Refused,
    /// So many differences that a person must look.
    Suspicious(u64),
}

/// How a round is walked.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Begin one although the last is not a day old.
    pub at_once: bool,
    /// How far it goes.
    pub repair: Repair,
    /// At least this long from the beginning of one page to that of the next.
    pub pace: Duration,
}

/// Where a round stands when this walker leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walked<T = Tally> {
    /// Everybody was looked at.
    Ended(T),
    /// Out of time: the next one goes on.
    OutOfTime(T),
    /// Kakao does not answer, or says that it is too much: the next one goes on.
    Refused(T),
    /// A page with so many differences that a person must look ([`Repair::MendMany`] goes on).
    Suspicious(T, u64),
    /// Somebody else walks it.
    Busy,
    /// The last one is not a day old.
    NotDue,
}

impl<T: Copy> Walked<T> {
    /// A word for logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ended(_) => "ended",
            Self::OutOfTime(_) => "out-of-time",
            Self::Refused(_) => "refused",
            Self::Suspicious(..) => "suspicious",
            Self::Busy => "busy",
            Self::NotDue => "not-due",
        }
    }

    /// What the round came to so far.
    pub const fn tally(&self) -> Option<T> {
        match self {
            Self::Ended(tally) | Self::OutOfTime(tally) | Self::Refused(tally) | Self::Suspicious(tally, _) => {
                Some(*tally)
            }
            Self::Busy | Self::NotDue => None,
        }
    }
}

/// Walks on with the unfinished round, or begins one, until it ends or the walker has no time left. `tell` is told of each page.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; the round goes on where it was, once the lease has run out.
pub async fn walk<R: Rounds>(
    walker: &R,
    how: Walk,
    mut tell: impl FnMut(&R::Page, &<R::Page as Page>::Tally),
) -> Result<Walked<<R::Page as Page>::Tally>, StoreError> {
    let (store, me) = (walker.store(), walker.me());
    let mut round = match store.take_round(me, how.at_once, walker.now()).await? {
        Taken::Ours(round) => round,
        Taken::Busy => return Ok(Walked::Busy),
        Taken::NotDue => return Ok(Walked::NotDue),
    };
    let walked = loop {
        if walker.now().plus(A_PAGE) >= walker.until() {
            break Walked::OutOfTime(round.tally);
        }
        let next_page = Instant::now() + how.pace;
        let page = walker.page(round.after.as_ref(), how.repair).await?;
        // Kakao may have refused it in its middle: what was done until then counts.
        if page.halt().is_none() || page.next() != round.after.as_ref() {
            page.add_to(&mut round.tally);
            tell(&page, &round.tally);
            let Some(next) = page.next() else {
                store.end_round(me, round.tally, walker.now()).await?;
                return Ok(say(Walked::Ended(round.tally)));
            };
            if !store.step_round(me, next, round.tally, walker.now()).await? {
                return Ok(Walked::Busy); // it took too long, and somebody else has gone on
            }
            round.after = Some(next.clone());
        }
        match page.halt() {
            Some(Halt::Refused) => break Walked::Refused(round.tally),
            Some(Halt::Suspicious(people)) => break Walked::Suspicious(round.tally, people),
            None => tokio::time::sleep_until(next_page).await,
        }
    };
    store.leave_round::<<R::Page as Page>::Tally>(me, walker.now()).await?;
    Ok(say(walked))
}

fn say<T: Counts>(walked: Walked<T>) -> Walked<T> {
    let tally = walked.tally().unwrap_or_default();
    Log::info("reconcile.round").kind(T::KIND).outcome(walked.word()).count(tally.checked()).write();
    walked
}

impl<K: Kakao> Rounds for Clerk<'_, K> {
    type Page = Reconciled;

    fn store(&self) -> &Store {
        self.store
    }

    fn me(&self) -> &str {
        self.me
    }

    fn now(&self) -> Millis {
        self.clock.now()
    }

    fn until(&self) -> Millis {
        self.until
    }

    async fn page(&self, after: Option<&AppUser>, repair: Repair) -> Result<Reconciled, StoreError> {
        reconcile_page(self, after, repair).await
    }
}

impl Page for Reconciled {
    type Tally = Tally;

    fn next(&self) -> Option<&AppUser> {
        self.next.as_ref()
    }

    fn halt(&self) -> Option<Halt> {
        match self.suspicious {
            0 => self.unread.then_some(Halt::Refused),
            people => Some(Halt::Suspicious(people)),
        }
    }

    fn add_to(&self, tally: &mut Tally) {
        tally.pages += 1;
        tally.checked += self.checked;
        tally.orphans += self.orphans;
        tally.left += self.left;
        tally.open += self.open;
    }
}
