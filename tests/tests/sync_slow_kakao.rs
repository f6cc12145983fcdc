//! F18: a Kakao that talks slowly or without end is cut off, and costs no memory.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::faults::wire::Told;
use tests::sync::{CONTINUE, Rule, world};

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_ascii_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
}

#[tokio::test]
async fn f18_who_talks_without_end_is_cut_off() {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    let refused = tests::sync::world(Rule::No).await;
    refused.get(&refused.query()).await;
    let before = peak();
    for told in [
        // A byte now and then; the head and nothing more; 257 KiB; 100 MiB.
        Told::Drip(Duration::from_millis(200)),
        Told::Drip(Duration::from_secs(3_600)),
        Told::Flood(257 * 1_024),
        Told::Flood(100 * 1_024 * 1_024),
    ] {
        for call in ["/oauth/token", "/v2/user/me", "/v2/user/service_terms", "/v1/user/access_token_info"] {
            world.wire.answer_with(call, told.clone());
            let started = Instant::now();
            let seen = world.get(&world.query()).await;
            assert!(world.has_failed(&seen).await, "{call} {told:?}: {seen:?}");
            assert!(started.elapsed() < Duration::from_secs(8), "{call} {told:?}: {:?}", started.elapsed());
            world.wire.heal();
            assert!(world.is_member() && world.kakao.is_linked("ga"), "{call} {told:?}");
        }
        refused.wire.answer_with("/v1/user/unlink", told.clone());
        let seen = refused.get(&refused.query()).await;
        assert!(refused.has_failed(&seen).await, "{told:?}: {seen:?}");
        refused.wire.heal();
        refused.later(3_600);
        refused.sweep().await;
    }
    for (kib, fits) in [(255, true), (257, false)] {
        let me = json!({ "id": 1_376_016_924_426_879_191_u64, "more": "x".repeat(kib * 1_024) });
        world.wire.answer_with("/v2/user/me", Told::answer(200, "application/json", me.to_string().into_bytes()));
        assert_eq!(world.get(&world.query()).await.location() == Some(CONTINUE), fits, "{kib} KiB");
        world.wire.heal();
    }
    let more = peak().saturating_sub(before);
    assert!(more <= 8 * 1_024, "{more} KiB more than before");
}
