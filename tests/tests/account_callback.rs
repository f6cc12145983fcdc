//! `POST /account/events`: what follows from a token that is believed. Rows are those of protocol `channel-and-webhooks` 6.4.

mod account_support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use account_support::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use outbox::Outbox;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::Notices;
use shared::clock::{Clock, Millis};
use shared::lambda::Consumer as _;
use shared::store::sign_up::Profile;
use shared::store::{Account, AppUser, Applied, ChannelChange, ChannelId, ChannelUser};
use tests::faults::{ALWAYS, Fault, scaled};
use tests::log::Log;
use tests::platform::bots::Forgetful;
use tests::table::{API_KEY, number, stream_event, text};
use tests::webhooks::Knock;

#[tokio::test]
async fn rows_7_and_8_a_token_counts_once() {
    let world = world();
    let token = world.token(&world.claims("j1", &unlinked(), json!({"reason": "UNLINK_FROM_APPS"})));
    assert_eq!(world.send(&token).await.status, 202);
    let job = world.job().expect("a job");
    assert_eq!((text(&job, "why"), number(&job, "seq")), ("UNLINK_FROM_APPS", Some(1)));
    for _ in 0..4 {
        assert_eq!(world.send(&token).await.status, 202);
    }
    let all = join_all((0..64).map(|_| world.send(&token))).await;
    assert!(all.iter().all(|answered| answered.status == 202), "{all:?}");
    assert_eq!(number(&world.job().expect("a job"), "seq"), Some(1), "one job, told once");
    let token = world.table.items_under("IDEM#jti#").remove(0);
    assert_eq!(number(&token, "ttl"), Some(NOW.secs() + 30 * 86_400));
    assert!(!token.to_string().contains("j1"), "its name is kept as a hash");
}

#[tokio::test]
async fn f02_64_copies_at_once_of_20_tokens_are_one_job_each() {
    for copied in 0..scaled(20) {
        let world = world();
        let token =
            world.token(&world.claims(&format!("j{copied}"), &unlinked(), json!({"reason": "UNLINK_FROM_APPS"})));
        let all = join_all((0..64).map(|_| world.send(&token))).await;
        assert!(all.iter().all(|answered| answered.status == 202), "{all:?}");
        assert_eq!(number(&world.job().expect("a job"), "seq"), Some(1), "one job, told once");
    }
}

#[tokio::test]
async fn t30_a_replay_after_thirty_days_is_refused_by_its_age() {
    let world = world();
    let token = world.token(&world.claims("j1", &unlinked(), json!({})));
    world.pass(29 * 86_400);
    assert_eq!(world.send(&token).await.status, 202, "a late delivery is a delivery");
    world.pass(86_400 + 60);
    assert_eq!(world.refused(&token).await, "invalid_request");
    world.table.expire(u64::MAX / 2);
    world.table.remove(PK, "JOB#UNLINK");
    assert_eq!(world.refused(&token).await, "invalid_request");
    assert!(world.job().is_none());
}

#[tokio::test]
async fn row_14_who_links_is_not_withdrawn() {
    let world = world();
    world.signs_up(&json!({"phone_number": "x"}));
    let before = world.table.item(PK, "MEMBER");
    assert_eq!(world.tell("j1", &format!("{O}user-linked"), json!({})).await, 202);
    assert_eq!((world.table.item(PK, "MEMBER"), world.job()), (before, None));
    let account = world.account().await.expect("an account");
    assert_eq!((account.linked, account.disabled), (Some(Millis(NOW.0 - 10_000)), false));
}

