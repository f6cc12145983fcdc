//! F16, F17, F23: events. Each delivery is paid for, so none is sent twice, and what nobody knows is left to a person.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::effect::Effect;
use shared::kakao::skill::{EventRequest, EventUser};
use shared::store::MAX_TRIES;
use tests::faults::{ALWAYS, Fault, scaled};
use tests::log::Log;
use tests::parameters::{Parameters, secret_from};
use tests::platform::bots::Obedient;
use tests::platform::{BOT, Takes, World, until, wake};
use tests::table::{API_KEY, SWEEP, env, number, stream_event, text};

const NOW: Millis = Millis(1_760_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

/// An invocation's limit plus the tolerance between clocks: after that somebody else may have the entry.
const LEASE: Duration = Duration::from_secs(15);

fn news() -> EventRequest {
    EventRequest::new("parcel_shipped")
        .data("no", "A-17")
        .param("no", "A-17")
        .to(EventUser::plusfriend_user_key("Ab-12_cdEfGh").property("tier", "gold"))
}

/// Queues an event: the partition keys of its entries.
async fn queue(world: &World, key: &str, bot: &str, request: EventRequest) -> Vec<String> {
    let mut entries = Vec::new();
    for effect in Effect::events(key, bot, request) {
        let entry = effect.entry().unwrap();
        world.app.store().put_entry(&entry, world.app.clock.now()).await.unwrap();
        entries.push(format!("OUT#{}", entry.id));
    }
    entries
}

async fn queue_one(world: &World) -> String {
    queue(world, "shipped-A-17", BOT, news()).await.remove(0)
}

/// What the table knows about the sending of an entry: `CLAIMED`, `FREE`, `SENT`.
fn sending(world: &World, entry: &str) -> Value {
    world.table.item(&entry.replace("OUT#", "EVT#"), "-").unwrap_or_default()
}

/// The entries that ask how an event went.
fn questions(world: &World) -> Vec<Value> {
    let asks = |item: &Value| text(item, "body").contains("\"event_result\"");
    world.table.items_under("OUT#").into_iter().filter(asks).collect()
}

// ---- what is sent

#[tokio::test]
async fn an_event_is_sent_in_the_documented_form_and_asked_about_a_minute_later() {
    let world = World::at(NOW);
    let entry = queue(&world, "shipped-A-17", &format!("{BOT}!"), news()).await.remove(0);
    wake(&world.app, &stream_event([&entry]), "o").await;
    let told = world.platform.events().told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, format!("/v2/bots/{BOT}!/talk"), "the development channel, as it is");
    assert_eq!(told[0].key, format!("KakaoAK {API_KEY}"));
    assert_eq!(
        told[0].body,
        json!({"event":{"name":"parcel_shipped","data":{"no":"A-17"}},"user":[{"type":"plusfriendUserKey","id":"Ab-12_cdEfGh","properties":{"tier":"gold"}}],"params":{"no":"A-17"}})
    );
    assert_eq!(world.state_of(&entry), "DONE");
    assert!(world.table.item(&entry, "OUT").unwrap().get("body").is_none(), "who it was for is forgotten");
    let task = told[0].task.clone().unwrap();
    let sent = sending(&world, &entry);
    assert_eq!((text(&sent, "st"), text(&sent, "task")), ("SENT", task.as_str()));
    assert!(number(&sent, "ttl").is_some());

    // The stream wakes the outbox at once; the question waits for its minute.
    let question = text(&questions(&world)[0], "PK").to_owned();
    wake(&world.app, &stream_event([&question]), "p").await;
    world.pass(MINUTE - Duration::from_secs(1));
    wake(&world.app, SWEEP, "q").await;
    assert!(world.platform.events().asked().is_empty());
    world.pass(Duration::from_secs(1));
    wake(&world.app, SWEEP, "r").await;
    assert_eq!(world.platform.events().asked(), [task]);
    assert_eq!(world.state_of(&question), "DONE");
    assert_eq!(number(&world.table.item(&question, "OUT").unwrap(), "tries"), Some(1), "a wait is not a try");
}

