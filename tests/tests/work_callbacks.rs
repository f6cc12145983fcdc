//! T19, T23, F01, F02, F04, F11 for the callbacks of Kakao Work, and the sample's approval from the first button to the result.

mod work_support;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::endpoint::Endpoint;
use tests::faults::{ALWAYS, Fault};
use tests::log::Log;
use tests::table::text;
use work_callback::WorkCallback;
use work_request::WorkRequest;
use work_support::*;

#[tokio::test]
async fn the_sample_from_the_first_button_to_the_result() {
    let world = World::new();
    let (approve, opinion) = applied(&world).await;
    let opened = world.call(&callback("request_modal", APPROVER, &opinion)).await;
    assert_eq!(opened["view"]["title"], "휴가 결재");
    let value = opened["view"]["value"].as_str().unwrap();
    world.call(&submission(APPROVER, value, json!({"verdict": "reject", "reason": "겹쳐요"}))).await;
    let (to, message) = world.said_as("-result").expect("the room hears of it");
    assert_eq!((to, &message["text"]), (json!({ "room": ROOM }), &json!("휴가 신청이 반려되었어요: 내일")));
    let (to, _) = world.said_as("-told").expect("who asked hears of it");
    assert_eq!(to, json!({ "member": ASKS.to_string() }));

    // Old buttons say who it was.
    world.call(&press(OTHER, "approve", &approve)).await;
    let decided = format!("이미 결재자 {APPROVER} 님이 반려한 신청이에요.");
    let already = world.said().into_iter().find(|(_, said)| said.text.as_deref() == Some(&decided));
    assert!(serde_json::to_string(&already.expect("said").1).unwrap().contains(&format!("\"value\":{APPROVER}")));
    let read_only = world.call(&callback("request_modal", OTHER, &opinion)).await;
    assert_eq!(read_only["view"]["blocks"], json!([{ "type": "label", "text": decided }]));
    // To accept what can only be read says nothing.
    let said = world.said().len();
    assert_eq!(read_only["view"]["value"], "-");
    assert_eq!(world.call(&submission(OTHER, "-", json!({}))).await, json!({}));
    assert_eq!(world.said().len(), said);
    // A form that was opened before the decision comes too late.
    let late = submission(APPROVER, value, json!({"verdict": "approve"}));
    world.call(&late).await;
    assert_eq!(text(&world.table.items_under("WAP#")[0], "st"), "REJECTED");
}

#[tokio::test]
async fn t19_100_presses_of_10_people_at_once_are_one_decision_and_one_result() {
    let world = World::new();
    let (approve, opinion) = applied(&world).await;
    let opened = world.call(&callback("request_modal", OTHER, &opinion)).await;
    let form = opened["view"]["value"].as_str().unwrap().to_owned();
    let people = [APPROVER, OTHER, ASKS, 4, 5, 6, 7, 8, 9, 10];
    let presses: Vec<Value> = (0..100_u64)
        .map(|number| {
            let who = people[number as usize % 10];
            let mut body = match number % 20 {
                1 => submission(who, &form, json!({"verdict": "reject", "reason": "겹쳐요"})),
                _ => press(who, "approve", &approve),
            };
            body["action_time"] = json!(NOW.secs() + number);
            body
        })
        .collect();
    let decided = || {
        let state = state_of(&world, "내일");
        let word = if state == "APPROVED" { "승인" } else { "반려" };
        let result = format!("휴가 신청이 {word}되었어요: 내일");
        let mut to: Vec<Value> = world
            .said()
            .into_iter()
            .filter(|(_, said)| said.text.as_ref() == Some(&result))
            .map(|(to, _)| to)
            .collect();
        to.sort_by_key(Value::to_string);
        assert_eq!(to, [json!({ "member": ASKS.to_string() }), json!({ "room": ROOM })], "{state}: once each");
        state
    };
    join_all(presses.iter().map(|body| world.call(body))).await;
    let state = decided();
    // Who was too late on a slow machine presses again.
    for body in &presses {
        world.call(body).await;
    }
    assert_eq!(decided(), state, "pressed again it is the same");
    // However often somebody presses, they are told once who it was.
    let told =
        world.said().into_iter().filter(|(_, said)| said.text.as_deref().is_some_and(|text| text.starts_with("이미")));
    assert_eq!(told.count(), people.len());
}

