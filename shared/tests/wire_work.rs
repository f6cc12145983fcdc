//! Kakao Work: bodies in every documented shape, read and written again: our own, `samples/work`, and what others have published,
//! `samples/work-public`.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::clock::Millis;
use shared::kakao::limits::{Finding, Severity, work};
use shared::kakao::parse;
use shared::kakao::skill::Map;
use shared::kakao::work::{Callback, CallbackKind, Message, ModalAnswer};

/// Name and bytes of our own samples whose names begin like this.
fn samples(beginning: &str) -> Vec<(String, Vec<u8>)> {
    samples_in("work", beginning)
}

fn samples_in(folder: &str, beginning: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder);
    let mut all: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .map(|path| (path.file_stem().expect("name").to_string_lossy().into_owned(), fs::read(&path).expect("sample")))
        .filter(|(name, _)| name.starts_with(beginning))
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

fn sample<T: DeserializeOwned>(name: &str) -> T {
    parse(&samples(name)[0].1).unwrap_or_else(|misfit| panic!("{name}: {misfit}"))
}

fn again<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("writes")
}

#[test]
fn callbacks_come_out_as_they_went_in() {
    let kinds = ["submit-action", "request-modal", "submission", "bot-call", "unknown-type"];
    for (name, bytes) in kinds.into_iter().flat_map(samples) {
        let callback: Callback = parse(&bytes).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
        let body: Value = parse(&bytes).expect("JSON");
        assert_eq!(again(&callback), body, "{name}");
        assert!(work::callback(&callback).iter().all(|finding| finding.severity == Severity::Warning), "{name}");
    }
}

#[test]
fn ids_beyond_two_to_the_53rd_keep_every_digit_and_their_form() {
    let (numbers, strings): (Callback, Callback) = (sample("submit-action-numbers"), sample("submit-action-strings"));
    for (callback, id) in [(&numbers, "757617552587034624"), (&strings, "757617552587034625")] {
        let message = callback.message().expect("a message");
        assert_eq!(message.id.expect("an id").as_str(), id);
        assert_eq!(message.conversation_id.expect("a room").as_str(), "1006710354409588");
        assert_eq!(callback.react_user_id.as_ref().expect("a person").as_str(), "9007199254740993");
    }
    assert_eq!(numbers.react_user_id, strings.react_user_id, "a number and a text of the same digits are one person");
    assert_eq!(again(&numbers)["react_user_id"], json!(9_007_199_254_740_993_u64));
    assert_eq!(again(&strings)["react_user_id"], json!("9007199254740993"));
}

#[test]
fn every_kind_is_told_apart_and_every_time_is_read() {
    let known = [
        ("submit-action-numbers", CallbackKind::SubmitAction, Some(1_735_787_045_000)),
        ("submit-action-strings", CallbackKind::SubmitAction, Some(1_735_787_045_000)),
        ("request-modal-text-message", CallbackKind::RequestModal, Some(1_735_776_000_000)),
        ("submission-blank", CallbackKind::Submission, Some(1_735_787_045_123)),
        ("bot-call", CallbackKind::BotCall, None),
        ("unknown-type", CallbackKind::Other, None),
    ];
    for (name, kind, at) in known {
        let callback: Callback = sample(name);
        assert_eq!((callback.kind(), callback.acted_at()), (kind, at.map(Millis)), "{name}");
    }
    for body in ["{}", r#"{"type":7}"#, r#"{"type":null,"value":{}}"#, r#"{"message":[],"actions":"x"}"#] {
        let callback: Callback = parse(body.as_bytes()).expect("any object");
        assert_eq!(callback.kind(), CallbackKind::Other);
        assert_eq!(again(&callback), parse::<Value>(body.as_bytes()).expect("JSON"));
    }
    for time in [json!("yesterday"), json!(-1), json!([]), json!("NaN")] {
        let callback: Callback = parse(json!({ "action_time": time }).to_string().as_bytes()).expect("parses");
        assert_eq!(callback.acted_at(), None, "{time}");
    }
}

#[test]
fn a_message_in_a_text_is_found_and_what_is_blank_is_blank() {
    let callback: Callback = sample("request-modal-text-message");
    assert_eq!(callback.conversation_id().expect("a room").as_str(), "1006710354409588");
    let submission: Callback = sample("submission-blank");
    assert_eq!(submission.message().map(|message| message.id), None);
    assert_eq!(submission.entered("verdict"), Some("reject"));
    assert_eq!((submission.entered("memo"), submission.entered("nothing")), (None, None));
    assert_eq!(submission.entered("odd"), Some("x"));
}

