//! R70-R76.

use super::*;

fn basic(square: Value) -> Value {
    json!({"thumbnail": {"imageUrl": "https://a.kr", "fixedRatio": square}})
}

fn item(more: Value) -> Value {
    with(&json!({"itemList": [{"title": "t", "description": "d"}]}), more)
}

fn carousel(kind: &str, items: Value, more: Value) -> Vec<String> {
    bubble("carousel", with(&json!({"type": kind, "items": items}), more))
}

#[test]
fn r70_type() {
    for (kind, card) in [
        ("textCard", json!({"title": "t"})),
        ("basicCard", basic(json!(true))),
        ("commerceCard", json!({"price": 1, "thumbnails": [{"imageUrl": "https://a.kr"}]})),
        ("listCard", json!({"header": {"title": "h"}, "items": [{"title": "t"}]})),
        ("itemCard", item(json!({}))),
    ] {
        assert_eq!(carousel(kind, json!([card]), json!({})), NOTHING, "{kind}");
    }
    assert_eq!(carousel("simpleText", json!([{"text": "t"}]), json!({})), ["E R70 type"]);
    assert_eq!(bubble("carousel", json!({"items": [{}]})), ["E R70 type"]);
    let wrapped = json!([{"basicCard": basic(json!(false))}]);
    assert_eq!(carousel("basicCard", wrapped, json!({})), ["E R70 items[0]", "E R30 items[0].thumbnail"]);
    assert_eq!(carousel("basicCard", json!(["가"]), json!({})), ["E R70 items[0]"]);
    assert_eq!(
        carousel("basicCard", json!([{"title": 5}]), json!({})),
        ["E R09 items[0].title", "E R30 items[0].thumbnail"]
    );
}

#[test]
fn r71_count() {
    let basics = |count: usize| carousel("basicCard", json!(vec![basic(json!(false)); count]), json!({}));
    assert_eq!(basics(0), ["E R71 items"]);
    assert_eq!(basics(1), NOTHING);
    assert_eq!(basics(10), NOTHING);
    assert_eq!(basics(11), ["E R71 items"]);
    let list = json!({"header": {"title": "h"}, "items": [{"title": "t"}]});
    let lists = |count: usize| carousel("listCard", json!(vec![list.clone(); count]), json!({}));
    assert_eq!(lists(5), NOTHING);
    assert_eq!(lists(6), ["E R71 items"]);
    assert_eq!(carousel("basicCard", json!(null), json!({})), ["E R71 items"]);
}

#[test]
fn r72_r73_r74_header() {
    let header = |title: &str, description: &str| json!({"header": {"title": title, "description": description, "thumbnail": {"imageUrl": "https://a.kr"}}});
    let with_header = |kind: &str, card: Value, header: Value| carousel(kind, json!([card]), header);
    assert_eq!(with_header("basicCard", basic(json!(false)), header("가\n나", "가\n나\n다")), NOTHING);
    assert_eq!(with_header("textCard", json!({"title": "t"}), header("t", "d")), ["E R72 header"]);
    let list = json!({"header": {"title": "h"}, "items": [{"title": "t"}]});
    assert_eq!(with_header("listCard", list, header("t", "d")), ["E R72 header"]);
    assert_eq!(
        with_header("basicCard", basic(json!(false)), json!({"header": {}})),
        ["E R73 header.title", "E R73 header.description", "E R73 header.thumbnail.imageUrl"]
    );
    assert_eq!(
        with_header("basicCard", basic(json!(false)), header("가\n나\n다", "가\n나\n다\n라")),
        ["W R74 header.title", "W R74 header.description"]
    );
}

#[test]
fn r75_one_ratio() {
    let two = |first: Value, second: Value| carousel("basicCard", json!([basic(first), basic(second)]), json!({}));
    assert_eq!(two(json!(true), json!(true)), NOTHING);
    assert_eq!(two(json!(false), json!(null)), NOTHING);
    assert_eq!(two(json!(true), json!(false)), ["E R75 items"]);
    let sized = |width: i64, height: i64| {
        item(json!({"thumbnail": {"imageUrl": "https://a.kr", "width": width, "height": height}}))
    };
    assert_eq!(carousel("itemCard", json!([sized(800, 400), sized(400, 200)]), json!({})), NOTHING);
    let mixed = carousel("itemCard", json!([sized(800, 400), sized(800, 800)]), json!({}));
    assert_eq!(mixed, ["E R75 items", "W R69 items[1].thumbnail"]);
    let edge = carousel("itemCard", json!([sized(i64::MAX, i64::MIN), sized(i64::MIN, i64::MAX)]), json!({}));
    assert!(edge.contains(&"E R75 items".to_owned()));
}

#[test]
fn r76_same_parts() {
    let head = || item(json!({"head": {"title": "h"}}));
    let profile = || item(json!({"profile": {"title": "p"}}));
    assert_eq!(carousel("itemCard", json!([head(), head()]), json!({})), NOTHING);
    assert_eq!(carousel("itemCard", json!([head(), item(json!({}))]), json!({})), ["E R76 items.head"]);
    let mixed = carousel("itemCard", json!([head(), profile()]), json!({}));
    assert_eq!(mixed, ["E R76 items.head", "E R76 items.profile"]);
    let titled = item(json!({"imageTitle": {"title": "i"}}));
    assert_eq!(carousel("itemCard", json!([titled, item(json!({}))]), json!({})), ["E R76 items.imageTitle"]);
    let pictured = item(json!({"thumbnail": {"imageUrl": "https://a.kr", "width": 2, "height": 1}}));
    assert_eq!(carousel("itemCard", json!([pictured, item(json!({}))]), json!({})), ["E R76 items.thumbnail"]);
}