/// Twenty callbacks, each in a world in which the approval waits.
fn twenty(approve: &str, form: &str) -> Vec<Value> {
    let mut all = vec![
        press(ASKS, "menu", "x"),
        json!({"text": "휴가", "conversation_id": ROOM, "user_id": 1}),
        json!({"type": "something_new", "value": [1]}),
        json!({"type": "something_new", "id": 9_007_199_254_740_993_u64}),
        submission(APPROVER, form, json!({"verdict": "approve", "reason": "좋아요"})),
        submission(APPROVER, form, json!({"verdict": "reject", "reason": null})),
        submission(APPROVER, form, json!({"verdict": "both"})),
        submission(OTHER, form, json!({"verdict": "approve"})),
        submission(APPROVER, "-", json!({})),
        submission(APPROVER, "made.up", json!({})),
        press(OTHER, "approve", approve),
        press(APPROVER, "approve", approve),
        press(ASKS, "approve", approve),
        press(4, "approve", approve),
        press(APPROVER, "approve", "made.up"),
        press(APPROVER, "", ""),
        callback("request_modal", ASKS, "vacation"),
        callback("request_modal", ASKS, "made.up"),
        callback("submit_modal", APPROVER, form),
    ];
    let mut elsewhere = press(APPROVER, "approve", approve);
    elsewhere["message"]["conversation_id"] = json!(7);
    all.push(elsewhere);
    all
}

#[tokio::test]
async fn f01_f02_each_of_20_callbacks_64_times_at_once_and_five_times_more_is_one() {
    for number in 0..20 {
        let (world, alone) = (World::new(), World::new());
        let mut bodies = Vec::new();
        for world in [&world, &alone] {
            let (approve, opinion) = applied(world).await;
            let opened = world.call(&callback("request_modal", APPROVER, &opinion)).await;
            bodies.push(twenty(&approve, opened["view"]["value"].as_str().unwrap()).remove(number));
        }
        let [many, once] = bodies.try_into().expect("two worlds");
        alone.call(&once).await;
        join_all((0..64).map(|_| world.call(&many))).await;
        assert_eq!(world.table.items(), alone.table.items(), "64 copies are as one: {many}");
        for _ in 0..5 {
            world.call(&many).await;
        }
        assert_eq!(world.table.items(), alone.table.items(), "and five more: {many}");
        // Written otherwise, or with more in it, it is still the same callback.
        if many["message"].is_object() {
            let mut copy = many.clone();
            copy["message"]["text"] = "encrypted anew".into();
            copy["react_user_id"] = json!(many["react_user_id"].to_string());
            copy["sent_again"] = true.into();
            world.call(&copy).await;
            assert_eq!(world.table.items(), alone.table.items(), "{copy}");
        }
    }
}

/// As many at once as any machine hears in time, and the log says what the answers do not. Run by the next test.
#[tokio::test]
#[ignore = "run by f02_t19_of_eight_at_once_nobody_is_late_or_turned_away"]
async fn eight_at_once() {
    for number in 0..20 {
        let world = World::new();
        let (approve, opinion) = applied(&world).await;
        let opened = world.call(&callback("request_modal", APPROVER, &opinion)).await;
        let body = twenty(&approve, opened["view"]["value"].as_str().unwrap()).remove(number);
        join_all((0..8).map(|_| world.call(&body))).await;
    }
    let world = World::new();
    let (approve, _) = applied(&world).await;
    let people = [APPROVER, OTHER, ASKS, 4, 5, 6, 7, 8];
    join_all(people.map(|who| press(who, "approve", &approve)).iter().map(|body| world.call(body))).await;
    assert_eq!(state_of(&world, "내일"), "APPROVED");
}

#[test]
fn f02_t19_of_eight_at_once_nobody_is_late_or_turned_away() {
    let clean = |log: &Log| {
        let told = |outcome: &str| log.lines.iter().filter(|line| line["outcome"] == outcome).count();
        told("heard") > 8 * 12 && ["error", "late", "apology"].iter().all(|bad| told(bad) == 0)
    };
    // A machine that is doing something else has two more goes (docs/decisions.md, 120); what is wrong is wrong each time.
    let mut goes = (0..3).map(|_| Log::of("eight_at_once"));
    assert!(goes.any(|log| clean(&log)), "somebody was late or turned away each time");
}

#[tokio::test]
async fn f01_each_recorded_callback_five_times_is_one() {
    let recorded = [
        ("work", "bot-call", 1),
        ("work", "request-modal-text-message", 0),
        ("work", "submission-blank", 0),
        ("work", "submit-action-numbers", 1),
        ("work", "submit-action-strings", 1),
        ("work", "unknown-type", 0),
        ("work-public", "request-modal", 0),
        ("work-public", "submit-action", 1),
    ];
    let samples = tests::runtime_api::workspace().join("shared/tests/samples");
    for (folder, name, said) in recorded {
        let path = samples.join(folder).join(format!("{name}.json"));
        let body: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let world = World::new();
        let answer = world.call(&body).await;
        let once = world.table.items();
        assert_eq!(world.said().len(), said, "{name}");
        for _ in 1..5 {
            assert_eq!(world.call(&body).await, answer, "{name}");
        }
        assert_eq!(world.table.items(), once, "{name}");
    }
}