#[test]
fn messages_come_out_as_they_went_in() {
    for (name, bytes) in samples("message-") {
        let message: Message = parse(&bytes).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
        assert_eq!(again(&message), parse::<Value>(&bytes).expect("JSON"), "{name}");
    }
    let findings = work::message(&sample("message-every-block"));
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn flat_buttons_become_nested_ones() {
    let mut message: Message = sample("message-flat");
    let told = |message: &Message| -> Vec<String> {
        work::message(message).iter().map(|it| format!("{} {} {}", it.severity, it.rule, it.path)).collect()
    };
    assert_eq!(
        told(&message),
        [
            "E BUTTON-ACTION blocks[1].action_type",
            "E BUTTON-ACTION blocks[2].elements[0].action_type",
            "E BUTTON-STYLE blocks[2].elements[1].style",
            "E BUTTON-ACTION blocks[2].elements[1].action_type",
        ]
    );
    assert_eq!(message.nest_buttons(), 3);
    assert!(told(&message).is_empty());
    let body = again(&message);
    let action = json!({"type": "call_modal", "name": "room", "value": "room"});
    assert_eq!(
        body["blocks"][1],
        json!({"type": "button", "text": "회의실 잡기", "style": "default", "action": action})
    );
    assert_eq!(body["blocks"][2]["elements"][1]["style"], "default");
    assert_eq!(message.nest_buttons(), 0, "once is enough");
    for kind in ["open_system_browser", "open_inapp_browser", "open_external_app", "submit_action", "call_modal", "odd"]
    {
        // What stood under the new names and was no action and no style makes room.
        let flat = json!({"blocks": [{"type": "button", "text": "t", "action_type": kind, "action_name": "n", "value": "v",
                                      "action": null, "style": 7}]});
        let mut message: Message = parse(flat.to_string().as_bytes()).expect("parses");
        message.nest_buttons();
        let written = serde_json::to_string(&message).expect("writes");
        assert_eq!(parse::<Message>(written.as_bytes()).expect("reads what it wrote"), message);
        assert_eq!(again(&message)["blocks"][0]["action"], json!({"type": kind, "name": "n", "value": "v"}));
    }
}

#[test]
fn modals_are_read_bare_and_wrapped_and_kept_until_they_are_wrapped() {
    for (name, bytes) in samples("modal-") {
        let mut answer: ModalAnswer = parse(&bytes).expect("parses");
        let (body, bare) = (parse::<Value>(&bytes).expect("JSON"), name == "modal-bare");
        let told: Vec<_> = work::modal(&answer).iter().map(|finding| finding.rule).collect();
        assert_eq!(told, if bare { vec!["MODAL-VIEW"] } else { vec![] }, "{name}");
        assert_eq!(again(&answer), body, "{name}");
        answer.wrap();
        assert_eq!(again(&answer), if bare { json!({ "view": body }) } else { body }, "{name}");
        assert!(serde_json::to_string(&answer).expect("writes").starts_with(r#"{"view":{"title":"#));
        assert!(work::modal(&answer).is_empty(), "{name}");
    }
    for body in ["{}", r#"{"view":null}"#, r#"{"view":[],"x":1}"#, r#"{"view":{},"x":null}"#] {
        let answer: ModalAnswer = parse(body.as_bytes()).expect("parses");
        assert_eq!(again(&answer), parse::<Value>(body.as_bytes()).expect("JSON"), "{body}");
    }
}

#[test]
fn bodies_of_the_web_api_are_told_apart() {
    for (name, bytes) in samples("api-") {
        let body: Map = parse(&bytes).expect("parses");
        assert!(work::api(&body).is_empty(), "{name}: {:?}", work::api(&body));
    }
}

#[test]
fn what_others_send_comes_out_as_it_went_in_and_is_told_what_is_wrong_with_it() {
    fn read<T: DeserializeOwned + Serialize>(name: &str, bytes: &[u8], judge: fn(&T) -> Vec<Finding>) -> Vec<String> {
        let read: T = parse(bytes).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
        assert_eq!(again(&read), parse::<Value>(bytes).expect("JSON"), "{name}");
        judge(&read).iter().map(|it| format!("{} {} {}", it.severity, it.rule, it.path)).collect()
    }
    let flat = [
        "E BUTTON-ACTION blocks[1].action_type",
        "E BUTTON-ACTION blocks[2].action_type",
        "E BUTTON-ACTION blocks[3].elements[0].action_type",
        "E BUTTON-ACTION blocks[3].elements[1].action_type",
        "E BUTTON-ACTION blocks[4].elements[0].action_type",
        "E BUTTON-ACTION blocks[4].elements[1].action_type",
        "A BUTTON-COUNT blocks",
    ];
    let known: [(&str, &[&str]); 10] = [
        ("actions", &[]),
        ("api-users-list", &[]),
        ("message-flat-buttons", &flat),
        ("message-invitation", &["W INLINE-MATCH blocks[0].inlines"]),
        ("message-noti", &["E MSG-TEXT text"]),
        ("message-with-type", &[]),
        ("modal-approval", &["W MODAL-VIEW .", "W INLINE-MATCH blocks[6].inlines"]),
        ("modal-view", &[]),
        ("request-modal", &[]),
        ("submit-action", &[]),
    ];
    let all = samples_in("work-public", "");
    assert_eq!(all.len(), known.len());
    for ((name, bytes), (known, expected)) in all.iter().zip(known) {
        assert_eq!(name, known);
        let told = match name.split('-').next() {
            Some("message") => read::<Message>(name, bytes, work::message),
            Some("modal") => read::<ModalAnswer>(name, bytes, work::modal),
            Some("api") => read::<Map>(name, bytes, work::api),
            _ => {
                read::<Callback>(name, bytes, work::callback);
                Vec::new()
            }
        };
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn type_comes_first() {
    let text = serde_json::to_string(&sample::<Message>("message-every-block")).expect("writes");
    assert!(text.starts_with(r#"{"text":"모든 블록","blocks":[{"type":"header","text":"#), "{text}");
    assert!(text.contains(r#""default":{"type":"open_inapp_browser","#), "{text}");
}
