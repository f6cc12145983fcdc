//! Events: V01 to V09.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use serde_json::{Value, json};

use super::super::event_request;
use super::{NOTHING, with};
use crate::kakao::skill::{EventRequest, EventUser};

fn found(body: &Value) -> Vec<String> {
    let request: EventRequest = crate::kakao::parse(body.to_string().as_bytes()).expect("parses");
    told(&request)
}

fn told(request: &EventRequest) -> Vec<String> {
    let findings = event_request(request);
    findings.iter().map(|finding| format!("{} {} {}", finding.severity, finding.rule, finding.path)).collect()
}

fn good() -> Value {
    json!({"event":{"name":"news","data":{"a":1}},"user":[{"type":"botUserKey","id":"u","properties":{}}],"params":{},"option":{}})
}

#[test]
fn a_good_event_is_good() {
    assert_eq!(found(&good()), NOTHING);
    assert_eq!(found(&with(&good(), json!({"params": null, "option": null}))), NOTHING);
    assert_eq!(
        found(&json!({"event":{"name":"x","data":null},"user":[{"type":"appUserId","id":7}],"params":null})),
        NOTHING
    );
}

#[test]
fn an_event_has_a_name() {
    for event in [json!({}), json!({"name": ""}), json!({"name": " "}), json!({"name": null})] {
        assert_eq!(found(&with(&good(), json!({ "event": event }))), ["E V01 event.name"], "{event}");
    }
    assert_eq!(found(&with(&good(), json!({"event": null}))), ["E V01 event.name"]);
}

#[test]
fn a_hundred_people_and_no_more() {
    let of = |number: usize| {
        EventRequest::new("news").to_all((0..number).map(|at| EventUser::plusfriend_user_key(format!("k{at}"))))
    };
    for (number, findings) in [(0, vec!["E V02 user"]), (1, vec![]), (100, vec![]), (101, vec!["E V02 user"])] {
        assert_eq!(told(&of(number)), findings, "{number}");
    }
    assert!(of(101).batches().iter().all(|batch| told(batch) == NOTHING));
    assert_eq!(found(&with(&good(), json!({"user": null}))), ["E V02 user"]);
}

#[test]
fn nobody_is_named_twice() {
    let users = json!([
        {"type":"botUserKey","id":"1"}, {"type":"appUserId","id":1}, {"type":"botUserKey","id":"2"},
        {"type":"botUserKey","id":"1"}, {"type":"appUserId","id":"1"},
    ]);
    let twice = with(&good(), json!({ "user": users }));
    assert_eq!(found(&twice), ["E V03 user[3]", "E V03 user[4]"]);
    let request: EventRequest = crate::kakao::parse(twice.to_string().as_bytes()).expect("parses");
    assert_eq!(event_request(&request)[1].message.en, "this person is named twice: user[1] has the same key");
    assert!(request.batches().iter().all(|batch| told(batch) == NOTHING));
}

#[test]
fn a_person_has_a_kind_and_a_key() {
    let of = |user: Value| found(&with(&good(), json!({ "user": [user] })));
    assert_eq!(of(json!({"type":"botGroupKey","id":"1"})), ["E V04 user[0].type"]);
    assert_eq!(of(json!({"id":"1"})), ["E V04 user[0].type"]);
    for id in [json!(""), json!(" "), json!(null)] {
        assert_eq!(of(json!({"type":"botUserKey","id":id})), ["E V05 user[0].id"], "{id}");
    }
    assert_eq!(of(json!({"type":"botUserKey","id":"1","properties":[]})), ["E V08 user[0].properties"]);
    let nobodies = json!({ "user": [{"type":"botUserKey"}, {"type":"botUserKey"}] });
    assert_eq!(found(&with(&good(), nobodies)), ["E V05 user[0].id", "E V05 user[1].id"]);
}

#[test]
fn values_are_objects() {
    for odd in [json!([]), json!("x"), json!(7), json!(true)] {
        assert_eq!(found(&with(&good(), json!({"event": {"name": "x", "data": odd}}))), ["E V06 event.data"], "{odd}");
        assert_eq!(found(&with(&good(), json!({ "params": odd }))), ["E V07 params"], "{odd}");
        assert_eq!(found(&with(&good(), json!({ "option": odd }))), ["E V09 option"], "{odd}");
    }
}
