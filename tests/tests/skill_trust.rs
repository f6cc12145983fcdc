//! T01, T07: who may talk to the skill. Kakao signs nothing, so a header is all there is.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::env::Env;
use tests::faults::{ANY, Dice, Faults};
use tests::parameters::{Mood, Parameters};
use tests::platform::bots::Obedient;
use tests::platform::{BOT, Call, ask, ask_check};
use tests::table::{SECRET, Table, env};

const HEADER: &str = "x-skill-secret";
const NOW: Millis = Millis(1_760_000_000_000);

fn app(env: Env) -> App<Obedient> {
    App::new(Obedient::default(), env, Clock::at(NOW))
}

fn call() -> Call {
    Call::says("u", "echo hello")
}

/// 1,000 keys that are not the key.
fn wrong_keys() -> Vec<String> {
    let mut keys = vec![String::new()];
    let bytes = SECRET.as_bytes();
    // Every neighbour at one bit that is still ASCII text.
    for (at, byte) in bytes.iter().enumerate() {
        for bit in 0..7 {
            let mut other = bytes.to_vec();
            other[at] = byte ^ (1 << bit);
            keys.push(String::from_utf8(other).unwrap());
        }
    }
    // Every prefix and every suffix, and the key with something at either end.
    keys.extend((0..SECRET.len()).map(|length| SECRET[..length].to_owned()));
    keys.extend((1..=SECRET.len()).map(|start| SECRET[start..].to_owned()));
    keys.extend(
        [
            "{} ",
            " {}",
            "{}\t",
            "{}\0",
            "{},",
            ",{}",
            "{},{}",
            "{}, {}",
            "x,{}",
            "{},x",
            "\"{}\"",
            "Bearer {}",
            "KakaoAK {}",
            "{}{}",
        ]
        .map(|shape| shape.replace("{}", SECRET)),
    );
    keys.push(SECRET.to_uppercase());
    keys.push("[redacted]".to_owned());
    // And noise from nothing to 10,000 characters.
    let mut dice = Dice::new(1);
    while keys.len() < 1_000 {
        let length = if keys.len() % 2 == 0 { dice.below(64) } else { dice.below(10_001) };
        keys.push((0..length).map(|_| char::from(b'!' + dice.below(94) as u8)).collect());
    }
    keys.retain(|key| key != SECRET);
    keys
}

#[tokio::test]
async fn t01_a_thousand_wrong_keys_are_refused_before_anything_is_read() {
    let table = Table::start();
    let faults = Faults::before(&table);
    let app = app(env(&faults.url(), &[]));
    let keys = wrong_keys();
    assert!(keys.len() >= 998, "{}", keys.len());
    for key in &keys {
        // A body that nobody may look at: it would not even parse.
        let calls = [call().header(HEADER, Some(key)), Call::with_body("{").header(HEADER, Some(key))];
        for call in calls {
            let answer = ask(&app, &call).await;
            assert_eq!((answer.status, &answer.body), (401, &json!(null)), "{key:?}");
            let answer = ask_check(&app, &call.to("/skill-check/test")).await;
            assert_eq!((answer.status, &answer.body), (401, &json!(null)), "{key:?}");
        }
    }
    assert_eq!(app.bot.asked(), 0);
    assert_eq!(faults.count(ANY), 0, "the table was touched");
    assert_eq!(ask(&app, &call()).await.text(), "hello", "the right key still opens");
}

#[tokio::test]
async fn t07_no_header_and_a_repeated_header_are_refused() {
    let table = Table::start();
    let faults = Faults::before(&table);
    let app = app(env(&faults.url(), &[]));
    let repeated = [
        format!("{SECRET},{SECRET}"),
        format!("{SECRET}, {SECRET}"),
        format!("{SECRET},wrong"),
        format!("wrong,{SECRET}"),
    ];
    let calls = [call().header(HEADER, None), call().header(HEADER, None).header("x-other", Some(SECRET))].into_iter();
    for call in calls.chain(repeated.iter().map(|value| call().header(HEADER, Some(value)))) {
        assert_eq!(ask(&app, &call).await.status, 401, "{:?}", call.headers);
        assert_eq!(ask_check(&app, &call.to("/skill-check/test")).await.status, 401);
    }
    assert_eq!((app.bot.asked(), faults.count(ANY)), (0, 0));
}

#[tokio::test]
async fn t07_the_header_may_have_another_name_in_any_case() {
    let table = Table::start();
    let app = app(env(&table.url(), &[("SKILL_SECRET_HEADER", "X-My-Key")]));
    assert_eq!(ask(&app, &call()).await.status, 401, "the usual header does not count any more");
    assert_eq!(ask(&app, &call().header("x-my-key", Some(SECRET))).await.text(), "hello");
    assert_eq!(ask(&app, &call().header("X-My-Key", Some(SECRET))).await.text(), "hello");
}

