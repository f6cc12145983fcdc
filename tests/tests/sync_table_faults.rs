//! F09 to F13: a bad day at the table while somebody signs up, is refused, or leaves. Each request of each kind goes wrong in each way, so
//! many times; nothing is left half done, and once the table is well again member and linked are the same.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::store::AppUser;
use simulator::login::{Endpoint, Fault as Bad};
use tests::faults::{ALWAYS, Dice, Fault, scaled};
use tests::platform::wake;
use tests::sign_up::unfinished;
use tests::sync::{CONTINUE, GA, Rule, World, world};
use tests::table::{SWEEP, stream_event, text};

/// The longest that somebody looks at an empty page (F17).
const PAGE: Duration = Duration::from_secs(8);

/// What the three errands send to the table.
const OPERATIONS: [&str; 4] = ["GetItem", "Query", "UpdateItem", "TransactWriteItems"];

const THROTTLES: [Fault; 3] = [
    Fault::Error("ProvisionedThroughputExceededException"),
    Fault::Error("ThrottlingException"),
    Fault::Error("RequestLimitExceeded"),
];

/// So many worlds at once.
const AT_ONCE: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    /// The rule says yes.
    SignUp,
    /// It says no, and the link is undone.
    Refused,
    /// A member ended the link, and Kakao has said so.
    Left,
}

const ERRANDS: [Errand; 3] = [Errand::SignUp, Errand::Refused, Errand::Left];

/// One errand on one bad day.
#[derive(Clone, Copy, Debug)]
struct Day {
    errand: Errand,
    operation: &'static str,
    /// So many requests of the operation go well before.
    skip: u64,
    times: u64,
    fault: Fault,
}

/// How it went.
#[derive(Debug)]
struct Told {
    day: Day,
    /// Nobody noticed: it ended as on any other day.
    unnoticed: bool,
    /// Faults that happened; 0 if the errand never sends the operation.
    injected: u64,
    wrong: Vec<String>,
}

fn ga() -> AppUser {
    AppUser::parse("1376016924426879191").expect("ga's id")
}

/// A member who left, of which Kakao told us more than five seconds ago.
async fn who_left() -> World<Rule> {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    world.sweep().await;
    world.kakao.unlink("ga");
    world.app.store().store_unlink(&ga(), "message", world.app.clock.now()).await.expect("the table is there");
    world.later(6);
    world
}

/// A membership, its lock and its attempt say the same at any moment.
fn half(world: &World<Rule>) -> Vec<String> {
    let st = |pk: &str, sk: &str| world.table.item(pk, sk).map(|item| text(&item, "st").to_owned());
    let active = st(GA, "LINK").as_deref() == Some("ACTIVE");
    let done = world.table.items_under("SAGA#").iter().any(|saga| text(saga, "st") == "DONE");
    let mut wrong = Vec::new();
    if world.is_member() != active {
        wrong.push(format!("half: member {}, lock {:?}", world.is_member(), st(GA, "LINK")));
    }
    if world.is_member() && !done {
        wrong.push("half: a member, and no attempt that made them one".to_owned());
    }
    wrong
}

/// Before the errand, and what the browser brings. A code is a consent, and who left has not given another one.
async fn before(errand: Errand) -> (World<Rule>, String) {
    let world = match errand {
        Errand::SignUp => world(Rule::Yes).await,
        Errand::Refused => world(Rule::No).await,
        Errand::Left => who_left().await,
    };
    let query = if errand == Errand::Left { String::new() } else { world.query() };
    world.faults.reset_counts();
    (world, query)
}

/// Runs the errand; whether it ended as on any other day.
async fn run(errand: Errand, world: &World<Rule>, query: &str) -> bool {
    match errand {
        Errand::SignUp => world.get(query).await.location() == Some(CONTINUE),
        Errand::Refused => {
            let seen = world.get(query).await;
            world.has_failed(&seen).await && !world.kakao.is_linked("ga")
        }
        Errand::Left => {
            wake(&world.outbox, SWEEP, "bad-day").await;
            !world.is_member()
        }
    }
}

