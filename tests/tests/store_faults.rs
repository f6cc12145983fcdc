//! F09, F10, F12: the table refuses, conflicts or breaks off once or twice. Nobody notices.

mod store_support;

use std::time::Instant;

use futures_util::future::join_all;
use store_support::{IN_TIME, THROTTLES, assert_whole, call, each_operation, prepare, succeeded};
use tests::faults::Fault;
use tests::platform::{Call, World, ask, wake};
use tests::table::{stream_event, text};

#[tokio::test]
async fn f09_two_throttled_tries_of_each_operation_are_not_noticed() {
    each_operation(&THROTTLES, 1, true).await;
    each_operation(&THROTTLES, 2, true).await;
}

#[tokio::test]
async fn f09_a_callback_claim_that_was_throttled_for_a_while_is_still_delivered() {
    // The outbox takes the entry, does the work, and cannot write the claim of the URL: the person waits for an answer that
    // must come within the minute, so the next try must come within the minute too.
    let world = World::new();
    let url = world.platform.callback_url();
    assert!(ask(&world.app, &Call::says_with_callback("u", "later soup", &url)).await.is_promise());
    let entry = text(&world.table.items_under("OUT#")[0], "PK").to_owned();
    world.faults.after("UpdateItem", 1, 3, THROTTLES[0]); // the claim of the entry passes
    let told = wake(&world.app, &stream_event([&entry]), "outbox-1").await;
    assert_eq!(world.platform.deliveries_to(&url).len(), 1);
    assert_eq!(told["batchItemFailures"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.state_of(&entry), "DONE");
}

#[tokio::test]
async fn f10_conflicts_one_to_three_times_are_overcome() {
    let single = [Fault::Error("TransactionConflictException")];
    let several: [Fault; 4] = [
        Fault::Cancelled(&["TransactionConflict", "None"]),
        Fault::Cancelled(&["None", "TransactionConflict"]),
        Fault::Cancelled(&["TransactionConflict", "TransactionConflict"]),
        Fault::Error("TransactionInProgressException"),
    ];
    let cases = [1, 2, 3].into_iter().flat_map(|times| {
        let single = single.iter().flat_map(|fault| ["PutItem", "UpdateItem"].map(|operation| (operation, *fault)));
        let several = several.iter().map(|fault| ("TransactWriteItems", *fault));
        single.chain(several).map(move |(operation, fault)| (operation, fault, times))
    });
    let ended = join_all(cases.map(|(operation, fault, times)| async move {
        let world = World::new();
        prepare(&world, "u").await;
        world.faults.on(operation, times, fault);
        let began = Instant::now();
        let answer = ask(&world.app, &call(&world, operation, "u")).await;
        let case = format!("{operation} {fault:?} x {times}");
        assert!(began.elapsed() < IN_TIME, "{case}: {:?}", began.elapsed());
        assert_whole(&world, operation, "u", &answer, &case);
        (!succeeded(operation, &answer)).then_some(case)
    }))
    .await;
    let failed: Vec<String> = ended.into_iter().flatten().collect();
    assert!(failed.is_empty(), "not overcome: {failed:#?}");
}

#[tokio::test]
async fn f10_a_refused_condition_is_told_apart_from_a_conflict() {
    // Refused: the other turn was faster. Its state is taken up at once, without waiting for a conflict to pass.
    let world = World::new();
    prepare(&world, "u").await;
    world.faults.on("TransactWriteItems", 1, Fault::Cancelled(&["ConditionalCheckFailed", "None"]));
    let asked_before = world.app.bot.asked();
    let answer = ask(&world.app, &call(&world, "TransactWriteItems", "u")).await;
    assert!(answer.is_valid(), "{answer:?}");
    assert_eq!(world.app.bot.asked() - asked_before, 2, "the bot is asked once more with what the other turn left");
    // Conflict: the same is written again, the bot is not asked.
    let world = World::new();
    prepare(&world, "u").await;
    world.faults.on("TransactWriteItems", 1, Fault::Cancelled(&["TransactionConflict", "None"]));
    let asked_before = world.app.bot.asked();
    assert!(ask(&world.app, &call(&world, "TransactWriteItems", "u")).await.is_promise());
    assert_eq!(world.app.bot.asked() - asked_before, 1);
    assert_eq!(world.faults.count("TransactWriteItems"), 2);
    // An invalid transaction is not repeated at all.
    let world = World::new();
    prepare(&world, "u").await;
    world.faults.on("TransactWriteItems", 1, Fault::Cancelled(&["ValidationError", "None"]));
    assert!(ask(&world.app, &call(&world, "TransactWriteItems", "u")).await.is_sorry());
    assert_eq!(world.faults.count("TransactWriteItems"), 1);
}

#[tokio::test]
async fn f12_errors_cuts_and_nonsense_once_or_twice_are_not_noticed() {
    let faults =
        [Fault::Error("InternalServerError"), Fault::Error("ServiceUnavailable"), Fault::CutBefore, Fault::CutAfter];
    each_operation(&faults, 1, true).await;
    each_operation(&faults, 2, true).await;
}
