//! Kakao Work's Web API from both ends: the client, and the outbox that speaks through it (F16, F17 for messages).

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::effect::{Effect, WorkJob};
use shared::env::Env;
use shared::kakao::id::{WorkConversationId, WorkUserId};
use shared::kakao::limits::work::UPLOAD_IMAGE_MAX;
use shared::kakao::work::{Action, BotStatus, Button, ErrorCode, Message, To};
use shared::kapi::work::{Batch, FileKind, Memory, Span, Upload, WorkApi, WorkError};
use shared::kapi::{CallError, Outbound};
use shared::secret::Secret;
use tests::faults::wire::Told;
use tests::platform::{World, wake};
use tests::table::{SWEEP, env, stream_event, text};
use tests::work::{APP_KEY, MESSAGE, ROOM, Work, error, json_answer, too_many};

const NOW: Millis = Millis(1_760_000_000_000);
const LEFT: Duration = Duration::from_secs(5);

struct Client {
    work: Work,
    outbound: Outbound,
    key: Secret,
    memory: Memory,
    base: String,
}

impl Client {
    fn new() -> Self {
        let work = Work::start();
        let base = work.url();
        let url = base.clone();
        let outbound = Outbound::new(&Env::read(|name| (name == "WORK_API_URL").then(|| url.clone())));
        Self { work, outbound, key: Secret::new(APP_KEY), memory: Memory::default(), base }
    }

    fn api(&self) -> WorkApi<'_> {
        self.with(LEFT)
    }

    fn with(&self, left: Duration) -> WorkApi<'_> {
        WorkApi::new(&self.outbound, &self.base, &self.key, &self.memory, left)
    }
}

fn room() -> WorkConversationId {
    ROOM.into()
}

fn hello() -> shared::kakao::limits::work::Checked<Message> {
    Message::new("안녕하세요").block(Button::new("열기", Action::modal("v"))).checked().unwrap()
}

#[tokio::test]
async fn a_message_is_said_as_documented_and_a_members_room_is_asked_for_once() {
    let client = Client::new();
    let sent = client.api().send(&To::Room(room()), &hello()).await.unwrap();
    assert_eq!(sent.id.unwrap().as_str(), MESSAGE);
    let asked = client.work.asked().remove(0);
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {APP_KEY}").as_str()));
    assert_eq!(asked.header("content-type"), Some("application/json; charset=utf-8"));
    let action = json!({"type": "call_modal", "value": "v"});
    let blocks = json!([{"type": "button", "text": "열기", "style": "default", "action": action}]);
    assert_eq!(client.work.said()[0], json!({"conversation_id": ROOM, "text": "안녕하세요", "blocks": blocks}));
    for _ in 0..3 {
        client.api().send(&To::Member(9_007_199_254_740_993.into()), &hello()).await.unwrap();
    }
    client.api().send(&To::Email("a@example.com".to_owned()), &hello()).await.unwrap();
    client.api().send_by_key("k", &hello()).await.unwrap();
    assert_eq!(
        client.work.paths()[1..],
        [
            "POST conversations.open",
            "POST messages.send",
            "POST messages.send",
            "POST messages.send",
            "POST messages.send_by_email",
            "POST messages.send_by"
        ]
    );
    let opened: Value = serde_json::from_slice(&client.work.asked()[1].body).unwrap();
    assert_eq!(opened, json!({"user_id": 9_007_199_254_740_993_u64}));
}

#[tokio::test]
async fn an_answer_with_the_id_alone_is_understood() {
    let client = Client::new();
    client.work.answers([
        json_answer(200, &json!({"success": true, "conversation_id": ROOM})),
        json_answer(200, &json!({"success": true, "message_id": "5"})),
    ]);
    let sent = client.api().send(&To::Member(1.into()), &hello()).await.unwrap();
    assert_eq!(sent.id.unwrap().as_str(), "5");
}

