//! `GET /sync/redirect` from the browser's request to the answer. Rows are those of protocol `sync` 1.9.

use futures_util::future::join_all;
use serde_json::Value;
use shared::app::App;
use shared::bot::Trouble;
use shared::clock::Millis;
use shared::sign_up::Purpose;
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use tests::faults::{self, ALWAYS};
use tests::sync::{Ask, CONTINUE, GA, NOW, REDIRECT_URI, Rule, World, encoded, with_continue, world};
use tests::table::{number, text};

/// A line of the ledger of what the person `ga` agreed to.
fn consent(world: &World<Rule>, tag: &str) -> Value {
    let member = world.table.item(GA, "MEMBER").expect("a member");
    let lines: Value = serde_json::from_str(text(&member, "consents")).expect("a ledger");
    lines.as_array().expect("lines").iter().find(|line| line["tag"] == tag).expect("a line").clone()
}

/// Whether nobody was asked anything, and nothing was kept: a code is as good as before.
fn is_untouched(world: &World<Rule>) -> bool {
    world.kakao.calls().is_empty() && world.table.items().is_empty()
}

#[tokio::test]
async fn row_1_a_new_member_goes_back_to_the_chat_byte_for_byte() {
    for url in
        [CONTINUE, "https://kakao.com", "https://a.b.kakao.com:443/%ED%95%9C?x=%2F%2f&&=#a?b", "https://KAKAO.com/+"]
    {
        let world = world(Rule::Yes).await;
        let seen = world.get(&with_continue(&world.code(), url)).await;
        assert_eq!((seen.status, seen.location()), (302, Some(url)));
        assert_eq!(
            world.kakao.called(Endpoint::Token),
            1,
            "with the bare redirect URI: the stand-in compares it as a whole"
        );
        let tos = consent(&world, "tos_2025");
        assert!(tos["agreed"] == true && tos["agreed_at"].is_string() && tos["synched_at"].is_string(), "{tos}");
        assert_eq!(text(&world.table.item(GA, "FLOW").expect("a note"), "st"), "SIGNED-UP");
        world.sweep().await;
        assert!(world.entries_are_done(), "the welcome is a line in the log");
        assert_eq!(world.kakao.called(Endpoint::Unlink), 0);
    }
}

#[tokio::test]
async fn row_1_an_app_link_of_the_plugin_is_followed_by_a_setting_only() {
    for link in ["kakaotalk://bizplugin/continue?a=1&b=%2F%2f&&=#a?b", "kakaotalk://bizplugin/close"] {
        let mut world = world(Rule::Yes).await;
        let query = with_continue(&world.code(), link);
        let seen = world.get(&query).await;
        assert_eq!((seen.status, seen.location()), (400, None), "{link}: {seen:?}");
        assert!(is_untouched(&world), "{link}: {:?}", world.table.items());
        world.restart(Rule::Yes, &[("SYNC_APP_LINKS", "on")]);
        let seen = world.get(&query).await;
        assert_eq!((seen.status, seen.location()), (302, Some(link)), "{seen:?}");
        assert!(world.is_member(), "{link}");
    }
}

#[tokio::test]
async fn row_1_t09_the_hosts_of_the_setting_are_followed_and_no_others() {
    let world = World::with(Rule::Yes, NOW, &[("SYNC_CONTINUE_HOSTS", "shop.example")]).await;
    for url in [CONTINUE, "https://kakao.com", "https://another-shop.example/x"] {
        let seen = world.get(&with_continue(&world.code(), url)).await;
        assert_eq!((seen.status, seen.location()), (400, None), "{url}: {seen:?}");
        assert!(is_untouched(&world), "{url}: {:?}", world.table.items());
    }
    for url in ["https://shop.example/after?a=1&b=%2F#c", "https://chat.shop.example"] {
        let seen = world.get(&with_continue(&world.code(), url)).await;
        assert_eq!((seen.status, seen.location()), (302, Some(url)), "{seen:?}");
    }
}

#[tokio::test]
async fn row_2_t12_fifty_repeats_are_one_token_call_and_one_outcome() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    let all = join_all((0..50).map(|_| world.get(&query))).await;
    assert!(all.iter().all(|seen| seen.location() == Some(CONTINUE) || seen.looks_again()), "{all:?}");
    assert!(all.iter().any(|seen| seen.status == 302));
    for _ in 0..3 {
        assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
    }
    assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 0));
    assert_eq!(world.table.items_under("U#app#").iter().filter(|item| text(item, "SK") == "MEMBER").count(), 1);
}

