//! The parameter check.

use serde_json::{Value, json};

use crate::kakao::parse;
use crate::kakao::skill::{CheckRequest, CheckResponse, CheckStatus};

fn read(body: Value) -> CheckRequest {
    let request: CheckRequest = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(serde_json::to_value(&request).expect("writes"), body);
    request
}

#[test]
fn request() {
    let request = read(json!({
        "isInSlotFilling": true, "utterance": " 010-0000-0000\n", "value": {"origin": "010-0000-0000", "resolved": "01000000000"},
        "user": {"id": 5, "type": "botUserKey", "properties": {}}, "bot": {"id": "b!", "name": "봇"},
        "params": {"surface": "Kakaotalk.plusfriend"}, "timezone": "Asia/Seoul", "lang": null, "block": {"id": "k"}, "새": 1
    }));
    assert!(request.is_in_slot_filling());
    assert_eq!(
        (request.origin(), request.resolved(), request.value()),
        (Some("010-0000-0000"), Some("01000000000"), "01000000000")
    );
    assert_eq!((request.user_key(), request.bot_key()), (Some("5"), "b"));
    assert_eq!(request.block().and_then(|block| block.id()), Some("k"));
}

#[test]
fn value_from_wherever_it_is() {
    assert_eq!(read(json!({"value": {"origin": " 가 ", "resolved": ""}})).value(), "가");
    assert_eq!(read(json!({"value": {"origin": null}, "utterance": "나"})).value(), "나");
    assert_eq!(read(json!({"value": "다😀"})).value(), "다😀");
    assert_eq!(read(json!({"value": null})).value(), "");
    assert_eq!(read(json!({"isInSlotFilling": "true"})).value(), "");
}

#[test]
fn response() {
    let written = |response: CheckResponse| serde_json::to_value(response).expect("writes");
    assert_eq!(written(CheckResponse::success("010")), json!({"status": "SUCCESS", "value": "010"}));
    assert_eq!(written(CheckResponse::success_as_is()), json!({"status": "SUCCESS"}));
    assert_eq!(written(CheckResponse::fail("다시요")), json!({"status": "FAIL", "message": "다시요"}));
    assert_eq!(
        written(CheckResponse::fail("").data("k", 1).data("n", ())),
        json!({"status": "FAIL", "data": {"k": 1}})
    );
    assert_eq!(written(CheckResponse::error()), json!({"status": "ERROR"}));
    assert_eq!(written(CheckResponse::ignore()), json!({"status": "IGNORE"}));
    let body = json!({"status": "MAYBE", "value": 5, "data": {"a": null}, "message": "", "새": 1});
    let response: CheckResponse = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(response.status, Some(CheckStatus::Other("MAYBE".into())));
    assert_eq!(written(response), body);
    let body = json!({"status": 5, "data": "d", "message": ["m"]});
    let response: CheckResponse = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(written(response), body);
}