#[tokio::test]
async fn a_room_that_is_gone_is_opened_anew_and_the_message_said_there_once() {
    let client = Client::new();
    let to = To::Member(1.into());
    let opened =
        |client: &Client| client.work.paths().iter().filter(|path| path.ends_with("conversations.open")).count();
    client.api().send(&to, &hello()).await.unwrap();
    client.work.answers([error(200, "conversation_not_found")]);
    client.api().send(&to, &hello()).await.unwrap();
    assert_eq!((opened(&client), client.work.said().len()), (2, 3), "once, then in vain, then in the new room");
    // A room that was opened just now and is not there: that is a no.
    let stranger = To::Member(2.into());
    let room = json_answer(200, &json!({ "success": true, "conversation": { "id": "5" } }));
    client.work.answers([room, error(200, "conversation_not_found")]);
    let gone = client.api().send(&stranger, &hello()).await;
    assert_eq!(gone, Err(WorkError::Refused(ErrorCode::ConversationNotFound)));
    client.api().send(&stranger, &hello()).await.unwrap();
    assert_eq!(opened(&client), 4, "and it was forgotten");
}

#[tokio::test]
async fn every_kind_of_no_is_told_apart() {
    let client = Client::new();
    for (told, expected) in [
        (error(200, "invalid_parameter"), WorkError::Refused(ErrorCode::InvalidParameter)),
        (error(400, "user_not_found"), WorkError::Refused(ErrorCode::UserNotFound)),
        (error(404, "api_not_found"), WorkError::Refused(ErrorCode::ApiNotFound)),
        (error(200, "something_new"), WorkError::Refused(ErrorCode::Other("something_new".to_owned()))),
        (error(401, "invalid_authentication"), WorkError::Key),
        (error(403, "unauthorized"), WorkError::Key),
        (Told::answer(401, "text/html", b"<html>".to_vec()), WorkError::Key),
        (Told::answer(404, "text/html", b"<html>".to_vec()), WorkError::Status(404)),
        (Told::answer(200, "text/html", b"<html>".to_vec()), WorkError::Nonsense),
        (json_answer(200, &json!({"success": true})), WorkError::Nonsense),
        (json_answer(200, &json!({"success": false})), WorkError::Nonsense),
        (error(500, "internal_server_error"), WorkError::Passing),
        (Told::Cut, WorkError::Call(CallError::Unknown)),
        (Told::Flood(2 << 20), WorkError::Call(CallError::TooLarge)),
    ] {
        client.work.answers([told]);
        let before = client.work.asked().len();
        assert_eq!(client.api().send(&To::Room(room()), &hello()).await, Err(expected.clone()));
        assert_eq!(client.work.asked().len(), before + 1, "{expected:?}: nothing that may have arrived is said again");
    }
    let key = Secret::new("a\r\nb");
    let api = WorkApi::new(&client.outbound, &client.base, &key, &client.memory, LEFT);
    assert_eq!(api.bot().await, Err(WorkError::Key));
}

