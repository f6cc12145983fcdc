//! T18: who may say what to a bot of Kakao Work, and what the log tells of it.

mod work_support;

use std::time::Duration;

use serde_json::{Value, json};
use shared::bot::work::{Signer, Ticket};
use shared::secret::Secret;
use shared::store::ApprovalId;
use tests::faults::{ALWAYS, Fault};
use tests::log::Log;
use tests::parameters::{Mood, Parameters, secret_from};
use tests::table::text;
use work_callback::WorkCallback;
use work_request::WorkRequest;
use work_support::*;

const NOT_OURS: &str = "지금은 쓸 수 없는 버튼이에요.";
const TOO_LATE: &str = "시간이 지나서 쓸 수 없는 버튼이에요.";
const ELSEWHERE: &str = "다른 대화방의 버튼이에요.";
const SOMEBODY_ELSES: &str = "다른 분께 보낸 버튼이에요.";
const NOT_YOURS: &str = "결재할 수 있는 분만 결정할 수 있어요.";
const CHOOSE: &str = "「어떻게 할까요?」 항목에서 하나를 골라 주세요.";

#[tokio::test]
async fn t18_the_secret_of_the_path_or_404_and_nothing_else_happens() {
    let world = World::with(&[("WORK_PATH_SECRET", "new-secret,old-secret")]);
    let body = press(ASKS, "x", "y").to_string();
    let mut refused = vec![("/work/callback".to_owned(), String::new())];
    for wrong in
        ["wrong", "new-secre", "new-secrett", "new-secret,old-secret", "NEW-SECRET", " ", "%00", "new-secret%20"]
    {
        refused.push((format!("/work/callback/{wrong}"), String::new()));
        refused.push(("/work/callback".to_owned(), format!("token={wrong}")));
        refused.push((format!("/work/callback/{wrong}"), "token=new-secret".to_owned()));
    }
    refused.push(("/work/callback".to_owned(), "secret=new-secret".to_owned()));
    refused.push(("/work/callback".to_owned(), "token=&token=new-secret".to_owned()));
    for (path, query) in refused {
        assert_eq!(world.post::<WorkCallback>(&path, &query, &body).await, (404, Value::Null), "{path}?{query}");
        let path = path.replace("callback", "request");
        assert_eq!(world.post::<WorkRequest>(&path, &query, &body).await.0, 404, "{path}?{query}");
    }
    assert!(world.table.items().is_empty());
    for secret in ["new-secret", "old-secret"] {
        for (path, query) in [
            (format!("/work/callback/{secret}"), String::new()),
            (format!("/work/callback/{secret}/"), String::new()),
            (format!("/prod/work/callback/{secret}"), String::new()),
            ("/work/callback".to_owned(), format!("token={secret}")),
            ("/work/callback/".to_owned(), format!("a=b&token={secret}")),
        ] {
            assert_eq!(world.post::<WorkCallback>(&path, &query, &body).await, (200, json!({})), "{path}?{query}");
        }
    }
}

#[tokio::test]
async fn t18_a_forged_foreign_late_or_misused_value_decides_nothing() {
    let world = World::new();
    let (approve, opinion) = applied(&world).await;
    let id: ApprovalId =
        serde_json::from_value(json!(text(&world.table.items_under("WAP#")[0], "PK").strip_prefix("WAP#").unwrap()))
            .unwrap();
    let foreign = Signer::derive(&[Secret::new("another key")]).unwrap();
    let forged = foreign.sign("approve", &Ticket::new(id, NOW.plus(Duration::from_secs(60)))).unwrap();
    let cut = &approve[..approve.len() - 1];
    let opened = world.call(&callback("request_modal", APPROVER, &opinion)).await;
    let own_form = opened["view"]["value"].as_str().unwrap().to_owned();
    let mut elsewhere = press(APPROVER, "approve", &approve);
    elsewhere["message"]["id"] = json!(7);
    elsewhere["message"]["conversation_id"] = json!(7);
    for (bad, words) in [
        (press(APPROVER, "approve", &forged), NOT_OURS),
        (press(APPROVER, "approve", cut), NOT_OURS),
        (press(APPROVER, "approve", &opinion), NOT_OURS),
        (press(APPROVER, "approve", &own_form), NOT_OURS),
        (press(APPROVER, "approve", ""), NOT_OURS),
        (submission(OTHER, &own_form, json!({"verdict": "approve"})), SOMEBODY_ELSES),
        (submission(APPROVER, &approve, json!({"verdict": "approve"})), NOT_OURS),
        (submission(APPROVER, &own_form, json!({"verdict": "both"})), CHOOSE),
        (press(ASKS, "approve", &approve), NOT_YOURS),
        (press(4, "approve", &approve), NOT_YOURS),
    ] {
        assert_eq!(world.hears(&bad).await, [(json!(ROOM), words.to_owned())], "{bad}");
    }
    assert_eq!(world.hears(&elsewhere).await, [(json!(7), ELSEWHERE.to_owned())], "where the button was pressed");
    let late = [(json!(ROOM), TOO_LATE.to_owned())];
    world.pass(Duration::from_secs(3_601));
    assert_eq!(world.hears(&submission(APPROVER, &own_form, json!({"verdict": "approve"}))).await, late);
    world.pass(Duration::from_secs(7 * 86_400));
    assert_eq!(world.hears(&press(APPROVER, "approve", &approve)).await, late);
    assert_eq!(state_of(&world, "내일"), "PENDING");
    let shut = world.call(&callback("request_modal", APPROVER, &opinion)).await;
    assert_eq!(shut["view"]["title"], "열 수 없어요");
    assert_eq!(shut["view"]["blocks"], json!([{ "type": "label", "text": TOO_LATE }]));
}

