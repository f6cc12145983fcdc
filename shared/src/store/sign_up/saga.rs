//! `SAGA`: how far the attempt with one code has come, who is at it, and until when. The token is kept encrypted, and only as long as
//! the attempt lasts.

use super::rules::{self, ClaimRefused, End, SagaState};
use super::{ASK_LEASE, AppUser, LEASE, Outcome, REMEMBERED, SagaId, backoff, change, known, member};
use crate::clock::Millis;
use crate::secret::Sealed;
use crate::store::item::Attributes;
use crate::store::keys::{self, Key};
use crate::store::write::{Write, Written};
use crate::store::{Entry, Item, Store, StoreError, hash};

/// A saga as the table has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saga {
    /// Where it stands.
    pub st: SagaState,
    /// The person's token, if there is one by now.
    pub token: Option<Sealed>,
    /// Whose it is, if that is known by now.
    pub app: Option<AppUser>,
    /// Why it failed or came to nothing, if anything was wrong.
    pub why: Option<Why>,
    /// How often undoing it was put off.
    pub tries: u64,
    /// When its code was claimed.
    pub claimed: Millis,
    /// Until when nobody else may work on it.
    pub lease: Millis,
}

/// Why a saga failed. A closed list, and the bot's own word for its own refusal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The bot's rule said no, with this word of its own.
    Refused(String),
    /// An earlier attempt was just being undone: to be tried again.
    Busy,
    /// Kakao did not say who it is.
    Kakao,
    /// Kakao no longer knew the token when it mattered.
    TokenGone,
    /// Somebody else took the lock meanwhile.
    Lost,
    /// The bot's rule or our own code broke down.
    Broken,
    /// Whoever was at it died, or the person never answered.
    Abandoned,
    /// A word of another release.
    Other(String),
}

impl Why {
    /// As the table spells it, and as logs show it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Refused(_) => "REFUSED",
            Self::Busy => "BUSY",
            Self::Kakao => "KAKAO",
            Self::TokenGone => "TOKEN-GONE",
            Self::Lost => "LOST",
            Self::Broken => "BROKEN",
            Self::Abandoned => "ABANDONED",
            Self::Other(word) => word,
        }
    }

    /// The bot's own word, if it was the bot's decision.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Refused(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn read(item: &Item) -> Option<Self> {
        let word = || item.maybe_text("word").unwrap_or_default().to_owned();
        Some(match item.maybe_text("why")? {
            "REFUSED" => Self::Refused(word()),
            "BUSY" => Self::Busy,
            "KAKAO" => Self::Kakao,
            "TOKEN-GONE" => Self::TokenGone,
            "LOST" => Self::Lost,
            "BROKEN" => Self::Broken,
            "ABANDONED" => Self::Abandoned,
            other => Self::Other(other.to_owned()),
        })
    }
}

/// What claiming a code came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SagaClaim {
    /// Ours until the lease runs out: a fresh one, or where somebody who died left it.
    Ours(Saga),
    /// Somebody is at it: look again in a second.
    Live,
    /// The person has questions to answer.
    Asking,
    /// Signed up.
    Done {
        /// Who.
        app: Option<AppUser>,
    },
    /// Failed, and being undone.
    Failed {
        /// Why.
        why: Option<Why>,
    },
    /// Over without a membership by this code: start again in the chat.
    Gone,
}

/// Whether the saga was still ours when we wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Written.
    Yes,
    /// Somebody else has it by now, or it has moved on: nothing was written, and nothing more is ours to do.
    Lost,
}

/// A failure on its way into the table.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Why.
    pub why: &'a Why,
    /// Whose sign-up it was, if that is known: the chat is told, and nobody else is unlinked.
    pub app: Option<&'a AppUser>,
    /// The effect that undoes the link.
    pub undo: &'a Entry,
    /// Whether we go on to undo it ourselves; otherwise whoever comes first may.
    pub mine: bool,
}

/// What seizing a saga for undoing it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seize {
    /// Ours; it is `FAIL` now.
    Ours(Saga),
    /// Nothing to undo: over, or it never had a token and has just been ended.
    Over,
    /// Somebody is at it.
    Live,
}