#[tokio::test]
async fn what_may_happen_twice_is_tried_again() {
    let client = Client::new();
    for trouble in [error(500, "internal_server_error"), Told::Cut] {
        client.work.answers([trouble]);
        assert_eq!(client.api().bot().await.unwrap().status, Some(BotStatus::Activated));
    }
    assert_eq!(client.work.asked().len(), 4);
    client.work.answers([error(500, "internal_server_error"), error(500, "internal_server_error")]);
    assert_eq!(client.api().bot().await, Err(WorkError::Passing), "twice is enough");
    assert_eq!(client.work.asked().len(), 6);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_waited_for_as_long_as_there_is_time() {
    let client = Client::new();
    client.work.answers([Told::Never]);
    let began = Instant::now();
    let sent = client.with(Duration::from_millis(500)).send(&To::Room(room()), &hello()).await;
    let error = sent.unwrap_err();
    assert!(error.may_have_arrived() && began.elapsed() < Duration::from_secs(1), "{error:?} {:?}", began.elapsed());
    assert_eq!(client.work.asked().len(), 1, "a message is not said again in the dark");
}

#[tokio::test]
async fn f16_a_senseless_retry_after_is_none() {
    let client = Client::new();
    for wait in ["-1", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "1e9", "99999999999999999999", ""] {
        let headers = vec![("retry-after", wait.to_owned())];
        client.work.answers([Told::Answer { status: 429, headers, body: Vec::new() }]);
        let began = Instant::now();
        let turned_away = client.with(Duration::from_millis(700)).bot().await;
        assert!(matches!(turned_away, Err(WorkError::TooMany { .. })), "{wait}: {turned_away:?}");
        assert!(began.elapsed() < Duration::from_millis(700), "{wait}");
    }
    // Without a word, or with nothing to wait for, it is asked once more.
    for wait in [Some(0), None] {
        client.work.answers([too_many(wait)]);
        client.api().bot().await.unwrap();
    }
}

#[tokio::test]
async fn f16_429_waits_as_long_as_it_says_if_there_is_time() {
    let client = Client::new();
    client.work.answers([too_many(Some(1))]);
    let began = Instant::now();
    client.api().send(&To::Room(room()), &hello()).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(client.work.said().len(), 2);

    client.work.answers([too_many(Some(3_600))]);
    let began = Instant::now();
    let turned_away = client.api().send(&To::Room(room()), &hello()).await;
    assert_eq!(turned_away, Err(WorkError::TooMany { retry_after: Some(Duration::from_secs(3_600)) }));
    assert!(began.elapsed() < Duration::from_secs(2), "an hour is not waited for");

    client.work.answers([error(200, "too_many_requests")]);
    let turned_away = client.with(Duration::from_millis(700)).bot().await;
    assert_eq!(turned_away, Err(WorkError::TooMany { retry_after: None }));
}

#[tokio::test]
async fn a_bot_speaks_ten_times_a_second_at_most() {
    let client = Client::new();
    let began = Instant::now();
    let api = client.api();
    let ended = futures_util::future::join_all((0..11).map(|_| async move { api.bot().await })).await;
    assert!(ended.iter().all(Result::is_ok));
    assert!(began.elapsed() >= Duration::from_millis(1_000));
    // Who would have to wait beyond its time does not wait at all.
    let late = futures_util::future::join_all((0..5).map(|_| {
        let api = client.with(Duration::from_millis(250));
        async move { api.bot().await }
    }));
    let late = late.await;
    assert!(late.contains(&Err(WorkError::TooMany { retry_after: None })), "{late:?}");
}

#[tokio::test]
async fn lists_are_read_to_the_end_and_a_circle_ends_them() {
    let page = |ids: &[u64], cursor: Value| {
        let users: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        json_answer(200, &json!({ "success": true, "users": users, "cursor": cursor }))
    };
    let client = Client::new();
    client.work.answers([page(&[1, 2], json!("a=")), page(&[3], json!("b")), page(&[], Value::Null)]);
    let ids: Vec<_> = client.api().members().await.unwrap().into_iter().filter_map(|member| member.id).collect();
    assert_eq!(ids, [1, 2, 3].map(WorkUserId::from));
    assert_eq!(
        client.work.paths(),
        ["GET users.list?limit=100", "GET users.list?cursor=a%3D", "GET users.list?cursor=b"],
        "a cursor goes alone"
    );
    client.work.answers([page(&[1], json!("a")), page(&[2], json!("b")), page(&[3], json!("a"))]);
    assert_eq!(client.api().members().await, Err(WorkError::Circle));
    assert_eq!(client.api().departments().await.unwrap(), []);
    assert_eq!(client.api().conversations().await.unwrap(), []);
}

/// Protocol `work` 4.2, line by line: the stand-in has these methods and no others.
#[tokio::test]
async fn every_method_goes_out_as_documented() {
    let client = Client::new();
    let member = WorkUserId::from(9_007_199_254_740_993);
    let (members, span) = ([member.clone(), 8.into()], Span { member: member.clone(), start: 1, end: 2 });
    let picture = Upload { name: "a.png".to_owned(), kind: FileKind::Image, bytes: vec![0; 9] };
    let settings = json!({ "conversation_id": ROOM, "odd": [null] });
    let api = || client.api();
    api().member(&member).await.unwrap();
    api().member_by_email("a+b@example.com").await.unwrap();
    api().member_by_phone_number("+82-10-0000-0000").await.unwrap();
    api().members().await.unwrap();
    api().set_work_time(&span).await.unwrap();
    api().set_vacation_time(&span).await.unwrap();
    api().room_with(&member).await.unwrap();
    api().open_group(&members, Some("둘")).await.unwrap();
    api().open_group(&members, None).await.unwrap();
    api().conversations().await.unwrap();
    api().members_of(&room()).await.unwrap();
    api().invite(&room(), &members).await.unwrap();
    api().kick(&room(), &members).await.unwrap();
    api().edit(&settings).await.unwrap();
    api().upload(&room(), &[picture]).await.unwrap();
    api().send(&To::Room(room()), &hello()).await.unwrap();
    api().send(&To::Email("a@example.com".to_owned()), &hello()).await.unwrap();
    api().send_by_key("k", &hello()).await.unwrap();
    api().send_attachments(&room(), FileKind::File, &[1_006_715_191_869_054_976]).await.unwrap();
    api().send_attachments(&room(), FileKind::Image, &[1, 1_006_715_191_869_054_977]).await.unwrap();
    api().departments().await.unwrap();
    api().space().await.unwrap();
    api().bot().await.unwrap();
    api().batch(&Batch::WorkTime(vec![span.clone()])).await.unwrap();
    api().batch(&Batch::VacationTime(vec![span.clone()])).await.unwrap();
    api().batch(&Batch::ResetWorkTime(vec![member.clone()])).await.unwrap();
    api().batch(&Batch::ResetVacationTime(members.to_vec())).await.unwrap();

    let (one, two) = (9_007_199_254_740_993_u64, [9_007_199_254_740_993_u64, 8]);
    let in_room = |what: &str| format!("conversations/{ROOM}/{what}");
    let work_time = json!({ "user_id": one, "work_start_time": 1, "work_end_time": 2 });
    let vacation = json!({ "user_id": one, "vacation_start_time": 1, "vacation_end_time": 2 });
    let says = |key: &str, to: &str| {
        let action = json!({ "type": "call_modal", "value": "v" });
        let blocks = json!([{ "type": "button", "text": "열기", "style": "default", "action": action }]);
        json!({ key: to, "text": "안녕하세요", "blocks": blocks })
    };
    let attaches = |kind: &str, what: Value| json!({ "conversation_id": ROOM, "type": kind, "attachment": what });
    let get = |path: &str| ("GET".to_owned(), path.to_owned(), Value::Null);
    let post = |path: &str, body: Value| ("POST".to_owned(), path.to_owned(), body);
    let documented = [
        get("users.info?user_id=9007199254740993"),
        get("users.find_by_email?email=a%2Bb%40example.com"),
        get("users.find_by_phone_number?phone_number=%2B82-10-0000-0000"),
        get("users.list?limit=100"),
        post("users.set_work_time", work_time.clone()),
        post("users.set_vacation_time", vacation.clone()),
        post("conversations.open", json!({ "user_id": one })),
        post("conversations.open", json!({ "user_ids": two, "conversation_name": "둘" })),
        post("conversations.open", json!({ "user_ids": two })),
        get("conversations.list?limit=100"),
        get(&in_room("users")),
        post(&in_room("invite"), json!({ "user_ids": two })),
        post(&in_room("kick"), json!({ "user_ids": two })),
        post("conversations.edit", settings),
        // No JSON: `files_go_up_and_are_attached` reads it.
        post(&in_room("upload"), Value::Null),
        post("messages.send", says("conversation_id", ROOM)),
        post("messages.send_by_email", says("email", "a@example.com")),
        post("messages.send_by", says("key", "k")),
        post("messages.send_attachments", attaches("file", json!({ "attachment_id": 1_006_715_191_869_054_976_u64 }))),
        post(
            "messages.send_attachments",
            attaches("image", json!({ "attachment_ids": [1, 1_006_715_191_869_054_977_u64] })),
        ),
        get("departments.list?limit=100"),
        get("spaces.info"),
        get("bots.info"),
        post("batch/users.set_work_time", json!({ "user_work_times": [work_time] })),
        post("batch/users.set_vacation_time", json!({ "user_vacation_times": [vacation] })),
        post("batch/users.reset_work_time", json!({ "user_ids": [one] })),
        post("batch/users.reset_vacation_time", json!({ "user_ids": two })),
    ];
    let asked: Vec<_> = client.work.asked();
    assert_eq!(asked.len(), documented.len());
    for (asked, documented) in asked.iter().zip(documented) {
        let path = asked.path.strip_prefix("/v1/").unwrap().to_owned();
        let body = serde_json::from_slice(&asked.body).unwrap_or_default();
        assert_eq!((asked.method.clone(), path, body), documented);
        let kind = asked.header("content-type").unwrap_or_default();
        let expected = match (asked.method.as_str(), asked.path.ends_with("/upload")) {
            ("GET", _) => "",
            (_, true) => "multipart/form-data; boundary=",
            (_, false) => "application/json; charset=utf-8",
        };
        assert!(kind.starts_with(expected) && kind.is_empty() == expected.is_empty(), "{}: {kind}", asked.path);
        assert_eq!(asked.header("authorization"), Some(format!("Bearer {APP_KEY}").as_str()), "{}", asked.path);
    }
}

#[tokio::test]
async fn members_are_found_and_what_cannot_go_out_is_not_sent() {
    let client = Client::new();
    let (api, member) = (client.api(), WorkUserId::from(7));
    assert_eq!(api.member(&member).await.unwrap().name.as_deref(), Some("둘리"));
    assert!(api.member_by_email("a+b@example.com").await.unwrap().is_some());
    client.work.answers([error(200, "user_not_found")]);
    assert_eq!(api.member_by_phone_number("+82-10-0000-0000").await, Ok(None));
    assert_eq!(api.space().await.unwrap().name.as_deref(), Some("우주"));
    let calls = client.work.asked().len();
    for number in [0, 101] {
        let refused = api.batch(&Batch::ResetWorkTime(vec![member.clone(); number])).await;
        assert_eq!(refused, Err(WorkError::Unfit("BATCH-COUNT")));
    }
    for id in ["", "a/b", "1/../2", "%2F"] {
        let refused = api.invite(&id.into(), std::slice::from_ref(&member)).await;
        assert_eq!(refused, Err(WorkError::Refused(ErrorCode::ConversationNotFound)), "{id}");
    }
    assert_eq!(client.work.asked().len(), calls, "nothing of this was sent");
}

#[tokio::test]
async fn files_go_up_and_are_attached() {
    let client = Client::new();
    let film = FileKind::Video { duration: 3, width: 4, height: 5, rotation: 90 };
    let files = [
        Upload { name: "표\".csv".to_owned(), kind: FileKind::File, bytes: b"a,b\r\n".to_vec() },
        Upload { name: "b.mp4".to_owned(), kind: film, bytes: vec![0; 9] },
    ];
    client.api().upload(&room(), &files).await.unwrap();
    let asked = client.work.asked().remove(0);
    assert_eq!(asked.path, format!("/v1/conversations/{ROOM}/upload"));
    let boundary =
        asked.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
    let body = String::from_utf8(asked.body).unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[4]), (5, "", "--\r\n"));
    assert!(
        parts[1].contains("name=\"attachments[]\"; filename=\"표%22.csv\"\r\n")
            && parts[1].ends_with("\r\n\r\na,b\r\n\r\n")
    );
    let metas: Value = serde_json::from_str(parts[3].split("\r\n\r\n").nth(1).unwrap().trim()).unwrap();
    assert_eq!(metas[0], json!({"file_name": "표\".csv", "file_type": "file", "file_size": 5}));
    assert_eq!(metas[1]["rotation"], 90);
    let too_many = vec![files[0].clone(); 6];
    assert_eq!(client.api().upload(&room(), &too_many).await, Err(WorkError::Unfit("UPLOAD-COUNT")));
    let picture = |name: &str, bytes: u64| Upload {
        name: name.to_owned(),
        kind: FileKind::Image,
        bytes: vec![0; usize::try_from(bytes).unwrap()],
    };
    let unfit = [(picture("a.png", UPLOAD_IMAGE_MAX + 1), "UPLOAD-SIZE"), (picture("a.webp", 1), "UPLOAD-KIND")];
    for (file, rule) in unfit {
        assert_eq!(client.api().upload(&room(), &[file]).await, Err(WorkError::Unfit(rule)));
    }
    assert_eq!(
        client.api().send_attachments(&room(), FileKind::Image, &[]).await,
        Err(WorkError::Unfit("UPLOAD-COUNT"))
    );
    assert_eq!(client.work.asked().len(), 1, "nothing of this was sent");
    client.api().upload(&room(), &[picture("a.png", 9)]).await.unwrap();
    let sent = String::from_utf8(client.work.asked()[1].body.clone()).unwrap();
    assert!(sent.contains("\"file_type\":\"image\"") && sent.contains("filename=\"a.png\""), "{sent}");
    client.api().send_attachments(&room(), FileKind::File, &[1_006_715_191_869_054_976]).await.unwrap();
    let said = client.work.said().remove(0);
    assert_eq!(said["attachment"], json!({"attachment_id": 1_006_715_191_869_054_976_u64}));
}