#[tokio::test]
async fn row_4_f20_a_code_that_kakao_refuses_starts_again_and_unlinks_nobody() {
    // Only who brings a used code is told that the page is used up: the rest is Kakao's trouble, or ours.
    let (over, kakao, ours) = (Trouble::Over, Trouble::Kakao, Trouble::Ours);
    for (fault, trouble) in [
        (Fault::Koe("KOE320"), over),
        (Fault::Koe("KOE003"), kakao),
        (Fault::Koe("KOE237"), kakao),
        (Fault::Status(500), kakao),
        (Fault::DropAfter, kakao),
        (Fault::Koe("KOE010"), ours),
        (Fault::Koe("KOE101"), ours),
        (Fault::Koe("KOE303"), ours),
        (Fault::Koe("KOE9999"), ours),
    ] {
        let world = world(Rule::Yes).await;
        let query = world.query();
        world.kakao.plan(Endpoint::Token, fault, None);
        for _ in 0..2 {
            let seen = world.get(&query).await;
            assert!(world.has_failed(&seen).await, "{fault}: {seen:?}");
            let (_, pass) = seen.location().and_then(|url| url.split_once('?')).expect("a pass");
            let page = world.ask::<SyncFailure>(&Ask::get("/sync/failure", pass)).await.body;
            let code = format!("<p class=\"code\">{}</p>", trouble.word());
            assert!(page.contains(trouble.words().ko) && page.contains(&code), "{fault}: {page}");
        }
        assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 0), "{fault}");
        assert!(world.kakao.is_linked("ga") && !world.is_member());
    }
}

#[tokio::test]
async fn what_is_no_longer_agreed_to_is_in_the_ledger_since_when() {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    let before = consent(&world, "ads_2025");
    assert!(before["agreed"] == true && before["withdrawn_at"].is_null(), "{before}");
    world.later(3_600);
    let query = world.query();
    world.kakao.take_back("ga", "ads_2025");
    assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
    let after = consent(&world, "ads_2025");
    assert_eq!((&after["agreed"], &after["agreed_at"]), (&Value::from(false), &before["agreed_at"]), "{after}");
    assert_eq!(after["withdrawn_at"], world.app.clock.now().to_rfc3339());
}

#[tokio::test]
async fn what_was_agreed_to_keeps_its_version_whatever_text_is_shown_now() {
    let mut world = World::with(Rule::Yes, NOW, &[("SYNC_TERM_VERSIONS", "tos_2025=1,ads_2025=1")]).await;
    let lines = |world: &World<Rule>| ["tos_2025", "ads_2025"].map(|tag| consent(world, tag));
    let versions = |lines: &[Value; 2]| lines.clone().map(|line| line["version"].clone());
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    let first = lines(&world);
    assert_eq!(versions(&first), ["1", "1"], "{first:?}");
    world.restart(Rule::Yes, &[("SYNC_TERM_VERSIONS", "tos_2025=2,ads_2025=2")]);
    // As agreed as before; then one is taken back; then it is agreed to anew, and that is the text that is shown now.
    for (is_taken_back, expected) in [(false, ["1", "1"]), (true, ["1", "1"]), (false, ["1", "2"])] {
        world.later(3_600);
        let query = world.query();
        if is_taken_back {
            world.kakao.take_back("ga", "ads_2025");
        }
        assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
        let now = lines(&world);
        assert_eq!(
            (versions(&now), &now[1]["agreed"]),
            (expected.map(Value::from), &(!is_taken_back).into()),
            "{now:?}"
        );
        assert_eq!(now[0]["agreed_at"], first[0]["agreed_at"], "{now:?}");
    }
}

#[tokio::test]
async fn row_5_a_member_that_cannot_be_written_is_unlinked_once() {
    let world = world(Rule::TooMuch).await;
    let query = world.query();
    let seen = world.get(&query).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
    world.sweep().await;
    let again = world.get(&query).await;
    assert!(world.has_failed(&again).await, "{again:?}");
    assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 1));
    assert!(world.entries_are_done());
}

