//! SkillPayload: absent, null, unknown, number as text, Hangul and emoji.

use serde_json::{Value, json};

use crate::kakao::skill::{SkillRequest, TriggerType};
use crate::kakao::{Misfit, Why, parse};

fn read(body: Value) -> SkillRequest {
    let request: SkillRequest = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(serde_json::to_value(&request).expect("writes"), body, "what was read is written back");
    request
}

fn refuse(body: Value) -> Misfit {
    parse::<SkillRequest>(body.to_string().as_bytes()).expect_err("must not parse")
}

fn user(user: Value) -> SkillRequest {
    read(json!({"userRequest": {"user": user}}))
}

fn action(action: Value) -> SkillRequest {
    read(json!({"action": action}))
}

#[test]
fn every_member_may_be_absent_or_null() {
    let members = ["intent", "userRequest", "bot", "action", "contexts", "flow", "callbackUrl", "skillOption"];
    let nulls: Value = members.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    for request in [read(json!({})), read(nulls), read(json!({"userRequest": {"user": null, "utterance": null}}))] {
        assert_eq!((request.utterance(), request.raw_utterance(), request.bot_key()), ("", "", ""));
        assert_eq!((request.user_key(), request.plusfriend_user_key(), request.app_user_id()), (None, None, None));
        assert_eq!((request.is_friend(), request.bot_id(), request.skill_name()), (None, None, None));
        assert_eq!((request.callback_url(), request.trigger(), request.media()), (None, None, None));
        assert!(request.block().is_none() && request.context("a").is_none() && request.chat().is_none());
        assert!(!request.is_test() && !request.is_dev_channel());
        assert_eq!(request.client_extra::<Value>(), None);
    }
}

#[test]
fn utterance() {
    let said = |text: &str| read(json!({"userRequest": {"utterance": text}}));
    assert_eq!(said("점심 뭐 먹지?\n").utterance(), "점심 뭐 먹지?");
    assert_eq!(said("점심 뭐 먹지?\n").raw_utterance(), "점심 뭐 먹지?\n");
    assert_eq!(said("👨‍👩‍👧\u{3000}").utterance(), "👨‍👩‍👧");
    assert_eq!(said("\u{0}").utterance(), "\u{0}");
    let misfit = refuse(json!({"userRequest": {"utterance": {}}}));
    assert_eq!(misfit, Misfit { path: "userRequest.utterance".into(), why: Why::WrongType });
    assert_eq!(refuse(json!({"userRequest": []})).path, "userRequest");
}

#[test]
fn user_keys() {
    assert_eq!(user(json!({"id": "가나다"})).user_key(), Some("가나다"));
    assert_eq!(user(json!({"id": 687_813})).user_key(), Some("687813"));
    assert_eq!(user(json!({"id": i64::MIN})).user_key(), Some("-9223372036854775808"));
    assert_eq!(user(json!({"id": u64::MAX})).user_key(), Some("18446744073709551615"));
    assert_eq!(user(json!({"id": null, "properties": {"botUserKey": "b"}})).user_key(), Some("b"));
    assert_eq!(user(json!({"id": "", "properties": {"bot_user_key": "b"}})).user_key(), Some("b"));
    assert_eq!(user(json!({"properties": {}})).user_key(), None);
    let properties = |properties: Value| user(json!({ "properties": properties }));
    assert_eq!(properties(json!({"plusfriendUserKey": "Ab-12_cd"})).plusfriend_user_key(), Some("Ab-12_cd"));
    assert_eq!(properties(json!({"plusfriend_user_key": "p"})).plusfriend_user_key(), Some("p"));
    assert_eq!(properties(json!({"appUserId": 1_620_160_768})).app_user_id(), Some("1620160768"));
    assert_eq!(properties(json!({"appUserId": null, "app_user_id": "7"})).app_user_id(), Some("7"));
    for bad in [json!(1.5), json!(1e30), json!({}), json!([]), json!(true)] {
        assert_eq!(refuse(json!({"userRequest": {"user": {"id": bad}}})).path, "userRequest.user.id");
    }
}

