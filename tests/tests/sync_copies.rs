//! The same request more than once: browsers load pages again, fingers tap twice, networks repeat.

use futures_util::future::join_all;
use serde_json::Value;
use simulator::login::Endpoint;
use sync_failure::SyncFailure;
use sync_match::SyncMatch;
use tests::faults::scaled;
use tests::sync::{Ask, CONTINUE, Rule, Seen, World, world};

/// Everything in the table but what a touch of the clock or of the fence changes.
fn state<B>(world: &World<B>) -> Vec<Value> {
    let mut items = world.table.items();
    for item in &mut items {
        for name in ["ua", "own", "lease", "rev", "DSK", "ttl"] {
            item.as_object_mut().expect("an item").remove(name);
        }
    }
    items
}

fn query(seen: &Seen) -> String {
    seen.location().and_then(|url| url.split_once('?')).expect("a pass").1.to_owned()
}

#[tokio::test]
async fn f01_five_times_in_a_row_is_once() {
    for rule in [Rule::Yes, Rule::No, Rule::TooMuch, Rule::Panics] {
        let world = world(rule).await;
        let redirect = world.query();
        let first = world.get(&redirect).await;
        let before = (state(&world), world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink));
        for _ in 0..4 {
            let again = world.get(&redirect).await;
            assert_eq!(again.status, first.status, "{rule:?}");
            assert_eq!(again.location() == Some(CONTINUE), first.location() == Some(CONTINUE), "{rule:?}");
        }
        let after = (state(&world), world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink));
        assert_eq!(after, before, "{rule:?}");
    }
}

#[tokio::test]
async fn f01_a_press_of_the_failure_page_five_times_is_once() {
    let world = world(Rule::No).await;
    let pass = query(&world.get(&world.query()).await);
    let press = Ask::post("/sync/failure", &pass, "way=AGAIN");
    let first = world.ask::<SyncFailure>(&press).await;
    let before = (state(&world), world.kakao.calls().len());
    for _ in 0..4 {
        assert_eq!(world.ask::<SyncFailure>(&press).await, first);
    }
    assert_eq!((state(&world), world.kakao.calls().len()), before);
}

#[tokio::test]
async fn f01_a_form_five_times_is_one_member() {
    // The sample rule asks whoever turns fourteen this year.
    let world =
        World::of(bot::Bot, shared::clock::Millis::from_rfc3339("2022-06-01T00:00:00Z").expect("a moment")).await;
    let code = world.kakao.code("da", tests::sync::REDIRECT_URI);
    let pass = query(&world.get(&tests::sync::with_continue(&code, CONTINUE)).await);
    let form = Ask::post("/sync/match", &pass, ".form=1&birth_date=2008-01-01");
    assert_eq!(world.ask::<SyncMatch>(&form).await.location(), Some(CONTINUE));
    let before = state(&world);
    for _ in 0..4 {
        assert_eq!(world.ask::<SyncMatch>(&form).await.location(), Some(CONTINUE));
    }
    assert_eq!(state(&world), before);
}

/// The page says 64 copies of 20; so it is.
#[tokio::test]
async fn f02_64_copies_at_once_of_20_redirects_are_one_each() {
    for _ in 0..scaled(20) {
        let world = world(Rule::Yes).await;
        let redirect = world.query();
        let seen = join_all((0..64).map(|_| world.get(&redirect))).await;
        let ok = |seen: &Seen| seen.location() == Some(CONTINUE) || seen.looks_again();
        assert!(seen.iter().all(ok) && seen.iter().any(|seen| seen.location() == Some(CONTINUE)));
        assert_eq!(world.kakao.called(Endpoint::Token), 1);
        assert_eq!(world.get(&redirect).await.location(), Some(CONTINUE));
        assert!(world.is_member() && world.table.items_under("OUT#").len() == 1, "one welcome");
    }
}

#[tokio::test]
async fn f02_64_copies_at_once_of_20_redirects_that_are_refused_are_one_unlink_each() {
    for _ in 0..scaled(20) {
        let world = world(Rule::No).await;
        let redirect = world.query();
        let seen = join_all((0..64).map(|_| world.get(&redirect))).await;
        let failed = join_all(seen.iter().map(|seen| world.has_failed(seen))).await;
        assert!(seen.iter().zip(&failed).all(|(seen, failed)| *failed || seen.looks_again()), "{seen:?}");
        assert!(failed.contains(&true), "{seen:?}");
        // The entry that would have undone it has nothing left to do.
        for _ in 0..2 {
            world.later(60);
            world.sweep().await;
        }
        let again = world.get(&redirect).await;
        assert!(world.has_failed(&again).await, "{again:?}");
        assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 1));
        assert!(!world.is_member() && !world.kakao.is_linked("ga"), "{:?}", world.table.items());
        assert!(world.table.items_under("OUT#").len() == 1 && world.entries_are_done(), "{:?}", world.table.items());
    }
}
