//! A bad day at Kakao or at the table, while a browser waits: faults F12 to F21.

use std::time::Duration;

use simulator::login::{Endpoint, Fault};
use tests::faults::{self, ALWAYS};
use tests::sync::{CONTINUE, Rule, world};

#[tokio::test]
async fn f17_kakao_in_trouble_gets_a_code_once_and_the_person_a_page() {
    for (at, fault) in [
        (Endpoint::Token, Fault::Status(500)),
        (Endpoint::Token, Fault::Html),
        (Endpoint::Token, Fault::Slow(2_500)),
        (Endpoint::Me, Fault::Status(503)),
        (Endpoint::Me, Fault::Kapi(-401)),
        (Endpoint::ServiceTerms, Fault::Empty),
        (Endpoint::ServiceTerms, Fault::Slow(3_000)),
        (Endpoint::AccessTokenInfo, Fault::DropBefore),
    ] {
        let world = world(Rule::Yes).await;
        let query = world.query();
        world.kakao.plan(at, fault, None);
        let started = std::time::Instant::now();
        let seen = world.get(&query).await;
        assert!(world.has_failed(&seen).await, "{at:?} {fault}: {seen:?}");
        assert!(started.elapsed() < Duration::from_secs(8), "{at:?} {fault}: {:?}", started.elapsed());
        assert!(!world.is_member());
        world.kakao.heal();
        world.later(120);
        world.sweep().await;
        assert_eq!(world.wire.sent("/oauth/token"), 1, "{at:?} {fault}");
        assert!(!world.is_member() && world.entries_are_done(), "{at:?} {fault}");
        assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "{at:?} {fault}: one can start again");
    }
}

#[tokio::test]
async fn f21_a_token_that_got_lost_costs_a_new_start() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.kakao.plan(Endpoint::Token, Fault::DropAfter, Some(1));
    for _ in 0..2 {
        let seen = world.get(&query).await;
        assert!(world.has_failed(&seen).await, "{seen:?}");
    }
    assert_eq!(world.wire.sent("/oauth/token"), 1);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn f12_a_page_looks_again_five_times_and_not_for_ever() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.faults.on("*", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    let mut next = query.clone();
    for _ in 0..5 {
        let seen = world.get(&next).await;
        let (_, rest) = seen.body.split_once("content=\"1;url=?").expect("it looks again");
        next = rest.split_once('"').expect("the end").0.replace("&amp;", "&");
    }
    for last in [next, format!("{query}&again=9"), format!("{query}&again=x"), format!("{query}&again=1&again=7")] {
        let seen = world.get(&last).await;
        assert!(seen.status == 200 && seen.leads_back() && !seen.looks_again(), "{last}: {seen:?}");
    }
    world.faults.clear();
    assert_eq!(world.get(&query).await.location(), Some(CONTINUE), "the code was not lost");
}