#[test]
fn friends() {
    let friend = |value: Value| user(json!({"properties": {"isFriend": value}})).is_friend();
    assert_eq!((friend(json!(true)), friend(json!(false))), (Some(true), Some(false)));
    assert_eq!((friend(json!("true")), friend(json!("false"))), (Some(true), Some(false)));
    assert_eq!((friend(json!(null)), friend(json!("모름")), friend(json!(1))), (None, None, None));
}

#[test]
fn bot() {
    let bot = |id: &str| read(json!({"bot": {"id": id, "name": " 봇 "}}));
    assert_eq!((bot("a1!").bot_id(), bot("a1!").bot_key(), bot("a1!").is_dev_channel()), (Some("a1!"), "a1", true));
    assert_eq!((bot("a1").bot_key(), bot("a1").is_dev_channel()), ("a1", false));
    assert_eq!(bot("a1!!").bot_key(), "a1!");
}

#[test]
fn tests_of_the_admin_centre() {
    let test = |user_request: Value| read(json!({ "userRequest": user_request })).is_test();
    assert!(test(json!({"params": {"surface": "BuilderBotTest"}})));
    assert!(test(json!({"params": {"ignoreMe": "true"}})));
    assert!(test(json!({"params": {"ignoreMe": true}})));
    assert!(test(json!({"user": {"type": "accountId"}})));
    assert!(!test(
        json!({"params": {"surface": "Kakaotalk.plusfriend", "ignoreMe": "false"}, "user": {"type": "새것"}})
    ));
}

#[test]
fn block() {
    let request =
        read(json!({"intent": {"id": "i", "name": "지식+", "extra": {}}, "userRequest": {"block": {"id": "b"}}}));
    assert_eq!(request.block().and_then(|block| block.id()), Some("b"));
    let request = read(json!({"intent": {"id": 5, "name": "폴백 블록"}, "userRequest": {"block": null}}));
    assert_eq!(request.block().and_then(|block| block.name()), Some("폴백 블록"));
    assert_eq!(request.block().and_then(|block| block.id()), Some("5"));
}

#[test]
fn knowledge_under_either_name() {
    for name in ["knowledge", "knowledges"] {
        let found = json!([{"question": "q", "categories": ["가"]}, 5, {"answer": null, "새": 1}]);
        let request = read(json!({"intent": {"extra": {name: {"matchedKnowledges": found}}}}));
        let knowledges = request.intent.get().expect("intent").knowledges();
        assert_eq!(knowledges.len(), 2);
        assert_eq!(knowledges[0].question.text(), Some("q"));
    }
    assert!(read(json!({"intent": {"extra": "가"}})).intent.get().expect("intent").knowledges().is_empty());
}

#[test]
fn params() {
    let request = action(json!({
        "name": "skill",
        "params": {"date": "{\"date\": \"2018-11-23\"}", "broken": "{\"unit\": }", "object": {"a": 1}, "none": null, "n": 5},
        "detailParams": {"plain": "강남", "none": {"value": "v"}, "empty": {}, "o": {"origin": "금요일", "새": 1}, "null": null}
    }));
    assert_eq!(request.skill_name(), Some("skill"));
    assert_eq!(request.param_json("date"), Some(json!({"date": "2018-11-23"})));
    assert_eq!((request.param_json("broken"), request.param_text("broken")), (None, Some("{\"unit\": }")));
    assert_eq!((request.param_json("object"), request.param_text("object")), (Some(json!({"a": 1})), None));
    assert_eq!((request.param("n"), request.param_text("n")), (Some(&json!(5)), None));
    assert_eq!((request.param_text("plain"), request.param_text("none")), (Some("강남"), Some("v")));
    assert_eq!((request.param("empty"), request.param("null"), request.param("no")), (None, None, None));
    assert_eq!(request.action.get().and_then(|action| action.origin("o")), Some("금요일"));
    assert_eq!(refuse(json!({"action": {"params": []}})).path, "action.params");
}

#[test]
fn client_extra() {
    let extra = |value: Value| action(json!({"clientExtra": value})).client_extra::<Value>();
    assert_eq!((extra(json!(null)), extra(json!("null"))), (None, None));
    assert_eq!(extra(json!({})), Some(json!({})));
    assert_eq!(extra(json!({"extra": {"page": 2}})), Some(json!({"extra": {"page": 2}})));
    assert_eq!(
        action(json!({"clientExtra": {"page": 2}}))
            .client_extra::<std::collections::HashMap<String, i32>>()
            .map(|m| m["page"]),
        Some(2)
    );
    assert_eq!(action(json!({"clientExtra": {"page": "가"}})).client_extra::<Vec<i32>>(), None);
}

