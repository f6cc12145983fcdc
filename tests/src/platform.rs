//! Kakao's bot platform: asks the skill, takes late answers at `POST /callback/…` and events at `POST /v2/bots/…/talk`, well or
//! badly (protocol `skill` 2, 3, 8, 10).
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use shared::app::App;
use shared::bot::work::WorkModals;
use shared::bot::{Checks, Skills};
use shared::clock::{Clock, Millis};
use shared::endpoint::Endpoint;
use shared::env::Env;
use shared::kakao::limits;
use shared::kakao::skill::SkillResponse;
use shared::lambda::{self, Consumer};
use skill::Skill;
use skill_check::SkillCheck;

use crate::faults::Faults;
use crate::faults::wire::{Asked, Told, Wire};
use crate::table::{SECRET, Table, env, text};

/// How the platform takes a late answer.
#[derive(Clone, Debug, Default)]
pub enum Takes {
    /// `SUCCESS` for the first answer to a URL, the documented `FAIL` for any further one.
    #[default]
    Well,
    /// This status with a `FAIL` that says this.
    Fails(u16, &'static str),
    /// This status and an empty body.
    Status(u16),
    /// Takes it well, but says so only after this.
    Slowly(Duration),
    /// Cuts the connection before it reads anything.
    DiesBefore,
    /// Takes it, and cuts the connection instead of saying so.
    DiesAfter,
    /// Takes it and says nothing.
    Silently,
    /// `302` to this address.
    Redirects(String),
    /// `200` and so many bytes.
    Floods(u64),
    /// `200` and one byte now and then, without end.
    Drips(Duration),
}

/// A late answer that arrived.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// `/callback/…`.
    pub path: String,
    /// Request headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body; `null` if it was no JSON.
    pub body: Value,
    /// Whether the platform showed it to the person.
    pub accepted: bool,
}

#[derive(Debug, Default)]
struct State {
    takes: Mutex<Takes>,
    deliveries: Mutex<Vec<Delivery>>,
    issued: AtomicU64,
    events: events::Desk,
}

/// The stand-in.
#[derive(Debug)]
pub struct Platform {
    wire: Wire,
    state: Arc<State>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Platform {
    /// Takes everything well.
    pub fn start() -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let wire = Wire::listen(move |asked| {
            let state = Arc::clone(&shared);
            async move {
                if events::Desk::is_for(&asked) { state.events.handle(asked).await } else { state.take(asked).await }
            }
        });
        Self { wire, state }
    }

    /// Where it listens: `BOT_API_URL`.
    pub fn url(&self) -> String {
        self.wire.url()
    }

    /// A callback URL that was never used.
    pub fn callback_url(&self) -> String {
        let number = self.state.issued.fetch_add(1, Ordering::SeqCst);
        format!("{}/callback/token-{number:06}", self.url())
    }

    /// How it takes answers from now on.
    pub fn take_answers(&self, takes: Takes) {
        self.wire.set_deaf(matches!(takes, Takes::DiesBefore));
        *lock(&self.state.takes) = takes;
    }

    /// Everything that was posted.
    pub fn deliveries(&self) -> Vec<Delivery> {
        lock(&self.state.deliveries).clone()
    }

    /// What was posted to one callback URL.
    pub fn deliveries_to(&self, url: &str) -> Vec<Delivery> {
        let path = url.strip_prefix(&self.url()).unwrap_or(url).to_owned();
        self.deliveries().into_iter().filter(|delivery| delivery.path == path).collect()
    }

    /// Where events are taken.
    pub fn events(&self) -> &events::Desk {
        &self.state.events
    }

    /// Whether connections are dropped as soon as they are made.
    pub fn set_deaf(&self, deaf: bool) {
        self.wire.set_deaf(deaf);
    }

    /// Connections that were made to it.
    pub fn connections(&self) -> u64 {
        self.wire.connections()
    }
}

