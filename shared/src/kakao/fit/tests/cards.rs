//! Cards and carousels.

use serde_json::{Value, json};

use super::{bubbles, refused};
use crate::kakao::limits::chars;

const PICTURE: &str = "https://a.kr/1.png";

#[test]
fn r21_r22_text_card() {
    let (shown, told) = bubbles(json!([{"textCard": {"title": "가".repeat(51), "description": "나".repeat(360)}}]));
    let card = &shown[0]["textCard"];
    assert_eq!(card["title"], format!("{}…", "가".repeat(49)));
    assert_eq!(card["description"], format!("{}…", "나".repeat(349)), "400 together");
    assert_eq!(told, ["R21 [0].textCard.title", "R22 [0].textCard.description"]);
    assert_eq!(refused(json!([{"textCard": {"title": "", "buttons": []}}])), ["R20 template.outputs[0].textCard"]);
}

#[test]
fn r30_a_card_without_a_picture_is_text() {
    let (shown, told) = bubbles(json!([{"basicCard": {"title": "가", "description": "나"}}]));
    assert_eq!(shown, json!([{"textCard": {"title": "가", "description": "나"}}]));
    assert_eq!(told, ["R30 [0].basicCard.thumbnail"]);
    let (shown, told) = bubbles(json!([{"basicCard": {"title": "가", "thumbnail": {"imageUrl": "a.png"}}}]));
    assert_eq!(shown, json!([{"textCard": {"title": "가"}}]));
    assert_eq!(told, ["R12 [0].basicCard.thumbnail.imageUrl"]);
    assert_eq!(refused(json!([{"basicCard": {}}])), ["R30 template.outputs[0].basicCard.thumbnail"]);
}

#[test]
fn r31_basic_card() {
    let thumbnail = json!({"imageUrl": PICTURE});
    let long = json!({"title": "가\n나\n다", "description": "가".repeat(231), "thumbnail": thumbnail});
    let (shown, _) = bubbles(json!([{"basicCard": long}]));
    assert_eq!(shown[0]["basicCard"]["title"], "가\n나\n다");
    assert_eq!(shown[0]["basicCard"]["description"], format!("{}…", "가".repeat(229)));
    let (shown, told) = bubbles(json!([{"carousel": {"type": "basicCard", "items": [long]}}]));
    assert_eq!(shown[0]["carousel"]["items"][0]["title"], "가\n나 다");
    assert_eq!(told[0], "R31 [0].carousel.items[0].title");
}

fn commerce(over: Value) -> Value {
    let mut card = json!({"title": "가", "price": 1000, "currency": "won", "thumbnails": [{"imageUrl": PICTURE}]});
    card.as_object_mut().expect("object").extend(over.as_object().expect("object").clone());
    json!({"commerceCard": card})
}