impl Store {
    /// Step 1: Claims the one use of a code until the lease runs out.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn claim_saga(&self, id: &SagaId, me: &str, now: Millis) -> Result<SagaClaim, StoreError> {
        // Condition: nobody has claimed it; or whoever did is dead and it can be gone on with; or it was this very request.
        let lease = now.plus(LEASE);
        let claim = due(
            saga(
                id,
                "st = if_not_exists(st, :claimed), own = :me, lease = :lease",
                "",
                known!(
                    "attribute_not_exists(PK) OR \
                     (st IN (:claimed, :token, :info) AND (lease < :now OR own = :me))"
                ),
                now,
            ),
            id,
            lease,
        )
        .text(":me", me)
        .number(":lease", lease.0)
        .text(":claimed", SagaState::Claimed.as_str())
        .text(":token", SagaState::Token.as_str())
        .text(":info", SagaState::Info.as_str());
        match self.write(claim).await? {
            Written::Done(item) => Ok(SagaClaim::Ours(read(&item)?)),
            Written::Refused(item) => {
                let (saga, lease) = (read(&item)?, lease_of(&item));
                Ok(match rules::claim_refused(saga.st, lease, now) {
                    // What the table has not removed yet is gone all the same.
                    _ if item.is_expired(now) => SagaClaim::Gone,
                    ClaimRefused::Live => SagaClaim::Live,
                    ClaimRefused::Asking => SagaClaim::Asking,
                    ClaimRefused::Done => SagaClaim::Done { app: saga.app },
                    ClaimRefused::Failed => SagaClaim::Failed { why: saga.why },
                    ClaimRefused::Gone => SagaClaim::Gone,
                })
            }
        }
    }

    /// Step 2: lets go of a saga whose code never left this machine: a reload goes on with it at once.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the lease then runs out.
    pub async fn let_go_saga(&self, id: &SagaId, me: &str, now: Millis) -> Result<Held, StoreError> {
        // Condition: ours, and nothing has come of it.
        let let_go = saga(id, "lease = :zero", "", known!("own = :me AND st = :claimed"), now)
            .text(":me", me)
            .number(":zero", 0)
            .text(":claimed", SagaState::Claimed.as_str());
        self.held(let_go).await
    }

    /// Step 3: Keeps the person's token: at once, before anything else.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the link is then the reconciler's to find.
    pub async fn keep_token(&self, id: &SagaId, me: &str, token: &Sealed, now: Millis) -> Result<Held, StoreError> {
        // Condition: it is ours, and has not gone further.
        let keep = saga(id, "st = :token, tok = :tok", "", known!("own = :me AND st IN (:claimed, :token)"), now)
            .text(":me", me)
            .text(":tok", token.as_str())
            .text(":claimed", SagaState::Claimed.as_str())
            .text(":token", SagaState::Token.as_str());
        self.held(keep).await
    }

    /// Step 5: Writes down whose it is, once the link is locked.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn keep_app(&self, id: &SagaId, me: &str, app: &AppUser, now: Millis) -> Result<Held, StoreError> {
        // Condition: it is ours, and has a token.
        let keep = saga(id, "st = :info, app = :app", "", known!("own = :me AND st IN (:token, :info)"), now)
            .text(":me", me)
            .text(":app", app.as_str())
            .text(":token", SagaState::Token.as_str())
            .text(":info", SagaState::Info.as_str());
        self.held(keep).await
    }

    /// Step 7: fails, and queues what undoes it in the same write.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn fail_saga(
        &self,
        id: &SagaId,
        me: &str,
        failure: Failure<'_>,
        now: Millis,
    ) -> Result<Held, StoreError> {
        let Failure { why, app, undo, mine } = failure;
        let fail = fail(id, me, why, app, mine, now);
        let flow = app.map(|app| vec![member::flow(app, id, &Outcome::Failed(why.clone()), now)]);
        let optional = std::iter::once(vec![undo.put(now)]).chain(flow).collect();
        let token = hash(&["fail", id.as_str(), me, &now.0.to_string()]);
        let refused = self.write_with(&token, vec![fail], optional).await?;
        Ok(if refused.core.is_empty() { Held::Yes } else { Held::Lost })
    }

    /// Step 7a: Lets the person answer for a quarter of an hour. The link lock goes with it: [`Store::prolong_link`].
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn ask_saga(&self, id: &SagaId, me: &str, now: Millis) -> Result<Held, StoreError> {
        // Condition: it is ours, and it is known whose it is.
        let lease = now.plus(ASK_LEASE);
        let ask =
            due(saga(id, "st = :ask, lease = :lease", "", known!("own = :me AND st IN (:info, :ask)"), now), id, lease)
                .text(":me", me)
                .number(":lease", lease.0)
                .text(":info", SagaState::Info.as_str())
                .text(":ask", SagaState::Ask.as_str());
        self.held(ask).await
    }

    /// Step 7a: Goes on with the person's answers. `None` if they came too late, or twice.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn resume_saga(&self, id: &SagaId, me: &str, now: Millis) -> Result<Option<Saga>, StoreError> {
        // Condition: it waits and its time is not over; or this very request went on with it, or somebody who is dead.
        let lease = now.plus(LEASE);
        let resume = due(
            saga(
                id,
                "st = :info, own = :me, lease = :lease",
                "",
                known!("(st = :ask AND lease > :now) OR (st = :info AND (own = :me OR lease < :now))"),
                now,
            ),
            id,
            lease,
        )
        .text(":me", me)
        .number(":lease", lease.0)
        .text(":info", SagaState::Info.as_str())
        .text(":ask", SagaState::Ask.as_str());
        match self.write(resume).await? {
            Written::Done(item) => read(&item).map(Some),
            Written::Refused(_) => Ok(None),
        }
    }

    /// Ends a saga that is ours: out of the index, and the token goes.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn end_saga(&self, id: &SagaId, me: &str, how: End, now: Millis) -> Result<Held, StoreError> {
        self.held(end(id, me, how, now)).await
    }

    /// Step 2: Ends a saga that has no token and will have none. `why`: what the person reads, unless the code was simply used up.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn end_without_token(
        &self,
        id: &SagaId,
        me: &str,
        why: Option<&Why>,
        now: Millis,
    ) -> Result<Held, StoreError> {
        let end = end(id, me, End::Dead, now);
        self.held(match why {
            Some(why) => end.also_set("why = :why").text(":why", why.as_str()),
            None => end,
        })
        .await
    }

    /// Step 5a: Ends a saga whose person is a member already, and says so to the chat.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn end_as_member(&self, id: &SagaId, me: &str, app: &AppUser, now: Millis) -> Result<Held, StoreError> {
        let flow = vec![member::flow(app, id, &Outcome::AlreadyMember, now)];
        let token = hash(&["member", id.as_str(), me, &now.0.to_string()]);
        let done = end_with(id, me, End::Member, Some(app), now);
        let refused = self.write_with(&token, vec![done], vec![flow]).await?;
        Ok(if refused.core.is_empty() { Held::Yes } else { Held::Lost })
    }

    /// Step a: Seizes a saga that failed or was left, to undo its link. One that never had a token is ended on the spot.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn seize_saga(&self, id: &SagaId, me: &str, now: Millis) -> Result<Seize, StoreError> {
        // Condition: whoever was at it is dead, or it failed in our hands.
        let lease = now.plus(LEASE);
        let seize = saga(
            id,
            "st = :fail, own = :me, lease = :lease, why = if_not_exists(why, :abandoned)",
            "",
            known!("(st IN (:token, :info, :ask, :fail) AND lease < :now) OR (st = :fail AND own = :me)"),
            now,
        )
        .text(":me", me)
        .number(":lease", lease.0)
        .text(":abandoned", Why::Abandoned.as_str())
        .text(":token", SagaState::Token.as_str())
        .text(":info", SagaState::Info.as_str())
        .text(":ask", SagaState::Ask.as_str())
        .text(":fail", SagaState::Fail.as_str());
        let old = match self.write(seize).await? {
            Written::Done(item) => return Ok(Seize::Ours(read(&item)?)),
            Written::Refused(old) => old,
        };
        if old.is_empty() {
            return Ok(Seize::Over); // it was never there, or the table has removed it
        }
        match read(&old)?.st {
            st if st.is_over() => Ok(Seize::Over),
            SagaState::Claimed if lease_of(&old) < now => self.bury_saga(id, me, now).await,
            _ => Ok(Seize::Live),
        }
    }

    /// Ends a saga whose holder died before it had a token.
    async fn bury_saga(&self, id: &SagaId, me: &str, now: Millis) -> Result<Seize, StoreError> {
        // Condition: nobody has gone on with it meanwhile, or this very call has ended it.
        let bury = saga(
            id,
            "st = :dead, own = :me, #ttl = :ttl",
            " REMOVE tok, DPK, DSK",
            known!("(st = :claimed AND lease < :now) OR (st = :dead AND own = :me)"),
            now,
        )
        .name("#ttl", "ttl")
        .number(":ttl", now.plus(REMEMBERED).secs())
        .text(":me", me)
        .text(":claimed", SagaState::Claimed.as_str())
        .text(":dead", SagaState::Dead.as_str());
        Ok(match self.held(bury).await? {
            Held::Yes => Seize::Over,
            Held::Lost => Seize::Live,
        })
    }

    /// Step a: Writes down whose a seized saga is, and tells the chat why it failed, unless it has heard of a newer attempt.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; the saga is then due again when its lease has run out.
    pub async fn tell_failure(
        &self,
        id: &SagaId,
        me: &str,
        app: &AppUser,
        seized: &Saga,
        now: Millis,
    ) -> Result<Held, StoreError> {
        // Condition: it is ours and still failed. A repeat sets what it set.
        let learn = saga(id, "app = :app", "", known!("own = :me AND st = :fail"), now)
            .text(":me", me)
            .text(":app", app.as_str())
            .text(":fail", SagaState::Fail.as_str());
        let why = seized.why.clone().unwrap_or(Why::Abandoned);
        let flow = vec![member::late_flow(app, id, &Outcome::Failed(why), seized.claimed, now)];
        let token = hash(&["tell", id.as_str(), me, &now.0.to_string()]);
        let refused = self.write_with(&token, vec![learn], vec![flow]).await?;
        Ok(if refused.core.is_empty() { Held::Yes } else { Held::Lost })
    }

    /// Step b, c: Puts a failed saga off until it is due again: half a minute, then twice as long each time, at most an hour.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; it is then due when the lease has run out.
    pub async fn postpone_saga(&self, id: &SagaId, me: &str, tries: u64, now: Millis) -> Result<Held, StoreError> {
        // Condition: it is ours and still failed.
        let postpone =
            due(saga(id, "tries = :tries", "", known!("own = :me AND st = :fail"), now), id, now.plus(backoff(tries)))
                .text(":me", me)
                .number(":tries", tries.saturating_add(1))
                .text(":fail", SagaState::Fail.as_str());
        self.held(postpone).await
    }

    /// One strong read, for whoever only wants to know. What the table has not removed yet is gone all the same.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn saga(&self, id: &SagaId, now: Millis) -> Result<Option<Saga>, StoreError> {
        let item = self.get(&Key::saga(id)).await?;
        item.filter(|item| !item.is_expired(now)).as_ref().map(read).transpose()
    }

    async fn held(&self, write: Write) -> Result<Held, StoreError> {
        Ok(match self.write(write).await? {
            Written::Done(_) => Held::Yes,
            Written::Refused(_) => Held::Lost,
        })
    }
}

