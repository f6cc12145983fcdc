//! F33 and, for the skill's side, T20: a bot that breaks breaks one turn; and whatever happens, nothing that a person wrote and no
//! secret is in the log.

use std::collections::BTreeMap;

use serde_json::json;
use shared::bot::{SORRY, TOO_LATE};
use tests::faults::{ALWAYS, Fault};
use tests::log::Log;
use tests::platform::{Call, Takes, World, ask, ask_check, wake};
use tests::table::{SECRET, stream_event};

#[tokio::test]
async fn f33_a_panic_in_a_reply_is_an_apology_and_the_next_turn_is_fine() {
    let world = World::new();
    for round in 1..=5 {
        let answer = world.says("u", "panic in the reply").await;
        assert!(answer.is_valid());
        assert_eq!(answer.text(), SORRY);
        assert_eq!(world.says("u", "count").await.text(), round.to_string());
        assert_eq!(world.says("other", "echo fine").await.text(), "fine");
    }
}

#[tokio::test]
async fn f33_a_panic_in_work_is_a_last_word_in_the_turn_or_by_callback() {
    let world = World::new();
    let answer = world.says("u", "later panic in the turn").await;
    assert!(answer.is_valid());
    assert_eq!(answer.text(), TOO_LATE, "the author's fallback");
    let (url, entry) = world.is_promised("u", "later panic in the outbox").await;
    let (good_url, good) = world.is_promised("u", "later soup").await;
    let told = wake(&world.app, &stream_event([&entry, &good]), "o").await;
    assert_eq!(told, json!({ "batchItemFailures": [] }));
    assert_eq!(world.platform.deliveries_to(&url)[0].body["template"]["outputs"][0]["simpleText"]["text"], TOO_LATE);
    assert_eq!(world.platform.deliveries_to(&good_url)[0].body["template"]["outputs"][0]["simpleText"]["text"], "soup");
}

#[tokio::test]
async fn f33_a_panic_in_a_check_is_an_error_and_the_next_check_is_fine() {
    let world = World::new();
    let call = |name: &str| {
        Call::with_body(json!({ "value": { "origin": "010" } }).to_string()).to(&format!("/skill-check/{name}"))
    };
    for _ in 0..3 {
        let answer = ask_check(&world.app, &call("panic")).await;
        assert_eq!((answer.status, &answer.body), (200, &json!({ "status": "ERROR" })));
        assert_eq!(ask_check(&world.app, &call("fail")).await.body, json!({ "status": "ERROR" }));
        assert_eq!(ask_check(&world.app, &call("any")).await.body["status"], "SUCCESS");
    }
}

#[tokio::test]
async fn f33_errors_and_unfit_answers_are_apologies_and_chosen_words_are_said() {
    let world = World::new();
    assert_eq!(world.says("u", "fail canary").await.text(), SORRY);
    assert_eq!(world.says("u", "unfit").await.text(), SORRY);
    assert_eq!(world.says("u", "later unfit").await.text(), SORRY);
    assert_eq!(world.says("u", "echo ").await.text(), SORRY, "an empty bubble is not shown");
    assert_eq!(world.says("u", "oops 오늘은 쉬어요").await.text(), "오늘은 쉬어요");
    assert_eq!(world.says("u", "count").await.text(), "1", "none of them was kept");
}

// ---- the log

/// What must never be in the log: everything that a person wrote, every id of a person, every secret, every callback URL.
fn canaries() -> Vec<String> {
    let mut canaries: Vec<String> = [
        "utterance",
        "user-id",
        "plusfriend",
        "app-user",
        "param",
        "extra",
        "origin",
        "context",
        "unknown-member",
        "place",
        "group-name",
        "panic",
        "error",
        "oops",
        "header",
        "agent",
        "wrong-secret",
        "callback-token",
        "talk",
        "job",
        "member-value",
        "bot-name",
        "block-name",
        "check-value",
        "deep-value",
    ]
    .map(|name| format!("canary-{name}"))
    .to_vec();
    canaries.extend([
        SECRET.to_owned(),
        "010-1234-5678".to_owned(),
        "홍길동".to_owned(),
        "aws-secret-canary".to_owned(),
    ]);
    canaries
}

