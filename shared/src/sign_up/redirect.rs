//! The person comes back from the consent screen with a code: steps 1 to 9.

use super::kakao::{Brought, Kakao, Tokens, Told, Who};
use super::undo::compensate;
use super::{Clerk, entry, undo_entry};
use crate::clock::Millis;
use crate::effect::{Effect, Welcome};
use crate::log::Log;
use crate::secret::Secret;
use crate::store::sign_up::rules::End;
use crate::store::sign_up::{
    Commit, Consent, Failure, Held, Lock, Member, NewMember, Profile, Saga, SagaClaim, SagaId, Touch, Why,
};
use crate::store::{AppUser, Entry, Identity, StoreError};

/// What the author's rule says to an applicant.
#[derive(Clone, Debug)]
pub enum Decision<F> {
    /// Yes.
    Accept(Accepted),
    /// It depends on what the person answers to this.
    AskMore(F),
    /// No, with a word of the author's own.
    Refuse(String),
    /// The rule broke down; the reason is in the log.
    Broken,
}

/// What comes with a yes.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// What the author keeps of the member.
    pub profile: Profile,
    /// Other names of the person, from a message that we have verified.
    pub identities: Vec<Identity>,
    /// Effects that follow, besides the welcome.
    pub entries: Vec<Entry>,
}

/// How a redirect ends; the caller makes it a page or a 302.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirected<F> {
    /// The person has become a member.
    SignedUp {
        /// Who.
        app: AppUser,
    },
    /// The person was a member before, and still is.
    AlreadyMember {
        /// Who; unknown to a repeat of a redirect that ended long ago.
        app: Option<AppUser>,
    },
    /// Somebody is at it: a page that looks again in a second.
    Working,
    /// The person is to be asked.
    Ask {
        /// The attempt, for the signed form.
        saga: SagaId,
        /// What is asked; `None` for a repeat: see [`question`].
        form: Option<F>,
    },
    /// It failed; the link is undone or will be.
    Failed {
        /// Why.
        why: Option<Why>,
    },
    /// Nothing came of this code, and nothing will: start again in the chat.
    StartAgain,
}

/// Signs up the person that `code` stands for, as `decide` says.
///
/// # Errors
/// [`StoreError`] if the table cannot be used. Nothing is lost: a reload goes on where this stopped, or the sweep undoes it.
pub async fn redirect<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    code: &str,
    decide: impl AsyncFn(&Who<K::Applicant>) -> Decision<F>,
) -> Result<Redirected<F>, StoreError> {
    let id = SagaId::of_code(code);
    // 1. One of us gets the code; the others are told what became of it.
    let saga = match clerk.store.claim_saga(&id, clerk.me, clerk.now()).await? {
        SagaClaim::Ours(saga) => saga,
        SagaClaim::Live => return Ok(Redirected::Working),
        SagaClaim::Asking => return Ok(Redirected::Ask { saga: id, form: None }),
        SagaClaim::Done { app } => return Ok(Redirected::AlreadyMember { app }),
        SagaClaim::Failed { why } => return Ok(Redirected::Failed { why }),
        SagaClaim::Gone => return Ok(Redirected::StartAgain),
    };
    match &saga.token {
        Some(_) => go_on(clerk, &id, &saga, decide).await,
        None => match exchange(clerk, &id, code).await? {
            Exchanged::For(tokens) => with_tokens(clerk, &id, saga.app.as_ref(), &tokens, decide).await,
            Exchanged::Over(ended) => Ok(ended.into()),
        },
    }
}

