//! R50-R55.

use super::*;

fn list() -> Value {
    json!({"header": {"title": "h"}, "items": [{"title": "t"}]})
}

fn items(item: Value) -> Vec<String> {
    let lines = bubble("listCard", with(&list(), json!({"items": [item]})));
    lines.into_iter().map(|line| line.replacen("items[0].", "", 1)).collect()
}

#[test]
fn r50_r54_header() {
    assert_eq!(bubble("listCard", list()), NOTHING);
    assert_eq!(bubble("listCard", with(&list(), json!({"header": null}))), ["E R50 header"]);
    assert_eq!(bubble("listCard", with(&list(), json!({"header": {"title": ""}}))), ["E R50 header.title"]);
    let rich = json!({"title": "h", "description": "d", "imageUrl": "https://a.kr", "action": "message", "link": {}});
    assert_eq!(
        bubble("listCard", with(&list(), json!({"header": rich}))),
        ["W R54 header.description", "W R54 header.imageUrl", "W R54 header.action", "W R54 header.link"]
    );
}

#[test]
fn r51_items() {
    let many = |count: usize| with(&list(), json!({"items": vec![json!({"title": "t"}); count]}));
    assert_eq!(bubble("listCard", many(0)), ["E R51 items"]);
    assert_eq!(bubble("listCard", many(1)), NOTHING);
    assert_eq!(bubble("listCard", many(5)), NOTHING);
    assert_eq!(bubble("listCard", many(6)), ["E R51 items"]);
    assert_eq!(in_carousel("listCard", many(4)), NOTHING);
    assert_eq!(in_carousel("listCard", many(5)), ["E R51 items"]);
    assert_eq!(bubble("listCard", with(&list(), json!({"items": null}))), ["E R51 items"]);
}

#[test]
fn r52_title() {
    assert_eq!(items(json!({"title": long(50)})), NOTHING);
    assert_eq!(items(json!({"title": long(51)})), ["W R52 title"]);
    assert_eq!(items(json!({"title": ""})), ["E R52 title"]);
    assert_eq!(items(json!({"description": "d"})), ["E R52 title"]);
}

#[test]
fn r53_action() {
    assert_eq!(items(json!({"title": "t", "action": "message", "messageText": "m"})), NOTHING);
    assert_eq!(items(json!({"title": "t", "action": "message"})), ["E R53 messageText"]);
    assert_eq!(items(json!({"title": "t", "action": "block", "blockId": "b"})), NOTHING);
    assert_eq!(items(json!({"title": "t", "action": "block", "blockId": ""})), ["E R53 blockId"]);
    assert_eq!(items(json!({"title": "t", "action": "webLink"})), ["E R53 action"]);
    assert_eq!(items(json!({"title": "t", "action": "모름"})), ["E R53 action"]);
}

#[test]
fn r55_one_way_and_r12() {
    let both = json!({"title": "t", "action": "message", "messageText": "m", "link": {"web": "https://a.kr"}});
    assert_eq!(bubble("listCard", with(&list(), json!({"items": [both]}))), ["W R55 items[0]"]);
    assert_eq!(items(json!({"title": "t", "imageUrl": "a.png"})), ["E R12 imageUrl"]);
}
