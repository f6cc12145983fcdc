//! The Web API of Kakao Work, as far as a bot speaks through it: takes messages as strictly as the rules say, lists what was said, and
//! fails when it is told to (protocol `work` 4).
//!
//! | | |
//! |---|---|
//! | `GET /work-api/said` | everything that was said since the start, oldest first |
//! | `POST /work-api/faults` | `{"times": 2, "status": 429, "code": "too_many_requests", "retry_after": 1}`: the next calls fail like this |

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, RawQuery, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::kakao::limits::{Severity, work};
use shared::kakao::parse;
use shared::kakao::work::Message;

/// The last part of the addresses that Kakao Work calls on a laptop.
pub(crate) const LOCAL_WORK_SECRET: &str = "local-work-secret";

/// The app key of a laptop.
pub(crate) const LOCAL_APP_KEY: &str = "local-work-app-key";

/// The first message; beyond 2^53, as real ones are.
const FIRST_MESSAGE: u64 = 757_617_552_587_034_624;

/// The room of two with member 0.
const ROOMS_OF_TWO: u64 = 1_006_710_000_000_000;

/// What the service remembers.
#[derive(Debug, Default)]
struct Service {
    said: Vec<Value>,
    fault: Option<Fault>,
}

/// How the next calls fail.
#[derive(Debug, Deserialize)]
struct Fault {
    times: u32,
    status: u16,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    retry_after: Option<u64>,
}

type Shared = Arc<Mutex<Service>>;
type Told = (StatusCode, HeaderMap, Json<Value>);

/// Under the address that `WORK_API_URL` has on a laptop.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/work-api/v1/{method}", get(look).post(call))
        .route("/work-api/said", get(said))
        .route("/work-api/faults", post(faults))
        .with_state(Shared::default())
}

async fn said(State(service): State<Shared>) -> Json<Value> {
    Json(service.lock().unwrap_or_else(PoisonError::into_inner).said.clone().into())
}

async fn faults(State(service): State<Shared>, Json(fault): Json<Fault>) -> StatusCode {
    service.lock().unwrap_or_else(PoisonError::into_inner).fault = Some(fault);
    StatusCode::NO_CONTENT
}

async fn look(
    State(service): State<Shared>,
    Path(method): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Told {
    if let Some(refused) = refused(&service, &headers) {
        return refused;
    }
    match method.as_str() {
        "bots.info" => good(json!({ "info": { "bot_id": 1, "title": "kakao dev", "status": "activated" } })),
        "spaces.info" => good(json!({ "space": { "id": 1, "name": "kakao dev" } })),
        "users.list" => good(json!({ "users": [], "cursor": null })),
        "conversations.list" => good(json!({ "conversations": [], "cursor": null })),
        "departments.list" => good(json!({ "departments": [], "cursor": null })),
        // Whoever is asked for is a colleague: the room lets one be anybody.
        "users.info" => match query.as_deref().and_then(|query| query.strip_prefix("user_id=")) {
            Some(id) => good(json!({ "user": { "id": id, "name": format!("동료 {id}") } })),
            None => bad(StatusCode::OK, "missing_parameter"),
        },
        "users.find_by_email" => bad(StatusCode::OK, "user_not_found"),
        _ => bad(StatusCode::NOT_FOUND, "api_not_found"),
    }
}

async fn call(
    State(service): State<Shared>,
    Path(method): Path<String>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Told {
    if let Some(refused) = refused(&service, &headers) {
        return refused;
    }
    let Ok(body) = parse::<Map<String, Value>>(&body) else { return bad(StatusCode::BAD_REQUEST, "bad_request") };
    match method.as_str() {
        "conversations.open" => {
            let member = body.get("user_id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
            let Some(member) = member else { return bad(StatusCode::OK, "missing_parameter") };
            let room = ROOMS_OF_TWO.wrapping_add(member).to_string();
            good(json!({ "conversation": { "id": room, "type": "dm", "users_count": 2, "name": null } }))
        }
        "messages.send" | "messages.send_by_email" | "messages.send_by" => say(&service, &method, body),
        _ => bad(StatusCode::NOT_FOUND, "api_not_found"),
    }
}

fn say(service: &Shared, method: &str, body: Map<String, Value>) -> Told {
    let to = ["conversation_id", "email", "key"].into_iter().find_map(|key| body.get(key)).cloned();
    let message = serde_json::from_value::<Message>(Value::Object(body.clone()));
    // The service says only that something is wrong; so does this.
    let fits = message.is_ok_and(|it| work::message(&it).iter().all(|finding| finding.severity < Severity::Error));
    let Some(to) = to.filter(|_| fits) else { return bad(StatusCode::OK, "invalid_parameter") };
    let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
    let id = (FIRST_MESSAGE + service.said.len() as u64).to_string();
    service.said.push(json!({ "id": id, "method": method, "message": body }));
    good(
        json!({ "message": { "id": id, "conversation_id": to, "text": body.get("text"), "blocks": body.get("blocks") } }),
    )
}

/// Why a call is not even looked at.
fn refused(service: &Shared, headers: &HeaderMap) -> Option<Told> {
    let presented = headers.get("authorization").and_then(|value| value.to_str().ok());
    if presented.and_then(|value| value.strip_prefix("Bearer ")) != Some(LOCAL_APP_KEY) {
        return Some(bad(StatusCode::UNAUTHORIZED, "invalid_authentication"));
    }
    let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
    let fault = service.fault.as_mut().filter(|fault| fault.times > 0)?;
    fault.times -= 1;
    let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (_, mut told, answer) = bad(status, fault.code.as_deref().unwrap_or("internal_server_error"));
    if let Some(seconds) = fault.retry_after {
        told.insert("retry-after", HeaderValue::from(seconds));
    }
    Some((status, told, answer))
}

fn good(mut answer: Value) -> Told {
    answer["success"] = true.into();
    (StatusCode::OK, HeaderMap::new(), Json(answer))
}

fn bad(status: StatusCode, code: &str) -> Told {
    (status, HeaderMap::new(), Json(json!({ "success": false, "error": { "code": code, "message": "" } })))
}
