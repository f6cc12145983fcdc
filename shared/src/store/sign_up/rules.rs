//! What each write of the sign-up admits and what it leaves, without a table.
//!
//! ```text
//! saga   (none) ─> CLAIMED ─> TOKEN ─> INFO <─> ASK      over: DONE, SUPERSEDED, DEAD, UNLINKED
//!                     │         └───────┴─┬──────┘
//!                     └─> DEAD            └─> FAIL ─> UNLINKED
//!
//! link   (none), FREE ──lock──> PENDING ──commit──> ACTIVE ──erase──> FREE
//!                 └────mark───> UNLINKING <──mark──┘ only what is nobody's    UNLINKING ──free──> FREE
//! ```
//!
//! These functions are the one place where the protocol is thought about: the model checks them in every order of steps, the
//! writes beside this file say the same as conditions of DynamoDB, and a test compares the two after every step. `None` is a
//! refused condition. `O` is whoever holds something: a request in the store, a small number in the model.

use crate::clock::Millis;

/// Where a saga stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SagaState {
    /// Somebody is about to exchange the code.
    Claimed,
    /// The person's token is kept.
    Token,
    /// It is known whose it is, and the link was locked.
    Info,
    /// The person was asked for more.
    Ask,
    /// It failed, and the link is still to be undone.
    Fail,
    /// Over: the person is a member.
    Done,
    /// Over: it failed, and the link is undone.
    Unlinked,
    /// Over: there never was a token, or the link was gone by itself.
    Dead,
    /// Over: the person became a member by another attempt.
    Superseded,
}

impl SagaState {
    const ALL: [Self; 9] = [
        Self::Claimed,
        Self::Token,
        Self::Info,
        Self::Ask,
        Self::Fail,
        Self::Done,
        Self::Unlinked,
        Self::Dead,
        Self::Superseded,
    ];

    /// As the table spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "CLAIMED",
            Self::Token => "TOKEN",
            Self::Info => "INFO",
            Self::Ask => "ASK",
            Self::Fail => "FAIL",
            Self::Done => "DONE",
            Self::Unlinked => "UNLINKED",
            Self::Dead => "DEAD",
            Self::Superseded => "SUPERSEDED",
        }
    }

    /// From the table's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Nothing is left to be done.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Unlinked | Self::Dead | Self::Superseded)
    }

    /// The person became a member: by this attempt, or by another of theirs.
    pub const fn made_a_member(self) -> bool {
        matches!(self, Self::Done | Self::Superseded)
    }
}

/// A saga as the rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Saga<O> {
    /// Where it stands.
    pub st: SagaState,
    /// Who works on it.
    pub own: O,
    /// Until when nobody else may.
    pub lease: Millis,
    /// Whether it keeps the person's token.
    pub token: bool,
    /// Whether it knows whose it is.
    pub app: bool,
    /// Whether the sweep finds it.
    pub due: bool,
}

/// What the answer to a repeated redirect is made from (state design, end of section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimRefused {
    /// Somebody is at it.
    Live,
    /// The person has questions to answer.
    Asking,
    /// The person became a member: by this attempt, or by another of theirs.
    Done,
    /// Failed; the link is being undone.
    Failed,
    /// Over without a membership by this code.
    Gone,
}

/// Step 1: Claims the code: nobody has, or whoever did is dead, or it was this very request.
pub fn claim<O: PartialEq>(old: Option<Saga<O>>, me: O, lease: Millis, now: Millis) -> Option<Saga<O>> {
    let Some(old) = old else {
        return Some(Saga { st: SagaState::Claimed, own: me, lease, token: false, app: false, due: true });
    };
    let resumable = matches!(old.st, SagaState::Claimed | SagaState::Token | SagaState::Info);
    (resumable && (old.lease < now || old.own == me)).then_some(Saga { own: me, lease, ..old })
}