#[tokio::test]
async fn t07_another_bots_people_get_a_polite_answer_and_nothing_is_stored() {
    let table = Table::start();
    let faults = Faults::before(&table);
    let app = app(env(&faults.url(), &[("BOT_IDS", &format!("aaaa, {BOT}"))]));
    for other in ["bbbb", "aaaaa", "AAAA", "", "aaaa!!", "aaaa,"] {
        let answer = ask(&app, &Call::says("u", "count").change(|payload| payload["bot"]["id"] = other.into())).await;
        assert!(answer.is_valid() && answer.is_sorry(), "{other:?}: {answer:?}");
    }
    let nameless = Call::says("u", "count").change(|payload| payload["bot"] = json!({}));
    assert!(ask(&app, &nameless).await.is_sorry());
    assert_eq!((app.bot.asked(), faults.count(ANY)), (0, 0));
    assert!(table.items().is_empty());
    // The bot itself, and its development channel, may.
    for own in ["aaaa", BOT, "aaaa!"] {
        let answer = ask(&app, &Call::says("u", "count").change(|payload| payload["bot"]["id"] = own.into())).await;
        assert_eq!(answer.text(), "1", "{own}");
    }
}

#[tokio::test]
async fn t07_only_the_word_off_switches_the_check_off() {
    let table = Table::start();
    for (word, status) in [
        ("off", 200),
        (" off ", 200),
        ("OFF", 401),
        ("Off", 401),
        ("false", 401),
        ("0", 401),
        ("no", 401),
        ("", 401),
        ("on", 401),
        ("offf", 401),
    ] {
        let app = app(env(&table.url(), &[("SKILL_SECRET_CHECK", word)]));
        assert_eq!(ask(&app, &call().header(HEADER, None)).await.status, status, "{word:?}");
    }
}

#[tokio::test]
async fn t07_without_a_configured_secret_nobody_is_listened_to() {
    // Not configured is not "open": the bot is not asked, nothing is stored. (That such a function does not even start is shown
    // where the built binary runs.)
    let table = Table::start();
    let faults = Faults::before(&table);
    for secret in ["", " ", ",", r#"{"current":""}"#] {
        let app = app(env(&faults.url(), &[("SKILL_SECRET", secret)]));
        for key in [None, Some(""), Some(SECRET), Some(","), Some("{}")] {
            let answer = ask(&app, &call().header(HEADER, key)).await;
            assert!(answer.status == 401 || answer.is_sorry(), "{secret:?} {key:?}: {answer:?}");
            let answer = ask_check(&app, &call().to("/skill-check/test").header(HEADER, key)).await;
            assert!(answer.status == 401 || answer.body["status"] == "ERROR", "{secret:?} {key:?}: {answer:?}");
        }
        assert_eq!(app.bot.asked(), 0);
    }
    assert_eq!(faults.count(ANY), 0);
}

struct Rotation {
    _table: Table,
    parameters: Parameters,
    app: App<Obedient>,
}

impl Rotation {
    fn new() -> Self {
        let (table, parameters) = (Table::start(), Parameters::start());
        let more =
            [("SKILL_SECRET", ""), ("SECRETS_PREFIX", "/kakao/dev"), ("AWS_ENDPOINT_URL_SSM", &parameters.url())];
        let app = app(env(&table.url(), &more));
        Self { _table: table, parameters, app }
    }

    fn secret(&self, value: &str) {
        self.parameters.set("/kakao/dev/SKILL_SECRET", value);
    }

    fn pass(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }

    async fn status(&self, key: &str) -> i64 {
        ask(&self.app, &call().header(HEADER, Some(key))).await.status
    }
}

