//! `POST /channel/callback`: what is taken, what is refused, and from whom. Rows are those of protocol `channel-and-webhooks` 6.4.

mod channel_support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use channel_callback::ChannelCallback;
use channel_support::*;
use serde_json::{Value, json};
use shared::store::{AppUser, Store};
use tests::faults::{ALWAYS, Fault};
use tests::log::Log;
use tests::parameters::{Mood, Parameters, secret_from};
use tests::table::{env, number, text};
use tests::webhooks::{ADMIN_KEY, Knock, answered, wrong_headers, wrong_keys};

#[tokio::test]
async fn row_16_old_names_new_names_and_both_lead_to_the_same_state() {
    let old = json!({"event": "added", "id": 2_100_000_001_u64, "id_type": "app_user_id", "plus_friend_public_id": "_AbCdE",
        "plus_friend_uuid": "@우리 채널", "timestamp": (NOW.0 - 60_000) / 1_000});
    let both = changed(old.clone(), event("added", -60));
    for body in [event("added", -60), old, both] {
        let world = world();
        assert_eq!(world.tell(&body).await, 200);
        assert_eq!(world.state(APP), relation("added", -60), "{body}");
        assert_eq!(world.table.items().len(), 1);
    }
}

#[tokio::test]
async fn row_17_a_late_event_changes_nothing() {
    let world = world();
    assert_eq!(world.tell(&event("added", 500)).await, 200);
    assert_eq!(world.tell(&event("blocked", 380)).await, 200);
    assert_eq!(world.state(APP), relation("added", 500));
    assert_eq!(world.tell(&event("blocked", 501)).await, 200);
    assert_eq!(world.state(APP), relation("blocked", 501));
    let store = Store::new(&env(&world.faults.url(), &[]));
    let relations = store.channels_of(&AppUser::parse(WHO).unwrap()).await.unwrap();
    assert!(relations.len() == 1 && relations[0].blocked && relations[0].channel.as_str() == "_AbCdE");
}

#[tokio::test]
async fn row_18_an_open_id_is_nobody_else_before_kakao_confirms_it() {
    let world = world();
    let open = changed(event("added", -60), json!({"id_type": "open_id"}));
    assert_eq!(world.tell(&open).await, 200);
    assert_eq!((world.state(OPEN), world.state(APP)), (relation("added", -60), None));
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (None, 0), "nobody by that number is a member");
    world.clear();
    // Somebody by that number is: Kakao is asked, and its word is written down, not the event's.
    world.table.put(&json!({ "PK": {"S": APP}, "SK": {"S": "MEMBER"}, "mg": {"S": "g"}, "consents": {"S": "[]"}, "profile": {"S": "{}"} }));
    world.login.json(CHANNELS, 200, kakao_says("BLOCKED", -30));
    assert_eq!(world.tell(&changed(event("added", -50), json!({"id_type": "open_id"}))).await, 200);
    assert_eq!(world.state(APP), None, "no write before confirmation");
    world.sweep().await;
    assert_eq!((world.state(APP), world.state(OPEN)), (relation("blocked", -30), relation("added", -50)));
    let asked = world.login.asked();
    assert!(asked.len() == 1 && asked[0].path.contains("target_id=2100000001"));
    // An id that is no number is nobody's but its own.
    assert_eq!(world.tell(&changed(open, json!({"id": "Ab_-1"}))).await, 200);
    assert_eq!(world.state("U#oid#Ab_-1"), relation("added", -60));
    world.pass(60);
    world.sweep().await;
    assert_eq!(world.questions(), 0);
}

#[tokio::test]
async fn row_19_one_resource_id_is_one_write() {
    let world = world();
    let named = |body: &Value| knock(body).header("x-kakao-resource-id", Some("5f1e2d3c4b5a69788796a5b4"));
    assert_eq!(world.send(&named(&event("added", -60))).await.status, 200);
    let before = world.table.items();
    assert_eq!(world.send(&named(&event("added", -60))).await.status, 200);
    assert_eq!(world.send(&named(&event("blocked", -10))).await.status, 200, "the same delivery, whatever it says");
    assert_eq!(world.table.items(), before);
    assert_eq!(world.tell(&event("blocked", -10)).await, 200);
    assert_eq!(world.state(APP), relation("blocked", -10));
}

