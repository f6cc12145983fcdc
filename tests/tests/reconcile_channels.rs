//! F40, for channels: many members, some of whose relations are stored wrong or not at all; page by page, with Kakao refusing in between
//! and whoever reconciles dying in the middle. The stand-in Kakao answers over HTTP.

use std::time::{Duration, Instant};

use outbox::Outbox;
use serde_json::{Value, json};
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::kakao::login::Relation;
use shared::lambda::Consumer as _;
use shared::sign_up::{
    self, ASK_EVERY, ChannelClerk, MEMBERS_A_PAGE, PACE, Page as _, Repair, Rounds as _, Walk, Walked,
};
use shared::store::sign_up::{ChannelTally, ROUND_EVERY, ROUND_LEASE};
use shared::store::{AppUser, Applied, ChannelChange, ChannelId, ChannelUser, Store};
use simulator::login::{self, Endpoint, Fault, Kakao};
use tests::faults::{self, Faults};
use tests::platform::bots::Forgetful;
use tests::table::{Table, env, number, text};

const NOW: Millis = Millis(1_760_000_000_000);
const CHANNEL: &str = "_LocaL";
const A_DAY: Duration = Duration::from_secs(86_400);
const AT_ONCE: Walk = Walk { at_once: true, repair: Repair::Mend, pace: Duration::ZERO };

/// Where the numbers of half of the people begin; those of the others are short.
const LONG: u64 = 2_100_000_000;

struct World {
    table: Table,
    faults: Faults,
    kakao: Kakao,
    outbox: App<Forgetful>,
}