#[tokio::test]
async fn row_5_a_member_that_the_table_does_not_take_is_unlinked_once() {
    for fault in [
        faults::Fault::Error("AccessDeniedException"),
        faults::Fault::Error("ValidationException"),
        faults::Fault::Garbage, // written, and nobody knows
    ] {
        let world = world(Rule::Yes).await;
        let query = world.query();
        let written = fault == faults::Fault::Garbage;
        world.faults.on("TransactWriteItems", 1, fault);
        let seen = world.get(&query).await;
        if written {
            // The answer was lost, not the member.
            assert!(world.is_member() && world.kakao.is_linked("ga"), "{fault:?}: {seen:?}");
            assert_eq!(world.get(&query).await.location(), Some(CONTINUE), "{fault:?}");
            continue;
        }
        assert!(world.has_failed(&seen).await, "{fault:?}: {seen:?}");
        assert!(!world.kakao.is_linked("ga") && !world.is_member(), "{fault:?}");
        world.sweep().await;
        let again = world.get(&query).await;
        assert!(world.has_failed(&again).await, "{fault:?}: {again:?}");
        assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 1), "{fault:?}");
        assert!(world.entries_are_done(), "{fault:?}");
    }
}

#[tokio::test]
async fn row_5_a_table_that_refuses_the_member_leaves_nobody_linked() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.faults.on("TransactWriteItems", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    assert!(world.get(&query).await.looks_again(), "nobody knows yet how it ends");
    world.faults.clear();
    world.later(60);
    world.sweep().await;
    world.sweep().await;
    assert!(!world.kakao.is_linked("ga") && !world.is_member() && world.entries_are_done());
    assert_eq!(world.kakao.called(Endpoint::Unlink), 1);
    let seen = world.get(&query).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
}

#[tokio::test]
async fn row_6_an_unlink_that_fails_is_repeated_until_it_is_done() {
    let world = world(Rule::No).await;
    world.kakao.plan(Endpoint::Unlink, Fault::Status(503), None);
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    world.later(3_600);
    world.sweep().await;
    assert!(world.kakao.is_linked("ga") && !world.entries_are_done());
    world.kakao.heal();
    world.later(3_600);
    world.sweep().await;
    world.later(3_600);
    world.sweep().await;
    assert!(!world.kakao.is_linked("ga") && world.entries_are_done());
}

/// The entry gives up after eight tries; the attempt itself stays due, and is never given up.
#[tokio::test]
async fn row_6_an_unlink_that_fails_for_longer_than_its_entry_lives_is_still_repeated_until_it_is_done() {
    let world = world(Rule::No).await;
    world.kakao.plan(Endpoint::Unlink, Fault::Status(503), None);
    let query = world.query();
    let seen = world.get(&query).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    let one = |prefix: &str| {
        let [item] = <[Value; 1]>::try_from(world.table.items_under(prefix)).expect("one");
        item
    };
    for sweeps in 1..=12 {
        let before = world.kakao.called(Endpoint::Unlink);
        world.later(2 * 3_600);
        world.sweep().await;
        let (entry, saga) = (one("OUT#"), one("SAGA#"));
        assert!(world.kakao.called(Endpoint::Unlink) > before, "{sweeps}: {entry} {saga}");
        let is_over = number(&entry, "tries") == Some(8);
        assert_eq!(
            (is_over, text(&entry, "st")),
            (sweeps >= 8, if sweeps >= 8 { "PARKED" } else { "READY" }),
            "{entry}"
        );
        assert_eq!((text(&saga, "st"), saga["DPK"].is_null()), ("FAIL", false), "{saga}");
        assert!(world.kakao.is_linked("ga") && !world.is_member(), "{sweeps}: {saga}");
    }
    world.kakao.heal();
    for _ in 0..3 {
        world.later(2 * 3_600);
        world.sweep().await;
    }
    let (entry, saga) = (one("OUT#"), one("SAGA#"));
    assert_eq!((text(&saga, "st"), &saga["tok"], &saga["DPK"]), ("UNLINKED", &Value::Null, &Value::Null), "{saga}");
    assert_eq!(text(&entry, "st"), "PARKED", "for a person to look at: {entry}");
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
    // The person's own token is over by then: it is tried, and the admin key after it.
    let calls = world.kakao.calls();
    let done = calls.iter().filter(|call| call.endpoint == Endpoint::Unlink.name() && call.outcome == "ok").count();
    assert_eq!(done, 1, "{calls:?}");
    let seen = world.get(&query).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
}