#[tokio::test]
async fn t18_the_button_and_the_form_of_one_request_decide_no_other() {
    for by_form in [false, true] {
        let world = World::new();
        let (approve, opinion) = applied_for(&world, ASKS, "내일").await;
        let (other, _) = applied_for(&world, 5, "모레").await;
        let opened = world.call(&callback("request_modal", APPROVER, &opinion)).await;
        let form = opened["view"]["value"].as_str().unwrap().to_owned();
        // The words of one and the signature of the other.
        let part = |value: &str, at: usize| value.split('.').nth(at).unwrap().to_owned();
        let grafted = format!("{}.{}", part(&other, 0), part(&approve, 1));
        assert_eq!(world.hears(&press(APPROVER, "approve", &grafted)).await, [(json!(ROOM), NOT_OURS.to_owned())]);
        assert_eq!((state_of(&world, "내일").as_str(), state_of(&world, "모레").as_str()), ("PENDING", "PENDING"));
        // Sent as if the other's message had carried it, and more than once.
        for message in [8, 9] {
            let decides = if by_form {
                submission(APPROVER, &form, json!({"verdict": "reject"}))
            } else {
                press(APPROVER, "approve", &approve)
            };
            let mut body = decides;
            body["message"]["id"] = json!(message);
            world.call(&body).await;
            let decided = if by_form { "REJECTED" } else { "APPROVED" };
            assert_eq!((state_of(&world, "내일").as_str(), state_of(&world, "모레").as_str()), (decided, "PENDING"));
        }
        world.call(&press(OTHER, "approve", &other)).await;
        assert_eq!(state_of(&world, "모레"), "APPROVED", "by its own button");
    }
}

#[tokio::test]
async fn t18_a_rotation_refuses_no_good_secret_and_takes_no_old_one_after_five_minutes() {
    let parameters = Parameters::start();
    let url = parameters.url();
    let set = |value: &str| parameters.set("/kakao/WORK_PATH_SECRET", value);
    let world = World::with(&secret_from("WORK_PATH_SECRET", &url));
    let body = press(ASKS, "x", "y").to_string();
    let knock = async |secret: &str| {
        let (in_path, in_query) = (format!("/work/callback/{secret}"), format!("token={secret}"));
        let statuses = [
            world.post::<WorkCallback>(&in_path, "", &body).await.0,
            world.post::<WorkCallback>("/work/callback", &in_query, &body).await.0,
            world.post::<WorkRequest>(&in_path.replace("callback", "request"), "", &body).await.0,
        ];
        assert!(statuses.iter().all(|status| *status == statuses[0]), "{secret}: {statuses:?}");
        statuses[0]
    };
    set("old-secret");
    assert_eq!(knock("old-secret").await, 200);
    set("new-secret,old-secret");
    for round in 0..12 {
        world.pass(Duration::from_secs(10));
        assert_eq!(knock("old-secret").await, 200, "{round}");
    }
    assert_eq!(knock("new-secret").await, 200);
    set("new-secret");
    world.pass(Duration::from_secs(301));
    for round in 0..12 {
        assert_eq!((knock("old-secret").await, knock("new-secret").await), (404, 200), "{round}");
        world.pass(Duration::from_secs(10));
    }
    // A parameter store in trouble lets nobody in who was out.
    parameters.feel(Mood::Denies);
    world.pass(Duration::from_secs(600));
    assert_eq!((knock("old-secret").await, knock("new-secret").await), (404, 200));
    let fresh = World::with(&secret_from("WORK_PATH_SECRET", &url));
    assert_eq!(fresh.post::<WorkCallback>("/work/callback/new-secret", "", &body).await.0, 404);
    assert!(fresh.table.items().is_empty());
}

