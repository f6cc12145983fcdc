//! `POST /channel/callback`: a gateway event, the function, the table's emulator; its questions to Kakao through the outbox. Rows are
//! those of protocol `channel-and-webhooks` 6.4.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use channel_callback::ChannelCallback;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::{ChannelFriend, Notices};
use shared::clock::{Clock, Millis};
use shared::effect::Effect;
use shared::kakao::skill::{EventRequest, EventUser};
use shared::store::{AppUser, Store};
use tests::faults::wire::Told;
use tests::faults::{ALWAYS, Dice, Fault, Faults, scaled};
use tests::login::Login;
use tests::parameters::{Mood, Parameters};
use tests::platform::bots::Forgetful;
use tests::platform::{Platform, wake};
use tests::table::{SWEEP, Table, env, number, stream_event, text};
use tests::webhooks::{ADMIN_KEY, APP_ID, Answered, Knock, answered};

/// 2025-10-09T08:53:20Z
const NOW: Millis = Millis(1_760_000_000_000);
const WHO: &str = "2100000001";
const CHANNELS: &str = "/kapi/v2/api/talk/channels";

/// A bot that greets, or breaks.
#[derive(Default)]
struct Host {
    panics: AtomicBool,
    sleeps: AtomicBool,
    floods: AtomicBool,
}

impl Notices for Host {
    async fn channel_added(&self, who: &ChannelFriend) -> Vec<Effect> {
        assert!(!self.panics.load(Ordering::SeqCst), "canary-panic");
        if self.sleeps.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        if self.floods.load(Ordering::SeqCst) {
            let all = (0..9_200).map(|number: u64| EventUser::app_user_id(number.to_string()));
            return Effect::events("all", "b1", EventRequest::new("all").to_all(all));
        }
        assert!(who.channel().starts_with('_') && who.search_id().starts_with('@'));
        who.event("welcome")
    }
}

/// A bot to which nothing matters.
struct Silent;

impl Notices for Silent {}

struct World<B> {
    table: Table,
    faults: Faults,
    login: Login,
    platform: Platform,
    app: App<B>,
    outbox: App<Forgetful>,
}

impl<B: Notices> World<B> {
    fn with(bot: B, more: &[(&str, &str)]) -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let (login, platform) = (Login::default(), Platform::start());
        let (kapi, url) = (format!("{}/kapi", login.url()), platform.url());
        let settings = [
            ("KAKAO_APP_ID", APP_ID),
            ("KAKAO_ADMIN_KEYS", ADMIN_KEY),
            ("KAPI_URL", kapi.as_str()),
            ("BOT_API_URL", url.as_str()),
        ];
        let settings: Vec<_> = settings.into_iter().chain(more.iter().copied()).collect();
        let (env, clock) = (env(&faults.url(), &settings), Clock::at(NOW));
        let (app, outbox) = (App::new(bot, env.clone(), clock.clone()), App::new(Forgetful, env, clock));
        Self { table, faults, login, platform, app, outbox }
    }

    async fn send(&self, knock: &Knock) -> Answered {
        let answered = knock.at::<ChannelCallback, B>(&self.app).await;
        assert_eq!((answered.body.as_str(), answered.headers.len()), ("", 0), "an answer is a status and nothing else");
        answered
    }

    async fn tell(&self, body: &Value) -> i64 {
        self.send(&knock(body)).await.status
    }

    fn state(&self, pk: &str) -> Option<(String, u64)> {
        let item = self.table.item(pk, "CH#_AbCdE")?;
        Some((text(&item, "rel").to_owned(), number(&item, "at").unwrap_or_default()))
    }

    fn pass(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }

    /// What the stream and the schedule do.
    async fn sweep(&self) {
        let entries: Vec<String> =
            self.table.items_under("OUT#").iter().map(|entry| text(entry, "PK").to_owned()).collect();
        wake(&self.outbox, &stream_event(&entries), &format!("stream-{}", self.app.clock.now().0)).await;
        wake(&self.outbox, SWEEP, &format!("sweep-{}", self.app.clock.now().0)).await;
    }

    fn clear(&self) {
        self.table.items().iter().for_each(|item| self.table.remove(text(item, "PK"), text(item, "SK")));
    }

    fn questions(&self) -> usize {
        self.login.asked().len()
    }
}

fn world() -> World<Silent> {
    World::with(Silent, &[])
}

fn knock(body: &Value) -> Knock {
    Knock::post("/channel/callback").json(body)
}

