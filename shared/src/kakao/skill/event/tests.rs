//! What is read is written back; both spellings are understood; nobody is told twice.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::kakao::parse;

fn read<T: DeserializeOwned>(body: &Value) -> T {
    parse(body.to_string().as_bytes()).expect("parses")
}

fn round<T: DeserializeOwned + Serialize>(body: Value) {
    let back = serde_json::to_value(read::<T>(&body)).expect("writes");
    assert_eq!(back, body);
}

#[test]
fn every_shape_survives_a_round_trip() {
    for body in [
        json!({"event":{"name":"parcel_shipped","data":{"no":"A-17"}},"user":[{"type":"plusfriendUserKey","id":"Ab-12_cdEfGh","properties":{"tier":"gold"}}],"params":{"no":"A-17"}}),
        json!({"event":{"name":"한글😀","data":null,"new":1},"user":[{"type":"telegram","id":7}],"option":{},"other":[1]}),
        json!({"event":null,"user":null,"params":null,"option":null}),
        json!({"event":{"name":"x","data":[1]},"user":[],"params":"text"}),
        json!({}),
    ] {
        round::<EventRequest>(body);
    }
    for body in [
        json!({"taskId":"3f1c7c1e-0000-4000-8000-000000000000","status":"SUCCESS","message":"","timestamp":1_700_000_000_000_u64}),
        json!({"taskID":"t","status":"WHATEVER","message":null,"timestamp":"1"}),
        json!({"code":-401,"msg":"wrong appKey"}),
    ] {
        round::<EventReply>(body);
    }
    for body in [
        json!({"taskId":"t","status":"1 FAIL","allRequestCount":2,"successCount":1,"userKeyResolvingFailCount":1,"fail":{"count":1,"list":[]}}),
        json!({"taskID":"t","status":"ALL SUCCESS","allRequestCount":"2","successCount":"2","fail":null}),
        json!({"fail":{"count":2,"list":[{"userID":"u","reqUserType":"botUserKey","createdAt":1_700_000_000,"errorMsg":"gone"},{"userId":"v","errorMsg":{"errorType":201,"msg":"x"}},7]}}),
        json!({"fail":"nothing of the kind"}),
    ] {
        round::<TaskResult>(body);
    }
}

#[test]
fn both_spellings_say_the_same() {
    for key in ["taskId", "taskID"] {
        assert_eq!(read::<EventReply>(&json!({ key: "t", "status": "SUCCESS" })).task_id(), Some("t"), "{key}");
        assert_eq!(read::<TaskResult>(&json!({ key: "t" })).task_id(), Some("t"), "{key}");
    }
    assert_eq!(read::<EventReply>(&json!({ "taskId": "", "status": "SUCCESS" })).task_id(), None);
    for key in ["userId", "userID"] {
        let result: TaskResult = read(&json!({ "fail": { "count": 1, "list": [{ key: "u" }] } }));
        assert_eq!(result.failures().next().and_then(TaskFailure::user_id), Some("u"), "{key}");
    }
}

#[test]
fn the_status_of_a_task_is_two_words() {
    for (word, status) in [
        (json!("ALL SUCCESS"), TaskStatus::AllSuccess),
        (json!("1 FAIL"), TaskStatus::Failed(1)),
        (json!(" 100 FAIL "), TaskStatus::Failed(100)),
        (json!("FAIL"), TaskStatus::Unknown),
        (json!("n FAIL"), TaskStatus::Unknown),
        (json!("-1 FAIL"), TaskStatus::Unknown),
        (json!("IN PROGRESS"), TaskStatus::Unknown),
        (json!(null), TaskStatus::Unknown),
    ] {
        assert_eq!(read::<TaskResult>(&json!({ "status": word })).status(), status, "{word}");
    }
}

#[test]
fn an_error_type_is_a_word_and_never_a_message() {
    for (error, word) in [
        (json!({ "errorType": 201, "msg": "secret" }), "201"),
        (json!({ "errorType": "NOT_FRIEND" }), "NOT_FRIEND"),
        (json!({ "errorType": "user Ab-12 is gone" }), "other"),
        (json!({ "errorType": "12345678901234567890" }), "other"),
        (json!({ "msg": "secret" }), "other"),
        (json!("secret"), "text"),
        (json!(null), "other"),
    ] {
        let failure: TaskFailure = read(&json!({ "errorMsg": error }));
        assert_eq!(failure.error_type(), word, "{error}");
    }
}

fn people(number: usize) -> impl Iterator<Item = EventUser> {
    (0..number).map(|at| EventUser::bot_user_key(format!("key-{at}")))
}

#[test]
fn a_hundred_to_a_request_and_nobody_twice() {
    for (people_asked, batches) in
        [(0, vec![]), (1, vec![1]), (100, vec![100]), (101, vec![100, 1]), (250, vec![100, 100, 50])]
    {
        let request = EventRequest::new("news")
            .data("a", 1)
            .param("b", 2)
            .to_all(people(people_asked))
            .to_all(people(people_asked));
        let made = request.clone().batches();
        assert_eq!(made.iter().map(|batch| batch.users().len()).collect::<Vec<_>>(), batches);
        assert!(made.iter().all(|batch| batch.event == request.event && batch.params == request.params));
        let order: Vec<_> = made.iter().flat_map(|batch| batch.users()).map(EventUser::who).collect();
        assert_eq!(order, people(people_asked).map(|user| user.who()).collect::<Vec<_>>());
    }
}

#[test]
fn the_same_key_of_another_kind_is_another_person_and_the_first_mention_counts() {
    let request = EventRequest::new("news")
        .to(EventUser::bot_user_key("1").property("n", "first"))
        .to(EventUser::app_user_id("1"))
        .to(EventUser::plusfriend_user_key("1"))
        .to(EventUser::bot_user_key("1").property("n", "second"));
    let batches = request.batches();
    let body = serde_json::to_value(&batches[0]).expect("writes");
    assert_eq!(
        body,
        json!({"event":{"name":"news"},"user":[
            {"type":"botUserKey","id":"1","properties":{"n":"first"}},
            {"type":"appUserId","id":"1"},
            {"type":"plusfriendUserKey","id":"1"},
        ]})
    );
    assert_eq!(batches.len(), 1);
    // A number and its digits are one id.
    let twice: EventRequest = read(&json!({"user":[{"type":"appUserId","id":7},{"type":"appUserId","id":"7"}]}));
    assert_eq!(twice.batches()[0].users().len(), 1);
}

#[test]
fn debug_output_shows_nothing() {
    let request = EventRequest::new("canary").data("canary", "canary").to(EventUser::bot_user_key("canary"));
    assert!(!format!("{request:?} {:?}", request.users()).contains("canary"));
}
