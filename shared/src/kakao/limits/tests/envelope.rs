//! R01-R08, R91, R92, R94, and the rules of requests and checks.

use super::*;
use crate::kakao::limits::{check_request, check_response, skill_request};
use crate::kakao::skill::{CheckRequest, CheckResponse, SkillRequest};

fn text(text: &str) -> Value {
    json!({"simpleText": {"text": text}})
}

fn whole(body: Value) -> Vec<String> {
    found_in(&body, &Setting::default())
}

fn context(values: Value) -> Vec<String> {
    let lines = whole(json!({"version": "2.0", "context": {"values": values}}));
    lines.into_iter().map(|line| line.replace("context.values", "")).collect()
}

#[test]
fn r01_r02_envelope() {
    assert_eq!(whole(json!({"version": "2.0", "data": {}})), NOTHING);
    assert_eq!(whole(json!({"data": {}})), ["E R01 version"]);
    assert_eq!(whole(json!({"version": "1.0", "data": {}})), ["E R01 version"]);
    assert_eq!(whole(json!({"version": "2.0"})), ["E R02 template"]);
    assert_eq!(whole(json!({"version": "2.0", "context": {"values": []}})), NOTHING);
    assert_eq!(whole(json!({"version": "2.0", "useCallback": true})), NOTHING);
    assert_eq!(whole(json!({"version": "2.0", "useCallback": false})), ["E R02 template"]);
}

#[test]
fn r03_r04_r05_template() {
    let outputs = |count: usize| json!({"version": "2.0", "template": {"outputs": vec![text("t"); count]}});
    assert_eq!(whole(outputs(0)), ["E R03 template.outputs"]);
    assert_eq!(whole(outputs(1)), NOTHING);
    assert_eq!(whole(outputs(3)), NOTHING);
    assert_eq!(whole(outputs(4)), ["E R03 template.outputs"]);
    assert_eq!(whole(json!({"version": "2.0", "template": {}})), ["E R03 template.outputs"]);
    assert_eq!(found_in(&outputs(0), &Setting::suppressing()), NOTHING);

    let reply = json!({"label": "l", "action": "message", "messageText": "m"});
    let replies = |count: usize| {
        whole(
            json!({"version": "2.0", "template": {"outputs": [text("t")], "quickReplies": vec![reply.clone(); count]}}),
        )
    };
    assert_eq!(replies(10), NOTHING);
    assert_eq!(replies(11), ["E R04 template.quickReplies"]);

    for bad in [json!({}), json!({"videoCard": {}}), json!({"simpleText": {"text": "t"}, "textCard": {"title": "t"}})] {
        assert_eq!(found(json!([bad])), ["E R05 template.outputs[0]"]);
    }
    assert_eq!(found(json!([{"simpleText": {"text": "t"}, "textCard": null}])), NOTHING);
}

#[test]
fn r06_r07_callback() {
    let promise = json!({"version": "2.0", "useCallback": true});
    assert_eq!(found_in(&promise, &Setting::answering(true)), NOTHING);
    assert_eq!(found_in(&promise, &Setting::answering(false)), ["E R07 useCallback"]);
    let both = json!({"version": "2.0", "useCallback": true, "template": {"outputs": []}});
    assert_eq!(whole(both), ["W R06 template"]);
    let plain = json!({"version": "2.0", "useCallback": false, "data": {}});
    assert_eq!(found_in(&plain, &Setting::answering(false)), NOTHING);
}

#[test]
fn r08_size() {
    // {"simpleText":{"text":""}} has 26 bytes; a long text is also told by R11.
    let sized = |bytes: usize| found(json!([text(&"a".repeat(bytes - 26))]));
    assert_eq!(sized(30_720), ["W R11 simpleText.text"]);
    assert_eq!(sized(30_721), ["W R08 template.outputs[0]", "W R11 simpleText.text"]);
    assert_eq!(sized(61_440), ["W R08 template.outputs[0]", "W R11 simpleText.text"]);
    assert_eq!(sized(61_441), ["E R08 template.outputs[0]", "W R11 simpleText.text"]);
    let setting = Setting { bubble_warning: 10, bubble_error: 20, ..Setting::default() };
    let body = json!({"version": "2.0", "template": {"outputs": [text("t")]}});
    assert_eq!(found_in(&body, &setting), ["E R08 template.outputs[0]"]);
}

#[test]
fn r91_r92_context() {
    assert_eq!(context(json!([{"name": "a", "lifeSpan": 0}])), NOTHING);
    assert_eq!(context(json!([{"name": "a", "lifeSpan": 99, "params": {"k": "v"}}])), NOTHING);
    assert_eq!(context(json!([{"name": "a", "lifeSpan": 100}])), ["W R91 [0].lifeSpan"]);
    assert_eq!(context(json!([{"name": "a", "lifeSpan": -1}])), ["E R91 [0].lifeSpan"]);
    assert_eq!(context(json!([{"name": "", "lifespan": 1}])), ["E R91 [0].name", "E R91 [0].lifeSpan"]);
    for value in [json!(1), json!(null), json!(true), json!({})] {
        assert_eq!(context(json!([{"name": "a", "lifeSpan": 1, "params": {"k": value}}])), ["E R91 [0].params.k"]);
    }
    let twice = json!([{"name": "a", "lifeSpan": 1}, {"name": "b", "lifeSpan": 1}, {"name": "a", "lifeSpan": 2}]);
    assert_eq!(context(twice), ["W R92 [2].name"]);
    assert_eq!(whole(json!({"version": "2.0", "context": {}})), ["E R91 context.values"]);
}