fn at(seconds: i64) -> String {
    let secs = (NOW.secs() as i64 + seconds) as u64;
    let of_day = secs % 86_400;
    assert_eq!(secs / 86_400, NOW.secs() / 86_400, "tests stay within one day");
    format!("2025-10-09T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

fn event(word: &str, seconds: i64) -> Value {
    json!({
        "event": word, "id": WHO, "id_type": "app_user_id", "channel_public_id": "_AbCdE", "channel_uuid": "@우리 채널",
        "updated_at": at(seconds)
    })
}

fn changed(mut event: Value, more: Value) -> Value {
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn relation(word: &str, seconds: i64) -> Option<(String, u64)> {
    Some((word.to_owned(), (NOW.0 as i64 + seconds * 1_000) as u64))
}

const APP: &str = "U#app#2100000001";
const OPEN: &str = "U#oid#2100000001";

#[tokio::test]
async fn row_16_old_names_new_names_and_both_lead_to_the_same_state() {
    let old = json!({"event": "added", "id": 2_100_000_001_u64, "id_type": "app_user_id", "plus_friend_public_id": "_AbCdE",
        "plus_friend_uuid": "@우리 채널", "timestamp": (NOW.0 - 60_000) / 1_000});
    let both = changed(old.clone(), event("added", -60));
    for body in [event("added", -60), old, both] {
        let world = world();
        assert_eq!(world.tell(&body).await, 200);
        assert_eq!(world.state(APP), relation("added", -60), "{body}");
        assert_eq!(world.table.items().len(), 1);
    }
}

#[tokio::test]
async fn row_17_a_late_event_changes_nothing() {
    let world = world();
    assert_eq!(world.tell(&event("added", 500)).await, 200);
    assert_eq!(world.tell(&event("blocked", 380)).await, 200);
    assert_eq!(world.state(APP), relation("added", 500));
    assert_eq!(world.tell(&event("blocked", 501)).await, 200);
    assert_eq!(world.state(APP), relation("blocked", 501));
    let store = Store::new(&env(&world.faults.url(), &[]));
    let relations = store.channels_of(&AppUser::parse(WHO).unwrap()).await.unwrap();
    assert!(relations.len() == 1 && relations[0].blocked && relations[0].channel.as_str() == "_AbCdE");
}

#[tokio::test]
async fn row_18_an_open_id_is_nobody_else_before_kakao_confirms_it() {
    let world = world();
    let open = changed(event("added", -60), json!({"id_type": "open_id"}));
    assert_eq!(world.tell(&open).await, 200);
    assert_eq!((world.state(OPEN), world.state(APP)), (relation("added", -60), None));
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (None, 0), "nobody by that number is a member");
    // Somebody by that number is: Kakao is asked, and its word is written down, not the event's.
    world.table.put(&json!({ "PK": {"S": APP}, "SK": {"S": "MEMBER"}, "mg": {"S": "g"}, "consents": {"S": "[]"}, "profile": {"S": "{}"} }));
    world.login.json(CHANNELS, 200, kakao_says("BLOCKED", -30));
    assert_eq!(world.tell(&changed(event("added", -50), json!({"id_type": "open_id"}))).await, 200);
    assert_eq!(world.state(APP), None, "no write before confirmation");
    world.sweep().await;
    assert_eq!((world.state(APP), world.state(OPEN)), (relation("blocked", -30), relation("added", -50)));
    let asked = world.login.asked();
    assert!(asked.len() == 1 && asked[0].path.contains("target_id=2100000001"));
    // An id that is no number is nobody's but its own.
    assert_eq!(world.tell(&changed(open, json!({"id": "Ab_-1"}))).await, 200);
    assert_eq!(world.state("U#oid#Ab_-1"), relation("added", -60));
    world.pass(60);
    world.sweep().await;
    assert_eq!(world.questions(), 0);
}

fn kakao_says(word: &str, seconds: i64) -> Value {
    json!({"user_id": 2_100_000_001_u64, "channels": [
        {"channel_public_id": "_other", "relation": "ADDED", "updated_at": at(0)},
        {"channel_public_id": "_AbCdE", "channel_uuid": "@a", "relation": word, "updated_at": at(seconds)}
    ]})
}

#[tokio::test]
async fn row_19_one_resource_id_is_one_write() {
    let world = world();
    let named = |body: &Value| knock(body).header("x-kakao-resource-id", Some("5f1e2d3c4b5a69788796a5b4"));
    assert_eq!(world.send(&named(&event("added", -60))).await.status, 200);
    let before = world.table.items();
    assert_eq!(world.send(&named(&event("added", -60))).await.status, 200);
    assert_eq!(world.send(&named(&event("blocked", -10))).await.status, 200, "the same delivery, whatever it says");
    assert_eq!(world.table.items(), before);
    assert_eq!(world.tell(&event("blocked", -10)).await, 200);
    assert_eq!(world.state(APP), relation("blocked", -10));
}

#[tokio::test]
async fn row_20_t23_a_large_body_is_refused_fast_and_after_the_key() {
    let world = world();
    for bytes in [64 * 1024 + 1, 1024 * 1024, 10 * 1024 * 1024] {
        let large = knock(&json!({ "event": "x".repeat(bytes) }));
        let event = large.event(NOW);
        let started = Instant::now();
        assert_eq!(answered::<ChannelCallback, Silent>(&world.app, &event).await.status, 413);
        assert!(bytes > 1024 * 1024 || started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
        assert_eq!(world.send(&large.header("authorization", None)).await.status, 401);
    }
    let base64 = Knock { base64: true, ..knock(&event("added", -60)) };
    assert_eq!(world.send(&base64).await.status, 200);
    assert_eq!(world.state(APP), relation("added", -60));
}

#[tokio::test]
async fn table_4_2_what_cannot_be_used_is_400_and_what_is_new_is_200() {
    let world = world();
    let good = event("added", -60);
    for member in ["event", "id", "id_type", "channel_public_id", "channel_uuid", "updated_at"] {
        for value in [Value::Null, json!(""), json!([]), json!({}), json!(true), json!(1.5)] {
            let body = changed(good.clone(), json!({ member: value }));
            assert_eq!(world.tell(&body).await, 400, "{member} {value}");
        }
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(member);
        assert_eq!(world.tell(&without).await, 400, "without {member}");
    }
    for body in ["", "null", "[]", "event=added", "{", "\u{feff}", "{\"event\":1e400}", "\"x\"", "\0"] {
        let knock = Knock::post("/channel/callback").body("application/json", body);
        assert_eq!(world.send(&knock).await.status, 400, "{body:?}");
    }
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    for bytes in [deep.into_bytes(), b"\xff\xfe".to_vec()] {
        let knock = Knock { base64: true, ..Knock::post("/channel/callback").body("application/json", bytes) };
        assert_eq!(world.send(&knock).await.status, 400);
    }
    let bad_base64 = r#"{"rawPath":"/channel/callback","headers":{"authorization":"KakaoAK 0123456789abcdef0123456789abcdef"},
        "requestContext":{"http":{"method":"POST"}},"body":"***","isBase64Encoded":true}"#;
    assert_eq!(answered::<ChannelCallback, Silent>(&world.app, bad_base64).await.status, 400);
    assert!(world.table.items().is_empty());

    assert_eq!(world.tell(&changed(good.clone(), json!({"id_type": "email", "id": "a@b"}))).await, 200);
    assert!(world.table.items().is_empty(), "a kind of id that nobody knows has no key");
    assert_eq!(world.tell(&changed(good.clone(), json!({"event": "removed", "account_id": 7}))).await, 200);
    let kept = world.table.item(APP, "CH#_AbCdE").expect("it is kept");
    assert_eq!((text(&kept, "odd"), text(&kept, "rel")), ("removed", ""), "and changes nothing");
    assert_eq!(world.tell(&event("added", -300)).await, 200);
    assert_eq!(world.state(APP), relation("added", -300), "also not the order of what is known");
}

#[tokio::test]
async fn a_channel_that_is_not_ours_is_not_kept() {
    for (others, status) in [("", 200), ("refuse", 403)] {
        let world = World::with(Silent, &[("CHANNEL_IDS", "_mine,_AbCdE"), ("CHANNEL_OTHERS", others)]);
        let foreign = changed(event("added", -60), json!({"channel_public_id": "_Foreign"}));
        assert_eq!(world.tell(&foreign).await, status);
        assert!(world.table.items().is_empty());
        assert_eq!(world.tell(&event("added", -60)).await, 200);
        assert_eq!(world.table.items().len(), 1);
    }
}

#[tokio::test]
async fn a_deployment_without_an_app_takes_nothing() {
    let world = World::with(Silent, &[("KAKAO_APP_ID", "")]);
    assert_eq!(world.tell(&event("added", -60)).await, 404);
    assert_eq!(world.send(&knock(&event("added", -60)).header("authorization", None)).await.status, 404);
    assert!(world.table.items().is_empty());
}

// ---- who may say so

#[tokio::test]
async fn t01_a_thousand_wrong_keys_are_refused_before_the_body_is_read() {
    let world = world();
    let mut dice = Dice::new(1);
    let mut wrong: Vec<String> = Vec::new();
    for bit in 0..ADMIN_KEY.len() * 8 {
        let mut bytes = ADMIN_KEY.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        wrong.extend(String::from_utf8(bytes).ok());
    }
    wrong.extend((0..ADMIN_KEY.len()).map(|length| ADMIN_KEY[..length].to_owned()));
    wrong.extend(["x", "0", " ", "\t", "\u{a0}"].map(|more| format!("{ADMIN_KEY}{more}")));
    wrong.extend([ADMIN_KEY.to_uppercase(), format!(" {ADMIN_KEY}"), "null".to_owned()]);
    while wrong.len() < 1_000 {
        let length = dice.below(10_000) as usize;
        wrong.push((0..length).map(|_| char::from(33 + dice.below(94) as u8)).collect());
    }
    for (at, key) in wrong.iter().enumerate() {
        let scheme = ["KakaoAK", "kakaoak", "KAKAOAK"][at % 3];
        // A body that nobody could read: were it looked at first, the answer would be another.
        let knock = Knock::post("/channel/callback").body("application/json", "{");
        let knock = knock.header("authorization", Some(&format!("{scheme} {key}")));
        assert_eq!(world.send(&knock).await.status, 401, "{key:?}");
    }
    assert!(world.table.items().is_empty() && world.faults.writes().is_empty());
    assert_eq!(world.tell(&event("added", -60)).await, 200);
}

#[tokio::test]
async fn row_3_t02_one_header_one_scheme_one_key() {
    let world = world();
    let good = knock(&event("added", -60));
    let headers = [
        None,
        Some(String::new()),
        Some(ADMIN_KEY.to_owned()),
        Some(format!("Bearer {ADMIN_KEY}")),
        Some(format!("Basic {ADMIN_KEY}")),
        Some(format!("KakaoAK  {ADMIN_KEY}")),
        Some(format!(" KakaoAK {ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY} ")),
        Some(format!("KakaoAK\t{ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY},KakaoAK {ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY}, KakaoAK bad")),
        Some(format!("KakaoAK bad,KakaoAK {ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY},")),
        Some("KakaoAK".to_owned()),
        Some("KakaoAK ".to_owned()),
    ];
    for header in headers {
        let knock = good.clone().header("authorization", header.as_deref());
        assert_eq!(world.send(&knock).await.status, 401, "{header:?}");
    }
    assert!(world.table.items().is_empty());
    for scheme in ["kakaoak", "KAKAOAK"] {
        let knock = good.clone().header("authorization", Some(&format!("{scheme} {ADMIN_KEY}")));
        assert_eq!(world.send(&knock).await.status, 200, "a scheme has no case");
    }
}

#[tokio::test]
async fn an_address_is_an_extra_check_and_never_the_only_one() {
    let world = World::with(Silent, &[("CALLBACK_ADDRESSES", "211.249.221.0/24")]);
    let good = knock(&event("added", -60));
    for source in ["211.249.222.1", "", "10.0.0.1", "::1"] {
        let knock = Knock { source: source.to_owned(), ..good.clone() };
        assert_eq!(world.send(&knock).await.status, 401, "{source}");
    }
    assert_eq!(world.send(&good.clone().header("authorization", None)).await.status, 401);
    assert!(world.table.items().is_empty());
    assert_eq!(world.send(&good).await.status, 200);
}

#[tokio::test]
async fn t06_a_rotation_refuses_no_good_key_and_takes_no_old_one_after_a_minute() {
    let parameters = Parameters::start();
    let url = parameters.url();
    let from_ssm = [("KAKAO_ADMIN_KEYS", ""), ("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", url.as_str())];
    let world = World::with(Silent, &from_ssm);
    let set = |value: &str| parameters.set("/kakao/KAKAO_ADMIN_KEYS", value);
    let with = |key: &str| knock(&event("added", -60)).header("authorization", Some(&format!("KakaoAK {key}")));
    set("old");
    assert_eq!(world.send(&with("old")).await.status, 200);
    set("new,old");
    for _ in 0..12 {
        assert_eq!(world.send(&with("old")).await.status, 200);
        world.pass(10);
    }
    for _ in 0..12 {
        assert_eq!(world.send(&with("new")).await.status, 200);
        assert_eq!(world.send(&with("old")).await.status, 200);
        world.pass(10);
    }
    set("new");
    world.pass(61);
    for _ in 0..30 {
        assert_eq!(world.send(&with("old")).await.status, 401);
        assert_eq!(world.send(&with("new")).await.status, 200);
        world.pass(10);
    }
    // A store in trouble lets nobody in and turns nobody away who was in; one that never answered is 503.
    parameters.feel(Mood::Denies);
    world.pass(600);
    assert_eq!(world.send(&with("new")).await.status, 200);
    assert_eq!(world.send(&with("old")).await.status, 401);
    let fresh = World::with(Silent, &from_ssm);
    assert_eq!(fresh.send(&with("new")).await.status, 503);
    assert!(fresh.table.items().is_empty());
}

#[tokio::test]
async fn t06_a_flood_of_wrong_keys_reads_the_parameter_once_a_minute() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "new");
    let url = parameters.url();
    let world =
        World::with(Silent, &[("KAKAO_ADMIN_KEYS", ""), ("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", &url)]);
    for _ in 0..180 {
        let wrong = knock(&event("added", -60)).header("authorization", Some("KakaoAK wrong"));
        assert_eq!(world.send(&wrong).await.status, 401);
        world.pass(1);
    }
    assert!(parameters.calls() <= 4, "{}", parameters.calls());
}

