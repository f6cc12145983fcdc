//! Every way a skill can be called (protocol `skill` 3.9): one small body each, and what an author can ask of it.
#![allow(clippy::expect_used, reason = "tests")]

use serde::Deserialize;
use serde_json::{Value, json};
use shared::kakao::parse;
use shared::kakao::skill::{Origin, SkillRequest, TriggerType};

fn read(body: Value) -> SkillRequest {
    let request: SkillRequest = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(serde_json::to_value(&request).expect("writes"), body, "what was read is written back");
    assert_eq!(request.is_test(), request.origin().is_test());
    request
}

/// `base` with `value` at a JSON pointer whose parents exist.
fn with(base: &Value, pointer: &str, value: Value) -> Value {
    let mut body = base.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("a parent")[key] = value;
    body
}

/// A call of the live channel.
fn live() -> Value {
    json!({
        "bot": {"id": "0123456789abcdef01234567", "name": " 점심 봇 "},
        "intent": {"id": "b1", "name": "주문 ", "extra": {"reason": {"code": 1, "message": "OK"}}},
        "action": {"id": "a1", "name": "order", "params": {}, "detailParams": {}, "clientExtra": {}},
        "userRequest": {
            "timezone": "Asia/Seoul", "lang": "ko", "utterance": "주문",
            "block": {"id": "b1", "name": "주문 "},
            "params": {"surface": "Kakaotalk.plusfriend"},
            "user": {"id": "u1", "type": "botUserKey", "properties": {
                "botUserKey": "u1", "bot_user_key": "u1", "isFriend": true, "appUserId": "7", "app_user_id": "7",
                "appUserStatus": "REGISTERED", "app_user_status": "REGISTERED",
                "plusfriendUserKey": "Ab-12_cdEfGh", "plusfriend_user_key": "Ab-12_cdEfGh"
            }}
        },
        "contexts": [],
        "flow": {"lastBlock": {"id": "b0", "name": "메뉴"},
                 "trigger": {"type": "QUICKREPLY_BUTTON_BLOCK", "referrerBlock": {"id": "b0", "name": "메뉴"}}}
    })
}

#[test]
fn production() {
    let request = read(live());
    assert_eq!((request.origin(), request.is_test(), request.is_dev_channel()), (Origin::Production, false, false));
    assert_eq!((request.user_key(), request.plusfriend_user_key()), (Some("u1"), Some("Ab-12_cdEfGh")));
    assert_eq!((request.app_user_id(), request.app_user_status()), (Some("7"), Some("REGISTERED")));
    assert_eq!((request.is_friend(), request.user_type()), (Some(true), Some("botUserKey")));
    assert_eq!((request.lang(), request.timezone()), (Some("ko"), Some("Asia/Seoul")));
    assert_eq!(request.trigger(), Some(&TriggerType::QuickReplyBlock));
    assert_eq!(request.last_block().and_then(|block| block.id()), Some("b0"));
    assert_eq!(request.referrer_block().and_then(|block| block.name()), Some("메뉴"));
    assert!(!request.is_fallback() && !request.is_knowledge() && !request.is_v1() && !request.is_group_chat());
    assert!(request.photos().is_empty() && request.media().is_none() && request.contexts().next().is_none());
    assert_eq!((request.event_params::<Value>(), request.user_properties::<Value>()), (None, None));
}

#[test]
fn development_channel() {
    let request = read(with(&live(), "/bot/id", json!("0123456789abcdef01234567!")));
    assert_eq!((request.origin(), request.bot_key()), (Origin::Development, "0123456789abcdef01234567"));
    let bare = read(json!({"bot": {"id": "a!"}}));
    assert_eq!(bare.origin(), Origin::Development, "the mark is enough: `surface` is missing on some calls");
}

#[test]
fn bot_test() {
    let mut body = with(&live(), "/userRequest/params", json!({"surface": "BuilderBotTest", "ignoreMe": "true"}));
    body = with(&body, "/userRequest/utterance", json!("주문\n"));
    body = with(&body, "/userRequest/user/properties", json!({"botUserKey": "u1", "bot_user_key": "u1"}));
    let request = read(body.clone());
    assert_eq!((request.origin(), request.utterance(), request.raw_utterance()), (Origin::BotTest, "주문", "주문\n"));
    assert_eq!((request.plusfriend_user_key(), request.is_friend()), (None, None));
    assert_eq!(request.event_params::<Value>(), None);
    // Also a test of the development channel's bot is a test.
    assert_eq!(read(with(&body, "/bot/id", json!("a!"))).origin(), Origin::BotTest);
}

