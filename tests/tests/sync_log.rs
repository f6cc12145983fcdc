//! T05, T20: what the log says of a sign-up.

use std::process::Command;

use serde_json::Value;
use shared::bot::{Applicant, Decision, Field, Form, SignUp, Words};
use shared::kakao::login::Koe;
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use sync_match::SyncMatch;
use sync_redirect::SyncRedirect;
use tests::sync::{Ask, NOW, Rule, Seen, World, with_continue, world};

/// Asks for a phone number and a word, and turns away whoever says the wrong one.
struct Curious;

impl SignUp for Curious {
    async fn decide(&self, who: &Applicant) -> Decision {
        let words = Words { ko: "canary-물음", en: "canary-question" };
        match who.answer("word") {
            None => Decision::AskMore(
                Form::new(words).field(Field::phone("phone", words)).field(Field::text("word", words, 40)),
            ),
            Some("canary-wrong") => Decision::Refuse("canary-refusal".to_owned()),
            Some(word) => Decision::Accept([("word".to_owned(), word.into())].into_iter().collect()),
        }
    }
}

/// From the redirect through the form to the chat, or to the failure page and from there to the chat; with passes and forms that
/// somebody has made up in between.
async fn the_pages() {
    let url = "https://talk-plugin.kakao.com/canary-back?canary-word=canary";
    let query =
        |seen: &Seen| seen.location().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query).to_owned();
    for word in ["canary-wrong", "canary-right"] {
        let world = World::of(Curious, NOW).await;
        let code = world.code();
        println!("CODE {code}");
        let form = query(&world.get(&with_continue(&code, url)).await);
        println!("CODE {}", &form[5..45]);
        world.ask::<SyncMatch>(&Ask::get("/sync/match", &form)).await;
        for body in [
            format!(".form=1&phone=canary-phone&word={word}"),
            format!(".form=1&phone=010-4321-8765&word={word}"),
            "canary-field=canary&canary-field=canary".to_owned(),
        ] {
            let seen = world.ask::<SyncMatch>(&Ask::post("/sync/match", &form, &body)).await;
            let failure = query(&seen);
            world.ask::<SyncFailure>(&Ask::get("/sync/failure", &failure)).await;
            world.ask::<SyncFailure>(&Ask::post("/sync/failure", &failure, "way=PERSON&canary=canary")).await;
        }
        for made_up in ["pass=canary-pass", "canary=canary", "pass=%00canary%FF"] {
            world.ask::<SyncFailure>(&Ask::post("/sync/failure", made_up, "way=canary-way")).await;
            world.ask::<SyncMatch>(&Ask::post("/sync/match", made_up, "phone=canary")).await;
        }
        world.sweep().await;
    }
}

/// Everything that can happen, with canaries wherever something could be copied from. Runs in a process of its own, so that its
/// output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
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
    the_pages().await;
}

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let run = Command::new(std::env::current_exe().expect("this test"))
        .args(["everything_that_is_logged", "--exact", "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    assert!(run.status.success(), "{run:?}");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let codes: Vec<&str> = said.lines().filter_map(|line| line.split_once("CODE ").map(|(_, code)| code)).collect();
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let lines: Vec<Value> = lines.into_iter().filter(|line| line["event"].is_string()).collect();
    assert!(String::from_utf8_lossy(&run.stderr).matches("canary").count() == 0, "{run:?}");
    let log = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ids = ["canary", "1376016924426879191", "가람", "talk-plugin", "service.example", "local-", "4321", "물음"];
    for secret in ids.into_iter().chain(codes) {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    let known = [
        "level", "event", "request", "outcome", "why", "kind", "item", "place", "ms", "count", "source", "cause",
        "cure",
    ];
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
    for (koe, why) in [(Koe::ClientSecret, "deployment"), (Koe::CodeSpent, "person")] {
        let advice = koe.advice();
        let line = lines.iter().find(|line| line["event"] == "sync.koe" && line["kind"] == koe.as_str());
        let line = line.unwrap_or_else(|| panic!("no {koe:?}\n{log}"));
        assert_eq!(
            (&line["why"], &line["cause"], &line["cure"]),
            (&why.into(), &advice.cause.en.into(), &advice.cure.en.into()),
            "{line}"
        );
    }
    has("sign-up.failed", "kind", "REFUSED");
    for outcome in ["asked", "asked-again", "bad-form", "signed-up", "failed", "forged", "missing"] {
        has("sync.match", "outcome", outcome);
    }
    for outcome in ["shown", "person", "forged", "missing"] {
        has("sync.failure", "outcome", outcome);
    }
}
