//! What the tests of Kakao Work's callbacks share: a table, a bot that hears, and what Kakao posts.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses some of it; a test falls over by panicking"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use shared::app::App;
use shared::bot::work::WorkModals;
use shared::clock::{Clock, Millis};
use shared::effect::Effect;
use shared::endpoint::Endpoint;
use shared::kakao::work::Message;
use tests::faults::Faults;
use tests::table::{Table, env, text};
use work_callback::WorkCallback;
use work_request::WorkRequest;

pub(crate) const NOW: Millis = Millis(1_760_000_000_000);
pub(crate) const SECRET: &str = "a-secret-of-the-path";
pub(crate) const KEY: &str = "a-signing-key";
pub(crate) const ROOM: u64 = 1_006_710_354_409_588;
/// Beyond 2^53.
pub(crate) const ASKS: u64 = 9_007_199_254_740_993;
pub(crate) const APPROVER: u64 = bot::approval::APPROVERS[0];
pub(crate) const OTHER: u64 = bot::approval::APPROVERS[1];

pub(crate) struct World<B = bot::Bot> {
    pub(crate) table: Table,
    pub(crate) faults: Faults,
    pub(crate) app: App<B>,
    pub(crate) clock: Clock,
}

impl World {
    pub(crate) fn with(more: &[(&str, &str)]) -> Self {
        Self::of(bot::Bot, more)
    }

    pub(crate) fn new() -> Self {
        Self::with(&[])
    }
}

impl<B: WorkModals> World<B> {
    /// With this bot, and these settings besides the usual ones or in their place.
    pub(crate) fn of(bot: B, more: &[(&str, &str)]) -> Self {
        let (table, clock) = (Table::start(), Clock::at(NOW));
        let faults = Faults::before(&table);
        let settings = [&[("WORK_PATH_SECRET", SECRET), ("TOKEN_SIGNING_KEY", KEY)], more].concat();
        let app = App::new(bot, env(&faults.url(), &settings), clock.clone());
        Self { table, faults, app, clock }
    }

    pub(crate) fn pass(&self, span: Duration) {
        let Clock::Test(time) = &self.clock else { unreachable!() };
        time.fetch_add(span.as_millis() as u64, std::sync::atomic::Ordering::SeqCst);
    }

    /// Posts a body: status and answer.
    pub(crate) async fn post<E: Endpoint<B>>(&self, path: &str, query: &str, body: &str) -> (i64, Value) {
        let event = json!({
            "rawPath": path, "rawQueryString": query, "headers": {"content-type": "application/json;charset=utf-8"},
            "requestContext": {"http": {"method": "POST", "path": path}, "timeEpoch": self.clock.now().0},
            "body": body, "isBase64Encoded": false
        });
        let deadline = self.clock.now().plus(Duration::from_secs(4));
        let reply = Box::pin(shared::lambda::answer::<E, _>(&self.app, &event.to_string(), deadline)).await;
        let body = match reply.body {
            Some(lambda_http::aws_lambda_events::encodings::Body::Text(text)) => serde_json::from_str(&text).unwrap(),
            _ => Value::Null,
        };
        (reply.status_code, body)
    }

    pub(crate) async fn call(&self, body: &Value) -> Value {
        self.call_as(SECRET, body).await
    }

    pub(crate) async fn call_as(&self, secret: &str, body: &Value) -> Value {
        let path = format!("/work/callback/{secret}");
        let (status, answer) = self.post::<WorkCallback>(&path, "", &body.to_string()).await;
        assert_eq!(status, 200, "{body}");
        answer
    }

    /// The same at the other address.
    pub(crate) async fn request(&self, body: &Value) -> Value {
        let path = format!("/work/request/{SECRET}");
        let (status, answer) = self.post::<WorkRequest>(&path, "", &body.to_string()).await;
        assert_eq!(status, 200, "{body}");
        answer
    }

