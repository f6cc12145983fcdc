//! F04, F05, F21: whoever signs somebody up, undoes it, erases or reconciles dies before or after each write and each call. Somebody
//! comes again or nobody does, each time in another order; the sweep and one pass of the reconciler follow; then member and linked are
//! the same. F24: in half of the runs everybody's clock is another.

use std::ops::Deref;
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::future::{join, join_all};
use shared::clock::Clock;
use shared::sign_up::{self, Clerk, Decision, Redirected, Repair};
use shared::store::{AppUser, SagaId};
use tests::faults::{ANY, Dice, Fault, is_nightly, scaled};
use tests::sign_up::{World, accept, refuse};
use tests::table::{number, text};
use tests::tiny_kakao::{TinyKakao, Trouble};

/// How often somebody dies at each point: in a build as often as a minute allows, and in `make nightly` 200 times (decision 110).
const RUNS: u64 = 8;
const RUNS_NIGHTLY: u64 = 200;

/// So many people, one after the other, share a world: what is finished only slows the look at everything.
const PEOPLE: usize = 10;

/// So many worlds at once.
const LANES: usize = 4;

/// By how many milliseconds a sandbox's clock may be wrong (F24).
const SKEW: u64 = 5_000;

/// A lease, what two clocks may differ, and a second.
const LEASE_OVER: Duration = Duration::from_secs(30 + 10 + 1);

/// The sweeper's interval.
const MINUTE: Duration = Duration::from_secs(60);

/// One person's.
struct Scene<'a> {
    world: &'a World,
    app: AppUser,
    /// Those of the sandboxes.
    clocks: [Clock; 3],
}

impl Deref for Scene<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.world
    }
}

/// What somebody was doing when they died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    /// A sign-up that goes well.
    Accepted,
    /// One that the rule refuses.
    Refused,
    /// One that asks, and is answered.
    Asked,
    /// A member comes back.
    Again,
    /// A member leaves, and Kakao says so.
    Left,
    /// The reconciler finds a link without a member.
    Orphan,
    /// The reconciler finds a member without a link.
    Unnoticed,
}

const STORIES: [Story; 7] =
    [Story::Accepted, Story::Refused, Story::Asked, Story::Again, Story::Left, Story::Orphan, Story::Unnoticed];

impl<'a> Scene<'a> {
    fn of(world: &'a World, number: u64) -> Self {
        let mut dice = Dice::new(number);
        let skewed = dice.below(2) == 0;
        let clocks = std::array::from_fn(|_| {
            let ahead = if skewed { dice.below(2 * SKEW + 1) as i64 - SKEW as i64 } else { 0 };
            world.clock_ahead(ahead)
        });
        Self { world, app: AppUser::new(2_100_000_001 + number), clocks }
    }

    /// Somebody who works in a sandbox.
    fn clerk<'b>(&'b self, me: &'b str) -> Clerk<'b, TinyKakao> {
        let sandbox = me.bytes().fold(0, u8::wrapping_add) % 3;
        self.world.clerk_by(&self.clocks[usize::from(sandbox)], me)
    }

    async fn redirect(&self, me: &str, code: &str, decision: fn() -> Decision<()>) -> Option<Redirected<()>> {
        let ended = sign_up::redirect(&self.clerk(me), code, async |_| decision()).await;
        ended.inspect_err(|error| println!("{me}: {error}")).ok()
    }

    /// What was true before the story begins. The code that the story is about.
    async fn before(&self, story: Story) -> String {
        let first = self.kakao.consent(&self.app);
        if matches!(story, Story::Again | Story::Left | Story::Unnoticed) {
            let signed_up = self.redirect("before", &first, accept).await;
            assert_eq!(signed_up, Some(Redirected::SignedUp { app: self.app.clone() }));
            self.sweep("before").await;
        }
        match story {
            Story::Again => return self.kakao.consent(&self.app),
            Story::Left | Story::Unnoticed => self.kakao.leave(&self.app),
            Story::Orphan => self.pass(Duration::from_secs(7_200)),
            Story::Accepted | Story::Refused | Story::Asked => {}
        }
        first
    }

    async fn tell(&self, story: Story, me: &str, code: &str) {
        match story {
            Story::Accepted | Story::Again => drop(self.redirect(me, code, accept).await),
            Story::Refused => drop(self.redirect(me, code, refuse).await),
            Story::Asked => {
                self.redirect(me, code, || Decision::AskMore(())).await;
                let answer = sign_up::answer(&self.clerk(me), &SagaId::of_code(code), async |_| accept::<()>()).await;
                drop(answer);
            }
            Story::Left => {
                if self.store.store_unlink(&self.app, me, self.clock.now()).await.is_ok() {
                    let _ = sign_up::unlink_job(&self.clerk(me), &self.app).await;
                }
                self.sweep(me).await;
            }
            Story::Orphan | Story::Unnoticed => {
                drop(sign_up::reconcile_page(&self.patient_clerk(me), None, Repair::Mend).await)
            }
        }
    }