#[tokio::test]
async fn f01_whatever_is_told_five_times_is_told_once() {
    for change in [
        json!({}),
        json!({ "event": "blocked" }),
        json!({ "id_type": "open_id" }),
        json!({ "id_type": "open_id", "id": "Ab+/==" }),
        json!({ "event": "removed" }),
        json!({ "updated_at": "2099-01-01T00:00:00Z" }),
        json!({ "id": "2100000001", "timestamp": 1_760_000_000_000_u64 }),
    ] {
        for resource in [Some("5f1e2d3c4b5a69788796a5b4"), None] {
            let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
            let told = knock(&changed(event("added", -60), change.clone())).header("x-kakao-resource-id", resource);
            assert_eq!(world.send(&told).await.status, 200, "{change}");
            let once = world.table.items();
            assert!(!once.is_empty(), "{change}");
            for _ in 0..4 {
                assert_eq!(world.send(&told).await.status, 200, "{change}");
            }
            assert_eq!(world.table.items(), once, "{change}");
        }
    }
}

#[tokio::test]
async fn row_20_t23_a_large_body_is_refused_fast_and_after_the_key() {
    let world = world();
    for bytes in [64 * 1024 + 1, 1024 * 1024, 10 * 1024 * 1024] {
        let large = knock(&json!({ "event": "x".repeat(bytes) }));
        let event = large.event(NOW);
        let started = Instant::now();
        assert_eq!(answered::<ChannelCallback, Silent>(&world.app, &event).await.status, 413);
        assert!(bytes > 1024 * 1024 || started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
        assert_eq!(world.send(&large.header("authorization", None)).await.status, 401);
    }
    let base64 = Knock { base64: true, ..knock(&event("added", -60)) };
    assert_eq!(world.send(&base64).await.status, 200);
    assert_eq!(world.state(APP), relation("added", -60));
}

#[tokio::test]
async fn table_4_2_what_cannot_be_used_is_400_and_what_is_new_is_200() {
    let world = world();
    let good = event("added", -60);
    for member in ["event", "id", "id_type", "channel_public_id", "channel_uuid", "updated_at"] {
        for value in [Value::Null, json!(""), json!([]), json!({}), json!(true), json!(1.5)] {
            let body = changed(good.clone(), json!({ member: value }));
            assert_eq!(world.tell(&body).await, 400, "{member} {value}");
        }
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(member);
        assert_eq!(world.tell(&without).await, 400, "without {member}");
    }
    for body in ["", "null", "[]", "event=added", "{", "\u{feff}", "{\"event\":1e400}", "\"x\"", "\0"] {
        let knock = Knock::post("/channel/callback").body("application/json", body);
        assert_eq!(world.send(&knock).await.status, 400, "{body:?}");
    }
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    for bytes in [deep.into_bytes(), b"\xff\xfe".to_vec()] {
        let knock = Knock { base64: true, ..Knock::post("/channel/callback").body("application/json", bytes) };
        assert_eq!(world.send(&knock).await.status, 400);
    }
    let bad_base64 = r#"{"rawPath":"/channel/callback","headers":{"authorization":"KakaoAK 0123456789abcdef0123456789abcdef"},
        "requestContext":{"http":{"method":"POST"}},"body":"***","isBase64Encoded":true}"#;
    assert_eq!(answered::<ChannelCallback, Silent>(&world.app, bad_base64).await.status, 400);
    assert!(world.table.items().is_empty());

    assert_eq!(world.tell(&changed(good.clone(), json!({"id_type": "email", "id": "a@b"}))).await, 200);
    assert!(world.table.items().is_empty(), "a kind of id that nobody knows has no key");
    assert_eq!(world.tell(&changed(good.clone(), json!({"event": "removed", "account_id": 7}))).await, 200);
    let kept = world.table.item(APP, "CH#_AbCdE").expect("it is kept");
    assert_eq!((text(&kept, "odd"), text(&kept, "rel")), ("removed", ""), "and changes nothing");
    assert_eq!(world.tell(&event("added", -300)).await, 200);
    assert_eq!(world.state(APP), relation("added", -300), "also not the order of what is known");
}

#[tokio::test]
async fn of_a_long_word_that_nobody_knows_only_the_beginning_is_kept() {
    for (word, kept) in [("가".repeat(10_000), 63), ("a".repeat(10_000), 64), ("a".to_owned() + &"가".repeat(100), 64)]
    {
        let world = world();
        assert_eq!(world.tell(&changed(event("added", -60), json!({ "event": word }))).await, 200);
        let item = world.table.item(APP, "CH#_AbCdE").expect("it is kept");
        assert!(
            text(&item, "odd").len() == kept && word.starts_with(text(&item, "odd")),
            "{} bytes",
            text(&item, "odd").len()
        );
    }
}

