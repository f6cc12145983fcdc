//! Everything there is: Kakao, the table, and whoever is at work. One person; small numbers for everybody.

use shared::clock::Millis;
use shared::store::sign_up::rules::{End, Link, LinkState, Saga};

/// The model's clock stands still: a lease is in the future until it is let run out.
pub(crate) const NOW: Millis = Millis(1);
pub(crate) const LIVE: Millis = Millis(2);
pub(crate) const RUN_OUT: Millis = Millis(0);

/// Owner of what nobody alive holds.
pub(crate) const NOBODY: u8 = 0;
/// The lock's owner that is no saga.
pub(crate) const RECONCILER: u8 = 9;

/// Places for those at work. A place's number plus one is its owner's name.
pub(crate) const RELOAD: usize = 2;
pub(crate) const UNDOERS: [usize; 2] = [3, 4];
pub(crate) const WORKERS: [usize; 2] = [5, 6];
pub(crate) const RECON: usize = 7;

/// Somebody at work: where they stand, and what they remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Proc {
    Idle,
    /// A redirect, a reload or an answered form.
    Request {
        code: u8,
        at: Request,
    },
    /// Whoever undoes: the request itself, the outbox, the sweep.
    Undo {
        saga: u8,
        at: Undo,
    },
    /// Whoever carries out the unlink job.
    Job(Job),
    /// The reconciler, at our one person.
    Recon(Recon),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Request {
    Claim,
    Resume,
    Exchange,
    LetGo,
    Keep,
    Who,
    Lock,
    KeepApp { rev: u64 },
    Verify { rev: u64 },
    Release { rev: u64 },
    Commit { rev: u64 },
    Touch { rev: u64 },
    VerifyMember,
    Fail { knows: bool },
    End(End),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Undo {
    Whose,
    Learn,
    Mark,
    Touch { rev: u64 },
    Look { rev: u64 },
    Unlink { rev: u64 },
    Free { rev: u64, end: End },
    Postpone,
    End(End),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Job {
    Read,
    Fence { job: Stored },
    Verify { job: Stored, rev: u64 },
    Drop { job: Stored },
    Erase { job: Stored, rev: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Recon {
    Fence,
    Member { rev: u64 },
    Verify { rev: u64, member: bool },
    Store,
    Mark { rev: u64 },
    Unlink { rev: u64 },
    Free { rev: u64 },
}

/// The item of an unlink job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stored {
    pub(crate) first: u8,
    pub(crate) seq: u8,
}

/// An authorization code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Code {
    /// Whether its link is the one there is.
    pub(crate) current: bool,
    /// Whether its consent made that link; another one finds the person linked, and Kakao passes them through.
    pub(crate) made: bool,
    pub(crate) used: bool,
    /// Whether its token reached the table.
    pub(crate) kept: bool,
}

/// What may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Left {
    pub(crate) consents: u8,
    pub(crate) reloads: u8,
    pub(crate) asks: u8,
    pub(crate) unlinks: u8,
    pub(crate) duplicates: u8,
    pub(crate) crashes: u8,
    pub(crate) hiccups: u8,
    pub(crate) recons: u8,
}

/// Kakao, the table, and whoever is at work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    // Kakao's side.
    pub(crate) linked: bool,
    pub(crate) codes: [Option<Code>; 2],
    pub(crate) messages: u8,
    // The table.
    pub(crate) sagas: [Option<Saga<u8>>; 2],
    pub(crate) link: Option<Link<u8>>,
    pub(crate) member: bool,
    pub(crate) job: Option<Stored>,
    pub(crate) welcomes: [u8; 2],
    // Who is at work, and whose lease the lock carries.
    pub(crate) procs: [Proc; 8],
    pub(crate) link_by: u8,
    pub(crate) left: Left,
    // What cannot be seen in the table.
    pub(crate) hurt: bool,
    pub(crate) message_lost: bool,
    pub(crate) member_unlinked: bool,
}

impl World {
    pub(crate) fn new(left: Left) -> Self {
        Self {
            linked: false,
            codes: [None; 2],
            messages: 0,
            sagas: [None; 2],
            link: None,
            member: false,
            job: None,
            welcomes: [0; 2],
            procs: [Proc::Idle; 8],
            link_by: NOBODY,
            left,
            hurt: false,
            message_lost: false,
            member_unlinked: false,
        }
    }

    /// Whether the token of this code is good: its link is the one there is.
    pub(crate) fn is_good(&self, code: u8) -> bool {
        self.codes[usize::from(code)].is_some_and(|code| code.current)
    }