    /// Member and linked are not the same.
    fn differs(&self) -> Option<String> {
        let (member, linked) = (self.is_member(&self.app), self.kakao.is_linked(&self.app));
        (member != linked).then(|| format!("member {member}, linked {linked}"))
    }

    /// Whether the table knows enough for the sweep to bring it to an end: a token, or a message of Kakao's.
    async fn is_known(&self, code: &str) -> bool {
        let saga = self.store.saga(&SagaId::of_code(code), self.clock.now()).await.expect("a read");
        saga.is_some_and(|saga| saga.token.is_some())
            || self.table.item(&format!("U#app#{}", self.app), "JOB#UNLINK").is_some()
    }

    /// Somebody who was at it comes again: once too early, once when the lease has run out; or several at once, the sweep among them.
    async fn come_again(&self, story: Story, code: &str, dice: &mut Dice) -> Order {
        if dice.below(2) == 0 {
            self.tell(story, "again", code).await;
            self.pass(LEASE_OVER);
            self.tell(story, "again-later", code).await;
            return Order::First;
        }
        self.pass(if dice.below(3) == 0 { Duration::ZERO } else { LEASE_OVER });
        let waits: Vec<u64> = (0..2 + dice.below(2)).map(|_| dice.below(6)).collect();
        let sweep = dice.below(6);
        let comers = waits.into_iter().enumerate().map(|(at, wait)| async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            self.tell(story, &format!("again-{at}"), code).await;
        });
        let sweeping = async {
            tokio::time::sleep(Duration::from_millis(sweep)).await;
            self.sweep("at-once").await;
        };
        join(join_all(comers), sweeping).await;
        Order::Any
    }

    /// What is wrong at the end, if anything. `ledger`: how many lines it had before.
    fn wrong(&self, story: Story, ledger: usize) -> Option<String> {
        let mut wrong = self.unfinished();
        wrong.extend(self.differs());
        let member = self.is_member(&self.app);
        if let Some(item) = self.table.item(&format!("U#app#{}", self.app), "MEMBER") {
            let welcomes = self.welcomes.lock().unwrap_or_else(PoisonError::into_inner);
            let count = welcomes.get(&SagaId::from_text(text(&item, "mg"))).copied().unwrap_or_default();
            if count != 1 {
                wrong.push(format!("welcomed {count} times"));
            }
        }
        if matches!(story, Story::Again) && !member {
            wrong.push("a good member was unlinked".to_owned());
        }
        if matches!(story, Story::Left | Story::Unnoticed) && member {
            wrong.push("somebody who left is a member".to_owned());
        }
        if matches!(story, Story::Left) {
            let audit = self.table.items_under("AUD#");
            if audit.len() != ledger + 1 || audit.iter().any(|line| number(line, "ca").is_none()) {
                wrong.push(format!("{} lines in the ledger, {ledger} before", audit.len()));
            }
        }
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }
}

/// In which order those came who came again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Before any sweep.
    First,
    /// Together with one.
    Any,
}

/// Where somebody dies.
#[derive(Clone, Copy, Debug)]
enum Point {
    Table(u64),
    Kakao(u64),
}

/// One death.
#[derive(Clone, Copy, Debug)]
struct Run {
    story: Story,
    point: Point,
    after: bool,
    number: u64,
}

/// How many requests to the table and calls to Kakao a story makes.
async fn points(story: Story) -> Vec<Point> {
    let world = World::default();
    let scene = Scene::of(&world, 0);
    let code = scene.before(story).await;
    let (table, kakao) = (world.faults.count(ANY), world.kakao.calls());
    scene.tell(story, "teller", &code).await;
    let table = (0..world.faults.count(ANY) - table).map(Point::Table);
    let kakao = (0..world.kakao.calls() - kakao).map(Point::Kakao);
    world.sweep_on().await;
    assert_eq!(scene.wrong(story, 0), None, "{story:?} with nobody dead");
    table.chain(kakao).collect()
}

