//! R60-R69.

use super::*;

fn item() -> Value {
    json!({"itemList": [{"title": "t", "description": "d"}]})
}

fn card(more: Value) -> Vec<String> {
    bubble("itemCard", with(&item(), more))
}

#[test]
fn r60_r61_r62_items() {
    let many =
        |count: usize| with(&item(), json!({"itemList": vec![json!({"title": "t", "description": "d"}); count]}));
    assert_eq!(bubble("itemCard", many(1)), NOTHING);
    assert_eq!(bubble("itemCard", many(10)), NOTHING);
    assert_eq!(bubble("itemCard", many(11)), ["E R60 itemList"]);
    assert_eq!(bubble("itemCard", many(0)), ["E R60 itemList"]);
    assert_eq!(in_carousel("itemCard", many(5)), NOTHING);
    assert_eq!(in_carousel("itemCard", many(6)), ["E R60 itemList"]);

    let one =
        |title: &str, description: &str| card(json!({"itemList": [{"title": title, "description": description}]}));
    assert_eq!(one(&long(6), "가\n나"), NOTHING);
    assert_eq!(one(&long(7), "가\n나\n다"), ["W R62 itemList[0].title", "W R62 itemList[0].description"]);
    assert_eq!(one("", ""), ["E R61 itemList[0].title", "E R61 itemList[0].description"]);
}

#[test]
fn r63_r64_headlines() {
    assert_eq!(card(json!({"head": {"title": "h"}})), NOTHING);
    assert_eq!(card(json!({"profile": {"title": long(15)}})), NOTHING);
    let both = with(&item(), json!({"head": {"title": "h"}, "profile": {"title": "p"}}));
    assert_eq!(found(json!([{"itemCard": both}])), ["E R63 itemCard"]);
    assert_eq!(card(json!({"head": {"title": "h\nh"}})), ["W R64 head.title"]);
    assert_eq!(card(json!({"profile": {"title": long(16)}})), ["W R64 profile.title"]);
    assert_eq!(card(json!({"imageTitle": {"title": "a\nb", "description": "c"}})), NOTHING);
    assert_eq!(
        card(json!({"imageTitle": {"title": "a\nb\nc", "description": "c\nd"}})),
        ["W R64 imageTitle.title", "W R64 imageTitle.description"]
    );
}

#[test]
fn r65_r66_text() {
    assert_eq!(card(json!({"title": "", "description": ""})), NOTHING);
    assert_eq!(card(json!({"description": "d"})), ["E R65 title"]);
    let text = |title: usize, description: usize| {
        with(&item(), json!({"title": long(title), "description": long(description)}))
    };
    assert_eq!(bubble("itemCard", text(100, 100)), NOTHING);
    assert_eq!(found(json!([{"itemCard": text(100, 101)}])), ["W R66 itemCard"]);
    assert_eq!(in_carousel("itemCard", text(50, 50)), NOTHING);
    assert_eq!(in_carousel("itemCard", text(50, 51)), ["W R66 items[0]"]);
    let lined = |breaks: usize| with(&item(), json!({"title": "t", "description": "\n".repeat(breaks)}));
    assert_eq!(bubble("itemCard", lined(10)), NOTHING);
    assert_eq!(found(json!([{"itemCard": lined(11)}])), ["W R66 itemCard"]);
}

#[test]
fn r67_alignment() {
    assert_eq!(card(json!({"itemListAlignment": "left"})), NOTHING);
    assert_eq!(card(json!({"itemListAlignment": "right"})), NOTHING);
    assert_eq!(card(json!({"itemListAlignment": "center"})), ["E R67 itemListAlignment"]);
}

#[test]
fn r68_summary() {
    let sum = |title: &str, amount: &str| card(json!({"itemListSummary": {"title": title, "description": amount}}));
    for good in ["$4,032.54", "8,000 won", "12,000원", "₩1,000", "1.5", "12345678901234"] {
        assert_eq!(sum(&long(6), good), NOTHING, "{good}");
    }
    assert_eq!(sum(&long(7), "123456789012345"), ["W R68 itemListSummary.title", "W R68 itemListSummary.description"]);
    for bad in ["1.234", "1.2.3", "50%", "1\n2", "😀"] {
        assert_eq!(sum("t", bad), ["W R68 itemListSummary.description"], "{bad}");
    }
}

#[test]
fn r69_ratio() {
    let size = |width: Value, height: Value| {
        with(&item(), json!({"thumbnail": {"imageUrl": "https://a.kr", "width": width, "height": height}}))
    };
    for (width, height) in [(json!(800), json!(400)), (json!(800), json!(800)), (json!(null), json!(null))] {
        assert_eq!(bubble("itemCard", size(width, height)), NOTHING);
    }
    for (width, height) in [
        (json!(800), json!(401)),
        (json!(400), json!(800)),
        (json!(800), json!(null)),
        (json!(0), json!(0)),
        (json!(-2), json!(-1)),
        (json!(i64::MAX), json!(i64::MAX - 1)),
    ] {
        assert_eq!(bubble("itemCard", size(width, height)), ["W R69 thumbnail"]);
    }
    assert_eq!(in_carousel("itemCard", size(json!(800), json!(400))), NOTHING);
    assert_eq!(in_carousel("itemCard", size(json!(800), json!(800))), ["W R69 thumbnail"]);
}

#[test]
fn r12_pictures() {
    assert_eq!(card(json!({"thumbnail": {}})), ["E R12 thumbnail.imageUrl"]);
    assert_eq!(card(json!({"profile": {"title": "p", "imageUrl": "x"}})), ["E R12 profile.imageUrl"]);
    assert_eq!(card(json!({"imageTitle": {"title": "p", "imageUrl": "x"}})), ["E R12 imageTitle.imageUrl"]);
}
