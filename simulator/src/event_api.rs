//! The Event API of the stand-in: takes an event, runs its block for everybody it knows, and tells how it went (protocol `skill` 10).
//!
//! A laptop has no console, so every event is set on a block of its own name, whose skill is the one of `kakao dev --event-skill`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::future::join_all;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use shared::clock::Clock;
use shared::kakao::limits::{self, Severity};
use shared::kakao::skill::{EventRequest, EventUser, EventUserType};
use shared::kakao::{self, Field};

use crate::payload::{BOT_ID, Utterance};
use crate::people::{self, Person};
use crate::platform::{Platform, task_id};

/// Under the address that `BOT_API_URL` has on a laptop.
pub(crate) fn routes() -> Router<Arc<Platform>> {
    Router::new().route("/platform/v2/bots/{bot}/talk", post(start)).route("/platform/v1/tasks/{task}", get(task))
}

/// `POST /v2/bots/{bot}/talk`
async fn start(
    State(platform): State<Arc<Platform>>,
    Path(bot): Path<String>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> (StatusCode, Json<Value>) {
    if !knows_the_key(&platform, &headers) {
        return failed(StatusCode::UNAUTHORIZED, "wrong appKey");
    }
    if bot.strip_suffix('!').unwrap_or(&bot) != BOT_ID {
        return failed(StatusCode::BAD_REQUEST, "Invalid bot ID. Check your Bot ID.");
    }
    let request: EventRequest = match kakao::parse(&body) {
        Ok(request) => request,
        Err(misfit) => return failed(StatusCode::BAD_REQUEST, &format!("{}: {}", misfit.path, misfit.why.en())),
    };
    let findings = limits::event_request(&request);
    if let Some(broken) = findings.iter().find(|finding| finding.severity == Severity::Error) {
        return failed(StatusCode::BAD_REQUEST, &broken.to_string());
    }
    let task = task_id();
    let known: Vec<(&'static Person, EventUser)> = request.users().iter().filter_map(person).collect();
    platform.tasks.begin(&task, request.users().len(), request.users().len() - known.len());
    // Accepted is not delivered: the caller does not wait for the skill.
    tokio::spawn(run(platform, task.clone(), bot.ends_with('!'), request, known));
    answer(StatusCode::OK, &task, "SUCCESS", "")
}

/// `GET /v1/tasks/{task}`
async fn task(
    State(platform): State<Arc<Platform>>,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    if !knows_the_key(&platform, &headers) {
        return failed(StatusCode::UNAUTHORIZED, "wrong appKey");
    }
    match platform.tasks.result(&task) {
        Some(result) => (StatusCode::OK, Json(result)),
        None => failed(StatusCode::NOT_FOUND, "There is no such task."),
    }
}

/// Runs the event's block for each of them.
async fn run(
    platform: Arc<Platform>,
    task: String,
    dev_channel: bool,
    request: EventRequest,
    known: Vec<(&'static Person, EventUser)>,
) {
    let (platform, request, task) = (&platform, &request, &task);
    join_all(known.iter().map(|(person, user)| async move {
        let mut said = Utterance::event(&platform.skills.of_events, request.name(), person.bot_user_key);
        said.plusfriend_user_key = Some(person.plusfriend_user_key);
        said.dev_channel = dev_channel;
        said.params = members(&request.params);
        said.properties = members(&user.properties);
        let outcome = platform.tell(person, said).await;
        let (kind, key) = user.who();
        platform.tasks.count(task, &kind, &key, outcome);
    }))
    .await;
}

fn knows_the_key(platform: &Platform, headers: &HeaderMap) -> bool {
    let presented = headers.get("authorization").and_then(|value| value.to_str().ok());
    presented.and_then(|value| value.strip_prefix("KakaoAK ")) == Some(&platform.skills.api_key)
}

fn person(user: &EventUser) -> Option<(&'static Person, EventUser)> {
    let kind: &EventUserType = user.kind.get()?;
    Some((people::find_by(kind, user.id.get()?.as_str())?, user.clone()))
}

fn members(object: &Field<Value>) -> Map<String, Value> {
    object.get().and_then(Value::as_object).cloned().unwrap_or_default()
}

fn failed(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    answer(status, &task_id(), "FAIL", message)
}

fn answer(status: StatusCode, task: &str, word: &str, message: &str) -> (StatusCode, Json<Value>) {
    let now = Clock::System.now().0;
    (status, Json(json!({ "taskId": task, "status": word, "message": message, "timestamp": now })))
}
