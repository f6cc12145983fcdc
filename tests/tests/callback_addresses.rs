//! `CALLBACK_ADDRESSES=kakao`: the outbox asks Kakao for its addresses, the table keeps them, and the three callbacks go by them. Through
//! HTTP to a stand-in Kakao and to the table's emulator.

mod account_support;
mod channel_support;

use std::time::{Duration, Instant};

use channel_callback::ChannelCallback;
use channel_support::{Silent, World, event, knock};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use shared::app::App;
use shared::endpoint::Endpoint as _;
use tests::faults::wire::Told;
use tests::faults::{ALWAYS, Fault};
use tests::log::Log;
use tests::parameters::{Parameters, secret_from};
use tests::platform::wake;
use tests::table::{API_KEY, env, number, text};
use tests::webhooks::{ADMIN_KEY, APP_ID, Knock};
use unlink_callback::UnlinkCallback;

const IPS: &str = "/kapi/v1/system/ips";
const SCHEDULE: &str = r#"{"addresses":"kakao"}"#;
const DAY: u64 = 86_400;

/// Where Kakao calls from in these tests, and where nobody of Kakao's is.
const KAKAOS: &str = "211.249.221.105";
const ELSEWHERE: &str = "198.51.100.7";

/// Promise P2.
const P2: Duration = Duration::from_millis(2_500);

fn world() -> World<Silent> {
    World::with(Silent, &[("CALLBACK_ADDRESSES", "kakao")])
}

fn list() -> Value {
    json!({"inbound": ["203.0.113.7"], "outbound": ["211.249.221.0/24", "2404:4600::/32", "203.0.113.7/32"]})
}

/// What the schedule's event comes to.
async fn asks(world: &World<Silent>) -> Value {
    wake(&world.outbox, SCHEDULE, &format!("addresses-{}", world.app.clock.now().0)).await
}

/// A world in which Kakao has told its list.
async fn told() -> World<Silent> {
    let world = world();
    world.login.json(IPS, 200, list());
    assert_eq!(asks(&world).await, json!({"addresses": "stored", "count": 3}));
    world
}

fn item(world: &World<Silent>) -> Option<Value> {
    world.table.item("ADDR#kakao", "LIST")
}

/// The status that a channel event gets from there.
async fn from(world: &World<Silent>, source: &str) -> i64 {
    world.send(&Knock { source: source.to_owned(), ..knock(&event("added", -60)) }).await.status
}

// ---- the list

#[tokio::test]
async fn the_list_is_asked_for_with_the_rest_api_key_and_renewed_after_a_day() {
    let world = told().await;
    let asked = world.login.asked();
    assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].path.as_str()), (1, "GET", IPS));
    assert_eq!(asked[0].header("authorization"), Some(format!("KakaoAK {API_KEY}").as_str()));
    let kept = item(&world).expect("it is kept");
    assert_eq!(text(&kept, "ranges"), "203.0.113.7/32,211.249.221.0/24,2404:4600::/32", "both lists, each range once");
    assert_eq!((number(&kept, "told"), world.table.items().len()), (Some(world.app.clock.now().0), 1));

    world.login.forget(IPS).json(IPS, 200, json!({"inbound": [], "outbound": ["198.51.100.0/24"]}));
    world.pass(DAY - 1);
    assert_eq!(asks(&world).await, json!({"addresses": "fresh"}));
    assert!(world.login.asked().is_empty());
    world.pass(1);
    assert_eq!(asks(&world).await, json!({"addresses": "stored", "count": 1}));
    assert_eq!(item(&world).map(|item| text(&item, "ranges").to_owned()).as_deref(), Some("198.51.100.0/24"));
    assert_eq!(world.table.items().len(), 1);
}

