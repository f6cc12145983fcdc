//! `POST /channel/callback`: whatever the order, the copies and the trouble, the newest event counts, and what follows from it happens
//! once.

mod channel_support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use channel_support::*;
use futures_util::future::join_all;
use serde_json::json;
use tests::faults::wire;
use tests::faults::{ALWAYS, Fault};
use tests::parameters::{Parameters, secret_from};
use tests::table::text;
use tests::webhooks::Knock;
use tests::work::{APP_KEY, Work};

#[tokio::test]
async fn t04_an_event_of_the_far_future_freezes_nothing() {
    let world = world();
    assert_eq!(world.tell(&event("added", -60)).await, 200);
    let future = changed(event("blocked", 0), json!({"updated_at": "2099-01-01T00:00:00Z"}));
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    assert_eq!(world.tell(&future).await, 200);
    assert_eq!(world.state(APP), relation("added", -60));
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1), "Kakao was asked");
    assert_eq!(world.tell(&event("blocked", 599)).await, 200, "a clock may be ten minutes off");
    assert_eq!(world.state(APP), relation("blocked", 599), "a real event wins");
    let huge = changed(event("added", 0), json!({ "updated_at": u64::MAX }));
    assert_eq!(world.tell(&huge).await, 200);
    assert_eq!(world.state(APP), relation("blocked", 599));
}

#[tokio::test]
async fn f03_an_addition_on_the_second_of_a_block_is_settled_by_kakao() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    for word in ["blocked", "added"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    assert_eq!(world.state(APP), relation("blocked", -60), "until then the careful choice");
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1));
    for word in ["blocked", "added"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    world.pass(60);
    world.sweep().await;
    assert_eq!(world.state(APP), relation("added", -60), "copies change nothing");
}

#[tokio::test]
async fn f03_a_block_on_the_second_of_an_addition_counts_and_nobody_is_asked() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    for word in ["added", "blocked"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("blocked", -60), 0));
    // A copy of the addition that comes after the block asks.
    assert_eq!(world.tell(&event("added", -60)).await, 200);
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1));
}

#[tokio::test]
async fn f01_f02_copies_one_after_the_other_and_at_once_are_one() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for round in 0..20 {
        let body = changed(event("added", -60), json!({ "id": 5_000_000 + round }));
        let all = join_all((0..64).map(|_| world.tell(&body))).await;
        assert!(all.iter().all(|status| *status == 200), "{all:?}");
        for _ in 0..5 {
            assert_eq!(world.tell(&body).await, 200);
        }
        assert_eq!(world.state(&format!("U#app#{}", 5_000_000 + round)), relation("added", -60));
    }
    assert_eq!(world.table.items_under("OUT#").len(), 20, "one greeting each");
}

// ---- what follows

#[tokio::test]
async fn a_greeting_leaves_through_the_outbox_once() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for _ in 0..3 {
        assert_eq!(world.tell(&event("added", -60)).await, 200);
        world.sweep().await;
    }
    let told = world.platform.events().told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(world.tell(&event("blocked", -50)).await, 200);
    assert_eq!(world.tell(&event("added", -70)).await, 200, "an old one greets nobody");
    assert_eq!(world.tell(&changed(event("added", -40), json!({"id_type": "open_id", "id": "x"}))).await, 200);
    world.sweep().await;
    assert_eq!(world.platform.events().told().len(), 1, "whom nobody knows cannot be told anything");
    assert_eq!(world.tell(&event("added", -40)).await, 200);
    world.sweep().await;
    assert_eq!(world.platform.events().told().len(), 2, "who comes back is greeted again");
}

#[tokio::test]
async fn f01_f03_a_block_is_said_in_kakao_work_once() {
    let work = Work::start();
    let world = World::with(Desk, &[("WORK_API_URL", &work.url()), ("WORK_APP_KEY", APP_KEY)]);
    let blocked = knock(&event("blocked", -60));
    for delivery in [None, Some("5f1e2d3c4b5a69788796a5b4"), Some("5f1e2d3c4b5a69788796a5b5")] {
        let copy = blocked.clone().header("x-kakao-resource-id", delivery);
        assert!(join_all((0..8).map(|_| world.send(&copy))).await.iter().all(|answered| answered.status == 200));
        world.sweep().await;
    }
    assert_eq!(world.state(APP), relation("blocked", -60));
    assert_eq!(work.said().len(), 1, "{:?}", work.said());
    assert_eq!(world.tell(&event("blocked", -70)).await, 200);
    world.sweep().await;
    assert_eq!(work.said().len(), 1, "an old one is said to nobody");
    assert_eq!(world.tell(&event("added", -50)).await, 200);
    assert_eq!(world.tell(&event("blocked", -40)).await, 200);
    world.sweep().await;
    assert_eq!(work.said().len(), 2, "who goes again is told of again");
}

