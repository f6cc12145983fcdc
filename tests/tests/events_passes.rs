//! The sample events of the sign-up's pages carry passes that the laptop's signing key opens, and those of its web login cookies that it
//! has signed.
//!
//! `KAKAO_EVENTS=write cargo test -p tests --test events_passes` makes them anew, for when what a pass or a cookie says has changed.

use serde_json::Value;
use shared::clock::Millis;
use shared::kakao::sync::{ContinueRules, ContinueUrl};
use shared::secret::{Seal, Secret};
use shared::sign_up::{NoLogin, NoPass, Pass, Purpose, WebLogins};
use shared::store::SagaId;
use tests::events;

/// 2100-01-01: an event is good for longer than a quarter of an hour.
const LATER: Millis = Millis(4_102_444_800_000);

/// 2025-11-20.
const NOW: Millis = Millis(1_763_600_000_000);

/// Which attempt of `events/seed.json` each event is about; the others carry no pass that opens.
const EVENTS: [(Purpose, &str, char); 13] = [
    (Purpose::Failure, "refused", '1'),
    (Purpose::Failure, "forgotten", 'f'),
    (Purpose::Failure, "expired", '1'),
    (Purpose::Failure, "outside-the-chat", '1'),
    (Purpose::Failure, "again", '1'),
    (Purpose::Failure, "person", '1'),
    (Purpose::Failure, "back", '1'),
    (Purpose::Failure, "not-a-form", '1'),
    (Purpose::Failure, "stage-and-slash", '1'),
    (Purpose::Match, "member-already", '2'),
    (Purpose::Match, "kakao-away", '3'),
    (Purpose::Match, "expired", '3'),
    (Purpose::Match, "not-a-form", '3'),
];

/// As [`EVENTS`], for the two of `sync-match` that are answered.
const ANSWERS: [(Purpose, &str, char); 2] =
    [(Purpose::Match, "answered-twice", '2'), (Purpose::Match, "field-twice", '3')];

#[test]
fn the_passes_of_the_events_open() {
    let seal = Seal::derive(&Secret::new("local-token-signing-key"), "pass").expect("a key");
    let rules = ContinueRules::new(["kakao.com"]);
    for (purpose, name, attempt) in EVENTS.into_iter().chain(ANSWERS) {
        let back = ContinueUrl::parse("https://talk-plugin.kakao.com/continue?a=1&b=2", &rules).ok();
        let saga = SagaId::from_text(attempt.to_string().repeat(32));
        let pass = Pass { saga, back: back.filter(|_| name != "outside-the-chat") };
        let file = events::folder(&format!("sync-{}", purpose.as_str())).join(format!("{name}.json"));
        let mut event: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("an event")).expect("JSON");
        if std::env::var("KAKAO_EVENTS").as_deref() == Ok("write") {
            let from = if name == "expired" { NOW } else { LATER };
            event["rawQueryString"] = pass.query(&seal, purpose, from).expect("a pass").into();
            let text = serde_json::to_string_pretty(&event).expect("JSON") + "\n";
            std::fs::write(&file, text).expect("a writable folder");
        }
        let query = event["rawQueryString"].as_str().expect("a query");
        let read = |now| Pass::read(query, &seal, purpose, &rules, now);
        assert_eq!(read(NOW), Ok(pass), "{}", file.display());
        if name == "expired" {
            assert!(matches!(read(LATER), Err(NoPass::Expired(Some(_)))), "{}", file.display());
        }
    }
}

#[test]
fn the_cookies_of_the_events_are_ours() {
    let logins = WebLogins::derive(&[Secret::new("local-token-signing-key")]);
    for (name, from, with_its_state) in [("login-expired", NOW, true), ("login-foreign-state", LATER, false)] {
        let file = events::folder("sync-redirect").join(format!("{name}.json"));
        let mut event: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("an event")).expect("JSON");
        if std::env::var("KAKAO_EVENTS").as_deref() == Ok("write") {
            let (login, other) = (logins.begin(from).expect("a login"), logins.begin(from).expect("another"));
            let state = if with_its_state { login.state() } else { other.state() };
            event["rawQueryString"] = format!("code=c1&state={state}").into();
            event["cookies"][0] = login.set_cookie().split(';').next().expect("a pair").into();
            let text = serde_json::to_string_pretty(&event).expect("JSON") + "\n";
            std::fs::write(&file, text).expect("a writable folder");
        }
        let state = event["rawQueryString"].as_str().and_then(|query| query.split_once("&state=")).expect("a state").1;
        let of = |now| logins.of(event["cookies"][0].as_str(), Some(state), now).map(|login| login.state());
        let (at_once, later) = match with_its_state {
            true => (Ok(state.to_owned()), Err(NoLogin::Expired)),
            false => (Err(NoLogin::Foreign), Err(NoLogin::Foreign)),
        };
        assert_eq!((of(NOW), of(LATER)), (at_once, later), "{}", file.display());
    }
}