/// Tells the story until the point, dies there, and lets the others clean up.
async fn run(world: &World, run: Run, again: bool) -> Result<(), String> {
    let Run { story, point, after, number } = run;
    let (scene, mut dice) = (Scene::of(world, number), Dice::new(number));
    let code = scene.before(story).await;
    let ledger = world.table.items_under("AUD#").len();
    world.faults.reset_counts();
    match point {
        Point::Table(at) => {
            world.faults.after(ANY, at, 1, if after { Fault::NeverAnswer } else { Fault::Never });
        }
        Point::Kakao(at) => {
            world.kakao.trouble(at, if after { Trouble::DiesAfter } else { Trouble::DiesBefore });
        }
    }
    let dead = async {
        while world.faults.injected() == 0 && !world.kakao.is_hung() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // An answer that never comes: the request itself is applied by now.
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    tokio::select! {
        () = scene.tell(story, "teller", &code) => {}
        () = dead => {}
    }
    if world.faults.injected() == 0 && !world.kakao.is_hung() {
        return Err("nobody died".to_owned());
    }
    world.faults.clear();
    world.kakao.heal();
    let known = scene.is_known(&code).await;
    let mut wrong = Vec::new();
    if again {
        let order = scene.come_again(story, &code, &mut dice).await;
        // Whoever comes before the sweep with a token that was kept goes on with it, and nothing is lost.
        if order == Order::First
            && known
            && matches!(story, Story::Accepted | Story::Asked)
            && !world.is_member(&scene.app)
        {
            wrong.push("a sign-up was lost".to_owned());
        }
    } else {
        for _ in 0..2 {
            world.pass(MINUTE);
            world.sweep(&format!("sweep-{}", world.clock.now().0)).await;
        }
        // Who was asked has a quarter of an hour.
        if known && story != Story::Asked {
            wrong.extend(scene.differs().map(|what| format!("after two sweeps: {what}")));
        }
    }
    world.sweep_on().await;
    world.pass(Duration::from_secs(7_200));
    let pass = sign_up::reconcile_page(&world.patient_clerk("reconciler"), None, Repair::Mend).await;
    pass.map_err(|error| error.to_string())?;
    world.sweep_on().await;
    wrong.extend(scene.wrong(story, ledger));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// What is wrong with these, one after the other.
async fn lane(runs: &[&[Run]], again: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for some in runs {
        let world = World::default();
        for one in *some {
            let ended = run(&world, *one, again).await;
            wrong.extend(ended.err().map(|why| format!("{one:?}: {why}")));
        }
    }
    wrong
}

async fn all(again: bool) {
    let (mut count, mut runs) = (0, Vec::new());
    let each = if is_nightly() { RUNS_NIGHTLY } else { scaled(RUNS) };
    for story in STORIES {
        for point in points(story).await {
            count += 1;
            runs.extend((0..each).map(|number| Run { story, point, after: number % 2 == 1, number }));
        }
    }
    let mut dice = Dice::new(u64::from(again));
    dice.shuffle(&mut runs);
    for (number, run) in (0..).zip(&mut runs) {
        run.number = number;
    }
    let worlds: Vec<&[Run]> = runs.chunks(PEOPLE).collect();
    let lanes = worlds.chunks(worlds.len().div_ceil(LANES)).map(|worlds| lane(worlds, again));
    let wrong: Vec<String> = join_all(lanes).await.into_iter().flatten().collect();
    println!("{count} points, {} runs", runs.len());
    assert!(count >= 84, "only {count} points: a story has become shorter than it was");
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn f04_somebody_dies_at_each_point_and_comes_again() {
    all(true).await;
}

#[tokio::test]
async fn f05_somebody_dies_at_each_point_and_nobody_comes_again() {
    all(false).await;
}

#[tokio::test]
async fn f17_f21_kakao_does_not_answer_at_each_call() {
    let mut wrong = Vec::new();
    for story in STORIES {
        let calls = points(story).await.into_iter().filter_map(|point| match point {
            Point::Kakao(at) => Some(at),
            Point::Table(_) => None,
        });
        for at in calls {
            for trouble in [Trouble::NotSent, Trouble::SilentBefore, Trouble::SilentAfter] {
                let world = World::default();
                let scene = Scene::of(&world, 0);
                let code = scene.before(story).await;
                world.kakao.trouble(at, trouble);
                scene.tell(story, "teller", &code).await;
                scene.tell(story, "again", &code).await;
                world.sweep_on().await;
                world.pass(Duration::from_secs(7_200));
                sign_up::reconcile_page(&world.patient_clerk("reconciler"), None, Repair::Mend).await.unwrap();
                world.sweep_on().await;
                let more = (world.kakao.most_exchanged() > 1).then(|| "a code was brought twice".to_owned());
                wrong.extend(
                    scene.wrong(story, 0).or(more).map(|why| format!("{story:?} call {at} {trouble:?}: {why}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