#[tokio::test]
async fn an_odd_open_id_is_somebody_and_an_odd_channel_is_reported() {
    let world = world();
    let odd = ["aGVsbG8=", "a+b/c==", "a.b", "한글", "a b", "a#b", "="];
    for (at, id) in odd.iter().enumerate() {
        let body = changed(event("blocked", -60), json!({ "id_type": "open_id", "id": id }));
        assert_eq!(world.tell(&body).await, 200, "{id}");
        assert_eq!(world.tell(&body).await, 200, "{id}, a copy");
        assert_eq!(
            world.tell(&changed(body, json!({ "event": "added", "updated_at": channel_support::at(-70) }))).await,
            200
        );
        let items = world.table.items();
        assert_eq!(items.len(), at + 1, "each has a place of its own: {id}");
        assert!(items.iter().all(|item| text(item, "rel") == "blocked" && text(item, "PK").starts_with("U#oid#=")));
        assert!(!json!(items).to_string().contains(id) || *id == "=", "{id}: only its hash is kept");
    }
    let before = world.table.items();
    assert_eq!(world.tell(&changed(event("added", -60), json!({ "channel_public_id": "_a#b" }))).await, 200);
    assert_eq!(world.table.items(), before, "a channel that cannot be a key is not kept");
}

#[tokio::test]
async fn an_open_id_that_nobody_confirms_is_forgotten_in_time() {
    let world = world();
    assert_eq!(world.tell(&changed(event("blocked", -60), json!({ "id_type": "open_id" }))).await, 200);
    assert_eq!(world.tell(&event("blocked", -60)).await, 200);
    let ttl = |pk: &str| number(&world.table.item(pk, "CH#_AbCdE").expect("a relation"), "ttl");
    assert_eq!((ttl(OPEN), ttl(APP)), (Some(NOW.secs() + 400 * 86_400), None));
    // Each event begins the time anew.
    world.pass(86_400);
    let later = changed(event("added", 0), json!({ "id_type": "open_id", "updated_at": "2025-10-10T08:00:00Z" }));
    assert_eq!(world.tell(&later).await, 200);
    assert_eq!(ttl(OPEN), Some(NOW.secs() + 401 * 86_400));
}

#[tokio::test]
async fn a_channel_that_is_not_ours_is_not_kept() {
    for (others, status) in [("", 200), ("refuse", 403)] {
        let world = World::with(Silent, &[("CHANNEL_IDS", "_mine,_AbCdE"), ("CHANNEL_OTHERS", others)]);
        let foreign = changed(event("added", -60), json!({"channel_public_id": "_Foreign"}));
        assert_eq!(world.tell(&foreign).await, status);
        assert!(world.table.items().is_empty());
        assert_eq!(world.tell(&event("added", -60)).await, 200);
        assert_eq!(world.table.items().len(), 1);
    }
}

#[tokio::test]
async fn a_deployment_without_an_app_takes_nothing() {
    let world = World::with(Silent, &[("KAKAO_APP_ID", "")]);
    assert_eq!(world.tell(&event("added", -60)).await, 404);
    assert_eq!(world.send(&knock(&event("added", -60)).header("authorization", None)).await.status, 404);
    assert!(world.table.items().is_empty());
}

// ---- who may say so

#[tokio::test]
async fn t01_a_thousand_wrong_keys_are_refused_before_the_body_is_read() {
    let world = world();
    for header in wrong_keys() {
        // A body that nobody could read: were it looked at first, the answer would be another.
        let knock = Knock::post("/channel/callback").body("application/json", "{");
        let knock = knock.header("authorization", Some(&header));
        assert_eq!(world.send(&knock).await.status, 401, "{header:?}");
    }
    assert!(world.table.items().is_empty() && world.faults.writes().is_empty());
    assert_eq!(world.tell(&event("added", -60)).await, 200);
}

#[tokio::test]
async fn row_3_t02_one_header_one_scheme_one_key() {
    let world = world();
    let good = knock(&event("added", -60));
    for header in wrong_headers() {
        let knock = good.clone().header("authorization", header.as_deref());
        assert_eq!(world.send(&knock).await.status, 401, "{header:?}");
    }
    assert!(world.table.items().is_empty());
    for scheme in ["kakaoak", "KAKAOAK"] {
        let knock = good.clone().header("authorization", Some(&format!("{scheme} {ADMIN_KEY}")));
        assert_eq!(world.send(&knock).await.status, 200, "a scheme has no case");
    }
}