/// The person has answered: step 7a, then all steps from 4 on again, because the link may be another by now.
///
/// # Errors
/// As [`redirect`].
pub async fn answer<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    id: &SagaId,
    decide: impl AsyncFn(&Who<K::Applicant>) -> Decision<F>,
) -> Result<Redirected<F>, StoreError> {
    match clerk.store.resume_saga(id, clerk.me, clerk.now()).await? {
        Some(saga) => go_on(clerk, id, &saga, decide).await,
        None => Ok(match clerk.store.saga(id, clerk.now()).await? {
            Some(saga) if saga.st.made_a_member() => Redirected::AlreadyMember { app: saga.app },
            Some(saga) if saga.st.is_over() => Redirected::StartAgain,
            Some(saga) if saga.why.is_some() => Redirected::Failed { why: saga.why },
            Some(_) => Redirected::Working,
            None => Redirected::StartAgain,
        }),
    }
}

/// The person who is being asked, to show the form again. `None` if there is nothing more to ask, or Kakao does not answer.
///
/// # Errors
/// [`StoreError`] if the table cannot be read.
pub async fn question<K: Kakao>(clerk: &Clerk<'_, K>, id: &SagaId) -> Result<Option<Who<K::Applicant>>, StoreError> {
    let Some(saga) = clerk.store.saga(id, clerk.now()).await? else { return Ok(None) };
    let Some(tokens) = open(clerk, id, &saga) else { return Ok(None) };
    Ok(match clerk.kakao.who(&tokens).await {
        Told::Yes(who) => Some(who),
        Told::No(_) | Told::NotSent | Told::Unknown => None,
    })
}

enum Exchanged {
    For(Tokens),
    Over(Ended),
}

/// An end without a form, whatever the form is.
enum Ended {
    Working,
    StartAgain,
}

impl<F> From<Ended> for Redirected<F> {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Working => Self::Working,
            Ended::StartAgain => Self::StartAgain,
        }
    }
}

/// Step 2, 3: the code for tokens, once; and the tokens into the table, at once.
async fn exchange<K: Kakao>(clerk: &Clerk<'_, K>, id: &SagaId, code: &str) -> Result<Exchanged, StoreError> {
    let tokens = match clerk.kakao.exchange(code).await {
        Brought::Tokens(tokens) => tokens,
        Brought::NotSent => {
            // The code is still good, and the page looks again in a second.
            clerk.store.let_go_saga(id, clerk.me, clerk.now()).await?;
            return Ok(Exchanged::Over(Ended::Working));
        }
        brought => {
            Log::warn("sign-up.kakao").outcome("no-token").kind(brought.word()).write();
            let why = match brought {
                Brought::Refused => Some(Why::Broken),
                Brought::Unknown => Some(Why::Kakao),
                _ => None, // the code was used up, which is no trouble of anybody's
            };
            clerk.store.end_without_token(id, clerk.me, why.as_ref(), clerk.now()).await?;
            return Ok(Exchanged::Over(Ended::StartAgain));
        }
    };
    let Ok(sealed) = tokens.seal(clerk.seal, id) else {
        // Without randomness nothing can be kept, and what cannot be kept cannot be undone later: now or never.
        let _ = clerk.kakao.unlink_own(&tokens.access, None).await;
        clerk.store.end_without_token(id, clerk.me, Some(&Why::Broken), clerk.now()).await?;
        return Ok(Exchanged::Over(Ended::StartAgain));
    };
    Ok(match clerk.store.keep_token(id, clerk.me, &sealed, clerk.now()).await? {
        Held::Yes => Exchanged::For(tokens),
        Held::Lost => Exchanged::Over(Ended::Working),
    })
}

/// From where a saga was left that has its token.
async fn go_on<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    id: &SagaId,
    saga: &Saga,
    decide: impl AsyncFn(&Who<K::Applicant>) -> Decision<F>,
) -> Result<Redirected<F>, StoreError> {
    match open(clerk, id, saga) {
        Some(tokens) => with_tokens(clerk, id, saga.app.as_ref(), &tokens, decide).await,
        None => fail(clerk, id, saga.app.as_ref(), Why::Broken).await,
    }
}