#[tokio::test]
async fn f33_a_bot_that_breaks_loses_its_effects_and_not_the_relation() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for flag in [&world.app.bot.panics, &world.app.bot.sleeps, &world.app.bot.floods] {
        flag.store(true, Ordering::SeqCst);
        for (seconds, word) in [(-60, "added"), (-50, "blocked")] {
            let status = world.tell(&changed(event(word, seconds), json!({"id": 6_000_000}))).await;
            assert_eq!(status, if word == "added" { 503 } else { 200 });
            assert_eq!(world.state("U#app#6000000"), relation(word, seconds));
        }
        world.table.remove("U#app#6000000", "CH#_AbCdE");
        flag.store(false, Ordering::SeqCst);
        assert!(world.table.items_under("OUT#").is_empty());
    }
    assert_eq!(world.tell(&event("added", -60)).await, 200);
    assert_eq!(world.table.items_under("OUT#").len(), 1, "the next one is fine");
}

// ---- trouble at the table and at Kakao

#[tokio::test]
async fn f09_f10_f12_what_cannot_be_stored_is_503_and_leaves_nothing_half_done() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for (operation, word) in [("TransactWriteItems", "added"), ("UpdateItem", "blocked")] {
        for fault in [
            Fault::Error("ProvisionedThroughputExceededException"),
            Fault::Error("AccessDeniedException"),
            Fault::Error("InternalServerError"),
            Fault::CutBefore,
            Fault::Garbage,
            Fault::Never,
        ] {
            world.faults.on(operation, ALWAYS, fault);
            let started = Instant::now();
            let body = changed(event(word, -60), json!({"id": 7_000_000}));
            assert_eq!(world.tell(&body).await, 503, "{operation} {fault:?}");
            assert!(started.elapsed() < Duration::from_millis(2_500), "{fault:?} {:?}", started.elapsed());
            world.faults.clear();
            if !matches!(fault, Fault::Garbage) {
                assert!(world.table.items().is_empty(), "{operation} {fault:?}");
            }
            world.clear();
            assert_eq!(world.tell(&event("added", -60)).await, 200, "the next one is fine");
            world.clear();
        }
        world.faults.on(operation, 2, Fault::Error("ThrottlingException"));
        assert_eq!(world.tell(&changed(event(word, -60), json!({"id": 7_000_001}))).await, 200);
        world.faults.clear();
        world.clear();
    }
}

#[tokio::test]
async fn f08_an_answer_that_got_lost_is_no_second_change() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for (operation, word, id) in [("TransactWriteItems", "added", 8_000_000), ("UpdateItem", "blocked", 8_000_001)] {
        world.faults.on(operation, 1, Fault::CutAfter);
        assert_eq!(world.tell(&changed(event(word, -60), json!({ "id": id }))).await, 200);
        world.faults.clear();
        assert_eq!(world.state(&format!("U#app#{id}")), relation(word, -60));
    }
    assert_eq!(world.table.items_under("OUT#").len(), 1);
}

#[tokio::test]
async fn f22_the_budget_begins_when_the_gateway_received_it() {
    let world = world();
    world.faults.on("UpdateItem", ALWAYS, Fault::Slow(Duration::from_millis(350)));
    let late = Knock { received: Some(NOW.minus(Duration::from_millis(1_900))), ..knock(&event("added", -60)) };
    let started = Instant::now();
    assert_eq!(world.send(&late).await.status, 503);
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
}

