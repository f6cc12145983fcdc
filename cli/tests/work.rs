//! Kakao Work on a laptop: `kakao send work`, the stand-in's Web API, and the sample's approval between them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::Output;

use serde_json::{Value, json};

mod harness;

use harness::{Dev, kakao, soon};

fn send(dev: &Dev, arguments: &[&str]) -> Output {
    let url = format!("http://127.0.0.1:{}", dev.port);
    kakao(&["send", "work", "--url", &url]).args(arguments).output().unwrap()
}

fn answer(dev: &Dev, arguments: &[&str]) -> Value {
    let output = send(dev, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What was said, as soon as there is so much of it.
fn said(dev: &Dev, number: usize) -> Vec<Value> {
    soon("the bot to speak", || {
        let (_, body) = dev.request("GET", "/work-api/said", &[], &[]);
        let said: Vec<Value> = serde_json::from_slice(&body).unwrap();
        (said.len() >= number).then_some(said)
    })
}

#[test]
fn an_approval_from_the_first_button_to_the_result() {
    let dev = Dev::start_with(&["--memory"]);
    assert!(dev.said.iter().any(|line| line.contains("local-work-secret")), "{:?}", dev.said);
    for page in ["/room/work", "/room/work.css", "/room/work.js"] {
        assert_eq!(dev.request("GET", page, &[], &[]).0, 200, "{page}");
    }
    let form = answer(&dev, &["request-modal", "--value", "vacation", "--user", "7"]);
    let value = form["view"]["value"].as_str().unwrap();
    let filled = ["submission", "--value", value, "--user", "7", "--field", "when=내일", "--field", "why="];
    assert_eq!(answer(&dev, &filled), json!({}));
    let asked = said(&dev, 1).remove(0);
    assert_eq!(asked["message"]["conversation_id"], 1);
    let row = asked["message"]["blocks"].as_array().unwrap().last().unwrap().clone();
    let approve = row["elements"][0]["action"]["value"].as_str().unwrap();
    // The service has a bad moment; what it turned away comes again.
    let fault = json!({"times": 1, "status": 429, "code": "too_many_requests", "retry_after": 1}).to_string();
    let headers = [("content-type", "application/json")];
    assert_eq!(dev.request("POST", "/work-api/faults", &headers, fault.as_bytes()).0, 204);
    answer(&dev, &["submit-action", "--name", "approve", "--value", approve]);
    let texts: Vec<Value> = said(&dev, 3)[1..].iter().map(|said| said["message"]["text"].clone()).collect();
    assert_eq!(texts, vec![json!("휴가 신청이 승인되었어요: 내일"); 2], "the room, and who asked");
}

#[test]
fn wrong_secrets_and_wrong_words_are_told() {
    let dev = Dev::start_with(&["--memory"]);
    let refused = send(&dev, &["submit-action", "--secret", "wrong"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("404"));
    for wrong in [&["press"][..], &[], &["submission", "--field", "x"], &["submission", "--odd", "x"]] {
        assert_eq!(send(&dev, wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(kakao(&["send", "work", "--help"]).output().unwrap().status.code(), Some(0));
}