/// What a refused claim means.
pub fn claim_refused(st: SagaState, lease: Millis, now: Millis) -> ClaimRefused {
    match st {
        SagaState::Claimed | SagaState::Token | SagaState::Info => ClaimRefused::Live,
        SagaState::Ask if lease > now => ClaimRefused::Asking,
        SagaState::Ask | SagaState::Fail => ClaimRefused::Failed,
        SagaState::Done | SagaState::Superseded => ClaimRefused::Done,
        SagaState::Unlinked | SagaState::Dead => ClaimRefused::Gone,
    }
}

/// Step 2: lets go of a saga whose code never left this machine, so that a reload goes on with it at once.
pub fn let_go<O: PartialEq>(old: Saga<O>, me: O) -> Option<Saga<O>> {
    (old.own == me && old.st == SagaState::Claimed).then_some(Saga { lease: Millis(0), ..old })
}

/// Step 3: Keeps the token, at once.
pub fn keep_token<O: PartialEq>(old: Saga<O>, me: O) -> Option<Saga<O>> {
    (old.own == me && matches!(old.st, SagaState::Claimed | SagaState::Token)).then_some(Saga {
        st: SagaState::Token,
        token: true,
        ..old
    })
}

/// Step 5: Writes down whose it is, once the link is locked.
pub fn keep_app<O: PartialEq>(old: Saga<O>, me: O) -> Option<Saga<O>> {
    (old.own == me && matches!(old.st, SagaState::Token | SagaState::Info)).then_some(Saga {
        st: SagaState::Info,
        app: true,
        ..old
    })
}

/// Step 7: Fails; `lease` in the past hands the undoing over to whoever comes first. `knows`: it is known whose it is, so whoever
/// undoes it need not ask again.
pub fn fail<O: PartialEq>(old: Saga<O>, me: O, lease: Millis, knows: bool) -> Option<Saga<O>> {
    let failing = matches!(old.st, SagaState::Token | SagaState::Info | SagaState::Fail);
    let app = old.app || knows;
    (old.own == me && failing).then_some(Saga { st: SagaState::Fail, lease, app, due: true, ..old })
}

/// Step 7a: Waits for the person's answers until `lease`.
pub fn ask<O: PartialEq>(old: Saga<O>, me: O, lease: Millis) -> Option<Saga<O>> {
    (old.own == me && matches!(old.st, SagaState::Info | SagaState::Ask)).then_some(Saga {
        st: SagaState::Ask,
        lease,
        ..old
    })
}

/// Step 7a: Goes on with the answers, in time; or where somebody died who went on with them.
pub fn resume<O: PartialEq>(old: Saga<O>, me: O, lease: Millis, now: Millis) -> Option<Saga<O>> {
    let waiting = old.st == SagaState::Ask && old.lease > now;
    let again = old.st == SagaState::Info && (old.own == me || old.lease < now);
    (waiting || again).then_some(Saga { st: SagaState::Info, own: me, lease, ..old })
}

/// How a saga that somebody holds may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Step 5a: The person is a member already.
    Member,
    /// Step 2, 4, 6: No token, or one that is good for nothing.
    Dead,
    /// Step 8, b: A member by another attempt.
    Superseded,
    /// Step d: Undone.
    Unlinked,
}

impl End {
    /// The state that it leaves.
    pub const fn state(self) -> SagaState {
        match self {
            Self::Member => SagaState::Done,
            Self::Dead => SagaState::Dead,
            Self::Superseded => SagaState::Superseded,
            Self::Unlinked => SagaState::Unlinked,
        }
    }

    /// The states that it may follow. Its own is among them: a repeat changes nothing.
    pub const fn follows(self, st: SagaState) -> bool {
        use SagaState as S;
        match self {
            Self::Member => matches!(st, S::Token | S::Info | S::Done),
            Self::Dead => matches!(st, S::Claimed | S::Token | S::Info | S::Fail | S::Dead),
            Self::Superseded => matches!(st, S::Info | S::Fail | S::Superseded),
            Self::Unlinked => matches!(st, S::Fail | S::Unlinked),
        }
    }
}

