//! T18, T19, T23, F01, F02, F04, F11 for the callbacks of Kakao Work, and the sample's approval from the first button to the result.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::work::{Signer, Ticket};
use shared::clock::{Clock, Millis};
use shared::effect::Effect;
use shared::endpoint::Endpoint;
use shared::kakao::work::Message;
use shared::secret::Secret;
use shared::store::ApprovalId;
use tests::faults::{ALWAYS, Fault, Faults};
use tests::table::{Table, env, text};
use work_callback::WorkCallback;
use work_request::WorkRequest;

const NOW: Millis = Millis(1_760_000_000_000);
const SECRET: &str = "a-secret-of-the-path";
const KEY: &str = "a-signing-key";
const ROOM: u64 = 1_006_710_354_409_588;
/// Beyond 2^53.
const ASKS: u64 = 9_007_199_254_740_993;
const APPROVER: u64 = bot::approval::APPROVERS[0];
const OTHER: u64 = bot::approval::APPROVERS[1];

struct World {
    table: Table,
    faults: Faults,
    app: App<bot::Bot>,
    clock: Clock,
}

impl World {
    fn with(more: &[(&str, &str)]) -> Self {
        let (table, clock) = (Table::start(), Clock::at(NOW));
        let faults = Faults::before(&table);
        let settings = [&[("WORK_PATH_SECRET", SECRET), ("TOKEN_SIGNING_KEY", KEY)], more].concat();
        let app = App::new(bot::Bot, env(&faults.url(), &settings), clock.clone());
        Self { table, faults, app, clock }
    }

    fn new() -> Self {
        Self::with(&[])
    }

    fn pass(&self, span: Duration) {
        let Clock::Test(time) = &self.clock else { unreachable!() };
        time.fetch_add(span.as_millis() as u64, std::sync::atomic::Ordering::SeqCst);
    }

    /// Posts a body: status and answer.
    async fn post<E: Endpoint<bot::Bot>>(&self, path: &str, query: &str, body: &str) -> (i64, Value) {
        let event = json!({
            "rawPath": path, "rawQueryString": query, "headers": {"content-type": "application/json;charset=utf-8"},
            "requestContext": {"http": {"method": "POST", "path": path}, "timeEpoch": self.clock.now().0},
            "body": body, "isBase64Encoded": false
        });
        let deadline = self.clock.now().plus(Duration::from_secs(4));
        let reply = Box::pin(shared::lambda::answer::<E, _>(&self.app, &event.to_string(), deadline)).await;
        let body = match reply.body {
            Some(lambda_http::aws_lambda_events::encodings::Body::Text(text)) => serde_json::from_str(&text).unwrap(),
            _ => Value::Null,
        };
        (reply.status_code, body)
    }

    async fn call(&self, body: &Value) -> Value {
        let path = format!("/work/callback/{SECRET}");
        let (status, answer) = self.post::<WorkCallback>(&path, "", &body.to_string()).await;
        assert_eq!(status, 200, "{body}");
        answer
    }

    /// What was said so far, in the order of their keys: to whom, and what.
    fn said(&self) -> Vec<(Value, Message)> {
        let mut said: Vec<(String, Value, Message)> = Vec::new();
        for item in self.table.items_under("OUT#") {
            let Ok(Effect::Work(saying)) = serde_json::from_str(text(&item, "body")) else { panic!("{item}") };
            said.push((saying.key.clone(), json!(saying.to), saying.message.clone()));
        }
        said.sort_by(|a, b| a.0.cmp(&b.0));
        said.into_iter().map(|(_, to, message)| (to, message)).collect()
    }

    /// The message that was said under a key that ends like this.
    fn said_as(&self, ending: &str) -> Option<(Value, Value)> {
        self.table.items_under("OUT#").into_iter().find_map(|item| {
            let body: Value = serde_json::from_str(text(&item, "body")).unwrap();
            let is_it = body["key"].as_str().unwrap().ends_with(ending);
            is_it.then(|| (body["to"].clone(), body["message"].clone()))
        })
    }
}

