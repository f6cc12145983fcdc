//! R09, R14, R46 and what else is told about members that are there and cannot be used.

use super::*;

#[test]
fn r09_names_every_member_of_another_type() {
    let whole = json!({"version": 2.0, "useCallback": "true", "data": {}, "context": {"values": [{"name": "n", "lifeSpan": "5"}]}});
    assert_eq!(
        found_in(&whole, &Setting::default()),
        [
            "E R09 version",
            "E R09 useCallback",
            "E R01 version",
            "E R09 context.values[0].lifeSpan",
            "E R91 context.values[0].lifeSpan"
        ]
    );
    assert_eq!(found(json!({})), ["E R09 template.outputs", "E R03 template.outputs"]);
    let commerce = json!({"price": "10000", "thumbnails": [{"imageUrl": "https://a.kr", "fixedRatio": "true", "link": {"web": 1}}], "profile": {"nickname": 1}});
    assert_eq!(
        bubble("commerceCard", commerce),
        [
            "E R09 price",
            "E R40 price",
            "E R09 thumbnails[0].fixedRatio",
            "E R09 thumbnails[0].link.web",
            "W R14 thumbnails[0].link",
            "E R09 profile.nickname",
            "W R46 profile.nickname"
        ]
    );
    assert_eq!(
        bubble("textCard", json!({"title": "t", "buttons": [{"label": 1, "action": "share"}]})),
        ["E R09 buttons[0].label", "E R80 buttons[0].label"]
    );
    let item = json!({"itemList": [{"title": "t", "description": 3}], "head": {"title": 1}, "itemListSummary": {"title": "t", "description": 8000}});
    assert_eq!(
        bubble("itemCard", item),
        [
            "E R09 itemList[0].description",
            "E R61 itemList[0].description",
            "E R09 head.title",
            "W R64 head.title",
            "E R09 itemListSummary.description",
            "W R68 itemListSummary.description"
        ]
    );
    assert_eq!(bubble("simpleText", json!({"text": "t", "forwardable": "true"})), ["E R09 forwardable"]);
    assert_eq!(bubble("simpleText", json!({"text": "t", "forwardable": null, "새": 1})), NOTHING);
}

#[test]
fn r14_empty_links() {
    let basic = |link: Value| bubble("basicCard", json!({"thumbnail": {"imageUrl": "https://a.kr", "link": link}}));
    assert_eq!(basic(json!({"mobile": "https://m.a.kr"})), NOTHING);
    assert_eq!(basic(json!({"ios": "app://"})), NOTHING);
    assert_eq!(basic(json!({"web": ""})), ["W R14 thumbnail.link"]);
    let list = json!({"header": {"title": "h"}, "items": [{"title": "t", "link": {}}]});
    assert_eq!(bubble("listCard", list), ["W R14 items[0].link"]);
}

#[test]
fn r64_r68_required_parts() {
    let card = |more: Value| bubble("itemCard", with(&json!({"itemList": [{"title": "t", "description": "d"}]}), more));
    assert_eq!(card(json!({"head": {}})), ["W R64 head.title"]);
    assert_eq!(card(json!({"profile": {"title": ""}})), ["W R64 profile.title"]);
    assert_eq!(card(json!({"imageTitle": {"description": "d"}})), ["W R64 imageTitle.title"]);
    assert_eq!(card(json!({"itemListSummary": {"title": "t"}})), ["W R68 itemListSummary.description"]);
}

#[test]
fn r87_list_items() {
    let item = |more: Value| {
        let item = with(&json!({"title": "t"}), more);
        bubble("listCard", json!({"header": {"title": "h"}, "items": [item]}))
    };
    assert_eq!(item(json!({"extra": {"k": 1}})), ["W R87 items[0].extra"]);
    assert_eq!(item(json!({"action": "block", "blockId": "b", "extra": {}})), NOTHING);
    assert_eq!(item(json!({"action": "block", "blockId": "b", "messageText": "m"})), ["W R87 items[0].messageText"]);
    assert_eq!(item(json!({"action": "message", "blockId": "b", "messageText": "m"})), ["W R87 items[0].blockId"]);
}
