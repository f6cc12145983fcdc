//! A bad day at Kakao or at the table, while a browser waits: faults F12 and F15 to F21. Each call goes wrong in each way, for somebody
//! who signs up and for a member who comes again. Kakao that talks without end: `sync_slow_kakao.rs`.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use simulator::login::{Endpoint, Fault};
use tests::faults::wire::Told;
use tests::faults::{self, ALWAYS};
use tests::parameters::Parameters;
use tests::sync::{CONTINUE, GA, Rule, World, world};

const TOKEN: &str = "/oauth/token";
const UNLINK: &str = "/v1/user/unlink";

/// What a redirect asks Kakao, in this order.
const CALLS: [&str; 4] = [TOKEN, "/v2/user/me", "/v2/user/service_terms", "/v1/user/access_token_info"];

fn document(status: u16, body: Value) -> Told {
    Told::answer(status, "application/json", body.to_string().into_bytes())
}

fn bytes(status: u16, body: &str) -> Told {
    Told::answer(status, "text/html", body.as_bytes().to_vec())
}

/// Each call with each of these, all at once.
async fn each(told: &[Told], case: impl AsyncFn(&str, Told)) {
    for call in CALLS {
        join_all(told.iter().map(|told| case(call, told.clone()))).await;
    }
}

/// Whoever signs up reads the failure page in time, and can start again; Kakao is asked once for a token, twice for anything else; and
/// nothing is left behind.
async fn a_newcomer_fails(call: &str, told: Told) {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.wire.answer_with(call, told.clone());
    let started = Instant::now();
    let seen = world.get(&query).await;
    assert!(world.has_failed(&seen).await, "{call} {told:?}: {seen:?}");
    assert!(started.elapsed() < Duration::from_secs(8), "{call} {told:?}: {:?}", started.elapsed());
    assert_eq!(world.wire.sent(TOKEN), 1, "{call} {told:?}");
    // Who it is is one question, and whether there is a link to undo another.
    let most = |call: &str| if call.ends_with("/v2/user/me") { 4 } else { 2 };
    assert!(CALLS.iter().all(|call| world.wire.sent(call) <= most(call)), "{call} {told:?}");
    assert!(world.table.items().iter().all(|item| item["SK"]["S"] != "MEMBER"), "{call} {told:?}: nothing is stored");
    world.wire.heal();
    for _ in 0..2 {
        world.later(120);
        world.sweep().await;
    }
    assert!(!world.is_member() && world.entries_are_done(), "{call} {told:?}");
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "{call} {told:?}: one can start again");
}

/// A member who comes again reads the failure page at worst, and stays a member.
async fn a_member_stays(call: &str, told: Told) {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    world.wire.answer_with(call, told.clone());
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await, "{call} {told:?}: {seen:?}");
    world.wire.heal();
    for _ in 0..2 {
        world.later(120);
        world.sweep().await;
    }
    assert!(world.is_member() && world.kakao.is_linked("ga"), "{call} {told:?}");
    assert_eq!(world.wire.sent(UNLINK), 0, "{call} {told:?}");
}

/// Somebody is refused, and the link cannot be undone at once: they read the failure page, and it is undone later.
async fn an_unlink_is_repeated(told: Told) {
    let world = world(Rule::No).await;
    world.wire.answer_with(UNLINK, told.clone());
    let started = Instant::now();
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await && started.elapsed() < Duration::from_secs(8), "{told:?}: {seen:?}");
    // With the person's own token, and with the admin key if that one is no good.
    assert!(world.wire.sent(UNLINK) <= 2, "{told:?}");
    assert!(world.kakao.is_linked("ga") && !world.entries_are_done(), "{told:?}: it is left to the outbox");
    world.wire.heal();
    for _ in 0..2 {
        world.later(3_600);
        world.sweep().await;
    }
    assert!(!world.kakao.is_linked("ga") && world.entries_are_done(), "{told:?}");
}

fn refusals() -> Vec<Told> {
    let kapi = json!({ "msg": "this access token does not exist", "code": -401 });
    let kauth = json!({ "error": "invalid_client", "error_description": "x", "error_code": "KOE010" });
    [401, 403]
        .into_iter()
        .flat_map(|status| {
            [
                document(status, kapi.clone()),
                document(status, kauth.clone()),
                bytes(status, ""),
                bytes(status, "<html>"),
            ]
        })
        .collect()
}

#[tokio::test]
async fn f15_who_is_refused_by_kakao_reads_the_failure_page() {
    each(&refusals(), a_newcomer_fails).await;
    each(&refusals(), a_member_stays).await;
    join_all(refusals().into_iter().map(an_unlink_is_repeated)).await;
}

