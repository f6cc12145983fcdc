//! F18 for what the callbacks and their jobs ask Kakao: its keys, a relation to a channel, its addresses, whether somebody is linked. A
//! Kakao that talks slowly or without end is cut off, and costs no memory. A file of its own: the memory is the process's.

mod account_support;
mod channel_support;

use std::fs;
use std::time::{Duration, Instant};

use account_support::JWKS;
use channel_support::{APP, CHANNELS, Silent, WHO, World, event, kakao_says, relation};
use serde_json::json;
use tests::faults::wire::Told;
use tests::platform::wake;
use tests::webhooks::{APP_ID, Knock};
use unlink_callback::UnlinkCallback;

const IPS: &str = "/kapi/v1/system/ips";
const ME: &str = "/kapi/v2/user/me";

/// Promise P2.
const P2: Duration = Duration::from_millis(2_500);

/// How long one run of the outbox may be kept waiting.
const OUTBOX: Duration = Duration::from_secs(12);

/// The most that a hundred mebibytes may add to the memory in use, in KiB.
const MORE: u64 = 8 * 1_024;

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_ascii_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
}

/// A byte now and then; the head and nothing more; not even that; more than is read; 100 MiB.
const fn troubles() -> [Told; 5] {
    [
        Told::Drip(Duration::from_millis(200)),
        Told::Drip(Duration::from_secs(3_600)),
        Told::Never,
        Told::Flood(257 * 1_024),
        Told::Flood(100 * 1_024 * 1_024),
    ]
}

/// The keys: whoever sent the token is told to come again.
async fn keys(trouble: Told) {
    let name = format!("keys {trouble:?}");
    let world = account_support::world();
    world.login.forget(JWKS).tell(JWKS, trouble);
    let started = Instant::now();
    assert_eq!(world.tell("j1", &account_support::unlinked(), json!({})).await, 503, "{name}");
    assert!(started.elapsed() < P2, "{name}: {:?}", started.elapsed());
    assert!(world.table.items().is_empty(), "{name}");
}

/// A relation, Kakao's addresses, and whether somebody is linked: what the outbox cannot have now it asks for later.
async fn jobs(trouble: Told) {
    let settings = [("CALLBACK_ADDRESSES", "kakao"), ("TOKEN_SIGNING_KEY", "a-signing-key")];
    let world = World::with(Silent, &settings);
    for word in ["blocked", "added"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    let query = format!("app_id={APP_ID}&user_id={WHO}&referrer_type=UNLINK_FROM_APPS");
    let unlink = Knock { method: "GET", query, ..Knock::post("/account/unlink") };
    assert_eq!(unlink.at::<UnlinkCallback, _>(&world.app).await.status, 200);
    for path in [CHANNELS, IPS, ME] {
        world.login.tell(path, trouble.clone());
    }
    // The job is the stream's for the first minutes.
    world.pass(300);
    let started = Instant::now();
    world.sweep().await;
    assert!(started.elapsed() < 2 * OUTBOX, "{trouble:?}: {:?}", started.elapsed());
    let started = Instant::now();
    assert_eq!(wake(&world.outbox, r#"{"addresses":"kakao"}"#, "addresses").await, json!({"addresses": "kept"}));
    assert!(started.elapsed() < OUTBOX, "{trouble:?}: {:?}", started.elapsed());
    let mut asked: Vec<String> = world.login.asked().into_iter().map(|asked| asked.path).collect();
    asked.iter_mut().for_each(|path| path.truncate(path.find('?').unwrap_or(path.len())));
    assert!([CHANNELS, IPS, ME].iter().all(|path| asked.iter().any(|asked| asked == path)), "{asked:?}");
    assert_eq!(world.state(APP), relation("blocked", -60), "{trouble:?}");
    assert!(world.table.item(APP, "JOB#UNLINK").is_some(), "{trouble:?}: it is asked again");

    world.login.forget(ME).json(ME, 400, json!({"msg": "NotRegisteredUserException", "code": -101}));
    world.login.forget(CHANNELS).json(CHANNELS, 200, kakao_says("ADDED", -60));
    world.pass(3_600);
    world.sweep().await;
    assert!(world.table.item(APP, "JOB#UNLINK").is_none(), "{trouble:?}: it is done in the end");
}

#[tokio::test]
async fn f18_whoever_asks_kakao_for_a_callback_is_not_held_up_and_needs_no_memory() {
    // Once with little in each answer: what every later one needs as well.
    keys(Told::Cut).await;
    jobs(Told::Cut).await;
    let before = peak();
    for trouble in troubles() {
        keys(trouble.clone()).await;
        jobs(trouble).await;
    }
    let more = peak().saturating_sub(before);
    assert!(more <= MORE, "{more} KiB more than before");
}
