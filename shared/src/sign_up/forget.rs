//! Somebody asks us to be forgotten, and not Kakao: the link is ended, the membership, and everything of theirs.

use super::Clerk;
use super::kakao::{Kakao, Told};
use super::unlink::{Left, erase, timed_unlink_job};
use crate::store::sign_up::SagaId;
use crate::store::{AppUser, StoreError};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// Nothing is left but the fence and, for a day, the sagas; so many items went.
    Erased(u64),
    /// Kakao did not end the link, for this reason. Nothing was changed here.
    NotUnlinked(&'static str),
    /// The person is linked again already.
    LinkedAgain,
    /// Somebody is at it, or Kakao does not answer. The link has ended, and the rest follows by itself; or repeat it.
    Later,
}

/// Ends the link with the admin key, then the membership with the fence, then erases what was left behind by `memberships` (those of
/// [`crate::store::sign_up::Dossier`]). May be repeated: each step finds what is left for it.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; to be repeated.
pub async fn forget<K: Kakao>(
    clerk: &Clerk<'_, K>,
    app: &AppUser,
    memberships: &[SagaId],
) -> Result<Forgotten, StoreError> {
    let told = clerk.kakao.unlink(app).await;
    if told != Told::Yes(()) {
        return Ok(Forgotten::NotUnlinked(told.word()));
    }
    // As if the message had come, which does not come for what we do ourselves.
    clerk.store.store_erasure(app, clerk.me, clerk.now()).await?;
    let (left, at) = timed_unlink_job(clerk, app).await?;
    match left {
        Left::Erased | Left::Nothing => {} // or the outbox was faster
        Left::StillLinked => return Ok(Forgotten::LinkedAgain),
        Left::Later | Left::Parked => return Ok(Forgotten::Later),
    }
    let mut items = 0;
    for mg in memberships {
        items += erase(clerk, app, mg, at).await?.items;
    }
    if memberships.is_empty() {
        items += erase(clerk, app, &SagaId::none(at), at).await?.items;
    }
    items += clerk.store.erase_unconfirmed(app).await?.items;
    Ok(Forgotten::Erased(items))
}