#[tokio::test]
async fn f15_f16_f17_f19_what_is_no_whole_list_leaves_the_old_one() {
    let world = told().await;
    let before = item(&world);
    world.pass(DAY);
    let json = |status: u16, body: Value| Told::answer(status, "application/json", body.to_string().into_bytes());
    let text = |body: &str| Told::answer(200, "text/html", body.as_bytes().to_vec());
    let lists = |inbound: Value, outbound: Value| json(200, json!({"inbound": inbound, "outbound": outbound}));
    let many: Vec<String> = (0..1_001).map(|at| format!("10.0.{}.{}", at / 256, at % 256)).collect();
    for (what, answer) in [
        ("401", json(401, json!({"msg": "invalid app key.", "code": -401}))),
        ("403", json(403, json!({}))),
        ("429", json(429, json!({"msg": "x", "code": -10}))),
        ("quota with 200", json(200, json!({"msg": "x", "code": -10}))),
        ("500", json(500, list())),
        ("503", json(503, json!({"msg": "x", "code": -9798}))),
        ("302", json(302, list())),
        ("nothing", text("")),
        ("html", text("<!doctype html>")),
        ("half", text("{\"inbound\":[\"203.0.113.7\"],\"outbound\":[\"211.24")),
        ("no lists", json(200, json!({}))),
        ("null", json(200, json!(null))),
        ("an array", json(200, json!(["203.0.113.7"]))),
        ("empty lists", lists(json!([]), json!([]))),
        ("one list", json(200, json!({"outbound": ["203.0.113.7"]}))),
        ("null for a list", lists(json!(null), json!(["203.0.113.7"]))),
        ("a text for a list", lists(json!("203.0.113.7"), json!(["203.0.113.7"]))),
        ("numbers", lists(json!([1]), json!(["203.0.113.7"]))),
        ("one name among addresses", lists(json!(["203.0.113.7"]), json!(["kakao.com"]))),
        ("an empty text", lists(json!(["203.0.113.7"]), json!([""]))),
        ("everybody", lists(json!(["203.0.113.7"]), json!(["0.0.0.0/0"]))),
        ("everybody, by IPv6", lists(json!(["::/0"]), json!(["203.0.113.7"]))),
        ("a wrong prefix", lists(json!(["203.0.113.0/33"]), json!(["203.0.113.7"]))),
        ("too many", lists(json!(many), json!([]))),
    ] {
        world.login.forget(IPS).tell(IPS, answer);
        assert_eq!(asks(&world).await, json!({"addresses": "kept"}), "{what}");
        assert_eq!(item(&world), before, "{what}");
    }
    world.login.set_deaf(true);
    assert_eq!((asks(&world).await, item(&world)), (json!({"addresses": "kept"}), before), "nobody answers");
    assert_eq!((from(&world, KAKAOS).await, from(&world, ELSEWHERE).await), (200, 401), "the old list is still good");
    // The next hour is the next try.
    world.login.set_deaf(false);
    world.login.forget(IPS).json(IPS, 200, list());
    world.pass(3_600);
    assert_eq!(asks(&world).await, json!({"addresses": "stored", "count": 3}));
}

#[tokio::test]
async fn f15_a_key_that_was_replaced_is_read_again() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_REST_API_KEY", "old");
    let url = parameters.url();
    let from_ssm = secret_from("KAKAO_REST_API_KEY", &url);
    let settings: Vec<_> = from_ssm.into_iter().chain([("CALLBACK_ADDRESSES", "kakao")]).collect();
    let world = World::with(Silent, &settings);
    world.login.json(IPS, 400, json!({"code": -2}));
    assert_eq!(asks(&world).await, json!({"addresses": "kept"}));
    parameters.set("/kakao/KAKAO_REST_API_KEY", "new");
    world.pass(10);
    world.login.asked();
    world.login.forget(IPS).json(IPS, 401, json!({"code": -401})).json(IPS, 200, list());
    assert_eq!(asks(&world).await, json!({"addresses": "stored", "count": 3}));
    let shown: Vec<_> =
        world.login.asked().iter().filter_map(|asked| asked.header("authorization").map(str::to_owned)).collect();
    assert_eq!(shown, ["KakaoAK old", "KakaoAK new"]);
}

#[tokio::test]
async fn f26_f27_a_broken_list_is_replaced_and_that_of_a_newer_release_left_alone() {
    let broken: [fn(&mut Map<String, Value>); 4] = [
        |item| drop(item.remove("told")),
        |item| drop(item.insert("told".to_owned(), json!({"S": "x"}))),
        |item| drop(item.remove("ranges")),
        |item| drop(item.insert("ranges".to_owned(), json!({"S": "x"}))),
    ];
    for change in broken {
        let world = told().await;
        world.table.edit("ADDR#kakao", "LIST", change);
        assert_eq!(from(&world, ELSEWHERE).await, 200, "nobody can read it");
        assert_eq!(asks(&world).await, json!({"addresses": "stored", "count": 3}));
        world.pass(30);
        assert_eq!((from(&world, KAKAOS).await, from(&world, ELSEWHERE).await), (200, 401));
    }
    let world = told().await;
    world.table.edit("ADDR#kakao", "LIST", |item| drop(item.insert("v".to_owned(), json!({"N": "2"}))));
    let newer = item(&world);
    world.pass(DAY);
    assert_eq!((asks(&world).await, item(&world)), (json!({"addresses": "kept"}), newer));
    assert_eq!((from(&world, KAKAOS).await, from(&world, ELSEWHERE).await), (200, 401), "it is read as far as it goes");
}

