//! Kakao said that somebody has left: believed when Kakao says it again, steps ii to iv, then everything of theirs goes.

use super::kakao::{Kakao, Linked, Told};
use super::{Clerk, entry};
use crate::clock::Millis;
use crate::effect::{Effect, Erase as Erasure};
use crate::log::Log;
use crate::secret::pseudonym;
use crate::store::sign_up::{Erase, Erased, SagaId, UnlinkJob};
use crate::store::{AppUser, StoreError};

/// How often a job whose fence has moved is looked at again before it is left for later.
const LOOKS: usize = 3;

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
}

/// Carries out the job of a person, whoever stored it.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; the job stays due.
pub async fn unlink_job<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser) -> Result<Left, StoreError> {
    let store = clerk.store;
    for _ in 0..LOOKS {
        // ii. The fence, before Kakao is asked.
        let Some(seen) = store.unlink_job(app).await? else { return Ok(Left::Nothing) };
        // iii. Is it true?
        match clerk.kakao.linked(app).await {
            Told::Yes(Linked::No) => {}
            Told::Yes(Linked::Yes { .. }) => {
                store.drop_unlink_job(app, &seen).await?;
                return Ok(Left::StillLinked);
            }
            told => {
                Log::warn("unlink.kakao").outcome("no-answer").kind(told.word()).write();
                store.postpone_unlink_job(app, &seen, clerk.now()).await?;
                return Ok(Left::Later);
            }
        }
        // iv. The membership ends, if nothing has changed since ii.
        match end(clerk, app, &seen).await? {
            Erase::Done => return Ok(Left::Erased),
            Erase::Again => {}
            Erase::Busy => {
                store.postpone_unlink_job(app, &seen, clerk.now()).await?;
                return Ok(Left::Later);
            }
        }
    }
    if let Some(seen) = store.unlink_job(app).await? {
        store.postpone_unlink_job(app, &seen, clerk.now()).await?;
    }
    Ok(Left::Later)
}

/// By the service's policy: everything of theirs is erased, or they stay known as a former member.
async fn end<K>(clerk: &Clerk<'_, K>, app: &AppUser, seen: &UnlinkJob) -> Result<Erase, StoreError> {
    let (store, now) = (clerk.store, clerk.now());
    if store.keeps_former_members() {
        return store.retire_membership(app, seen, now).await;
    }
    let erasure = seen.mg.clone().map(|mg| entry(&Effect::Erase(Erasure { app: app.clone(), mg, at: now })));
    store.erase_membership(app, seen, erasure.transpose()?.as_ref(), now).await
}

/// What follows an erased membership: names, talks, groups, relations; and a line in the ledger.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; to be repeated.
pub async fn erase<K>(clerk: &Clerk<'_, K>, app: &AppUser, mg: &SagaId, at: Millis) -> Result<Erased, StoreError> {
    let who = pseudonym(clerk.ledger, app.as_str());
    let erased = clerk.store.erase_member(app, mg, &who, at, clerk.now()).await?;
    Log::info("member.erased").count(erased.items).took(clerk.now().since(at)).write();
    Ok(erased)
}