async fn with_tokens<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    id: &SagaId,
    known: Option<&AppUser>,
    tokens: &Tokens,
    decide: impl AsyncFn(&Who<K::Applicant>) -> Decision<F>,
) -> Result<Redirected<F>, StoreError> {
    let (Clerk { store, kakao, me, .. }, token) = (clerk, &tokens.access);
    // 4. Who is it?
    let who = match kakao.who(tokens).await {
        Told::Yes(who) if known.is_none_or(|app| *app == who.app) => who,
        Told::Yes(_) => return fail(clerk, id, known, Why::Kakao).await, // somebody else than before: believe nothing
        told @ Told::No(_) => {
            // A link there may be all the same: whoever undoes looks.
            report("no-user", &told);
            return fail(clerk, id, known, Why::TokenGone).await;
        }
        told => {
            report("no-user", &told);
            return fail(clerk, id, known, Why::Kakao).await;
        }
    };
    let app = &who.app;
    // 5. Lock the link, then write down whose it is.
    let rev = match store.lock_link(app, id, clerk.now()).await? {
        Lock::Taken { rev } => rev,
        Lock::Member { rev } => return already_member(clerk, id, &who, (rev, token), decide).await,
        Lock::Busy => return fail(clerk, id, Some(app), Why::Busy).await,
    };
    if store.keep_app(id, me, app, clerk.now()).await? == Held::Lost {
        return Ok(Redirected::Working);
    }
    // 6. What was true before the lock need not be true any more.
    match kakao.token_info(token).await {
        Told::Yes(whose) if whose == *app => {}
        Told::No(_) => {
            store.release_link(app, id, rev, clerk.now()).await?;
            store.end_saga(id, me, End::Dead, clerk.now()).await?;
            return Ok(Redirected::StartAgain);
        }
        told => {
            report("no-token-info", &told);
            return fail(clerk, id, Some(app), Why::Kakao).await;
        }
    }
    // 7. The author's rule.
    let accepted = match decide(&who).await {
        Decision::Accept(accepted) => accepted,
        Decision::Refuse(word) => return fail(clerk, id, Some(app), Why::Refused(word)).await,
        Decision::Broken => return fail(clerk, id, Some(app), Why::Broken).await,
        Decision::AskMore(form) => {
            store.prolong_link(app, id, rev, clerk.now()).await?;
            return Ok(match store.ask_saga(id, me, clerk.now()).await? {
                Held::Yes => Redirected::Ask { saga: id.clone(), form: Some(form) },
                Held::Lost => Redirected::Working,
            });
        }
    };
    commit(clerk, id, &who, rev, accepted).await
}

/// Step 8: all or none.
async fn commit<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    id: &SagaId,
    who: &Who<K::Applicant>,
    rev: u64,
    accepted: Accepted,
) -> Result<Redirected<F>, StoreError> {
    let (app, now) = (&who.app, clerk.now());
    let welcome = entry(&Effect::Welcome(Welcome { app: app.clone(), mg: id.clone() }))?;
    let entries: Vec<Entry> = std::iter::once(welcome).chain(accepted.entries).collect();
    let consents = who.consents.clone();
    let member = Member { mg: id.clone(), consents, profile: accepted.profile, since: now, read_only: false };
    let new = NewMember {
        saga: id,
        me: clerk.me,
        app,
        rev,
        member: &member,
        entries: &entries,
        identities: &accepted.identities,
    };
    match clerk.store.commit_sign_up(new, now).await {
        Ok(Commit::Done { conflicts }) => {
            for identity in conflicts {
                Log::error("identity.conflict").kind(identity.kind()).write();
            }
            Ok(Redirected::SignedUp { app: app.clone() })
        }
        Ok(Commit::Superseded) => {
            clerk.store.end_saga(id, clerk.me, End::Superseded, now).await?;
            Ok(Redirected::AlreadyMember { app: Some(app.clone()) })
        }
        Ok(Commit::Lost) => fail(clerk, id, Some(app), Why::Lost).await,
        // Too large to be kept: no repeat makes it smaller.
        Err(StoreError::TooLarge(bytes)) => {
            Log::error("sign-up.member").kind("too-large").count(bytes as u64).write();
            fail(clerk, id, Some(app), Why::Broken).await
        }
        // Nobody knows whether it was written. Whichever of the two comes first shuts out the other: a member does not fail, and who
        // has failed does not become one. If neither can be written, the next look goes on here.
        Err(error) => {
            Log::error("sign-up.member").kind(error.kind()).write();
            fail(clerk, id, Some(app), Why::Broken).await
        }
    }
}