#[tokio::test]
async fn f01_the_same_words_within_seconds_are_one_call_and_a_minute_later_another() {
    let world = World::new();
    let call = json!({"text": "휴가", "conversation_id": ROOM, "user_id": 1});
    for (seconds, said) in [(0, 1), (3, 1), (10, 1), (60, 2), (2, 2), (86_400, 3)] {
        world.pass(Duration::from_secs(seconds));
        assert_eq!(world.call(&call).await, json!({}));
        assert_eq!(world.said().len(), said, "{seconds} s later");
    }
}

#[tokio::test]
async fn a_press_of_another_member_is_another_one() {
    let world = World::new();
    world.call(&press(4, "menu", "x")).await;
    world.call(&press(5, "menu", "x")).await;
    assert_eq!(world.said().len(), 2);
}

#[tokio::test]
async fn f04_a_decision_and_what_is_said_about_it_are_one_write() {
    let world = World::new();
    let said = |ending| world.said_as(ending).is_some();
    let opened = world.call(&callback("request_modal", ASKS, "vacation")).await;
    let form = submission(ASKS, opened["view"]["value"].as_str().unwrap(), json!({"when": "내일"}));
    for fault in [Fault::CutBefore, Fault::Error("AccessDeniedException")] {
        world.faults.on("TransactWriteItems", ALWAYS, fault);
        assert_eq!(world.call(&form).await, json!({}));
        world.faults.clear();
        assert!(world.table.items().is_empty(), "no request that nobody sees");
    }
    let (approve, _) = applied(&world).await;
    for fault in [Fault::CutBefore, Fault::Error("AccessDeniedException")] {
        world.faults.on("TransactWriteItems", ALWAYS, fault);
        world.call(&press(APPROVER, "approve", &approve)).await;
        world.faults.clear();
        assert_eq!(text(&world.table.items_under("WAP#")[0], "st"), "PENDING");
        assert!(!said("-result") && !said("-told"));
    }
    // Written, and nobody heard of it.
    world.faults.on("TransactWriteItems", 1, Fault::CutAfter);
    world.call(&press(APPROVER, "approve", &approve)).await;
    assert_eq!(text(&world.table.items_under("WAP#")[0], "st"), "APPROVED");
    assert!(said("-result") && said("-told"));
}

#[tokio::test]
async fn f11_a_table_that_does_not_answer_is_not_waited_for() {
    let world = World::new();
    let (approve, opinion) = applied(&world).await;
    for operation in ["GetItem", "PutItem", "TransactWriteItems"] {
        world.faults.on(operation, ALWAYS, Fault::Never);
        for body in [
            press(ASKS, "menu", "x"),
            press(APPROVER, "approve", &approve),
            callback("request_modal", APPROVER, &opinion),
            json!({"type": "something_new"}),
        ] {
            let began = Instant::now();
            world.call(&body).await;
            assert!(began.elapsed() < Duration::from_millis(2_500), "{operation}: {body}");
        }
        world.faults.clear();
    }
    world.call(&press(APPROVER, "approve", &approve)).await;
    assert_eq!(text(&world.table.items_under("WAP#")[0], "st"), "APPROVED", "and everything is as it was");
}

#[tokio::test]
async fn every_type_is_taken_at_both_addresses_and_what_is_unknown_is_kept() {
    let world = World::new();
    let path = format!("/work/request/{SECRET}");
    let post = async |body: &str| world.post::<WorkRequest>(&path, "", body).await;
    let (status, opened) = post(&callback("request_modal", ASKS, "vacation").to_string()).await;
    assert_eq!((status, &opened["view"]["title"]), (200, &json!("휴가 신청")));
    assert!(!opened.to_string().contains(":null"));
    assert_eq!(post(&press(ASKS, "x", "y").to_string()).await, (200, json!({})));
    assert_eq!(world.said().len(), 1);
    assert_eq!(post(&submission(ASKS, "made.up", json!({})).to_string()).await, (200, json!({})));
    assert_eq!(world.said().len(), 2, "the room hears that this is no form of ours");
    let call = json!({"text": "휴가", "conversation_id": ROOM, "user_id": 1});
    assert_eq!(post(&call.to_string()).await, (200, json!({})));
    assert_eq!(world.said().len(), 3);
    let odd = json!({"type": "reaction", "id": 9_007_199_254_740_993_u64});
    assert_eq!(post(&odd.to_string()).await, (200, json!({})));
    let kept = world.table.items_under("WAP#odd#");
    assert_eq!(text(&kept[0], "body"), odd.to_string());
    let count = world.table.items().len();
    for bad in ["", "[]", "7", "null", "{", "\u{feff}", "{\"type\":\"submission\",\"type\":\"x\""] {
        assert_eq!(post(bad).await, (200, json!({})), "{bad:?}");
    }
    // As the gateway hands on what is no text; and what says that it is encoded and is not.
    for body in ["/////w==", "eyJ0eXBlIjoi/yJ9", "!"] {
        let event = json!({
            "rawPath": path, "requestContext": {"http": {"method": "POST", "path": path}, "timeEpoch": NOW.0},
            "headers": {"content-type": "application/json"}, "body": body, "isBase64Encoded": true
        });
        let deadline = NOW.plus(Duration::from_secs(4));
        let reply = Box::pin(shared::lambda::answer::<WorkRequest, _>(&world.app, &event.to_string(), deadline)).await;
        assert!([200, 400].contains(&reply.status_code), "{body}: {}", reply.status_code);
    }
    assert_eq!(world.table.items().len(), count);
    // Nothing at all is a callback that nobody knows: kept.
    assert_eq!(post("{}").await, (200, json!({})));
    let count = count + 1;
    assert_eq!(post(&format!("{{\"type\":\"x\",\"a\":\"{}\"}}", "가".repeat(1 << 20))).await, (413, Value::Null));
    assert_eq!(world.table.items().len(), count);
}