fn saga(id: &SagaId, set: &str, remove: &str, condition: &'static str, now: Millis) -> Write {
    change(Key::saga(id), "SAGA", set, remove, condition, now)
}

/// The same write, and the sweep finds the saga from `at` on.
fn due(write: Write, id: &SagaId, at: Millis) -> Write {
    let (shard, due) = keys::due(id.as_str(), at);
    write.also_set("DPK = :shard, DSK = :due").text(":shard", shard).text(":due", due)
}

/// Condition: it is ours, has a token, and is not over; or this very call failed it.
fn fail(id: &SagaId, me: &str, why: &Why, app: Option<&AppUser>, mine: bool, now: Millis) -> Write {
    let lease = if mine { now.plus(LEASE) } else { Millis(0) };
    let change = match app {
        Some(_) => "st = :fail, why = :why, word = :word, lease = :lease, app = :app",
        None => "st = :fail, why = :why, word = :word, lease = :lease",
    };
    let fail = due(saga(id, change, "", known!("own = :me AND st IN (:token, :info, :fail)"), now), id, now)
        .text(":me", me)
        .text(":why", why.as_str())
        .text(":word", why.word().unwrap_or_default())
        .number(":lease", lease.0)
        .text(":token", SagaState::Token.as_str())
        .text(":info", SagaState::Info.as_str())
        .text(":fail", SagaState::Fail.as_str());
    app.into_iter().fold(fail, |fail, app| fail.text(":app", app.as_str()))
}