// ---- time and order

#[tokio::test]
async fn t04_an_event_of_the_far_future_freezes_nothing() {
    let world = world();
    assert_eq!(world.tell(&event("added", -60)).await, 200);
    let future = changed(event("blocked", 0), json!({"updated_at": "2099-01-01T00:00:00Z"}));
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    assert_eq!(world.tell(&future).await, 200);
    assert_eq!(world.state(APP), relation("added", -60));
    world.sweep().await;
    assert_eq!((world.state(APP), world.questions()), (relation("added", -60), 1), "Kakao was asked");
    assert_eq!(world.tell(&event("blocked", 599)).await, 200, "a clock may be ten minutes off");
    assert_eq!(world.state(APP), relation("blocked", 599), "a real event wins");
    let huge = changed(event("added", 0), json!({ "updated_at": u64::MAX }));
    assert_eq!(world.tell(&huge).await, 200);
    assert_eq!(world.state(APP), relation("blocked", 599));
}

#[tokio::test]
async fn f03_two_things_on_one_second_are_settled_by_kakao() {
    for order in [["added", "blocked"], ["blocked", "added"]] {
        let world = world();
        world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
        for word in order {
            assert_eq!(world.tell(&event(word, -60)).await, 200);
        }
        assert_eq!(world.state(APP), relation("blocked", -60), "until then the careful choice");
        if order[0] == "blocked" {
            world.sweep().await;
            assert_eq!(world.state(APP), relation("added", -60));
            for word in order {
                assert_eq!(world.tell(&event(word, -60)).await, 200);
            }
            world.pass(60);
            world.sweep().await;
            assert_eq!(world.state(APP), relation("added", -60), "copies change nothing");
        }
    }
}