#[tokio::test]
async fn an_address_is_an_extra_check_and_never_the_only_one() {
    let world = World::with(Silent, &[("CALLBACK_ADDRESSES", "211.249.221.0/24")]);
    let good = knock(&event("added", -60));
    for source in ["211.249.222.1", "", "10.0.0.1", "::1"] {
        let knock = Knock { source: source.to_owned(), ..good.clone() };
        assert_eq!(world.send(&knock).await.status, 401, "{source}");
    }
    assert_eq!(world.send(&good.clone().header("authorization", None)).await.status, 401);
    assert!(world.table.items().is_empty());
    assert_eq!(world.send(&good).await.status, 200);
}

#[tokio::test]
async fn t06_a_rotation_refuses_no_good_key_and_takes_no_old_one_after_a_minute() {
    let parameters = Parameters::start();
    let url = parameters.url();
    let world = World::with(Silent, &secret_from("KAKAO_ADMIN_KEYS", &url));
    let set = |value: &str| parameters.set("/kakao/KAKAO_ADMIN_KEYS", value);
    let with = |key: &str| knock(&event("added", -60)).header("authorization", Some(&format!("KakaoAK {key}")));
    set("old");
    assert_eq!(world.send(&with("old")).await.status, 200);
    // The console may be changed at once: a sandbox that has just read the old value looks again.
    set("new,old");
    world.pass(1);
    for _ in 0..12 {
        assert_eq!(world.send(&with("new")).await.status, 200);
        assert_eq!(world.send(&with("old")).await.status, 200);
        world.pass(10);
    }
    set("new");
    world.pass(61);
    for _ in 0..30 {
        assert_eq!(world.send(&with("old")).await.status, 401);
        assert_eq!(world.send(&with("new")).await.status, 200);
        world.pass(10);
    }
    // A store in trouble lets nobody in and turns nobody away who was in; one that never answered is 503.
    parameters.feel(Mood::Denies);
    world.pass(600);
    assert_eq!(world.send(&with("new")).await.status, 200);
    assert_eq!(world.send(&with("old")).await.status, 401);
    let fresh = World::with(Silent, &secret_from("KAKAO_ADMIN_KEYS", &url));
    assert_eq!(fresh.send(&with("new")).await.status, 503);
    assert!(fresh.table.items().is_empty());
}

#[tokio::test]
async fn t06_a_key_that_was_taken_away_is_out_after_a_minute_whoever_else_calls() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "old");
    let url = parameters.url();
    let world = World::with(Silent, &secret_from("KAKAO_ADMIN_KEYS", &url));
    let old = knock(&event("added", -60)).header("authorization", Some("KakaoAK old"));
    assert_eq!(world.send(&old).await.status, 200);
    // No new key comes that would tell the sandbox of the change: whoever has the old one is alone with it.
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "new");
    world.pass(61);
    assert_eq!(world.send(&old).await.status, 401);
}

#[tokio::test]
async fn f34_after_a_sleep_the_key_is_read_again() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "old");
    let url = parameters.url();
    let world = World::with(Silent, &secret_from("KAKAO_ADMIN_KEYS", &url));
    let old = knock(&event("added", -60)).header("authorization", Some("KakaoAK old"));
    for (sleep, calls) in [(0, 1), (30, 1), (29, 1), (2, 2), (301, 3), (600, 4)] {
        world.pass(sleep);
        assert_eq!(world.send(&old).await.status, 200);
        assert_eq!(parameters.calls(), calls, "{sleep} s later");
    }
    // A key that is no longer good is not good after a sleep, though it was when the sandbox fell asleep.
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "new");
    world.pass(600);
    assert_eq!(world.send(&old).await.status, 401);
}

#[tokio::test]
async fn t06_a_flood_of_wrong_keys_has_the_parameter_read_once_more_a_minute() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "new");
    let url = parameters.url();
    let world = World::with(Silent, &secret_from("KAKAO_ADMIN_KEYS", &url));
    for _ in 0..180 {
        let wrong = knock(&event("added", -60)).header("authorization", Some("KakaoAK wrong"));
        assert_eq!(world.send(&wrong).await.status, 401);
        world.pass(1);
    }
    // Three minutes: once when it starts, once a minute because it is old, and once a minute because nothing fits.
    assert!(parameters.calls() <= 7, "{}", parameters.calls());
}

