//! SkillResponse: what the builders write, and what is read back.

use serde_json::{Value, json};

use crate::kakao::parse;
use crate::kakao::skill::*;

fn written(response: &SkillResponse) -> Value {
    let value = serde_json::to_value(response).expect("writes");
    assert!(!value.to_string().contains("null"), "what is built has no null");
    let read: SkillResponse = parse(value.to_string().as_bytes()).expect("parses");
    assert!(read == *response, "what was written is read back");
    value
}

fn bubble(output: impl Into<Output>) -> Value {
    let mut value = written(&SkillResponse::new().output(output));
    value["template"]["outputs"][0].take()
}

fn read(body: &Value) -> Value {
    let response: SkillResponse = parse(body.to_string().as_bytes()).expect("parses");
    serde_json::to_value(&response).expect("writes")
}

#[test]
fn text() {
    assert_eq!(
        written(&SkillResponse::text("안녕😀")),
        json!({"version": "2.0", "template": {"outputs": [{"simpleText": {"text": "안녕😀"}}]}})
    );
    assert_eq!(written(&SkillResponse::new()), json!({"version": "2.0"}));
}

#[test]
fn callback() {
    let data = Map::from_iter([("text".to_owned(), json!("잠시만요"))]);
    assert_eq!(
        written(&SkillResponse::callback(data)),
        json!({"version": "2.0", "useCallback": true, "data": {"text": "잠시만요"}})
    );
    assert_eq!(written(&SkillResponse::callback(Map::new())), json!({"version": "2.0", "useCallback": true}));
}

#[test]
fn cards() {
    let button = Button::message("라벨", "발화").extra(json!({"page": 2}));
    let button_json = json!({"label": "라벨", "action": "message", "messageText": "발화", "extra": {"page": 2}});
    assert_eq!(
        bubble(TextCard::new("title").description("..").button(button).button_layout(ButtonLayout::Vertical)),
        json!({"textCard": {"title": "title", "description": "..", "buttons": [button_json], "buttonLayout": "vertical"}})
    );
    assert_eq!(
        bubble(SimpleImage::new("https://a.kr", "고양이")),
        json!({"simpleImage": {"imageUrl": "https://a.kr", "altText": "고양이"}})
    );
    let picture = Thumbnail::new("https://a.kr").square().link("https://b.kr").alt_text("a");
    assert_eq!(
        bubble(BasicCard::new(picture).title("t").button(Button::share("공유"))),
        json!({"basicCard": {
            "title": "t", "buttons": [{"label": "공유", "action": "share"}],
            "thumbnail": {"imageUrl": "https://a.kr", "altText": "a", "fixedRatio": true, "link": {"web": "https://b.kr"}}
        }})
    );
    assert_eq!(
        bubble(
            CommerceCard::new("https://a.kr", 10000).title("차").discount_rate(20, 8000).profile(Profile::new("가게"))
        ),
        json!({"commerceCard": {
            "title": "차", "price": 10000, "currency": "won", "discountRate": 20, "discountedPrice": 8000,
            "thumbnails": [{"imageUrl": "https://a.kr"}], "profile": {"nickname": "가게"}
        }})
    );
    assert_eq!(
        bubble(
            ListCard::new("header")
                .item(ListItem::new("t").description("d").message("utterance").extra(json!({"k": 1})))
                .item(ListItem::new("u").block("b").image("https://a.kr"))
        ),
        json!({"listCard": {"header": {"title": "header"}, "items": [
            {"title": "t", "description": "d", "action": "message", "messageText": "utterance", "extra": {"k": 1}},
            {"title": "u", "action": "block", "blockId": "b", "imageUrl": "https://a.kr"}
        ]}})
    );
    assert_eq!(
        bubble(
            ItemCard::new()
                .head("영수증")
                .item("차", "1")
                .alignment(ItemListAlignment::Right)
                .summary("합계", "8,000 won")
                .thumbnail("https://a.kr", 800, 400)
        ),
        json!({"itemCard": {
            "head": {"title": "영수증"}, "itemList": [{"title": "차", "description": "1"}], "itemListAlignment": "right",
            "itemListSummary": {"title": "합계", "description": "8,000 won"},
            "thumbnail": {"imageUrl": "https://a.kr", "width": 800, "height": 400}
        }})
    );
}

#[test]
fn buttons() {
    let button = |button: Button| serde_json::to_value(button).expect("writes");
    assert_eq!(
        button(Button::web_link("l", "https://a")),
        json!({"label": "l", "action": "webLink", "webLinkUrl": "https://a"})
    );
    assert_eq!(button(Button::block("l", "b")), json!({"label": "l", "action": "block", "blockId": "b"}));
    assert_eq!(button(Button::phone("l", "02")), json!({"label": "l", "action": "phone", "phoneNumber": "02"}));
    assert_eq!(button(Button::operator("l")), json!({"label": "l", "action": "operator"}));
}

