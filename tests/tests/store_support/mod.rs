//! What `store_faults` and `store_outage` share. They are two processes because the SDK's allowance of retries is one for all clients of
//! a process: after an outage there is none left for a test that wants to see one.
#![allow(
    dead_code,
    clippy::panic,
    clippy::expect_used,
    reason = "each of the two uses its part of it; a test falls over by panicking"
)]

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tests::faults::{ALWAYS, Fault, OPERATIONS};
use tests::platform::{Answer, Call, World, ask};

/// The hard goal is 4.0 s after the gateway received the request; the soft stop is 3.4.
pub(crate) const IN_TIME: Duration = Duration::from_millis(3_900);

/// A turn that uses `operation`, the count of the person before it being 1.
pub(crate) fn call(world: &World, operation: &str, user: &str) -> Call {
    match operation {
        "GetItem" | "UpdateItem" => Call::says(user, "count"),
        "TransactWriteItems" => Call::says_with_callback(user, "count-later soup", &world.platform.callback_url()),
        "PutItem" => Call::says_with_callback(user, "later soup", &world.platform.callback_url()),
        "Query" => Call::says(user, "group mine"),
        other => panic!("no turn uses {other}"),
    }
}

/// Lets the person count to 1.
pub(crate) async fn prepare(world: &World, user: &str) {
    assert_eq!(world.says(user, "count").await.text(), "1");
}

/// All or nothing: what the person was told is what the table says.
pub(crate) fn assert_whole(world: &World, operation: &str, user: &str, answer: &Answer, case: &str) {
    assert!(answer.is_valid(), "{case}: {answer:?}");
    let (count, entries) = (world.count(user), world.table.items_under("OUT#").len());
    match operation {
        "TransactWriteItems" => {
            assert_eq!(count - 1, entries as u64, "{case}: half a transaction");
            assert!(!answer.is_promise() || entries == 1, "{case}: promised, and nothing is queued");
        }
        "PutItem" => assert!(!answer.is_promise() || entries == 1, "{case}: promised, and nothing is queued"),
        "GetItem" | "UpdateItem" => {
            assert!(answer.text() != "2" || count == 2, "{case}: said 2 and kept {count}");
            assert!(count <= 2, "{case}: counted twice");
        }
        _ => {}
    }
}

/// Whether the turn went as if nothing had been.
pub(crate) fn succeeded(operation: &str, answer: &Answer) -> bool {
    match operation {
        "GetItem" | "UpdateItem" => answer.text() == "2",
        "Query" => answer.text() == "0",
        _ => answer.is_promise(),
    }
}

/// One fault at each operation, on the first `times` tries: `must` succeed or may be an apology, always in time and whole.
pub(crate) async fn each_operation(faults: &[Fault], times: u64, must: bool) {
    for operation in OPERATIONS {
        join_all(faults.iter().map(|fault| one_operation(operation, *fault, times, must))).await;
    }
}

/// One fault at one operation.
pub(crate) async fn one_operation(operation: &'static str, fault: Fault, times: u64, must: bool) {
    let case = format!("{operation} {fault:?} x {times}");
    let world = World::new();
    prepare(&world, "u").await;
    world.faults.on(operation, times, fault);
    let call = call(&world, operation, "u");
    let began = Instant::now();
    let answer = ask(&world.app, &call).await;
    assert!(began.elapsed() < IN_TIME, "{case}: {:?}", began.elapsed());
    assert!(world.faults.injected() > 0, "{case}: nothing was injected");
    if must {
        assert!(succeeded(operation, &answer), "{case}: {answer:?}");
    } else if times == ALWAYS {
        assert!(!succeeded(operation, &answer), "{case}: cannot have succeeded");
    }
    assert_whole(&world, operation, "u", &answer, &case);
    // Afterwards everything is as if nothing had been.
    world.faults.clear();
    let before = world.count("u");
    let next = ask(&world.app, &Call::says("u", "count")).await;
    assert_eq!(next.text(), (before + 1).to_string(), "{case}: the next turn");
}

/// The ways in which DynamoDB says "not so fast".
pub(crate) const THROTTLES: [Fault; 3] = [
    Fault::Error("ProvisionedThroughputExceededException"),
    Fault::Error("ThrottlingException"),
    Fault::Error("RequestLimitExceeded"),
];
