//! Kakao said that somebody has left: believed when Kakao says it again, steps ii to iv, then everything of theirs goes.

use std::time::Duration;

use super::kakao::{Kakao, Linked, Told};
use super::{Clerk, entry};
use crate::clock::Millis;
use crate::effect::{Effect, Erase as Erasure};
use crate::log::Log;
use crate::secret::pseudonym;
use crate::store::sign_up::{Erase, Erased, PutOff, SagaId, UnlinkJob};
use crate::store::{AppUser, StoreError};

/// How often a job whose fence has moved is looked at again before it is left for later.
const LOOKS: usize = 3;

/// Who has left is gone within minutes. After this somebody should look.
const LATE: Duration = Duration::from_secs(3_600);

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The person has left; their membership is gone.
    Erased,
    /// The person is linked: the message was an old one.
    StillLinked,
    /// There is no such job.
    Nothing,
    /// Not now. It is due again.
    Later,
    /// Something of theirs cannot be decoded, and was tried too often: a person must look.
    Parked,
}

/// Carries out a job that was never put off. One that was waits for the sweep: the stream tells of putting it off, too.
///
/// # Errors
/// As [`unlink_job`].
pub async fn new_unlink_job<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser) -> Result<Left, StoreError> {
    match clerk.store.unlink_job(app).await {
        Ok(None) => Ok(Left::Nothing),
        Ok(Some(seen)) if seen.tries > 0 => Ok(Left::Later),
        Ok(Some(_)) => unlink_job(clerk, app).await,
        Err(error) => poisoned(clerk, app, error).await,
    }
}

/// Carries out the job of a person, whoever stored it.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; the job stays due.
pub async fn unlink_job<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser) -> Result<Left, StoreError> {
    match timed_unlink_job(clerk, app).await {
        Ok((left, _)) => Ok(left),
        Err(error) => poisoned(clerk, app, error).await,
    }
}

/// What cannot be decoded now cannot be in a minute either: the job makes room for its neighbours, and after some tries a person looks.
async fn poisoned<K>(clerk: &Clerk<'_, K>, app: &AppUser, error: StoreError) -> Result<Left, StoreError> {
    let StoreError::Undecodable(item) = error else { return Err(error) };
    Log::error("unlink.undecodable").item(&item).write();
    if clerk.store.put_off_unlink_job(app, clerk.now()).await? == PutOff::Parked {
        Log::error("outbox.parked").item(&item).write();
        return Ok(Left::Parked);
    }
    Ok(Left::Later)
}

/// As [`unlink_job`], and when the membership ended: the ledger has one line for one moment, whoever writes it.
pub(super) async fn timed_unlink_job<K: Kakao>(
    clerk: &Clerk<'_, K>,
    app: &AppUser,
) -> Result<(Left, Millis), StoreError> {
    let store = clerk.store;
    for _ in 0..LOOKS {
        // ii. The fence, before Kakao is asked.
        let Some(seen) = store.unlink_job(app).await? else { return Ok((Left::Nothing, clerk.now())) };
        // iii. Is it true?
        match clerk.kakao.linked(app).await {
            Told::Yes(Linked::No) => {}
            Told::Yes(Linked::Yes { .. }) => {
                store.drop_unlink_job(app, &seen).await?;
                return Ok((Left::StillLinked, clerk.now()));
            }
            told => {
                Log::warn("unlink.kakao").outcome("no-answer").kind(told.word()).write();
                return later(clerk, app, &seen).await;
            }
        }
        // iv. The membership ends, if nothing has changed since ii.
        let now = clerk.now();
        match end(clerk, app, &seen, now).await? {
            Erase::Done => return Ok((Left::Erased, now)),
            Erase::Again => {}
            Erase::Busy => {
                return later(clerk, app, &seen).await;
            }
        }
    }
    match store.unlink_job(app).await? {
        Some(seen) => later(clerk, app, &seen).await,
        None => Ok((Left::Later, clerk.now())),
    }
}

async fn later<K>(clerk: &Clerk<'_, K>, app: &AppUser, seen: &UnlinkJob) -> Result<(Left, Millis), StoreError> {
    late(seen.since, clerk.now());
    clerk.store.postpone_unlink_job(app, seen, clerk.now()).await?;
    Ok((Left::Later, clerk.now()))
}

/// Says so if somebody who left should have been gone long ago.
fn late(since: Millis, now: Millis) {
    let age = now.since(since);
    if age > LATE {
        Log::error("erasure.late").took(age).write();
    }
}

/// By the service's policy: everything of theirs is erased, or they stay known as a former member. Whose account is gone, or who asked
/// to be forgotten, is erased by every policy.
async fn end<K>(clerk: &Clerk<'_, K>, app: &AppUser, seen: &UnlinkJob, now: Millis) -> Result<Erase, StoreError> {
    let store = clerk.store;
    if store.keeps_former_members() && !seen.must {
        return store.retire_membership(app, seen, now).await;
    }
    // One that was kept before goes along. Who never was a member may have a relation to a channel all the same, and an account.
    let mut memberships: Vec<SagaId> = seen.mg.iter().chain(&seen.former).cloned().collect();
    if memberships.is_empty() {
        memberships.push(SagaId::none(now));
    }
    let erasure = |mg| entry(&Effect::Erase(Erasure { app: app.clone(), mg, at: now }));
    let erasures: Result<Vec<_>, _> = memberships.into_iter().map(erasure).collect();
    store.erase_membership(app, seen, &erasures?, now).await
}

/// What follows an erased membership: names, talks, groups, relations; and a line in the ledger. Of somebody who never was a member
/// there is no line: nothing of it would come back as one.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; to be repeated.
pub async fn erase<K>(clerk: &Clerk<'_, K>, app: &AppUser, mg: &SagaId, at: Millis) -> Result<Erased, StoreError> {
    late(at, clerk.now());
    let erased = if mg.is_none() {
        clerk.store.erase_leftovers(app, mg, clerk.now()).await?
    } else {
        let who = pseudonym(clerk.ledger, app.as_str());
        clerk.store.erase_member(app, mg, &who, at, clerk.now()).await?
    };
    Log::info("member.erased").count(erased.items).took(clerk.now().since(at)).write();
    Ok(erased)
}