/// Condition: it is ours, and stands where this end may follow; its own state is among them, for a repeat.
pub(super) fn end(id: &SagaId, me: &str, how: End, now: Millis) -> Write {
    end_with(id, me, how, None, now)
}

fn end_with(id: &SagaId, me: &str, how: End, app: Option<&AppUser>, now: Millis) -> Write {
    use SagaState as S;
    let (condition, states): (_, &[S]) = match how {
        End::Member => (known!("own = :me AND st IN (:a, :b, :c)"), &[S::Token, S::Info, S::Done]),
        End::Dead => {
            (known!("own = :me AND st IN (:a, :b, :c, :d, :e)"), &[S::Claimed, S::Token, S::Info, S::Fail, S::Dead])
        }
        End::Superseded => (known!("own = :me AND st IN (:a, :b, :c)"), &[S::Info, S::Fail, S::Superseded]),
        End::Unlinked => (known!("own = :me AND st IN (:a, :b)"), &[S::Fail, S::Unlinked]),
    };
    let set = if app.is_some() { "st = :st, #ttl = :ttl, app = :app" } else { "st = :st, #ttl = :ttl" };
    let write = saga(id, set, " REMOVE tok, DPK, DSK", condition, now)
        .name("#ttl", "ttl")
        .text(":me", me)
        .text(":st", how.state().as_str())
        .number(":ttl", now.plus(REMEMBERED).secs());
    let write = states
        .iter()
        .zip([":a", ":b", ":c", ":d", ":e"])
        .fold(write, |write, (state, name)| write.text(name, state.as_str()));
    match app {
        Some(app) => write.text(":app", app.as_str()),
        None => write,
    }
}