    /// What the rooms hear of a callback that is answered with nothing: where, and the words.
    pub(crate) async fn hears(&self, body: &Value) -> Vec<(Value, String)> {
        let known: BTreeSet<String> = self.effects().iter().map(|effect| effect["key"].to_string()).collect();
        assert_eq!(self.call(body).await, json!({}), "{body}");
        let effects = self.effects().into_iter().filter(|effect| !known.contains(&effect["key"].to_string()));
        effects
            .map(|effect| (effect["to"]["room"].clone(), effect["message"]["text"].as_str().unwrap().to_owned()))
            .collect()
    }

    pub(crate) fn effects(&self) -> Vec<Value> {
        let entries = self.table.items_under("OUT#");
        entries.iter().map(|item| serde_json::from_str(text(item, "body")).unwrap()).collect()
    }

    /// What was said so far, in the order of their keys: to whom, and what.
    pub(crate) fn said(&self) -> Vec<(Value, Message)> {
        let mut said: Vec<(String, Value, Message)> = Vec::new();
        for item in self.table.items_under("OUT#") {
            let Ok(Effect::Work(saying)) = serde_json::from_str(text(&item, "body")) else { panic!("{item}") };
            said.push((saying.key.clone(), json!(saying.to), saying.message.clone()));
        }
        said.sort_by(|a, b| a.0.cmp(&b.0));
        said.into_iter().map(|(_, to, message)| (to, message)).collect()
    }

    /// The message that was said under a key that ends like this.
    pub(crate) fn said_as(&self, ending: &str) -> Option<(Value, Value)> {
        self.table.items_under("OUT#").into_iter().find_map(|item| {
            let body: Value = serde_json::from_str(text(&item, "body")).unwrap();
            let is_it = body["key"].as_str().unwrap().ends_with(ending);
            is_it.then(|| (body["to"].clone(), body["message"].clone()))
        })
    }
}

pub(crate) fn callback(kind: &str, who: u64, value: &str) -> Value {
    json!({
        "type": kind, "action_time": NOW.secs(), "react_user_id": who, "value": value,
        "message": {"id": 757_617_552_587_034_624_u64, "text": "t", "user_id": 1, "conversation_id": ROOM}
    })
}

pub(crate) fn submission(who: u64, value: &str, actions: Value) -> Value {
    let mut body = callback("submission", who, value);
    body["actions"] = actions;
    body
}

pub(crate) fn press(who: u64, name: &str, value: &str) -> Value {
    let mut body = callback("submit_action", who, value);
    body["action_name"] = name.into();
    body
}

/// From the first button to the message with the two buttons: their values.
pub(crate) async fn applied(world: &World) -> (String, String) {
    applied_for(world, ASKS, "내일").await
}

/// The same for whoever asks, for whichever day.
pub(crate) async fn applied_for(world: &World, who: u64, when: &str) -> (String, String) {
    let opened = world.call(&callback("request_modal", who, "vacation")).await;
    let value = opened["view"]["value"].as_str().unwrap();
    assert_eq!(world.call(&submission(who, value, json!({"when": when, "why": null}))).await, json!({}));
    asked(world, when)
}

/// The values of the two buttons of the message that asks for that day.
pub(crate) fn asked(world: &World, when: &str) -> (String, String) {
    let text = format!("휴가 신청이 왔어요: {when}");
    let effect = world.effects().into_iter().find(|effect| effect["message"]["text"] == text.as_str());
    let effect = effect.expect("the request is in the room");
    assert!(effect["key"].as_str().unwrap().ends_with("-asked"));
    let row = effect["message"]["blocks"].as_array().unwrap().last().unwrap().clone();
    let value = |at: usize| row["elements"][at]["action"]["value"].as_str().unwrap().to_owned();
    (value(0), value(1))
}

/// How the request for that day stands.
pub(crate) fn state_of(world: &World, when: &str) -> String {
    let requests = world.table.items_under("WAP#");
    text(requests.iter().find(|item| text(item, "SK") == "REQ" && text(item, "subject") == when).unwrap(), "st")
        .to_owned()
}