/// Step 5a: tells an erasure that may be under way to look again; only then asks whether the person is linked at all.
async fn already_member<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    id: &SagaId,
    who: &Who<K::Applicant>,
    (rev, token): (u64, &Secret),
    decide: impl AsyncFn(&Who<K::Applicant>) -> Decision<F>,
) -> Result<Redirected<F>, StoreError> {
    let app = &who.app;
    if clerk.store.touch_link(app, rev, clerk.now()).await? == Touch::Gone {
        return fail(clerk, id, Some(app), Why::Busy).await;
    }
    match clerk.kakao.token_info(token).await {
        Told::Yes(whose) if whose == *app => {
            Ok(match clerk.store.end_as_member(id, clerk.me, app, clerk.now()).await? {
                Held::Yes => {
                    renew(clerk, who, decide).await;
                    Redirected::AlreadyMember { app: Some(app.clone()) }
                }
                Held::Lost => Redirected::Working,
            })
        }
        Told::No(_) => fail(clerk, id, Some(app), Why::TokenGone).await,
        told => {
            report("no-token-info", &told);
            fail(clerk, id, Some(app), Why::Kakao).await
        }
    }
}

/// The ledger with what Kakao says now. A term that Kakao no longer names keeps its line: it is evidence. So is the text that was
/// agreed to, whatever text is shown now, and that somebody once agreed and no longer does.
fn renewed(before: &[Consent], now: &[Consent], at: Millis) -> Vec<Consent> {
    let renew = |new: &Consent| match before.iter().find(|old| old.tag == new.tag) {
        Some(old) if old.agreed && !new.agreed => {
            Consent { agreed: false, withdrawn_at: Some(at.to_rfc3339()), ..old.clone() }
        }
        Some(old) if old.agreed == new.agreed && (!new.agreed || old.agreed_at == new.agreed_at) => {
            let synched_at = new.synched_at.clone().or_else(|| old.synched_at.clone());
            Consent { synched_at, ..old.clone() }
        }
        Some(old) => Consent { rest: old.rest.clone(), ..new.clone() },
        None => new.clone(),
    };
    let gone = before.iter().filter(|old| !now.iter().any(|new| new.tag == old.tag)).cloned();
    now.iter().map(renew).chain(gone).collect()
}

/// What the person consents to now and, if Kakao told that their profile has changed, what the author keeps of it. A member stays one if
/// it cannot be written down: the next login tries again.
async fn renew<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    who: &Who<K::Applicant>,
    decide: impl AsyncFn(&Who<K::Applicant>) -> Decision<F>,
) {
    let (store, app) = (clerk.store, &who.app);
    let renewal = async {
        let Some(member) = store.member(app).await?.filter(|member| !member.read_only) else { return Ok(()) };
        let changed = store.account(app, clerk.now()).await?.and_then(|account| account.profile_since);
        let changed = changed.filter(|since| *since > member.since);
        // The author's rule, as for an applicant. Of its answer the profile counts and nothing else: it is no second sign-up, and a no
        // ends no membership.
        let profile = match changed {
            Some(_) => match decide(who).await {
                Decision::Accept(accepted) => Some(accepted.profile),
                Decision::AskMore(_) | Decision::Refuse(_) | Decision::Broken => None,
            },
            None => None,
        };
        let consents = renewed(&member.consents, &who.consents, clerk.now());
        let kept = profile.as_ref().unwrap_or(&member.profile);
        if (&consents, kept) != (&member.consents, &member.profile) {
            store.refresh_member(app, &member.mg, &consents, kept, clerk.now()).await?;
        }
        match changed.filter(|_| profile.is_some()) {
            Some(seen) => store.profile_was_read(app, seen, clerk.now()).await,
            None => Ok(()),
        }
    };
    if let Err(error) = renewal.await {
        Log::warn("sign-up.renewal").kind(error.kind()).write();
    }
}