/// A sandbox whose secrets are in the parameter store.
async fn with_parameters(rule: Rule) -> (World<Rule>, Parameters) {
    let (mut world, store) = (world(rule).await, Parameters::start());
    for (name, value) in [
        ("KAKAO_REST_API_KEY", simulator::login::LOCAL_REST_API_KEY),
        ("KAKAO_CLIENT_SECRET", "wrong"),
        ("KAKAO_ADMIN_KEYS", "wrong"),
        ("TOKEN_SIGNING_KEY", "signing-key"),
    ] {
        store.set(&format!("/kakao/{name}"), value);
    }
    let none =
        ["KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "KAKAO_ADMIN_KEYS", "TOKEN_SIGNING_KEY"].map(|name| (name, ""));
    let url = store.url();
    let settings = [("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", &url)];
    world.restart(rule, &settings.into_iter().chain(none).collect::<Vec<_>>());
    (world, store)
}

#[tokio::test]
async fn f15_keys_that_kakao_refuses_are_read_again_once() {
    let (world, store) = with_parameters(Rule::Yes).await;
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    let read = store.calls();
    world.later(10);
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await && store.calls() == read + 2, "key and secret, once each");
    assert_eq!(world.wire.sent(TOKEN), 2, "what is still the same is not tried again");
    let read = store.calls();
    for _ in 0..10 {
        world.get(&world.query()).await;
    }
    assert_eq!(store.calls(), read, "not again within five seconds");
    world.later(10);
    store.set("/kakao/KAKAO_CLIENT_SECRET", simulator::login::LOCAL_CLIENT_SECRET);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "the first who needs it reads the new one");
}

#[tokio::test]
async fn f15_an_admin_key_that_kakao_refuses_is_read_again_once() {
    let (world, store) = with_parameters(Rule::No).await;
    store.set("/kakao/KAKAO_CLIENT_SECRET", simulator::login::LOCAL_CLIENT_SECRET);
    for (key, is_undone) in [("wrong", false), (simulator::login::LOCAL_ADMIN_KEY, true)] {
        store.set("/kakao/KAKAO_ADMIN_KEYS", key);
        world.later(10);
        // The person's own token is refused; and the key that this sandbox knows is a wrong one.
        world.kakao.heal();
        world.kakao.plan(Endpoint::Unlink, Fault::Kapi(-401), Some(1));
        let seen = world.get(&world.query()).await;
        assert!(world.has_failed(&seen).await, "{seen:?}");
        assert_eq!(!world.kakao.is_linked("ga"), is_undone, "{key}");
        world.later(300); // another undoing is not waited for
    }
}

#[tokio::test]
async fn f16_nobody_waits_longer_than_there_is_time_and_asks_more_than_twice() {
    let retry_after =
        [None, Some("0"), Some("-1"), Some("1"), Some("1000000000"), Some("Wed, 21 Oct 2015 07:28:00 GMT")];
    let bodies = [
        json!({ "msg": "API limit has been exceeded.", "code": -10 }).to_string(),
        json!({ "error": "invalid_request", "error_code": "KOE237" }).to_string(),
        String::new(),
    ];
    let too_many: Vec<Told> = bodies
        .iter()
        .flat_map(|body| {
            retry_after.map(|value| Told::Answer {
                status: 429,
                headers: value.map(|value| ("retry-after", value.to_owned())).into_iter().collect(),
                body: body.clone().into_bytes(),
            })
        })
        .collect();
    each(&too_many, a_newcomer_fails).await;
    each(&too_many[..6], a_member_stays).await;
    join_all(too_many.into_iter().map(an_unlink_is_repeated)).await;
}

#[tokio::test]
async fn f17_kakao_in_trouble_gets_a_code_once_and_no_member_is_unlinked() {
    let trouble = [
        bytes(500, ""),
        bytes(502, "<html>"),
        document(503, json!({ "msg": "service under maintenance", "code": -9798 })),
        Told::Cut,
        Told::Never,
    ];
    each(&trouble, a_newcomer_fails).await;
    each(&trouble, a_member_stays).await;
    join_all(trouble.into_iter().map(an_unlink_is_repeated)).await;
}

/// As before, but Kakao did what it was asked: only nobody heard of it, or too late.
#[tokio::test]
async fn f17_what_was_done_and_not_answered_is_undone() {
    for (at, fault) in [
        (Endpoint::Me, Fault::DropAfter),
        (Endpoint::ServiceTerms, Fault::Slow(3_000)),
        (Endpoint::AccessTokenInfo, Fault::DropAfter),
        (Endpoint::Token, Fault::Slow(2_500)),
        (Endpoint::Token, Fault::DropAfter),
    ] {
        let world = world(Rule::Yes).await;
        world.kakao.plan(at, fault, None);
        let seen = world.get(&world.query()).await;
        assert!(world.has_failed(&seen).await, "{at:?} {fault}: {seen:?}");
        world.kakao.heal();
        world.later(120);
        world.sweep().await;
        assert_eq!(world.wire.sent(TOKEN), 1, "{at:?} {fault}");
        assert!(!world.is_member() && world.entries_are_done(), "{at:?} {fault}");
        assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "{at:?} {fault}: one can start again");
    }
    let world = world(Rule::No).await;
    world.kakao.plan(Endpoint::Unlink, Fault::DropAfter, Some(1));
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await && !world.kakao.is_linked("ga"), "{seen:?}");
    world.later(3_600);
    world.sweep().await;
    assert!(world.entries_are_done(), "that nobody is linked is as good");
}