fn callback(kind: &str, who: u64, value: &str) -> Value {
    json!({
        "type": kind, "action_time": NOW.secs(), "react_user_id": who, "value": value,
        "message": {"id": 757_617_552_587_034_624_u64, "text": "t", "user_id": 1, "conversation_id": ROOM}
    })
}

fn submission(who: u64, value: &str, actions: Value) -> Value {
    let mut body = callback("submission", who, value);
    body["actions"] = actions;
    body
}

fn press(who: u64, name: &str, value: &str) -> Value {
    let mut body = callback("submit_action", who, value);
    body["action_name"] = name.into();
    body
}

/// From the first button to the message with the two buttons: their values.
async fn applied(world: &World) -> (String, String) {
    let opened = world.call(&callback("request_modal", ASKS, "vacation")).await;
    let value = opened["view"]["value"].as_str().unwrap();
    let form = submission(ASKS, value, json!({"when": "내일", "why": null}));
    assert_eq!(world.call(&form).await, json!({}));
    let (to, message) = world.said_as("-asked").expect("the request is in the room");
    assert_eq!(to, json!({ "room": ROOM }));
    let row = message["blocks"].as_array().unwrap().last().unwrap().clone();
    let value = |at: usize| row["elements"][at]["action"]["value"].as_str().unwrap().to_owned();
    (value(0), value(1))
}

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
    elsewhere["message"]["conversation_id"] = json!(7);
    for bad in [
        press(APPROVER, "approve", &forged),
        press(APPROVER, "approve", cut),
        press(APPROVER, "approve", &opinion),
        press(APPROVER, "approve", &own_form),
        press(APPROVER, "approve", ""),
        elsewhere,
        submission(OTHER, &own_form, json!({"verdict": "approve"})),
        submission(APPROVER, &approve, json!({"verdict": "approve"})),
        submission(APPROVER, &own_form, json!({"verdict": "both"})),
        press(ASKS, "approve", &approve),
        press(4, "approve", &approve),
    ] {
        let before = world.said().len();
        assert_eq!(world.call(&bad).await, json!({}));
        assert_eq!(world.said().len(), before + 1, "it is refused politely, in the room: {bad}");
    }
    world.pass(Duration::from_secs(3_601));
    world.call(&submission(APPROVER, &own_form, json!({"verdict": "approve"}))).await;
    world.pass(Duration::from_secs(7 * 86_400));
    world.call(&press(APPROVER, "approve", &approve)).await;
    assert_eq!(text(&world.table.items_under("WAP#")[0], "st"), "PENDING");
    let shut = world.call(&callback("request_modal", APPROVER, &opinion)).await;
    assert_eq!(shut["view"]["title"], "열 수 없어요");
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
    join_all(presses.iter().map(|body| world.call(body))).await;
    // Who was too late on a slow machine presses again.
    for body in &presses {
        world.call(body).await;
    }
    let results = world.said().into_iter().filter(|(_, said)| {
        said.text.as_deref().is_some_and(|text| text.starts_with("휴가 신청이 ") && text.ends_with("되었어요: 내일"))
    });
    let (to, said): (Vec<Value>, Vec<Message>) = results.unzip();
    assert_eq!(to.len(), 2, "the room and who asked, once each: {to:?}");
    assert_eq!(said[0].text, said[1].text);
    assert_ne!(text(&world.table.items_under("WAP#")[0], "st"), "PENDING");
    // However often somebody presses, they are told once who it was.
    let late =
        world.said().into_iter().filter(|(_, said)| said.text.as_deref().is_some_and(|text| text.starts_with("이미")));
    assert!((1..=people.len()).contains(&late.count()));
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
        for _ in 0..5 {
            world.call(&many).await;
        }
        assert_eq!(world.table.items(), alone.table.items(), "64 copies are as one: {many}");
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
    // Another member's press is another one.
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
