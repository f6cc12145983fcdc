//! Every order of steps of the sign-up: one person, two consents, a reload, an unlink from outside whose message comes twice,
//! crashes, the reconciler.
//!
//! What a write admits and leaves is not written here: the model asks [`shared::store::sign_up::rules`], as far as a rule
//! decides, and a test compares those rules with the table. Here is only who does what in which order: the steps of
//! [`shared::sign_up`].
//!
//! The model's clock stands still. A lease is live until it is let run out, which may happen at any moment once its holder is
//! gone, and never before (state design, rule 5).

mod steps;
mod world;

use shared::store::sign_up::rules::SagaState;
use stateright::{Checker, HasDiscoveries, Model, Property};

use steps::{seize, step, store};
use world::{Job, Left, NOBODY, Proc, RECON, RELOAD, RUN_OUT, Recon, Request, UNDOERS, WORKERS};

pub use steps::Way;
pub use world::World;

/// What the protocol relies on. Each can be taken away, to see what it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    /// Steps 5, 8 and b: one lock per person.
    pub lock: bool,
    /// Step 6: the token is verified after the lock was taken.
    pub verify: bool,
    /// Step iv: nothing has changed since the fence was read.
    pub fence: bool,
    /// Steps b and 5: what is undone may be free, and who is blocked undoes too.
    pub from_free: bool,
    /// Steps 5a and b: "still a member" moves the fence.
    pub touch: bool,
    /// Steps b and iv: somebody else's lock is waited for.
    pub wait: bool,
    /// Step a: also a failed saga is left alone while somebody lives who undoes it.
    pub seize: bool,
    /// Steps iii and iv: a job is told from the next one with the same number of messages.
    pub first: bool,
}

impl Guards {
    /// All of them.
    pub const ALL: Self = Self {
        lock: true,
        verify: true,
        fence: true,
        from_free: true,
        touch: true,
        wait: true,
        seize: true,
        first: true,
    };
}

/// How much may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Consents, each with a code.
    pub consents: u8,
    /// Repeats of a redirect.
    pub reloads: u8,
    /// How often the rule asks for more.
    pub asks: u8,
    /// Unlinks from outside, each with a message.
    pub unlinks: u8,
    /// Messages that come once more.
    pub duplicates: u8,
    /// Deaths, at any step; a message may die too.
    pub crashes: u8,
    /// Calls to Kakao without an answer.
    pub hiccups: u8,
    /// Runs of the reconciler.
    pub recons: u8,
    /// How many undo, and how many carry out jobs, at the same time.
    pub hands: usize,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The person consents, and the browser goes to the redirect.
    Consent,
    /// The browser repeats the redirect of this code.
    Reload(u8),
    /// The person answers.
    Answer(u8),
    /// The person unlinks the app at Kakao.
    Unlink,
    /// The message of it arrives.
    Message,
    /// It arrives once more.
    Duplicate,
    /// It is lost.
    Lose,
    /// The outbox or the sweep takes up a saga.
    Sweep(usize, u8),
    /// The outbox or the sweep takes up the job.
    Work(usize),
    /// The reconciler begins.
    Reconcile,
    /// The lease of a saga runs out.
    SagaRunsOut(u8),
    /// The lease of the lock runs out.
    LinkRunsOut,
    /// Whoever works here dies.
    Crash(usize),
    /// Whoever works here takes the next step.
    Step(usize, Way),
}

/// The sign-up.
#[derive(Clone, Copy, Debug)]
pub struct SignUp {
    /// What it relies on.
    pub guards: Guards,
    /// How much may happen.
    pub scope: Scope,
}

