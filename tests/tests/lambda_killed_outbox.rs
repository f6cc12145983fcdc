//! F04 with real processes: the built outbox is killed (SIGKILL) while it undoes a sign-up, ends a membership or reconciles, at each
//! write to the table, before and after it is applied, and at each call to Kakao: what it reads changes nothing. Another one finds what
//! was left, and nothing is lost: member and linked are the same, and of who has left nothing is left.

mod killed_support;

use serde_json::json;
use shared::clock::Clock;
use shared::store::{AppUser, Store};
use simulator::login::{Endpoint, Fault};
use tests::faults::WRITES;
use tests::runtime_api::Bootstrap;
use tests::table::{SWEEP, env, text};

use killed_support::{Point, RECONCILE, World, die, partition};

/// What a bot calls `ga`.
const NAME: &str = "bot#0123456789abcdef01234567#u-of-ga";

/// What the outbox is at when it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// The rule refused somebody: their link is to be undone, as the entry says.
    Undo,
    /// The redirect died after the token was there, and nobody came back.
    Sweep,
    /// A member has left, and Kakao's message is stored.
    Leave,
    /// A member is not linked and somebody linked is no member, and no message says so.
    Reconcile,
}

const ALL: [Work; 4] = [Work::Undo, Work::Sweep, Work::Leave, Work::Reconcile];

impl Work {
    /// Nobody of whom is a member or linked in the end.
    fn people(self) -> &'static [&'static str] {
        match self {
            Self::Undo => &["ra"],
            Self::Sweep | Self::Leave => &["ga"],
            Self::Reconcile => &["ga", "da"],
        }
    }

    /// Everything until the outbox is needed, and the event that wakes it.
    async fn prepare(self, world: &World) -> String {
        match self {
            Self::Undo => {
                // The redirect would undo it itself, and Kakao does not let it.
                world.kakao.plan(Endpoint::Unlink, Fault::Status(503), None);
                let redirect = world.redirect().await;
                let answer = world.asks(&redirect, &world.consents("ra"), "refused").await;
                assert_eq!(answer["statusCode"], 302, "a child is refused: {answer}");
                world.kakao.heal();
                world.pass_an_hour();
                world.entries()
            }
            Self::Sweep => {
                let (redirect, query) = (world.redirect().await, world.consents("ga"));
                let died =
                    world.kills(&redirect, Point::Kakao(Endpoint::Me, 0), world.asks(&redirect, &query, "dies")).await;
                assert_eq!(died, Ok(()));
                world.pass_an_hour();
                SWEEP.to_owned()
            }
            Self::Leave => {
                signs_up(world).await;
                world.kakao.unlink("ga");
                let store = Store::new(&env(&world.table.url(), &[]));
                let app = partition("ga").strip_prefix("U#app#").and_then(AppUser::parse).expect("a person");
                store.store_unlink(&app, "message", Clock::System.now()).await.expect("the table is there");
                world.pass_an_hour();
                SWEEP.to_owned()
            }
            Self::Reconcile => {
                signs_up(world).await;
                world.kakao.unlink("ga");
                world.linked_long_ago("da");
                RECONCILE.to_owned()
            }
        }
    }
}

/// `ga` is a member, welcomed, and known to a bot with which they are in the middle of a talk.
async fn signs_up(world: &World) {
    let redirect = world.redirect().await;
    let answer = world.asks(&redirect, &world.consents("ga"), "signs-up").await;
    assert!(answer["statusCode"] == 302 && world.is_member("ga"), "{answer}");
    world.outbox().await.invoke(&world.entries()).await;
    let (s, n) = (|text: &str| json!({ "S": text }), |number: u64| json!({ "N": number.to_string() }));
    let pk = partition("ga");
    let (mg, app) = (world.table.item(&pk, "MEMBER").expect("a member")["mg"].clone(), pk.trim_start_matches("U#app#"));
    let named = format!("U#{NAME}");
    for item in [
        json!({ "PK": s(&pk), "SK": s(&format!("ID#{NAME}")), "t": s("ID"), "v": n(1), "mg": mg }),
        json!({ "PK": s(&named), "SK": s("ALIAS"), "t": s("ALIAS"), "v": n(1), "app": s(app), "mg": mg }),
        json!({ "PK": s(&named), "SK": s("SESS"), "t": s("SESS"), "v": n(1), "ctx": s("{}"), "rev": n(1) }),
    ] {
        world.table.put(&item);
    }
}

/// The schedule or the stream wakes the outbox, and then the stream tells it of what came of that.
async fn works(world: &World, outbox: &Bootstrap, event: &str) {
    outbox.invoke(event).await;
    outbox.invoke(&world.entries()).await;
}

/// Each moment of the work: what it asks of the table and of Kakao when nobody dies.
async fn points(work: Work) -> Vec<Point> {
    let world = World::new().await;
    let event = work.prepare(&world).await;
    let outbox = world.outbox().await;
    world.faults.reset_counts();
    world.kakao.forget_calls();
    works(&world, &outbox, &event).await;
    let mut points = Vec::new();
    for operation in WRITES {
        points.extend(
            (0..world.faults.count(operation))
                .flat_map(|at| [false, true].map(|after| Point::Table(operation, at, after))),
        );
    }
    for at in [Endpoint::Me, Endpoint::Unlink, Endpoint::Ids, Endpoint::AccessTokenInfo] {
        points.extend((0..world.kakao.called(at)).map(|before| Point::Kakao(at, before)));
    }
    points
}

async fn dies(work: Work, point: Point) -> Vec<String> {
    let world = World::new().await;
    let event = work.prepare(&world).await;
    let outbox = world.outbox().await;
    if world.kills(&outbox, point, works(&world, &outbox, &event)).await.is_err() {
        return vec!["nobody died".to_owned()];
    }
    let outbox = world.outbox().await;
    world.clean_up(&outbox).await;
    let mut wrong = world.wrong(work.people());
    for who in work.people() {
        if world.is_member(who) || world.kakao.is_linked(who) {
            wrong.push(format!("{who} is still there"));
        }
        let stays = world.table.items_under(&partition(who)).into_iter().map(|item| text(&item, "SK").to_owned());
        wrong.extend(stays.filter(|sk| sk != "LINK" && sk != "FLOW").map(|sk| format!("{who}: {sk} stays")));
    }
    let named = world.table.items_under(&format!("U#{NAME}"));
    wrong.extend(named.into_iter().map(|item| format!("stays: {item}")));
    wrong
}

#[tokio::test]
async fn f04_the_outbox_is_killed_at_each_moment_of_its_work_for_members() {
    let mut runs = Vec::new();
    for work in ALL {
        let points = points(work).await;
        let unlinks = points.iter().any(|point| matches!(point, Point::Kakao(Endpoint::Unlink, _)));
        assert_eq!(unlinks, work != Work::Leave, "{work:?}: {points:?}");
        assert!(points.len() >= 4, "{work:?}: only {points:?}");
        runs.extend(points.into_iter().map(|point| (work, point)));
    }
    die(runs, async |(work, point)| dies(*work, *point).await).await;
}