#[tokio::test]
async fn row_15_what_was_withdrawn_is_erased_and_nothing_else() {
    let profile = json!({"phone_number": "010", "email": "a@b", "nickname": "z", "points": 7});
    let world = world();
    world.signs_up(&profile);
    let uri = format!("{O}user-scope-withdraw");
    assert_eq!(world.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(world.profile(), json!({"email": "a@b", "nickname": "z", "points": 7}));
    let member = world.table.item(PK, "MEMBER").unwrap();
    assert_eq!((text(&member, "mg"), text(&member, "later")), ("g", "of another release"), "the member is kept");
    assert_eq!(world.tell("j2", &uri, json!({"scopes": ["account_email", "profile_nickname", "unknown"]})).await, 202);
    assert_eq!(world.profile(), json!({"points": 7}));
    for (jti, scopes) in [("j3", json!({"scopes": []})), ("j4", json!({})), ("j5", json!({"scopes": {"a": 1}}))] {
        assert_eq!(world.tell(jti, &uri, scopes).await, 202);
        assert_eq!(world.profile(), json!({"points": 7}));
    }
    let shop = World::with(Shop, &[]);
    shop.signs_up(&json!({"mobile": "010", "phone_number": "left alone"}));
    assert_eq!(shop.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(shop.profile(), json!({"phone_number": "left alone"}), "the author says what things are called");
    let nobody = self::world();
    assert_eq!(nobody.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(nobody.table.items().len(), 1, "of somebody unknown only the token's name is kept");
}

#[tokio::test]
async fn row_15_whoever_no_longer_lets_us_know_of_channels_has_none_here() {
    let world = world();
    let stands = |channel: &str, at: u64| {
        let (s, n) = (|text: &str| json!({ "S": text }), |number: u64| json!({ "N": number.to_string() }));
        world.table.put(&json!({
            "PK": s(PK), "SK": s(&format!("CH#{channel}")), "t": s("CH"), "v": n(1), "rel": s("added"), "at": n(at), "ver": n(at * 2),
            "rid": s("x")
        }));
    };
    stands("_aa", NOW.0 - 60_000);
    stands("_bb", NOW.0 - 10_000);
    stands("_newer", NOW.0 - 5_000); // told of after the consent was taken back: of another kind, or given anew
    world.signs_up(&json!({"phone_number": "010"}));
    let uri = format!("{O}user-scope-withdraw");
    assert_eq!(world.tell("j0", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert!(world.table.items_under("OUT#").is_empty(), "another item's");
    for jti in ["j1", "j1", "j2"] {
        assert_eq!(world.tell(jti, &uri, json!({"scopes": ["plusfriends"]})).await, 202, "{jti}");
    }
    let entries: Vec<String> = world.table.items_under("OUT#").iter().map(|item| text(item, "PK").to_owned()).collect();
    assert_eq!(entries.len(), 1);
    let outbox = App::new(Forgetful, world.app.env.clone(), Clock::at(NOW));
    for _ in 0..2 {
        Outbox::consume(&outbox, &stream_event(&entries), "outbox", NOW.plus(Duration::from_secs(60))).await;
    }
    let who = AppUser::parse(WHO).unwrap();
    let left = outbox.store().channels_of(&who).await.unwrap();
    assert_eq!(left.iter().map(|one| one.channel.as_str()).collect::<Vec<_>>(), ["_newer"]);
    let forgotten = world.table.item(PK, "CH#_aa").unwrap();
    for name in ["rel", "at", "rid"] {
        assert!(forgotten.get(name).is_none(), "{name} stays: {forgotten}");
    }
    // A late copy of what was told before is no news; what is told of later is.
    let told = async |at: Millis| {
        let channel = ChannelId::parse("_aa").unwrap();
        let (who, delivery) = (ChannelUser::App(who.clone()), format!("{at:?}"));
        let change = ChannelChange { who, channel, blocked: false, at, delivery };
        outbox.store().apply_channel_change(&change, &[], NOW).await.unwrap()
    };
    assert_eq!(told(Millis(NOW.0 - 60_000)).await, Applied::Older);
    assert_eq!(told(Millis(NOW.0 - 5_000)).await, Applied::Newest);
    assert_eq!(text(&world.table.items_under("OUT#")[0], "st"), "DONE");
}

#[tokio::test]
async fn row_15_what_was_withdrawn_is_erased_of_a_former_member_too() {
    let world = world();
    world.signs_up(&json!({"phone_number": "010", "points": 7}));
    let mut former = world.table.item(PK, "MEMBER").unwrap();
    former["SK"] = json!({"S": "FORMER"});
    let uri = format!("{O}user-scope-withdraw");
    world.table.put(&former);
    assert_eq!(world.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(world.profile(), json!({"points": 7}));
    world.table.remove(PK, "MEMBER");
    world.table.put(&former);
    assert_eq!(world.tell("j2", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    let former = world.table.item(PK, "FORMER").unwrap();
    assert_eq!((text(&former, "profile"), text(&former, "mg")), ("{\"points\":7}", "g"));
    assert!(world.table.item(PK, "MEMBER").is_none());
}

#[tokio::test]
async fn f01_table_3_3_each_event_has_its_reaction_once() {
    let since = Some(Millis(NOW.0 - 10_000));
    let none = Account::default();
    for (uri, left, expected) in [
        (format!("{O}user-linked"), None, Some(Account { linked: since, ..none.clone() })),
        (format!("{O}user-unlinked"), Some("UNLINK_FROM_SERVICE"), None),
        (format!("{O}user-scope-consent"), None, Some(Account { profile_since: since, ..none.clone() })),
        (format!("{O}user-scope-withdraw"), None, None),
        (format!("{O}tokens-revoked"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{O}token-issued"), None, None),
        (format!("{O}token-revoked"), None, None),
        (format!("{R}account-disabled"), None, Some(Account { disabled: true, ..none.clone() })),
        (format!("{R}account-enabled"), None, Some(none.clone())),
        (format!("{R}account-purged"), Some("ACCOUNT_DELETE"), None),
        (
            format!("{R}account-credential-change-required"),
            None,
            Some(Account { sessions_since: since, ..none.clone() }),
        ),
        (format!("{R}credential-compromise"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{R}sessions-revoked"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (
            format!("{R}identifier-changed"),
            None,
            Some(Account { identifiers_since: since, profile_since: since, ..none.clone() }),
        ),
        (
            format!("{R}identifier-recycled"),
            None,
            Some(Account { identifiers_since: since, profile_since: since, ..none.clone() }),
        ),
        (format!("{C}assurance-level-change"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{C}credential-change"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{K}user-profile-changed"), None, Some(Account { profile_since: since, ..none.clone() })),
        ("https://schemas.kakao.com/events/oauth/unlinked".to_owned(), None, Some(none.clone())),
        (format!("{O}user-deleted"), None, Some(none.clone())),
    ] {
        let world = world();
        assert_eq!(world.tell("j1", &uri, json!({"reason": "UNLINK_FROM_SERVICE"})).await, 202, "{uri}");
        // F01: whatever it tells, told five times it is told once.
        let once = world.table.items();
        for _ in 0..4 {
            assert_eq!(world.tell("j1", &uri, json!({"reason": "UNLINK_FROM_SERVICE"})).await, 202, "{uri}");
        }
        assert_eq!(world.table.items(), once, "{uri}");
        let job = world.job();
        assert_eq!(job.as_ref().map(|job| text(job, "why")), left, "{uri}");
        assert_eq!(world.account().await, expected, "{uri}");
        assert_eq!(world.table.items_under("IDEM#").len(), 1, "{uri}: its name is remembered");
    }
}

#[tokio::test]
async fn f03_tokens_may_come_in_any_order() {
    let world = world();
    let at = |jti: &str, uri: &str, ago: u64| {
        let mut claims = world.claims(jti, uri, json!({}));
        claims["toe"] = json!(NOW.secs() - ago);
        world.token(&claims)
    };
    for (jti, word, ago) in [
        ("1", "account-enabled", 100),
        ("2", "account-disabled", 300),
        ("3", "sessions-revoked", 50),
        ("4", "sessions-revoked", 500),
        ("5", "account-disabled", 200),
    ] {
        assert_eq!(world.send(&at(jti, &format!("{R}{word}"), ago)).await.status, 202);
    }
    let account = world.account().await.unwrap();
    assert_eq!((account.disabled, account.sessions_since), (false, Some(Millis(NOW.0 - 50_000))));
    assert_eq!(world.send(&at("6", &format!("{R}account-disabled"), 100)).await.status, 202);
    assert!(world.account().await.unwrap().disabled, "on one moment the careful reading counts");
    // A time to come counts as now: it stands against nothing that follows.
    let mut claims = world.claims("7", &format!("{R}sessions-revoked"), json!({}));
    claims["toe"] = json!(4_000_000_000_u64);
    assert_eq!(world.send(&world.token(&claims)).await.status, 202);
    assert_eq!(world.account().await.unwrap().sessions_since, Some(NOW));
    // 32 at once, of 32 seconds: whoever finds the account moved too often is told to come again, and comes.
    world.pass(60);
    let now = world.app.clock.now();
    let tokens: Vec<String> = (0..32_u64)
        .map(|number| {
            let mut claims = world.claims(&format!("m{number}"), &format!("{R}sessions-revoked"), json!({}));
            claims["toe"] = json!(now.secs() - number * 7 % 32);
            world.token(&claims)
        })
        .collect();
    let mut waiting: Vec<&String> = tokens.iter().collect();
    let mut rounds = 0;
    while !waiting.is_empty() {
        let told = join_all(waiting.iter().map(|token| world.send(token))).await;
        assert!(told.iter().all(|answered| [202, 503].contains(&answered.status)), "{told:?}");
        let answers = told.iter().map(|answered| answered.status);
        waiting =
            waiting.into_iter().zip(answers).filter(|(_, status)| *status == 503).map(|(token, _)| token).collect();
        rounds += 1;
        assert!(rounds <= 32, "each round at least one of them gets through");
    }
    assert_eq!(world.account().await.unwrap().sessions_since, Some(now), "the newest of them");
    assert_eq!(world.table.items_under("IDEM#").len(), 7 + 32, "each once");
}

/// A bot whose rule for withdrawn consent breaks.
struct Broken(AtomicBool);

impl Notices for Broken {
    fn withdrawn(&self, _scope: &str, profile: &mut Profile) {
        assert!(!self.0.load(Ordering::SeqCst), "canary-panic");
        profile.clear();
    }
}

#[tokio::test]
async fn f33_a_rule_for_withdrawn_consent_that_panics_is_503_and_the_next_request_is_fine() {
    let world = World::with(Broken(AtomicBool::new(true)), &[]);
    world.signs_up(&json!({"phone_number": "x"}));
    let before = world.table.items();
    let withdrawn = async |jti: &str| {
        world.tell(jti, &format!("{O}user-scope-withdraw"), json!({"scopes": ["phone_number"]})).await
    };
    assert_eq!(withdrawn("1").await, 503, "to be told again");
    assert_eq!(world.table.items(), before, "nothing of it is stored, not even that it came");
    assert_eq!(world.tell("2", &format!("{R}sessions-revoked"), json!({})).await, 202, "another one is fine");
    world.app.bot.0.store(false, Ordering::SeqCst);
    assert_eq!(withdrawn("1").await, 202, "the same one, told again");
    assert_eq!(world.profile(), json!({}));
}

#[tokio::test]
async fn several_events_in_one_token_are_one_transaction() {
    let world = world();
    world.signs_up(&json!({"phone_number": "x"}));
    let mut claims = world.claims("j1", &unlinked(), json!({}));
    claims["sub"] = Value::Null;
    claims["txm"] = json!("t");
    claims["events"][format!("{O}user-scope-withdraw")] = event(json!({"scopes": ["phone_number"]}));
    claims["events"][format!("{R}sessions-revoked")] = event(json!({}));
    assert_eq!(world.send(&world.token(&claims)).await.status, 202);
    assert!(world.job().is_some() && world.profile() == json!({}));
    assert!(world.account().await.is_some_and(|account| account.sessions_since.is_some()));
}

#[tokio::test]
async fn the_strongest_reason_for_leaving_stays() {
    let world = world();
    let must = || world.job().and_then(|job| number(&job, "must"));
    assert_eq!(world.tell("j1", &unlinked(), json!({"reason": "UNLINK_FROM_APPS"})).await, 202);
    assert_eq!(must(), None);
    for (jti, uri, reason) in [
        ("j2", format!("{R}account-purged"), None),
        ("j3", unlinked(), Some("UNLINK_FROM_APPS")),
        ("j4", unlinked(), Some("FORCED_ACCOUNT_DELETE")),
        ("j5", unlinked(), None),
    ] {
        assert_eq!(world.tell(jti, &uri, json!({ "reason": reason })).await, 202);
        assert_eq!(must(), Some(1), "{jti}");
    }
    // In one token, whichever is read first.
    let world = self::world();
    let mut claims = world.claims("j1", &unlinked(), json!({"reason": "UNLINK_FROM_APPS"}));
    claims["events"][format!("{R}account-purged")] = event(json!({}));
    assert_eq!(world.send(&world.token(&claims)).await.status, 202);
    assert_eq!(world.job().and_then(|job| number(&job, "must")), Some(1));
}

#[tokio::test]
async fn off_without_an_app() {
    let off = World::with(Silent, &[("KAKAO_APP_ID", "")]);
    assert_eq!(off.tell("j1", &unlinked(), json!({})).await, 404);
    assert!(off.login.asked().is_empty() && off.table.items().is_empty());
}

#[tokio::test]
async fn what_kakao_signed_is_taken_from_any_address_and_nothing_else_is() {
    for source in ["211.249.221.105", "2404:4601::1", "", "10.0.0.1"] {
        let world = World::with(Silent, &[("CALLBACK_ADDRESSES", "10.0.0.0/8,2404:4600::/32")]);
        let from = |token: &str| Knock {
            source: source.to_owned(),
            ..Knock::post("/account/events").header("authorization", None).body(TYPE, token)
        };
        let claims = world.claims("j1", &unlinked(), json!({}));
        let forged = signed(&key("two"), &RSA_PKCS1_SHA256, &header("k1").to_string(), &claims.to_string());
        assert_eq!(err(&world.knock(&from(&forged)).await), "invalid_key", "{source}");
        assert!(world.table.items().is_empty(), "{source}");
        assert_eq!(world.knock(&from(&world.token(&claims))).await.status, 202, "{source}");
        assert!(world.job().is_some(), "{source}");
    }
}

// ---- trouble at the table

#[tokio::test]
async fn f09_f10_f12_what_cannot_be_stored_is_503_and_comes_again() {
    let world = world();
    for (at, fault) in [
        Fault::Error("ProvisionedThroughputExceededException"),
        Fault::Error("AccessDeniedException"),
        Fault::Error("InternalServerError"),
        Fault::Cancelled(&["TransactionConflict", "None", "None"]),
        Fault::CutBefore,
        Fault::Never,
    ]
    .into_iter()
    .enumerate()
    {
        let token = world.token(&world.claims(&format!("j{at}"), &unlinked(), json!({})));
        world.faults.on("TransactWriteItems", ALWAYS, fault);
        let started = Instant::now();
        assert_eq!(world.send(&token).await.status, 503, "{fault:?}");
        assert!(started.elapsed() < Duration::from_millis(2_500), "{fault:?} {:?}", started.elapsed());
        assert!(world.table.items().is_empty(), "{fault:?}");
        world.faults.clear();
        assert_eq!(world.send(&token).await.status, 202, "{fault:?}");
        world.table.items().iter().for_each(|item| world.table.remove(text(item, "PK"), text(item, "SK")));
    }
    world.faults.on("TransactWriteItems", 1, Fault::CutAfter);
    assert_eq!(world.tell("lost", &unlinked(), json!({})).await, 202, "an answer that got lost");
    assert_eq!(number(&world.job().unwrap(), "seq"), Some(1));
}

// ---- the log

/// Everything that can happen, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let world =
        World::with(Silent, &[("KAKAO_REST_API_KEY", "canary-api-key"), ("CALLBACK_ADDRESSES", "211.249.221.0/24")]);
    let claims = |jti: &str, uri: &str| {
        let mut claims = world.claims(jti, uri, json!({"reason": "canary-reason", "scopes": ["canary-scope"]}));
        claims["aud"] = json!("canary-api-key");
        claims["canary"] = json!("canary");
        claims
    };
    let good = world.token(&claims("canary-jti", &unlinked()));
    for token in [
        good.clone(),
        good.clone(),
        world.token(&claims("canary-jti-2", "https://canary.example/canary")),
        world.token(&world.claims("canary-jti-3", &unlinked(), json!({}))),
        signed(&key("two"), &RSA_PKCS1_SHA256, &header("canary-kid").to_string(), &claims("x", "y").to_string()),
        STANDARD.encode("canary"),
    ] {
        let knock = Knock::post("/account/events").header("authorization", Some("KakaoAK canary-header"));
        let _ = world.knock(&knock.header("canary-header", Some("canary-header")).body(TYPE, token)).await;
    }
    for token in [world.token(&claims("canary-jti-6", &unlinked())), STANDARD.encode("canary")] {
        let knock = Knock::post("/account/events").header("authorization", None).body(TYPE, token);
        let _ = world.knock(&Knock { source: "203.0.113.77".to_owned(), ..knock }).await;
    }
    world.faults.on("TransactWriteItems", ALWAYS, Fault::Error("AccessDeniedException"));
    let _ = world.send(&world.token(&claims("canary-jti-4", &unlinked()))).await;
    world.faults.clear();
    world.login.set_deaf(true);
    world.pass(2 * 86_400);
    let late = world.token(&claims("canary-jti-5", &unlinked()));
    let _ = world.send(&late).await;
    println!("token-parts {}", late.split('.').next_back().unwrap_or_default().len());
}

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let log = Log::of("everything_that_is_logged").output;
    for secret in ["canary", WHO, "eyJ", API_KEY, "203.0.113.77"] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    for outcome in ["taken", "known", "invalid_audience", "invalid_key", "invalid_request", "not-stored", "not-checked"]
    {
        assert!(log.contains(&format!("\"outcome\":\"{outcome}\"")), "{outcome} is not in\n{log}");
    }
    let elsewhere = log.matches("\"event\":\"verify.elsewhere\"").count();
    assert_eq!(elsewhere, 1, "who comes from elsewhere is told of if Kakao signed, and only then\n{log}");
    for kind in ["user-unlinked", "unknown"] {
        assert!(log.contains(&format!("\"kind\":\"{kind}\"")), "{kind} is not in\n{log}");
    }
}