#[tokio::test]
async fn two_hundred_and_fifty_people_are_three_requests_and_nobody_is_told_twice() {
    let world = World::at(NOW);
    let people = || (0..250).map(|at| EventUser::bot_user_key(format!("key-{at:03}")));
    let request = EventRequest::new("news").to_all(people()).to_all(people());
    let entries = queue(&world, "news-1", BOT, request.clone()).await;
    assert_eq!(entries.len(), 3);
    // The same occasion once more is found there.
    for effect in Effect::events("news-1", BOT, request) {
        assert!(!world.app.store().put_entry(&effect.entry().unwrap(), NOW).await.unwrap());
    }
    wake(&world.app, &stream_event(&entries), "o").await;
    let told = world.platform.events().told();
    let mut sizes: Vec<_> = told.iter().map(|told| told.body["user"].as_array().unwrap().len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    let mut keys: Vec<_> =
        told.iter().flat_map(|told| told.body["user"].as_array().unwrap()).map(|user| user["id"].to_string()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 250);
    assert_eq!(questions(&world).len(), 3);
}

#[tokio::test]
async fn an_occasion_is_a_key_a_bot_and_a_batch() {
    let ids = |key: &str, bot: &str| Effect::events(key, bot, news())[0].entry().unwrap().id;
    assert_eq!(ids("a", BOT), ids("a", BOT));
    assert_ne!(ids("a", BOT), ids("b", BOT));
    assert_ne!(ids("a", BOT), ids("a", &format!("{BOT}!")));
    assert!(Effect::events("a", BOT, EventRequest::new("news")).is_empty(), "nobody, nothing");
}

#[tokio::test]
async fn what_the_platform_could_not_take_is_not_sent() {
    let world = World::at(NOW);
    for (key, request) in [
        ("no name", EventRequest::new(" ").to(EventUser::bot_user_key("u"))),
        ("no key", EventRequest::new("x").to(EventUser::bot_user_key(""))),
    ] {
        let entry = queue(&world, key, BOT, request).await.remove(0);
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert_eq!(world.state_of(&entry), "PARKED", "{key}");
    }
    let entry = queue(&world, "bot", "../../v1/x?", news()).await.remove(0);
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!(world.state_of(&entry), "DROPPED", "T08: a bot's id that is an address");
    assert_eq!(world.platform.connections(), 0);
}

// ---- once

#[tokio::test]
async fn f23_twenty_outboxes_at_once_send_once() {
    for run in 0..scaled(10) {
        let world = World::new();
        let entry = queue_one(&world).await;
        let event = stream_event([&entry]);
        let others: Vec<App<Obedient>> = (0..20).map(|_| world.sandbox(Obedient::default(), Clock::System)).collect();
        join_all(others.iter().enumerate().map(|(at, app)| {
            let event = &event;
            async move { wake(app, event, &format!("o{at}")).await }
        }))
        .await;
        assert_eq!(world.platform.events().told().len(), 1, "run {run}");
        assert_eq!(questions(&world).len(), 1, "run {run}");
        assert_eq!(world.state_of(&entry), "DONE", "run {run}");
    }
}

#[tokio::test]
async fn f17_an_answer_that_was_lost_is_never_made_up_for() {
    let takes = [
        Takes::DiesAfter,
        Takes::Silently,
        Takes::Slowly(Duration::from_millis(2_300)),
        Takes::Status(200),
        Takes::Status(204),
        Takes::Status(500),
        Takes::Status(503),
        Takes::Floods(100 << 20),
        Takes::Drips(Duration::from_millis(200)),
    ];
    join_all(takes.map(|takes| async move {
        let world = World::new();
        world.platform.events().take(takes.clone());
        let entry = queue_one(&world).await;
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert_eq!(world.state_of(&entry), "PARKED", "{takes:?}");
        assert!(text(&world.table.item(&entry, "OUT").unwrap(), "body").contains("Ab-12"), "a person can look at it");
        world.platform.events().take(Takes::Well);
        // Whatever happens to the entry, by hand too: the sending stays claimed.
        world.table.edit(&entry, "OUT", |item| {
            item.insert("st".to_owned(), json!({ "S": "READY" }));
            item.remove("lease");
        });
        wake(&world.app, &stream_event([&entry]), "p").await;
        assert_eq!(world.platform.events().told().len(), 1, "{takes:?}");
        assert_eq!(world.state_of(&entry), "PARKED", "{takes:?}");
        assert!(questions(&world).is_empty());
    }))
    .await;
}

/// The points at which the outbox is when it dies, each held there by something that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    BeforeTheClaim,
    AfterTheClaim,
    AfterThePost,
    BeforeTheTaskIsKept,
    AfterTheTaskIsKept,
    BeforeItIsFinished,
}