impl World {
    async fn with(more: &[(&str, &str)]) -> Self {
        let (table, clock) = (Table::start(), Clock::at(NOW));
        let faults = Faults::before(&table);
        let kakao = Kakao::start(login::App::default(), clock.clone()).await.expect("a port");
        let kapi = kakao.kapi_url();
        let settings = [("KAPI_URL", kapi.as_str()), ("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY)];
        let settings: Vec<_> = settings.into_iter().chain(more.iter().copied()).collect();
        let env = env(&faults.url(), &settings);
        Self { table, faults, kakao, outbox: App::new(Forgetful, env, clock) }
    }

    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// Members who agreed that we may know of their channels, and added ours three days ago.
    fn sign_up(&self, from: u64, how_many: u64) {
        self.kakao.link_strangers(from, how_many);
        self.kakao.agree(from, how_many, "plusfriends");
        let s = |text: &str| json!({ "S": text });
        for app in from..from + how_many {
            self.kakao.relate(app, CHANNEL, Relation::Added, days_ago(3));
            self.table.put(&json!({
                "PK": s(&format!("U#app#{app}")), "SK": s("MEMBER"), "t": s("MEMBER"), "v": {"N": "1"}, "mg": s(&format!("g{app}")),
                "consents": s("[]"), "profile": s("{}"), "DPK": s(&format!("MEMBERS#{}", app % 4)), "DSK": s(&format!("{app:0>20}"))
            }));
        }
    }

    fn store(&self) -> &Store {
        self.outbox.store()
    }

    fn now(&self) -> Millis {
        self.outbox.clock.now()
    }

    fn pass(&self, span: Duration) {
        self.outbox.clock.set(self.now().plus(span));
    }

    /// With the time of an invocation of the outbox.
    fn clerk<'a>(&'a self, me: &'a str) -> ChannelClerk<'a> {
        ChannelClerk { services: &self.outbox, me, until: self.now().plus(Duration::from_secs(60)) }
    }

    async fn walk(&self, me: &str) -> Walked<ChannelTally> {
        sign_up::walk(&self.clerk(me), AT_ONCE, |_, _| ()).await.expect("the table is there")
    }

    async fn ends(&self, me: &str) -> ChannelTally {
        let walked = self.walk(me).await;
        let Walked::Ended(tally) = walked else { panic!("it did not end: {walked:?}") };
        tally
    }

    fn asked(&self) -> usize {
        self.kakao.called(Endpoint::Channels)
    }

    fn state(&self, app: u64) -> Option<(bool, Millis)> {
        let item = self.table.item(&format!("U#app#{app}"), &format!("CH#{CHANNEL}"))?;
        Some((text(&item, "rel") == "blocked", Millis(number(&item, "at").expect("a time"))))
    }

    fn noted(&self, app: u64) -> Option<u64> {
        number(&self.table.item(&format!("U#app#{app}"), "MEMBER").expect("a member"), "asked")
    }

    async fn event(&self, app: u64, blocked: bool, at: Millis) -> Applied {
        apply(self.store(), ChannelUser::App(AppUser::new(app)), blocked, at, self.now()).await
    }
}

async fn apply(store: &Store, who: ChannelUser, blocked: bool, at: Millis, now: Millis) -> Applied {
    let channel = ChannelId::parse(CHANNEL).expect("an id");
    let change = ChannelChange { who, channel, blocked, at, delivery: format!("{}-{blocked}", at.0) };
    store.apply_channel_change(&change, &[], now).await.expect("the table is there")
}

fn days_ago(days: u32) -> Millis {
    NOW.minus(A_DAY * days)
}

/// What a member of the town is like, by their place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Everything is as Kakao says.
    Good,
    /// They blocked it later, and nobody told us.
    Wrong,
    /// They added it, and nobody told us.
    Unknown,
    /// They neither have it nor block it any more.
    Neither,
    /// They do not let us know.
    Silent,
}

impl Kind {
    fn of(place: u64) -> Self {
        match place % 10 {
            3 => Self::Wrong,
            5 => Self::Unknown,
            7 => Self::Neither,
            9 => Self::Silent,
            _ => Self::Good,
        }
    }
}

/// So many members, of each kind.
struct Town {
    world: World,
    people: Vec<(u64, Kind)>,
}

impl Town {
    async fn of(people: u64) -> Self {
        let world = World::new().await;
        world.sign_up(1, people / 2);
        world.sign_up(LONG, people / 2);
        let numbers = (1..=people / 2).chain(LONG..LONG + people / 2);
        let people: Vec<(u64, Kind)> = numbers.zip(0..).map(|(app, place)| (app, Kind::of(place))).collect();
        for (app, kind) in &people {
            let (app, said) = (*app, days_ago(3));
            match kind {
                Kind::Wrong => world.kakao.relate(app, CHANNEL, Relation::Blocked, days_ago(2)),
                Kind::Neither => world.kakao.relate(app, CHANNEL, Relation::None, days_ago(2)),
                Kind::Silent => {
                    world.kakao.link_strangers(app, 1); // without the consent
                }
                Kind::Good | Kind::Unknown => {}
            }
            if *kind != Kind::Unknown {
                world.event(app, false, said).await;
            }
        }
        Self { world, people }
    }

    fn count(&self, kind: Kind) -> u64 {
        self.people.iter().filter(|(_, one)| *one == kind).count() as u64
    }