/// How many requests of the operation the errand sends on a good day.
async fn requests(errand: Errand, operation: &str) -> u64 {
    let (world, query) = before(errand).await;
    assert!(run(errand, &world, &query).await, "{errand:?} on a good day");
    world.faults.count(operation)
}

async fn spent(day: Day) -> Told {
    let Day { errand, operation, skip, times, fault } = day;
    let (world, query) = before(errand).await;
    world.faults.after(operation, skip, times, fault);
    let began = Instant::now();
    let unnoticed = run(errand, &world, &query).await;
    let took = began.elapsed();
    let mut wrong = half(&world);
    if errand != Errand::Left && took > PAGE {
        wrong.push(format!("a page after {took:?}"));
    }
    let injected = world.faults.injected();
    world.faults.clear();
    // Whoever was at it is past their time. The browser looks again, the outbox does what it finds, and the reconciler the rest.
    world.later(31);
    if errand != Errand::Left {
        world.get(&query).await;
    }
    for _ in 0..3 {
        world.later(120);
        world.sweep().await;
    }
    world.later(7_200);
    world.reconcile().await;
    world.later(120);
    world.sweep().await;
    wrong.extend(unfinished(&world.table));
    wrong.extend(half(&world));
    let (member, linked) = (world.is_member(), world.kakao.is_linked("ga"));
    if member != linked {
        wrong.push(format!("member {member}, linked {linked}"));
    }
    if world.kakao.called(Endpoint::Token) > 2 {
        wrong.push("a code was brought twice".to_owned());
    }
    Told { day, unnoticed, injected, wrong }
}

/// From which request on it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// The first.
    First,
    /// Each in turn.
    Each,
}

