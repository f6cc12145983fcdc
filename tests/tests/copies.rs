//! F01, F02 for turns that change something: a copy of a turn is answered like the turn and changes nothing; a second tap is a
//! second turn.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use shared::clock::Millis;
use tests::faults::{ANY, scaled};
use tests::platform::bots::Forgetful;
use tests::platform::{BOT, Call, World, ask, wake};
use tests::table::stream_event;

const NOW: Millis = Millis(1_760_000_000_000);

#[tokio::test]
async fn f01_a_copy_is_answered_like_the_turn_and_changes_nothing() {
    let world = World::at(NOW);
    let call = Call::says("u", "once");
    let first = ask(&world.app, &call).await;
    assert_eq!(first.text(), "1");
    let after_one = world.state();
    for wait in [0, 500, 1_500] {
        world.app.clock.set(NOW.plus(Duration::from_millis(wait)));
        assert_eq!(ask(&world.app, &call.again()).await, first, "{wait} ms later");
    }
    assert_eq!((world.app.bot.asked(), world.count("u")), (1, 1));
    assert_eq!(world.state(), after_one);
}

#[tokio::test]
async fn f01_a_second_tap_is_a_second_turn() {
    let world = World::at(NOW);
    assert_eq!(world.says("u", "once").await.text(), "1");
    world.pass(Duration::from_millis(2_000));
    assert_eq!(world.says("u", "once").await.text(), "1", "the last moment at which it is a copy");
    world.pass(Duration::from_millis(1));
    assert_eq!(world.says("u", "once").await.text(), "2");
    // Another window: a minute at most, whatever the author says.
    assert_eq!(world.says("u", "once-for-a-minute").await.text(), "3");
    world.pass(Duration::from_secs(60));
    assert_eq!(world.says("u", "once-for-a-minute").await.text(), "3");
    world.pass(Duration::from_millis(1));
    assert_eq!(world.says("u", "once-for-a-minute").await.text(), "4");
}

#[tokio::test]
async fn f01_without_once_every_turn_counts() {
    let world = World::at(NOW);
    for said in ["1", "2", "3"] {
        assert_eq!(world.says("u", "count").await.text(), said);
    }
}

#[tokio::test]
async fn f01_another_person_block_utterance_or_extra_is_no_copy() {
    let world = World::at(NOW);
    let call = Call::says("u", "once");
    assert_eq!(ask(&world.app, &call).await.text(), "1");
    let others = [
        call.again().change(|payload| payload["userRequest"]["utterance"] = "once again".into()),
        call.again().change(|payload| {
            payload["userRequest"]["block"]["id"] = "other".into();
        }),
        call.again().change(|payload| payload["action"]["clientExtra"] = json!({ "page": 2 })),
        call.again().change(|payload| payload["action"]["clientExtra"] = json!({ "page": 3 })),
    ];
    for (count, other) in (2..).zip(others) {
        assert_eq!(ask(&world.app, &other).await.text(), count.to_string());
    }
    assert_eq!(world.says("v", "once").await.text(), "1");
    let dev = Call::says("u", "once").change(|payload| payload["bot"]["id"] = format!("{BOT}!").into());
    assert_eq!(ask(&world.app, &dev).await.text(), "1");
    // What the platform may change between two copies does not make them two turns.
    let copy = Call::says("v", "once").change(|payload| {
        payload["action"]["clientExtra"] = json!("null");
        payload["contexts"] = json!([{ "name": "x", "lifespan": 1 }]);
    });
    assert_eq!(ask(&world.app, &copy).await.text(), "1");
}

#[tokio::test]
async fn f02_64_copies_at_once_are_one_turn() {
    for round in 0..scaled(20) {
        let world = World::new();
        let user = format!("u{round}");
        let call = Call::says(&user, "once");
        let calls: Vec<Call> = (0..64).map(|_| call.again()).collect();
        let answers = join_all(calls.iter().map(|call| ask(&world.app, call))).await;
        assert!(answers.iter().all(|answer| answer.text() == "1"), "round {round}: {answers:?}");
        assert_eq!(world.count(&user), 1);
    }
}

