//! R80-R88, R90, R93.

use super::*;

fn say(label: &str) -> Value {
    json!({"label": label, "action": "message", "messageText": "m"})
}

fn button(button: Value) -> Vec<String> {
    let lines = bubble("textCard", json!({"title": "t", "buttons": [button]}));
    lines.into_iter().map(|line| line.replacen("buttons[0].", "", 1)).collect()
}

#[test]
fn r80_r81_label() {
    assert_eq!(button(say(&long(14))), NOTHING);
    assert_eq!(button(say(&long(15))), ["W R81 label"]);
    assert_eq!(button(say("")), ["E R80 label"]);
    assert_eq!(button(json!({"action": "share"})), ["E R80 label"]);
    let row = |label: usize, count: usize| {
        bubble(
            "textCard",
            json!({"title": "t", "buttonLayout": "horizontal", "buttons": vec![say(&long(label)); count]}),
        )
    };
    assert_eq!(row(14, 1), NOTHING);
    assert_eq!(row(8, 2), NOTHING);
    assert_eq!(row(9, 2), ["W R81 buttons[0].label", "W R81 buttons[1].label"]);
}

#[test]
fn r82_direction_matrix() {
    for (layout, square, most) in [
        (json!(null), json!(null), 3),
        (json!(null), json!(false), 3),
        (json!(null), json!(true), 2),
        (json!("vertical"), json!(true), 3),
        (json!("vertical"), json!(false), 3),
        (json!("horizontal"), json!(true), 2),
        (json!("horizontal"), json!(null), 2),
    ] {
        for count in 0..=5 {
            let picture = json!({"imageUrl": "https://a.kr", "fixedRatio": square});
            let buttons = vec![say("b"); count];
            let parts = json!({"buttonLayout": layout, "buttons": buttons});
            let basic = with(&json!({"thumbnail": picture.clone()}), parts.clone());
            let commerce = with(&json!({"price": 1, "thumbnails": [picture]}), parts);
            let expected: &[&str] = if count > most { &["E R82 buttons"] } else { &[] };
            assert_eq!(bubble("basicCard", basic), expected, "{layout} {square} {count}");
            assert_eq!(bubble("commerceCard", commerce), expected, "{layout} {square} {count}");
        }
    }
}

#[test]
fn r83_r84_r85_members() {
    for (action, key, value) in [
        ("webLink", "webLinkUrl", "https://a.kr"),
        ("message", "messageText", "m"),
        ("phone", "phoneNumber", "+82 2-123-4567"),
        ("block", "blockId", "b"),
    ] {
        assert_eq!(button(json!({"label": "l", "action": action, key: value})), NOTHING);
        assert_eq!(button(json!({"label": "l", "action": action, key: ""})), [format!("E R83 {key}")]);
        assert_eq!(button(json!({"label": "l", "action": action})), [format!("E R83 {key}")]);
    }
    let link = |url: &str| button(json!({"label": "l", "action": "webLink", "webLinkUrl": url}));
    assert_eq!(link("tel:010"), ["E R84 webLinkUrl"]);
    assert_eq!(link("a.kr"), ["E R84 webLinkUrl"]);
    assert_eq!(link("MAILTO:a@b.kr"), ["W R84 webLinkUrl"]);
    assert_eq!(link("가나다라마바사"), ["E R84 webLinkUrl"]);
    let dial = |number: &str| button(json!({"label": "l", "action": "phone", "phoneNumber": number}));
    assert_eq!(dial("*123#"), NOTHING);
    assert_eq!(dial("(02)1234"), ["W R85 phoneNumber"]);
}

#[test]
fn r86_r87_actions() {
    for action in ["share", "operator"] {
        assert_eq!(button(json!({"label": "l", "action": action})), NOTHING);
    }
    for action in ["addChannel", "Message", "guide", "invite", "inviteMember", "mention", "settings", ""] {
        assert_eq!(button(json!({"label": "l", "action": action})), ["E R86 action"], "{action}");
    }
    assert_eq!(button(json!({"label": "l"})), ["E R86 action"]);
    assert_eq!(button(json!({"label": "l", "action": "osLink", "osLink": {}})), ["W R86 action"]);
    assert_eq!(button(json!({"label": "l", "action": "share", "messageText": "m"})), ["W R87 messageText"]);
    assert_eq!(
        button(json!({"label": "l", "action": "webLink", "webLinkUrl": "https://a.kr", "blockId": "b", "extra": {}})),
        ["W R87 blockId", "W R87 extra"]
    );
    assert_eq!(
        button(json!({"label": "l", "action": "block", "blockId": "b", "messageText": "m", "extra": {}})),
        NOTHING
    );
}

#[test]
fn r88_layout() {
    assert_eq!(bubble("textCard", json!({"title": "t", "buttonLayout": "diagonal"})), ["E R88 buttonLayout"]);
}

#[test]
fn r90_quick_reply() {
    let reply = |reply: Value| {
        let template = json!({"outputs": [{"simpleText": {"text": "t"}}], "quickReplies": [reply]});
        let lines = found_in(&json!({"version": "2.0", "template": template}), &Setting::default());
        lines.into_iter().map(|line| line.replace("template.quickReplies[0].", "")).collect::<Vec<_>>()
    };
    assert_eq!(reply(json!({"label": long(14), "action": "Message", "messageText": "m"})), NOTHING);
    assert_eq!(reply(json!({"label": long(15), "action": "block", "blockId": "b"})), ["W R90 label"]);
    assert_eq!(reply(json!({"label": "", "action": "message", "messageText": "m"})), ["E R90 label"]);
    assert_eq!(reply(json!({"label": "l", "action": "message"})), ["E R90 messageText"]);
    assert_eq!(reply(json!({"label": "l", "action": "block", "messageText": "m"})), ["E R90 blockId"]);
    assert_eq!(reply(json!({"label": "l", "action": "webLink"})), ["E R90 action"]);
    assert_eq!(reply(json!({"label": "l"})), ["E R90 action"]);
}

#[test]
fn r93_forwardable() {
    assert_eq!(bubble("textCard", json!({"title": "t", "forwardable": true})), NOTHING);
    assert_eq!(bubble("textCard", json!({"title": "t", "forwardable": true, "buttons": []})), NOTHING);
    let busy = json!({"title": "t", "forwardable": true, "buttons": [say("b")]});
    assert_eq!(bubble("textCard", busy), ["W R93 forwardable"]);
    assert_eq!(in_carousel("textCard", json!({"title": "t", "forwardable": true})), ["W R93 forwardable"]);
    let list =
        |item: Value| bubble("listCard", json!({"header": {"title": "h"}, "items": [item], "forwardable": true}));
    assert_eq!(list(json!({"title": "t"})), NOTHING);
    assert_eq!(list(json!({"title": "t", "link": {"web": "https://a.kr"}})), ["W R93 forwardable"]);
}