/// Ends a saga that we hold; the token goes.
pub fn end<O: PartialEq>(old: Saga<O>, me: O, end: End) -> Option<Saga<O>> {
    (old.own == me && end.follows(old.st)).then_some(Saga { st: end.state(), token: false, due: false, ..old })
}

/// Step 8: the saga's half of the commit.
pub fn commit<O: PartialEq>(old: Saga<O>, me: O) -> Option<Saga<O>> {
    (old.own == me && old.st == SagaState::Info).then_some(Saga {
        st: SagaState::Done,
        token: false,
        due: false,
        ..old
    })
}

/// Ends a saga whose holder died before it had a token: nobody can go on with it but a reload, and none came.
pub fn bury<O: PartialEq>(old: Saga<O>, me: O, now: Millis) -> Option<Saga<O>> {
    let abandoned = old.st == SagaState::Claimed && old.lease < now;
    let again = old.st == SagaState::Dead && old.own == me;
    (abandoned || again).then_some(Saga { st: SagaState::Dead, own: me, token: false, due: false, ..old })
}

/// Step a: Seizes a saga for undoing it. Who is at it must be dead, also if it has failed already: two that undo the same link could
/// hit the next one.
pub fn seize<O: PartialEq>(old: Saga<O>, me: O, lease: Millis, now: Millis) -> Option<Saga<O>> {
    use SagaState as S;
    let abandoned = matches!(old.st, S::Token | S::Info | S::Ask | S::Fail) && old.lease < now;
    let ours = old.st == S::Fail && old.own == me;
    (abandoned || ours).then_some(Saga { st: S::Fail, own: me, lease, ..old })
}

/// Step a: Writes down whose a seized saga is.
pub fn learn_app<O: PartialEq>(old: Saga<O>, me: O) -> Option<Saga<O>> {
    (old.own == me && old.st == SagaState::Fail).then_some(Saga { app: true, ..old })
}

/// Step b, c: Puts a failed saga off until it is due again. The lease stays: a call may still be on its way.
pub fn postpone<O: PartialEq>(old: Saga<O>, me: O) -> Option<Saga<O>> {
    (old.own == me && old.st == SagaState::Fail).then_some(Saga { due: true, ..old })
}

/// Where a person's link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkState {
    /// Nobody is at it, and there is no member.
    Free,
    /// A saga wants to commit.
    Pending,
    /// Somebody is undoing the link at Kakao.
    Unlinking,
    /// There is a member.
    Active,
}

impl LinkState {
    /// As the table spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Pending => "PENDING",
            Self::Unlinking => "UNLINKING",
            Self::Active => "ACTIVE",
        }
    }

    /// From the table's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Free, Self::Pending, Self::Unlinking, Self::Active].into_iter().find(|state| state.as_str() == text)
    }
}

/// A link lock as the rules see it. Where there is none, it is free at fence 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link<S> {
    /// Where it stands.
    pub st: LinkState,
    /// Which saga, or the reconciler.
    pub own: S,
    /// Until when nobody else may; holds for `UNLINKING`, and for `PENDING` against being undone.
    pub lease: Millis,
    /// The fence: higher after every change that matters.
    pub rev: u64,
}

fn rev<S>(old: &Option<Link<S>>) -> u64 {
    old.as_ref().map_or(0, |link| link.rev)
}

/// Step 5: Locks: nobody is a member and nobody is undoing. A `PENDING` of another saga is taken away; its commit then fails.
pub fn lock<S: PartialEq>(old: Option<Link<S>>, saga: S, lease: Millis, now: Millis) -> Option<Link<S>> {
    let admits = old.as_ref().is_none_or(|link| match link.st {
        LinkState::Free | LinkState::Pending => true,
        LinkState::Unlinking => link.lease < now,
        LinkState::Active => false,
    });
    admits.then(|| Link { st: LinkState::Pending, own: saga, lease, rev: rev(&old) + 1 })
}