// ---- the outbox

fn world(work: &Work) -> World {
    World::with(Clock::at(NOW), &[("WORK_API_URL", &work.url()), ("WORK_APP_KEY", APP_KEY)])
}

async fn queue(world: &World, key: &str) -> String {
    let entry = Effect::work(key, To::Room(room()), hello()).entry().unwrap();
    world.app.store().put_entry(&entry, world.app.clock.now()).await.unwrap();
    format!("OUT#{}", entry.id)
}

fn state(world: &World, entry: &str) -> String {
    text(&world.table.item(entry, "OUT").unwrap(), "st").to_owned()
}

#[tokio::test]
async fn f01_an_effect_is_said_once() {
    let work = Work::start();
    let world = world(&work);
    let entry = queue(&world, "a").await;
    assert_eq!(queue(&world, "a").await, entry, "the same occasion is the same effect");
    for owner in ["o1", "o1", "o2"] {
        wake(&world.app, &stream_event([&entry]), owner).await;
    }
    assert_eq!((work.said().len(), state(&world, &entry).as_str()), (1, "DONE"));
}

#[tokio::test]
async fn f17_what_may_have_arrived_is_said_once_more_and_then_left_to_a_person() {
    let work = Work::start();
    let world = world(&work);
    let entry = queue(&world, "a").await;
    work.answers([Told::Cut, error(500, "internal_server_error")]);
    wake(&world.app, &stream_event([&entry]), "o1").await;
    assert_eq!((work.said().len(), state(&world, &entry).as_str()), (1, "READY"));
    world.pass(Duration::from_secs(120));
    wake(&world.app, SWEEP, "o2").await;
    assert_eq!((work.said().len(), state(&world, &entry).as_str()), (2, "PARKED"));
}