#[tokio::test]
async fn f02_copies_of_a_promise_are_one_promise() {
    // Each copy comes with a callback URL of its own; the person gets the answer through the first.
    let world = World::at(NOW);
    let (url, entry) = world.is_promised("u", "once-later soup").await;
    for _ in 0..3 {
        let again = Call::says_with_callback("u", "once-later soup", &world.platform.callback_url());
        let answer = ask(&world.app, &again).await;
        assert_eq!((answer.is_promise(), answer.text()), (false, "one moment"));
    }
    assert_eq!(world.table.items_under("OUT#").len(), 1);
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!(world.platform.deliveries_to(&url).len(), 1);
    assert_eq!((world.platform.deliveries().len(), world.count("u"), world.app.bot.worked()), (1, 1, 1));
}

#[tokio::test]
async fn f01_an_answer_too_long_to_be_remembered_is_still_given_once() {
    let world = World::at(NOW);
    assert_eq!(world.says("u", "once-long").await.text().len(), 20_000);
    assert_eq!(world.says("u", "once-long").await.text(), shared::bot::DONE_BEFORE);
    assert_eq!(world.count("u"), 1);
}

#[tokio::test]
async fn f01_a_bot_without_memory_can_say_once_too() {
    let world = World::at(NOW);
    let app = world.sandbox(Forgetful, world.app.clock.clone());
    let says = async |utterance: &str| ask(&app, &Call::says("u", utterance)).await.text().to_owned();
    let first = says("once").await;
    world.pass(Duration::from_secs(1));
    assert_eq!(says("once").await, first);
    world.pass(Duration::from_secs(5));
    let second = says("once").await;
    assert_ne!(second, first);
    assert_eq!(says("once").await, second);
    // Every other turn still costs nothing.
    let before = world.faults.count(ANY);
    assert_eq!(says("hello").await, "yes");
    assert_eq!(world.faults.count(ANY), before);
}

#[tokio::test]
async fn f14_once_does_not_bring_an_expired_talk_back() {
    let world = World::at(NOW);
    world.says("u", "count").await;
    world.says("u", "count").await;
    world.pass(Duration::from_secs(31 * 60)); // the table never cleans up here
    let app = world.sandbox(Forgetful, world.app.clock.clone());
    ask(&app, &Call::says("u", "once")).await;
    assert_eq!(world.says("u", "look").await.text(), "0");
}

#[tokio::test]
async fn f01_a_turn_without_a_person_is_never_a_copy() {
    let world = World::at(NOW);
    let call = Call::says("u", "once").change(|payload| payload["bot"] = json!({}));
    for _ in 0..2 {
        assert_eq!(ask(&world.app, &call.again()).await.text(), "1");
    }
    assert_eq!(world.app.bot.asked(), 2);
    assert!(world.table.items().is_empty());
}

#[tokio::test]
async fn f01_two_events_of_one_name_are_two_turns() {
    let world = World::at(NOW);
    let call =
        |number: &str| Call::says("u", "once").change(|payload| payload["userRequest"]["params"]["no"] = number.into());
    assert_eq!(ask(&world.app, &call("A-17")).await.text(), "1");
    assert_eq!(ask(&world.app, &call("A-18")).await.text(), "2");
    assert_eq!(ask(&world.app, &call("A-18")).await.text(), "2");
    // And the same words to another skill are another turn.
    assert_eq!(ask(&world.app, &call("A-18").to("/skill/other")).await.text(), "3");
}

#[tokio::test]
async fn an_answer_is_not_carried_along_when_no_copy_can_come_any_more() {
    let world = World::at(NOW);
    world.says("u", "once-long").await;
    let item = || world.table.item(&format!("U#bot#{BOT}#u"), "SESS").unwrap();
    world.pass(Duration::from_secs(5));
    world.says("u", "count").await;
    assert!(item().get("da").is_some(), "a copy may still be on its way");
    world.pass(Duration::from_secs(15));
    world.says("u", "count").await;
    assert!(item().get("da").is_none() && item().get("dq").is_none());
    assert_eq!(world.count("u"), 3);
}