// ---- the log

/// Everything that can happen, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let key = ("KAKAO_ADMIN_KEYS", "canary-key");
    let open_to = ("CALLBACK_ADDRESSES", "211.249.221.0/24");
    let settings = [key, open_to, ("BOT_IDS", "b1"), ("CHANNEL_IDS", "_AbCdE,_canary-channel")];
    let world = World::with(Host::default(), &settings);
    let named = |body: &Value| {
        let knock = knock(body).header("authorization", Some("KakaoAK canary-key"));
        knock.header("x-kakao-resource-id", Some("canary-resource")).header("canary-header", Some("canary-header"))
    };
    let canary = json!({"id": "canary-id", "id_type": "open_id", "channel_public_id": "_canary-channel", "channel_uuid": "@canary-search"});
    for (change, more) in [
        (json!({}), json!({})),
        (canary.clone(), json!({})),
        (canary.clone(), json!({"event": "canary-event"})),
        (canary.clone(), json!({"id_type": "canary-type"})),
        (canary.clone(), json!({"updated_at": "2099-01-01T00:00:00Z"})),
        (canary.clone(), json!({"updated_at": "canary-time"})),
        (canary.clone(), json!({"plus_friend_public_id": "canary-other", "canary-member": "canary"})),
        (canary.clone(), json!({"channel_public_id": "_canaryforeign"})),
        (canary.clone(), json!({"id": {"canary": 1}})),
    ] {
        let body = changed(changed(event("added", -60), change), more);
        let _ = world.send(&named(&body)).await;
    }
    for word in ["blocked", "added"] {
        let _ = world.send(&named(&event(word, -40)).header("x-kakao-resource-id", None)).await; // a tie: Kakao is asked
    }
    world.app.bot.panics.store(true, Ordering::SeqCst);
    let _ = world.send(&named(&event("added", -30)).header("x-kakao-resource-id", None)).await;
    for header in ["KakaoAK canary-wrong", "canary", "KakaoAK canary-key,KakaoAK canary-key"] {
        let _ = world.send(&named(&event("added", -60)).header("authorization", Some(header))).await;
    }
    let good = named(&event("added", -60));
    for knock in [good.clone().header("authorization", Some("KakaoAK canary-wrong")), good] {
        let _ = world.send(&Knock { source: "203.0.113.77".to_owned(), ..knock }).await;
    }
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    world.sweep().await;
    world.faults.on("UpdateItem", ALWAYS, Fault::Error("AccessDeniedException"));
    let _ = world.send(&named(&event("blocked", -20)).header("x-kakao-resource-id", None)).await;
    println!("\n{SETTINGS}{:?}", world.app.env);
}

/// What the line with the settings begins with.
const SETTINGS: &str = "settings: ";

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let said = Log::of("everything_that_is_logged");
    let (lines, log) = (&said.lines, said.text());
    // All that was printed, as it was printed: a line that cannot be read may hold something, too.
    let printed: String = said.output.lines().filter(|line| !line.starts_with(SETTINGS)).collect();
    for secret in ["canary", WHO, ADMIN_KEY, "203.0.113.77"] {
        assert!(!printed.contains(secret), "{secret} is in\n{printed}");
    }
    assert!(!said.output.contains("canary-key"), "not even among the settings");
    let known = [
        "level", "event", "request", "outcome", "why", "field", "rule", "kind", "ms", "count", "item", "source", "task",
    ];
    for line in lines {
        assert!(line.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{line}");
    }
    let elsewhere = lines.iter().filter(|line| line["event"] == "verify.refused" && line["why"] == "address").count();
    assert_eq!(elsewhere, 1, "who comes from elsewhere is told of if the key is good, and only then\n{log}");
    let told = |outcome: &str| lines.iter().any(|line| line["outcome"] == outcome);
    for outcome in [
        "added",
        "blocked",
        "unknown-event",
        "nobody",
        "ahead",
        "unfit",
        "foreign",
        "unreadable",
        "bot-failed",
        "untrusted",
        "not-stored",
        "confirmed",
    ] {
        assert!(told(outcome), "{outcome} is not in\n{log}");
    }
    assert!(lines.iter().any(|line| line["event"] == "outbox.recheck"), "{log}");
}