#[tokio::test]
async fn f23_an_outbox_that_dies_anywhere_sends_at_most_once() {
    use Dies::*;
    for dies in
        [BeforeTheClaim, AfterTheClaim, AfterThePost, BeforeTheTaskIsKept, AfterTheTaskIsKept, BeforeItIsFinished]
    {
        for _ in 0..scaled(5) {
            let world = World::at(NOW);
            let entry = queue_one(&world).await;
            match dies {
                // The first update claims the entry, the second the sending; the third finishes the entry.
                BeforeTheClaim => world.faults.after("UpdateItem", 1, ALWAYS, Fault::Never),
                AfterTheClaim => world.faults.after("UpdateItem", 1, ALWAYS, Fault::NeverAnswer),
                AfterThePost => world.platform.events().take(Takes::Silently),
                BeforeTheTaskIsKept => world.faults.on("TransactWriteItems", ALWAYS, Fault::Never),
                AfterTheTaskIsKept => world.faults.on("TransactWriteItems", ALWAYS, Fault::NeverAnswer),
                BeforeItIsFinished => world.faults.after("UpdateItem", 2, ALWAYS, Fault::Never),
            }
            let event = stream_event([&entry]);
            tokio::select! {
                told = wake(&world.app, &event, "first") => panic!("{dies:?}: it lived on and said {told}"),
                () = until(|| world.faults.injected() > 0 || (dies == AfterThePost && !world.platform.events().told().is_empty())) => {}
            }
            match dies {
                AfterTheClaim => until(|| text(&sending(&world, &entry), "st") == "CLAIMED").await,
                AfterTheTaskIsKept => until(|| text(&sending(&world, &entry), "st") == "SENT").await,
                _ => {}
            }
            world.faults.clear();
            world.platform.events().take(Takes::Well);
            let second = world.sandbox(Obedient::default(), world.app.clock.clone());
            wake(&second, &stream_event([&entry]), "second").await;
            for sweep in ["third", "fourth"] {
                world.pass(LEASE);
                wake(&second, SWEEP, sweep).await;
            }
            let (state, posts) = match dies {
                BeforeTheClaim | AfterTheTaskIsKept | BeforeItIsFinished => ("DONE", 1),
                AfterTheClaim => ("PARKED", 0),
                AfterThePost | BeforeTheTaskIsKept => ("PARKED", 1),
            };
            assert_eq!(world.platform.events().told().len(), posts, "{dies:?}");
            assert_eq!(world.state_of(&entry), state, "{dies:?}");
            assert_eq!(questions(&world).len(), usize::from(state == "DONE"), "{dies:?}");
        }
    }
}

#[tokio::test]
async fn a_claim_whose_answer_got_lost_is_no_reason_to_wait_for_a_person() {
    // The write was applied, the table never said so, the outbox lives: it knows that it has sent nothing.
    let world = World::at(NOW);
    let entry = queue_one(&world).await;
    world.faults.after("UpdateItem", 1, 3, Fault::CutAfter);
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert!(world.platform.events().told().len() <= 1);
    world.pass(MINUTE);
    wake(&world.app, SWEEP, "p").await;
    assert_eq!((world.state_of(&entry).as_str(), world.platform.events().told().len()), ("DONE", 1));
}

// ---- what is certain is tried again