#[test]
fn skill_test() {
    let request = read(json!({
        "intent": {"id": "u8374czixdyo23gkpuw34lat", "name": "블록 이름"},
        "userRequest": {
            "timezone": "Asia/Seoul", "params": {"ignoreMe": "true"}, "utterance": "발화 내용", "lang": null,
            "block": {"id": "u8374czixdyo23gkpuw34lat", "name": "블록 이름"},
            "user": {"id": "687813", "type": "accountId", "properties": {}}
        },
        "bot": {"id": "620cea77ca92880f0b4e73c8", "name": "봇 이름"},
        "action": {"name": "krrqubcc0i", "clientExtra": null, "params": {}, "id": "vpfi1op5", "detailParams": {}}
    }));
    assert_eq!((request.origin(), request.user_key(), request.lang()), (Origin::SkillTest, Some("687813"), None));
    assert_eq!(request.client_extra::<Value>(), None);
    assert_eq!(read(json!({"userRequest": {"user": {"type": "accountId"}}})).origin(), Origin::SkillTest);
    assert_eq!(read(json!({"userRequest": {"params": {"ignoreMe": true}}})).origin(), Origin::SkillTest);
}

#[test]
fn knowledge_and_fallback_and_welcome() {
    let found = json!({"responseType": "skill", "matchedKnowledges": [{"question": "q", "answer": "a"}]});
    for (name, member) in [("지식+", "knowledge"), ("지식+ ", "knowledges"), ("다른 이름", "knowledge")] {
        let mut extra = json!({"reason": {"code": 1, "message": "OK"}});
        extra[member] = found.clone();
        let request = read(with(&live(), "/intent", json!({"id": "b", "name": name, "extra": extra})));
        assert!(request.is_knowledge() && !request.is_fallback());
        assert_eq!(request.knowledges()[0].answer.text(), Some("a"));
    }
    assert!(read(json!({"intent": {"name": "지식+"}})).is_knowledge(), "nothing was found");

    for name in ["폴백 블록", "FALLBACK INTENT", " 폴백 블록 "] {
        assert!(read(json!({"intent": {"name": name}})).is_fallback());
        assert!(read(json!({"userRequest": {"block": {"name": name}}})).is_fallback());
    }
    for name in ["폴백", "fallback", ""] {
        assert!(!read(json!({"intent": {"name": name}})).is_fallback());
    }

    // A welcome block is an ordinary one, and what its utterance is nobody says.
    for utterance in [json!(""), json!(null), json!("웰컴 블록")] {
        let request = read(with(&live(), "/userRequest/utterance", utterance));
        assert_eq!(request.block().and_then(|block| block.id()), Some("b1"));
    }
}

#[test]
fn event() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Parcel {
        no: String,
        size: Option<Value>,
    }
    let mut body = live();
    body["userRequest"]["params"] =
        json!({"surface": "Kakaotalk.plusfriend", "media": null, "no": "A-17", "size": {"cm": 5}, "none": null});
    body["userRequest"]["user"]["properties"]["tier"] = json!("gold");
    body["userRequest"]["user"]["properties"]["accountId"] = json!("6689190");
    let request = read(body);
    assert_eq!((request.origin(), request.event_param("no")), (Origin::Production, Some(&json!("A-17"))));
    assert_eq!(request.event_params(), Some(Parcel { no: "A-17".into(), size: Some(json!({"cm": 5})) }));
    assert_eq!(request.event_params::<Value>(), Some(json!({"no": "A-17", "size": {"cm": 5}})));
    assert_eq!((request.event_param("surface"), request.event_param("none")), (None, None));
    assert_eq!((request.user_property("tier"), request.user_property("accountId")), (Some(&json!("gold")), None));
    assert_eq!(request.user_properties::<Value>(), Some(json!({"tier": "gold"})));
    assert_eq!(request.event_params::<Vec<u8>>(), None, "another shape is none");
}