// ---- the log

const CANARIES: [(&str, &str); 2] =
    [("WORK_PATH_SECRET", "canary-secret,canary-old-secret"), ("TOKEN_SIGNING_KEY", "canary-signing-key")];
/// Members, a room and a message that nobody else has.
const ONE: u64 = 9_007_199_254_741_001;
const ANOTHER: u64 = 9_007_199_254_741_003;
const SOMEWHERE: u64 = 9_007_199_254_741_005;
const SAID: u64 = 9_007_199_254_741_007;

fn there(mut body: Value) -> Value {
    body["message"] = json!({"id": SAID, "text": "canary-text", "user_id": ANOTHER, "conversation_id": SOMEWHERE});
    body["canary-member"] = "canary-value".into();
    body
}

/// The request of the canary log: its two values, and that of its form. They are the same in each process.
async fn requested(world: &World) -> [String; 3] {
    let call = async |body: Value| world.call_as("canary-secret", &there(body)).await;
    let opened = call(callback("request_modal", ONE, "vacation")).await;
    let form = opened["view"]["value"].as_str().unwrap().to_owned();
    call(submission(ONE, &form, json!({"when": "canary-when", "why": "canary-why"}))).await;
    let (approve, opinion) = asked(world, "canary-when");
    [form, approve, opinion]
}

/// Everything that can happen, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t18_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let world = World::with(&CANARIES);
    let [form, approve, opinion] = requested(&world).await;
    let bodies = [
        press(ONE, "approve", &approve),
        press(ANOTHER, "canary-action", "canary-value"),
        press(ANOTHER, "approve", &format!("{approve}canary")),
        callback("request_modal", ANOTHER, &opinion),
        callback("request_modal", APPROVER, &opinion),
        submission(ANOTHER, &form, json!({"when": "canary-when", "why": "canary-why"})),
        submission(ONE, &form, json!({"when": "canary-when".repeat(20), "canary-name": "canary-answer"})),
        json!({"type": "canary-type", "canary-member": "canary-value"}),
    ];
    let mut texts: Vec<String> = bodies.into_iter().map(|body| there(body).to_string()).collect();
    texts.push(json!({"text": "canary-words", "conversation_id": SOMEWHERE, "user_id": ANOTHER}).to_string());
    texts.extend([r#"{"canary"#, "canary", r#"["canary"]"#, r#"{"type":{"canary":1}}"#].map(str::to_owned));
    texts.push(json!({ "canary": "canary".repeat(20_000) }).to_string());
    let knock = async |text: &str| {
        for (secret, query) in [
            ("/canary-secret", "canary=canary-query"),
            ("", "token=canary-old-secret"),
            ("/canary-wrong", "token=canary-secret"),
            ("", "token=canary-wrong"),
        ] {
            world.post::<WorkCallback>(&format!("/work/callback{secret}"), query, text).await;
            world.post::<WorkRequest>(&format!("/work/request{secret}"), query, text).await;
        }
    };
    for text in &texts {
        knock(text).await;
    }
    for operation in ["GetItem", "PutItem", "TransactWriteItems"] {
        world.faults.on(operation, ALWAYS, Fault::Error("AccessDeniedException"));
        world.pass(Duration::from_secs(60));
        for text in &texts {
            knock(text).await;
        }
        world.faults.clear();
    }
    world.call_as("canary-secret", &there(press(APPROVER, "approve", &approve))).await;
    println!("{:?}", world.app.env);
}

#[tokio::test]
async fn t18_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let said = Log::of("everything_that_is_logged");
    let log = said.text();
    let ids = [ONE, ANOTHER, SOMEWHERE, SAID].map(|id| id.to_string());
    let tickets = requested(&World::with(&CANARIES)).await;
    for secret in ids.iter().chain(&tickets).map(String::as_str).chain(["canary"]) {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    for key in ["canary-secret", "canary-old-secret", "canary-signing-key"] {
        assert!(!said.output.contains(key), "not even among the settings");
    }
    let known =
        ["level", "event", "request", "outcome", "why", "field", "rule", "kind", "ms", "count", "item", "source"];
    for line in &said.lines {
        assert!(line.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{line}");
    }
    // The run has seen what it should: otherwise its silence says nothing.
    for outcome in ["opened", "heard", "kept", "unreadable", "untrusted", "error", "apology"] {
        assert!(said.lines.iter().any(|line| line["outcome"] == outcome), "{outcome} is not in\n{log}");
    }
}