#[tokio::test]
async fn f15_f16_f17_f19_a_question_that_kakao_does_not_answer_is_asked_again() {
    let troubles: Vec<(&str, wire::Told)> = vec![
        ("401", wire::Told::answer(401, "application/json", br#"{"msg":"no","code":-401}"#.to_vec())),
        ("403", wire::Told::answer(403, "text/html", b"<html>".to_vec())),
        ("429", wire::Told::answer(429, "application/json", br#"{"msg":"slow down","code":-10}"#.to_vec())),
        ("500", wire::Told::answer(500, "text/html", b"<html>".to_vec())),
        ("cut", wire::Told::Cut),
        ("html", wire::Told::answer(200, "text/html", b"<html>".to_vec())),
        ("empty", wire::Told::answer(200, "application/json", Vec::new())),
        ("null", wire::Told::answer(200, "application/json", b"null".to_vec())),
        ("truncated", wire::Told::answer(200, "application/json", br#"{"user_id":2100000001,"channels":[{"#.to_vec())),
        ("types", wire::Told::answer(200, "application/json", br#"{"user_id":[],"channels":{"a":1}}"#.to_vec())),
        ("other", wire::Told::answer(200, "application/json", br#"{"user_id":7,"channels":[]}"#.to_vec())),
        ("flood", wire::Told::Flood(100 * 1024 * 1024)),
    ];
    for (name, trouble) in troubles {
        let world = world();
        for word in ["blocked", "added"] {
            assert_eq!(world.tell(&event(word, -60)).await, 200);
        }
        world.login.tell(CHANNELS, trouble);
        world.sweep().await;
        assert_eq!(world.state(APP), relation("blocked", -60), "{name}: nothing is stored");
        world.login.forget(CHANNELS).json(CHANNELS, 200, kakao_says("ADDED", -60));
        world.pass(3_600);
        world.sweep().await;
        assert_eq!(world.state(APP), relation("added", -60), "{name}");
    }
    for (status, body) in [
        (400, json!({"msg": "NotRegisteredUserException", "code": -101})),
        (403, json!({"msg": "insufficient scopes.", "code": -402, "required_scopes": ["plusfriends"]})),
        (200, kakao_says("NONE", -60)),
        (
            200,
            json!({"user_id": 2_100_000_001_u64, "channels": [{"channel_public_id": "_AbCdE", "relation": "ADDED"}]}),
        ),
    ] {
        let world = world();
        for word in ["blocked", "added"] {
            assert_eq!(world.tell(&event(word, -60)).await, 200);
        }
        world.login.json(CHANNELS, status, body.clone());
        world.sweep().await;
        world.pass(3_600);
        world.sweep().await;
        assert_eq!(
            (world.state(APP), world.questions()),
            (relation("blocked", -60), 1),
            "{body}: asked once and let be"
        );
    }
}

/// Somebody becomes a member by the number that an open id looks like.
fn sign_up(world: &World<Silent>) {
    let text = |text: &str| json!({ "S": text });
    world.table.put(&json!({
        "PK": text(APP), "SK": text("MEMBER"), "mg": text("g"), "consents": text("[]"), "profile": text("{}")
    }));
}

#[tokio::test]
async fn an_open_id_that_was_told_in_the_middle_of_a_sign_up_is_asked_about_after_it() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    assert_eq!(world.tell(&changed(event("added", -60), json!({"id_type": "open_id"}))).await, 200);
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (None, 0), "nobody by that number is a member yet");
    sign_up(&world);
    world.pass(60);
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1));
}

#[tokio::test]
async fn an_open_id_of_nobody_is_forgotten_after_half_an_hour_and_rings_no_alarm() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    assert_eq!(world.tell(&changed(event("added", -60), json!({"id_type": "open_id"}))).await, 200);
    let state = || text(&world.table.items_under("OUT#")[0], "st").to_owned();
    for _ in 0..29 {
        world.sweep().await;
        assert_eq!(state(), "READY");
        world.pass(60);
    }
    world.pass(600);
    world.sweep().await;
    assert_eq!(state(), "DROPPED");
    sign_up(&world);
    world.pass(3_600);
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (None, 0));
}

#[tokio::test]
async fn f15_a_question_whose_key_was_replaced_is_asked_with_the_new_one_at_once() {
    let parameters = Parameters::start();
    let url = parameters.url();
    let world = World::with(Silent, &secret_from("KAKAO_ADMIN_KEYS", &url));
    let tie = async |key: &str, seconds| {
        for word in ["blocked", "added"] {
            let told = knock(&event(word, seconds)).header("authorization", Some(&format!("KakaoAK {key}")));
            assert_eq!(world.send(&told).await.status, 200);
        }
    };
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "old");
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    tie("old", -60).await;
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1));

    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "new");
    world.pass(61);
    world.login.forget(CHANNELS).json(CHANNELS, 401, json!({"msg": "invalid app key.", "code": -401}));
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -30));
    tie("new", -30).await;
    world.sweep().await;
    assert_eq!(world.state(APP), relation("added", -30), "not at the next try, a minute later");
    let keys: Vec<_> =
        world.login.asked().iter().map(|asked| asked.header("authorization").map(str::to_owned)).collect();
    assert_eq!(keys, ["KakaoAK old", "KakaoAK new"].map(|key| Some(key.to_owned())));
}

#[tokio::test]
async fn f03_a_block_on_the_second_of_what_kakao_confirmed_is_asked_about_once() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    for word in ["blocked", "added"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1));
    // On that very second they blocked it after all.
    world.login.forget(CHANNELS).json(CHANNELS, 200, kakao_says("BLOCKED", -60));
    let blocked = knock(&event("blocked", -60)).header("x-kakao-resource-id", Some("5f1e2d3c4b5a69788796a5b4"));
    for _ in 0..3 {
        assert_eq!(world.send(&blocked).await.status, 200);
    }
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("blocked", -60), 1));
    for _ in 0..3 {
        assert_eq!(world.send(&blocked).await.status, 200);
    }
    world.pass(60);
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("blocked", -60), 0), "copies ask nothing more");
}

#[tokio::test]
async fn f25_a_broken_question_is_parked_and_holds_up_nobody() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    for word in ["blocked", "added"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    let entry = world.table.items_under("OUT#").remove(0);
    let mut poison = entry.clone();
    poison["PK"] = json!({"S": "OUT#poison"});
    poison["body"] = json!({"S": r#"{"kind":"recheck","app":"x","channel":7}"#});
    world.table.put(&poison);
    world.sweep().await;
    assert_eq!(world.state(APP), relation("added", -60));
    assert_eq!(text(&world.table.item("OUT#poison", "OUT").unwrap(), "st"), "PARKED");
}
