//! F04, F05, F21: whoever signs somebody up, undoes it, erases or reconciles dies before or after each write and each call. Somebody
//! comes again or nobody does; the sweep and one pass of the reconciler follow; then member and linked are the same.

use std::ops::Deref;
use std::time::Duration;

use shared::sign_up::{self, Decision, Redirected, Repair};
use shared::store::{AppUser, SagaId};
use tests::faults::{ANY, Fault};
use tests::sign_up::{World, accept, refuse};
use tests::table::number;
use tests::tiny_kakao::Trouble;

/// One person's.
struct Scene {
    world: World,
    app: AppUser,
}

impl Deref for Scene {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
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

impl Scene {
    fn new() -> Self {
        Self { world: World::default(), app: AppUser::new(2_100_000_001) }
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

    /// What is wrong at the end, if anything.
    fn wrong(&self, story: Story) -> Option<String> {
        let mut wrong = self.unfinished();
        let (member, linked) = (self.is_member(&self.app), self.kakao.is_linked(&self.app));
        if member != linked {
            wrong.push(format!("member {member}, linked {linked}"));
        }
        if matches!(story, Story::Again) && !member {
            wrong.push("a good member was unlinked".to_owned());
        }
        if matches!(story, Story::Left | Story::Unnoticed) && member {
            wrong.push("somebody who left is a member".to_owned());
        }
        if matches!(story, Story::Left) {
            let audit = self.table.items_under("AUD#");
            if audit.len() != 1 || number(&audit[0], "ca").is_none() {
                wrong.push(format!("{} lines in the ledger", audit.len()));
            }
        }
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }
}

/// Where somebody dies.
#[derive(Clone, Copy, Debug)]
enum Point {
    Table(u64),
    Kakao(u64),
}

/// How many requests to the table and calls to Kakao a story makes.
async fn points(story: Story) -> Vec<Point> {
    let world = Scene::new();
    let code = world.before(story).await;
    let (table, kakao) = (world.faults.count(ANY), world.kakao.calls());
    world.tell(story, "teller", &code).await;
    let table = (0..world.faults.count(ANY) - table).map(Point::Table);
    let kakao = (0..world.kakao.calls() - kakao).map(Point::Kakao);
    world.sweep_on().await;
    assert_eq!(world.wrong(story), None, "{story:?} with nobody dead");
    table.chain(kakao).collect()
}

/// Tells the story until the point, dies there, and lets the others clean up.
async fn run(story: Story, point: Point, after: bool, again: bool) -> Result<(), String> {
    let world = Scene::new();
    let code = world.before(story).await;
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
        () = world.tell(story, "teller", &code) => {}
        () = dead => {}
    }
    if world.faults.injected() == 0 && !world.kakao.is_hung() {
        return Err("nobody died".to_owned());
    }
    world.faults.clear();
    if again {
        // Nobody waits for a lease on purpose: once too early, once when it has run out.
        world.tell(story, "again", &code).await;
        world.pass(Duration::from_secs(31));
        world.tell(story, "again-later", &code).await;
    }
    world.sweep_on().await;
    world.pass(Duration::from_secs(7_200));
    let pass = sign_up::reconcile_page(&world.patient_clerk("reconciler"), None, Repair::Mend).await;
    pass.map_err(|error| error.to_string())?;
    world.sweep_on().await;
    world.wrong(story).map_or(Ok(()), Err)
}

async fn all(again: bool) {
    let mut count = 0;
    let mut wrong = Vec::new();
    for story in STORIES {
        let points = points(story).await;
        count += points.len();
        let runs = points.iter().flat_map(|point| [false, true].map(|after| (*point, after))).collect::<Vec<_>>();
        for some in runs.chunks(4) {
            let ended = some.iter().map(|(point, after)| async move {
                let ended = run(story, *point, *after, again).await;
                ended.err().map(|why| format!("{story:?} {point:?} after={after}: {why}"))
            });
            wrong.extend(futures_util::future::join_all(ended).await.into_iter().flatten());
        }
    }
    println!("{count} points");
    assert!(count >= 60, "only {count} points: a story has become shorter than it was");
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
                let world = Scene::new();
                let code = world.before(story).await;
                world.kakao.trouble(at, trouble);
                world.tell(story, "teller", &code).await;
                world.tell(story, "again", &code).await;
                world.sweep_on().await;
                world.pass(Duration::from_secs(7_200));
                sign_up::reconcile_page(&world.patient_clerk("reconciler"), None, Repair::Mend).await.unwrap();
                world.sweep_on().await;
                let more = (world.kakao.most_exchanged() > 1).then(|| "a code was brought twice".to_owned());
                wrong.extend(world.wrong(story).or(more).map(|why| format!("{story:?} call {at} {trouble:?}: {why}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
