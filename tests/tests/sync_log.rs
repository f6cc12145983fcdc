//! T05, T20: what the log says of a sign-up.

use std::collections::BTreeSet;

use shared::bot::{Applicant, Decision, Field, Form, SignUp, Words};
use shared::kakao::login::Koe;
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use sync_match::SyncMatch;
use sync_redirect::SyncRedirect;
use tests::log::Log;
use tests::platform::{Call, ask};
use tests::sync::{Ask, CI, NOW, Rule, Seen, World, with_continue, world};

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
        world.may_see_the_ci();
        let form = query(&world.get(&with_continue(&world.code(), url)).await);
        plant([form[5..45].to_owned()]);
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
        plant(world.secrets());
    }
}

/// Somebody says something in the chat.
async fn the_chat() {
    let world = world(Rule::Yes).await;
    assert!(ask(&world.outbox, &Call::says("canary-user", "canary-utterance")).await.is_valid());
}

/// Says what the log must not say. Not a line of the log: those are JSON.
fn plant(canaries: impl IntoIterator<Item = String>) {
    canaries.into_iter().for_each(|canary| println!("{PLANTED}{canary}"));
}

/// Before each canary.
const PLANTED: &str = "planted: ";

/// What is planted by hand: whatever a person, a page, a bot or a stranger could say. Everything with "canary" in it is one.
const SAID: [&str; 15] = [
    "canary-code",
    "canary-user",
    "canary-utterance",
    "canary-phone",
    "canary-right",
    "canary-wrong",
    "canary-field",
    "canary-way",
    "canary-pass",
    "canary-back",
    "canary-refusal",
    "canary-word",
    "4321-8765",
    "talk-plugin",
    "물음",
];

/// Everything that can happen, with canaries wherever something could be copied from. Runs in a process of its own, so that its
/// output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    for rule in [Rule::Yes, Rule::No, Rule::TooMuch, Rule::Panics] {
        let world = world(rule).await;
        let url = "https://talk-plugin.kakao.com/canary?canary=canary";
        world.may_see_the_ci();
        world.get(&with_continue(&world.code(), url)).await;
        world.get("code=canary-code&continue=https%3A%2F%2Fevil.example%2Fcanary%3Fcanary").await;
        world.get("code=canary-code&code=canary").await;
        world.get("error=canary&error_description=canary&state=canary").await;
        for fault in [Fault::Koe("KOE010"), Fault::Koe("KOE320"), Fault::DropAfter] {
            world.kakao.plan(Endpoint::Token, fault, Some(1));
            world.get(&with_continue(&world.code(), url)).await;
        }
        let away = world.log_in().await;
        let coming = away.back_with(&world.code_for(&away));
        let state = away.asks_for("state").expect("a state").to_owned();
        plant([away.cookie.trim_start_matches("__Host-sign-up=").to_owned(), state]);
        world.ask::<SyncRedirect>(&coming).await;
        world.ask::<SyncRedirect>(&Ask::get("/sync/redirect", "code=canary&state=canary").cookie(&away.cookie)).await;
        world.kakao.plan(Endpoint::Me, Fault::Kapi(-2), Some(1));
        world.get(&with_continue(&world.code(), url)).await;
        world.sweep().await;
        plant(world.secrets());
    }
    the_pages().await;
    the_chat().await;
}

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let all = Log::of("everything_that_is_logged");
    let (planted, rest): (Vec<&str>, Vec<&str>) = all.output.lines().partition(|line| line.contains(PLANTED));
    let planted = planted.iter().filter_map(|line| line.split_once(PLANTED).map(|(_, canary)| canary));
    let canaries: BTreeSet<&str> =
        planted.chain(SAID).chain(["김가람", "service.example", "local-", "canary"]).collect();
    assert!(canaries.len() >= 25 && canaries.iter().all(|canary| canary.len() >= 6), "{canaries:?}");
    for kind in ["local-rest-api-key", "local-client-secret", "local-admin-key", CI, "canary-utterance"] {
        assert!(canaries.contains(kind), "{kind} was never near: {canaries:?}");
    }
    // All that was printed: the log, and whatever else.
    let said = rest.join("\n");
    for canary in &canaries {
        assert!(!said.contains(canary), "{canary} is in\n{said}");
    }
    let (lines, log) = (&all.lines, all.text());
    let known = [
        "level", "event", "request", "outcome", "why", "kind", "item", "place", "ms", "count", "source", "cause",
        "cure", "skill",
    ];
    for line in lines {
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