#[tokio::test]
async fn f17_a_try_that_certainly_said_nothing_is_none_of_the_two() {
    let work = Work::start();
    let world = world(&work);
    let entry = queue(&world, "a").await;
    let told = [
        (too_many(Some(3_600)), "READY"),
        (error(401, "invalid_authentication"), "READY"),
        (error(500, "internal_server_error"), "READY"),
        (too_many(Some(3_600)), "READY"),
        (Told::Cut, "PARKED"),
    ];
    for (number, (told, ends)) in told.into_iter().enumerate() {
        world.pass(Duration::from_secs(3_600));
        work.answers([told.clone()]);
        wake(&world.app, SWEEP, &format!("o{number}")).await;
        assert_eq!((work.said().len(), state(&world, &entry).as_str()), (number + 1, ends), "{told:?}");
    }
    // Whoever died may have said it.
    let entry = queue(&world, "b").await;
    work.answers([Told::Cut]);
    world.table.edit(&entry, "OUT", |item| drop(item.insert("tries".to_owned(), json!({ "N": "1" }))));
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!(state(&world, &entry), "PARKED");
}

#[tokio::test]
async fn f17_a_room_that_does_not_open_has_heard_nothing() {
    let work = Work::start();
    let world = world(&work);
    let entry = Effect::work("a", To::Member(7.into()), hello()).entry().unwrap();
    world.app.store().put_entry(&entry, NOW).await.unwrap();
    let entry = format!("OUT#{}", entry.id);
    let (trouble, unreadable) = (error(500, "internal_server_error"), Told::answer(200, "text/html", Vec::new()));
    for told in [vec![trouble.clone(), trouble], vec![Told::Cut, Told::Cut], vec![unreadable]] {
        world.pass(Duration::from_secs(3_600));
        let said = format!("{told:?}");
        work.answers(told);
        wake(&world.app, SWEEP, "o").await;
        assert_eq!((work.said().len(), state(&world, &entry).as_str()), (0, "READY"), "{said}");
    }
    world.pass(Duration::from_secs(3_600));
    wake(&world.app, SWEEP, "o").await;
    assert_eq!((work.said().len(), state(&world, &entry).as_str()), (1, "DONE"));
}