    fn assert_mended(&self) {
        for (app, kind) in &self.people {
            let mended = if *kind == Kind::Wrong { (true, days_ago(2)) } else { (false, days_ago(3)) };
            assert_eq!(self.world.state(*app), Some(mended), "{app} {kind:?}");
        }
    }
}

#[tokio::test]
async fn f40_relations_are_mended_page_by_page_through_refusals_and_deaths() {
    let town = Town::of(200).await;
    let world = &town.world;

    // Kakao says that it is too much, in the middle of the fourth page.
    let page = u64::from(MEMBERS_A_PAGE);
    let clerk = world.clerk("first");
    let first = sign_up::walk(&clerk, AT_ONCE, |_, tally| {
        if tally.pages == 3 {
            world.kakao.plan(Endpoint::Channels, Fault::Slow(1), Some(10));
            world.kakao.plan(Endpoint::Channels, Fault::TooMany(60), Some(1));
        }
    });
    let Walked::Refused(refused) = first.await.expect("the table is there") else { panic!("it was not refused") };
    assert_eq!((refused.pages, refused.checked, refused.open), (4, 3 * page + 10, 0), "what was done counts");
    let stopped = world.store().last_round::<ChannelTally>().await.expect("a read").expect("a round");
    assert_eq!((stopped.tally, &stopped.after), (refused, &Some(AppUser::new(85))), "in the order of the numbers");

    // The next one goes on there at once, and dies while Kakao is asked about somebody.
    let asked = world.asked();
    let clerk = world.clerk("second");
    tokio::select! {
        ended = sign_up::walk(&clerk, AT_ONCE, |_, _| ()) => panic!("it did not die: {ended:?}"),
        () = async { while world.asked() < asked + 40 { tokio::time::sleep(Duration::from_millis(1)).await } } => {}
    }
    let died = world.asked();
    assert_eq!(world.walk("too-early").await, Walked::Busy);

    // When the lease has run out the third goes on; who was asked about is not asked about again.
    world.pass(ROUND_LEASE + Duration::from_secs(1));
    let tally = world.ends("third").await;
    assert_eq!(tally.checked, 200);
    town.assert_mended();
    let noted = town.people.iter().filter(|(app, _)| world.noted(*app).is_some()).count();
    assert_eq!(noted, 200, "also those of whom Kakao cannot tell");
    assert!(world.asked() <= 200 + 2, "one refusal, and one who was asked about when somebody died: {}", world.asked());
    assert!(died > asked);
    assert!(tally.silent <= town.count(Kind::Silent) && tally.wrong <= town.count(Kind::Wrong), "{tally:?}");

    // The next day there is nothing to ask; after a week everybody is asked about, and nothing is wrong any more.
    let asked = world.asked();
    world.pass(ROUND_EVERY);
    let next_day = world.ends("next day").await;
    assert_eq!((next_day.checked, next_day.asked, world.asked()), (200, 0, asked));
    world.pass(ASK_EVERY);
    let next_week = world.ends("next week").await;
    assert_eq!((next_week.asked, next_week.learned, next_week.wrong), (200, 0, 0), "{next_week:?}");
    town.assert_mended();
}

#[tokio::test]
async fn f40_each_difference_is_counted_once() {
    let town = Town::of(60).await;
    let tally = town.world.ends("outbox").await;
    let expected = ChannelTally {
        pages: 3,
        checked: 60,
        asked: 60,
        learned: town.count(Kind::Unknown),
        wrong: town.count(Kind::Wrong),
        silent: town.count(Kind::Silent),
        open: 0,
    };
    assert_eq!(tally, expected);
    assert_eq!((tally.learned, tally.wrong, tally.silent), (6, 6, 6));
    town.assert_mended();
}

#[tokio::test]
async fn f40_a_look_at_relations_changes_nothing() {
    let town = Town::of(20).await;
    let before = town.world.table.items();
    let page = town.world.clerk("look").page(None, Repair::Look).await.expect("the table is there");
    assert_eq!((page.tally.learned, page.tally.wrong, page.tally.silent, page.next()), (2, 2, 2, None));
    assert_eq!(town.world.table.items(), before);
}

#[tokio::test]
async fn f16_a_short_wait_is_waited_for_and_a_long_one_leaves_the_round() {
    let world = World::new().await;
    world.sign_up(1, 3);
    world.kakao.plan(Endpoint::Channels, Fault::TooMany(1), Some(1));
    let began = Instant::now();
    assert_eq!(world.ends("short").await.asked, 3);
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());

    world.pass(ASK_EVERY);
    world.kakao.plan(Endpoint::Channels, Fault::TooMany(31), Some(1));
    let began = Instant::now();
    assert!(matches!(world.walk("long").await, Walked::Refused(_)));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(world.ends("again").await.asked, 3, "from where it was");
}

#[tokio::test]
async fn f15_f17_a_refused_key_and_a_silent_kakao_leave_the_round_where_it_is() {
    let world = World::new().await;
    world.sign_up(1, 10);
    let nobody = ChannelTally::default();
    world.kakao.plan(Endpoint::Channels, Fault::Kapi(-401), None);
    assert_eq!(world.walk("key").await, Walked::Refused(nobody));
    assert_eq!(world.asked(), 1);
    world.kakao.heal();
    world.kakao.plan(Endpoint::Channels, Fault::Status(503), None);
    let three = ChannelTally { pages: 1, checked: 3, asked: 3, open: 3, ..nobody };
    assert_eq!(world.walk("silent").await, Walked::Refused(three), "three in a row are no matter of theirs");
    world.kakao.heal();
    assert_eq!(world.ends("rest").await.asked, 10);
    assert!((1..=3).all(|app| world.noted(app).is_none()), "they come again the next day");
    assert_eq!(world.ends("next").await, ChannelTally { pages: 1, checked: 10, asked: 3, learned: 3, ..nobody });
}

