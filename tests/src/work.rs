//! Kakao Work's Web API: takes what a bot says, remembers it, and has bad days.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::faults::wire::{Asked, Told, Wire};

/// The app key of every test.
pub const APP_KEY: &str = "a1b2c3d4.0123456789abcdef0123456789abcdef";

/// The room of two that every member has with the bot; beyond 2^53.
pub const ROOM: &str = "9007199254740993";

/// The message that was sent, whatever it was.
pub const MESSAGE: &str = "757617552587034624";

/// The service; gone when dropped.
#[derive(Debug)]
pub struct Work {
    wire: Wire,
    asked: Arc<Mutex<Vec<Asked>>>,
    next: Arc<Mutex<VecDeque<Told>>>,
}

/// An answer with a JSON body.
pub fn json_answer(status: u16, body: &Value) -> Told {
    Told::answer(status, "application/json", body.to_string().into_bytes())
}

/// An answer that says no.
pub fn error(status: u16, code: &str) -> Told {
    json_answer(status, &json!({ "success": false, "error": { "code": code, "message": "m" } }))
}

/// 429, with a wait or without.
pub fn too_many(seconds: Option<u64>) -> Told {
    let headers = seconds.map(|seconds| ("retry-after", seconds.to_string())).into_iter().collect();
    Told::Answer { status: 429, headers, body: Vec::new() }
}

impl Work {
    /// Begins to listen.
    pub fn start() -> Self {
        let (asked, next) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::<Mutex<VecDeque<Told>>>::default());
        let (heard, script) = (Arc::clone(&asked), Arc::clone(&next));
        let wire = Wire::listen(move |request| {
            let told = script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let told = told.unwrap_or_else(|| ordinary(&request));
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            async move { told }
        });
        Self { wire, asked, next }
    }

    /// What `WORK_API_URL` is to be.
    pub fn url(&self) -> String {
        self.wire.url()
    }

    /// The next calls are answered like this, one after the other, and those that follow ordinarily.
    pub fn answers(&self, told: impl IntoIterator<Item = Told>) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
    }

    /// Whether connections are dropped as soon as they are made.
    pub fn set_deaf(&self, deaf: bool) {
        self.wire.set_deaf(deaf);
    }

    /// Every call so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Methods and paths of every call so far, after `/v1/`.
    pub fn paths(&self) -> Vec<String> {
        let path = |asked: &Asked| asked.path.strip_prefix("/v1/").expect("the first version").to_owned();
        self.asked().iter().map(|asked| format!("{} {}", asked.method, path(asked))).collect()
    }

    /// What was said, as JSON.
    pub fn said(&self) -> Vec<Value> {
        let said = self.asked().into_iter().filter(|asked| asked.path.starts_with("/v1/messages."));
        said.map(|asked| serde_json::from_slice(&asked.body).expect("JSON")).collect()
    }
}

/// What the service says on a good day, and 404 for what it does not have (protocol `work` 4.2).
fn ordinary(asked: &Asked) -> Told {
    let path = asked.path.split('?').next().unwrap_or_default();
    let Some(path) = path.strip_prefix("/v1/") else { return error(404, "api_not_found") };
    // A room's own methods: which room does not matter here.
    let room = path.strip_prefix("conversations/").and_then(|path| path.split_once('/'));
    let method = room.map_or_else(|| path.to_owned(), |(_, what)| format!("conversations/{{id}}/{what}"));
    let mut body = match (asked.method.as_str(), method.as_str()) {
        ("GET", "users.info" | "users.find_by_email" | "users.find_by_phone_number") => {
            json!({ "user": { "id": 7, "name": "둘리" } })
        }
        ("GET", "users.list" | "conversations/{id}/users") => json!({ "users": [] }),
        ("GET", "conversations.list") => json!({ "conversations": [] }),
        ("GET", "departments.list") => json!({ "departments": [] }),
        ("GET", "spaces.info") => json!({ "space": { "id": 1, "name": "우주" } }),
        ("GET", "bots.info") => json!({ "info": { "bot_id": 1, "title": "봇", "status": "activated" } }),
        ("POST", "conversations.open") => {
            json!({ "conversation": { "id": ROOM, "type": "dm", "users_count": 2, "name": null } })
        }
        ("POST", "messages.send" | "messages.send_by_email" | "messages.send_by" | "messages.send_attachments") => {
            json!({ "message": { "id": MESSAGE, "conversation_id": ROOM, "blocks": [] } })
        }
        ("POST", "conversations/{id}/upload") => json!({ "attachments": [] }),
        (
            "POST",
            "users.set_work_time"
            | "users.set_vacation_time"
            | "conversations/{id}/invite"
            | "conversations/{id}/kick"
            | "conversations.edit"
            | "batch/users.set_work_time"
            | "batch/users.set_vacation_time"
            | "batch/users.reset_work_time"
            | "batch/users.reset_vacation_time",
        ) => json!({}),
        _ => return error(404, "api_not_found"),
    };
    body["success"] = true.into();
    body["error"] = Value::Null;
    json_answer(200, &body)
}