#[tokio::test]
async fn f17_a_connection_that_was_refused_is_made_again() {
    let world = World::at(NOW);
    let entry = queue_one(&world).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = env(&world.faults.url(), &[("BOT_API_URL", &format!("http://{nobody}"))]);
    let unlucky = App::new(Obedient::default(), closed, world.app.clock.clone());
    wake(&unlucky, &stream_event([&entry]), "o").await;
    assert_eq!(world.state_of(&entry), "READY");
    assert_eq!(text(&sending(&world, &entry), "st"), "FREE");
    wake(&world.app, SWEEP, "p").await;
    assert!(world.platform.events().told().is_empty(), "it waits");
    world.pass(MINUTE);
    wake(&world.app, SWEEP, "q").await;
    assert_eq!((world.state_of(&entry).as_str(), world.platform.events().told().len()), ("DONE", 1));
}

#[tokio::test]
async fn f16_too_many_is_tried_again_later_and_not_at_once() {
    for takes in [Takes::Status(429), Takes::Fails(429, "Too many requests.")] {
        let world = World::at(NOW);
        world.platform.events().take(takes);
        let entry = queue_one(&world).await;
        wake(&world.app, &stream_event([&entry]), "o").await;
        wake(&world.app, &stream_event([&entry]), "p").await;
        assert_eq!((world.platform.events().told().len(), world.platform.events().paid()), (1, 0));
        assert_eq!(world.state_of(&entry), "READY");
        world.platform.events().take(Takes::Well);
        world.pass(MINUTE);
        wake(&world.app, SWEEP, "q").await;
        assert_eq!((world.platform.events().told().len(), world.platform.events().paid()), (2, 1));
        assert_eq!(world.state_of(&entry), "DONE");
    }
}

#[tokio::test]
async fn a_refusal_is_the_last_word() {
    for takes in [
        Takes::Fails(200, "Invalid bot ID."),
        Takes::Fails(400, "No event block."),
        Takes::Fails(500, "Internal server error occured."),
        Takes::Status(400),
        Takes::Status(404),
        Takes::Redirects("http://127.0.0.1:1/".to_owned()),
    ] {
        let world = World::at(NOW);
        world.platform.events().take(takes.clone());
        let entry = queue_one(&world).await;
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert_eq!(world.state_of(&entry), "DROPPED", "{takes:?}");
        world.platform.events().take(Takes::Well);
        world.pass(MINUTE);
        wake(&world.app, &stream_event([&entry]), "p").await;
        wake(&world.app, SWEEP, "q").await;
        assert_eq!(world.platform.events().told().len(), 1, "{takes:?}");
        assert!(questions(&world).is_empty(), "{takes:?}");
    }
}

// ---- the key

/// A world whose key is in the parameter store.
fn with_parameters(value: &str) -> (World, Parameters) {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_REST_API_KEY", value);
    let url = parameters.url();
    let settings = secret_from("KAKAO_REST_API_KEY", &url);
    (World::with(Clock::at(NOW), &settings), parameters)
}

