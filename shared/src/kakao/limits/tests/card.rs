//! R30-R32, R40-R45.

use super::*;

fn basic() -> Value {
    json!({"thumbnail": {"imageUrl": "https://a.kr/b.png"}})
}

fn commerce() -> Value {
    json!({"price": 10000, "thumbnails": [{"imageUrl": "https://a.kr/b.png"}]})
}

#[test]
fn r30_thumbnail() {
    assert_eq!(bubble("basicCard", basic()), NOTHING);
    assert_eq!(bubble("basicCard", json!({"title": "t"})), ["E R30 thumbnail"]);
    assert_eq!(bubble("basicCard", json!({"thumbnail": {}})), ["E R12 thumbnail.imageUrl"]);
    let alt = json!({"thumbnail": {"imageUrl": "https://a.kr", "altText": long(51)}});
    assert_eq!(bubble("basicCard", alt), ["W R13 thumbnail.altText"]);
}

#[test]
fn r31_words() {
    let words =
        |title: String, description: String| with(&basic(), json!({"title": title, "description": description}));
    assert_eq!(bubble("basicCard", words(long(50), long(230))), NOTHING);
    assert_eq!(bubble("basicCard", words(long(51), long(231))), ["W R31 title", "W R31 description"]);
    let three = || "가\n나\n다".to_owned();
    assert_eq!(bubble("basicCard", words(three(), three())), NOTHING);
    assert_eq!(in_carousel("basicCard", words("가\n나".into(), "가\n나".into())), NOTHING);
    assert_eq!(in_carousel("basicCard", words(three(), three())), ["W R31 title", "W R31 description"]);
}

#[test]
fn r32_legacy() {
    let legacy = with(&basic(), json!({"social": {"like": 1}, "profile": {"nickname": "n"}}));
    assert_eq!(bubble("basicCard", legacy), ["W R32 social", "W R32 profile"]);
}

#[test]
fn r40_r41_price_and_picture() {
    assert_eq!(bubble("commerceCard", with(&commerce(), json!({"price": 0}))), NOTHING);
    assert_eq!(bubble("commerceCard", with(&commerce(), json!({"price": -1}))), ["E R40 price"]);
    assert_eq!(bubble("commerceCard", with(&commerce(), json!({"price": null}))), ["E R40 price"]);
    let picture = json!({"imageUrl": "https://a.kr/b.png"});
    for count in [0, 2] {
        let card = with(&commerce(), json!({"thumbnails": vec![picture.clone(); count]}));
        assert_eq!(bubble("commerceCard", card), ["E R41 thumbnails"]);
    }
    assert_eq!(bubble("commerceCard", with(&commerce(), json!({"thumbnails": null}))), ["E R41 thumbnails"]);
}

#[test]
fn r42_words() {
    let words = |title, description| with(&commerce(), json!({"title": long(title), "description": long(description)}));
    assert_eq!(bubble("commerceCard", words(30, 40)), NOTHING);
    assert_eq!(bubble("commerceCard", words(31, 41)), ["W R42 title", "W R42 description"]);
}

#[test]
fn r43_currency() {
    let currency = |word: &str| bubble("commerceCard", with(&commerce(), json!({"currency": word})));
    assert_eq!(currency("won"), NOTHING);
    assert_eq!(currency("WON"), ["W R43 currency"]);
    assert_eq!(currency("usd"), ["E R43 currency"]);
    assert_eq!(currency("원"), ["E R43 currency"]);
}

#[test]
fn r44_r45_discounts() {
    let card = |more: Value| bubble("commerceCard", with(&commerce(), more));
    assert_eq!(card(json!({"discountRate": 10, "discountedPrice": 9000})), NOTHING);
    assert_eq!(card(json!({"discountRate": 10})), ["E R44 discountedPrice"]);
    assert_eq!(card(json!({"discount": 10000, "discountedPrice": 10000})), NOTHING);
    assert_eq!(card(json!({"discount": 10001, "discountedPrice": 10001})), ["W R45 discount", "W R45 discountedPrice"]);
    for (rate, kept) in [(0, false), (1, true), (100, true), (101, false), (i64::MIN, false)] {
        let lines = card(json!({"discountRate": rate, "discountedPrice": 1}));
        assert_eq!(lines.is_empty(), kept, "{rate}");
        assert!(kept || lines == ["W R45 discountRate"]);
    }
}