impl State {
    async fn take(&self, asked: Asked) -> Told {
        let takes = lock(&self.takes).clone();
        let good = matches!(
            takes,
            Takes::Well | Takes::Slowly(_) | Takes::DiesAfter | Takes::Silently | Takes::Floods(_) | Takes::Drips(_)
        );
        let accepted = {
            let mut deliveries = lock(&self.deliveries);
            let accepted = good && !deliveries.iter().any(|known| known.path == asked.path && known.accepted);
            deliveries.push(Delivery {
                path: asked.path.clone(),
                headers: asked.headers.clone(),
                body: serde_json::from_slice(&asked.body).unwrap_or_default(),
                accepted,
            });
            accepted
        };
        match takes {
            Takes::Well => {}
            Takes::Slowly(delay) => tokio::time::sleep(delay).await,
            Takes::DiesBefore | Takes::DiesAfter => return Told::Cut,
            Takes::Silently => return Told::Never,
            Takes::Fails(status, message) => return outcome(status, "FAIL", message),
            Takes::Status(status) => return Told::answer(status, "text/plain", Vec::new()),
            Takes::Redirects(to) => {
                return Told::Answer { status: 302, headers: vec![("location", to)], body: Vec::new() };
            }
            Takes::Floods(bytes) => return Told::Flood(bytes),
            Takes::Drips(pause) => return Told::Drip(pause),
        }
        if accepted {
            outcome(200, "SUCCESS", "")
        } else {
            outcome(400, "FAIL", "Invalid callback token. Check your callback token.")
        }
    }
}

fn outcome(status: u16, word: &str, message: &str) -> Told {
    let body =
        json!({ "taskId": "00000000-0000-0000-0000-000000000000", "status": word, "message": message, "timestamp": 1 });
    Told::answer(status, "application/json", body.to_string().into_bytes())
}

/// The bot of the tests, as the platform numbers it.
pub const BOT: &str = "5fe45a6ddbb01f3cb9d4a1b2";

/// One call of the skill by the platform: what a test does not set is as in a live call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The path that the gateway saw.
    pub path: String,
    /// Names as the gateway delivers them: in lower case.
    pub headers: BTreeMap<String, String>,
    /// The payload.
    pub body: Vec<u8>,
    /// Whether the gateway encodes the body.
    pub base64: bool,
    /// When the gateway received it; `None`: now.
    pub received: Option<Millis>,
    /// The gateway's request id.
    pub id: String,
}

static REQUESTS: AtomicU64 = AtomicU64::new(0);

impl Call {
    /// A call with this body, the right secret and a request id that was never used.
    pub fn with_body(body: impl Into<Vec<u8>>) -> Self {
        let headers = [("content-type", "application/json"), ("user-agent", "AHC/2.1"), ("x-skill-secret", SECRET)];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let number = REQUESTS.fetch_add(1, Ordering::SeqCst);
        Self {
            path: "/skill/test".to_owned(),
            headers,
            body: body.into(),
            base64: false,
            received: None,
            id: format!("request-{number:08}"),
        }
    }

    /// `user` says `utterance`.
    pub fn says(user: &str, utterance: &str) -> Self {
        Self::with_body(payload(user, utterance).to_string())
    }

    /// `user` says `utterance` to a block that takes a late answer.
    pub fn says_with_callback(user: &str, utterance: &str, url: &str) -> Self {
        let mut payload = payload(user, utterance);
        payload["userRequest"]["callbackUrl"] = url.into();
        Self::with_body(payload.to_string())
    }

    /// With another payload, made from this one.
    pub fn change(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let mut payload: Value = serde_json::from_slice(&self.body).expect("the payload is JSON");
        change(&mut payload);
        self.body = payload.to_string().into_bytes();
        self
    }

    /// To another path.
    pub fn to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// With a header set, or without it.
    pub fn header(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.headers.insert(name.to_owned(), value.to_owned()),
            None => self.headers.remove(name),
        };
        self
    }

    /// Received by the gateway at this moment.
    pub fn received_at(mut self, at: Millis) -> Self {
        self.received = Some(at);
        self
    }

    /// The very same call once more, as another request.
    pub fn again(&self) -> Self {
        Self { id: Self::with_body("").id, ..self.clone() }
    }

    /// The gateway's event, payload format 2.0.
    pub fn event(&self, now: Millis) -> String {
        let body = if self.base64 { base64(&self.body) } else { String::from_utf8_lossy(&self.body).into_owned() };
        json!({
            "version": "2.0", "routeKey": "POST /skill/{name}", "rawPath": self.path, "rawQueryString": "",
            "headers": self.headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "api", "domainName": "api.execute-api.ap-northeast-2.amazonaws.com",
                "http": {
                    "method": "POST", "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "219.249.231.40", "userAgent": "AHC/2.1"
                },
                "requestId": self.id, "stage": "$default", "timeEpoch": self.received.unwrap_or(now).0
            },
            "body": body, "isBase64Encoded": self.base64
        })
        .to_string()
    }
}

