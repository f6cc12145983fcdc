//! What the chat hears of a sign-up (protocol `sync` 1.7, checks 10 and 11): the table decides, the plugin's value hints, and nobody is
//! believed to be somebody else.

mod chat_support;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::bot::Wish;
use shared::sign_up::{self, Accepted, Decision, Redirected};
use shared::store::sign_up::{ASK_LEASE, Why};
use shared::store::{AppUser, ChannelChange, ChannelId, ChannelUser, SagaId, StoreError};
use tests::faults::wire::Told;
use tests::faults::{ALWAYS, ANY, Dice, Fault, scaled};
use tests::log::Log;
use tests::platform::{Call, Platform, ask, wake};
use tests::sign_up::NOW;
use tests::table::{stream_event, text};
use tests::tiny_kakao::Trouble;

use chat_support::{Chat, ID, left, left_in, linked, says};

fn app() -> AppUser {
    AppUser::new(ID)
}

fn saved(saved: Value) -> String {
    json!({ "saved": saved, "app_user_id": ID.to_string(), "message": "ok" }).to_string()
}

fn outcome(heard: &Value) -> &str {
    heard["outcome"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn every_outcome_meets_every_shape_of_the_plugins_value() {
    // What each outcome is once the plugin says that nothing was saved.
    let outcomes =
        [("signedup", "cancelled"), ("alreadymember", "cancelled"), ("refused too-young", "refused too-young")];
    let no = [json!(saved(json!(false))), json!(saved(json!("false"))), json!(r#"{"saved":"False","otp":null}"#)];
    let hints = [
        json!(saved(json!(true))),
        json!(saved(json!(null))),
        json!(saved(json!(0))),
        json!(saved(json!([false]))),
        json!({ "saved": true, "app_user_id": ID, "otp": null, "message": null }),
        json!({ "app_user_id": ID }),
        json!({ "otp": {}, "app_user_id": "", "saved": {} }),
        json!("https://evil.example/otp/0123456789abcdef01234567/profile"),
        json!("가입할래요"),
        json!("{\"saved\":"),
        json!(""),
        json!(null),
        json!([1]),
        json!(7),
    ];
    for (now, when_not_saved) in outcomes {
        let chat = Chat::new();
        match now {
            "signedup" => drop(chat.signs_up(&app()).await),
            "alreadymember" => {
                chat.signs_up(&app()).await;
                chat.world.pass(Duration::from_secs(1_800));
            }
            _ => drop(chat.is_refused(&app()).await),
        }
        for hint in &hints {
            let heard = chat.hears(left(linked(says("how"), ID.to_string()), hint.clone())).await;
            assert_eq!((outcome(&heard), &heard["who"]), (now, &json!(ID.to_string())), "{hint}");
            assert_eq!(heard["member"].is_null(), now.starts_with("refused"), "{hint}");
        }
        for hint in &no {
            let heard = chat.hears(left(linked(says("how"), ID.to_string()), hint.clone())).await;
            assert_eq!(outcome(&heard), when_not_saved, "{hint}");
        }
        assert_eq!(chat.plugin.connections(), 0, "nothing had to be fetched");
    }
}

#[tokio::test]
async fn check_10_what_was_not_saved_is_no_sign_up() {
    for settings in [&[("SYNC_PARAM", "profile")][..], &[]] {
        let chat = Chat::with(settings);
        for value in [r#"{"saved":false}"#, r#"{"saved":false,"message":"ok","otp":null,"app_user_id":null}"#] {
            assert_eq!(outcome(&chat.hears(left(says("how"), value)).await), "cancelled");
            assert_eq!(outcome(&chat.hears(left(linked(says("how"), "7"), value)).await), "cancelled");
        }
        assert_eq!(outcome(&chat.hears(says("how")).await), "unknown");
        assert_eq!(outcome(&chat.hears(left(linked(says("how"), "7"), r#"{"saved":true}"#)).await), "unknown");
    }
}

#[tokio::test]
async fn check_11_an_app_user_id_is_the_same_as_a_number_and_as_text() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    for id in [json!(ID), json!(ID.to_string()), json!(format!("0{ID}"))] {
        let heard = chat.hears(left(says("how"), json!({ "saved": true, "app_user_id": id }).to_string())).await;
        assert_eq!((outcome(&heard), &heard["member"]), ("signedup", &json!(mg.as_str())), "{id}");
        let heard = chat.hears(linked(says("how"), id.clone())).await;
        assert_eq!((outcome(&heard), &heard["member"]), ("signedup", &json!(mg.as_str())), "{id}");
    }
    for nobody in [json!(2.5), json!(-1), json!("1e9"), json!(true), json!("18446744073709551616"), json!({ "id": ID })]
    {
        let value = json!({ "saved": true, "app_user_id": nobody }).to_string();
        let heard = chat.hears(left(Call::says("v", "how"), value)).await;
        assert_eq!((outcome(&heard), &heard["who"]), ("unknown", &json!(null)), "{nobody}");
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_what_the_person_wants() {
    let chat = Chat::new();
    let saga = chat.is_refused(&app()).await;
    // The link is undone: only the plugin still says who it was.
    let back = || left(says("how"), saved(json!(false)));
    let heard = chat.hears(back()).await;
    assert_eq!((outcome(&heard), &heard["wish"]), ("refused too-young", &json!(null)));
    for wish in [Wish::Again, Wish::Person] {
        assert!(chat.store.keep_wish(&app(), &saga, wish, chat.clock.now()).await.unwrap());
        assert_eq!(chat.hears(back()).await["wish"], wish.as_str());
    }
    // Half an hour later it is not what the person comes from.
    chat.world.pass(Duration::from_secs(1_800));
    let heard = chat.hears(back()).await;
    assert_eq!((outcome(&heard), &heard["wish"]), ("cancelled", &json!(null)));
    assert_eq!(outcome(&chat.hears(left(says("how"), saved(json!(true)))).await), "unknown");
}

#[tokio::test]
async fn who_failed_before_anybody_knew_who_it_was_is_told_so() {
    let chat = Chat::new();
    chat.kakao.trouble(1, Trouble::SilentBefore); // the code is exchanged, and then nobody says whose the token is
    let redirected = chat.redirect(&app(), Decision::Accept(Accepted::default())).await;
    assert_eq!(redirected, Redirected::Failed { why: Some(Why::Kakao) });
    let saga = chat.store.flow(&app(), chat.clock.now()).await.unwrap().unwrap().saga.unwrap();
    assert!(chat.store.keep_wish(&app(), &saga, Wish::Person, chat.clock.now()).await.unwrap());
    let heard = chat.hears(left(says("how"), saved(json!(false)))).await;
    assert_eq!((outcome(&heard), &heard["wish"]), ("failed kakao", &json!("PERSON")));
    // Swept once more, it keeps the wish.
    chat.world.sweep_on().await;
    assert_eq!(chat.store.flow(&app(), NOW).await.unwrap().unwrap().wish, Some(Wish::Person));
}

#[tokio::test]
async fn who_was_left_alone_or_left_is_told_that_it_is_too_late() {
    for dies in [false, true] {
        let chat = Chat::new();
        if dies {
            chat.kakao.trouble(2, Trouble::DiesBefore); // after the lock
            let person = app();
            let redirect = chat.redirect(&person, Decision::Accept(Accepted::default()));
            assert!(tokio::time::timeout(Duration::from_millis(300), redirect).await.is_err());
        } else {
            let redirected = chat.redirect(&app(), Decision::AskMore(())).await;
            assert!(matches!(redirected, Redirected::Ask { .. }), "{redirected:?}");
        }
        chat.world.pass(ASK_LEASE + Duration::from_secs(1));
        chat.world.sweep("sweep").await;
        assert!(!chat.kakao.is_linked(&app()));
        let heard = chat.hears(left(says("how"), saved(json!(false)))).await;
        assert_eq!((outcome(&heard), &heard["wish"]), ("failed too-late", &json!(null)), "dies: {dies}");
    }
}

#[tokio::test]
async fn what_became_of_a_newer_attempt_is_not_forgotten_for_an_older_one() {
    let chat = Chat::new();
    assert!(matches!(chat.redirect(&app(), Decision::AskMore(())).await, Redirected::Ask { .. }));
    chat.world.pass(Duration::from_secs(60));
    let newer = chat.is_refused(&app()).await;
    assert!(chat.store.keep_wish(&app(), &newer, Wish::Again, chat.clock.now()).await.unwrap());
    chat.world.pass(ASK_LEASE);
    chat.world.sweep("sweep").await;
    let heard = chat.hears(left(says("how"), saved(json!(false)))).await;
    assert_eq!((outcome(&heard), &heard["wish"]), ("refused too-young", &json!("AGAIN")));
}

#[tokio::test]
async fn only_a_parameter_that_nothing_but_the_plugin_fills_says_who_somebody_is() {
    let chat = Chat::with(&[]);
    chat.signs_up(&app()).await;
    let typed = saved(json!(true));
    for call in [left(says("how"), typed.clone()), left_in(says("how"), "memo", typed.clone())] {
        let heard = chat.hears(call).await;
        assert_eq!((outcome(&heard), &heard["who"], &heard["member"]), ("unknown", &json!(null), &json!(null)));
    }
    // With a name, another parameter is not even looked at.
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    assert_eq!(outcome(&chat.hears(left_in(says("how"), "memo", typed.clone())).await), "unknown");
    assert_eq!(outcome(&chat.hears(left_in(says("how"), "memo", saved(json!(false)))).await), "unknown");
    assert_eq!(outcome(&chat.hears(left(says("how"), typed)).await), "signedup");
}

#[tokio::test]
async fn the_platforms_word_counts_more_than_the_plugins() {
    let chat = Chat::new();
    let (mg, other) = (chat.signs_up(&app()).await, AppUser::new(7));
    chat.signs_up(&other).await;
    let claims = json!({ "saved": true, "app_user_id": 7 }).to_string();
    let heard = chat.hears(left(linked(says("how"), ID.to_string()), claims.clone())).await;
    assert_eq!((&heard["who"], &heard["member"]), (&json!(ID.to_string()), &json!(mg.as_str())));
    // The names are joined now: the request need not say who it is any more.
    let heard = chat.hears(left(says("how"), claims)).await;
    assert_eq!((&heard["who"], &heard["member"]), (&json!(ID.to_string()), &json!(mg.as_str())));
}

#[tokio::test]
async fn t01_without_the_secret_nothing_says_who_somebody_is() {
    let chat = Chat::with(&[("SYNC_PARAM", "profile"), ("SKILL_SECRET_CHECK", "off")]);
    chat.signs_up(&app()).await;
    let before = chat.table.items();
    let forged = left(linked(says("how"), ID.to_string()), saved(json!(true))).header("x-skill-secret", None);
    let heard = chat.hears(forged).await;
    assert_eq!(heard, json!({ "outcome": "unknown", "wish": null, "who": null, "member": null, "profile": null }));
    assert_eq!(chat.table.items(), before, "and nothing is joined");
    // Only Kakao's own word is left.
    let url = chat.otp(200, json!({ "app_user_id": ID, "nickname": "홍" }));
    let heard = chat.hears(left(says("how"), json!({ "otp": url }).to_string())).await;
    assert_eq!((outcome(&heard), &heard["profile"]), ("signedup", &json!("홍")));
}

#[tokio::test]
async fn without_a_sign_up_the_table_is_not_touched() {
    let chat = Chat::with(&[("SYNC_REDIRECT_URI", "")]);
    for (value, expected) in [(saved(json!(true)), "unknown"), (saved(json!(false)), "cancelled")] {
        let heard = chat.hears(left(linked(says("how"), ID.to_string()), value)).await;
        assert_eq!(outcome(&heard), expected);
    }
    assert_eq!(chat.faults.count(ANY), 0);
}

#[tokio::test]
async fn a_turn_that_is_taken_again_is_believed_as_much_as_at_first() {
    for (check, expected) in [("on", "signedup"), ("off", "unknown")] {
        let platform = Platform::start();
        let chat = Chat::with(&[("SKILL_SECRET_CHECK", check), ("BOT_API_URL", &platform.url())]);
        chat.signs_up(&app()).await;
        let url = platform.callback_url();
        let call = linked(Call::says_with_callback("u", "too late", &url), ID.to_string());
        assert!(ask(&chat.app, &call).await.is_promise());
        let entries = chat.table.items_under("OUT#");
        let entry = entries.iter().find(|entry| text(entry, "body").contains(&url)).expect("it is queued");
        wake(&chat.app, &stream_event([text(entry, "PK")]), "outbox").await;
        let delivered = platform.deliveries_to(&url);
        let said = delivered[0].body["template"]["outputs"][0]["simpleText"]["text"].as_str().unwrap();
        let heard: Value = serde_json::from_str(said).unwrap();
        assert_eq!(outcome(&heard), expected, "SKILL_SECRET_CHECK={check}");
    }
}

/// What somebody does in the two worlds of F14.
#[derive(Clone, Debug)]
enum Deed {
    /// Agrees anew, or a browser loads an old page again, and the rule decides.
    Comes(String, Decision<()>),
    /// Sends the form of an attempt that asked for more.
    Answers(String, Decision<()>),
    /// Ends the link, and Kakao says so.
    Leaves,
    /// Says something when all that is known of them is a one-time address: spent for an hour, and then Kakao remembers it.
    BringsAnAddress,
    /// Says something when the plugin has said whether it was saved.
    ComesBack { saved: bool },
    /// Says something when the platform knows who they are.
    Talks,
    /// The schedule.
    Sweep,
}

async fn does(chat: &Chat, person: &AppUser, deed: &Deed) -> String {
    let me = format!("{deed:?}-{}", chat.clock.now().0);
    let user = format!("user-of-{person}");
    let told = |ended: Result<Redirected<()>, _>| format!("{:?}", ended.map_err(|error: StoreError| error.to_string()));
    match deed {
        Deed::Comes(code, decision) => {
            told(sign_up::redirect(&chat.clerk(&me), code, async |_| decision.clone()).await)
        }
        Deed::Answers(code, decision) => {
            let saga = SagaId::of_code(code);
            told(sign_up::answer(&chat.clerk(&me), &saga, async |_| decision.clone()).await)
        }
        Deed::Leaves => {
            chat.kakao.leave(person);
            chat.store.store_unlink(person, &me, chat.clock.now()).await.unwrap();
            format!("{:?}", sign_up::unlink_job(&chat.clerk(&me), person).await.unwrap())
        }
        Deed::BringsAnAddress => {
            let url = chat.otp(200, json!({ "app_user_id": person.to_string() }));
            chat.hears(left(Call::says(&user, "how"), json!({ "otp": url }).to_string())).await.to_string()
        }
        Deed::ComesBack { saved } => {
            let value = json!({ "saved": saved, "app_user_id": person.to_string() });
            chat.hears(left(Call::says(&user, "how"), value.to_string())).await.to_string()
        }
        Deed::Talks => chat.hears(linked(Call::says(&user, "how"), person.to_string())).await.to_string(),
        Deed::Sweep => {
            chat.world.sweep(&me).await;
            String::new()
        }
    }
}

/// 1,000 random moments in two worlds of which one never cleans up and the other does so at once: sagas, flows, locks, names and spent
/// addresses. Codes and so memberships have the same names in both.
#[tokio::test]
async fn f14_expired_items_kept_for_ever_or_removed_at_once_change_no_sign_up() {
    for seed in 0..scaled(10) {
        let (kept, cleaned) = (Chat::new(), Chat::new());
        let mut dice = Dice::new(seed);
        let mut codes: [Vec<String>; 2] = Default::default();
        let mut gone = 0;
        for step in 0..100 {
            let pauses = [0, 1, 29, 31, 899, 901, 1_799, 1_801, 3_599, 3_601, 86_399, 86_401, 604_799, 604_801];
            let pause = Duration::from_secs(*dice.pick(&pauses));
            for chat in [&kept, &cleaned] {
                chat.world.pass(pause);
            }
            gone += cleaned.table.expire(cleaned.clock.now().secs());
            let number = dice.below(2);
            let (person, codes) = (AppUser::new(ID + number), &mut codes[number as usize]);
            let decision = match dice.below(3) {
                0 => Decision::Accept(Accepted::default()),
                1 => Decision::Refuse("too-young".to_owned()),
                _ => Decision::AskMore(()),
            };
            let code = codes.iter().rev().nth(dice.below(3) as usize).cloned();
            let deed = match (dice.below(10), code) {
                (0 | 1, _) => {
                    let new = [&kept, &cleaned].map(|chat| chat.kakao.consent(&person));
                    assert_eq!(new[0], new[1]);
                    codes.push(new[0].clone());
                    Deed::Comes(new[0].clone(), decision)
                }
                (2, Some(old)) => Deed::Comes(old, decision),
                (3 | 4, Some(old)) => Deed::Answers(old, decision),
                (5, _) => Deed::Leaves,
                (6, _) => Deed::BringsAnAddress,
                (7, _) => Deed::ComesBack { saved: dice.below(2) == 0 },
                (8, _) => Deed::Talks,
                _ => Deed::Sweep,
            };
            let mut seen = Vec::new();
            for chat in [&kept, &cleaned] {
                let told = does(chat, &person, &deed).await;
                seen.push((told, chat.world.is_member(&person), chat.kakao.is_linked(&person)));
            }
            assert_eq!(seen[0], seen[1], "seed {seed}, step {step}: {person} {deed:?} after {pause:?}");
        }
        assert!(gone > 0 && cleaned.table.items().len() < kept.table.items().len(), "seed {seed}: nothing expired");
    }
}

// ---- one-time addresses

#[tokio::test]
async fn a_one_time_address_is_redeemed_when_nothing_else_says_who_it_is() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    let url = chat.otp(200, json!({ "app_user_id": ID, "nickname": "홍", "phone_number": "+82 10-0000-0000" }));
    let values = [json!({ "otp": url }).to_string(), url.clone(), format!(" {url} ")];
    for (at, value) in values.into_iter().enumerate() {
        let heard = chat.hears(left(says("how"), value)).await;
        assert_eq!((outcome(&heard), &heard["member"]), ("signedup", &json!(mg.as_str())));
        // Who it was is known to all who ask again, what else Kakao said is not.
        assert_eq!(heard["profile"], if at == 0 { json!("홍") } else { json!(null) });
    }
    let asked = chat.plugin.asked();
    assert_eq!(asked.len(), 1, "once");
    assert!(asked[0].path.ends_with("?rest_api_key=0123456789abcdef-key-of-the-tests"));
    let kept = chat.table.items_under("IDEM#");
    assert_eq!(kept.len(), 1);
    let kept = kept[0].to_string();
    assert!(kept.contains(&ID.to_string()) && !kept.contains("홍") && !kept.contains("10-") && !kept.contains("/otp/"));
}

#[tokio::test]
async fn an_address_that_nobody_has_seen_is_not_spent() {
    // Nobody listens: the address never left this machine, and the next turn may have it.
    let (chat, gone) = (Chat::new(), tests::login::Login::default().url());
    chat.signs_up(&app()).await;
    let app_without = chat.app_with(&[("TALK_PLUGIN_URL", &format!("{gone}/plugin"))]);
    let url = format!("{gone}{}", chat_support::OTP);
    let answer = ask(&app_without, &left(says("how"), url)).await;
    assert_eq!(outcome(&serde_json::from_str(answer.text()).unwrap()), "unknown");
    let claim = &chat.table.items_under("IDEM#")[0];
    assert!(tests::table::number(claim, "ttl").is_some_and(|ttl| ttl <= chat.clock.now().secs()), "{claim}");
    // Without a key nothing is claimed at all.
    let url = chat.otp(200, json!({ "app_user_id": ID }));
    let keyless = chat.app_with(&[("KAKAO_REST_API_KEY", "")]);
    let answer = ask(&keyless, &left(says("how"), url.clone())).await;
    assert_eq!(outcome(&serde_json::from_str(answer.text()).unwrap()), "unknown");
    assert_eq!((chat.table.items_under("IDEM#").len(), chat.plugin.connections()), (1, 0));
    assert_eq!(outcome(&chat.hears(left(says("how"), url)).await), "signedup", "it is as good as before");
}

#[tokio::test]
async fn the_address_of_another_plugin_is_not_spent_for_a_profile() {
    let chat = Chat::with(&[]);
    chat.signs_up(&app()).await;
    let location = format!("{}/plugin/otp/0123456789abcdef01234567/location", chat.plugin.url());
    for value in [location.clone(), json!({ "otp": location }).to_string()] {
        assert_eq!(outcome(&chat.hears(left(says("how"), value)).await), "unknown");
    }
    assert_eq!((chat.table.items_under("IDEM#").len(), chat.plugin.connections()), (0, 0));
}

#[tokio::test]
async fn the_profile_is_fetched_only_for_a_bot_that_asks() {
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    let url = chat.otp(200, json!({ "app_user_id": ID, "nickname": "홍" }));
    let value = json!({ "otp": url, "saved": true, "app_user_id": ID }).to_string();
    let heard = chat.hears(left(linked(says("how"), ID.to_string()), value.clone())).await;
    assert_eq!((&heard["profile"], chat.plugin.connections()), (&json!(null), 0));
    let asks = || left(linked(says("profile"), ID.to_string()), value.clone());
    assert_eq!(chat.hears(asks()).await["profile"], "홍");
    assert_eq!((&chat.hears(asks()).await["profile"], chat.plugin.connections()), (&json!(null), 1));
    // An hour later nobody remembers that it is spent; Kakao does.
    chat.world.pass(Duration::from_secs(3_600));
    chat.plugin.forget(chat_support::OTP).json(chat_support::OTP, 404, json!({ "message": "spent" }));
    assert_eq!((&chat.hears(asks()).await["profile"], chat.plugin.connections()), (&json!(null), 2));
}

#[tokio::test]
async fn twenty_turns_at_once_redeem_it_once_and_all_know() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    let url = chat.otp(200, json!({ "app_user_id": ID, "nickname": "홍" }));
    let value = json!({ "otp": url }).to_string();
    let sandboxes: Vec<_> = (0..20).map(|_| chat.sandbox()).collect();
    let calls = sandboxes.iter().map(|app| {
        let call = left(says("how"), value.clone());
        async move { ask(app, &call).await }
    });
    let mut with_profile = 0;
    for answer in join_all(calls).await {
        let heard: Value = serde_json::from_str(answer.text()).unwrap();
        assert_eq!((outcome(&heard), &heard["member"]), ("signedup", &json!(mg.as_str())));
        with_profile += usize::from(!heard["profile"].is_null());
    }
    assert_eq!((with_profile, chat.plugin.asked().len()), (1, 1));
}

#[tokio::test]
async fn an_address_that_leads_to_nobody_leaves_the_bot_an_answer() {
    let told = [
        Told::answer(404, "application/json", b"{}".to_vec()),
        Told::answer(500, "text/html", b"<html>".to_vec()),
        Told::answer(200, "application/json", b"{\"app_user_id\":null,\"nickname\":\"x\"}".to_vec()),
        Told::answer(200, "application/json", b"{\"app_user_id\":0}".to_vec()),
        Told::answer(200, "text/html", b"<html>".to_vec()),
        Told::Answer { status: 302, headers: vec![("location", "http://127.0.0.1:1/".to_owned())], body: Vec::new() },
        Told::Cut,
        Told::Flood(10_000_000),
        Told::Drip(Duration::from_millis(100)),
        Told::Never,
    ];
    for told in told {
        let chat = Chat::new();
        chat.signs_up(&app()).await;
        let url = chat.otp_told(told.clone());
        let started = Instant::now();
        for _ in 0..2 {
            let heard = chat.hears(left(says("how"), json!({ "otp": url, "saved": true }).to_string())).await;
            assert_eq!((outcome(&heard), &heard["who"]), ("unknown", &json!(null)), "{told:?}");
        }
        assert!(started.elapsed() < Duration::from_millis(1_800), "{told:?} took {:?}", started.elapsed());
        assert!(chat.plugin.asked().len() <= 1, "{told:?}");
    }
}

#[tokio::test]
async fn t08_only_the_plugins_own_addresses_are_fetched() {
    let chat = Chat::new();
    let evil = tests::login::Login::default();
    let (own, host) = (chat.plugin.url(), evil.url());
    let path = "/otp/0123456789abcdef01234567/profile";
    for url in [
        format!("{host}{path}"),
        format!("{host}/plugin{path}"),
        format!("{own}{path}"),
        format!("{own}/plugin{path}?x=1"),
        format!("{own}/plugin{path}/more"),
        format!("{own}@{}/plugin{path}", host.trim_start_matches("http://")),
        format!("https://talk-plugin.kakao.com{path}"),
        "http://169.254.169.254/otp/0123456789abcdef01234567/profile".to_owned(),
        "file:///otp/0123456789abcdef01234567".to_owned(),
    ] {
        for value in [json!({ "otp": url, "saved": true }).to_string(), url.clone()] {
            assert_eq!(outcome(&chat.hears(left(says("profile"), value)).await), "unknown", "{url}");
        }
    }
    assert_eq!((chat.plugin.connections(), evil.connections()), (0, 0));
    assert!(chat.table.items_under("IDEM#").is_empty());
}

#[tokio::test]
async fn a_table_in_trouble_leaves_the_bot_an_answer_in_time() {
    for fault in [Fault::Never, Fault::Error("AccessDeniedException"), Fault::Slow(Duration::from_secs(3))] {
        let chat = Chat::new();
        chat.signs_up(&app()).await;
        let url = chat.otp(200, json!({ "app_user_id": ID }));
        chat.faults.on(ANY, ALWAYS, fault);
        for call in [linked(says("how"), ID.to_string()), left(says("how"), json!({ "otp": url }).to_string())] {
            let started = Instant::now();
            assert_eq!(outcome(&chat.hears(call).await), "unknown", "{fault:?}");
            assert!(started.elapsed() < Duration::from_millis(3_500), "{fault:?} took {:?}", started.elapsed());
        }
        assert!(chat.plugin.asked().is_empty(), "nothing is redeemed that was not claimed");
        let heard = chat.hears(left(linked(says("how"), ID.to_string()), saved(json!(false)))).await;
        assert_eq!(outcome(&heard), "cancelled", "so much the plugin says");
    }
}

#[tokio::test]
async fn a_claim_whose_answer_got_lost_is_still_ours() {
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    let url = chat.otp(200, json!({ "app_user_id": ID }));
    chat.faults.on("UpdateItem", 1, Fault::CutAfter);
    assert_eq!(outcome(&chat.hears(left(says("how"), url)).await), "signedup");
    assert_eq!((chat.plugin.asked().len(), chat.faults.injected()), (1, 1));
}

// ---- the channels

async fn adds_or_blocks(chat: &Chat, who: ChannelUser, channel: &str, blocked: bool) {
    let channel = ChannelId::parse(channel).unwrap();
    let delivery = format!("{blocked}");
    let change = ChannelChange { who, channel, blocked, at: NOW, delivery };
    chat.store.apply_channel_change(&change, &[], NOW).await.unwrap();
}

#[tokio::test]
async fn a_member_comes_with_their_channels_and_with_nobody_elses() {
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    let other = AppUser::new(7);
    chat.signs_up(&other).await;
    assert_eq!(chat.hears(linked(says("channels"), ID.to_string())).await, json!([]), "none is known");
    adds_or_blocks(&chat, ChannelUser::App(app()), "_aa", false).await;
    adds_or_blocks(&chat, ChannelUser::App(app()), "_bb", true).await;
    adds_or_blocks(&chat, ChannelUser::App(other), "_cc", false).await;
    adds_or_blocks(&chat, ChannelUser::Open(ID.to_string()), "_dd", false).await; // nobody has said that it is theirs
    let theirs = json!([["_aa", false, NOW.0], ["_bb", true, NOW.0]]);
    assert_eq!(chat.hears(linked(says("channels"), ID.to_string())).await, theirs);
    assert_eq!(chat.hears(says("channels")).await, theirs, "their key of the bot is joined to the member");
    assert_eq!(chat.hears(Call::says("stranger", "channels")).await, json!(null));
    chat.leaves(&app()).await;
    assert_eq!(chat.hears(says("channels")).await, json!(null), "erased with the member");
}

#[tokio::test]
async fn without_the_secret_nobody_has_channels() {
    let chat = Chat::with(&[("SKILL_SECRET_CHECK", "off")]);
    chat.signs_up(&app()).await;
    adds_or_blocks(&chat, ChannelUser::App(app()), "_aa", false).await;
    let forged = linked(says("channels"), ID.to_string()).header("x-skill-secret", None);
    assert_eq!(chat.hears(forged).await, json!(null));
}

#[tokio::test]
async fn channels_that_cannot_be_read_leave_the_bot_an_answer_in_time() {
    for fault in [Fault::Never, Fault::Error("AccessDeniedException"), Fault::Slow(Duration::from_secs(3))] {
        let chat = Chat::new();
        chat.signs_up(&app()).await;
        chat.faults.on(ANY, ALWAYS, fault);
        let started = Instant::now();
        assert_eq!(chat.hears(linked(says("channels"), ID.to_string())).await, json!(null), "{fault:?}");
        assert!(started.elapsed() < Duration::from_millis(3_500), "{fault:?} took {:?}", started.elapsed());
    }
}

// ---- the log

/// Everything that the chat writes down about somebody, each time with canaries in it; in a process of its own, so that its output is
/// the log.
#[tokio::test]
#[ignore = "run by t20_the_log_says_what_happened_and_to_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    chat.signs_up(&AppUser::new(2_100_000_777)).await;
    let linked_as = |id: &str| linked(says("canary-utterance"), id);
    let value = |otp: &str| json!({ "otp": otp, "app_user_id": "2100000777", "message": "canary-message" }).to_string();
    chat.hears(left(linked_as(&ID.to_string()), value(""))).await; // a mismatch
    chat.hears(linked_as("2100000777")).await; // a conflict
    chat.hears(left(says("profile"), value("https://canary.example/otp/0123456789abcdef"))).await; // an address
    let url = chat.otp(404, json!({ "nickname": "canary-nickname" }));
    chat.hears(left(says("profile"), value(&url))).await; // nobody there
    let spelled =
        |payload: &mut Value| payload["userRequest"]["user"]["properties"]["app_user_id"] = "2100000776".into();
    chat.hears(linked_as("2100000775").change(spelled)).await; // two ids
    chat.faults.on(ANY, ALWAYS, Fault::Error("AccessDeniedException"));
    chat.hears(linked_as("2100000778")).await; // no table
    chat.hears(linked(says("channels"), "2100000778")).await;
    chat.hears(linked(says("nothing"), "2100000779")).await;
}

#[test]
fn t20_the_log_says_what_happened_and_to_whom_nothing() {
    let log = Log::of("everything_that_is_logged");
    let (lines, log) = (&log.lines, log.text());
    for secret in ["canary", "21000007", "2100000001", "/otp/", "0123456789abcdef", "Ab12Cd34Ef56", "127.0.0.1"] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    let told = |event: &str, kind: &str| lines.iter().any(|line| line["event"] == event && line["kind"] == kind);
    for why in ["plugin", "spelling"] {
        assert!(lines.iter().any(|line| line["event"] == "identity.mismatch" && line["why"] == why), "{why}: {log}");
    }
    for (event, kind) in [
        ("identity.conflict", "bot"),
        ("identity.conflict", "pf"),
        ("identity.not-joined", "AccessDeniedException"),
        ("sync.unknown", "AccessDeniedException"),
        ("channels.unknown", "AccessDeniedException"),
        ("sync.one-time", "address"),
        ("sync.one-time", "status"),
    ] {
        assert!(told(event, kind), "{event} {kind} is not in\n{log}");
    }
}