#[test]
fn photo_and_video() {
    let url = "https://talk.kakaocdn.net/dna/x/i_1.png?credential=z&expires=1876290921&signature=abc%3D";
    let message = |media: Value| {
        read(json!({
            "userRequest": {"user": {"id": "u"}, "utterance": url, "params": {"surface": "Kakaotalk.plusfriend", "media": media}},
            "flow": {"trigger": {"type": "IMAGE_UPLOAD"}}
        }))
    };
    let photo = message(json!({"type": "image", "url": url}));
    assert_eq!((photo.origin(), photo.trigger()), (Origin::Production, Some(&TriggerType::ImageUpload)));
    let photos = photo.photos();
    assert_eq!((photos.len(), photos[0].as_str(), photos[0].expires()), (1, url, Some(1_876_290_921)));
    assert!(photos[0].is_kakao_cdn() && photo.media().expect("media").is_image());
    assert_eq!(message(json!(null)).photos()[0].as_str(), url, "the utterance is the address, too");
    assert_eq!(message(json!([{"type": "image", "url": url}, {"type": "image", "url": "b"}])).photos().len(), 2);

    let video = message(json!({"type": "video", "url": url}));
    assert!(video.photos().is_empty() && video.media().is_some_and(|media| media.file().is_kakao_cdn()));
    let typed = read(json!({"userRequest": {"utterance": url}, "flow": {"trigger": {"type": "TEXT_INPUT"}}}));
    assert!(typed.photos().is_empty(), "an address that was typed is no photo");
}

#[test]
fn group_chat() {
    let mention = json!({"botUserKey": "u2"}).to_string();
    let mut body = json!({
        "bot": {"id": "a"},
        "userRequest": {
            "utterance": "점심 @가 @나",
            "chat": {"id": "r1", "type": "botGroupKey", "properties": {"botGroupKey": "r1"}},
            "user": {"id": "u1", "type": "botUserKey", "properties": {"botUserKey": "u1"}}
        },
        "action": {"params": {"sys_user_mention1": mention, "sys_user_mention2": mention, "sys_text": "점심"}}
    });
    let request = read(body.clone());
    assert_eq!((request.origin(), request.group_key()), (Origin::Production, Some("r1")));
    assert!(request.is_group_chat());
    let mentions = request.mentions();
    assert_eq!((mentions.len(), mentions[0].0, mentions[1].1.key()), (2, "sys_user_mention1", Some("u2")));

    body["userRequest"]["chat"] = json!(null);
    assert!(!read(body.clone()).is_group_chat());
    body["userRequest"]["user"]["properties"]["botGroupKey"] = json!(5);
    assert_eq!(read(body.clone()).group_key(), Some("5"));
    body["bot"]["id"] = json!("a!");
    assert_eq!(read(body).origin(), Origin::Development);
}

#[test]
fn first_version() {
    let request = read(json!({
        "userRequest": {
            "utterance": "안녕", "lang": "kr",
            "user": {"id": "12345", "type": "talk_user_id", "properties": {
                "appUserId": 7, "appUserStatus": "REGISTERED", "plusfriend_user_key": "Ab-12_cdEfGh"
            }}
        },
        "bot": {"id": "a", "name": "봇"}, "intent": {"id": "b", "name": "FALLBACK INTENT"},
        "action": {"name": "s", "clientExtra": "null", "params": {"sys_number": {"amount": 2}}}
    }));
    assert_eq!((request.origin(), request.is_v1(), request.lang()), (Origin::Production, true, Some("ko")));
    assert_eq!((request.app_user_id(), request.plusfriend_user_key()), (Some("7"), Some("Ab-12_cdEfGh")));
    assert_eq!(request.client_extra::<Value>(), None);
    assert_eq!(request.number("sys_number").and_then(|number| number.whole()), Some(2));
    assert!(request.is_fallback());
}

#[test]
fn nobody_we_know() {
    for body in [json!({}), json!({"userRequest": {"params": {"surface": "새것"}}}), json!({"bot": {"id": "a"}})] {
        assert_eq!(read(body).origin(), Origin::Unknown);
    }
}

