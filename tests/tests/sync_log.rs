//! T05: what the log says of a sign-up.

use std::process::Command;

use serde_json::Value;
use simulator::login::{Endpoint, Fault};
use sync_redirect::SyncRedirect;
use tests::sync::{Ask, Rule, with_continue, world};

/// Everything that can happen, with canaries wherever something could be copied from. Runs in a process of its own, so that its
/// output is the log.
#[tokio::test]
#[ignore = "run by t05_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    for rule in [Rule::Yes, Rule::No, Rule::TooMuch, Rule::Panics] {
        let world = world(rule).await;
        let url = "https://talk-plugin.kakao.com/canary?canary=canary";
        let code = world.code();
        println!("CODE {code}");
        world.get(&with_continue(&code, url)).await;
        world.get("code=canary-code&continue=https%3A%2F%2Fevil.example%2Fcanary%3Fcanary").await;
        world.get("code=canary-code&code=canary").await;
        world.get("error=canary&error_description=canary&state=canary").await;
        for fault in [Fault::Koe("KOE010"), Fault::Koe("KOE320"), Fault::DropAfter] {
            world.kakao.plan(Endpoint::Token, fault, Some(1));
            world.get(&with_continue(&world.code(), url)).await;
        }
        let away = world.log_in().await;
        let coming = away.back_with(&world.code_for(&away));
        for secret in [&away.cookie, away.asks_for("state").expect("a state")] {
            println!("CODE {}", secret.trim_start_matches("__Host-sign-up="));
        }
        world.ask::<SyncRedirect>(&coming).await;
        world.ask::<SyncRedirect>(&Ask::get("/sync/redirect", "code=canary&state=canary").cookie(&away.cookie)).await;
        world.kakao.plan(Endpoint::Me, Fault::Kapi(-2), Some(1));
        world.get(&with_continue(&world.code(), url)).await;
        world.sweep().await;
    }
}

#[test]
fn t05_the_log_tells_how_it_went_and_of_whom_nothing() {
    let run = Command::new(std::env::current_exe().expect("this test"))
        .args(["everything_that_is_logged", "--exact", "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    assert!(run.status.success(), "{run:?}");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let codes: Vec<&str> = said.lines().filter_map(|line| line.split_once("CODE ").map(|(_, code)| code)).collect();
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let lines: Vec<Value> = lines.into_iter().filter(|line| line["event"].is_string()).collect();
    let log = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ids = ["canary", "1376016924426879191", "가람", "talk-plugin", "service.example", "local-"];
    for secret in ids.into_iter().chain(codes) {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    let known = ["level", "event", "request", "outcome", "why", "kind", "item", "place", "ms", "count", "source"];
    for line in &lines {
        assert!(line.as_object().expect("an object").keys().all(|name| known.contains(&name.as_str())), "{line}");
    }
    let has = |event: &str, member: &str, value: &str| {
        assert!(lines.iter().any(|line| line["event"] == event && line[member] == value), "{event} {value}\n{log}");
    };
    let outcomes =
        ["signed-up", "failed", "start-again", "cancelled", "bad-query", "continue-rejected", "login", "foreign-login"];
    for outcome in outcomes {
        has("sync.redirect", "outcome", outcome);
    }
    has("sync.continue-rejected", "place", "https://evil.example");
    has("sync.foreign-login", "why", "foreign");
    has("sync.koe", "kind", "KOE010");
    has("sync.koe", "kind", "KOE320");
    has("sign-up.failed", "kind", "REFUSED");
}