/// Whether an item that refused a write says that the write has been made already.
pub(super) fn was_done_by(item: &Item, me: &str) -> bool {
    item.maybe_text("own") == Some(me) && item.maybe_text("st") == Some(SagaState::Done.as_str())
}

fn lease_of(item: &Item) -> Millis {
    Millis(item.maybe_number("lease").unwrap_or_default())
}

fn read(item: &Item) -> Result<Saga, StoreError> {
    let st = SagaState::parse(item.text("st")?).ok_or_else(|| crate::store::item::undecodable(item))?;
    Ok(Saga {
        st,
        token: item.maybe_text("tok").map(Sealed::from_text),
        app: item.maybe_text("app").and_then(AppUser::parse),
        why: Why::read(item),
        tries: item.maybe_number("tries").unwrap_or_default(),
        claimed: Millis(item.maybe_number("ca").unwrap_or_default()),
        lease: lease_of(item),
    })
}

/// Step 8: Condition: ours, and known whose it is.
pub(super) fn commit(id: &SagaId, me: &str, now: Millis) -> Write {
    saga(id, "st = :done, #ttl = :ttl", " REMOVE tok, DPK, DSK", known!("own = :me AND st = :info"), now)
        .name("#ttl", "ttl")
        .number(":ttl", now.plus(REMEMBERED).secs())
        .text(":me", me)
        .text(":done", SagaState::Done.as_str())
        .text(":info", SagaState::Info.as_str())
}