/// 10,000 orders nightly (`KAKAO_TEST_SCALE=40`); the rule itself is a comparison of two numbers.
#[tokio::test]
async fn f03_any_order_and_any_copies_lead_to_the_newest() {
    let world = world();
    let mut dice = Dice::new(3);
    let runs: Vec<_> = (0..scaled(250))
        .map(|run| {
            let mut events: Vec<(i64, &str)> = (0..1 + dice.below(8))
                .map(|_| (-100 + dice.below(4) as i64, *dice.pick(&["added", "blocked"])))
                .collect();
            let copies: Vec<_> = (0..dice.below(4)).map(|_| *dice.pick(&events)).collect();
            events.extend(copies);
            (3_000_000 + run, events)
        })
        .collect();
    let tell = async |(id, events): &(u64, Vec<(i64, &str)>)| {
        for (seconds, word) in events {
            let body = changed(event(word, *seconds), json!({ "id": id }));
            assert_eq!(world.tell(&body).await, 200);
        }
        let newest = events.iter().max_by_key(|(seconds, word)| (*seconds, *word == "blocked")).unwrap();
        assert_eq!(world.state(&format!("U#app#{id}")), relation(newest.1, newest.0), "{events:?}");
    };
    for some in runs.chunks(16) {
        join_all(some.iter().map(tell)).await;
    }
}