/// Each errand, operation, number of times and fault.
async fn each(
    operations: &[&'static str],
    from: From,
    times: &[u64],
    faults: &[Fault],
    unnoticed: impl Fn(&Day) -> bool,
) {
    let mut days = Vec::new();
    for errand in ERRANDS {
        for &operation in operations {
            let skips = if from == From::Each { requests(errand, operation).await.max(1) } else { 1 };
            for skip in 0..skips {
                for &times in times {
                    days.extend(faults.iter().map(|&fault| Day { errand, operation, skip, times, fault }));
                }
            }
        }
    }
    let mut injected = 0;
    for some in days.chunks(AT_ONCE) {
        for told in join_all(some.iter().map(|day| spent(*day))).await {
            assert!(told.wrong.is_empty(), "{told:#?}");
            assert!(told.unnoticed || !unnoticed(&told.day), "it was noticed: {told:?}");
            injected += told.injected;
        }
    }
    println!("{} days, {injected} faults", days.len());
    assert!(injected as usize >= days.len() / 2, "only {injected} faults in {} days", days.len());
}

#[tokio::test]
async fn f09_a_throttled_table_leaves_nothing_half_done() {
    each(&OPERATIONS, From::Each, &[1, 2, 3, ALWAYS], &THROTTLES[..1], |day| day.times <= 2).await;
    each(&OPERATIONS, From::First, &[1, 2, 3, ALWAYS], &THROTTLES[1..], |day| day.times <= 2).await;
}

#[tokio::test]
async fn f10_conflicts_are_overcome_within_the_page() {
    each(&["UpdateItem"], From::Each, &[1, 2, 3], &[Fault::Error("TransactionConflictException")], |_| true).await;
    let several = [
        Fault::Cancelled(&["TransactionConflict", "None"]),
        Fault::Cancelled(&["None", "TransactionConflict"]),
        Fault::Error("TransactionInProgressException"),
    ];
    each(&["TransactWriteItems"], From::Each, &[1, 2, 3], &several, |_| true).await;
}

#[tokio::test]
async fn f11_a_slow_table_is_borne_and_a_silent_one_keeps_nobody_waiting() {
    for slow in [50, 300] {
        each(&OPERATIONS, From::First, &[ALWAYS], &[Fault::Slow(Duration::from_millis(slow))], |_| true).await;
    }
    // A second is longer than the store waits for a try.
    each(&OPERATIONS, From::First, &[ALWAYS], &[Fault::Slow(Duration::from_secs(1))], |_| false).await;
    each(&OPERATIONS, From::First, &[1, ALWAYS], &[Fault::Never], |_| false).await;
}

#[tokio::test]
async fn f12_a_table_that_breaks_off_or_talks_nonsense_leaves_nothing_half_done() {
    let failing = [Fault::Error("InternalServerError"), Fault::CutBefore];
    each(&OPERATIONS, From::Each, &[1, 2, 3, ALWAYS], &failing, |day| day.times <= 2).await;
    // What is no JSON was applied all the same, and the SDK does not ask again.
    each(&OPERATIONS, From::Each, &[1, ALWAYS], &[Fault::Garbage], |_| false).await;
}

/// The record that a change of the job writes to the stream.
fn record_of_the_job() -> String {
    let mut event: Value = serde_json::from_str(&stream_event([GA])).expect("JSON");
    event["Records"][0]["dynamodb"]["Keys"]["SK"]["S"] = json!("JOB#UNLINK");
    event.to_string()
}

#[tokio::test]
async fn f13_hidden_entries_and_doubled_records_undo_once_and_erase_once() {
    for seed in 0..scaled(12) {
        let mut dice = Dice::new(seed);
        let left = seed % 2 == 0;
        let world = if left { who_left().await } else { world(Rule::No).await };
        if !left {
            // Kakao does not undo the link while the page is made: it is left to the outbox, and to the sweep of what is due.
            world.kakao.plan(Endpoint::Unlink, Bad::Status(503), Some(1));
            world.get(&world.query()).await;
            world.kakao.forget_calls();
        }
        // Records: each never, once or twice, in any order; sweeps in between, some of them blind.
        for turn in 0..1 + dice.below(5) {
            world.faults.hide_index(dice.below(2) == 0);
            let owner = format!("{seed}-{turn}");
            let entries = world.table.items_under("OUT#").into_iter().map(|entry| text(&entry, "PK").to_owned());
            let mut entries: Vec<String> = entries.filter(|_| dice.below(2) == 0).collect();
            entries.extend(entries.clone());
            dice.shuffle(&mut entries);
            if dice.below(2) == 0 {
                wake(&world.outbox, SWEEP, &format!("sweep-{owner}")).await;
            }
            wake(&world.outbox, &stream_event(&entries), &format!("stream-{owner}")).await;
            if left && dice.below(2) == 0 {
                let (once, twice) = (format!("job-{owner}"), format!("job-again-{owner}"));
                let record = record_of_the_job();
                join_all([wake(&world.outbox, &record, &once), wake(&world.outbox, &record, &twice)]).await;
            }
            world.later(dice.below(40));
        }
        // The index shows everything within five seconds, and the next sweeps find what no record told of.
        world.faults.hide_index(false);
        for _ in 0..3 {
            world.later(120);
            wake(&world.outbox, SWEEP, &format!("{seed}-last-{}", world.app.clock.now().0)).await;
        }
        assert_eq!(unfinished(&world.table), Vec::<String>::new(), "seed {seed}");
        assert!(!world.is_member() && !world.kakao.is_linked("ga"), "seed {seed}");
        if left {
            assert_eq!(world.table.items_under("AUD#").len(), 1, "seed {seed}: one line in the ledger");
        } else {
            assert_eq!(world.kakao.called(Endpoint::Unlink), 1, "seed {seed}: undone once");
        }
    }
}

#[tokio::test]
async fn f13_an_index_that_still_shows_what_is_over_ends_no_membership() {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    world.sweep().await;
    let saga = world.table.items_under("SAGA#").remove(0);
    world.table.edit(text(&saga, "PK"), "SAGA", |item| {
        item.insert("DPK".to_owned(), json!({ "S": "DUE#0" }));
        item.insert("DSK".to_owned(), json!({ "S": format!("{:013}#x", world.app.clock.now().0) }));
    });
    world.later(120);
    wake(&world.outbox, SWEEP, "sweep").await;
    assert!(world.is_member() && world.kakao.is_linked("ga"));
    assert_eq!(world.kakao.called(Endpoint::Unlink), 0);
}
