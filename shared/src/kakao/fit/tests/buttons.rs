//! Buttons.

use serde_json::{Value, json};

use super::{bubbles, fitted_in};
use crate::kakao::limits::Setting;

fn say(label: &str) -> Value {
    json!({"label": label, "action": "message", "messageText": label})
}

fn web(label: &str) -> Value {
    json!({"label": label, "action": "webLink", "webLinkUrl": "https://a.kr"})
}

fn card(buttons: &[Value], layout: Option<&str>) -> Value {
    let mut card = json!({"title": "가", "buttons": buttons});
    if let Some(layout) = layout {
        card["buttonLayout"] = layout.into();
    }
    json!([{"textCard": card}])
}

#[test]
fn buttons_that_do_nothing_go() {
    let bad = [
        json!({"label": "", "action": "share"}),
        json!({"label": "가"}),
        json!({"label": "가", "action": "addChannel"}),
        json!({"label": "가", "action": "invite"}),
        json!({"label": "가", "action": "webLink"}),
        json!({"label": "가", "action": "webLink", "webLinkUrl": "a.kr"}),
        json!({"label": "가", "action": "message"}),
        json!({"label": "가", "action": "block", "blockId": ""}),
        json!({"label": "가", "action": "phone"}),
    ];
    let (shown, told) = bubbles(card(&bad, Some("diagonal")));
    assert_eq!(shown, json!([{"textCard": {"title": "가"}}]));
    let rules: Vec<_> = told.iter().map(|told| told.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(rules, ["R88", "R80", "R86", "R86", "R86", "R83", "R84", "R83", "R83", "R83"]);
}

#[test]
fn r81_long_labels_get_more_room_first() {
    let (shown, told) = bubbles(card(&[say("가나다라마바사아자"), say("가")], Some("horizontal")));
    assert_eq!(shown, card(&[say("가나다라마바사아자"), say("가")], Some("vertical")));
    assert_eq!(told, ["R81 [0].textCard.buttons"]);
    let fine = card(&[say("가나다라마바사아"), say("가")], Some("horizontal"));
    assert_eq!(bubbles(fine.clone()), (fine, vec![]));

    let long = "가나다라마바사아자차카타파하거";
    let (shown, told) = bubbles(card(&[json!({"label": "", "action": "share"}), say(long)], None));
    assert_eq!(shown[0]["textCard"]["buttons"][0]["label"], "가나다라마바사아자차카타파…");
    assert_eq!(told, ["R80 [0].textCard.buttons[0].label", "R81 [0].textCard.buttons[1].label"]);
}

#[test]
fn r81_a_block_still_hears_the_whole_label() {
    let long = "가나다라마바사아자차카타파하거";
    let (shown, _) = bubbles(card(&[json!({"label": long, "action": "block", "blockId": "b"})], None));
    assert_eq!(shown[0]["textCard"]["buttons"][0]["messageText"], long);
}

#[test]
fn r82_turns_and_then_moves() {
    let three = [say("가"), say("나"), say("다")];
    let (shown, told) = bubbles(card(&three, Some("horizontal")));
    assert_eq!(shown, card(&three, Some("vertical")));
    assert_eq!(told, ["R82 [0].textCard.buttons"]);

    let outputs = card(&[say("가"), web("나"), say("다"), say("라"), web("마")], None);
    let (answer, told) = fitted_in(&json!({"version": "2.0", "template": {"outputs": outputs}}), &Setting::default());
    assert_eq!(answer["template"]["outputs"], card(&[say("가"), web("나"), web("마")], None));
    assert_eq!(answer["template"]["quickReplies"], json!([say("다"), say("라")]));
    assert_eq!(told, ["R82 template.outputs[0].textCard.buttons[3]", "R82 template.outputs[0].textCard.buttons[2]"]);

    let four = [web("가"), web("나"), web("다"), web("라")];
    let (shown, _) = bubbles(card(&four, None));
    assert_eq!(shown, card(&four[..3], None), "a link cannot be a quick reply");
}

#[test]
fn r82_a_carousel_moves_nothing() {
    let four = [say("가"), say("나"), say("다"), say("라")];
    let outputs = json!([{"carousel": {"type": "textCard", "items": [{"title": "가", "buttons": four}]}}]);
    let (answer, _) = fitted_in(&json!({"version": "2.0", "template": {"outputs": outputs}}), &Setting::default());
    assert!(answer["template"].get("quickReplies").is_none());
}

#[test]
fn buttons_of_a_bubble_that_goes_go_with_it() {
    let bubble = |n: &str| json!({"textCard": {"title": n, "buttons": [say("가"), say("나"), say("다"), say(n)]}});
    let outputs = json!([bubble("1"), bubble("2"), bubble("3"), bubble("4")]);
    let (answer, _) = fitted_in(&json!({"version": "2.0", "template": {"outputs": outputs}}), &Setting::default());
    assert_eq!(answer["template"]["quickReplies"], json!([say("1"), say("2"), say("3")]));
}