/// 10,000 events over 100 people nightly (`KAKAO_TEST_SCALE=10`); each told twice, shuffled, by 32 senders at once.
#[tokio::test]
async fn f02_f03_a_shuffled_doubled_stream_ends_in_the_newest_of_each() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    let mut dice = Dice::new(4);
    let mut stream: Vec<(u64, i64, &str)> = Vec::new();
    let mut newest: BTreeMap<u64, (i64, bool)> = BTreeMap::new();
    for _ in 0..scaled(1_000) {
        let (id, seconds) = (4_000_000 + dice.below(100), -20_000 + dice.below(20_000) as i64);
        let word = *dice.pick(&["added", "blocked"]);
        let last = newest.entry(id).or_insert((seconds, word == "blocked"));
        *last = (*last).max((seconds, word == "blocked"));
        stream.extend([(id, seconds, word); 2]);
    }
    dice.shuffle(&mut stream);
    let senders = 32;
    join_all((0..senders).map(|sender| {
        let mine = stream.iter().skip(sender).step_by(senders);
        let world = &world;
        async move {
            for (id, seconds, word) in mine {
                let body = changed(event(word, *seconds), json!({ "id": id }));
                // On a machine with much else to do a few come too late; they are told again, as a sender would.
                let mut tries = 0;
                while world.tell(&body).await != 200 {
                    tries += 1;
                    assert!(tries < 5, "{body}");
                }
            }
        }
    }))
    .await;
    for (id, (seconds, blocked)) in newest {
        let word = if blocked { "blocked" } else { "added" };
        assert_eq!(world.state(&format!("U#app#{id}")), relation(word, seconds), "{id}");
    }
}

