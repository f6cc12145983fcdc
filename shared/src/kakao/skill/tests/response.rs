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
                .thumbnail(ItemThumbnail::wide("https://a.kr"))
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
    assert!(matches!(items, [CarouselItem::TextCard(_), CarouselItem::Unknown(_), CarouselItem::TextCard(_)]));
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
fn null_counts_as_absent_and_is_written_back() {
    let body = json!({
        "version": "2.0", "context": null, "data": null, "useCallback": null, "extra": null,
        "template": {"quickReplies": null, "outputs": [
            {"basicCard": {"title": null, "thumbnail": {"imageUrl": "u", "link": null, "fixedRatio": null}, "buttons": null, "social": null}},
            {"listCard": {"header": null, "items": [{"title": "t", "action": null, "link": {"web": null}}]}}
        ]}
    });
    assert_eq!(read(&body), body);
    let response: SkillResponse = serde_json::from_value(body).expect("reads");
    assert!(response.data.is_none() && response.context.is_none() && response.use_callback.is_none());
    // A bubble that is `null` is none: one of two names is left.
    let bubble = json!({"version": "2.0", "template": {"outputs": [{"simpleText": null, "listCard": {"items": []}}]}});
    assert_eq!(read(&bubble)["template"]["outputs"], json!([{"listCard": {"items": []}}]));
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
fn another_type_than_documented_is_kept_and_counts_as_absent() {
    for body in [
        json!({"version": 2.0}),
        json!({"version": "2.0", "useCallback": "true", "data": [], "context": "c", "extra": 5}),
        json!({"template": []}),
        json!({"template": {"outputs": {}, "quickReplies": {"label": "l"}}}),
        json!({"template": {"outputs": ["가"]}}),
        json!({"context": {"values": [{"name": 5, "lifeSpan": "5", "ttl": 600.0, "params": []}]}}),
        json!({"context": {"values": {"name": "n"}}}),
    ] {
        assert_eq!(read(&body), body);
    }
    let link = json!({"web": 1, "pc": [], "mobile": {}});
    let button = json!({"label": 1, "action": 1, "webLinkUrl": 1, "messageText": 1, "phoneNumber": 212345678, "blockId": 1, "osLink": "l", "extra": 1});
    let picture =
        json!({"imageUrl": 1, "altText": 1, "link": "l", "fixedRatio": "true", "width": "800", "height": 400.0});
    for (key, card) in [
        ("simpleText", json!("가")),
        ("simpleText", json!({"text": 123, "forwardable": "true"})),
        ("simpleImage", json!({"imageUrl": [], "altText": false, "forwardable": 1})),
        ("textCard", json!({"title": 2026, "description": 1.5, "buttonLayout": 1, "buttons": [button.clone()]})),
        ("textCard", json!({"title": "t", "buttons": {}, "forwardable": "false"})),
        ("textCard", json!({"title": "t", "buttons": ["b", button.clone()]})),
        ("basicCard", json!({"thumbnail": "https://a.kr", "social": {"like": "1", "comment": 1.0}, "profile": "p"})),
        ("basicCard", json!({"thumbnail": picture.clone(), "social": 1, "profile": {"nickname": 1, "imageUrl": 1}})),
        ("basicCard", json!({"thumbnail": {"imageUrl": "u", "link": link}})),
        ("commerceCard", json!({"price": "10000", "discount": "1", "discountRate": 10.5, "discountedPrice": 9000.0})),
        ("commerceCard", json!({"price": 10000.0, "currency": 1, "thumbnails": picture, "dicountedPrice": 9000})),
        ("commerceCard", json!({"price": u64::MAX, "discount": -1})),
        ("listCard", json!({"header": "h", "items": {}, "listLayout": 1})),
        (
            "listCard",
            json!({"header": {"title": 1}, "items": [{"title": 1, "action": "Message", "link": "l", "imageUrl": 1}]}),
        ),
        (
            "itemCard",
            json!({"itemList": [{"title": 1, "description": 3}], "itemListSummary": {"title": 1, "description": 8000}}),
        ),
        (
            "itemCard",
            json!({"itemList": {}, "head": "h", "profile": "p", "imageTitle": "i", "itemListSummary": "s", "thumbnail": "t", "itemListAlignment": 1}),
        ),
        ("itemCard", json!({"thumbnail": {"width": "800", "height": 1e3}, "profile": {"title": 1, "width": "1"}})),
        ("carousel", json!({"type": 1, "items": [{"title": 1}], "header": "h", "forwardable": "true"})),
        (
            "carousel",
            json!({"type": "textCard", "items": [{"title": 1}, 5], "header": {"title": 1, "description": 1, "thumbnail": 1}}),
        ),
        ("carousel", json!({"type": "basicCard", "items": {"title": "t"}})),
    ] {
        let body = json!({"version": "2.0", "template": {"outputs": [{key: card}]}});
        assert_eq!(read(&body), body);
        let response: SkillResponse = parse(body.to_string().as_bytes()).expect("parses");
        assert!(response.checked().is_err(), "{body} is not what the documentation says");
    }
}

#[test]
fn the_retired_first_version_is_kept() {
    for body in [
        json!({"contents": [{"type": "text", "text": "가"}, {"type": "image", "image": {"url": "u"}}], "quickReplies": [{"type": "text"}]}),
        json!({"contents": [{"type": "card.text", "cards": [{"title": "t", "buttons": null}]}]}),
    ] {
        assert_eq!(read(&body), body);
    }
}

#[test]
fn what_excludes_each_other_takes_the_place_of_it() {
    let card = ItemCard::new().item("a", "b");
    assert_eq!(
        bubble(card.clone().head("h").profile("p"))["itemCard"],
        json!({"itemList": [{"title": "a", "description": "b"}], "profile": {"title": "p"}})
    );
    assert_eq!(
        bubble(card.profile(ItemProfile::new("p").image("https://a.kr")).head("h"))["itemCard"]["head"],
        json!({"title": "h"})
    );
    let item = |item: ListItem| serde_json::to_value(item).expect("writes");
    let carried = || ListItem::new("t").message("m").extra(json!({"k": 1}));
    assert_eq!(item(carried().link("https://a.kr")), json!({"title": "t", "link": {"web": "https://a.kr"}}));
    assert_eq!(item(carried().block("b")), json!({"title": "t", "action": "block", "blockId": "b", "extra": {"k": 1}}));
    assert_eq!(
        item(ListItem::new("t").link("https://a.kr").block("b").message("m")),
        json!({"title": "t", "action": "message", "messageText": "m"})
    );
    assert_eq!(item(ListItem::new("t").link("https://a.kr").extra(json!({"k": 1}))).get("extra"), None);
    assert_eq!(item(ListItem::new("t").extra(json!({"k": 1})).message("m"))["extra"], json!({"k": 1}));
    let card = || CommerceCard::new("https://a.kr", 10_000);
    let price = |card: CommerceCard| (card.discount, card.discount_rate, card.discounted_price);
    assert_eq!(price(card().discount(1).discount_rate(10, 9_000)), (None, Some(10), Some(9_000)));
    assert_eq!(price(card().discount_rate(10, 9_000).discount(1)), (Some(1), None, None));
    assert_eq!(price(card().discount(1).discounted_price(5)), (None, None, Some(5)));
}

#[test]
fn what_an_action_does_not_use_is_not_written() {
    let button =
        |button: Button| serde_json::to_value(button.extra(json!({"k": 1})).message_text("m")).expect("writes");
    assert_eq!(button(Button::share("l")), json!({"label": "l", "action": "share"}));
    assert_eq!(button(Button::phone("l", "02")), json!({"label": "l", "action": "phone", "phoneNumber": "02"}));
    assert_eq!(
        button(Button::message("l", "say")),
        json!({"label": "l", "action": "message", "messageText": "say", "extra": {"k": 1}})
    );
    assert_eq!(
        button(Button::block("l", "b")),
        json!({"label": "l", "action": "block", "blockId": "b", "messageText": "m", "extra": {"k": 1}})
    );
    for (button, action) in [
        (Button::guide("l"), "guide"),
        (Button::invite("l"), "invite"),
        (Button::invite_member("l"), "inviteMember"),
        (Button::mention("l"), "mention"),
        (Button::settings("l"), "settings"),
    ] {
        assert_eq!(serde_json::to_value(button).expect("writes"), json!({"label": "l", "action": action}));
    }
}

#[test]
fn empty_optionals_are_not_written() {
    let picture = Thumbnail::new("https://a.kr").alt_text("").link("").link(Link::by_device("", ""));
    assert_eq!(
        bubble(BasicCard::new(picture).title("").description("").buttons([])),
        json!({"basicCard": {"thumbnail": {"imageUrl": "https://a.kr"}}})
    );
    assert_eq!(
        bubble(ItemCard::new().item("a", "b").text("", "").image_title(ImageTitle::new("i").description("").image(""))),
        json!({"itemCard": {"itemList": [{"title": "a", "description": "b"}], "imageTitle": {"title": "i"}}})
    );
    assert_eq!(bubble(SimpleImage::new("https://a.kr", "")), json!({"simpleImage": {"imageUrl": "https://a.kr"}}));
    assert_eq!(bubble(TextCard::new("").description("d")), json!({"textCard": {"description": "d"}}));
    assert_eq!(bubble(TextCard::untitled("d")), json!({"textCard": {"description": "d"}}));
    let reply = QuickReply::block("l", "b").extra(()).extra(json!({})).message_text("");
    assert_eq!(serde_json::to_value(reply).expect("writes"), json!({"label": "l", "action": "block", "blockId": "b"}));
    assert_eq!(
        written(&SkillResponse::new().context(ContextControl::new()).data("k", ()).quick_replies([])),
        json!({"version": "2.0"})
    );
}

#[test]
fn group_chat() {
    assert_eq!(
        written(
            &SkillResponse::new()
                .output(SimpleText::new(format!("{} 안녕", Mention::place("a"))).markdown())
                .output(ListCard::new("순위").item(ListItem::new("김밥")).ranking())
                .mention("a", Mention::bot_user("u"))
                .mention("b", Mention::app_user("1"))
        ),
        json!({
            "version": "2.0",
            "template": {"outputs": [
                {"simpleText": {"text": "{{#mentions.a}} 안녕", "extra": {"markdown": true}}},
                {"listCard": {"header": {"title": "순위"}, "items": [{"title": "김밥"}], "listLayout": "ranking"}}
            ]},
            "extra": {"mentions": {"a": {"type": "botUserKey", "id": "u"}, "b": {"type": "appUserId", "id": "1"}}}
        })
    );
    assert_eq!(format!("{:?}", Mention::bot_user("secret")), "Mention { kind: \"botUserKey\", .. }");
    assert_eq!(written(&SkillResponse::suppress()), json!({"version": "2.0", "template": {"outputs": []}}));
    assert!(SkillResponse::suppress().is_suppressed() && !SkillResponse::text("t").is_suppressed());
}
