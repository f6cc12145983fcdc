//! Events on a laptop: `kakao send event`, the stand-in's Event API, and an event that the outbox sends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use shared::effect::Effect;
use shared::kakao::skill::{EventRequest, EventUser};
use simulator::payload::BOT_ID;
use simulator::people;

mod harness;

use harness::{Dev, kakao};

const KEY: (&str, &str) = ("authorization", "KakaoAK local-rest-api-key");

fn send(dev: &Dev, arguments: &[&str]) -> Output {
    let url = format!("http://127.0.0.1:{}", dev.port);
    kakao(&["send", "event", "--url", &url]).args(arguments).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the room's page is told until so many answers are there: all of it.
fn room(dev: &Dev, answers: usize) -> Vec<Value> {
    let mut page = TcpStream::connect(("127.0.0.1", dev.port)).unwrap();
    page.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(page, "GET /room/events HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n", dev.port).unwrap();
    let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let read = page.read(&mut some).expect("the room tells more");
        bytes.extend_from_slice(&some[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let entries: Vec<Value> =
            text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect();
        if entries.iter().filter(|entry| entry["kind"] == "answered").count() >= answers {
            return entries;
        }
    }
}

#[test]
fn an_event_reaches_those_who_are_there_and_the_result_says_who_is_not() {
    let dev = Dev::start_with(&["--memory", "--event-skill", "lunch"]);
    assert!(dev.said.iter().any(|line| line.contains("local-rest-api-key")), "{:?}", dev.said);
    let sent = send(
        &dev,
        &[
            "--event",
            "parcel_shipped",
            "--user",
            "ga,nobody,ga",
            "--data",
            r#"{"no":"A-17"}"#,
            "--params",
            r#"{"no":"A-17"}"#,
            "--wait",
        ],
    );
    assert_eq!(sent.status.code(), Some(1), "{sent:?}");
    let shown = String::from_utf8_lossy(&sent.stdout);
    let (task, result) = shown.split_once('\n').unwrap();
    let result: Value = serde_json::from_str(result).unwrap();
    assert_eq!(
        result,
        json!({ "taskId": task, "status": "1 FAIL", "allRequestCount": 2, "successCount": 1, "userKeyResolvingFailCount": 1, "fail": { "count": 1, "list": [] } })
    );
    assert!(words(&sent).contains("1 of 2 people were reached"), "{sent:?}");

    let entries = room(&dev, 1);
    assert_eq!(entries[0]["kind"], "told");
    assert_eq!((&entries[0]["person"], &entries[0]["event"]), (&json!("ga"), &json!("parcel_shipped")));
    let asked = &entries[1]["request"]["userRequest"];
    assert_eq!(asked["utterance"], "parcel_shipped");
    assert_eq!(asked["block"]["name"], "parcel_shipped");
    assert_eq!(asked["params"], json!({ "surface": "Kakaotalk.plusfriend", "no": "A-17" }));
    assert_eq!(entries[1]["outcome"], "answered", "{}", entries[1]);
}

#[test]
fn a_body_of_ones_own_reaches_everybody_by_any_key() {
    let dev = Dev::start_with(&["--memory"]);
    let [ga, na, da, ..] = people::PEOPLE;
    let file = tempfile::NamedTempFile::new().unwrap();
    let body = json!({ "event": { "name": "news" }, "user": [
        { "type": "botUserKey", "id": ga.bot_user_key, "properties": { "tier": "gold" } },
        { "type": "plusfriendUserKey", "id": na.plusfriend_user_key },
        { "type": "appUserId", "id": da.app_user_id.parse::<u64>().unwrap() },
    ] });
    std::fs::write(file.path(), body.to_string()).unwrap();
    let sent = send(&dev, &["--file", file.path().to_str().unwrap(), "--wait"]);
    assert!(sent.status.success(), "{sent:?}");
    assert!(String::from_utf8_lossy(&sent.stdout).contains("\"ALL SUCCESS\""), "{sent:?}");
    let entries = room(&dev, 3);
    let tier = |person: &str| {
        let asked = entries.iter().find(|entry| entry["kind"] == "answered" && entry["person"] == person).unwrap();
        asked["request"]["userRequest"]["user"]["properties"]["tier"].clone()
    };
    assert_eq!((tier("ga"), tier("na"), tier("da")), (json!("gold"), Value::Null, Value::Null));
    let both = send(&dev, &["--file", "x.json", "--event", "y"]);
    assert!(words(&both).contains("--file and --event cannot be used together"), "{both:?}");
}

#[test]
fn a_hundred_and_one_people_are_two_tasks() {
    let dev = Dev::start_with(&["--memory"]);
    let keys: Vec<String> = (0..101).map(|at| format!("k{at}")).collect();
    let sent = send(&dev, &["--event", "news", "--type", "appUserId", "--user", &keys.join(",")]);
    assert!(sent.status.success(), "{sent:?}");
    let tasks = String::from_utf8_lossy(&sent.stdout).lines().count();
    assert_eq!(tasks, 2);
    assert!(words(&sent).contains("100 people: accepted") && words(&sent).contains("1 people: accepted"), "{sent:?}");
}

#[test]
fn the_stand_in_takes_only_what_the_platform_would() {
    let dev = Dev::start_with(&["--memory"]);
    let json = ("content-type", "application/json");
    let good = json!({ "event": { "name": "x" }, "user": [{ "type": "botUserKey", "id": "u" }] });
    let talk = |headers: &[(&str, &str)], bot: &str, body: &Value| {
        let path = format!("/platform/v2/bots/{bot}/talk");
        let (status, body) = dev.request("POST", &path, headers, body.to_string().as_bytes());
        (status, serde_json::from_slice::<Value>(&body).unwrap()["status"].clone())
    };
    assert_eq!(talk(&[json, KEY], BOT_ID, &good), (200, json!("SUCCESS")));
    assert_eq!(talk(&[json, KEY], &format!("{BOT_ID}!"), &good), (200, json!("SUCCESS")));
    assert_eq!(talk(&[json], BOT_ID, &good), (401, json!("FAIL")));
    assert_eq!(talk(&[json, ("authorization", "KakaoAK wrong")], BOT_ID, &good), (401, json!("FAIL")));
    assert_eq!(talk(&[json, KEY], "another", &good), (400, json!("FAIL")));
    for bad in [json!([]), json!({}), json!({ "event": { "name": "x" }, "user": [] })] {
        assert_eq!(talk(&[json, KEY], BOT_ID, &bad), (400, json!("FAIL")), "{bad}");
    }
    assert_eq!(dev.request("GET", "/platform/v1/tasks/unknown", &[KEY], b"").0, 404);
    assert_eq!(dev.request("GET", "/platform/v1/tasks/unknown", &[], b"").0, 401);
}

#[test]
fn nothing_real_is_sent_without_a_word_of_consent() {
    let real = |arguments: &[&str]| {
        let url = ["send", "event", "--url", "https://bot-api.kakao.com", "--event", "news", "--user", "a,b,a"];
        kakao(&url).args(arguments).output().unwrap()
    };
    let asked = real(&["--key", "k", "--bot", "b"]);
    assert_eq!(asked.status.code(), Some(2));
    for needed in ["15원", "30원", "15 KRW", "30 KRW for 2 people", "--yes"] {
        assert!(words(&asked).contains(needed), "{needed} is not in\n{}", words(&asked));
    }
    assert!(words(&real(&["--yes", "--bot", "b"])).contains("--key is needed"));
    assert!(words(&real(&["--yes", "--key", "k"])).contains("--bot is needed"));
}

#[test]
fn a_wrong_command_line_is_told_what_is_wrong() {
    let said = |arguments: &[&str]| words(&kakao(&["send", "event"]).args(arguments).output().unwrap());
    assert!(said(&[]).contains("--event is needed"));
    assert!(said(&["--event", "x"]).contains("--user is needed"));
    assert!(said(&["--event", "x", "--user", ","]).contains("nobody to send it to"));
    assert!(said(&["--event", "x", "--user", "ga", "--type", "y"]).contains("not `y`"));
    assert!(said(&["--event", "x", "--user", "ga", "--data", "[1]"]).contains("--data takes a JSON object"));
    assert!(said(&["--nonsense"]).contains("no option --nonsense"));
    assert!(said(&["--event", " ", "--user", "ga"]).contains("V01"));
    let unheard =
        kakao(&["send", "event", "--event", "x", "--user", "ga", "--url", "http://127.0.0.1:1"]).output().unwrap();
    assert_eq!(unheard.status.code(), Some(1));
    assert!(words(&unheard).contains("Run `kakao dev` first"), "{unheard:?}");
    assert!(kakao(&["send", "event", "--help"]).output().unwrap().status.success());
}

#[test]
fn a_wrong_key_is_named() {
    let dev = Dev::start_with(&["--memory"]);
    let sent = send(&dev, &["--event", "x", "--user", "ga", "--key", "wrong"]);
    assert_eq!(sent.status.code(), Some(1));
    assert!(words(&sent).contains("the REST API key is wrong"), "{sent:?}");
    let bot = send(&dev, &["--event", "x", "--user", "ga", "--bot", "a/b"]);
    assert_eq!(bot.status.code(), Some(2), "{bot:?}");
    let other = send(&dev, &["--event", "x", "--user", "ga", "--bot", "another"]);
    assert!(words(&other).contains("Invalid bot ID."), "{other:?}");
}

#[test]
fn an_event_in_the_outbox_is_sent_to_the_room() {
    let request = EventRequest::new("lunch_time").to(EventUser::bot_user_key(people::PEOPLE[1].bot_user_key));
    let entry = Effect::events("today", BOT_ID, request).remove(0).entry().unwrap();
    let item = json!({
        "PK": { "S": format!("OUT#{}", entry.id) }, "SK": { "S": "OUT" }, "t": { "S": "OUT" }, "v": { "N": "1" },
        "st": { "S": "READY" }, "tries": { "N": "0" }, "body": { "S": entry.body },
        "DPK": { "S": "DUE#0" }, "DSK": { "S": "0000000000000#x" },
    });
    let seed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(seed.path(), json!({ "items": [item] }).to_string()).unwrap();
    let dev = Dev::start_with(&["--memory", "--seed", seed.path().to_str().unwrap()]);
    let entries = room(&dev, 1);
    assert_eq!((&entries[0]["kind"], &entries[0]["person"]), (&json!("told"), &json!("na")));
    assert_eq!(entries[0]["event"], "lunch_time");
    assert_eq!(entries.len(), 2, "once, although the stream and the sweep have both seen it");
}