/// Step 7: writes down that it failed, together with the effect that undoes it; and undoes it here if there is time. A member is never
/// unlinked by this: [`compensate`] looks.
async fn fail<K: Kakao, F>(
    clerk: &Clerk<'_, K>,
    id: &SagaId,
    app: Option<&AppUser>,
    why: Why,
) -> Result<Redirected<F>, StoreError> {
    Log::warn("sign-up.failed").kind(why.as_str()).write();
    let mine = clerk.has_time_to_undo();
    let failure = Failure { why: &why, app, undo: &undo_entry(id)?, mine };
    if clerk.store.fail_saga(id, clerk.me, failure, clerk.now()).await? == Held::Lost {
        return Ok(Redirected::Working);
    }
    if mine && let Err(error) = compensate(clerk, id).await {
        Log::warn("sign-up.undo").kind(error.kind()).write(); // the outbox has it too
    }
    Ok(Redirected::Failed { why: Some(why) })
}

fn open<K>(clerk: &Clerk<'_, K>, id: &SagaId, saga: &Saga) -> Option<Tokens> {
    Tokens::open(clerk.seal, saga.token.as_ref()?, id)
}

fn report<T>(outcome: &'static str, told: &Told<T>) {
    Log::warn("sign-up.kakao").outcome(outcome).kind(told.word()).write();
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Millis = Millis(1_760_000_000_000);

    fn consent(tag: &str, version: Option<&str>, agreed_at: Option<&str>) -> Consent {
        Consent {
            tag: tag.to_owned(),
            version: version.map(str::to_owned),
            agreed: agreed_at.is_some(),
            agreed_at: agreed_at.map(str::to_owned),
            synched_at: None,
            withdrawn_at: None,
            rest: serde_json::Map::new(),
        }
    }

    #[test]
    fn the_ledger_keeps_what_was_agreed_to_and_when_it_ended() {
        let first = [
            consent("tos", Some("1"), Some("d1")),
            consent("ads", Some("1"), Some("d1")),
            consent("old", None, Some("d0")),
        ];
        // Another text is shown by now. The terms are as agreed as before; the advertising is not; one is new, one is gone.
        let now = [
            consent("tos", Some("2"), Some("d1")),
            consent("ads", Some("2"), None),
            consent("new", Some("1"), Some("d2")),
        ];
        let ledger = renewed(&first, &now, AT);
        assert_eq!(ledger[0], first[0], "the text that was agreed to");
        let ads = &ledger[1];
        assert_eq!((ads.agreed, ads.agreed_at.as_deref(), ads.version.as_deref()), (false, Some("d1"), Some("1")));
        assert_eq!(ads.withdrawn_at.as_deref(), Some("2025-10-09T08:53:20Z"));
        assert_eq!((&ledger[2], &ledger[3], ledger.len()), (&now[2], &first[2], 4));
        assert_eq!(
            renewed(&ledger, &now, AT.plus(std::time::Duration::from_secs(9))),
            ledger,
            "told again it says the same"
        );
        // Agreed anew, to the new text.
        let again = renewed(&ledger, &[consent("ads", Some("2"), Some("d3"))], AT);
        assert_eq!(again[0], consent("ads", Some("2"), Some("d3")));
    }
}