    /// Whether the link that there is can have come of another time than this code (decision 92). Whether it is taken for one depends on
    /// how long ago that was, which the model does not know.
    pub(crate) fn may_be_of_another_time(&self, code: u8) -> bool {
        self.linked && !self.codes[usize::from(code)].is_some_and(|code| code.current && code.made)
    }

    /// This service unlinks the person, with the strongest key.
    pub(crate) fn unlink(&mut self) {
        self.member_unlinked |= self.linked && self.member;
        self.end_link();
    }

    /// The link is gone, and with it every token and code of it; what became of them no longer matters.
    pub(crate) fn end_link(&mut self) {
        self.linked = false;
        for code in self.codes.iter_mut().flatten() {
            *code = Code { current: false, made: false, used: true, kept: true };
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.procs.iter().all(|proc| *proc == Proc::Idle)
    }

    /// Nobody is at work, and nothing is left to be done.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.is_quiet() && self.messages == 0 && self.job.is_none() && self.sagas.iter().flatten().all(|saga| !saga.due)
    }

    pub(crate) fn agrees(&self) -> bool {
        self.member == self.linked
    }

    /// Somebody's work ends, well or by death: what they hold is nobody's, and runs out some time.
    pub(crate) fn leave(&mut self, place: usize) {
        let me = name(place);
        self.procs[place] = Proc::Idle;
        for saga in self.sagas.iter_mut().flatten().filter(|saga| saga.own == me) {
            saga.own = NOBODY;
        }
        if self.link_by == me {
            self.link_by = NOBODY;
        }
    }

    /// Fences matter only in their order. Numbered anew, with gaps, so that "one more than mine" is nobody's by accident; worlds
    /// that differ in nothing else are one.
    pub(crate) fn tidy(&mut self) {
        let mut seen: Vec<u64> = self.fences().into_iter().map(|fence| *fence).filter(|rev| *rev > 0).collect();
        seen.sort_unstable();
        seen.dedup();
        for fence in self.fences() {
            if let Ok(at) = seen.binary_search(fence) {
                *fence = (at as u64 + 1) * 2;
            }
        }
        if self.link.is_none() || self.link.is_some_and(|link| matches!(link.st, LinkState::Free | LinkState::Active)) {
            // Nobody looks at the lease or the owner of these.
            self.link_by = NOBODY;
            if let Some(link) = &mut self.link {
                (link.lease, link.own) = (RUN_OUT, NOBODY);
            }
        }
        for saga in self.sagas.iter_mut().flatten().filter(|saga| saga.st.is_over()) {
            (saga.lease, saga.own, saga.app) = (RUN_OUT, NOBODY, false);
        }
        if !self.procs.iter().any(|proc| matches!(proc, Proc::Job(at) if *at != Job::Read)) {
            // Nobody remembers another job, or another number of messages.
            self.job = self.job.map(|_| Stored { first: 1, seq: 1 });
        }
    }

    /// Whoever is about to write only what nobody else can touch: a saga that is theirs. Nothing that others do meanwhile can tell
    /// whether that was before or after, so one order is enough.
    pub(crate) fn alone(&self) -> Option<usize> {
        self.procs.iter().position(|proc| {
            matches!(
                proc,
                Proc::Request {
                    at: Request::LetGo
                        | Request::Keep
                        | Request::KeepApp { .. }
                        | Request::Fail { .. }
                        | Request::End(_),
                    ..
                } | Proc::Undo { at: Undo::Learn | Undo::Postpone | Undo::End(_), .. }
            )
        })
    }

    fn fences(&mut self) -> Vec<&mut u64> {
        let mut fences: Vec<&mut u64> = self.link.iter_mut().map(|link| &mut link.rev).collect();
        for proc in &mut self.procs {
            match proc {
                Proc::Request {
                    at:
                        Request::KeepApp { rev }
                        | Request::Verify { rev }
                        | Request::Release { rev }
                        | Request::Commit { rev }
                        | Request::Touch { rev },
                    ..
                }
                | Proc::Undo {
                    at: Undo::Touch { rev } | Undo::Look { rev } | Undo::Unlink { rev } | Undo::Free { rev, .. },
                    ..
                }
                | Proc::Job(Job::Verify { rev, .. } | Job::Erase { rev, .. })
                | Proc::Recon(
                    Recon::Member { rev }
                    | Recon::Verify { rev, .. }
                    | Recon::Mark { rev }
                    | Recon::Unlink { rev }
                    | Recon::Free { rev },
                ) => fences.push(rev),
                _ => {}
            }
        }
        fences
    }
}

pub(crate) const fn name(place: usize) -> u8 {
    place as u8 + 1
}