#[tokio::test]
async fn f01_f02_copies_one_after_the_other_and_at_once_are_one() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for round in 0..20 {
        let body = changed(event("added", -60), json!({ "id": 5_000_000 + round }));
        let all = join_all((0..64).map(|_| world.tell(&body))).await;
        assert!(all.iter().all(|status| *status == 200), "{all:?}");
        for _ in 0..5 {
            assert_eq!(world.tell(&body).await, 200);
        }
        assert_eq!(world.state(&format!("U#app#{}", 5_000_000 + round)), relation("added", -60));
    }
    assert_eq!(world.table.items_under("OUT#").len(), 20, "one greeting each");
}

// ---- what follows

#[tokio::test]
async fn a_greeting_leaves_through_the_outbox_once() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for _ in 0..3 {
        assert_eq!(world.tell(&event("added", -60)).await, 200);
        world.sweep().await;
    }
    let told = world.platform.events().told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(world.tell(&event("blocked", -50)).await, 200);
    assert_eq!(world.tell(&event("added", -70)).await, 200, "an old one greets nobody");
    assert_eq!(world.tell(&changed(event("added", -40), json!({"id_type": "open_id", "id": "x"}))).await, 200);
    world.sweep().await;
    assert_eq!(world.platform.events().told().len(), 1, "whom nobody knows cannot be told anything");
    assert_eq!(world.tell(&event("added", -40)).await, 200);
    world.sweep().await;
    assert_eq!(world.platform.events().told().len(), 2, "who comes back is greeted again");
}

#[tokio::test]
async fn f33_a_bot_that_breaks_loses_its_effects_and_not_the_relation() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for flag in [&world.app.bot.panics, &world.app.bot.sleeps, &world.app.bot.floods] {
        flag.store(true, Ordering::SeqCst);
        for (seconds, word) in [(-60, "added"), (-50, "blocked")] {
            let status = world.tell(&changed(event(word, seconds), json!({"id": 6_000_000}))).await;
            assert_eq!(status, if word == "added" { 503 } else { 200 });
            assert_eq!(world.state("U#app#6000000"), relation(word, seconds));
        }
        world.table.remove("U#app#6000000", "CH#_AbCdE");
        flag.store(false, Ordering::SeqCst);
        assert!(world.table.items_under("OUT#").is_empty());
    }
    assert_eq!(world.tell(&event("added", -60)).await, 200);
    assert_eq!(world.table.items_under("OUT#").len(), 1, "the next one is fine");
}