impl Model for SignUp {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let Scope { consents, reloads, asks, unlinks, duplicates, crashes, hiccups, recons, .. } = self.scope;
        vec![World::new(Left { consents, reloads, asks, unlinks, duplicates, crashes, hiccups, recons })]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let left = world.left;
        if self.guards.seize
            && let Some(place) = world.alone()
        {
            self.steps(world, place, actions);
            return;
        }
        if left.consents > 0 {
            actions.push(Action::Consent);
        }
        for code in [0, 1] {
            if left.reloads > 0 && world.procs[RELOAD] == Proc::Idle && world.codes[usize::from(code)].is_some() {
                actions.push(Action::Reload(code));
            }
            if let Some(saga) = world.sagas[usize::from(code)] {
                if saga.st == SagaState::Ask && saga.lease > RUN_OUT && world.procs[RELOAD] == Proc::Idle {
                    actions.push(Action::Answer(code));
                }
                if saga.own == NOBODY && saga.lease > RUN_OUT && !saga.st.is_over() {
                    actions.push(Action::SagaRunsOut(code));
                }
                if saga.due
                    && let Some(place) = self.free_hand(world, UNDOERS)
                {
                    actions.push(Action::Sweep(place, code));
                }
            }
        }
        if left.unlinks > 0 && world.linked {
            actions.push(Action::Unlink);
        }
        if world.messages > 0 {
            actions.push(Action::Message);
            if left.crashes > 0 {
                actions.push(Action::Lose);
            }
        }
        if left.duplicates > 0 && left.unlinks < self.scope.unlinks {
            actions.push(Action::Duplicate);
        }
        if world.job.is_some()
            && let Some(place) = self.free_hand(world, WORKERS)
        {
            actions.push(Action::Work(place));
        }
        if left.recons > 0 && world.procs[RECON] == Proc::Idle {
            actions.push(Action::Reconcile);
        }
        if world.link_by == NOBODY && world.link.is_some_and(|link| link.lease > RUN_OUT) {
            actions.push(Action::LinkRunsOut);
        }
        for place in 0..world.procs.len() {
            self.steps(world, place, actions);
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        match action {
            Action::Consent => {
                let code = usize::from(self.scope.consents - next.left.consents);
                next.left.consents -= 1;
                let made = !next.linked;
                next.linked = true;
                next.codes[code] = Some(world::Code { current: true, made, used: false, kept: false });
                next.procs[code] = Proc::Request { code: code as u8, at: Request::Claim };
            }
            Action::Reload(code) => {
                next.left.reloads -= 1;
                next.procs[RELOAD] = Proc::Request { code, at: Request::Claim };
            }
            Action::Answer(code) => next.procs[RELOAD] = Proc::Request { code, at: Request::Resume },
            Action::Unlink => {
                next.left.unlinks -= 1;
                next.end_link();
                next.messages += 1;
            }
            Action::Message => {
                next.messages -= 1;
                store(&mut next);
            }
            Action::Duplicate => {
                next.left.duplicates -= 1;
                store(&mut next);
            }
            Action::Lose => {
                next.messages -= 1;
                next.left.crashes -= 1;
                (next.hurt, next.message_lost) = (true, true);
            }
            Action::Sweep(place, saga) => seize(&mut next, self.guards, place, saga)?,
            Action::Work(place) => next.procs[place] = Proc::Job(Job::Read),
            Action::Reconcile => {
                next.left.recons -= 1;
                next.procs[RECON] = Proc::Recon(Recon::Fence);
            }
            Action::SagaRunsOut(saga) => next.sagas[usize::from(saga)].as_mut()?.lease = RUN_OUT,
            Action::LinkRunsOut => next.link.as_mut()?.lease = RUN_OUT,
            Action::Crash(place) => {
                next.left.crashes -= 1;
                next.hurt = true;
                next.leave(place);
            }
            Action::Step(place, way) => return step(world, self.guards, place, way),
        }
        next.tidy();
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(P1, |_, world: &World| !world.member_unlinked),
            Property::always(P2, |_, world: &World| world.hurt || !world.is_at_rest() || world.agrees()),
            Property::always(P3, |model: &Self, world: &World| {
                !world.hurt || !world.is_at_rest() || model.is_mended(world)
            }),
            Property::always(P4, |model: &Self, world: &World| !world.is_quiet() || model.comes_to_rest(world)),
            Property::always(P5, |_, world: &World| world.welcomes.iter().all(|count| *count <= 1)),
        ]
    }
}

const P1: &str = "P1 no member is unlinked by us";
const P2: &str = "P2 without crashes, at rest, member and linked are the same";
const P3: &str = "P3 with crashes only two remains, and one pass of the reconciler mends both";
const P4: &str = "P4 every saga ends";
const P5: &str = "P5 one welcome for a membership";

impl SignUp {
    fn steps(&self, world: &World, place: usize, actions: &mut Vec<Action>) {
        if world.procs[place] == Proc::Idle {
            return;
        }
        actions.extend([Way::Well, Way::No, Way::Ask].map(|way| Action::Step(place, way)));
        if world.left.hiccups > 0 {
            actions.extend([Way::Silent, Way::SilentlyDone].map(|way| Action::Step(place, way)));
        }
        if world.left.crashes > 0 {
            actions.push(Action::Crash(place));
        }
    }

    fn free_hand(&self, world: &World, places: [usize; 2]) -> Option<usize> {
        places.into_iter().take(self.scope.hands).find(|place| world.procs[*place] == Proc::Idle)
    }

    /// The only remains: a link whose token never reached the table, a member whose message never arrived.
    fn is_mended(&self, world: &World) -> bool {
        if world.agrees() {
            return true;
        }
        let tokenless = world.codes.iter().flatten().any(|code| code.current && !code.kept);
        let known = if world.member { world.message_lost } else { tokenless };
        let mut begun = world.clone();
        begun.procs[RECON] = Proc::Recon(Recon::Fence);
        if let Some(link) = &mut begun.link {
            link.lease = RUN_OUT; // a pass comes hours later, and nobody is at work
        }
        known && self.settled(begun).is_some_and(|world| world.agrees())
    }

    fn comes_to_rest(&self, world: &World) -> bool {
        self.settled(world.clone()).is_some_and(|world| world.sagas.iter().flatten().all(|saga| saga.st.is_over()))
    }

    /// The world when nothing more comes from outside and everybody does their work.
    fn settled(&self, mut world: World) -> Option<World> {
        for _ in 0..100 {
            if world.is_at_rest() {
                return Some(world);
            }
            // First whoever is at work; then what runs out; then what is still to be done.
            let place = (0..world.procs.len()).find(|place| world.procs[*place] != Proc::Idle);
            world = match place {
                Some(place) => step(&world, self.guards, place, Way::Well)?,
                None => {
                    let mut actions = Vec::new();
                    self.actions(&world, &mut actions);
                    let inner = |action: &&Action| {
                        matches!(action, Action::SagaRunsOut(_) | Action::LinkRunsOut | Action::Message)
                    };
                    let work = |action: &&Action| matches!(action, Action::Sweep(..) | Action::Work(_));
                    let try_all = |wanted: &dyn Fn(&&Action) -> bool| {
                        actions.iter().filter(wanted).find_map(|action| self.next_state(&world, *action))
                    };
                    try_all(&inner).or_else(|| try_all(&work))?
                }
            };
        }
        None
    }
}

/// What a check came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// Different states.
    pub states: usize,
    /// For each property that does not hold, the shortest way there.
    pub broken: Vec<(&'static str, Vec<String>)>,
}

/// Tries every order.
pub fn check(model: SignUp, threads: usize) -> Report {
    let checker = model.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let broken = checker.discoveries().into_iter();
    let broken =
        broken.map(|(name, path)| (name, path.into_actions().iter().map(|step| format!("{step:?}")).collect()));
    Report { states: checker.unique_state_count(), broken: broken.collect() }
}