#[test]
fn callback_url() {
    let inner = read(json!({"userRequest": {"callbackUrl": "https://a"}, "callbackUrl": "https://b"}));
    assert_eq!(inner.callback_url(), Some("https://a"));
    assert_eq!(read(json!({"callbackUrl": "https://b"})).callback_url(), Some("https://b"));
    assert_eq!(read(json!({"userRequest": {"callbackUrl": ""}})).callback_url(), None);
}

#[test]
fn contexts() {
    let request = read(json!({"contexts": [
        null,
        {"name": "a", "lifespan": 3, "ttl": 600, "params": {"p": {"value": "v", "resolvedValue": "r"}, "bare": "b", "null": null}},
        {"name": "나", "lifeSpan": "2", "params": {"p": {"resolvedValue": "r"}}},
        {"name": null, "lifespan": null, "params": null}
    ]}));
    let a = request.context("a").expect("a");
    assert_eq!((a.lifespan(), a.ttl()), (Some(3), Some(600)));
    assert_eq!(
        (a.param("p"), a.resolved("p"), a.param("bare"), a.param("null")),
        (Some("v"), Some("r"), Some("b"), None)
    );
    let other = request.context("나").expect("나");
    assert_eq!((other.lifespan(), other.ttl(), other.param("p")), (Some(2), None, Some("r")));
    assert!(request.context("x").is_none());
}

#[test]
fn trigger() {
    let trigger = |flow: Value| read(json!({ "flow": flow })).trigger().cloned();
    assert_eq!(trigger(json!({"trigger": {"type": "TEXT_INPUT"}})), Some(TriggerType::TextInput));
    assert_eq!(trigger(json!({"trigger": {"type": "새것"}})), Some(TriggerType::Other("새것".into())));
    assert_eq!(trigger(json!({"trigger": {"type": null, "referrerBlock": null}, "lastBlock": {"id": "b"}})), None);
    assert_eq!(trigger(json!("모름")), None);
    assert_eq!(trigger(json!({"trigger": 5})), None);
}

#[test]
fn media_and_chat() {
    let media = |media: Value| read(json!({"userRequest": {"params": {"media": media}}}));
    let photo = media(json!({"type": "image", "url": "https://a"}));
    assert_eq!(photo.media().map(|media| (media.kind, media.url)), Some(("image", "https://a")));
    assert_eq!(media(json!({"url": "https://a"})).media().map(|media| media.kind), Some(""));
    for none in [json!(null), json!("image"), json!({}), json!({"url": ""}), json!({"url": 5})] {
        assert_eq!(media(none).media(), None);
    }
    let chat = |chat: Value| {
        read(json!({"userRequest": {"chat": chat}})).chat().and_then(|chat| chat.key().map(str::to_owned))
    };
    assert_eq!(chat(json!({"id": "r", "type": "botGroupKey"})), Some("r".into()));
    assert_eq!(chat(json!({"properties": {"botGroupKey": "r"}})), Some("r".into()));
    assert_eq!(chat(json!([])), None);
}

#[test]
fn unknown_members_survive_everywhere() {
    let unknown = json!({"새": [null, 1.5, {"a": "😀"}]});
    let mut body = json!({
        "indent": {}, "skillOption": {"timeout": 5000},
        "intent": unknown, "bot": unknown, "action": unknown, "flow": {"trigger": unknown, "lastBlock": unknown},
        "userRequest": {"block": unknown, "user": {"properties": unknown}, "chat": unknown, "isInSlotFilling": true},
        "contexts": [unknown]
    });
    body["userRequest"]["새"] = json!(u64::MAX);
    read(body);
}

#[test]
fn debug_shows_nothing_that_was_said() {
    let request = read(
        json!({"userRequest": {"utterance": "010-1234-5678", "user": {"id": "secret"}}, "action": {"params": {"p": "secret"}}}),
    );
    let shown = format!("{request:?} {:?} {:?} {:?}", request.user_request, request.action, request.user_request.get());
    assert!(!shown.contains("010") && !shown.contains("secret"), "{shown}");
}