#[tokio::test]
async fn f17_one_person_without_an_answer_holds_up_nobody() {
    let world = World::new().await;
    world.sign_up(1, 10);
    for fault in [Fault::Status(503), Fault::Html, Fault::Kapi(-9)] {
        world.kakao.heal();
        world.kakao.plan(Endpoint::Channels, fault, Some(2));
        let tally = world.ends("outbox").await;
        assert!((1..=2).contains(&tally.open), "{fault}: {tally:?}");
    }
    world.kakao.heal();
    for (fault, silent) in [(Fault::Kapi(-501), 1), (Fault::Kapi(-101), 1)] {
        world.pass(ASK_EVERY);
        world.kakao.plan(Endpoint::Channels, fault, Some(1));
        let tally = world.ends("outbox").await;
        assert_eq!((tally.silent, tally.open), (silent, 0), "{fault}");
    }
    assert_eq!(world.ends("unlinked").await.asked, 1, "not linked is for the other round to say, and is not noted");
}

#[tokio::test]
async fn f03_an_event_that_comes_while_kakao_is_asked_wins() {
    let world = World::new().await;
    world.sign_up(1, 1);
    world.kakao.relate(1, CHANNEL, Relation::Added, days_ago(2));
    world.event(1, true, days_ago(3)).await;
    let newest = NOW.minus(Duration::from_secs(5));

    // Before the table is read once more.
    world.kakao.plan(Endpoint::Channels, Fault::Slow(700), Some(1));
    let late = async {
        while !world.kakao.planned().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await; // it has not been asked yet
        }
        assert_eq!(world.event(1, true, newest).await, Applied::Newest);
    };
    let (tally, ()) = tokio::join!(world.ends("outbox"), late);
    assert_eq!((tally.wrong, tally.learned), (0, 0), "{tally:?}");
    assert_eq!(world.state(1), Some((true, newest)));

    // While the answer is on its way into the table.
    world.pass(ASK_EVERY);
    let (told, newest) = (NOW.plus(A_DAY), NOW.plus(A_DAY * 2));
    world.kakao.relate(1, CHANNEL, Relation::Added, told);
    world.faults.on("TransactWriteItems", 1, faults::Fault::Slow(Duration::from_millis(300)));
    let direct = Store::new(&env(&world.table.url(), &[]));
    let transactions = world.faults.count("TransactWriteItems");
    let late = async {
        while world.faults.count("TransactWriteItems") == transactions {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let who = ChannelUser::App(AppUser::new(1));
        assert_eq!(apply(&direct, who, true, newest, world.now()).await, Applied::Newest);
    };
    let (tally, ()) = tokio::join!(world.ends("next week"), late);
    assert_eq!((tally.wrong, tally.learned), (0, 0), "{tally:?}");
    assert_eq!(world.state(1), Some((true, newest)));
    assert_eq!(world.noted(1), Some(world.now().0), "it was asked about all the same");
}

#[tokio::test]
async fn nothing_is_kept_of_somebody_who_leaves_while_kakao_is_asked() {
    let world = World::new().await;
    world.sign_up(1, 1);
    world.kakao.relate(1, CHANNEL, Relation::Added, days_ago(2));
    world.faults.on("TransactWriteItems", 1, faults::Fault::Slow(Duration::from_millis(300)));
    let leaves = async {
        while world.faults.count("TransactWriteItems") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.table.remove("U#app#1", "MEMBER");
    };
    let (tally, ()) = tokio::join!(world.ends("outbox"), leaves);
    assert_eq!((tally.asked, tally.learned), (1, 0));
    assert_eq!(world.table.items_under("U#app#"), Vec::<Value>::new());
}