/// Everything that can happen to a turn, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t20_nothing_personal_is_in_the_log"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let world =
        World::with(shared::clock::Clock::System, &[("AWS_SECRET_ACCESS_KEY", "aws-secret-canary"), ("BOT_IDS", "")]);
    let say = |utterance: &str| {
        Call::says("canary-user-id", utterance)
            .change(|payload| {
                payload["userRequest"]["user"]["properties"] =
                    json!({ "botUserKey": "canary-user-id", "plusfriendUserKey": "canary-plusfriend", "appUserId": "canary-app-user" });
                payload["action"]["params"] = json!({ "name": "canary-param", "phone": "010-1234-5678" });
                payload["action"]["clientExtra"] = json!({ "x": "canary-extra" });
                payload["action"]["detailParams"] = json!({ "name": { "origin": "canary-origin", "value": "홍길동" } });
                payload["contexts"] = json!([{ "name": "canary-context", "params": { "a": { "value": "canary-context" } } }]);
                payload["bot"]["name"] = "canary-bot-name".into();
                payload["userRequest"]["block"]["name"] = "canary-block-name".into();
            })
            .header("x-request-id", Some("canary-header"))
            .header("user-agent", Some("canary-agent"))
    };
    let with_callback = |utterance: &str| {
        let url = world.platform.callback_url() + "-canary-callback-token";
        (say(utterance).change(|payload| payload["userRequest"]["callbackUrl"] = url.as_str().into()), url)
    };
    let words = [
        "count",
        "echo canary-utterance",
        "panic canary-panic",
        "fail canary-error",
        "oops canary-oops",
        "unfit",
        "many-as-is 11",
        "many 11",
        "once",
        "later canary-job",
        "later panic canary-panic",
        "later fail",
        "sleep 4000",
        "group found ABCDEFGH23",
        "group join canary-group-name",
        "group place canary-place",
        "group vote canary-place",
        "group result",
    ];
    futures_util::future::join_all(words.iter().map(async |word| {
        ask(&world.app, &say(word)).await;
    }))
    .await;
    // Refused, unreadable, too large, of another type.
    ask(&world.app, &say("count").header("x-skill-secret", Some("canary-wrong-secret"))).await;
    for body in [
        r#"{"userRequest":{"user":{"id":{"canary-unknown-member":"canary-member-value"}}}}"#,
        r#"{"userRequest":{"utterance":["canary-utterance"]}}"#,
        r#"{"bot":"canary-deep-value"}"#,
        r#"{"userRequest":"canary-utterance"#,
        "canary-utterance",
        "\"canary-utterance\"",
        r#"{"contexts":[{"name":7,"canary-unknown-member":"canary-deep-value"}]}"#,
    ] {
        ask(&world.app, &Call::with_body(body)).await;
        ask_check(&world.app, &Call::with_body(body).to("/skill-check/any")).await;
    }
    ask(&world.app, &Call::with_body("canary-utterance".repeat(10_000))).await;
    for name in ["any", "panic", "fail"] {
        let body = json!({ "value": { "origin": "canary-check-value" }, "utterance": "canary-utterance", "user": { "id": "canary-user-id" } });
        ask_check(&world.app, &Call::with_body(body.to_string()).to(&format!("/skill-check/{name}"))).await;
    }
    // Late answers, taken well and badly.
    for takes in [
        Takes::Well,
        Takes::Fails(200, "Invalid callback token. canary-error"),
        Takes::Status(500),
        Takes::DiesAfter,
        Takes::Redirects("http://127.0.0.1:1/canary-callback-token".to_owned()),
    ] {
        world.platform.take_answers(takes);
        for utterance in ["later canary-job", "later panic canary-panic", "later fail", "later unfit"] {
            let (call, url) = with_callback(utterance);
            ask(&world.app, &call).await;
            wake(&world.app, &stream_event([world.entry_of(&url).unwrap()]), "o").await;
        }
    }
    // A table in trouble, and items that nobody can read.
    for fault in
        [Fault::Error("ThrottlingException"), Fault::Error("AccessDeniedException"), Fault::Garbage, Fault::CutBefore]
    {
        for operation in ["GetItem", "UpdateItem", "TransactWriteItems", "PutItem", "Query"] {
            world.faults.clear();
            world.faults.on(operation, ALWAYS, fault);
            ask(&world.app, &say("count")).await;
            ask(&world.app, &say("group mine")).await;
            ask(&world.app, &with_callback("count-later canary-job").0).await;
        }
    }
    world.faults.clear();
    let (call, url) = with_callback("later canary-job");
    ask(&world.app, &call).await;
    let entry = world.entry_of(&url).unwrap();
    world.table.edit(&entry, "OUT", |item| {
        item.insert("body".to_owned(), json!({ "S": "canary-job" }));
    });
    wake(&world.app, &stream_event([&entry]), "o").await;
    wake(&world.app, r#"{"canary-unknown-member":"canary-utterance"}"#, "o").await;
    world.table.edit(&format!("U#bot#{}#canary-user-id", tests::platform::BOT), "SESS", |item| {
        item.insert("ctx".to_owned(), json!({ "S": "canary-talk" }));
    });
    ask(&world.app, &say("count")).await;
}