#[tokio::test]
async fn f17_a_code_that_was_never_sent_is_still_good() {
    let mut world = world(Rule::Yes).await;
    let query = world.query();
    world.restart(Rule::Yes, &[("KAUTH_URL", "http://127.0.0.1:9")]);
    assert!(world.get(&query).await.looks_again());
    world.restart(Rule::Yes, &[]);
    assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn f19_nonsense_is_a_failure_and_is_not_kept() {
    let nonsense = [
        bytes(200, ""),
        bytes(200, "<!doctype html><title>점검 중</title>"),
        bytes(200, "null"),
        bytes(200, "[]"),
        bytes(200, "{}"),
        bytes(200, r#"{"id":137601692442687"#),
        bytes(200, "\u{feff}{}"),
        bytes(204, ""),
        document(200, json!({ "id": null, "access_token": null, "service_terms": null })),
        document(200, json!({ "id": [1], "access_token": 5, "service_terms": "x" })),
        document(200, json!({ "id": -1, "access_token": "", "service_terms": [] })),
        document(200, json!({ "id": 1.5e3, "access_token": ["a"], "service_terms": {} })),
        // Somebody else; and a token that nobody has given out.
        document(200, json!({ "id": 7, "access_token": "made-up", "app_id": 1234567, "service_terms": [] })),
    ];
    each(&nonsense, a_newcomer_fails).await;
    each(&nonsense, a_member_stays).await;
    join_all(nonsense.into_iter().map(an_unlink_is_repeated)).await;
}

#[tokio::test]
async fn f20_a_code_that_was_used_before_starts_again_and_unlinks_nobody() {
    // First use: Kakao says that it was used, and perhaps it was just now.
    for fault in [Fault::Koe("KOE320"), Fault::UsedCode] {
        let world = world(Rule::Yes).await;
        let query = world.query();
        world.kakao.plan(Endpoint::Token, fault, Some(1));
        for _ in 0..2 {
            let seen = world.get(&query).await;
            assert!(world.has_failed(&seen).await, "{fault}: {seen:?}");
        }
        assert_eq!((world.wire.sent(TOKEN), world.wire.sent(UNLINK)), (1, 0), "{fault}");
        assert!(world.kakao.is_linked("ga") && !world.is_member());
        assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "{fault}: one can start again");
    }
    // Second use: what became of the first.
    for (rule, ends_well) in [(Rule::Yes, true), (Rule::No, false)] {
        let world = world(rule).await;
        let query = world.query();
        for _ in 0..3 {
            let seen = world.get(&query).await;
            assert_eq!((seen.location() == Some(CONTINUE), world.has_failed(&seen).await), (ends_well, !ends_well));
            world.later(60);
        }
        assert_eq!(world.wire.sent(TOKEN), 1);
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
    let sagas = world.table.items_under("SAGA#");
    assert!(sagas.iter().all(|saga| tests::table::text(saga, "st") == "DEAD"), "{sagas:?}");
    assert_eq!(world.wire.sent(TOKEN), 1);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "one can start again");
}

#[tokio::test]
async fn f21_a_link_that_nobody_knows_of_is_gone_after_one_pass() {
    let world = world(Rule::Yes).await;
    world.kakao.plan(Endpoint::Token, Fault::DropAfter, Some(1));
    world.get(&world.query()).await;
    world.later(120);
    world.sweep().await;
    assert!(world.kakao.is_linked("ga") && !world.is_member(), "nobody but Kakao knows");
    world.later(3_700);
    world.reconcile().await;
    assert!(!world.kakao.is_linked("ga") && world.table.item(GA, "MEMBER").is_none());
}

#[tokio::test]
async fn f12_a_page_looks_again_five_times_and_not_for_ever() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.faults.on("*", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    let mut next = query.clone();
    for _ in 0..5 {
        let started = Instant::now();
        let seen = world.get(&next).await;
        assert!(started.elapsed() >= Duration::from_secs(1), "it waits here, not on the page");
        let (_, rest) = seen.body.split_once("content=\"0;url=?").expect("it looks again");
        next = rest.split_once('"').expect("the end").0.replace("&amp;", "&");
    }
    for last in [next, format!("{query}&again=9"), format!("{query}&again=x"), format!("{query}&again=1&again=7")] {
        let seen = world.get(&last).await;
        assert!(seen.status == 200 && seen.leads_back() && !seen.looks_again(), "{last}: {seen:?}");
    }
    world.faults.clear();
    assert_eq!(world.get(&query).await.location(), Some(CONTINUE), "the code was not lost");
}
