//! Page after page of the reconciler, at a pace that Kakao bears, and on from where it was after a crash. The outbox's schedule and
//! the CLI walk the same round.

use std::time::Duration;

use tokio::time::Instant;

use super::Clerk;
use super::kakao::Kakao;
use super::reconcile::{Reconciled, Repair, reconcile_page};
use crate::log::Log;
use crate::store::StoreError;
use crate::store::sign_up::{Taken, Tally};

/// Kakao hands out a hundred pages a minute.
/// <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
pub const PACE: Duration = Duration::from_millis(600);

/// What a page may take, with nobody on it to be mended.
const A_PAGE: Duration = Duration::from_secs(15);

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

/// Where a round stands when this clerk leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walked {
    /// Everybody was looked at.
    Ended(Tally),
    /// Out of time: the next one goes on.
    OutOfTime(Tally),
    /// Kakao does not answer, or says that it is too much: the next one goes on.
    Refused(Tally),
    /// A page with so many differences that a person must look ([`Repair::MendMany`] goes on).
    Suspicious(Tally, u64),
    /// Somebody else walks it.
    Busy,
    /// The last one is not a day old.
    NotDue,
}

impl Walked {
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
    pub const fn tally(&self) -> Option<Tally> {
        match self {
            Self::Ended(tally) | Self::OutOfTime(tally) | Self::Refused(tally) | Self::Suspicious(tally, _) => {
                Some(*tally)
            }
            Self::Busy | Self::NotDue => None,
        }
    }
}

/// Walks on with the unfinished round, or begins one, until it ends or the clerk has no time left. `page` is told of each page.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; the round goes on where it was, once the lease has run out.
pub async fn walk<K: Kakao>(
    clerk: &Clerk<'_, K>,
    how: Walk,
    mut page: impl FnMut(&Reconciled, &Tally),
) -> Result<Walked, StoreError> {
    let Clerk { store, me, .. } = clerk;
    let mut round = match store.take_round(me, how.at_once, clerk.now()).await? {
        Taken::Ours(round) => round,
        Taken::Busy => return Ok(Walked::Busy),
        Taken::NotDue => return Ok(Walked::NotDue),
    };
    let walked = loop {
        if clerk.now().plus(A_PAGE) >= clerk.until {
            break Walked::OutOfTime(round.tally);
        }
        let next_page = Instant::now() + how.pace;
        let told = reconcile_page(clerk, round.after.as_ref(), how.repair).await?;
        if told.suspicious > 0 {
            break Walked::Suspicious(round.tally, told.suspicious);
        }
        if told.unread {
            break Walked::Refused(round.tally);
        }
        round.tally.add(&told);
        page(&told, &round.tally);
        let Some(next) = told.next else {
            store.end_round(me, round.tally, clerk.now()).await?;
            return Ok(say(Walked::Ended(round.tally)));
        };
        if !store.step_round(me, &next, round.tally, clerk.now()).await? {
            return Ok(Walked::Busy); // it took too long, and somebody else has gone on
        }
        round.after = Some(next);
        tokio::time::sleep_until(next_page).await;
    };
    store.leave_round(me, clerk.now()).await?;
    Ok(say(walked))
}

fn say(walked: Walked) -> Walked {
    let tally = walked.tally().unwrap_or_default();
    Log::info("reconcile.round").outcome(walked.word()).count(tally.checked).write();
    walked
}

impl Tally {
    /// And what one more page came to.
    pub fn add(&mut self, page: &Reconciled) {
        self.pages += 1;
        self.checked += page.checked;
        self.orphans += page.orphans;
        self.left += page.left;
        self.open += page.open;
    }
}