#[tokio::test]
async fn whatever_ids_and_messages_are_written_as_the_request_is_made_and_decided() {
    let ids = |body: &mut Value| {
        body["react_user_id"] = body["react_user_id"].to_string().into();
        body["action_time"] = body["action_time"].to_string().into();
        for name in ["id", "user_id", "conversation_id"] {
            body["message"][name] = body["message"][name].to_string().into();
        }
    };
    let text = |body: &mut Value| body["message"] = body["message"].to_string().into();
    let written = |shape: u8, mut body: Value| {
        if shape & 1 != 0 {
            ids(&mut body);
        }
        if shape & 2 != 0 {
            text(&mut body);
        }
        body
    };
    // What was opened in one shape is sent back in the other, too.
    for (opens, sends) in [(0, 1), (0, 2), (1, 1), (1, 0), (2, 2), (2, 0), (3, 3), (3, 1)] {
        let world = World::new();
        let at = json!({"id": 9_007_199_254_740_995_u64, "text": "t", "user_id": 1, "conversation_id": 9_007_199_254_740_997_u64});
        let there = |mut body: Value| {
            body["message"] = at.clone();
            body
        };
        let opened = world.call(&written(opens, there(callback("request_modal", ASKS, "vacation")))).await;
        let form = submission(ASKS, opened["view"]["value"].as_str().unwrap(), json!({"when": "내일"}));
        world.call(&written(sends, there(form))).await;
        let (approve, opinion) = asked(&world, "내일");
        let opened = world.request(&written(sends, there(callback("request_modal", APPROVER, &opinion)))).await;
        assert_eq!(opened["view"]["title"], "휴가 결재", "{opens} {sends}");
        assert_eq!(world.call(&written(opens, there(press(ASKS, "approve", &approve)))).await, json!({}));
        assert_eq!(state_of(&world, "내일"), "PENDING", "not by whoever asks: {opens} {sends}");
        if opens < sends {
            world.call(&written(opens, there(press(APPROVER, "approve", &approve)))).await;
            assert_eq!(state_of(&world, "내일"), "APPROVED", "{opens} {sends}");
        } else {
            let form = submission(APPROVER, opened["view"]["value"].as_str().unwrap(), json!({"verdict": "reject"}));
            world.call(&written(opens, there(form))).await;
            assert_eq!(state_of(&world, "내일"), "REJECTED", "{opens} {sends}");
        }
    }
}

#[tokio::test]
async fn slow_work_is_put_off_once_and_the_answer_is_immediate() {
    let world = World::new();
    let call = json!({"text": "결재자", "conversation_id": ROOM, "user_id": 1});
    for _ in 0..3 {
        assert_eq!(world.call(&call).await, json!({}));
    }
    let [entry] = world.table.items_under("OUT#").try_into().expect("one job");
    let body: Value = serde_json::from_str(text(&entry, "body")).unwrap();
    assert_eq!((&body["kind"], &body["job"]), (&json!("work_job"), &json!({ "WhoDecides": ROOM })));
}

#[tokio::test]
async fn the_written_events_get_their_replies() {
    async fn replies<E: Endpoint<bot::Bot>>(function: &str) {
        for written in tests::events::of(function) {
            let world = World::with(&[("WORK_PATH_SECRET", "local-work-secret")]);
            let deadline = NOW.plus(Duration::from_secs(4));
            let reply = Box::pin(shared::lambda::answer::<E, _>(&world.app, &written.event, deadline)).await;
            let reply = tests::events::plain(serde_json::to_value(reply).unwrap());
            assert_eq!(reply, written.reply, "{function}/{}", written.name);
        }
    }
    replies::<WorkRequest>("work-request").await;
    replies::<WorkCallback>("work-callback").await;
}