#[test]
fn carousels() {
    let header = CarouselHeader::new("t", "d", "https://a.kr");
    let carousel = Carousel::of_basic_cards(["https://a.kr", "https://b.kr"].map(BasicCard::new)).header(header);
    assert_eq!(
        bubble(carousel),
        json!({"carousel": {
            "type": "basicCard",
            "items": [{"thumbnail": {"imageUrl": "https://a.kr"}}, {"thumbnail": {"imageUrl": "https://b.kr"}}],
            "header": {"title": "t", "description": "d", "thumbnail": {"imageUrl": "https://a.kr"}}
        }})
    );
    for carousel in [
        Carousel::of_text_cards([TextCard::new("t")]),
        Carousel::of_commerce_cards([CommerceCard::new("https://a.kr", 1)]),
        Carousel::of_list_cards([ListCard::new("h")]),
        Carousel::of_item_cards([ItemCard::new().item("a", "b")]),
    ] {
        bubble(carousel);
    }
}

#[test]
fn carousel_cards_are_typed_by_the_type_wherever_it_stands() {
    let body = r#"{"template":{"outputs":[{"carousel":{"items":[{"title":"t","새":1},"bad",{"title":5}],"type":"textCard"}}]}}"#;
    let response: SkillResponse = parse(body.as_bytes()).expect("parses");
    let [Output::Carousel(carousel)] = response.outputs() else { panic!("a carousel") };
    let items = carousel.items.as_deref().expect("items");
    assert!(matches!(items, [CarouselItem::TextCard(_), CarouselItem::Unknown(_), CarouselItem::Unknown(_)]));
    assert_eq!(read(&serde_json::from_str(body).expect("JSON")), serde_json::from_str::<Value>(body).expect("JSON"));
    let unknown = json!({"template": {"outputs": [{"carousel": {"type": "새카드", "items": [{"a": null}]}}]}});
    assert_eq!(read(&unknown), unknown);
}

#[test]
fn quick_replies_contexts_and_data() {
    let response = SkillResponse::text("t")
        .quick_reply(QuickReply::message("메뉴", "menu"))
        .quick_replies([QuickReply::block("다음", "b1").extra(json!({"page": 2}))])
        .context(ContextValue::new("order", 3).ttl(600).param("no", "A-17").param("count", 1))
        .context(ContextControl::new().value(ContextValue::end("old")))
        .data("n", 5)
        .data("gone", f64::NAN);
    let value = serde_json::to_value(&response).expect("writes");
    assert_eq!(
        value["template"]["quickReplies"],
        json!([
            {"label": "메뉴", "action": "message", "messageText": "menu"},
            {"label": "다음", "action": "block", "blockId": "b1", "extra": {"page": 2}}
        ])
    );
    assert_eq!(
        value["context"]["values"],
        json!([{"name": "order", "lifeSpan": 3, "ttl": 600, "params": {"no": "A-17", "count": "1"}}, {"name": "old", "lifeSpan": 0}])
    );
    assert_eq!(value["data"]["n"], json!(5));
    assert_eq!(SkillResponse::new().quick_replies([]).template, None);
}

#[test]
fn null_is_absent() {
    let body = json!({
        "version": "2.0", "context": null, "data": null, "useCallback": null, "extra": null,
        "template": {"quickReplies": null, "outputs": [
            {"basicCard": {"title": null, "thumbnail": {"imageUrl": "u", "link": null, "fixedRatio": null}, "buttons": null, "social": null}},
            {"simpleText": null, "listCard": {"header": null, "items": [{"title": "t", "action": null, "link": {"web": null}}]}}
        ]}
    });
    assert_eq!(
        read(&body),
        json!({"version": "2.0", "template": {"outputs": [
            {"basicCard": {"thumbnail": {"imageUrl": "u"}}}, {"listCard": {"items": [{"title": "t", "link": {}}]}}
        ]}})
    );
}

#[test]
fn legacy_and_unknown_members_are_kept() {
    let body = json!({"version": "2.0", "새": 1, "template": {"새": 2, "outputs": [
        {"basicCard": {
            "social": {"like": 1, "comment": 2, "share": 3}, "profile": {"nickname": "n", "새": 1}, "새": {"a": null},
            "thumbnail": {"imageUrl": "u", "width": 1, "height": -1, "link": {"ios": "i", "android": "a", "mac": "m", "win": "w", "pc": "p"}},
            "buttons": [{"label": "l", "action": "osLink", "osLink": {"android": "a"}}, {"action": "addChannel"}]
        }},
        {"videoCard": {"a": 1}}, {}, {"simpleText": {"text": "a"}, "simpleImage": {"imageUrl": "b"}}
    ]}});
    assert_eq!(read(&body), body);
}

#[test]
fn wrong_types_are_refused_by_name() {
    for (body, path) in [
        (json!({"version": 2.0}), "version"),
        (json!({"template": []}), "template"),
        (json!({"template": {"outputs": {}}}), "template.outputs"),
        (json!({"template": {"outputs": ["가"]}}), "template.outputs[0]"),
        (json!({"template": {"outputs": [{"simpleText": "가"}]}}), "template.outputs[0].simpleText"),
        (
            json!({"template": {"outputs": [{"commerceCard": {"price": 1.5}}]}}),
            "template.outputs[0].commerceCard.price",
        ),
        (
            json!({"template": {"outputs": [{"commerceCard": {"price": u64::MAX}}]}}),
            "template.outputs[0].commerceCard.price",
        ),
        (json!({"context": {"values": [{"lifeSpan": "5"}]}}), "context.values[0].lifeSpan"),
        (json!({"useCallback": "true"}), "useCallback"),
    ] {
        let misfit = parse::<SkillResponse>(body.to_string().as_bytes()).expect_err("must not parse");
        assert_eq!(misfit.path, path);
    }
}