#[tokio::test]
async fn a_change_whose_event_may_be_on_its_way_is_left_for_it() {
    let world = World::new().await;
    world.sign_up(1, 1);
    world.kakao.relate(1, CHANNEL, Relation::Added, NOW.minus(Duration::from_secs(60)));
    let tally = world.ends("outbox").await;
    assert_eq!((tally.open, tally.learned, world.state(1), world.noted(1)), (1, 0, None, None));
    assert_eq!(world.event(1, false, NOW.minus(Duration::from_secs(60))).await, Applied::Newest, "the bot hears of it");
    world.pass(ROUND_EVERY);
    assert_eq!(
        world.ends("next day").await,
        ChannelTally { pages: 1, checked: 1, asked: 1, ..ChannelTally::default() }
    );
}

#[tokio::test]
async fn an_open_id_of_the_same_number_is_a_reason_to_ask_before_the_week_is_over() {
    let world = World::new().await;
    world.sign_up(7, 1);
    world.kakao.relate(7, CHANNEL, Relation::Added, days_ago(2));
    assert_eq!(world.ends("first").await.learned, 1);
    world.pass(Duration::from_secs(7_200));
    world.kakao.relate(7, CHANNEL, Relation::Blocked, NOW);
    assert_eq!(world.ends("nothing new").await.asked, 0);
    apply(world.store(), ChannelUser::Open("7".to_owned()), true, NOW, world.now()).await;
    let tally = world.ends("told").await;
    assert_eq!((tally.asked, tally.wrong, world.state(7)), (1, 1, Some((true, NOW))));
    world.pass(Duration::from_secs(60));
    assert_eq!(world.ends("asked since").await.asked, 0);
}

#[tokio::test]
async fn only_our_channels_are_compared() {
    let world = World::with(&[("CHANNEL_IDS", "_mine")]).await;
    world.sign_up(1, 1);
    world.kakao.configure(|app| app.channels.push("_mine".to_owned()));
    for channel in [CHANNEL, "_mine"] {
        world.kakao.relate(1, channel, Relation::Added, days_ago(2));
    }
    assert_eq!(world.ends("outbox").await.learned, 1);
    assert!(world.state(1).is_none() && world.table.item("U#app#1", "CH#_mine").is_some());
}

#[tokio::test]
async fn f40_the_schedule_walks_the_round_of_its_own_word() {
    let town = Town::of(20).await;
    let world = &town.world;
    let until = || world.now().plus(Duration::from_secs(60));
    let wake = async |event: &str, owner: &str| Box::pin(Outbox::consume(&world.outbox, event, owner, until())).await;
    let event = r#"{"reconcile":"channels"}"#;
    let told = wake(event, "first").await;
    let tally = json!({ "pages": 1, "checked": 20, "asked": 20, "learned": 2, "wrong": 2, "silent": 2, "open": 0 });
    assert_eq!(told, json!({ "reconcile": "ended", "tally": tally }));
    town.assert_mended();
    assert_eq!(wake(event, "five minutes later").await, json!({ "reconcile": "not-due" }));
    assert_eq!(wake(r#"{"reconcile":"everything"}"#, "unknown").await, Value::Null);
    world.pass(ROUND_EVERY);
    assert_eq!(wake(event, "next day").await["tally"]["asked"], 0);
    assert!(
        world.table.item("RECON#channels", "ROUND").is_some() && world.table.item("RECON#members", "ROUND").is_none()
    );
}

#[tokio::test]
async fn a_page_begins_no_sooner_than_kakaos_pace_allows() {
    let world = World::new().await;
    world.sign_up(LONG, 2 * u64::from(MEMBERS_A_PAGE) + 1);
    let began = Instant::now();
    let walked = sign_up::walk(&world.clerk("outbox"), Walk { pace: PACE, ..AT_ONCE }, |_, _| ()).await;
    let Ok(Walked::Ended(tally)) = walked else { panic!("it did not end: {walked:?}") };
    assert_eq!((tally.pages, world.asked() as u64), (3, tally.checked));
    assert!(began.elapsed() >= PACE * 2, "{:?}", began.elapsed());
}