#[test]
fn r94_group_chat() {
    let group = |body: Value| found_in(&body, &Setting::group_chat());
    let outputs = |outputs: Value| group(json!({"version": "2.0", "template": {"outputs": outputs}}));
    let button = json!({"label": "l", "action": "invite"});
    let card = |layout: &str, count: usize| {
        outputs(json!([{"textCard": {"title": "t", "buttonLayout": layout, "buttons": vec![button.clone(); count]}}]))
    };
    assert_eq!(card("vertical", 5), NOTHING);
    assert_eq!(card("vertical", 6), ["E R94 template.outputs[0].textCard.buttons"]);
    assert_eq!(card("horizontal", 2), NOTHING);
    assert_eq!(card("horizontal", 3), ["E R94 template.outputs[0].textCard.buttons"]);
    let commerce = json!([{"commerceCard": {"price": 1, "thumbnails": [{"imageUrl": "https://a.kr"}]}}]);
    assert_eq!(outputs(commerce), ["E R94 template.outputs[0]"]);
    let carousel = json!([{"carousel": {"type": "textCard", "items": [{"title": "t"}]}}]);
    assert_eq!(outputs(carousel), ["E R94 template.outputs[0]"]);
    assert_eq!(outputs(json!([text("{{#mentions.a}} 안녕")])), NOTHING);
    assert_eq!(outputs(json!([{"textCard": {"title": "{{#mentions.a}}"}}])), ["E R94 template.outputs[0]"]);
    let reply = json!({"label": "l", "action": "message", "messageText": "m"});
    let replies = json!({"version": "2.0", "template": {"outputs": [text("t")], "quickReplies": [reply]}});
    assert_eq!(group(replies), ["E R94 template.quickReplies"]);
    let mentions = |count: usize| {
        let all: Value = (0..count).map(|i| (i.to_string(), json!({"type": "botUserKey", "id": "a"}))).collect();
        group(json!({"version": "2.0", "template": {"outputs": [text("t")]}, "extra": {"mentions": all}}))
    };
    assert_eq!(mentions(15), NOTHING);
    assert_eq!(mentions(16), ["E R94 extra.mentions"]);
}

#[test]
fn a_request_says_what_its_answer_is_held_to() {
    let setting = |body: Value| {
        let request: SkillRequest = serde_json::from_value(body).expect("parses");
        let setting = Setting::replying_to(&request);
        (setting.callback_offered, setting.group_chat, setting.suppress)
    };
    assert_eq!(setting(json!({})), (Some(false), false, false));
    let room = json!({"userRequest": {"callbackUrl": "https://bot-api.kakao.com/x", "chat": {"id": "g", "type": "botGroupKey"}}});
    assert_eq!(setting(room), (Some(true), true, false));
    assert_eq!(setting(json!({"userRequest": {"callbackUrl": null, "chat": null}})), (Some(false), false, false));
}

#[test]
fn refused_says_rules_and_places_and_no_words() {
    let refused = SkillResponse::text("").quick_reply(crate::kakao::skill::QuickReply::message("비밀", "")).checked();
    let refused = refused.expect_err("an empty text");
    assert_eq!(refused.errors.len(), 2);
    assert_eq!(refused.to_string().lines().count(), 2);
    assert!(!refused.to_string().contains("비밀") && refused.to_string().starts_with("E R10 template.outputs[0]"));
}

#[test]
fn checks() {
    let response = |body: Value| -> Vec<_> {
        let response: CheckResponse = serde_json::from_value(body).expect("parses");
        check_response(&response).iter().map(|finding| format!("{} {}", finding.severity, finding.rule)).collect()
    };
    for good in [CheckResponse::success("v"), CheckResponse::success_as_is(), CheckResponse::fail("m")] {
        assert!(check_response(&good).is_empty());
    }
    assert!(check_response(&CheckResponse::error()).is_empty() && check_response(&CheckResponse::ignore()).is_empty());
    assert_eq!(response(json!({})), ["E K01"]);
    assert_eq!(response(json!({"status": "success"})), ["E K01"]);
    assert_eq!(response(json!({"status": "SUCCESS", "value": 5})), ["W K02"]);
    assert_eq!(response(json!({"status": "FAIL", "value": ""})), ["W K03"]);
    assert_eq!(response(json!({"status": "IGNORE", "value": "v"})), ["W K04"]);

    let request: CheckRequest = serde_json::from_value(json!({"action": {}})).expect("parses");
    let rules: Vec<_> = check_request(&request).iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["K10", "K11", "K12"]);
}

#[test]
fn requests_are_only_ever_odd() {
    let rules = |body: Value| -> Vec<_> {
        let request: SkillRequest = serde_json::from_value(body).expect("parses");
        let findings = skill_request(&request);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
        findings.iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules(json!({})), ["Q01", "Q04", "Q05"]);
    let bot = json!({"bot": {"id": "b"}, "action": {}});
    assert_eq!(rules(with(&bot, json!({"userRequest": {}}))), ["Q02", "Q03"]);
    for (url, fine) in [
        ("https://bot-api.kakao.com/v1/bots/a/callback/b", true),
        ("https://bot-api.kakao.com.evil.test/v1", false),
        ("https://bot-api.kakao.com@evil.test/v1", false),
        ("https://bot-api.kakao.com:8443/v1", false),
        ("http://bot-api.kakao.com/v1", false),
    ] {
        let said = json!({"userRequest": {"user": {"id": "u"}, "utterance": "", "callbackUrl": url}});
        assert_eq!(rules(with(&bot, said)).is_empty(), fine, "{url}");
    }
}