/// Step 5a, b: Says "still a member" to an erasure that has read the fence already.
pub fn touch<S>(old: Link<S>, seen: u64) -> Option<Link<S>> {
    (old.st == LinkState::Active && old.rev >= seen).then_some(Link { rev: old.rev + 1, ..old })
}

/// Step 6: Lets go of the lock without having done anything.
pub fn release<S: PartialEq>(old: Link<S>, saga: S, mine: u64) -> Option<Link<S>> {
    let held = matches!(old.st, LinkState::Pending | LinkState::Free) && old.own == saga && old.rev == mine;
    held.then_some(Link { st: LinkState::Free, ..old })
}

/// Step 7a: Keeps the lock while the person answers.
pub fn prolong<S: PartialEq>(old: Link<S>, saga: S, mine: u64, lease: Millis) -> Option<Link<S>> {
    let held = old.st == LinkState::Pending && old.own == saga && old.rev == mine;
    held.then_some(Link { lease, ..old })
}

/// Step 8: The half of the commit that decides.
pub fn activate<S: PartialEq>(old: Link<S>, saga: S, mine: u64) -> Option<Link<S>> {
    let held = old.st == LinkState::Pending && old.own == saga && old.rev == mine;
    held.then_some(Link { st: LinkState::Active, rev: old.rev + 1, ..old })
}

/// Step b: Marks the link as being undone: it is nobody's, or ours, or its holder is dead.
pub fn mark<S: PartialEq>(old: Option<Link<S>>, saga: S, lease: Millis, now: Millis) -> Option<Link<S>> {
    let admits = old.as_ref().is_none_or(|link| match link.st {
        LinkState::Free => true,
        LinkState::Pending | LinkState::Unlinking => link.own == saga || link.lease < now,
        LinkState::Active => false,
    });
    admits.then(|| Link { st: LinkState::Unlinking, own: saga, lease, rev: rev(&old) + 1 })
}

/// Step d: Undone.
pub fn free<S: PartialEq>(old: Link<S>, saga: S, mine: u64) -> Option<Link<S>> {
    let held = old.st == LinkState::Unlinking && old.own == saga && old.rev == mine;
    let again = old.st == LinkState::Free && old.own == saga && old.rev == mine + 1;
    (held || again).then_some(Link { st: LinkState::Free, rev: mine + 1, ..old })
}

/// Step iv: The half of the erasure that decides: nothing has changed since the fence was read, and nobody is undoing.
pub fn erase<S>(old: Option<Link<S>>, seen: u64, now: Millis) -> Option<Option<Link<S>>> {
    match old {
        None => (seen == 0).then_some(None),
        Some(old) => {
            let quiet = old.st != LinkState::Unlinking || old.lease < now;
            (old.rev == seen && quiet).then_some(Some(Link { st: LinkState::Free, rev: old.rev + 1, ..old }))
        }
    }
}

/// Reconciler: marks a link that has no member and that nobody has looked after since the fence was read.
pub fn reconcile<S: PartialEq>(old: Option<Link<S>>, seen: u64, me: S, lease: Millis, now: Millis) -> Option<Link<S>> {
    let admits = old.as_ref().is_none_or(|link| {
        let again = link.st == LinkState::Unlinking && link.own == me && link.rev == seen + 1;
        let quiet = match link.st {
            LinkState::Free => true,
            LinkState::Pending | LinkState::Unlinking => link.lease < now,
            LinkState::Active => false,
        };
        again || (quiet && link.rev == seen)
    });
    (admits && (old.is_some() || seen == 0)).then_some(Link { st: LinkState::Unlinking, own: me, lease, rev: seen + 1 })
}

/// What a refused lock or mark means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkRefused {
    /// The person is a member.
    Member,
    /// Somebody else holds it.
    Foreign,
}

/// What a refused lock or mark means.
pub const fn link_refused(st: LinkState) -> LinkRefused {
    match st {
        LinkState::Active => LinkRefused::Member,
        LinkState::Free | LinkState::Pending | LinkState::Unlinking => LinkRefused::Foreign,
    }
}
