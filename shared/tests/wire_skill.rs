//! The skill protocol against bodies that other people's servers have seen and sent: `samples/SOURCES.md`.
#![allow(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use shared::kakao::limits::{self, Severity};
use shared::kakao::parse;
use shared::kakao::skill::{CheckRequest, CheckResponse, SkillRequest, SkillResponse};

/// Name and bytes of each sample of a kind.
fn samples(kind: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(kind);
    let mut all: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .map(|path| {
            let name = path.file_stem().expect("name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("sample"))
        })
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

fn request(name: &str) -> SkillRequest {
    let (_, bytes) = samples("skill-request").into_iter().find(|(sample, _)| sample == name).expect("sample");
    parse(&bytes).expect("parses")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn requests_come_out_as_they_went_in() {
    for (name, bytes) in samples("skill-request") {
        let request: SkillRequest = parse(&bytes).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
        assert_eq!(serde_json::to_value(&request).expect("writes"), json(&bytes), "{name}");
        let findings = limits::skill_request(&request);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning), "{name}: {findings:?}");
        assert!(!request.utterance().is_empty() && request.user_key().is_some(), "{name}");
    }
}

#[test]
fn responses_come_out_as_they_went_in() {
    for (name, bytes) in samples("skill-response") {
        let response: SkillResponse = parse(&bytes).unwrap_or_else(|misfit| panic!("{name}: {misfit}"));
        assert_eq!(serde_json::to_value(&response).expect("writes"), json(&bytes), "{name}");
    }
}

#[test]
fn official_responses_have_no_error() {
    for (name, bytes) in samples("skill-response").into_iter().filter(|(name, _)| name.starts_with("official-")) {
        let response: SkillResponse = parse(&bytes).expect("parses");
        assert_eq!(limits::safe(&response), Ok(()), "{name}");
    }
}

#[test]
fn a_response_that_breaks_limits_is_told_so() {
    let (_, bytes) = samples("skill-response").into_iter().find(|(name, _)| name == "sample-2").expect("sample");
    let response: SkillResponse = parse(&bytes).expect("parses");
    let errors = limits::safe(&response).expect_err("four buttons, one without messageText");
    let rules: Vec<_> = errors.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["R82", "R83"]);
}

#[test]
fn checks_come_out_as_they_went_in() {
    for (name, bytes) in samples("skill-check") {
        let (value, findings) = if name.starts_with("request") {
            let request: CheckRequest = parse(&bytes).expect("parses");
            (serde_json::to_value(&request), limits::check_request(&request))
        } else {
            let response: CheckResponse = parse(&bytes).expect("parses");
            (serde_json::to_value(&response), limits::check_response(&response))
        };
        assert_eq!(value.expect("writes"), json(&bytes), "{name}");
        assert_eq!(findings, [], "{name}");
    }
}

#[test]
fn origins_are_told_apart() {
    let live = request("live");
    assert_eq!((live.utterance(), live.is_test(), live.is_dev_channel()), ("!가격 btc", false, false));
    assert_eq!((live.is_friend(), live.plusfriend_user_key()), (Some(true), Some("Ge9E5OHpsO6L")));

    let dev = request("dev-channel-callback");
    assert_eq!((dev.bot_key(), dev.is_dev_channel()), ("5ae9b76d7409b11ec845b746", true));
    assert!(dev.callback_url().is_some_and(|url| url.starts_with("https://bot-api.kakao.com/v1/bots/")));
    assert_eq!(dev.param_text("intent_code"), Some("test_intent"));

    let test = request("skill-test");
    assert_eq!((test.is_test(), test.user_key(), test.client_extra::<Value>()), (true, Some("687813"), None));
    assert!(request("text").is_test() && request("knowledge").is_test());

    let fallback = request("fallback");
    assert_eq!(fallback.block().and_then(|block| block.name()), Some("폴백 블록"));
    assert_eq!(fallback.skill_name(), Some("워크스테이션 PC  연결"));
    assert_eq!(request("knowledge").intent.get().map(|intent| intent.knowledges().len()), Some(2));
    assert_eq!(request("app-user").app_user_id(), Some("1620160768"));
}

#[test]
fn photos_entities_and_contexts() {
    let photo = request("photo");
    assert_eq!(photo.media().map(|media| (media.kind, media.url)), Some(("image", photo.utterance())));
    assert_eq!(photo.trigger().map(|trigger| trigger.as_str()), Some("IMAGE_UPLOAD"));

    let text = request("text");
    assert_eq!(
        text.param_json("sys_date").and_then(|date| Some(date.get("date")?.as_str()?.to_owned())),
        Some("2018-11-23".into())
    );
    let number = text.number("sys_number").expect("params has broken JSON here, detailParams has not");
    assert_eq!((number.whole(), number.unit()), (Some(1), None));
    assert_eq!(text.param_text("sys_number"), Some("{\"amount\": 1, \"unit\": }"));
    assert_eq!(request("entity-nation").param_text("sys_nation"), Some("미국"));

    let image = request("secure-image").param_json("productImg").expect("JSON");
    assert!(image["secureUrls"].as_str().is_some_and(|urls| urls.starts_with("List(")));
    let context = request("context");
    let product = context.context("product").expect("context");
    assert_eq!((product.lifespan(), product.ttl()), (Some(1), Some(600)));
    assert!(product.param("productImg").is_some_and(|value| value.starts_with("List(")));
    assert!(product.resolved("productImg").is_some_and(|value| value.starts_with('{')));
}
