//! One step of somebody at work: one write or one call to Kakao, as [`shared::sign_up`] takes them.

use shared::store::sign_up::rules::{self, End, LinkRefused, LinkState};

use crate::Guards;
use crate::world::{Job, LIVE, NOBODY, NOW, Proc, RECONCILER, RUN_OUT, Recon, Request, Stored, Undo, World, name};

/// How a step may go, where that is not decided by the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// As it should.
    Well,
    /// The rule says no; or the request leaves the undoing to others; or the link is taken for one of another time.
    No,
    /// The rule asks for more.
    Ask,
    /// Kakao does not answer, and has not done it.
    Silent,
    /// Kakao does not answer, and has done it.
    SilentlyDone,
}

/// The world after `place` takes its next step. `None` if it cannot go this way.
pub(crate) fn step(world: &World, guards: Guards, place: usize, way: Way) -> Option<World> {
    let mut next = world.clone();
    let hiccup = matches!(way, Way::Silent | Way::SilentlyDone);
    if hiccup {
        next.left.hiccups = next.left.hiccups.checked_sub(1)?;
    }
    let then = match world.procs[place] {
        Proc::Idle => return None,
        Proc::Request { code, at } => request(&mut next, guards, place, code, at, way)?,
        Proc::Undo { saga, at } => undo(&mut next, guards, place, saga, at, way)?,
        Proc::Job(at) => job(&mut next, guards, at, way)?,
        Proc::Recon(at) => recon(&mut next, place, at, way)?,
    };
    match then {
        Some(proc) => next.procs[place] = proc,
        None => next.leave(place),
    }
    next.tidy();
    Some(next)
}

/// What comes next for whoever has taken a step; the inner `None` if nothing.
type Then = Option<Option<Proc>>;