#[tokio::test]
async fn f09_f12_a_table_in_trouble_costs_an_hour_and_no_list() {
    let world = told().await;
    world.pass(DAY);
    for operation in ["GetItem", "UpdateItem"] {
        for fault in [Fault::Error("AccessDeniedException"), Fault::Error("InternalServerError"), Fault::CutBefore] {
            world.faults.on(operation, ALWAYS, fault);
            let before = item(&world);
            assert_eq!(
                (asks(&world).await, item(&world)),
                (json!({"addresses": "kept"}), before),
                "{operation} {fault:?}"
            );
            world.faults.clear();
        }
    }
    world.faults.on("UpdateItem", 1, Fault::CutAfter);
    assert_eq!(asks(&world).await, json!({"addresses": "stored", "count": 3}), "an answer that got lost");
}

#[tokio::test]
async fn nobody_is_asked_and_nothing_is_read_with_another_setting() {
    for setting in ["", "off", "211.249.221.0/24"] {
        let world = World::with(Silent, &[("CALLBACK_ADDRESSES", setting)]);
        assert_eq!(asks(&world).await, json!({"addresses": "off"}));
        assert_eq!(from(&world, KAKAOS).await, 200);
        assert_eq!(from(&world, ELSEWHERE).await, if setting.starts_with('2') { 401 } else { 200 });
        assert!(world.login.asked().is_empty() && world.faults.count("GetItem") == 0, "{setting}");
    }
}

// ---- the callbacks

#[tokio::test]
async fn from_elsewhere_than_kakaos_addresses_a_good_key_is_refused() {
    let world = told().await;
    let settings = [("KAKAO_APP_ID", APP_ID), ("KAKAO_ADMIN_KEYS", ADMIN_KEY), ("CALLBACK_ADDRESSES", "kakao")];
    let unlink = App::new((), env(&world.faults.url(), &settings), world.app.clock.clone());
    let query = format!("app_id={APP_ID}&user_id=2100000001&referrer_type=UNLINK_FROM_APPS");
    let left = Knock { method: "GET", query, ..Knock::post("/account/unlink") };
    for source in [ELSEWHERE, "211.249.222.1", "2404:4601::1", "203.0.113.8", ""] {
        assert_eq!(from(&world, source).await, 401, "{source}");
        let left = Knock { source: source.to_owned(), ..left.clone() };
        assert_eq!(left.at::<UnlinkCallback, ()>(&unlink).await.status, 401, "{source}");
    }
    assert_eq!(world.table.items().len(), 1, "nothing but the list");
    for source in [KAKAOS, "2404:4600:1::5", "203.0.113.7", "::ffff:203.0.113.7"] {
        assert_eq!(from(&world, source).await, 200, "{source}");
        let left = Knock { source: source.to_owned(), ..left.clone() };
        assert_eq!(left.at::<UnlinkCallback, ()>(&unlink).await.status, 200, "{source}");
    }
    let strange = knock(&event("added", -60)).header("authorization", Some("KakaoAK wrong"));
    assert_eq!(world.send(&strange).await.status, 401, "the address alone opens nothing");
}

#[tokio::test]
async fn what_kakao_signed_is_taken_from_elsewhere_too() {
    let kakaos = told().await;
    let world = account_support::World::with(account_support::Silent, &[("CALLBACK_ADDRESSES", "kakao")]);
    world.table.put(&item(&kakaos).expect("a list"));
    for (at, source) in [KAKAOS, ELSEWHERE, ""].into_iter().enumerate() {
        let token = world.token(&world.claims(&format!("j{at}"), &account_support::unlinked(), json!({})));
        let knock = Knock::post("/account/events").header("authorization", None).body(account_support::TYPE, token);
        assert_eq!(world.knock(&Knock { source: source.to_owned(), ..knock }).await.status, 202, "{source}");
    }
}

#[tokio::test]
async fn the_table_is_asked_once_in_five_minutes() {
    let world = told().await;
    let before = world.faults.count("GetItem");
    let reads = || world.faults.count("GetItem") - before;
    ChannelCallback::warm(&world.app).await;
    assert_eq!(reads(), 2, "the connection and the list");
    let all = join_all((0..64).map(|_| from(&world, ELSEWHERE))).await;
    assert!(all.iter().all(|status| *status == 401) && reads() == 2);
    // A newer list is seen when the old one is five minutes old.
    world.table.edit("ADDR#kakao", "LIST", |item| drop(item.insert("ranges".to_owned(), json!({"S": "198.51.100.7"}))));
    world.pass(299);
    assert_eq!((from(&world, KAKAOS).await, from(&world, ELSEWHERE).await, reads()), (200, 401, 2));
    world.pass(1);
    let all = join_all((0..8).map(|_| from(&world, ELSEWHERE))).await;
    assert!(all.iter().all(|status| *status == 200) && reads() == 3, "one for all");
    assert_eq!((from(&world, KAKAOS).await, reads()), (401, 3));
}

