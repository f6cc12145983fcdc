//! How a browser leaves the redirect: the completion modes of protocol `sync` 1.6.

use shared::sign_up::Purpose;
use tests::sync::{CONTINUE, NOW, Rule, Seen, World, encoded};

async fn leaves(rule: Rule, settings: &[(&str, &str)]) -> (World<Rule>, Seen) {
    let world = World::with(rule, NOW, settings).await;
    let seen = world.get(&world.query()).await;
    (world, seen)
}

fn json(seen: &Seen) -> serde_json::Value {
    assert_eq!((seen.status, seen.header("content-type")), (200, "application/json; charset=utf-8"));
    serde_json::from_str(&seen.body).expect("a document")
}

#[tokio::test]
async fn redirect_leaves_the_continue_url_as_it_came() {
    for settings in [&[][..], &[("SYNC_COMPLETION", "redirect")], &[("SYNC_COMPLETE_FALSE", "on")]] {
        let (_, seen) = leaves(Rule::Yes, settings).await;
        assert_eq!((seen.status, seen.location()), (302, Some(CONTINUE)));
        let (world, seen) = leaves(Rule::No, settings).await;
        assert!(world.has_failed(&seen).await, "{seen:?}");
        let (world, seen) = leaves(Rule::Asks, settings).await;
        assert!(world.pass(&seen, Purpose::Match).await.is_some(), "{seen:?}");
    }
}

#[tokio::test]
async fn redirect_with_complete_adds_to_the_continue_url() {
    let mode = ("SYNC_COMPLETION", "redirect_with_complete");
    let complete = |word: &str| format!("{CONTINUE}&complete={word}");
    let (_, seen) = leaves(Rule::Yes, &[mode]).await;
    assert_eq!((seen.status, seen.location()), (302, Some(&*complete("true"))));
    let (world, seen) = leaves(Rule::No, &[mode]).await;
    assert!(world.has_failed(&seen).await, "the plugin is not told of a failure: {seen:?}");
    let (_, seen) = leaves(Rule::No, &[mode, ("SYNC_COMPLETE_FALSE", "on")]).await;
    assert_eq!(seen.location(), Some(&*complete("false")));
    let (_, seen) = leaves(Rule::Asks, &[mode]).await;
    let ours = format!("{}&user_match_url=https%3A%2F%2Fservice.example%2Fsync%2Fmatch%3Fpass%3D", complete("false"));
    assert!(seen.location().is_some_and(|url| url.starts_with(&ours)), "{seen:?}");
}

#[tokio::test]
async fn json_is_a_document_in_confidence() {
    let mode = ("SYNC_COMPLETION", "json");
    let (_, seen) = leaves(Rule::Yes, &[mode]).await;
    assert_eq!(json(&seen), serde_json::json!({ "complete": true }));
    let (world, seen) = leaves(Rule::No, &[mode]).await;
    assert!(world.has_failed(&seen).await, "the plugin is not told of a failure: {seen:?}");
    let (_, seen) = leaves(Rule::No, &[mode, ("SYNC_COMPLETE_FALSE", "on")]).await;
    assert_eq!(json(&seen), serde_json::json!({ "complete": false }));
    let (_, seen) = leaves(Rule::Asks, &[mode]).await;
    let told = json(&seen);
    let page = told["user_match_url"].as_str().expect("a page");
    assert!(told["complete"] == false && page.starts_with("https://service.example/sync/match?pass="), "{told}");
}

#[tokio::test]
async fn a_repeat_leaves_as_the_first_did() {
    for mode in ["redirect", "redirect_with_complete", "json"] {
        for rule in [Rule::Yes, Rule::No] {
            let world = World::with(rule, NOW, &[("SYNC_COMPLETION", mode), ("SYNC_COMPLETE_FALSE", "on")]).await;
            let query = world.query();
            let (first, second) = (world.get(&query).await, world.get(&query).await);
            // A pass is sealed anew each time.
            let place = |seen: &Seen| seen.location().map(|url| url.split("pass=").next().unwrap_or(url).to_owned());
            assert_eq!(
                (first.status, place(&first), &first.body),
                (second.status, place(&second), &second.body),
                "{mode}"
            );
        }
    }
}

/// Somebody comes from the consent screen, where it went wrong so.
fn came_to_nothing(error: &str) -> String {
    format!("error={error}&error_description=x&continue={}", encoded(CONTINUE))
}

#[tokio::test]
async fn row_9_who_says_no_is_sent_to_the_chat_at_once_by_a_setting() {
    let told = format!("{CONTINUE}&complete=false");
    for (mode, told) in [("redirect", Some(CONTINUE)), ("redirect_with_complete", Some(&*told)), ("json", None)] {
        for (complete_false, goes_to) in [("off", Some(CONTINUE)), ("on", told)] {
            let settings =
                [("SYNC_CANCELLED", "redirect"), ("SYNC_COMPLETION", mode), ("SYNC_COMPLETE_FALSE", complete_false)];
            let world = World::with(Rule::Yes, NOW, &settings).await;
            for error in ["access_denied", "consent_required"] {
                let seen = world.get(&came_to_nothing(error)).await;
                match goes_to {
                    Some(url) => assert_eq!((seen.status, seen.location()), (302, Some(url)), "{mode}: {seen:?}"),
                    None => assert_eq!(json(&seen), serde_json::json!({ "complete": false }), "{mode}"),
                }
            }
            // Without a way back there is only the page.
            let seen = world.get("error=access_denied").await;
            assert!(seen.status == 200 && seen.body.contains("가입을 취소했어요"), "{mode}: {seen:?}");
            // Who was not even asked has not said no.
            let seen = world.get(&came_to_nothing("server_error")).await;
            let is_page = seen.status == 200 && seen.leads_back() && seen.body.contains("동의를 묻지 못했어요");
            assert!(is_page, "{mode}: {seen:?}");
            assert!(world.kakao.calls().is_empty() && world.table.items().is_empty(), "{mode}");
        }
    }
}

#[tokio::test]
async fn row_9_without_the_setting_who_says_no_reads_a_page_in_every_mode() {
    for mode in ["redirect", "redirect_with_complete", "json"] {
        for more in [&[][..], &[("SYNC_CANCELLED", "page")]] {
            let settings = [&[("SYNC_COMPLETION", mode), ("SYNC_COMPLETE_FALSE", "on")], more].concat();
            let world = World::with(Rule::Yes, NOW, &settings).await;
            let seen = world.get(&came_to_nothing("access_denied")).await;
            let is_page = seen.status == 200 && seen.leads_back() && seen.body.contains("가입을 취소했어요");
            assert!(is_page, "{settings:?}: {seen:?}");
        }
    }
}

/// Nobody but the plugin understands a completion mode.
#[tokio::test]
async fn a_web_login_ends_the_same_in_every_mode() {
    for mode in ["redirect", "redirect_with_complete", "json"] {
        let settings = [("SYNC_COMPLETION", mode), ("SYNC_COMPLETE_FALSE", "on")];
        for (rule, purpose) in [(Rule::No, Purpose::Failure), (Rule::Asks, Purpose::Match)] {
            let world = World::with(rule, NOW, &settings).await;
            let seen = world.come_back(&world.log_in().await).await;
            assert!(world.pass(&seen, purpose).await.is_some_and(|pass| pass.back.is_none()), "{mode}: {seen:?}");
        }
        let world = World::with(Rule::Yes, NOW, &settings).await;
        let seen = world.come_back(&world.log_in().await).await;
        assert!(seen.status == 200 && seen.body.contains("You are signed up"), "{mode}: {seen:?}");
    }
}
