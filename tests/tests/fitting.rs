//! F32 through the whole: what leaves keeps every limit, whatever the bot said; nothing that was offered is lost; the author can
//! have it as it is.

use serde_json::{Value, json};
use shared::clock::Millis;
use tests::platform::{Answer, Call, World, ask, wake};
use tests::table::stream_event;

const NOW: Millis = Millis(1_760_000_000_000);

fn labels(body: &Value) -> Vec<String> {
    let replies = body["template"]["quickReplies"].as_array().cloned().unwrap_or_default();
    replies.iter().map(|reply| reply["label"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Taps the last quick reply, as the platform does it: its block, its words, its `extra`.
async fn tap_last(world: &World, body: &Value) -> Answer {
    let last = body["template"]["quickReplies"].as_array().and_then(|replies| replies.last()).cloned().unwrap();
    assert_eq!(last["action"], "block");
    let call = Call::says("u", last["messageText"].as_str().unwrap()).change(|payload| {
        payload["userRequest"]["block"]["id"] = last["blockId"].clone();
        payload["action"]["clientExtra"] = last["extra"].clone();
    });
    ask(&world.app, &call).await
}

#[tokio::test]
async fn f32_what_does_not_fit_waits_behind_a_more_entry_and_nothing_is_lost() {
    let world = World::at(NOW);
    let mut answer = world.says("u", "many 25").await;
    let mut offered = Vec::new();
    let mut pages = 1;
    loop {
        assert!(answer.is_valid(), "{answer:?}");
        let mut shown = labels(&answer.body);
        let more = shown.last().is_some_and(|label| label == "더 보기");
        if more {
            shown.pop();
        }
        assert!(shown.len() <= 10);
        offered.extend(shown);
        if !more {
            break;
        }
        answer = tap_last(&world, &answer.body).await;
        pages += 1;
    }
    assert_eq!(offered, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!((pages, world.app.bot.asked()), (3, 1), "the bot is not asked for the further pages");
    // Ten are one page.
    assert_eq!(labels(&world.says("u", "many 10").await.body).len(), 10);
}

#[tokio::test]
async fn f32_a_forged_more_entry_is_fitted_like_everything_else() {
    let world = World::at(NOW);
    let first = world.says("u", "many 25").await.body;
    let extra = first["template"]["quickReplies"][9]["extra"].clone();
    let key = extra.as_object().and_then(|extra| extra.keys().next()).unwrap().clone();
    for forged in [
        json!({ &key: null }),
        json!({ &key: { "page": 2, "replies": [] } }),
        json!({ &key: { "page": u64::MAX, "replies": [{ "label": "x" }] } }),
        json!({ &key: { "page": 2, "replies": [{ "label": "", "action": "webLink", "webLinkUrl": "javascript:x" }] } }),
        json!({ &key: { "page": 2, "replies": vec![json!({ "label": "x".repeat(5_000) }); 100] } }),
    ] {
        let call = Call::says("u", "look").change(|payload| payload["action"]["clientExtra"] = forged.clone());
        assert!(ask(&world.app, &call).await.is_valid(), "{forged}");
    }
}

#[tokio::test]
async fn f32_late_answers_are_fitted_too() {
    let world = World::at(NOW);
    let (url, entry) = world.is_promised("u", "later many 11").await;
    wake(&world.app, &stream_event([&entry]), "o").await;
    let body = world.platform.deliveries_to(&url)[0].body.clone();
    assert_eq!(labels(&body).len(), 10);
    // The block that promised the answer is the one that goes on with it.
    let next = tap_last(&world, &body).await;
    assert_eq!(labels(&next.body), ["9", "10"]);
}

#[tokio::test]
async fn f32_an_author_can_have_it_as_it_is() {
    let world = World::at(NOW);
    let answer = world.says("u", "many-as-is 11").await;
    assert_eq!((answer.status, labels(&answer.body).len()), (200, 11));
    let (url, entry) = world.is_promised("u", "as-is-later many 11").await;
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!(labels(&world.platform.deliveries_to(&url)[0].body).len(), 11);
}

#[tokio::test]
async fn f32_a_group_chat_gets_what_a_group_chat_shows() {
    let world = World::at(NOW);
    let call = Call::says("u", "many 3").change(|payload| {
        payload["userRequest"]["chat"] =
            json!({ "id": "g1", "type": "botGroupKey", "properties": { "botGroupKey": "g1" } });
    });
    let answer = ask(&world.app, &call).await;
    assert_eq!((answer.text(), labels(&answer.body).len()), ("many", 0));
}