#[tokio::test]
async fn row_7_a_member_is_never_unlinked() {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.status, 302);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "already a member is as good");
    for (at, fault) in [
        (Endpoint::AccessTokenInfo, Fault::Status(503)),
        (Endpoint::Me, Fault::Html),
        (Endpoint::ServiceTerms, Fault::DropAfter),
        (Endpoint::Token, Fault::Status(500)),
    ] {
        world.kakao.plan(at, fault, None);
        let seen = world.get(&world.query()).await;
        assert!(world.has_failed(&seen).await, "{at:?}: {seen:?}");
        world.kakao.heal();
        world.later(120);
        world.sweep().await;
    }
    assert!(world.is_member() && world.kakao.is_linked("ga"));
    assert_eq!(world.kakao.called(Endpoint::Unlink), 0);
}

/// The writes of a member who comes again: the claim, the token, the lock that is refused, then these.
#[tokio::test]
async fn row_7_a_member_is_never_unlinked_whatever_cannot_be_written() {
    // Whether the browser goes on all the same: only what comes after the last word about the attempt is not waited for.
    for (write, operation, before, goes_on) in [
        ("touch_link", "UpdateItem", 3, false),
        ("end_as_member", "TransactWriteItems", 0, false),
        ("refresh_member", "UpdateItem", 4, true),
    ] {
        let world = world(Rule::Yes).await;
        assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
        world.later(60);
        let query = world.query();
        world.kakao.take_back("ga", "ads_2025"); // or there is nothing to refresh
        let injected = world.faults.injected();
        world.faults.after(operation, before, ALWAYS, faults::Fault::Error("AccessDeniedException"));
        let seen = world.get(&query).await;
        assert_eq!((seen.location() == Some(CONTINUE), seen.looks_again()), (goes_on, !goes_on), "{write}: {seen:?}");
        assert_eq!(world.faults.injected(), injected + 1, "{write}, and nothing else");
        world.faults.clear();
        for _ in 0..2 {
            world.later(120);
            world.sweep().await;
        }
        assert!(world.is_member() && world.kakao.is_linked("ga") && world.entries_are_done(), "{write}");
        assert_eq!(world.kakao.called(Endpoint::Unlink), 0, "{write}");
        assert!(world.table.items_under("SAGA#").iter().all(|saga| saga["tok"].is_null()), "{write}");
        assert_eq!(world.get(&query).await.location(), Some(CONTINUE), "{write}");
    }
}

#[tokio::test]
async fn row_9_a_cancelled_consent_calls_nobody() {
    let world = world(Rule::Yes).await;
    let seen = world.get(&format!("error=access_denied&error_description=x&continue={}", encoded(CONTINUE))).await;
    assert!(seen.status == 200 && seen.leads_back() && seen.body.contains("가입을 취소했어요"), "{seen:?}");
    for error in ["server_error", "timeout", "login_required"] {
        let seen = world.get(&format!("error={error}&code=a&continue={}", encoded(CONTINUE))).await;
        assert!(
            seen.status == 200 && seen.leads_back() && seen.body.contains("동의를 묻지 못했어요"),
            "{error}: {seen:?}"
        );
    }
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
}

#[tokio::test]
async fn a_deployment_without_a_registered_address_signs_nobody_up() {
    let mut world = world(Rule::Yes).await;
    let mut env = world.app.env.clone();
    env.sync.redirect_uri = None;
    world.app = App::new(Rule::Yes, env, world.app.clock.clone());
    assert_eq!(world.get(&world.query()).await.status, 404);
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
}

#[tokio::test]
async fn a_refusal_is_told_on_the_failure_page_and_undone() {
    let world = world(Rule::No).await;
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await && !format!("{seen:?}").contains("canary-word"), "{seen:?}");
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
}

#[tokio::test]
async fn a_rule_that_panics_is_a_failure_like_any_other() {
    let world = world(Rule::Panics).await;
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
}

#[tokio::test]
async fn the_sample_rule_turns_away_who_is_under_fourteen_and_asks_who_may_be() {
    // Somebody who was born in 2008.
    for (year, answer) in [(2021, Some(Purpose::Failure)), (2022, Some(Purpose::Match)), (2023, None)] {
        let at = Millis::from_rfc3339(&format!("{year}-01-01T00:00:00+09:00")).expect("a moment");
        let world = World::of(bot::Bot, at).await;
        let seen = world.get(&with_continue(&world.kakao.code("da", REDIRECT_URI), CONTINUE)).await;
        match answer {
            Some(page) => assert!(world.pass(&seen, page).await.is_some(), "{year}: {seen:?}"),
            None => assert_eq!(seen.location(), Some(CONTINUE), "{year}"),
        }
        assert_eq!(world.kakao.is_linked("da"), answer != Some(Purpose::Failure), "{year}");
    }
}
