//! Attacks on the seam: copies, secrets, late answers.

use std::time::Duration;

use serde_json::json;
use shared::app::App;
use shared::bot::work::WorkModals;
use shared::bot::{Desk, Oops, Reply, Skills, Turn};
use shared::clock::{Clock, Millis};
use shared::effect::{Effect, Read};
use shared::kakao::skill::{QuickReply, SkillResponse};
use tests::faults::Fault;
use tests::platform::bots::{Obedient, Quoting};
use tests::platform::{Call, World, ask, ask_check, wake};
use tests::table::{SECRET, Table, env, stream_event};

const NOW: Millis = Millis(1_760_000_000_000);

/// What can be found in a secret's text that is almost JSON.
#[tokio::test]
async fn t07_a_secret_that_is_almost_json_opens_nothing() {
    let table = Table::start();
    for broken in [
        format!(r#"{{"current":"{SECRET}","previous":"old",}}"#),
        format!(r#"{{"current":"{SECRET}","bots":{{"a":"b"}}"#),
        format!("{{'current':'{SECRET}'}}"),
        format!(r#"["{SECRET}","old"]"#),
    ] {
        let app = App::new(Obedient::default(), env(&table.url(), &[("SKILL_SECRET", &broken)]), Clock::at(NOW));
        for piece in broken.split(',') {
            let call = Call::says("u", "echo hi").header("x-skill-secret", Some(piece.trim()));
            let answer = ask(&app, &call).await;
            assert_ne!(answer.text(), "hi", "{broken}: {piece}");
            assert_ne!(
                ask_check(&app, &call.to("/skill-check/x")).await.body["status"],
                "SUCCESS",
                "{broken}: {piece}"
            );
        }
    }
}

#[tokio::test]
async fn t07_a_name_that_is_another_bots_id_does_not_open_it() {
    let table = Table::start();
    let settings = [("BOT_IDS", "b2=a1,b2"), ("SKILL_SECRET", r#"{"bots":{"a1":"one","b2":"two"}}"#)];
    let app = App::new(Obedient::default(), env(&table.url(), &settings), Clock::at(NOW));
    let opens = async |secret: &str, bot: &str| {
        let call = Call::says("u", "echo hi").header("x-skill-secret", Some(secret));
        ask(&app, &call.change(|payload| payload["bot"]["id"] = bot.into())).await.text() == "hi"
    };
    assert!(opens("one", "a1").await && opens("two", "b2").await);
    assert!(!opens("one", "b2").await);
    assert!(!opens("two", "a1").await, "what is listed under the id b2 opens a1, which is called b2");
}

#[tokio::test]
async fn t07_a_bots_own_secret_opens_no_other_bot_in_any_spelling() {
    let table = Table::start();
    let settings = [
        ("BOT_IDS", "lunch=a1,dinner=b2"),
        ("SKILL_SECRET", r#"{"bots":{"lunch":"one","b2":"two","":"none"," ":"blank"}}"#),
    ];
    for listed in [true, false] {
        let settings = if listed { &settings[..] } else { &settings[1..] };
        let app = App::new(Obedient::default(), env(&table.url(), settings), Clock::at(NOW));
        for secret in ["one", "none", "blank"] {
            for bot in ["b2", "b2!", "b2!!", " b2", "b2 ", "B2", "dinner", "dinner!", "", "!", "!!", "lunch ", "*"] {
                let call = Call::says("u", "echo hi").header("x-skill-secret", Some(secret));
                let call = call.change(|payload| payload["bot"]["id"] = bot.into());
                let text = ask(&app, &call).await;
                assert_ne!(text.text(), "hi", "{listed} {secret:?} {bot:?}");
            }
            for bot in [json!({}), json!(null), json!({"id":null})] {
                let call = Call::says("u", "echo hi").header("x-skill-secret", Some(secret));
                let call = call.change(|payload| payload["bot"] = bot.clone());
                assert_ne!(ask(&app, &call).await.text(), "hi", "{listed} {secret:?} {bot:?}");
            }
        }
    }
}

/// Two parcels, two events, one person: the event block is called twice within a moment, and only `params` differ.
#[tokio::test]
async fn f01_another_event_is_no_copy() {
    let world = World::at(NOW);
    let parcel =
        |no: &str| Call::says("u", "once").change(|payload| payload["userRequest"]["params"]["no"] = no.into());
    assert_eq!(ask(&world.app, &parcel("A-17")).await.text(), "1");
    assert_eq!(ask(&world.app, &parcel("A-18")).await.text(), "2");
}

#[tokio::test]
async fn f01_other_parameters_are_no_copy() {
    let world = World::at(NOW);
    let tea = |tea: &str| Call::says("u", "once").change(|payload| payload["action"]["params"]["tea"] = tea.into());
    assert_eq!(ask(&world.app, &tea("green")).await.text(), "1");
    assert_eq!(ask(&world.app, &tea("black")).await.text(), "2");
}

#[tokio::test]
async fn f01_another_skill_or_room_is_no_copy() {
    let world = World::at(NOW);
    let call = Call::says("u", "once");
    assert_eq!(ask(&world.app, &call).await.text(), "1");
    assert_eq!(ask(&world.app, &call.again().to("/skill/other")).await.text(), "2", "another skill");
    let room = call.again().change(|payload| {
        payload["userRequest"]["chat"] =
            json!({ "id": "g1", "type": "botGroupKey", "properties": { "botGroupKey": "g1" } });
    });
    assert_eq!(ask(&world.app, &room).await.text(), "3", "what was said alone is not repeated in a room");
}

/// The skill ran out of time before it kept anything; the outbox takes the turn, dies at work, and comes again by its old id.
#[tokio::test]
async fn f23_a_late_turn_taken_again_after_a_crash_still_does_its_work() {
    let world = World::at(NOW);
    let url = world.platform.callback_url();
    let call = Call::says_with_callback("u", "once-later sleep 400", &url);
    // Nearly no time is left: carried over.
    let late = call.clone().received_at(NOW.minus(Duration::from_millis(2_690)));
    let answer = ask(&world.app, &late).await;
    assert!(answer.is_promise(), "{answer:?}");
    let entry = world.entry_of(&url).unwrap();
    let event = stream_event([&entry]);
    let crashed = tokio::time::timeout(Duration::from_millis(200), wake(&world.app, &event, "o")).await;
    assert!(crashed.is_err() && world.app.bot.worked() == 1, "it died at work");
    wake(&world.app, &event, "o").await;
    let delivered = world.platform.deliveries_to(&url);
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0].body["template"]["outputs"][0]["simpleText"]["text"], "slept");
}

/// A turn that was kept, and whose answer came too late, is carried over; what it said was too long to be remembered.
#[tokio::test]
async fn f23_a_late_turn_says_its_long_answer_when_it_is_taken_again() {
    let world = World::at(NOW);
    let url = world.platform.callback_url();
    let call = Call::says_with_callback("u", "once-long", &url);
    // The turn is kept, and nobody hears of it in time.
    world.faults.on("UpdateItem", 1, Fault::NeverAnswer);
    let answer = ask(&world.app, &call.clone().received_at(NOW.minus(Duration::from_millis(2_400)))).await;
    assert!(answer.is_promise(), "{answer:?}");
    assert_eq!(world.count("u"), 1);
    wake(&world.app, &stream_event([&world.entry_of(&url).unwrap()]), "o").await;
    let delivered = &world.platform.deliveries_to(&url)[0].body;
    assert_eq!(delivered["template"]["outputs"][0]["simpleText"]["text"].as_str().unwrap().len(), 20_000);
    assert_eq!(world.count("u"), 1);
}

/// A bot with one answer.
struct Says(fn() -> SkillResponse, fn() -> SkillResponse);

impl WorkModals for Says {}

impl Skills for Says {
    type Talk = ();
    type Job = ();

    async fn reply(&self, turn: &Turn<'_, ()>) -> Result<Reply<(), ()>, Oops> {
        match turn.utterance() {
            "later" => Ok(Reply::later("", ())),
            "fail" => Err(Quoting(String::new()).into()),
            _ => Ok(Reply::from((self.0)())),
        }
    }

    async fn work(&self, _job: (), _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        Ok((self.0)())
    }

    fn sorry(&self) -> SkillResponse {
        (self.1)()
    }
}

fn promise() -> SkillResponse {
    SkillResponse::callback(serde_json::Map::new())
}

fn sorry() -> SkillResponse {
    SkillResponse::text("sorry").quick_reply(QuickReply::message("again", "again"))
}

/// `useCallback` where no promise can be kept (R07, an error) is an answer that nobody ever sees.
#[tokio::test]
async fn f32_a_promise_that_cannot_be_kept_does_not_leave() {
    let world = World::at(NOW);
    let app = world.sandbox(Says(promise, || SkillResponse::text("sorry")), world.app.clock.clone());
    assert_eq!(ask(&app, &Call::says("u", "x")).await.text(), "sorry");
    let url = world.platform.callback_url();
    assert!(ask(&app, &Call::says_with_callback("u", "x", &url)).await.is_promise(), "here it can be kept");
    assert!(ask(&app, &Call::says_with_callback("u", "later", &url)).await.is_promise());
    wake(&app, &stream_event([&world.entry_of(&url).unwrap()]), "o").await;
    let late = &world.platform.deliveries_to(&url)[0].body;
    assert_eq!(late["template"]["outputs"][0]["simpleText"]["text"], "sorry", "{late}");
}

fn in_room(call: Call) -> Call {
    call.change(|payload| {
        payload["userRequest"]["chat"] =
            json!({ "id": "g1", "type": "botGroupKey", "properties": { "botGroupKey": "g1" } });
    })
}

/// A group chat shows no quick replies (R94, an error): with them the apology is not shown either.
#[tokio::test]
async fn f32_an_apology_in_a_group_chat_keeps_its_limits() {
    let world = World::at(NOW);
    let app = world.sandbox(Says(|| SkillResponse::text(""), sorry), world.app.clock.clone());
    for said in ["unfit", "fail"] {
        let answer = ask(&app, &in_room(Call::says("u", said))).await;
        assert_eq!(answer.body["template"]["quickReplies"], json!(null), "{said}: {answer:?}");
    }
}

/// A room is named in `chat`, or only among the person's properties (protocol 3.4, 13).
#[tokio::test]
async fn f32_a_room_named_by_the_person_alone_is_a_group_chat() {
    let world = World::at(NOW);
    let call = Call::says("u", "many 3")
        .change(|payload| payload["userRequest"]["user"]["properties"]["botGroupKey"] = "g1".into());
    assert_eq!(ask(&world.app, &call).await.body["template"]["quickReplies"], json!(null));
}

/// What the release before wrote.
#[test]
fn entries_of_the_release_before_are_read() {
    for body in [
        r#"{"kind":"deliver","callback_url":"https://x/","issued":1,"work":{"job":{"a":1}}}"#,
        r#"{"kind":"deliver","callback_url":"https://x/","issued":1,"place":{},"work":{"turn":{"id":"a","skill":"b","request":{}}}}"#,
        r#"{"kind":"deliver","callback_url":"https://x/","issued":1,"place":{"block":null,"new":1},"as_is":true,"new":1,"work":{"job":null}}"#,
        r#"{"kind":"event_result","event":"e","bot_id":"b","task_id":"t"}"#,
    ] {
        assert!(matches!(Effect::read(body), Read::Known(_)), "{body}");
    }
    assert!(matches!(Effect::read(r#"{"kind":"other","x":[]}"#), Read::Newer));
    for broken in ["", "{}", "[]", r#"{"kind":7}"#, r#"{"kind":"deliver"}"#] {
        assert!(matches!(Effect::read(broken), Read::Broken), "{broken}");
    }
}

/// A bot that cannot even apologise must not take its neighbours along.
#[tokio::test]
async fn f23_an_apology_that_panics_is_an_apology_of_ours() {
    let world = World::at(NOW);
    let app = world.sandbox(Says(|| SkillResponse::text(""), || panic!("no words")), world.app.clock.clone());
    let url = world.platform.callback_url();
    assert!(ask(&app, &Call::says_with_callback("u", "later", &url)).await.is_promise());
    let entry = world.entry_of(&url).unwrap();
    let woken = shared::endpoint::catch_panic(wake(&app, &stream_event([&entry]), "o")).await;
    assert!(woken.is_some(), "the whole batch died");
    assert_eq!(world.platform.deliveries_to(&url).len(), 1);
}

/// Two lost races in a row: the talk is left as it is, and what must not happen twice must not either.
#[tokio::test]
async fn f02_copies_in_a_crowd_pay_once() {
    let mut paid = Vec::new();
    for round in 0..30 {
        let world = World::new();
        let user = format!("u{round}");
        let copy = Call::says(&user, "once-event 1");
        let calls: Vec<Call> =
            (0..24).map(|n| if n % 4 == 0 { copy.again() } else { Call::says(&user, "count") }).collect();
        futures_util::future::join_all(calls.iter().map(|call| ask(&world.app, call))).await;
        paid.push(world.table.items_under("OUT#").len());
    }
    assert!(paid.iter().all(|paid| *paid == 1), "{paid:?}");
}

/// A transaction takes a hundred writes: who tells more people is told so by an apology, and nobody is told anything.
#[tokio::test]
async fn an_event_is_for_nine_thousand_people_at_most() {
    let world = World::at(NOW);
    assert_eq!(world.says("u", "event 9000").await.text(), "1");
    assert_eq!(world.table.items_under("OUT#").len(), 90);
    assert!(world.says("v", "event 9001").await.is_sorry());
    assert_eq!((world.table.items_under("OUT#").len(), world.count("v")), (90, 0));
}

/// Each bot's events go out under its own key, also on the development channel, and never under another's.
#[tokio::test]
async fn each_bots_events_have_its_own_key() {
    let keys = r#"{"current":"every","bots":{"lunch":"one","b2":{"current":"two","previous":"old"}}}"#;
    for (bot, key) in [("a1", "one"), ("a1!", "one"), ("b2", "two"), ("b2!", "two"), ("c3", "every"), ("d4", "every")] {
        let world = World::with(Clock::at(NOW), &[("BOT_IDS", "lunch=a1,b2=c3,b2,d4"), ("KAKAO_REST_API_KEY", keys)]);
        let call = Call::says("u", "event 1").change(|payload| payload["bot"]["id"] = bot.into());
        assert!(!ask(&world.app, &call).await.is_sorry(), "{bot}");
        let entry = tests::table::text(&world.table.items_under("OUT#")[0], "PK").to_owned();
        wake(&world.app, &stream_event([&entry]), "o").await;
        let told = &world.platform.events().told()[0];
        assert_eq!((told.key.clone(), told.path.clone()), (format!("KakaoAK {key}"), format!("/v2/bots/{bot}/talk")));
    }
}

/// Two lost races in a row: what the turn starts is queued, but nobody remembers the turn, and its copy pays again.
#[tokio::test]
async fn f02_a_turn_that_lost_two_races_is_remembered_for_its_copy() {
    let world = World::new();
    world.says("u", "count").await;
    world.faults.on("TransactWriteItems", 2, Fault::Slow(Duration::from_millis(300)));
    let call = Call::says("u", "once-event 1");
    let others = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            world.says("u", "count").await;
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    futures_util::future::join(ask(&world.app, &call), others).await;
    ask(&world.app, &call.again()).await;
    assert_eq!(world.table.items_under("OUT#").len(), 1, "paid twice");
}

/// Everything that goes wrong with an event, and the log knows no key, no person and no text.
#[tokio::test]
async fn events_with_odd_keys_and_people_are_sent_or_parked_and_never_twice() {
    let world = World::at(NOW);
    let long = "x".repeat(5_000);
    for (at, key) in ["", " ", "#", "a#b", "\0", "가😀", "../..", "OUT#x", long.as_str()].into_iter().enumerate() {
        for person in ["", "../x", "a\r\nb", "\0", "가", long.as_str()] {
            let request =
                shared::kakao::skill::EventRequest::new("e").to(shared::kakao::skill::EventUser::bot_user_key(person));
            for effect in Effect::events(key, tests::platform::BOT, request) {
                let entry = effect.entry().unwrap();
                let first = world.app.store().put_entry(&entry, world.app.clock.now()).await.unwrap();
                assert_eq!(first, person.is_empty(), "{at} {key:?}: one occasion is one entry, whoever it is for");
                let event = stream_event([&format!("OUT#{}", entry.id)]);
                wake(&world.app, &event, "o").await;
                wake(&world.app, &event, "o").await;
            }
        }
    }
    assert_eq!(world.platform.events().paid(), 0, "nobody is no person");
}