#[test]
fn commerce_cards_keep_their_amounts_or_go() {
    let other = json!({"simpleText": {"text": "가"}});
    for bad in [json!({"price": null}), json!({"price": -1}), json!({"currency": "usd"}), json!({"thumbnails": []})] {
        let (shown, told) = bubbles(json!([other, commerce(bad)]));
        assert_eq!((shown, told.len()), (json!([other]), 1));
    }
    let (shown, told) = bubbles(json!([commerce(json!({
        "currency": "WON", "discountRate": 10, "description": "나".repeat(41),
        "thumbnails": [{"imageUrl": ""}, {"imageUrl": PICTURE}], "profile": {"nickname": "가", "imageUrl": "a"}
    }))]));
    assert_eq!(
        shown,
        json!([commerce(json!({"description": format!("{}…", "나".repeat(39)), "profile": {"nickname": "가"}}))])
    );
    let rules: Vec<_> = told.iter().map(|told| told.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(rules, ["R43", "R41", "R42", "R44", "R12"]);
}

#[test]
fn a_list_says_how_much_of_it_is_shown() {
    let items: Vec<_> = (1..=12).map(|i| json!({"title": format!("{i}")})).collect();
    let (shown, told) = bubbles(json!([{"listCard": {"header": {"title": "점심"}, "items": items}}]));
    assert_eq!(shown[0]["listCard"]["header"]["title"], "점심 (12개 중 5개)");
    assert_eq!(shown[0]["listCard"]["items"].as_array().map(Vec::len), Some(5));
    assert_eq!(told, ["R51 [0].listCard.items"]);
}

#[test]
fn lists_are_mended_by_parts() {
    let (shown, told) = bubbles(json!([{"listCard": {
        "header": {"title": "", "description": "점심"},
        "items": [{"description": "가"}, {"title": "나", "action": "block", "extra": {}, "imageUrl": "a"}, {"title": "다"}]
    }}]));
    assert_eq!(
        shown,
        json!([{"listCard": {"header": {"title": "점심"}, "items": [{"title": "나"}, {"title": "다"}]}}])
    );
    let at = "[0].listCard";
    let expected = ["R52 .items[0].title", "R53 .items[1].action", "R12 .items[1].imageUrl", "R50 .header.title"];
    assert_eq!(told, expected.map(|told| told.replace(" ", &format!(" {at}"))));

    let (shown, _) = bubbles(json!([{"listCard": {"items": [{"title": "가"}]}}]));
    assert_eq!(shown[0]["listCard"]["header"], json!({"title": "목록"}));
    let (shown, _) = bubbles(json!([{"listCard": {"header": {"title": "점심"}, "items": []}}]));
    assert_eq!(shown, json!([{"textCard": {"title": "점심"}}]));
    assert_eq!(refused(json!([{"listCard": {"items": []}}])).len(), 2);
}

#[test]
fn a_table_ends_with_what_is_missing() {
    let rows = |n: usize| (1..=n).map(|i| json!({"title": format!("{i}"), "description": "가"})).collect::<Vec<_>>();
    let (shown, _) = bubbles(json!([{"itemCard": {"itemList": rows(10)}}]));
    assert_eq!(shown[0]["itemCard"]["itemList"], json!(rows(10)));
    let (shown, told) = bubbles(json!([{"itemCard": {"itemList": rows(12)}}]));
    let list = shown[0]["itemCard"]["itemList"].as_array().expect("rows").clone();
    assert_eq!((list.len(), &list[9]), (10, &json!({"title": "…", "description": "외 3개"})));
    assert_eq!(told, ["R60 [0].itemCard.itemList"]);
    let (shown, told) = bubbles(json!([{"itemCard": {"itemList": [{"title": "가"}], "head": {"title": "영수증"}}}]));
    assert_eq!(shown, json!([{"textCard": {"title": "영수증"}}]));
    assert_eq!(told, ["R61 [0].itemCard.itemList[0].description", "R60 [0].itemCard.itemList"]);
}

#[test]
fn item_cards_are_mended_by_parts() {
    let (shown, told) = bubbles(json!([{"itemCard": {
        "head": {"title": "가\n나"}, "profile": {"title": "다"}, "thumbnail": {"imageUrl": "a"},
        "imageTitle": {"title": "가\n나\n다", "description": "가\r\n나", "imageUrl": "a"},
        "itemList": [{"title": "가나다라마바사", "description": "1,000원\n\n2,000원\n3,000원"}],
        "itemListAlignment": "up",
        "itemListSummary": {"title": "가나다라마바사", "description": "1,000,000,000,000원"},
        "description": "나".repeat(201),
    }}]));
    assert_eq!(
        shown,
        json!([{"itemCard": {
            "head": {"title": "가 나"},
            "imageTitle": {"title": "가\n나 다", "description": "가 나"},
            "itemList": [{"title": "가나다라마바사", "description": "1,000원\n2,000원 3,000원"}],
            "itemListSummary": {"title": "가나다라마…", "description": "1,000,000,000,000원"},
            "title": format!("{}…", "나".repeat(199)),
        }}])
    );
    let rules: Vec<_> = told.iter().map(|told| told.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(rules, ["R62", "R63", "R64", "R64", "R64", "R12", "R65", "R66", "R67", "R68", "R12"]);
}

#[test]
fn r66_title_and_description_share_their_limits() {
    let card = |title: String, description: String| json!({"itemList": [{"title": "가", "description": "나"}], "title": title, "description": description});
    let (shown, _) = bubbles(json!([{"itemCard": card("가\n".repeat(13) + "끝", "나\n나\n나".to_owned())}]));
    let title = shown[0]["itemCard"]["title"].as_str().expect("title");
    assert_eq!(title.matches('\n').count() + 1, 11);
    assert_eq!(shown[0]["itemCard"]["description"], "나 나 나");
    // Twelve lines and an empty description are twelve lines.
    let mut twelve = card("가\n".repeat(11) + "끝", String::new());
    twelve["buttonLayout"] = json!("up");
    let (shown, told) = bubbles(json!([{"itemCard": twelve}]));
    assert_eq!((&shown[0]["itemCard"]["title"], told.len()), (&twelve["title"], 1));
    let (shown, _) = bubbles(json!([{"itemCard": card("가".repeat(300), "나".to_owned())}]));
    assert!(shown[0]["itemCard"].get("description").is_none());
    let cards = [card("가".repeat(60), "나".repeat(60))];
    let (shown, _) = bubbles(json!([{"carousel": {"type": "itemCard", "items": cards}}]));
    assert_eq!(chars(shown[0]["carousel"]["items"][0]["description"].as_str().expect("description")), 40);
}

fn basic(title: usize) -> Value {
    json!({"title": title.to_string(), "thumbnail": {"imageUrl": PICTURE}})
}

#[test]
fn r71_a_carousel_that_was_cut_says_so_if_there_is_a_place() {
    let items: Vec<_> = (0..12).map(basic).collect();
    let carousel = json!({"carousel": {"type": "basicCard", "items": items}});
    let (shown, told) = bubbles(json!([carousel]));
    assert_eq!(shown[0]["carousel"]["items"].as_array().map(Vec::len), Some(10));
    assert_eq!(shown[1]["simpleText"]["text"], "카드 12장 중 10장을 보여 드렸어요.");
    assert_eq!(told, ["R71 [0].carousel.items"]);
    let text = json!({"simpleText": {"text": "가"}});
    let (shown, told) = bubbles(json!([text, carousel, text]));
    assert_eq!((shown.as_array().map(Vec::len), told.len()), (Some(3), 1));
}

#[test]
fn r70_only_cards_of_the_type() {
    let (shown, told) = bubbles(json!([{"carousel": {"type": "basicCard", "items": [
        basic(0), {"basicCard": basic(1)}, "가", {"listCard": {}}
    ]}}]));
    assert_eq!(shown[0]["carousel"]["items"], json!([basic(0), basic(1)]), "one was in its wrapping");
    assert!(told.iter().all(|told| told.starts_with("R70 ")), "{told:?}");
    assert_eq!(
        refused(json!([{"carousel": {"type": "video", "items": [basic(0)]}}])),
        ["R70 template.outputs[0].carousel.type"]
    );
}

#[test]
fn carousels_of_cards_without_pictures() {
    let (shown, told) = bubbles(json!([{"carousel": {
        "type": "basicCard", "items": [{"title": "가"}, {"title": "나", "description": "다".repeat(129)}],
        "header": {"title": "가", "description": "나", "thumbnail": {"imageUrl": PICTURE}}
    }}]));
    assert_eq!(
        shown,
        json!([{"carousel": {
            "type": "textCard", "items": [{"title": "가"}, {"title": "나", "description": format!("{}…", "다".repeat(127))}]
        }}])
    );
    assert_eq!(told, ["R30 [0].carousel.items", "R22 [0].carousel.items[1].description", "R72 [0].carousel.header"]);
    let (shown, told) = bubbles(json!([{"carousel": {"type": "basicCard", "items": [{"title": "가"}, basic(1)]}}]));
    assert_eq!(shown[0]["carousel"]["items"], json!([basic(1)]));
    assert_eq!(told, ["R30 [0].carousel.items[0].thumbnail"]);
}

#[test]
fn headers_are_complete_and_short_or_go() {
    let with = |header: Value| json!([{"carousel": {"type": "basicCard", "items": [basic(0)], "header": header}}]);
    let (shown, told) = bubbles(with(json!({"title": "가", "thumbnail": {"imageUrl": PICTURE}})));
    assert!(shown[0]["carousel"].get("header").is_none());
    assert_eq!(told, ["R73 [0].carousel.header.description"]);
    let (shown, told) = bubbles(with(
        json!({"title": "가\n나\n다", "description": "가\n나\n다\n라", "thumbnail": {"imageUrl": PICTURE}}),
    ));
    assert_eq!(shown[0]["carousel"]["header"]["title"], "가\n나 다");
    assert_eq!(shown[0]["carousel"]["header"]["description"], "가\n나\n다 라");
    assert_eq!(told.len(), 2);
}

#[test]
fn pictures_of_a_carousel_take_the_shape_of_the_first() {
    let mut square = basic(1);
    square["thumbnail"]["fixedRatio"] = json!(true);
    square["buttons"] = json!([
        {"label": "가", "action": "message", "messageText": "가"}, {"label": "나", "action": "message", "messageText": "나"},
        {"label": "다", "action": "message", "messageText": "다"}
    ]);
    let (shown, told) = bubbles(json!([{"carousel": {"type": "basicCard", "items": [basic(0), square]}}]));
    assert_eq!(shown[0]["carousel"]["items"][1]["thumbnail"], json!({"imageUrl": PICTURE}));
    assert_eq!(
        shown[0]["carousel"]["items"][1]["buttons"].as_array().map(Vec::len),
        Some(3),
        "not side by side any more"
    );
    assert_eq!(told, ["R75 [0].carousel.items"]);
}

#[test]
fn item_cards_of_a_carousel_have_the_same_parts() {
    let rows = json!([{"title": "가", "description": "나"}]);
    let (shown, told) = bubbles(json!([{"carousel": {"type": "itemCard", "items": [
        {"itemList": rows, "head": {"title": "가"}, "profile": {"title": "가"}}, {"itemList": rows, "profile": {"title": "나"}}
    ]}}]));
    assert_eq!(shown[0]["carousel"]["items"], json!([{"itemList": rows}, {"itemList": rows}]));
    assert_eq!(told, ["R63 [0].carousel.items[0]", "R76 [0].carousel.items.head", "R76 [0].carousel.items.profile"]);
}

#[test]
fn r09_a_member_of_another_type_goes_and_the_rest_stays() {
    let card = json!({"thumbnail": {"imageUrl": PICTURE, "fixedRatio": "true"}, "title": 7, "description": "d"});
    let (shown, told) = bubbles(json!([{"basicCard": card}, {"simpleText": {"text": "t", "forwardable": 1}}]));
    assert_eq!(shown[0]["basicCard"], json!({"thumbnail": {"imageUrl": PICTURE}, "description": "d"}));
    assert_eq!(shown[1], json!({"simpleText": {"text": "t"}}));
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "R09 [0].basicCard.title");
}

#[test]
fn r09_a_price_that_cannot_be_read_takes_its_card_along() {
    let good = json!({"price": 10_000, "thumbnails": [{"imageUrl": PICTURE}]});
    for (name, value) in [("price", json!("10000")), ("discountedPrice", json!("8000")), ("discount", json!("2,000"))] {
        let mut card = good.clone();
        card[name] = value;
        let (shown, _) = bubbles(json!([{"commerceCard": card}, {"simpleText": {"text": "t"}}]));
        assert_eq!(shown, json!([{"simpleText": {"text": "t"}}]), "{name}");
    }
}

#[test]
fn r64_r68_what_has_no_title() {
    let card = |more: Value| {
        let mut card = json!({"itemList": [{"title": "t", "description": "d"}]});
        card.as_object_mut().expect("a card").extend(more.as_object().expect("members").clone());
        let (shown, _) = bubbles(json!([{"itemCard": card}]));
        shown[0]["itemCard"].clone()
    };
    assert_eq!(card(json!({"head": {}}))["head"], Value::Null);
    assert_eq!(card(json!({"profile": {"title": "", "imageUrl": PICTURE}}))["profile"], Value::Null);
    assert_eq!(card(json!({"imageTitle": {"description": "d"}}))["imageTitle"], json!({"title": "d"}));
    assert_eq!(card(json!({"itemListSummary": {"description": "1,000원"}}))["itemListSummary"]["title"], "합계");
    assert_eq!(card(json!({"itemListSummary": {"title": "합계"}}))["itemListSummary"], Value::Null);
}
