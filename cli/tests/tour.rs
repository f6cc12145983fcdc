//! The sample bot's tour, as its author would try it: in the room and with `kakao send`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::Output;

use serde_json::{Value, json};

mod harness;

use harness::{Dev, kakao};

/// The picture of Kakao's own documentation.
const PHOTO: &str = "https://t1.kakaocdn.net/openbuilder/sample/lj3JUcmrzC53YIjNDkqbWK.jpg";

fn say(dev: &Dev, more: Value) -> Value {
    let mut saying = json!({ "person": "ga", "skill": "tour", "text": "" });
    saying.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let turn = dev.say(&saying);
    assert_eq!(turn["outcome"], "answered", "{turn}");
    assert_eq!(turn["findings"], json!([]), "{turn}");
    turn["answer"].clone()
}

fn words(answer: &Value) -> String {
    answer["template"]["outputs"].to_string()
}

#[test]
fn every_stop_shows_something_that_keeps_every_limit() {
    let dev = Dev::start_with(&["--memory"]);
    for stop in ["안녕", "#카드", "#간식", "#주문", "#예약", "#이야기", "#상담"] {
        say(&dev, json!({ "text": stop }));
    }
    for kind in ["텍스트", "이미지", "텍스트카드", "기본카드", "상품카드", "리스트", "아이템", "케로셀"]
    {
        say(&dev, json!({ "text": format!("#카드 {kind}") }));
    }
}

#[test]
fn the_platform_remembers_the_order_until_it_is_confirmed() {
    let dev = Dev::start_with(&["--memory"]);
    assert!(words(&say(&dev, json!({ "text": "#주문 확인" }))).contains("잊었어요"));
    say(&dev, json!({ "text": "#주문 홍차" }));
    let confirmed = say(&dev, json!({ "text": "#주문 확인" }));
    assert!(words(&confirmed).contains("홍차 주문을 받았어요"), "{confirmed}");
    assert_eq!(confirmed["context"]["values"][0]["lifeSpan"], 0);
}

#[test]
fn the_rest_of_the_snacks_is_behind_the_more_entry() {
    let dev = Dev::start_with(&["--memory"]);
    let first = say(&dev, json!({ "text": "#간식" }));
    let more = first["template"]["quickReplies"][9].clone();
    assert_eq!(more["label"], "더 보기");
    let second = say(&dev, json!({ "text": more["messageText"], "blockId": more["blockId"], "extra": more["extra"] }));
    let replies = second["template"]["quickReplies"].as_array().unwrap();
    assert_eq!(replies.len(), 5);
    let picked = say(&dev, json!({ "text": replies[4]["messageText"], "extra": replies[4]["extra"] }));
    assert!(words(&picked).contains("젤리"), "{picked}");
}

#[test]
fn photos_and_parameters_can_be_sent_by_hand() {
    let dev = Dev::start_with(&["--memory"]);
    let url = format!("http://127.0.0.1:{}", dev.port);
    let send = |more: &[&str]| kakao(&["send", "skill", "--name", "tour", "--url", &url]).args(more).output().unwrap();
    let said = |sent: &Output| String::from_utf8_lossy(&sent.stdout).into_owned();
    let photo = send(&["--photo", PHOTO]);
    assert!(photo.status.success() && said(&photo).contains("멋진 사진"), "{photo:?}");
    assert!(said(&send(&["--photo", "https://kakaocdn.net.evil.example/a.jpg"])).contains("카카오톡으로 보낸 사진만"));
    let booking = send(&[
        "--utterance",
        "#예약",
        "--param",
        "phone=01012345678",
        "--param",
        r#"date={"date":"2025-11-21"}"#,
        "--param",
        r#"people={"amount":2,"unit":null}"#,
    ]);
    assert!(said(&booking).contains("2025년 11월 21일") && said(&booking).contains("010-****-5678"), "{booking:?}");
    for wrong in ["phone", "=1"] {
        let misused = send(&["--utterance", "#예약", "--param", wrong]);
        assert_eq!(misused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&misused.stderr).contains("--param"), "{misused:?}");
    }
}

#[test]
fn a_story_comes_at_once_or_later() {
    let dev = Dev::start_with(&["--memory"]);
    let url = format!("http://127.0.0.1:{}", dev.port);
    assert!(words(&say(&dev, json!({ "text": "#이야기 호랑이" }))).contains("호랑이 이야기예요"));
    let late = kakao(&["send", "skill", "--name", "tour", "--utterance", "#이야기 곰", "--callback", "--url", &url]);
    let late = { late }.output().unwrap();
    assert!(late.status.success(), "{late:?}");
    assert!(String::from_utf8_lossy(&late.stdout).contains("곰 이야기예요"), "{late:?}");
}