// ---- trouble at the table and at Kakao

#[tokio::test]
async fn f09_f10_f12_what_cannot_be_stored_is_503_and_leaves_nothing_half_done() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for (operation, word) in [("TransactWriteItems", "added"), ("UpdateItem", "blocked")] {
        for fault in [
            Fault::Error("ProvisionedThroughputExceededException"),
            Fault::Error("AccessDeniedException"),
            Fault::Error("InternalServerError"),
            Fault::CutBefore,
            Fault::Garbage,
            Fault::Never,
        ] {
            world.faults.on(operation, ALWAYS, fault);
            let started = Instant::now();
            let body = changed(event(word, -60), json!({"id": 7_000_000}));
            assert_eq!(world.tell(&body).await, 503, "{operation} {fault:?}");
            assert!(started.elapsed() < Duration::from_millis(2_500), "{fault:?} {:?}", started.elapsed());
            world.faults.clear();
            if !matches!(fault, Fault::Garbage) {
                assert!(world.table.items().is_empty(), "{operation} {fault:?}");
            }
            world.clear();
            assert_eq!(world.tell(&event("added", -60)).await, 200, "the next one is fine");
            world.clear();
        }
        world.faults.on(operation, 2, Fault::Error("ThrottlingException"));
        assert_eq!(world.tell(&changed(event(word, -60), json!({"id": 7_000_001}))).await, 200);
        world.faults.clear();
        world.clear();
    }
}

#[tokio::test]
async fn f08_an_answer_that_got_lost_is_no_second_change() {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    for (operation, word, id) in [("TransactWriteItems", "added", 8_000_000), ("UpdateItem", "blocked", 8_000_001)] {
        world.faults.on(operation, 1, Fault::CutAfter);
        assert_eq!(world.tell(&changed(event(word, -60), json!({ "id": id }))).await, 200);
        world.faults.clear();
        assert_eq!(world.state(&format!("U#app#{id}")), relation(word, -60));
    }
    assert_eq!(world.table.items_under("OUT#").len(), 1);
}

#[tokio::test]
async fn f22_the_budget_begins_when_the_gateway_received_it() {
    let world = world();
    world.faults.on("UpdateItem", ALWAYS, Fault::Slow(Duration::from_millis(350)));
    let late = Knock { received: Some(NOW.minus(Duration::from_millis(1_900))), ..knock(&event("added", -60)) };
    let started = Instant::now();
    assert_eq!(world.send(&late).await.status, 503);
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
}