#[tokio::test]
async fn f15_a_key_that_is_turned_away_is_read_again_once() {
    let (world, parameters) = with_parameters("old");
    world.platform.events().know("old");
    let first = queue(&world, "1", BOT, news()).await.remove(0);
    wake(&world.app, &stream_event([&first]), "o").await;
    assert_eq!((world.state_of(&first).as_str(), parameters.calls()), ("DONE", 1));

    // It is replaced; what is cached is good for minutes.
    world.platform.events().know("new");
    parameters.set("/kakao/KAKAO_REST_API_KEY", r#"{"current":"new","previous":"old"}"#);
    world.pass(Duration::from_secs(10));
    let second = queue(&world, "2", BOT, news()).await.remove(0);
    wake(&world.app, &stream_event([&second]), "p").await;
    assert_eq!((world.state_of(&second).as_str(), parameters.calls()), ("DONE", 2));
    let keys: Vec<_> = world.platform.events().told().into_iter().map(|told| told.key).collect();
    assert_eq!(keys, ["KakaoAK old", "KakaoAK old", "KakaoAK new"]);
    assert_eq!(world.platform.events().paid(), 2);
}

#[tokio::test]
async fn without_a_good_key_nothing_is_sent_and_nothing_is_lost() {
    let (world, parameters) = with_parameters("wrong");
    world.platform.events().know("right");
    let entry = queue_one(&world).await;
    world.pass(Duration::from_secs(10));
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!((world.state_of(&entry).as_str(), world.platform.events().paid()), ("READY", 0));
    assert_eq!(text(&sending(&world, &entry), "st"), "FREE");
    parameters.feel(tests::parameters::Mood::Denies);
    let other = world.sandbox(Obedient::default(), world.app.clock.clone());
    world.pass(MINUTE);
    wake(&other, SWEEP, "p").await;
    assert_eq!((world.state_of(&entry).as_str(), world.platform.events().told().len()), ("READY", 1));
    parameters.feel(tests::parameters::Mood::Well);
    parameters.set("/kakao/KAKAO_REST_API_KEY", "right");
    world.pass(MINUTE * 5);
    wake(&other, SWEEP, "q").await;
    assert_eq!((world.state_of(&entry).as_str(), world.platform.events().paid()), ("DONE", 1));
}

// ---- how it went

/// An event that was taken; the partition key of the question how it went.
async fn taken(world: &World) -> String {
    let entry = queue_one(world).await;
    wake(&world.app, &stream_event([&entry]), "o").await;
    world.pass(MINUTE);
    text(&questions(world)[0], "PK").to_owned()
}

#[tokio::test]
async fn every_end_of_a_task_is_an_end() {
    for result in [
        json!({ "taskId": "t", "status": "ALL SUCCESS", "allRequestCount": 1, "successCount": 1 }),
        json!({ "taskID": "t", "status": "1 FAIL", "allRequestCount": 2, "successCount": 1, "userKeyResolvingFailCount": 1, "fail": { "count": 1, "list": [] } }),
        json!({ "status": "2 FAIL", "allRequestCount": "2", "fail": { "count": 2, "list": [{ "userID": "u", "errorMsg": "gone" }, { "userId": "v", "errorMsg": { "errorType": 201, "msg": "x" } }] } }),
        json!({ "status": "1 FAIL", "fail": "nothing of the kind" }),
    ] {
        let world = World::at(NOW);
        world.platform.events().come_to(result.clone());
        let question = taken(&world).await;
        wake(&world.app, SWEEP, "p").await;
        assert_eq!(world.state_of(&question), "DONE", "{result}");
        assert_eq!(world.platform.events().told().len(), 1, "nobody is told again");
    }
}

#[tokio::test]
async fn a_task_that_is_not_over_is_asked_about_again_and_in_the_end_left_to_a_person() {
    let world = World::at(NOW);
    world.platform.events().come_to(json!({ "status": "IN PROGRESS" }));
    let question = taken(&world).await;
    wake(&world.app, SWEEP, "p").await;
    assert_eq!(world.state_of(&question), "READY");
    for answers in
        [Takes::Status(404), Takes::Status(429), Takes::Status(500), Takes::Fails(200, "x"), Takes::DiesAfter]
    {
        world.platform.events().answer(answers.clone());
        world.pass(Duration::from_secs(3_600));
        wake(&world.app, SWEEP, "q").await;
        assert_eq!(world.state_of(&question), "READY", "{answers:?}");
    }
    for hour in 7..=MAX_TRIES {
        world.pass(Duration::from_secs(3_600));
        wake(&world.app, SWEEP, &format!("h{hour}")).await;
    }
    assert_eq!(world.state_of(&question), "PARKED");
    assert_eq!(world.platform.events().told().len(), 1);
}

#[tokio::test]
async fn a_task_without_a_usable_id_is_taken_all_the_same() {
    let world = World::at(NOW);
    let odd = r#"{"taskId":"../x","status":"SUCCESS"}"#;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{odd}", odd.len());
        stream.write_all(head.as_bytes()).await.unwrap();
    });
    let app =
        App::new(Obedient::default(), env(&world.faults.url(), &[("BOT_API_URL", &url)]), world.app.clock.clone());
    let entry = queue_one(&world).await;
    wake(&app, &stream_event([&entry]), "o").await;
    assert_eq!(world.state_of(&entry), "DONE");
    assert_eq!(text(&sending(&world, &entry), "st"), "SENT");
    assert!(questions(&world).is_empty(), "there is nothing to ask by");
}

