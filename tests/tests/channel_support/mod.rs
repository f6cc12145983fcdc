//! What the tests of the channel callback share: bots, a table, a stand-in Kakao, and events.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use channel_callback::ChannelCallback;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::{ChannelFriend, Notices};
use shared::clock::{Clock, Millis};
use shared::effect::Effect;
use shared::kakao::skill::{EventRequest, EventUser};
use shared::kakao::work::{Message, To};
use tests::faults::Faults;
use tests::login::Login;
use tests::platform::bots::Forgetful;
use tests::platform::{Platform, wake};
use tests::table::{SWEEP, Table, env, number, stream_event, text};
use tests::webhooks::{ADMIN_KEY, APP_ID, Answered, Knock};
use tests::work::ROOM;

/// 2025-10-09T08:53:20Z
pub(crate) const NOW: Millis = Millis(1_760_000_000_000);
pub(crate) const WHO: &str = "2100000001";
pub(crate) const CHANNELS: &str = "/kapi/v2/api/talk/channels";

/// A bot that greets, or breaks.
#[derive(Default)]
pub(crate) struct Host {
    pub(crate) panics: AtomicBool,
    pub(crate) sleeps: AtomicBool,
    pub(crate) floods: AtomicBool,
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

/// A bot that tells its team of everybody who goes.
pub(crate) struct Desk;

impl Notices for Desk {
    async fn channel_blocked(&self, who: &ChannelFriend) -> Vec<Effect> {
        let person = who.app_user_id().map(|id| id.as_str().to_owned()).unwrap_or_default();
        let message = Message::new("채널을 떠난 사람이 있어요.").checked().expect("a message");
        vec![Effect::work(format!("blocked {person} {}", who.at().0), To::Room(ROOM.into()), message)]
    }
}

/// A bot to which nothing matters.
pub(crate) struct Silent;

impl Notices for Silent {}

pub(crate) struct World<B> {
    pub(crate) table: Table,
    pub(crate) faults: Faults,
    pub(crate) login: Login,
    pub(crate) platform: Platform,
    pub(crate) app: App<B>,
    pub(crate) outbox: App<Forgetful>,
}

impl<B: Notices> World<B> {
    pub(crate) fn with(bot: B, more: &[(&str, &str)]) -> Self {
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

    pub(crate) async fn send(&self, knock: &Knock) -> Answered {
        let answered = knock.at::<ChannelCallback, B>(&self.app).await;
        assert_eq!((answered.body.as_str(), answered.headers.len()), ("", 0), "an answer is a status and nothing else");
        answered
    }

    pub(crate) async fn tell(&self, body: &Value) -> i64 {
        self.send(&knock(body)).await.status
    }

    pub(crate) fn state(&self, pk: &str) -> Option<(String, u64)> {
        let item = self.table.item(pk, "CH#_AbCdE")?;
        Some((text(&item, "rel").to_owned(), number(&item, "at").unwrap_or_default()))
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }

    /// What the stream and the schedule do.
    pub(crate) async fn sweep(&self) {
        let entries: Vec<String> =
            self.table.items_under("OUT#").iter().map(|entry| text(entry, "PK").to_owned()).collect();
        wake(&self.outbox, &stream_event(&entries), &format!("stream-{}", self.app.clock.now().0)).await;
        wake(&self.outbox, SWEEP, &format!("sweep-{}", self.app.clock.now().0)).await;
    }

    pub(crate) fn clear(&self) {
        self.table.items().iter().for_each(|item| self.table.remove(text(item, "PK"), text(item, "SK")));
    }

    pub(crate) fn questions(&self) -> usize {
        self.login.asked().len()
    }
}

pub(crate) fn world() -> World<Silent> {
    World::with(Silent, &[])
}

pub(crate) fn knock(body: &Value) -> Knock {
    Knock::post("/channel/callback").json(body)
}

pub(crate) fn at(seconds: i64) -> String {
    let secs = (NOW.secs() as i64 + seconds) as u64;
    let of_day = secs % 86_400;
    assert_eq!(secs / 86_400, NOW.secs() / 86_400, "tests stay within one day");
    format!("2025-10-09T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

pub(crate) fn event(word: &str, seconds: i64) -> Value {
    json!({
        "event": word, "id": WHO, "id_type": "app_user_id", "channel_public_id": "_AbCdE", "channel_uuid": "@우리 채널",
        "updated_at": at(seconds)
    })
}

pub(crate) fn changed(mut event: Value, more: Value) -> Value {
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

pub(crate) fn relation(word: &str, seconds: i64) -> Option<(String, u64)> {
    Some((word.to_owned(), (NOW.0 as i64 + seconds * 1_000) as u64))
}

pub(crate) const APP: &str = "U#app#2100000001";
pub(crate) const OPEN: &str = "U#oid#2100000001";

pub(crate) fn kakao_says(word: &str, seconds: i64) -> Value {
    json!({"user_id": 2_100_000_001_u64, "channels": [
        {"channel_public_id": "_other", "relation": "ADDED", "updated_at": at(0)},
        {"channel_public_id": "_AbCdE", "channel_uuid": "@a", "relation": word, "updated_at": at(seconds)}
    ]})
}