fn request(world: &mut World, guards: Guards, place: usize, code: u8, at: Request, way: Way) -> Then {
    let (me, index) = (name(place), usize::from(code));
    let go = |at| Some(Some(Proc::Request { code, at }));
    let over = Some(None);
    let well = way == Way::Well;
    // One of our writes to the saga: it holds, or somebody else has it and we are done.
    macro_rules! saga {
        ($rule:expr) => {
            match world.sagas[index].and_then($rule) {
                Some(saga) => world.sagas[index] = Some(saga),
                None => return over,
            }
        };
    }
    match at {
        Request::Claim if well => {
            let Some(saga) = rules::claim(world.sagas[index], me, LIVE, NOW) else { return over };
            world.sagas[index] = Some(saga);
            go(if saga.token { Request::Who } else { Request::Exchange })
        }
        Request::Resume if well => {
            saga!(|saga| rules::resume(saga, me, LIVE, NOW));
            go(Request::Who)
        }
        Request::Exchange => {
            let good = world.is_good(code);
            let known = world.codes[index].as_mut()?;
            let fresh = good && !known.used;
            match way {
                Way::Well if fresh => {
                    known.used = true;
                    go(Request::Keep)
                }
                Way::Well => go(Request::End(End::Dead)),
                // It never left this machine: a reload goes on. If none comes, nobody has the token.
                Way::Silent => {
                    world.hurt = true;
                    go(Request::LetGo)
                }
                Way::SilentlyDone if fresh => {
                    known.used = true;
                    world.hurt = true; // as good as a crash: nobody has the token
                    go(Request::End(End::Dead))
                }
                _ => None,
            }
        }
        Request::LetGo if well => {
            saga!(|saga| rules::let_go(saga, me));
            over
        }
        Request::Keep if well => {
            saga!(|saga| rules::keep_token(saga, me));
            world.codes[index].as_mut()?.kept = true;
            go(Request::Who)
        }
        Request::Who => match way {
            Way::Well if world.is_good(code) => go(Request::Lock),
            // A token that is refused: there may be a link all the same, and whoever undoes looks.
            Way::Well | Way::Silent => go(Request::Fail { knows: false }),
            _ => None,
        },
        Request::Lock if well => {
            if !guards.lock {
                return match (world.member, world.link) {
                    (true, Some(link)) => go(Request::Touch { rev: link.rev }),
                    _ => go(Request::KeepApp { rev: 0 }),
                };
            }
            match rules::lock(world.link, code, LIVE, NOW) {
                Some(link) => {
                    (world.link, world.link_by) = (Some(link), me);
                    go(Request::KeepApp { rev: link.rev })
                }
                None => {
                    let link = world.link?;
                    match rules::link_refused(link.st) {
                        LinkRefused::Member if guards.touch => go(Request::Touch { rev: link.rev }),
                        LinkRefused::Member => go(Request::VerifyMember),
                        LinkRefused::Foreign if guards.from_free => go(Request::Fail { knows: true }),
                        LinkRefused::Foreign => go(Request::End(End::Dead)),
                    }
                }
            }
        }
        Request::KeepApp { rev } if well => {
            saga!(|saga| rules::keep_app(saga, me));
            go(if guards.verify { Request::Verify { rev } } else { Request::Commit { rev } })
        }
        Request::Verify { rev } => match way {
            Way::Well if world.is_good(code) => go(Request::Commit { rev }),
            Way::Well => go(Request::Release { rev }),
            Way::Silent => go(Request::Fail { knows: true }),
            _ => None,
        },
        Request::Release { rev } if well => {
            if let Some(link) = world.link.and_then(|link| rules::release(link, code, rev)) {
                world.link = Some(link);
            }
            go(Request::End(End::Dead))
        }
        // The rule decides on its own; what follows is the write.
        Request::Commit { rev } => match way {
            Way::Well => commit(world, guards, me, code, rev),
            Way::No => go_fail(world, guards, place, code, Way::Well, true),
            Way::Ask => {
                world.left.asks = world.left.asks.checked_sub(1)?;
                let held = world.link.and_then(|link| rules::prolong(link, code, rev, LIVE));
                world.link = held.or(world.link);
                saga!(|saga| rules::ask(saga, me, LIVE));
                over
            }
            _ => None,
        },
        Request::Touch { rev } if well => match world.link.and_then(|link| rules::touch(link, rev)) {
            Some(link) => {
                world.link = Some(link);
                go(Request::VerifyMember)
            }
            None => go(Request::Fail { knows: true }),
        },
        Request::VerifyMember => match way {
            Way::Well if world.is_good(code) => go(Request::End(End::Member)),
            Way::Well | Way::Silent => go(Request::Fail { knows: true }),
            _ => None,
        },
        Request::Fail { knows } => go_fail(world, guards, place, code, way, knows),
        Request::End(end) if well => {
            saga!(|saga| rules::end(saga, me, end));
            over
        }
        _ => None,
    }
}

fn commit(world: &mut World, guards: Guards, me: u8, code: u8, rev: u64) -> Then {
    let index = usize::from(code);
    let saga = world.sagas[index].and_then(|saga| rules::commit(saga, me));
    let link = match guards.lock {
        true => world.link.and_then(|link| rules::activate(link, code, rev)),
        false => Some(rules::Link { st: LinkState::Active, own: code, lease: RUN_OUT, rev: 2 }),
    };
    if let (Some(saga), Some(link), false) = (saga, link, world.member) {
        (world.sagas[index], world.link, world.member) = (Some(saga), Some(link), true);
        world.welcomes[index] += 1;
        return Some(None);
    }
    Some(match saga {
        None => None, // somebody else has the saga
        Some(_) if world.link.is_some_and(|link| link.st == LinkState::Active) => {
            Some(Proc::Request { code, at: Request::End(End::Superseded) })
        }
        Some(_) => Some(Proc::Request { code, at: Request::Fail { knows: true } }),
    })
}

/// Fails, and goes on to undo it, or leaves that to others.
fn go_fail(world: &mut World, guards: Guards, place: usize, code: u8, way: Way, knows: bool) -> Then {
    let (me, index) = (name(place), usize::from(code));
    let lease = match way {
        Way::Well => LIVE,
        Way::No => RUN_OUT,
        _ => return None,
    };
    let Some(saga) = world.sagas[index].and_then(|saga| rules::fail(saga, me, lease, knows)) else { return Some(None) };
    world.sagas[index] = Some(saga);
    Some((way == Way::Well).then(|| undoing(world, guards, code)))
}