/// A live payload: `user` says `utterance`.
pub fn payload(user: &str, utterance: &str) -> Value {
    let block = json!({ "id": "5ff6c3c4b5c5c8347b3f4c3c", "name": "점심" });
    json!({
        "intent": block,
        "userRequest": {
            "timezone": "Asia/Seoul", "params": { "surface": "Kakaotalk.plusfriend" }, "block": block,
            "utterance": utterance, "lang": "ko",
            "user": { "id": user, "type": "botUserKey", "properties": { "botUserKey": user, "bot_user_key": user } }
        },
        "bot": { "id": BOT, "name": "테스트" },
        "action": {
            "name": "test", "clientExtra": null, "params": {}, "id": "5ff6c40ab5c5c8347b3f4c3d", "detailParams": {}
        },
        "contexts": []
    })
}

/// RFC 4648, with padding.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..4 {
            let at = (number >> (18 - 6 * digit)) & 63;
            text.push(if digit <= three.len() { char::from(DIGITS[at as usize]) } else { '=' });
        }
    }
    text
}

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: i64,
    /// `content-type`.
    pub content_type: Option<String>,
    /// The body; `null` if there is none or it is no JSON.
    pub body: Value,
}

impl Answer {
    /// The text of the first bubble.
    pub fn text(&self) -> &str {
        self.body["template"]["outputs"][0]["simpleText"]["text"].as_str().unwrap_or_default()
    }

    /// Whether it promises the answer for later.
    pub fn is_promise(&self) -> bool {
        self.body["useCallback"] == true
    }

    /// Whether it is the apology.
    pub fn is_sorry(&self) -> bool {
        self.text() == shared::bot::SORRY
    }

    /// What the platform would show: status 200, JSON, version 2.0, bubbles or a promise, within every limit.
    pub fn is_valid(&self) -> bool {
        let json = self.content_type.as_deref().is_some_and(|kind| kind.starts_with("application/json"));
        let response: Option<SkillResponse> = serde_json::from_value(self.body.clone()).ok();
        let shows =
            self.is_promise() || self.body["template"]["outputs"].as_array().is_some_and(|list| !list.is_empty());
        self.status == 200
            && json
            && self.body["version"] == "2.0"
            && shows
            && response.is_some_and(|response| limits::safe(&response).is_ok())
    }
}

/// How long Lambda lets a skill run.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(6);

