//! R10-R13, R20-R22.

use super::*;

#[test]
fn r10_r11_simple_text() {
    assert_eq!(bubble("simpleText", json!({"text": "가"})), NOTHING);
    assert_eq!(bubble("simpleText", json!({"text": ""})), ["E R10 text"]);
    assert_eq!(bubble("simpleText", json!({"text": null})), ["E R10 text"]);
    assert_eq!(bubble("simpleText", json!({"text": long(500)})), NOTHING);
    assert_eq!(bubble("simpleText", json!({"text": long(501)})), ["W R11 text"]);
    assert_eq!(bubble("simpleText", json!({"text": long(1000)})), ["W R11 text"]);
    assert_eq!(bubble("simpleText", json!({"text": long(1001)})), ["W R11 text"]);
}

#[test]
fn r12_r13_pictures() {
    let image = |url: &str, alt: usize| bubble("simpleImage", json!({"imageUrl": url, "altText": long(alt)}));
    assert_eq!(image("http://a.kr/b.png", 50), NOTHING);
    assert_eq!(image("https://a.kr/b.png", 51), ["W R13 altText"]);
    for bad in ["", "a.kr/b.png", "//a.kr", "data:image/png;base64,AA", "https://"] {
        assert_eq!(image(bad, 2), ["E R12 imageUrl"], "{bad}");
    }
    assert_eq!(bubble("simpleImage", json!({})), ["E R12 imageUrl"]);
}

#[test]
fn r20_says_something() {
    assert_eq!(bubble("textCard", json!({"title": "t"})), NOTHING);
    assert_eq!(bubble("textCard", json!({"description": "d"})), NOTHING);
    assert_eq!(found(json!([{"textCard": {"title": "", "description": null}}])), ["E R20 textCard"]);
    assert_eq!(in_carousel("textCard", json!({})), ["E R20 items[0]"]);
}

#[test]
fn r21_r22_length() {
    assert_eq!(bubble("textCard", json!({"title": long(50)})), NOTHING);
    assert_eq!(bubble("textCard", json!({"title": long(51)})), ["W R21 title"]);
    assert_eq!(bubble("textCard", json!({"description": long(400)})), NOTHING);
    assert_eq!(bubble("textCard", json!({"description": long(401)})), ["W R22 description"]);
    assert_eq!(bubble("textCard", json!({"title": long(50), "description": long(350)})), NOTHING);
    let sum = json!([{"textCard": {"title": long(50), "description": long(351)}}]);
    assert_eq!(found(sum), ["W R22 textCard"]);
    assert_eq!(in_carousel("textCard", json!({"title": long(50), "description": long(128)})), NOTHING);
    assert_eq!(in_carousel("textCard", json!({"description": long(129)})), ["W R22 description"]);
}