#[tokio::test]
async fn t07_a_rotation_refuses_no_good_request_and_accepts_the_old_key_no_longer_than_the_cache() {
    let world = Rotation::new();
    world.secret(r#"{"current":"old"}"#);
    assert_eq!((world.status("old").await, world.status("new").await), (200, 401));
    // Both. A good key that is not known yet is looked for at once, but at most once a minute.
    world.pass(61);
    world.secret(r#"{"current":"new","previous":"old"}"#);
    assert_eq!((world.status("new").await, world.status("old").await), (200, 200));
    // New only: a wrong key makes the function look again, and the old one is out within the minute.
    world.pass(61);
    world.secret(r#"{"current":"new"}"#);
    assert_eq!(world.status("wrong").await, 401);
    assert_eq!((world.status("old").await, world.status("new").await), (401, 200));
}

#[tokio::test]
async fn t07_an_old_key_is_out_after_five_minutes_without_any_mismatch() {
    let world = Rotation::new();
    world.secret(r#"{"current":"new","previous":"old"}"#);
    assert_eq!(world.status("old").await, 200);
    world.secret(r#"{"current":"new"}"#);
    world.pass(299);
    assert_eq!(world.status("old").await, 200, "still cached");
    world.pass(1);
    assert_eq!((world.status("old").await, world.status("new").await), (401, 200));
}

#[tokio::test]
async fn t07_a_flood_of_wrong_keys_reads_the_parameter_once_a_minute() {
    let world = Rotation::new();
    world.secret("good");
    assert_eq!(world.status("good").await, 200);
    assert_eq!(world.parameters.calls(), 1);
    for _ in 0..3 {
        world.pass(60);
        let before = world.parameters.calls();
        let statuses = join_all((0..64).map(|_| world.status("wrong"))).await;
        assert!(statuses.iter().all(|status| *status == 401));
        assert_eq!(world.parameters.calls() - before, 1, "64 at once read it once");
    }
}

#[tokio::test]
async fn t07_a_parameter_store_in_trouble_lets_nobody_in_and_turns_nobody_away_who_was_in() {
    for mood in [Mood::Denies, Mood::Silent, Mood::Nonsense] {
        let world = Rotation::new();
        world.secret("good");
        // Never read: the person is told to try again, not refused, for the key may be right.
        world.parameters.feel(mood);
        for key in ["good", "wrong", ""] {
            let answer = ask(&world.app, &call().header(HEADER, Some(key))).await;
            assert!(answer.is_valid() && answer.is_sorry(), "{mood:?} {key:?}: {answer:?}");
        }
        assert_eq!(world.app.bot.asked(), 0);
        assert_eq!(world.parameters.calls(), 2, "a store in trouble is left alone for two seconds");
        world.pass(2);
        // Read once: the values known stay good, and wrong ones stay wrong.
        world.parameters.feel(Mood::Well);
        assert_eq!(world.status("good").await, 200);
        world.parameters.feel(mood);
        world.pass(301);
        assert_eq!((world.status("good").await, world.status("wrong").await), (200, 401), "{mood:?}");
    }
}

#[tokio::test]
async fn t07_one_bots_secret_does_not_open_another_bot() {
    let secret = json!({ "current": "everybody", "bots": { "점심": "lunch-only", "bbbb": { "current": "b-new", "previous": "b-old" } } });
    let table = Table::start();
    let faults = Faults::before(&table);
    let app =
        app(env(&faults.url(), &[("BOT_IDS", "점심=aaaa,bbbb,주문=cccc"), ("SKILL_SECRET", &secret.to_string())]));
    let says = |bot: &str, secret: &str| {
        Call::says("u", "bot").change(|payload| payload["bot"]["id"] = bot.into()).header(HEADER, Some(secret))
    };
    for (bot, secret, said) in [
        ("aaaa", "everybody", "점심 aaaa"),
        ("bbbb", "everybody", "? bbbb"),
        ("cccc!", "everybody", "주문 cccc"),
        ("aaaa", "lunch-only", "점심 aaaa"),
        ("aaaa!", "lunch-only", "점심 aaaa"),
        ("bbbb", "b-new", "? bbbb"),
        ("bbbb", "b-old", "? bbbb"),
    ] {
        assert_eq!(ask(&app, &says(bot, secret)).await.text(), said, "{bot} {secret}");
    }
    let (asked, touched) = (app.bot.asked(), faults.count(ANY));
    for (bot, secret) in
        [("bbbb", "lunch-only"), ("cccc", "lunch-only"), ("aaaa", "b-new"), ("dddd", "everybody"), ("", "b-old")]
    {
        let answer = ask(&app, &says(bot, secret)).await;
        assert!(answer.is_valid() && answer.is_sorry(), "{bot} {secret}: {answer:?}");
    }
    assert_eq!(ask(&app, &says("aaaa", "lunch")).await.status, 401);
    assert_eq!((app.bot.asked(), faults.count(ANY)), (asked, touched), "the bot was asked or the table touched");
}

#[tokio::test]
async fn t07_each_bot_and_channel_has_a_memory_of_its_own() {
    let table = Table::start();
    let app = app(env(&table.url(), &[("BOT_IDS", "one=aaaa,two=bbbb")]));
    for bot in ["aaaa", "aaaa!", "bbbb", "bbbb!"] {
        for count in ["1", "2"] {
            let call = Call::says("u", "count").change(|payload| payload["bot"]["id"] = bot.into());
            assert_eq!(ask(&app, &call).await.text(), count, "{bot}");
        }
    }
}