/// The first step of undoing a saga that has been seized.
pub(crate) fn undoing(world: &World, _guards: Guards, code: u8) -> Proc {
    let knows = world.sagas[usize::from(code)].is_some_and(|saga| saga.app);
    Proc::Undo { saga: code, at: if knows { Undo::Mark } else { Undo::Whose } }
}

fn undo(world: &mut World, guards: Guards, place: usize, saga: u8, at: Undo, way: Way) -> Then {
    let (me, index) = (name(place), usize::from(saga));
    let go = |at| Some(Some(Proc::Undo { saga, at }));
    let (over, later) = (Some(None), go(Undo::Postpone));
    match at {
        Undo::Whose => match way {
            Way::Well if world.is_good(saga) => go(Undo::Learn),
            Way::Well => go(Undo::End(End::Dead)),
            Way::Silent => later,
            _ => None,
        },
        Undo::Learn if way == Way::Well => match world.sagas[index].and_then(|saga| rules::learn_app(saga, me)) {
            Some(saga) => {
                world.sagas[index] = Some(saga);
                go(Undo::Mark)
            }
            None => later,
        },
        Undo::Mark if way == Way::Well => {
            if !guards.lock {
                return go(match world.member {
                    true => Undo::End(End::Superseded),
                    false => Undo::Look { rev: 0 },
                });
            }
            if !guards.from_free && world.link.is_none_or(|link| link.st == LinkState::Free) {
                return go(Undo::End(End::Unlinked));
            }
            if let Some(link) = rules::mark(world.link, saga, LIVE, NOW) {
                (world.link, world.link_by) = (Some(link), me);
                return go(Undo::Look { rev: link.rev });
            }
            let link = world.link?;
            match rules::link_refused(link.st) {
                LinkRefused::Member if guards.touch => go(Undo::Touch { rev: link.rev }),
                LinkRefused::Member => go(Undo::End(End::Superseded)),
                LinkRefused::Foreign if guards.wait => later,
                LinkRefused::Foreign => go(Undo::End(End::Unlinked)),
            }
        }
        Undo::Touch { rev } if way == Way::Well => match world.link.and_then(|link| rules::touch(link, rev)) {
            Some(link) => {
                world.link = Some(link);
                go(Undo::End(End::Superseded))
            }
            None => later,
        },
        // What this attempt did not link is not its to undo.
        Undo::Look { rev } => match way {
            Way::Well => go(Undo::Unlink { rev }),
            Way::No if world.may_be_of_another_time(saga) => go(Undo::Free { rev, end: End::Dead }),
            Way::Silent => later,
            _ => None,
        },
        Undo::Unlink { rev } => match way {
            Way::Well => {
                world.unlink();
                go(Undo::Free { rev, end: End::Unlinked })
            }
            Way::Silent => later,
            Way::SilentlyDone => {
                world.unlink();
                later
            }
            _ => None,
        },
        Undo::Free { rev, end } if way == Way::Well => {
            if let Some(link) = world.link.and_then(|link| rules::free(link, saga, rev)) {
                world.link = Some(link);
            }
            go(Undo::End(end))
        }
        Undo::Postpone if way == Way::Well => {
            if let Some(put_off) = world.sagas[index].and_then(|saga| rules::postpone(saga, me)) {
                world.sagas[index] = Some(put_off);
            }
            over
        }
        Undo::End(end) if way == Way::Well => {
            if let Some(ended) = world.sagas[index].and_then(|saga| rules::end(saga, me, end)) {
                world.sagas[index] = Some(ended);
            }
            over
        }
        _ => None,
    }
}

