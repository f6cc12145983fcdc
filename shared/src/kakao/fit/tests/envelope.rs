//! The whole response: version, promise, number and size of bubbles.

use serde_json::{Value, json};

use super::{bubbles, fitted_in, refused};
use crate::kakao::fit::fit;
use crate::kakao::limits::{Setting, chars};
use crate::kakao::skill::SkillResponse;

fn text(text: impl Into<String>) -> Value {
    json!({"simpleText": {"text": text.into()}})
}

#[test]
fn a_good_answer_passes_untouched() {
    let response = SkillResponse::text("안녕하세요 👋");
    let fitted = fit(response.clone(), &Setting::default(), None).expect("good");
    assert_eq!((fitted.response, fitted.mendings.capacity()), (response, 0));
}

#[test]
fn r01_sets_the_version() {
    let (answer, told) = fitted_in(&json!({"template": {"outputs": [text("가")]}}), &Setting::default());
    assert_eq!((&answer["version"], told), (&json!("2.0"), vec!["R01 version".to_owned()]));
}

#[test]
fn r03_lets_texts_share_a_bubble_before_any_goes() {
    let image = json!({"simpleImage": {"imageUrl": "https://a.kr"}});
    let (shown, told) = bubbles(json!([text("가"), text("나"), image, text("다")]));
    assert_eq!(shown, json!([text("가\n\n나"), image, text("다")]));
    assert_eq!(told, ["R03 [1]"]);

    let (shown, told) = bubbles(json!([image, text("가"), image, text("나"), image]));
    assert_eq!(shown, json!([image, text("가"), image]));
    assert_eq!(told, ["R03 [3]", "R03 [4]"]);

    // 998 and 1 with the seam are 1001.
    let (shown, _) = bubbles(json!([text("가".repeat(998)), text("나"), image, image]));
    assert_eq!(shown, json!([text("가".repeat(998)), text("나"), image]));
}

#[test]
fn r05_drops_what_is_no_bubble() {
    let (shown, told) = bubbles(json!([{"video": {}}, text("가"), {"simpleText": {"text": "나"}, "textCard": {}}]));
    assert_eq!(shown, json!([text("가")]));
    assert_eq!(told, ["R05 [0]", "R05 [2]"]);
}

#[test]
fn a_promise_stands_alone_and_only_where_it_can_be_kept() {
    let answer = json!({"version": "2.0", "useCallback": true, "template": {"outputs": [text("가")]}});
    let (kept, told) = fitted_in(&answer, &Setting::answering(true));
    assert_eq!((kept, told), (json!({"version": "2.0", "useCallback": true}), vec!["R06 template".to_owned()]));
    let (kept, told) = fitted_in(&answer, &Setting::answering(false));
    assert_eq!(kept, json!({"version": "2.0", "template": {"outputs": [text("가")]}}));
    assert_eq!(told, ["R07 useCallback"]);

    let promise = SkillResponse::callback(serde_json::Map::new());
    let findings = fit(promise, &Setting::answering(false), None).expect_err("nothing to show");
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["R07"]);
}

#[test]
fn nothing_left_says_what_was_wrong() {
    assert_eq!(refused(json!([])), ["R03 template.outputs"]);
    assert_eq!(
        refused(json!([text(""), {"simpleImage": {"imageUrl": "a.png"}}])),
        ["R10 template.outputs[0].simpleText.text", "R12 template.outputs[1].simpleImage.imageUrl"]
    );
    assert_eq!(refused(json!([text(" ".repeat(1001))])), ["R03 template.outputs"]);
    let nothing = fit(SkillResponse::new(), &Setting::default(), None).expect_err("nothing");
    assert_eq!(nothing.first().map(|finding| finding.rule), Some("R02"));
    // An event may be suppressed, but not by accident.
    assert!(fit(SkillResponse::text(""), &Setting::suppressing(), None).is_err());
}

#[test]
fn r11_splits_over_the_places_that_are_left() {
    let (shown, told) = bubbles(json!([text("가".repeat(1000))]));
    assert_eq!((shown, told.len()), (json!([text("가".repeat(1000))]), 0));

    let long = format!("{}\n\n{}\n\n{}", "가".repeat(900), "나".repeat(900), "다".repeat(1000));
    let (shown, told) = bubbles(json!([text(long.clone())]));
    assert_eq!(shown, json!([text("가".repeat(900)), text("나".repeat(900)), text("다".repeat(1000))]));
    assert_eq!(told, ["R11 [0].simpleText.text"]);

    let card = json!({"textCard": {"title": "가"}});
    let (shown, _) = bubbles(json!([card, text(long), card]));
    let short = shown[1]["simpleText"]["text"].as_str().expect("text");
    assert!(chars(short) == 1000 && short.ends_with("나…"), "{short}");
}

#[test]
fn r11_keeps_the_order_and_gives_the_first_its_places() {
    let (shown, _) = bubbles(json!([text("가".repeat(1500)), text("나".repeat(1500))]));
    let shown: Vec<_> =
        shown.as_array().expect("bubbles").iter().map(|it| it["simpleText"]["text"].as_str().expect("text")).collect();
    assert_eq!(shown.iter().map(|text| chars(text)).collect::<Vec<_>>(), [1000, 500, 1000]);
    assert!(shown[2].starts_with('나') && shown[2].ends_with('…'));
}

#[test]
fn r12_r13_pictures() {
    let (shown, told) = bubbles(json!([
        text("가"),
        {"simpleImage": {"imageUrl": "a.png"}},
        {"simpleImage": {"imageUrl": "https://a.kr", "altText": "👨‍👩‍👧".repeat(7)}},
    ]));
    let alt = format!("{}…", "👨‍👩‍👧".repeat(6));
    assert_eq!(shown, json!([text("가"), {"simpleImage": {"imageUrl": "https://a.kr", "altText": alt}}]));
    assert_eq!(told, ["R12 [1].simpleImage.imageUrl", "R13 [2].simpleImage.altText"]);
}

#[test]
fn r08_shortens_a_text_and_drops_a_card() {
    let mut setting = Setting::default();
    (setting.bubble_warning, setting.bubble_error) = (200, 200);
    let card = json!({"textCard": {"title": "가", "description": "나".repeat(100)}});
    let answer = json!({"version": "2.0", "template": {"outputs": [text("가".repeat(500)), card]}});
    let (shown, told) = fitted_in(&answer, &setting);
    let outputs = shown["template"]["outputs"].as_array().expect("bubbles");
    assert_eq!(outputs.len(), 1);
    let size = outputs[0].to_string().len();
    assert!((150..=200).contains(&size), "{size}");
    assert_eq!(told, ["R08 template.outputs[0]", "R08 template.outputs[1]"]);
}