#[tokio::test]
async fn f15_f16_f17_f19_a_question_that_kakao_does_not_answer_is_asked_again() {
    let troubles: Vec<(&str, Told)> = vec![
        ("401", Told::answer(401, "application/json", br#"{"msg":"no","code":-401}"#.to_vec())),
        ("403", Told::answer(403, "text/html", b"<html>".to_vec())),
        ("429", Told::answer(429, "application/json", br#"{"msg":"slow down","code":-10}"#.to_vec())),
        ("500", Told::answer(500, "text/html", b"<html>".to_vec())),
        ("cut", Told::Cut),
        ("html", Told::answer(200, "text/html", b"<html>".to_vec())),
        ("empty", Told::answer(200, "application/json", Vec::new())),
        ("null", Told::answer(200, "application/json", b"null".to_vec())),
        ("other", Told::answer(200, "application/json", br#"{"user_id":7,"channels":[]}"#.to_vec())),
        ("flood", Told::Flood(100 * 1024 * 1024)),
    ];
    for (name, trouble) in troubles {
        let world = world();
        for word in ["blocked", "added"] {
            assert_eq!(world.tell(&event(word, -60)).await, 200);
        }
        world.login.tell(CHANNELS, trouble);
        world.sweep().await;
        assert_eq!(world.state(APP), relation("blocked", -60), "{name}: nothing is stored");
        world.login.forget(CHANNELS).json(CHANNELS, 200, kakao_says("ADDED", -60));
        world.pass(3_600);
        world.sweep().await;
        assert_eq!(world.state(APP), relation("added", -60), "{name}");
    }
    for (status, body) in [
        (400, json!({"msg": "NotRegisteredUserException", "code": -101})),
        (403, json!({"msg": "insufficient scopes.", "code": -402, "required_scopes": ["plusfriends"]})),
        (200, kakao_says("NONE", -60)),
        (
            200,
            json!({"user_id": 2_100_000_001_u64, "channels": [{"channel_public_id": "_AbCdE", "relation": "ADDED"}]}),
        ),
    ] {
        let world = world();
        for word in ["blocked", "added"] {
            assert_eq!(world.tell(&event(word, -60)).await, 200);
        }
        world.login.json(CHANNELS, status, body.clone());
        world.sweep().await;
        world.pass(3_600);
        world.sweep().await;
        assert_eq!(
            (world.state(APP), world.questions()),
            (relation("blocked", -60), 1),
            "{body}: asked once and let be"
        );
    }
}

#[tokio::test]
async fn f25_a_broken_question_is_parked_and_holds_up_nobody() {
    let world = world();
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    for word in ["blocked", "added"] {
        assert_eq!(world.tell(&event(word, -60)).await, 200);
    }
    let entry = world.table.items_under("OUT#").remove(0);
    let mut poison = entry.clone();
    poison["PK"] = json!({"S": "OUT#poison"});
    poison["body"] = json!({"S": r#"{"kind":"recheck","app":"x","channel":7}"#});
    world.table.put(&poison);
    world.sweep().await;
    assert_eq!(world.state(APP), relation("added", -60));
    assert_eq!(text(&world.table.item("OUT#poison", "OUT").unwrap(), "st"), "PARKED");
}

// ---- the log

/// Everything that can happen, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let key = ("KAKAO_ADMIN_KEYS", "canary-key");
    let world = World::with(Host::default(), &[key, ("BOT_IDS", "b1"), ("CHANNEL_IDS", "_AbCdE,_canary-channel")]);
    let named = |body: &Value| {
        let knock = knock(body).header("authorization", Some("KakaoAK canary-key"));
        knock.header("x-kakao-resource-id", Some("canary-resource")).header("canary-header", Some("canary-header"))
    };
    let canary = json!({"id": "canary-id", "id_type": "open_id", "channel_public_id": "_canary-channel", "channel_uuid": "@canary-search"});
    for (change, more) in [
        (json!({}), json!({})),
        (canary.clone(), json!({})),
        (canary.clone(), json!({"event": "canary-event"})),
        (canary.clone(), json!({"id_type": "canary-type"})),
        (canary.clone(), json!({"updated_at": "2099-01-01T00:00:00Z"})),
        (canary.clone(), json!({"updated_at": "canary-time"})),
        (canary.clone(), json!({"plus_friend_public_id": "canary-other", "canary-member": "canary"})),
        (canary.clone(), json!({"channel_public_id": "_canaryforeign"})),
        (canary.clone(), json!({"id": {"canary": 1}})),
    ] {
        let body = changed(changed(event("added", -60), change), more);
        let _ = world.send(&named(&body)).await;
    }
    let _ = world.send(&named(&event("blocked", -40)).header("x-kakao-resource-id", None)).await;
    world.app.bot.panics.store(true, Ordering::SeqCst);
    let _ = world.send(&named(&event("added", -30)).header("x-kakao-resource-id", None)).await;
    for header in ["KakaoAK canary-wrong", "canary", "KakaoAK canary-key,KakaoAK canary-key"] {
        let _ = world.send(&named(&event("added", -60)).header("authorization", Some(header))).await;
    }
    world.login.json(CHANNELS, 200, kakao_says("ADDED", -60));
    world.sweep().await;
    world.faults.on("UpdateItem", ALWAYS, Fault::Error("AccessDeniedException"));
    let _ = world.send(&named(&event("blocked", -20)).header("x-kakao-resource-id", None)).await;
    println!("{:?}", world.app.env);
}

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["everything_that_is_logged", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    let lines: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["event"].is_string())
        .collect();
    let log = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for secret in ["canary", WHO, ADMIN_KEY] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    assert!(!text.contains("canary-key"), "not even among the settings");
    let known = [
        "level", "event", "request", "outcome", "why", "field", "rule", "kind", "ms", "count", "item", "source", "task",
    ];
    for line in &lines {
        assert!(line.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())), "{line}");
    }
    let told = |outcome: &str| lines.iter().any(|line| line["outcome"] == outcome);
    for outcome in [
        "added",
        "blocked",
        "unknown-event",
        "nobody",
        "ahead",
        "unfit",
        "foreign",
        "unreadable",
        "bot-failed",
        "untrusted",
        "not-stored",
    ] {
        assert!(told(outcome), "{outcome} is not in\n{log}");
    }
}
