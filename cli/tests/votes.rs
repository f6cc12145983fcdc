//! Fifty colleagues vote at once, through the front door of `kakao dev`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod harness;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::Dev;
use serde_json::{Value, json};
use shared::store::{GroupId, PlaceId};

const BOT: &str = "0123456789abcdef01234567";
const CODE: &str = "KAKA2LUNCH";
const PLACES: [&str; 4] = ["김밥천국", "초록식당", "분식나라", "국밥집"];
const MEMBERS: usize = 50;
const VOTES_EACH: usize = 4;

fn member(number: usize) -> String {
    format!("member-{number:02}")
}

/// A group of fifty, as the table holds it.
fn seed(folder: &std::path::Path) -> String {
    let group = GroupId::of_code(CODE).to_string();
    let s = |text: &str| json!({ "S": text });
    let mut items =
        vec![json!({ "PK": s(&format!("GRP#{group}")), "SK": s("META"), "t": s("META"), "name": s("모두") })];
    for (number, place) in PLACES.iter().enumerate() {
        let key = format!("PLACE#{}", PlaceId::of_name(place));
        items.push(json!({
            "PK": s(&format!("GRP#{group}")), "SK": s(&key), "t": s("PLACE"), "name": s(place),
            "ca": { "N": number.to_string() },
        }));
    }
    for number in 0..MEMBERS {
        let person = format!("U#bot#{BOT}#{}", member(number));
        items.push(json!({
            "PK": s(&person), "SK": s(&format!("GRP#{group}")), "t": s("GRP"), "gid": s(&group), "name": s("모두"),
            "code": s(CODE), "ca": { "N": "1" },
        }));
    }
    let path = folder.join("seed.json");
    std::fs::write(&path, json!({ "items": items }).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn payload(user: &str, utterance: &str, extra: &Value) -> Vec<u8> {
    json!({
        "bot": { "id": BOT, "name": "점심봇" },
        "action": { "id": "a", "name": "점심", "params": {}, "detailParams": {}, "clientExtra": extra },
        "userRequest": {
            "utterance": utterance, "params": { "surface": "Kakaotalk.plusfriend" }, "lang": "ko", "timezone": "Asia/Seoul",
            "block": { "id": "b", "name": "점심" }, "user": { "id": user, "type": "botUserKey", "properties": {} },
        },
        "contexts": [],
    })
    .to_string()
    .into_bytes()
}

fn vote(port: u16, number: usize, place: &str) -> Option<bool> {
    let ballot =
        json!({ "group": GroupId::of_code(CODE), "place": PlaceId::of_name(place), "name": place, "closes": null });
    let body = payload(&member(number), &format!("{place}에 투표"), &ballot);
    let headers = [("content-type", "application/json"), ("x-skill-secret", harness::SECRET)];
    let answer = std::panic::catch_unwind(|| harness::request(port, "POST", "/skill/lunch", &headers, &body)).ok()?;
    let text = String::from_utf8(answer.1).ok()?;
    Some(answer.0 == 200 && (text.contains("한 표 던졌어요") || text.contains("그 표를 그대로")))
}

/// The votes of each place, as anybody sees them.
fn result(dev: &Dev) -> Vec<(String, usize)> {
    let (status, body) = dev.skill(&payload(&member(0), "#결과 보기", &json!({})));
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let outputs = answer["template"]["outputs"].as_array().unwrap();
    let items = outputs.iter().find_map(|output| output["listCard"]["items"].as_array()).cloned().unwrap_or_default();
    let votes = |item: &Value| {
        let text = item["description"].as_str().unwrap();
        text.rsplit(' ').next().unwrap().trim_end_matches('표').parse().unwrap()
    };
    items.iter().map(|item| (item["title"].as_str().unwrap().to_owned(), votes(item))).collect()
}

#[test]
fn two_hundred_votes_of_fifty_members_are_fifty_votes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let dev = Dev::start_with(&["--data", data.to_str().unwrap(), "--seed", &seed(folder.path())]);
    std::thread::scope(|scope| {
        for worker in 0..MEMBERS * VOTES_EACH {
            let port = dev.port;
            // Each member's last vote, in the order of `worker`, is not known: all four of a member race.
            scope.spawn(move || assert_eq!(vote(port, worker % MEMBERS, PLACES[worker / MEMBERS]), Some(true)));
        }
    });
    let counts = result(&dev);
    assert_eq!(counts.iter().map(|(_, votes)| votes).sum::<usize>(), MEMBERS, "{counts:?}");
    assert!(counts.is_sorted_by(|a, b| a.1 >= b.1), "{counts:?}");

    // What each member says last, one after another, is what counts: all fifty for one place.
    for number in 0..MEMBERS {
        assert_eq!(vote(dev.port, number, PLACES[3]), Some(true));
    }
    assert_eq!(result(&dev), [(PLACES[3].to_owned(), MEMBERS)]);
}

#[test]
fn f04_a_kill_in_the_middle_leaves_no_half_vote() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let dev = Dev::start_with(&["--data", data, "--seed", &seed(folder.path())]);
    let (answered, done, port) = (Mutex::new(BTreeSet::new()), AtomicUsize::new(0), dev.port);
    std::thread::scope(|scope| {
        for worker in 0..MEMBERS {
            let (answered, done) = (&answered, &done);
            scope.spawn(move || {
                for place in PLACES {
                    if vote(port, worker, place) == Some(true) {
                        answered.lock().unwrap().insert(worker);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        while done.load(Ordering::SeqCst) < MEMBERS {
            std::thread::yield_now();
        }
        dev.kill();
    });
    let dev = Dev::start(std::path::Path::new(data));
    let votes: usize = result(&dev).iter().map(|(_, votes)| votes).sum();
    let answered = answered.into_inner().unwrap().len();
    assert!(
        (answered..=MEMBERS).contains(&votes),
        "{answered} members were told that they voted; {votes} votes are there"
    );
    // And the table takes votes as before.
    for number in 0..MEMBERS {
        assert_eq!(vote(dev.port, number, PLACES[0]), Some(true));
    }
    assert_eq!(result(&dev), [(PLACES[0].to_owned(), MEMBERS)]);
}