fn job(world: &mut World, guards: Guards, at: Job, way: Way) -> Then {
    let go = |at| Some(Some(Proc::Job(at)));
    let over = Some(None);
    let same = |world: &World, seen: Stored| {
        world.job.is_some_and(|job| job.seq == seen.seq && (job.first == seen.first || !guards.first))
    };
    match at {
        Job::Read if way == Way::Well => match world.job {
            Some(job) => go(Job::Fence { job }),
            None => over,
        },
        Job::Fence { job } if way == Way::Well => go(Job::Verify { job, rev: world.link.map_or(0, |link| link.rev) }),
        Job::Verify { job, rev } => match (way, world.linked) {
            (Way::Well, true) => go(Job::Drop { job }),
            (Way::Well, false) => go(Job::Erase { job, rev }),
            (Way::Silent, _) => over,
            _ => None,
        },
        Job::Drop { job } if way == Way::Well => {
            if same(world, job) {
                world.job = None;
            }
            over
        }
        Job::Erase { job, rev } if way == Way::Well => {
            let seen = if guards.fence { rev } else { world.link.map_or(0, |link| link.rev) };
            let busy = world.link.is_some_and(|link| link.st == LinkState::Unlinking && link.lease >= NOW);
            match rules::erase(world.link, seen, NOW) {
                Some(link) if same(world, job) => {
                    (world.link, world.member, world.job) = (link, false, None);
                    over
                }
                _ if busy && guards.wait => over, // later
                _ if busy => go(Job::Drop { job }),
                _ => go(Job::Read),
            }
        }
        _ => None,
    }
}

fn recon(world: &mut World, place: usize, at: Recon, way: Way) -> Then {
    let go = |at| Some(Some(Proc::Recon(at)));
    let over = Some(None);
    match at {
        Recon::Fence if way == Way::Well => go(Recon::Member { rev: world.link.map_or(0, |link| link.rev) }),
        Recon::Member { rev } if way == Way::Well => go(Recon::Verify { rev, member: world.member }),
        Recon::Verify { rev, member } => match (way, world.linked, member) {
            (Way::Well, false, true) => go(Recon::Store),
            (Way::Well, true, false) => go(Recon::Mark { rev }),
            (Way::Well, ..) => over,
            _ => None,
        },
        Recon::Store if way == Way::Well => {
            store(world);
            over
        }
        Recon::Mark { rev } if way == Way::Well => match rules::reconcile(world.link, rev, RECONCILER, LIVE, NOW) {
            Some(link) => {
                (world.link, world.link_by) = (Some(link), name(place));
                go(Recon::Unlink { rev: link.rev })
            }
            None => over,
        },
        Recon::Unlink { rev } => match way {
            Way::Well => {
                world.unlink();
                go(Recon::Free { rev })
            }
            Way::Silent => over,
            Way::SilentlyDone => {
                world.unlink();
                over
            }
            _ => None,
        },
        Recon::Free { rev } if way == Way::Well => {
            if let Some(link) = world.link.and_then(|link| rules::free(link, RECONCILER, rev)) {
                world.link = Some(link);
            }
            over
        }
        _ => None,
    }
}

/// Step i: any number of messages are one job.
pub(crate) fn store(world: &mut World) {
    let first = |job: &Stored| job.first;
    let remembered = world.procs.iter().filter_map(|proc| match proc {
        Proc::Job(Job::Fence { job } | Job::Verify { job, .. } | Job::Drop { job } | Job::Erase { job, .. }) => {
            Some(job)
        }
        _ => None,
    });
    let last = remembered.map(first).max().unwrap_or_default();
    match &mut world.job {
        Some(job) => job.seq += 1,
        None => world.job = Some(Stored { first: last + 1, seq: 1 }),
    }
}

/// Step a, as the sweep and the outbox begin: seize a saga, or end one that never had a token. `None` if it is not to be had.
pub(crate) fn seize(world: &mut World, guards: Guards, place: usize, saga: u8) -> Option<()> {
    let (me, index) = (name(place), usize::from(saga));
    let old = world.sagas[index]?;
    let seized = match guards.seize {
        true => rules::seize(old, me, LIVE, NOW),
        false => rules::seize(rules::Saga { lease: RUN_OUT, ..old }, me, LIVE, NOW)
            .filter(|_| old.st == rules::SagaState::Fail || old.lease < NOW),
    };
    if let Some(seized) = seized {
        world.sagas[index] = Some(seized);
        world.procs[place] = undoing(world, guards, saga);
        return Some(());
    }
    world.sagas[index] = Some(rules::bury(old, NOBODY, NOW).filter(|_| old.st != rules::SagaState::Dead)?);
    Some(())
}