// ---- the log

/// Everything that can happen to an event, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t20_the_log_tells_how_an_event_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let request = |name: &str| {
        EventRequest::new(name)
            .data("canary-data", "canary-data")
            .param("canary-param", "canary-param")
            .to(EventUser::bot_user_key("canary-user").property("canary-property", "canary-property"))
    };
    let failures = json!({ "taskId": "t", "status": "3 FAIL", "allRequestCount": 5, "successCount": 2, "userKeyResolvingFailCount": 1, "fail": { "count": 3, "list": [
        { "userID": "canary-user", "errorMsg": { "errorType": 201, "msg": "canary-message" } },
        { "userId": "canary-user", "errorMsg": "canary-message" },
    ] } });
    let world = World::with(Clock::at(NOW), &[("KAKAO_REST_API_KEY", "canary-api-key")]);
    for (at, takes) in [
        Takes::Well,
        Takes::Fails(400, "canary-message"),
        Takes::Fails(429, "canary-message"),
        Takes::Status(500),
        Takes::DiesAfter,
    ]
    .into_iter()
    .enumerate()
    {
        world.platform.events().know(if at == 0 { "canary-api-key" } else { "another" });
        world.platform.events().come_to(failures.clone());
        for known in ["another", "canary-api-key"] {
            world.platform.events().know(known);
            world.platform.events().take(takes.clone());
            let entry =
                queue(&world, &format!("canary-key-{at}-{known}"), BOT, request("canary-event")).await.remove(0);
            wake(&world.app, &stream_event([&entry]), "o").await;
        }
        world.pass(Duration::from_secs(7_200));
        wake(&world.app, SWEEP, &format!("s{at}")).await;
    }
    let unfit = queue(&world, "canary-key", BOT, request(" ")).await.remove(0);
    wake(&world.app, &stream_event([&unfit]), "o").await;
    world.faults.on("TransactWriteItems", ALWAYS, Fault::Error("AccessDeniedException"));
    world.platform.events().take(Takes::Well);
    let unrecorded = queue(&world, "canary-last", BOT, request("canary-event")).await.remove(0);
    wake(&world.app, &stream_event([&unrecorded]), "o").await;
}

#[test]
fn t20_the_log_tells_how_an_event_went_and_of_whom_nothing() {
    let log = Log::of("everything_that_is_logged");
    let (lines, log) = (&log.lines, log.text());
    assert!(!log.contains("canary"), "{log}");
    let known = ["level", "event", "outcome", "field", "item", "rule", "kind", "ms", "count", "task"];
    for line in lines {
        assert!(line.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{line}");
    }
    let told = |outcome: &str| lines.iter().filter(|line| line["outcome"] == outcome).cloned().collect::<Vec<_>>();
    for outcome in ["accepted", "refused", "unknown", "unfit", "unrecorded", "delivered", "undelivered"] {
        assert!(!told(outcome).is_empty(), "{outcome} is not in\n{log}");
    }
    assert_eq!(told("delivered")[0]["count"], 2);
    assert!(told("accepted")[0]["task"].as_str().unwrap().starts_with("00000000-"));
    let reasons: Vec<_> =
        told("undelivered").iter().take(3).map(|line| (line["kind"].clone(), line["count"].clone())).collect();
    assert_eq!(reasons, [(json!("201"), json!(1)), (json!("nobody"), json!(1)), (json!("text"), json!(1))]);
    for (outcome, kind) in [("refused", "key"), ("deferred", "too-many"), ("refused", "failed")] {
        assert!(told(outcome).iter().any(|line| line["kind"] == kind), "{kind} is not in\n{log}");
    }
}