#[tokio::test]
async fn f09_f11_f12_without_a_list_nobody_is_from_elsewhere_and_nobody_waits() {
    for fault in [
        None, // no item yet
        Some(Fault::Never),
        Some(Fault::NeverAnswer),
        Some(Fault::Slow(Duration::from_secs(1))),
        Some(Fault::Error("AccessDeniedException")),
        Some(Fault::Error("ProvisionedThroughputExceededException")),
        Some(Fault::CutBefore),
        Some(Fault::Garbage),
    ] {
        let world = if fault.is_none() { world() } else { told().await };
        let fault_on = |times| fault.into_iter().for_each(|fault| world.faults.on("GetItem", times, fault));
        fault_on(ALWAYS);
        let started = Instant::now();
        assert_eq!(from(&world, ELSEWHERE).await, 200, "{fault:?}");
        assert!(started.elapsed() < P2, "{fault:?} {:?}", started.elapsed());
        // For half a minute nobody waits for the table again.
        let reads = world.faults.count("GetItem");
        world.pass(29);
        assert_eq!((from(&world, ELSEWHERE).await, world.faults.count("GetItem")), (200, reads), "{fault:?}");
        world.faults.clear();
        if fault.is_none() {
            world.login.json(IPS, 200, list());
            assert_eq!(asks(&world).await["addresses"], "stored");
        }
        world.pass(1);
        assert_eq!((from(&world, KAKAOS).await, from(&world, ELSEWHERE).await), (200, 401), "{fault:?}");
        // What is known stays known while the table is in trouble.
        world.pass(301);
        fault_on(ALWAYS);
        let started = Instant::now();
        assert_eq!(from(&world, ELSEWHERE).await, 401, "{fault:?}");
        assert_eq!(from(&world, KAKAOS).await, 200, "{fault:?}");
        assert!(started.elapsed() < P2, "{fault:?} {:?}", started.elapsed());
    }
}

// ---- the log

/// Everything that can happen. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by the_log_tells_of_lists_and_names_no_address"]
async fn everything_that_is_logged() {
    let world = world();
    assert_eq!(from(&world, ELSEWHERE).await, 200);
    world.login.json(IPS, 200, json!({"inbound": ["canary"], "outbound": []}));
    assert_eq!(asks(&world).await["addresses"], "kept");
    world.login.forget(IPS).json(IPS, 200, list());
    assert_eq!(asks(&world).await["addresses"], "stored");
    world.pass(30);
    assert_eq!((from(&world, KAKAOS).await, from(&world, ELSEWHERE).await), (200, 401));
    world.pass(300);
    world.faults.on("GetItem", ALWAYS, Fault::Never);
    assert_eq!(from(&world, ELSEWHERE).await, 401);
    world.faults.clear();
    let account = account_support::World::with(account_support::Silent, &[("CALLBACK_ADDRESSES", "kakao")]);
    account.table.put(&item(&world).expect("a list"));
    let token = account.token(&account.claims("j1", &account_support::unlinked(), json!({})));
    let knock = Knock::post("/account/events").header("authorization", None).body(account_support::TYPE, token);
    assert_eq!(account.knock(&Knock { source: ELSEWHERE.to_owned(), ..knock }).await.status, 202);
}

#[test]
fn the_log_tells_of_lists_and_names_no_address() {
    let log = Log::of("everything_that_is_logged").output;
    for (line, times) in [
        (r#""event":"verify.no-addresses","kind":"none""#, 1),
        (r#""event":"verify.no-addresses","kind":"late""#, 1),
        (r#""event":"verify.unlisted","request":"#, 1),
        (r#""event":"outbox.addresses","outcome":"kept","kind":"nonsense""#, 1),
        (r#""event":"outbox.addresses","outcome":"stored","count":3"#, 1),
        (r#""event":"verify.elsewhere""#, 1),
    ] {
        assert_eq!(log.matches(line).count(), times, "{line} in\n{log}");
    }
    let elsewhere = |line: &&str| line.contains("verify.refused") && line.contains(r#""why":"address""#);
    assert_eq!(log.lines().filter(elsewhere).count(), 2, "{log}");
    for secret in ["canary", "211.249.221", ELSEWHERE, API_KEY, ADMIN_KEY] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
}
