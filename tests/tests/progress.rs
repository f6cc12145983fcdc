//! F22, F23 for work that streams: what it had so far is the answer when time runs out, and what it returns in time takes its place.

use std::time::Duration;

use shared::bot::{CUT_SHORT, TOO_LATE};
use shared::clock::Millis;
use tests::platform::{Call, World, ask, wake};
use tests::table::stream_event;

/// The late answer, if a second is left for the work.
async fn delivered(world: &World, utterance: &str) -> String {
    let url = world.platform.callback_url();
    let at = world.app.clock.now();
    let call = Call::says_with_callback("u", utterance, &url).received_at(at);
    assert!(ask(&world.app, &call).await.is_promise());
    // The clock moves on as if the stream had been slow; real time passes only while the work sleeps.
    world.app.clock.set(at.plus(Duration::from_millis(46_000)));
    wake(&world.app, &stream_event([world.entry_of(&url).unwrap()]), "o").await;
    let deliveries = world.platform.deliveries_to(&url);
    assert_eq!(deliveries.len(), 1);
    deliveries[0].body["template"]["outputs"][0]["simpleText"]["text"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn f23_what_the_work_had_so_far_is_delivered_when_time_runs_out() {
    let world = World::at(Millis(1_760_000_000_000));
    // One second is left and a number is said every 150 ms: some, not all.
    let text = delivered(&world, "later stream 150").await;
    assert!(text.starts_with("1 2 3 "), "{text}");
    assert!(text.ends_with(CUT_SHORT) && !text.contains("10") && !text.contains("done"), "{text}");
}

#[tokio::test]
async fn f23_what_the_work_returns_in_time_takes_the_place_of_its_progress() {
    let world = World::at(Millis(1_760_000_000_000));
    assert_eq!(delivered(&world, "later stream 1").await, "done");
    // Without progress there is only the polite last word.
    assert_eq!(delivered(&world, "later sleep 5000").await, TOO_LATE);
}

#[tokio::test]
async fn f23_work_that_fails_on_the_way_delivers_what_it_had() {
    let world = World::at(Millis(1_760_000_000_000));
    assert_eq!(delivered(&world, "later stream fail").await, format!("1 2 3\n\n{CUT_SHORT}"));
}

#[tokio::test]
async fn f22_without_a_callback_the_turn_itself_says_what_it_had() {
    let world = World::new();
    let at = world.app.clock.now().minus(Duration::from_millis(2_500));
    let answer = ask(&world.app, &Call::says("u", "later stream 200").received_at(at)).await;
    assert!(answer.is_valid() && answer.text().starts_with("1 2 "), "{}", answer.text());
    assert!(answer.text().ends_with(CUT_SHORT), "{}", answer.text());
    let failed = world.says("u", "later stream fail").await;
    assert_eq!(failed.text(), format!("1 2 3\n\n{CUT_SHORT}"));
}

#[tokio::test]
async fn f23_the_acknowledgement_carries_values_and_contexts_and_no_template() {
    let world = World::new();
    let url = world.platform.callback_url();
    let answer = ask(&world.app, &Call::says_with_callback("u", "later-with-values soup", &url)).await;
    let expected = serde_json::json!({
        "version": "2.0", "useCallback": true, "data": { "text": "one moment", "eta": 30 },
        "context": { "values": [{ "name": "c", "lifeSpan": 2 }] }
    });
    assert_eq!(answer.body, expected);
}

#[tokio::test]
async fn f23_a_stream_that_is_too_long_still_says_that_it_was_cut() {
    let world = World::at(Millis(1_760_000_000_000));
    let (url, entry) = world.is_promised("u", "later stream long").await;
    wake(&world.app, &stream_event([&entry]), "o").await;
    let outputs = world.platform.deliveries_to(&url)[0].body["template"]["outputs"].clone();
    let last = outputs.as_array().and_then(|outputs| outputs.last()).unwrap();
    assert!(last["simpleText"]["text"].as_str().unwrap().ends_with(CUT_SHORT), "{outputs}");
}