#[test]
fn t20_nothing_personal_is_in_the_log() {
    let Log { output, lines } = Log::of("everything_that_is_logged");
    let mut events: BTreeMap<&str, u32> = BTreeMap::new();
    for line in &lines {
        *events.entry(line["event"].as_str().unwrap()).or_default() += 1;
    }
    // The run has seen what it should: otherwise its silence says nothing.
    for event in [
        "panic",
        "skill.turn",
        "skill.trouble",
        "skill.unreadable",
        "answer.unfit",
        "answer.as-is",
        "skill-check.value",
        "skill-check.unreadable",
        "skill-check.trouble",
        "verify.refused",
        "outbox.entry",
        "outbox.delivery",
        "outbox.work",
        "outbox.parked",
        "talk.forgotten",
        "event.unreadable",
    ] {
        assert!(events.contains_key(event), "{event} was never logged: {events:?}");
    }
    assert!(canaries().len() >= 25);
    for canary in canaries() {
        // Upper and lower case, and as JSON escapes it.
        let found: Vec<&str> =
            output.lines().filter(|line| line.to_lowercase().contains(&canary.to_lowercase())).collect();
        assert!(found.is_empty(), "{canary}: {found:#?}");
    }
    // Fields are the closed list of the log, and no value is long.
    let known = [
        "level", "event", "request", "outcome", "why", "field", "skill", "item", "rule", "kind", "ms", "count",
        "source", "task",
    ];
    for line in &lines {
        for (name, value) in line.as_object().unwrap() {
            assert!(known.contains(&name.as_str()), "{name} in {line}");
            assert!(value.as_str().is_none_or(|text| text.chars().count() <= 120), "{line}");
        }
    }
}

#[test]
fn f33_the_log_says_where_it_panicked_and_how_often() {
    let lines = Log::of("everything_that_is_logged").lines;
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert!(of("panic") >= 7, "{}", of("panic"));
    // And the turn, or the check, that it cost is one line that the alarms count.
    let ended = |event: &str, outcome: &str| {
        lines.iter().filter(|line| line["event"] == event && line["outcome"] == outcome).count()
    };
    assert!(ended("skill.turn", "apology") >= 2 || of("function.panicked") >= 2, "nobody counts a bot that panics");
    assert!(
        ended("skill-check.value", "error") >= 1 || of("function.panicked") >= 1,
        "nobody counts a check that panics"
    );
    for line in lines.iter().filter(|line| line["event"] == "panic") {
        let source = line["source"].as_str().unwrap();
        assert!(source.contains(".rs:"), "{line}");
    }
}
