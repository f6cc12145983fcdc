//! F04, F05, F21: whoever signs somebody up, undoes it, erases or reconciles dies before or after each write and each call. Somebody
//! comes again or nobody does; the sweep and one pass of the reconciler follow; then member and linked are the same.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use shared::clock::{Clock, Millis};
use shared::effect::{Effect, Read};
use shared::secret::{Seal, Secret};
use shared::sign_up::{self, Accepted, Clerk, Decision, Redirected};
use shared::store::sign_up::rules::SagaState;
use shared::store::{AppUser, Claim, Due, Outcome, SagaId, Store};
use tests::faults::{ANY, Fault, Faults};
use tests::table::{Table, env, number, text};
use tests::tiny_kakao::TinyKakao;

const NOW: Millis = Millis(1_760_000_000_000);

struct World {
    table: Table,
    faults: Faults,
    store: Store,
    kakao: TinyKakao,
    clock: Clock,
    seal: Seal,
    ledger: Secret,
    app: AppUser,
    welcomes: Mutex<BTreeMap<SagaId, u32>>,
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

impl World {
    fn new() -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        Self {
            store: Store::new(&env(&faults.url(), &[])),
            table,
            faults,
            kakao: TinyKakao::default(),
            clock: Clock::at(NOW),
            seal: Seal::derive(&Secret::new("tests"), "sign-up").unwrap(),
            ledger: Secret::new("ledger"),
            app: AppUser::new(2_100_000_001),
            welcomes: Mutex::default(),
        }
    }

    fn pass(&self, span: Duration) {
        self.clock.set(self.clock.now().plus(span));
    }

    fn clerk<'a>(&'a self, me: &'a str) -> Clerk<'a, TinyKakao> {
        Clerk {
            store: &self.store,
            kakao: &self.kakao,
            seal: &self.seal,
            ledger: &self.ledger,
            clock: &self.clock,
            me,
            until: self.clock.now().plus(Duration::from_secs(8)),
        }
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
                let answer = sign_up::answer(&self.clerk(me), &SagaId::of_code(code), async |_| accept()).await;
                drop(answer);
            }
            Story::Left => {
                if self.store.store_unlink(&self.app, me, self.clock.now()).await.is_ok() {
                    let _ = sign_up::unlink_job(&self.clerk(me), &self.app).await;
                }
                self.sweep(me).await;
            }
            Story::Orphan | Story::Unnoticed => drop(sign_up::reconcile_page(&self.clerk(me), None).await),
        }
    }

    /// What the outbox does for everything that is due, as often as its schedule wakes it in three hours.
    async fn sweep_on(&self) {
        for minute in 0..12 {
            self.pass(Duration::from_secs(if minute < 8 { 60 } else { 3_000 }));
            self.sweep(&format!("sweep-{minute}")).await;
        }
    }

    async fn sweep(&self, me: &str) {
        for due in self.store.due(self.clock.now()).await.unwrap_or_default() {
            match due {
                Due::Saga(saga) => drop(sign_up::compensate(&self.clerk(me), &saga).await),
                Due::UnlinkJob(app) => drop(sign_up::unlink_job(&self.clerk(me), &app).await),
                Due::Entry(entry) => {
                    let now = self.clock.now();
                    let lease = now.plus(Duration::from_secs(15));
                    let Ok(Claim::Ours(claimed)) = self.store.claim_entry(&entry, me, lease, now).await else {
                        continue;
                    };
                    let ended = match claimed.body.as_deref().map(Effect::read) {
                        Some(Read::Known(Effect::Undo(undo))) => {
                            match sign_up::compensate(&self.clerk(me), &undo.saga).await {
                                Ok(sign_up::Undone::Over) => Outcome::Done,
                                _ => Outcome::Again,
                            }
                        }
                        Some(Read::Known(Effect::Erase(erase))) => {
                            match sign_up::erase(&self.clerk(me), &erase.app, &erase.mg, erase.at).await {
                                Ok(_) => Outcome::Done,
                                Err(_) => Outcome::Again,
                            }
                        }
                        Some(Read::Known(Effect::Welcome(welcome))) => {
                            *self.welcomes.lock().unwrap().entry(welcome.mg).or_default() += 1;
                            Outcome::Done
                        }
                        _ => Outcome::Parked,
                    };
                    let _ = self.store.finish_entry(&claimed, ended, self.clock.now()).await;
                }
            }
        }
    }

    fn is_member(&self) -> bool {
        self.table.item(&format!("U#app#{}", self.app), "MEMBER").is_some()
    }

    /// What is wrong at the end, if anything.
    fn wrong(&self, story: Story) -> Option<String> {
        let mut wrong = Vec::new();
        let (member, linked) = (self.is_member(), self.kakao.is_linked(&self.app));
        if member != linked {
            wrong.push(format!("member {member}, linked {linked}"));
        }
        if matches!(story, Story::Again) && !member {
            wrong.push("a good member was unlinked".to_owned());
        }
        if matches!(story, Story::Left | Story::Unnoticed) && member {
            wrong.push("somebody who left is a member".to_owned());
        }
        for saga in self.table.items_under("SAGA#") {
            let st = SagaState::parse(text(&saga, "st")).unwrap();
            if !st.is_over() || saga.get("DPK").is_some() || saga.get("tok").is_some() {
                wrong.push(format!("a saga stays: {saga}"));
            }
        }
        let unfinished = self.table.items().into_iter().filter(|item| text(item, "DPK").starts_with("DUE#"));
        wrong.extend(unfinished.map(|item| format!("unfinished: {item}")));
        let welcomes = self.table.items_under("OUT#").into_iter().filter(|item| text(item, "st") != "PARKED").count();
        if welcomes > 4 || self.table.items_under("OUT#").iter().any(|item| text(item, "st") == "PARKED") {
            wrong.push("parked or too many effects".to_owned());
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

fn accept() -> Decision<()> {
    Decision::Accept(Accepted::default())
}

fn refuse() -> Decision<()> {
    Decision::Refuse("NO".to_owned())
}

/// Where somebody dies.
#[derive(Clone, Copy, Debug)]
enum Point {
    Table(u64),
    Kakao(u64),
}

/// How many requests to the table and calls to Kakao a story makes.
async fn points(story: Story) -> Vec<Point> {
    let world = World::new();
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
    let world = World::new();
    let code = world.before(story).await;
    world.faults.reset_counts();
    match point {
        Point::Table(at) => {
            world.faults.after(ANY, at, 1, if after { Fault::NeverAnswer } else { Fault::Never });
        }
        Point::Kakao(at) => world.kakao.kill(at, after),
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
    let pass = sign_up::reconcile_page(&world.clerk("reconciler"), None).await;
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