#[test]
fn a_flow_that_is_odd_in_one_place_is_read_in_the_others() {
    let flow = |flow: Value| read(json!({ "flow": flow }));
    let request = flow(json!({"trigger": {"type": "TEXT_INPUT", "referrerBlock": "b"}, "lastBlock": ["b"]}));
    assert_eq!(request.trigger(), Some(&TriggerType::TextInput));
    assert!(request.last_block().is_none() && request.referrer_block().is_none());
    let request = flow(json!({"trigger": {"type": 5, "referrerBlock": {"id": "b"}}}));
    assert_eq!(request.referrer_block().and_then(|block| block.id()), Some("b"));
    assert!(flow(json!(null)).last_block().is_none() && flow(json!([])).referrer_block().is_none());
}

#[test]
fn slots() {
    let request = read(json!({"action": {
        "params": {"a": "강남", "none": null, "blank": " ", "time": "{\"time\": \"09:00\"}", "broken": "{\"amount\": 1, \"unit\": }"},
        "detailParams": {
            "a": {"origin": "강남역", "value": "강남", "groupName": "지역"}, "only": {"value": "v", "groupName": ""},
            "bare": "b", "broken": {"origin": "하나", "value": "{\"amount\": 1, \"unit\": \"\"}"}, "empty": {"value": ""}
        }
    }}));
    let names: Vec<_> = request.slots().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "bare", "broken", "only", "time"]);
    let slot = |name: &str| request.slot(name);
    assert_eq!(slot("a").and_then(|slot| slot.origin()), Some("강남역"));
    assert_eq!(slot("a").map(|slot| (slot.text(), slot.group())), Some((Some("강남"), Some("지역"))));
    assert_eq!(slot("only").map(|slot| (slot.text(), slot.group(), slot.origin())), Some((Some("v"), None, None)));
    assert!(slot("none").is_none() && slot("blank").is_none() && slot("empty").is_none() && slot("no").is_none());
    assert_eq!(
        request.param_as::<std::collections::HashMap<String, String>>("time").map(|time| time["time"].clone()),
        Some("09:00".into())
    );
    assert_eq!(request.param_as::<Vec<u8>>("time"), None);
    assert_eq!(slot("broken").and_then(|slot| slot.text()), Some("{\"amount\": 1, \"unit\": }"));
    assert_eq!(request.number("broken").and_then(|number| number.whole()), Some(1));
    assert!(request.date("a").is_none() && request.ordinal("a").is_none() && request.secure_images("a").is_none());
    assert_eq!(slot("a").map(|slot| format!("{slot:?}")), Some("Slot { .. }".into()));
}

#[test]
fn plugin_values_of_a_request_and_of_a_context() {
    let list = "List(https://secure.kakaocdn.net/a?expires=1702641400, https://secure.kakaocdn.net/b)";
    let whole = json!({"privacyAgreement": "Y", "imageQuantity": "2", "secureUrls": list}).to_string();
    let request = read(json!({
        "action": {"params": {
            "photo": whole, "bare": "https://secure.kakaocdn.net/a",
            "me": json!({"otp": "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile", "app_user_id": 7}).to_string()
        }},
        "contexts": [{"name": "c", "params": {
            "photo": {"value": list, "resolvedValue": whole}, "list": {"value": list}, "bare": list,
            "n": {"resolvedValue": "{\"n\": 5}"}, "none": null
        }}]
    }));
    let photo = request.secure_images("photo").expect("images");
    assert!(photo.is_agreed() && photo.urls().iter().all(|url| url.is_kakao_cdn()));
    assert_eq!((photo.quantity(), photo.urls().len(), photo.expires()), (Some(2), 2, Some(1_702_641_400)));
    assert_eq!(request.secure_images("bare").map(|images| images.urls().len()), Some(1));
    assert_eq!(request.otp().map(|otp| (otp.is_kakao(), otp.app_user_id() == Some("7"))), Some((true, true)));
    assert_eq!(request.plugin("photo").and_then(|value| value.text().map(str::len)), Some(whole.len()));

    let context = request.context("c").expect("context");
    let agreed = |name: &str| context.secure_images(name).map(|images| (images.is_agreed(), images.urls().len()));
    assert_eq!(
        (agreed("photo"), agreed("list"), agreed("bare")),
        (Some((true, 2)), Some((false, 2)), Some((false, 2)))
    );
    assert_eq!((agreed("n"), agreed("none"), agreed("no")), (None, None, None));
    assert_eq!(context.param_as::<Value>("n"), Some(json!({"n": 5})));
}
