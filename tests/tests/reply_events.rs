//! F01, F02 for events that an answer starts: committed with the turn, once for a turn or once for an occasion.

use futures_util::future::join_all;
use shared::clock::Millis;
use tests::platform::bots::Forgetful;
use tests::platform::{BOT, Call, World, ask, wake};
use tests::table::SWEEP;

const NOW: Millis = Millis(1_760_000_000_000);

/// The keys of everybody whom the platform was told to reach, in order.
fn reached(world: &World) -> Vec<String> {
    let told = world.platform.events().told();
    let users = told.iter().flat_map(|told| told.body["user"].as_array().unwrap());
    let mut keys: Vec<String> = users.map(|user| user["id"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}

async fn carry_out(world: &World) {
    world.pass(std::time::Duration::from_secs(6));
    wake(&world.app, SWEEP, "sweep").await;
}

#[tokio::test]
async fn f01_an_event_is_committed_with_its_turn_and_started_once() {
    let world = World::at(NOW);
    let call = Call::says("u", "event 2");
    assert_eq!(ask(&world.app, &call).await.text(), "1");
    assert_eq!((world.count("u"), world.table.items_under("OUT#").len()), (1, 1));
    // The gateway's own repeat of this request has the same id: the turn is known.
    assert_eq!(ask(&world.app, &call).await.text(), "1");
    assert_eq!((world.count("u"), world.table.items_under("OUT#").len()), (1, 1));
    carry_out(&world).await;
    assert_eq!(reached(&world), ["key-0", "key-1"]);
    assert_eq!(world.platform.events().told()[0].path, format!("/v2/bots/{BOT}/talk"));
    // A second turn is a second event.
    assert_eq!(world.says("u", "event 1").await.text(), "2");
    carry_out(&world).await;
    assert_eq!(reached(&world), ["key-0", "key-0", "key-1"]);
}

#[tokio::test]
async fn f02_an_occasion_is_told_once_whoever_says_so() {
    let world = World::at(NOW);
    let people: Vec<String> = (0..16).map(|number| format!("u{number}")).collect();
    let answers = join_all(people.iter().map(|user| world.says(user, "event-once 1"))).await;
    assert!(answers.iter().all(|answer| answer.text() == "told"), "{answers:?}");
    carry_out(&world).await;
    assert_eq!(reached(&world), ["key-0"]);
}

#[tokio::test]
async fn f01_an_occasion_that_was_told_before_does_not_keep_the_turn_from_being_kept() {
    let world = World::at(NOW);
    assert_eq!(world.says("u", "count-event-once 250").await.text(), "1");
    assert_eq!(world.says("v", "count-event-once 250").await.text(), "1");
    assert_eq!(world.says("u", "count-event-once 250").await.text(), "2");
    assert_eq!((world.count("u"), world.count("v")), (2, 1));
    carry_out(&world).await;
    assert_eq!(reached(&world).len(), 250);
}

#[tokio::test]
async fn f01_an_event_of_a_turn_that_must_not_be_taken_twice_is_started_once() {
    let world = World::at(NOW);
    let call = Call::says("u", "once-event 1");
    let answers = join_all((0..8).map(|_| async { ask(&world.app, &call.again()).await })).await;
    assert!(answers.iter().all(|answer| answer.text() == "1"), "{answers:?}");
    carry_out(&world).await;
    assert_eq!(reached(&world), ["key-0"]);
}

#[tokio::test]
async fn an_event_goes_to_the_channel_that_asked_and_a_request_without_a_bot_starts_none() {
    let world = World::at(NOW);
    let dev = Call::says("u", "event 1").change(|payload| payload["bot"]["id"] = format!("{BOT}!").into());
    ask(&world.app, &dev).await;
    let nobody = Call::says("u", "event 1").change(|payload| payload["bot"] = serde_json::json!({}));
    assert!(ask(&world.app, &nobody).await.is_valid());
    carry_out(&world).await;
    let told = world.platform.events().told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, format!("/v2/bots/{BOT}!/talk"));
}

#[tokio::test]
async fn a_bot_without_memory_can_start_events() {
    let world = World::at(NOW);
    let app = world.sandbox(Forgetful, world.app.clock.clone());
    assert_eq!(ask(&app, &Call::says("u", "event")).await.text(), "yes");
    carry_out(&world).await;
    assert_eq!(reached(&world), ["key-0"]);
}