async fn answered<E: Endpoint<B>, B>(app: &App<B>, event: &str) -> Answer {
    let deadline = app.clock.now().plus(FUNCTION_TIMEOUT);
    // On the heap: a test holds many of these at once, and in this profile they are large.
    let reply = Box::pin(lambda::answer::<E, B>(app, event, deadline)).await;
    // Through JSON, as Lambda gives it to the gateway.
    let reply = serde_json::to_value(reply).expect("a reply is JSON");
    let body = reply["body"].as_str().unwrap_or_default();
    Answer {
        status: reply["statusCode"].as_i64().unwrap_or_default(),
        content_type: reply["headers"]["content-type"].as_str().map(str::to_owned),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}

/// The skill's answer to a gateway event.
pub async fn ask_event<B: Skills>(app: &App<B>, event: &str) -> Answer {
    answered::<Skill, B>(app, event).await
}

/// The skill's answer to a call.
pub async fn ask<B: Skills>(app: &App<B>, call: &Call) -> Answer {
    ask_event(app, &call.event(app.clock.now())).await
}

/// The parameter check's answer to a call.
pub async fn ask_check<B: Checks>(app: &App<B>, call: &Call) -> Answer {
    answered::<SkillCheck, B>(app, &call.event(app.clock.now())).await
}

/// How long Lambda lets the outbox run.
const OUTBOX_TIMEOUT: Duration = Duration::from_secs(10);

/// Wakes the outbox with an event, as invocation `owner`.
pub async fn wake<B: Skills + WorkModals>(app: &App<B>, event: &str, owner: &str) -> Value {
    let until = app.clock.now().plus(OUTBOX_TIMEOUT);
    Box::pin(outbox::Outbox::consume(app, event, owner, until)).await
}

pub mod bots;
pub mod events;

/// Everything that a test of the whole needs: a table behind a proxy, the platform, and functions in process.
#[derive(Debug)]
pub struct World {
    /// The table.
    pub table: Table,
    /// What stands before it.
    pub faults: Faults,
    /// Kakao.
    pub platform: Platform,
    /// A sandbox: the skill, the check and the outbox of one process.
    pub app: App<bots::Obedient>,
    more: Vec<(String, String)>,
}

impl World {
    /// On the machine's own clock.
    pub fn new() -> Self {
        Self::with(Clock::System, &[])
    }

    /// At a moment that only the test moves.
    pub fn at(now: Millis) -> Self {
        Self::with(Clock::at(now), &[])
    }

    /// With settings of its own.
    pub fn with(clock: Clock, more: &[(&str, &str)]) -> Self {
        let (table, platform) = (Table::start(), Platform::start());
        let faults = Faults::before(&table);
        let mut settings = vec![("BOT_API_URL".to_owned(), platform.url())];
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let app = App::new(bots::Obedient::default(), Self::env(&faults, &settings), clock);
        Self { table, faults, platform, app, more: settings }
    }

    fn env(faults: &Faults, more: &[(String, String)]) -> Env {
        let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        env(&faults.url(), &more)
    }

    /// Another sandbox at the same table, with a bot and a clock of its own.
    pub fn sandbox<B>(&self, bot: B, clock: Clock) -> App<B> {
        App::new(bot, Self::env(&self.faults, &self.more), clock)
    }

    /// The moment of [`World::at`], so much later.
    pub fn pass(&self, span: Duration) {
        self.app.clock.set(self.app.clock.now().plus(span));
    }

    /// `user` says `utterance`.
    pub async fn says(&self, user: &str, utterance: &str) -> Answer {
        ask(&self.app, &Call::says(user, utterance)).await
    }

    /// `user` says `utterance` to a block with a callback and is promised an answer: its URL, and the key of the entry.
    pub async fn is_promised(&self, user: &str, utterance: &str) -> (String, String) {
        let url = self.platform.callback_url();
        let answer = ask(&self.app, &Call::says_with_callback(user, utterance, &url)).await;
        assert!(answer.is_promise(), "{answer:?}");
        (url.clone(), self.entry_of(&url).expect("what is promised is queued"))
    }

    /// The partition key of the entry that carries the answer to `url`.
    pub fn entry_of(&self, url: &str) -> Option<String> {
        let found = self.table.items_under("OUT#").into_iter().find(|item| text(item, "body").contains(url));
        found.map(|item| text(&item, "PK").to_owned())
    }

    /// How far `user` has counted, as the table has it.
    pub fn count(&self, user: &str) -> u64 {
        let talk = self.table.item(&format!("U#bot#{BOT}#{user}"), "SESS");
        let ctx: Option<Value> = talk.and_then(|talk| serde_json::from_str(text(&talk, "ctx")).ok());
        ctx.and_then(|ctx| ctx["count"].as_u64()).unwrap_or_default()
    }

    /// The state of an entry: `READY`, `CLAIMED`, `DONE`, `DROPPED`, `PARKED`.
    pub fn state_of(&self, entry: &str) -> String {
        self.table.item(entry, "OUT").map(|item| text(&item, "st").to_owned()).unwrap_or_default()
    }

    /// What the table holds, without what tells one write from its repeat: owners and times of writing.
    pub fn state(&self) -> Vec<Value> {
        let mut items = self.table.items();
        for item in &mut items {
            let item = item.as_object_mut().expect("an item is an object");
            for name in ["own", "ua", "ca", "ttl", "lease", "tries", "vain", "DSK"] {
                item.remove(name);
            }
        }
        items
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for a condition that another thread makes true.
pub async fn until(condition: impl Fn() -> bool) {
    let waited = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.expect("it becomes true");
}
