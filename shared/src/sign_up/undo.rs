//! A sign-up has failed, or was left: its link at Kakao is undone, steps a to d. By the failing request itself, by the outbox, or by
//! the sweep.

use std::time::Duration;

use super::Clerk;
use super::kakao::{Kakao, Linked, Tokens, Told};
use crate::clock::Millis;
use crate::log::Log;
use crate::secret::Secret;
use crate::store::sign_up::rules::End;
use crate::store::sign_up::{Held, Lock, Saga, SagaId, Seize, Touch, Why};
use crate::store::{AppUser, StoreError};

/// How long before its code is brought a consent can have been given: a code is good for ten minutes.
const CONSENT_BEFORE: Duration = Duration::from_secs(600);

/// How far Kakao's clock may be ahead of ours. A link that is younger came of another consent.
const CONSENT_AFTER: Duration = Duration::from_secs(30);

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The saga is over.
    Over,
    /// Somebody else is at it, or it cannot be done now. It is due again.
    Later,
}

/// Undoes the link of a saga, unless the person is a member by now.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; the saga is then due again when its lease has run out.
pub async fn compensate<K: Kakao>(clerk: &Clerk<'_, K>, id: &SagaId) -> Result<Undone, StoreError> {
    let Clerk { store, me, .. } = clerk;
    // a. A reload can no longer go on with it.
    let saga = match store.seize_saga(id, me, clerk.now()).await? {
        Seize::Ours(saga) => saga,
        Seize::Over => return Ok(Undone::Over),
        Seize::Live => return Ok(Undone::Later),
    };
    let tokens = saga.token.as_ref().and_then(|sealed| Tokens::open(clerk.seal, sealed, id));
    let token = tokens.map(|tokens| tokens.access);
    let app = match whose(clerk, &saga, token.as_ref()).await {
        Whose::Theirs(app) => app,
        Whose::Nobodys => {
            store.end_saga(id, me, End::Dead, clerk.now()).await?;
            return Ok(Undone::Over);
        }
        Whose::Unknown => return later(clerk, id, &saga).await,
    };
    // Whoever failed it before it was known whose it is, or left it, has told the chat nothing.
    if (saga.app.is_none() || saga.why == Some(Why::Abandoned))
        && store.tell_failure(id, me, &app, &saga, clerk.now()).await? == Held::Lost
    {
        return Ok(Undone::Later);
    }
    // b. Nobody signs this person up while the link is being undone.
    let rev = match store.mark_link(&app, id, clerk.now()).await? {
        Lock::Taken { rev } => rev,
        Lock::Busy => return later(clerk, id, &saga).await,
        Lock::Member { rev } => {
            return match store.touch_link(&app, rev, clerk.now()).await? {
                Touch::Member => {
                    store.end_saga(id, me, End::Superseded, clerk.now()).await?;
                    Ok(Undone::Over)
                }
                Touch::Gone => later(clerk, id, &saga).await,
            };
        }
    };
    // c. What this attempt did not link is not its to undo: a link of another time, or of another service of the same app.
    match clerk.kakao.linked(&app).await {
        Told::Yes(Linked::Yes { since: Some(since) }) if !is_of(&saga, since) => {
            store.free_link(&app, id, rev, clerk.now()).await?;
            store.end_saga(id, me, End::Dead, clerk.now()).await?;
            Log::info("sign-up.not-ours").write();
            return Ok(Undone::Over);
        }
        Told::Yes(_) => {}
        told => {
            Log::warn("sign-up.kakao").outcome("no-link").kind(told.word()).write();
            return later(clerk, id, &saga).await;
        }
    }
    // Whoever dies here leaves a mark that runs out, and a saga that is due.
    if !unlink(clerk, &app, token.as_ref()).await {
        return later(clerk, id, &saga).await;
    }
    // d. Undone.
    store.free_link(&app, id, rev, clerk.now()).await?;
    store.end_saga(id, me, End::Unlinked, clerk.now()).await?;
    Log::info("sign-up.undone").write();
    Ok(Undone::Over)
}

/// Whether a link that was made then can have come of the consent that the saga's code came of.
fn is_of(saga: &Saga, since: Millis) -> bool {
    saga.claimed.minus(CONSENT_BEFORE) <= since && since <= saga.claimed.plus(CONSENT_AFTER)
}

enum Whose {
    Theirs(AppUser),
    /// The link is gone by itself, or nobody can say whose it is: what remains, the reconciler finds.
    Nobodys,
    Unknown,
}

/// A saga that was left between its token and its person does not know yet whose it is.
async fn whose<K: Kakao>(clerk: &Clerk<'_, K>, saga: &Saga, token: Option<&Secret>) -> Whose {
    if let Some(app) = &saga.app {
        return Whose::Theirs(app.clone());
    }
    let Some(token) = token else { return Whose::Nobodys };
    match clerk.kakao.token_info(token).await {
        Told::Yes(app) => Whose::Theirs(app),
        Told::No(_) => Whose::Nobodys,
        Told::NotSent | Told::Unknown => Whose::Unknown,
    }
}

/// With the person's own token while it is good, because that cannot hit a later link; else with the admin key.
async fn unlink<K: Kakao>(clerk: &Clerk<'_, K>, app: &AppUser, token: Option<&Secret>) -> bool {
    if let Some(token) = token {
        match clerk.kakao.unlink_own(token, Some(app)).await {
            Told::Yes(()) => return true,
            Told::No(_) => {}
            Told::NotSent | Told::Unknown => return false,
        }
    }
    let told = clerk.kakao.unlink(app).await;
    if told != Told::Yes(()) {
        Log::warn("sign-up.kakao").outcome("not-unlinked").kind(told.word()).write();
    }
    told == Told::Yes(())
}

async fn later<K>(clerk: &Clerk<'_, K>, id: &SagaId, saga: &Saga) -> Result<Undone, StoreError> {
    clerk.store.postpone_saga(id, clerk.me, saga.tries, clerk.now()).await?;
    Ok(Undone::Later)
}