#[tokio::test]
async fn a_no_is_a_no_and_what_passes_comes_again() {
    let work = Work::start();
    let world = world(&work);
    for (told, ends) in [
        (error(200, "invalid_parameter"), "DROPPED"),
        (error(200, "conversation_not_found"), "DROPPED"),
        (error(401, "invalid_authentication"), "READY"),
        (too_many(Some(3_600)), "READY"),
        (Told::answer(200, "text/html", Vec::new()), "READY"),
    ] {
        let entry = queue(&world, &format!("{told:?}")).await;
        work.answers([told.clone()]);
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert_eq!(state(&world, &entry), ends, "{told:?}");
    }
}

#[tokio::test]
async fn what_does_not_fit_and_what_has_no_key_is_not_sent() {
    let work = Work::start();
    let without_key = World::with(Clock::at(NOW), &[("WORK_API_URL", &work.url())]);
    let entry = queue(&without_key, "a").await;
    wake(&without_key.app, &stream_event([&entry]), "o").await;
    assert_eq!(state(&without_key, &entry), "READY");

    let world = world(&work);
    let entry = queue(&world, "a").await;
    world.table.edit(&entry, "OUT", |item| {
        let body = text(&Value::Object(item.clone()), "body").replace("열기", "");
        item.insert("body".to_owned(), json!({ "S": body }));
    });
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!(state(&world, &entry), "PARKED");
    assert!(work.asked().is_empty());
}

