//! After a restore from a backup: whoever was erased since is a member again, and is erased once more (state design, section 10).

use super::kakao::Kakao;
use super::unlink::erase;
use super::{Clerk, entry};
use crate::effect::{Effect, Erase as Erasure};
use crate::log::Log;
use crate::secret::pseudonym;
use crate::store::sign_up::{Erase, Ledger, SagaId};
use crate::store::{AppUser, StoreError};

/// How often a membership whose fence has moved is looked at again.
const LOOKS: usize = 3;

/// What applying a ledger came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedAgain {
    /// Members looked at.
    pub checked: u64,
    /// Memberships that were in the ledger, and are erased again.
    pub erased: u64,
    /// Memberships that were in the ledger, and that somebody is at just now: to be repeated.
    pub open: u64,
}

/// Erases every membership that the ledger has. A person who signed up again after the erasure is another membership, and keeps what
/// is theirs. May be repeated; with `dry` it only counts.
///
/// # Errors
/// [`StoreError`] if the table cannot be used; to be repeated.
pub async fn erase_again<K: Kakao>(
    clerk: &Clerk<'_, K>,
    ledger: &Ledger,
    dry: bool,
) -> Result<ErasedAgain, StoreError> {
    let mut told = ErasedAgain::default();
    for app in clerk.store.members_between(None, None).await? {
        told.checked += 1;
        former(clerk, &app, ledger, dry).await?;
        match one(clerk, &app, ledger, dry).await? {
            Some(true) => told.erased += 1,
            Some(false) => told.open += 1,
            None => {}
        }
    }
    if told.erased + told.open > 0 {
        Log::warn("ledger.erased-again").count(told.erased).write();
    }
    Ok(told)
}

/// The former membership that came back beside a member. One without a member is in no list, and is not found.
async fn former<K>(clerk: &Clerk<'_, K>, app: &AppUser, ledger: &Ledger, dry: bool) -> Result<(), StoreError> {
    let who = pseudonym(clerk.ledger, app.as_str());
    let former = clerk.store.former_member(app).await?.filter(|former| !dry && ledger.has(&who, &former.mg));
    if let Some(former) = former {
        erase(clerk, app, &former.mg, clerk.now()).await?;
    }
    Ok(())
}

/// Whether it is erased now; `None` if it is none of the ledger's.
async fn one<K>(clerk: &Clerk<'_, K>, app: &AppUser, ledger: &Ledger, dry: bool) -> Result<Option<bool>, StoreError> {
    let who = pseudonym(clerk.ledger, app.as_str());
    for _ in 0..LOOKS {
        // The fence before the membership: what is erased then is what was read, or nothing.
        let rev = clerk.store.link(app).await?.rev;
        let member = clerk.store.member(app).await?.filter(|member| ledger.has(&who, &member.mg));
        let Some(mg) = member.map(|member| member.mg) else { return Ok(None) };
        if dry {
            return Ok(Some(true));
        }
        match end(clerk, app, &mg, rev).await? {
            Erase::Done => return Ok(Some(true)),
            Erase::Again => {}
            Erase::Busy => break,
        }
    }
    Ok(Some(false))
}

/// What is left behind goes at once; if this clerk dies before that, by the effect.
async fn end<K>(clerk: &Clerk<'_, K>, app: &AppUser, mg: &SagaId, rev: u64) -> Result<Erase, StoreError> {
    let now = clerk.now();
    let erasure = entry(&Effect::Erase(Erasure { app: app.clone(), mg: mg.clone(), at: now }))?;
    let ended = clerk.store.erase_restored(app, mg, rev, &erasure, now).await?;
    if ended == Erase::Done {
        erase(clerk, app, mg, now).await?;
    }
    Ok(ended)
}
