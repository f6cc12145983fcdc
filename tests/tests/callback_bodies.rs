//! F29, F30, T24: whatever a body holds, a callback answers one of its documented statuses, and never with a 5xx.

use account_callback::AccountCallback;
use channel_callback::ChannelCallback;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::Notices;
use shared::clock::{Clock, Millis};
use tests::faults::{Dice, scaled};
use tests::table::{Table, env};
use tests::webhooks::{ADMIN_KEY, APP_ID, Knock};
use unlink_callback::UnlinkCallback;

const NOW: Millis = Millis(1_760_000_000_000);

struct Silent;

impl Notices for Silent {}

fn app(table: &Table) -> App<Silent> {
    let settings = [("KAKAO_APP_ID", APP_ID), ("KAKAO_ADMIN_KEYS", ADMIN_KEY), ("KAUTH_URL", "http://127.0.0.1:9")];
    App::new(Silent, env(&table.url(), &settings), Clock::at(NOW))
}

fn channel() -> Value {
    json!({
        "event": "added", "id": "2100000001", "id_type": "app_user_id", "channel_public_id": "_AbCdE", "channel_uuid": "@우리 채널",
        "updated_at": "2025-10-09T08:00:00Z", "plus_friend_public_id": "_AbCdE", "plus_friend_uuid": "@우리 채널",
        "timestamp": 1_759_996_800
    })
}

fn unlink() -> Value {
    json!({"app_id": APP_ID, "user_id": 2_100_000_001_u64, "referrer_type": "UNLINK_FROM_APPS", "group_user_token": "x"})
}

fn strange() -> Vec<Value> {
    let long = "가".repeat(10_000);
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!(" "),
        json!("뷁😀"),
        json!("a#b"),
        json!("\0"),
        json!("\r\nx: y"),
        json!(long),
        json!("9".repeat(10_000)),
        json!("9999-12-31T23:59:59Z"),
        json!("0000-00-00T00:00:00Z"),
        json!([]),
        json!([[[[]]]]),
        json!({"a": {"b": null}}),
    ]
}

/// Each member removed, doubled, joined by a stranger, and in every strange form.
fn mutated(body: &Value) -> Vec<String> {
    let members = body.as_object().unwrap();
    let mut all = Vec::new();
    for name in members.keys() {
        let mut without = members.clone();
        without.remove(name);
        all.push(json!(without).to_string());
        let text = body.to_string();
        all.push(text.replacen('{', &format!("{{{}:{},", json!(name), members[name]), 1));
        for value in strange() {
            let mut changed = members.clone();
            changed.insert(name.clone(), value.clone());
            all.push(json!(changed).to_string());
            changed.insert("낯선 것".to_owned(), value);
            all.push(json!(changed).to_string());
        }
    }
    let text = body.to_string();
    all.extend([
        format!("\u{feff}{text}"),
        format!("{text}{text}"),
        format!("{text} x"),
        format!("[{text}]"),
        text.to_uppercase(),
    ]);
    all.extend((0..text.len()).filter(|at| text.is_char_boundary(*at)).map(|at| text[..at].to_owned()));
    all.push(format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000)));
    all.push("[".repeat(60_000));
    all
}

#[tokio::test]
async fn f29_t24_mutated_bodies_are_taken_or_refused() {
    let table = Table::start();
    let app = app(&table);
    let mut told = 0;
    for body in mutated(&channel()) {
        let knock = Knock::post("/channel/callback").body("application/json", body.clone());
        let status = knock.at::<ChannelCallback, Silent>(&app).await.status;
        assert!([200, 400, 413].contains(&status), "{status}: {body:.200}");
        told += 1;
    }
    for body in mutated(&unlink()) {
        let knock = Knock::post("/account/unlink").body("application/json", body.clone());
        let status = knock.at::<UnlinkCallback, Silent>(&app).await.status;
        assert!([200, 400, 403, 413].contains(&status), "{status}: {body:.200}");
        told += 1;
    }
    assert!(told >= 800, "{told}");
    for item in table.items() {
        let pk = item["PK"]["S"].as_str().unwrap();
        assert!(pk.len() < 256 && pk.matches('#').count() == 2 || pk.starts_with("OUT#"), "{pk}");
    }
}

#[tokio::test]
async fn f30_any_bytes_are_taken_or_refused() {
    let table = Table::start();
    let app = app(&table);
    let mut dice = Dice::new(30);
    for _ in 0..scaled(1_500) {
        let length = dice.below(300);
        let bytes: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
        let kind =
            *dice.pick(&["application/json", "application/x-www-form-urlencoded", "application/secevent+jwt", ""]);
        let query: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        for (path, method) in [
            ("/channel/callback", "POST"),
            ("/account/unlink", "POST"),
            ("/account/unlink", "GET"),
            ("/account/events", "POST"),
        ] {
            let knock =
                Knock { base64: true, method, query: query.clone(), ..Knock::post(path).body(kind, bytes.clone()) };
            let status = match path {
                "/channel/callback" => knock.at::<ChannelCallback, Silent>(&app).await.status,
                "/account/unlink" => knock.at::<UnlinkCallback, Silent>(&app).await.status,
                _ => knock.at::<AccountCallback, Silent>(&app).await.status,
            };
            assert!(status < 500 && status != 200, "{path} {status}: {bytes:?}");
        }
    }
    assert!(table.items().is_empty());
}