#[tokio::test]
async fn slow_work_is_done_after_the_answer_and_what_is_said_about_it_is_said_once() {
    let work = Work::start();
    let world = world(&work);
    let settings = [("WORK_API_URL", work.url()), ("WORK_APP_KEY", APP_KEY.to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    // The sample bot's answer to "/bot 결재자": who they are says the Web API.
    let app = App::new(bot::Bot, env(&world.table.url(), &settings), world.app.clock.clone());
    let job = WorkJob { key: "callback-1-job-0".to_owned(), job: json!({ "WhoDecides": 7 }) };
    let entry = Effect::WorkJob(job).entry().unwrap();
    app.store().put_entry(&entry, NOW).await.unwrap();
    let pk = format!("OUT#{}", entry.id);

    // What passes comes again; somebody who is not there has no name.
    work.answers([error(500, "internal_server_error"), error(500, "internal_server_error")]);
    wake(&app, &stream_event([&pk]), "o1").await;
    assert_eq!((state(&world, &pk).as_str(), world.table.items_under("OUT#").len()), ("READY", 1));
    work.answers([error(200, "user_not_found")]);
    world.pass(Duration::from_secs(120));
    for owner in ["o2", "o2", "o3"] {
        wake(&app, SWEEP, owner).await;
        wake(&app, &stream_event([&pk]), owner).await;
    }
    assert_eq!(state(&world, &pk), "DONE");
    let said = world.table.items_under("OUT#").into_iter().find(|item| text(item, "PK") != pk).expect("it says so");
    let body: Value = serde_json::from_str(text(&said, "body")).unwrap();
    assert_eq!(
        (&body["to"], &body["message"]["text"]),
        (&json!({ "room": 7 }), &json!("결재할 수 있는 분: 1001, 둘리"))
    );
    assert_eq!(world.table.items_under("OUT#").len(), 2);
}
