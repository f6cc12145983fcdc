//! Answers to a group chat.

use serde_json::{Map, Value, json};

use super::fitted_in;
use crate::kakao::limits::Setting;

fn group(template: Value) -> (Value, Vec<String>) {
    let (mut answer, told) = fitted_in(&json!({"version": "2.0", "template": template}), &Setting::group_chat());
    (answer["template"].take(), told)
}

fn text(text: &str) -> Value {
    json!({"simpleText": {"text": text}})
}

#[test]
fn a_carousel_becomes_its_first_cards() {
    let items: Vec<_> = ["1", "2", "3", "4"].iter().map(|title| json!({"title": title})).collect();
    let carousel = json!({"carousel": {"type": "textCard", "items": items}});
    let (shown, told) = group(
        json!({"outputs": [carousel], "quickReplies": [{"label": "가", "action": "message", "messageText": "가"}]}),
    );
    assert_eq!(shown, json!({"outputs": [{"textCard": items[0]}, {"textCard": items[1]}, {"textCard": items[2]}]}));
    assert_eq!(told, ["R94 template.outputs[0]", "R94 template.quickReplies"]);
    let (shown, _) = group(json!({"outputs": [text("가"), carousel, text("나")]}));
    assert_eq!(shown["outputs"], json!([text("가"), {"textCard": items[0]}, text("나")]));
}

#[test]
fn five_buttons_are_allowed_and_none_is_moved() {
    let buttons: Vec<_> =
        (1..=6).map(|i| json!({"label": i.to_string(), "action": "message", "messageText": "가"})).collect();
    let (shown, told) = group(json!({"outputs": [{"textCard": {"title": "가", "buttons": buttons}}]}));
    assert_eq!(shown, json!({"outputs": [{"textCard": {"title": "가", "buttons": buttons[..5]}}]}));
    assert_eq!(told, ["R94 template.outputs[0].textCard.buttons[5]"]);
}

#[test]
fn something_for_sale_goes() {
    let card = json!({"commerceCard": {"price": 1, "thumbnails": [{"imageUrl": "https://a.kr"}]}});
    let (shown, told) = group(json!({"outputs": [card, text("가")]}));
    assert_eq!((shown, told.len()), (json!({"outputs": [text("가")]}), 1));
}

#[test]
fn only_texts_mention_and_only_fifteen() {
    let (shown, told) = group(json!({"outputs": [
        {"textCard": {"title": "{{#mentions.a}} 님, 안녕하세요 {{#mentions.b"}}, text("{{#mentions.a}} 님")
    ]}));
    assert_eq!(shown["outputs"], json!([{"textCard": {"title": " 님, 안녕하세요 b"}}, text("{{#mentions.a}} 님")]));
    assert_eq!(told, ["R94 template.outputs[0]"]);

    let mentions: Map<_, _> = (10..30).map(|i| (format!("u{i}"), json!({}))).collect();
    let words: String = (12..30).rev().map(|i| format!("{{{{#mentions.u{i}}}}} ")).collect();
    let answer = json!({"version": "2.0", "template": {"outputs": [text(&words)]}, "extra": {"mentions": mentions}});
    let (answer, told) = fitted_in(&answer, &Setting::group_chat());
    let kept: Vec<_> = answer["extra"]["mentions"].as_object().expect("mentions").keys().cloned().collect();
    assert_eq!(kept, (15..30).map(|i| format!("u{i}")).collect::<Vec<_>>());
    let shown = answer["template"]["outputs"][0]["simpleText"]["text"].as_str().expect("text");
    assert_eq!(shown.matches("{{#mentions.").count(), 15);
    assert_eq!(told, ["R94 extra.mentions"]);
}
