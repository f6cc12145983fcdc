//! The Web API of Kakao Work (protocol `work` 4): takes messages as strictly as the rules say, remembers what was said and done, and fails
//! when it is told to. Nobody is in its workspace: lists are empty, and what is set or changed is written down and changes nothing.
//!
//! | | |
//! |---|---|
//! | `GET /work-api/said` | everything that was said since the start, oldest first |
//! | `GET /work-api/done` | everything else that a bot asked it to do: method and body, of an upload its `metas` |
//! | `POST /work-api/faults` | `{"times": 2, "status": 429, "code": "too_many_requests", "retry_after": 1}`: the next calls fail like this |

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::kakao::limits::work::UPLOAD_FILES_MAX;
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

/// The first group that a bot opens.
const FIRST_GROUP: u64 = 1_006_720_000_000_000;

/// The first file that was uploaded; beyond 2^53, too.
const FIRST_ATTACHMENT: u64 = 1_006_715_191_869_054_976;

/// What the service remembers.
#[derive(Debug, Default)]
struct Service {
    said: Vec<Value>,
    done: Vec<Value>,
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
        // How large a file may be, say the rules.
        .route("/work-api/v1/{*method}", get(look).post(call).layer(DefaultBodyLimit::disable()))
        .route("/work-api/said", get(said))
        .route("/work-api/done", get(done))
        .route("/work-api/faults", post(faults))
        .with_state(Shared::default())
}

async fn said(State(service): State<Shared>) -> Json<Value> {
    Json(service.lock().unwrap_or_else(PoisonError::into_inner).said.clone().into())
}

async fn done(State(service): State<Shared>) -> Json<Value> {
    Json(service.lock().unwrap_or_else(PoisonError::into_inner).done.clone().into())
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
    match in_a_room(&method) {
        "bots.info" => good(json!({ "info": { "bot_id": 1, "title": "kakao dev", "status": "activated" } })),
        "spaces.info" => good(json!({ "space": { "id": 1, "name": "kakao dev" } })),
        "users.list" | "{id}/users" => good(json!({ "users": [], "cursor": null })),
        "conversations.list" => good(json!({ "conversations": [], "cursor": null })),
        "departments.list" => good(json!({ "departments": [], "cursor": null })),
        // Whoever is asked for is a colleague: the room lets one be anybody.
        "users.info" => match query.as_deref().and_then(|query| query.strip_prefix("user_id=")) {
            Some(id) => good(json!({ "user": { "id": id, "name": format!("동료 {id}") } })),
            None => bad(StatusCode::OK, "missing_parameter"),
        },
        "users.find_by_email" | "users.find_by_phone_number" => bad(StatusCode::OK, "user_not_found"),
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
    if in_a_room(&method) == "{id}/upload" {
        return upload(&service, &method, &body);
    }
    let Ok(body) = parse::<Map<String, Value>>(&body) else { return bad(StatusCode::BAD_REQUEST, "bad_request") };
    match in_a_room(&method) {
        "conversations.open" => open(&service, &method, body),
        "messages.send" | "messages.send_by_email" | "messages.send_by" => say(&service, &method, body),
        "messages.send_attachments" => attach(&service, &method, body),
        // Its members are documented nowhere.
        "conversations.edit" => set(&service, &method, body),
        "users.set_work_time"
        | "users.set_vacation_time"
        | "{id}/invite"
        | "{id}/kick"
        | "batch/users.set_work_time"
        | "batch/users.set_vacation_time"
        | "batch/users.reset_work_time"
        | "batch/users.reset_vacation_time" => match fits(&body) {
            true => set(&service, &method, body),
            false => bad(StatusCode::OK, "invalid_parameter"),
        },
        _ => bad(StatusCode::NOT_FOUND, "api_not_found"),
    }
}

/// A method; of those with a room in their path, what is asked of the room.
fn in_a_room(method: &str) -> &str {
    let room = method.strip_prefix("conversations/").and_then(|rest| rest.split_once('/'));
    match room {
        Some((id, _)) if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) => "",
        Some((_, "users")) => "{id}/users",
        Some((_, "invite")) => "{id}/invite",
        Some((_, "kick")) => "{id}/kick",
        Some((_, "upload")) => "{id}/upload",
        Some(_) => "",
        None => method,
    }
}

fn fits(body: &Map<String, Value>) -> bool {
    work::api(body).iter().all(|finding| finding.severity < Severity::Error)
}

/// Writes down what a bot asked for: the how manieth it is.
fn keep(service: &Shared, method: &str, body: impl Into<Value>) -> u64 {
    let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
    service.done.push(json!({ "method": method, "body": body.into() }));
    service.done.len() as u64
}

fn set(service: &Shared, method: &str, body: Map<String, Value>) -> Told {
    keep(service, method, body);
    good(json!({}))
}

fn open(service: &Shared, method: &str, body: Map<String, Value>) -> Told {
    let member = body.get("user_id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
    if let Some(member) = member {
        let room = ROOMS_OF_TWO.wrapping_add(member).to_string();
        return good(json!({ "conversation": { "id": room, "type": "dm", "users_count": 2, "name": null } }));
    }
    let Some(members) = body.get("user_ids").and_then(Value::as_array).map(Vec::len) else {
        return bad(StatusCode::OK, "missing_parameter");
    };
    let name = body.get("conversation_name").cloned().unwrap_or_default();
    // A new one each time, as there.
    let id = (FIRST_GROUP + keep(service, method, body)).to_string();
    good(json!({ "conversation": { "id": id, "type": "group", "users_count": members + 1, "name": name } }))
}

/// Reads of a multipart body what it says about the files; the files themselves go nowhere.
fn upload(service: &Shared, method: &str, body: &[u8]) -> Told {
    let body = String::from_utf8_lossy(body);
    let part = body.rsplit_once("name=\"metas\"").and_then(|(_, part)| part.split_once("\r\n\r\n"));
    let metas = part.and_then(|(_, part)| part.split_once("\r\n--")).map(|(metas, _)| parse::<Value>(metas.as_bytes()));
    let Some(Ok(Value::Array(metas))) = metas else { return bad(StatusCode::BAD_REQUEST, "bad_request") };
    let told = Map::from_iter([("metas".to_owned(), Value::from(metas.clone()))]);
    if !fits(&told) || body.matches("name=\"attachments[]\"").count() != metas.len() {
        return bad(StatusCode::OK, "invalid_parameter");
    }
    let first = FIRST_ATTACHMENT + keep(service, method, told) * UPLOAD_FILES_MAX as u64;
    let ids = (first..).take(metas.len()).map(|id| json!({ "attachment_id": id }));
    good(json!({ "attachments": ids.collect::<Vec<_>>() }))
}

fn attach(service: &Shared, method: &str, body: Map<String, Value>) -> Told {
    let kind = body.get("type").and_then(Value::as_str);
    let attachment = body.get("attachment").and_then(Value::as_object);
    let one = attachment.is_some_and(|it| it.contains_key("attachment_id") || it.contains_key("attachment_ids"));
    match body.get("conversation_id").cloned() {
        Some(to) if one && matches!(kind, Some("file" | "image" | "video")) => sent(service, method, body, &to),
        _ => bad(StatusCode::OK, "invalid_parameter"),
    }
}

fn say(service: &Shared, method: &str, body: Map<String, Value>) -> Told {
    let to = ["conversation_id", "email", "key"].into_iter().find_map(|key| body.get(key)).cloned();
    let message = serde_json::from_value::<Message>(Value::Object(body.clone()));
    // The service says only that something is wrong; so does this.
    let fits = message.is_ok_and(|it| work::message(&it).iter().all(|finding| finding.severity < Severity::Error));
    let Some(to) = to.filter(|_| fits) else { return bad(StatusCode::OK, "invalid_parameter") };
    sent(service, method, body, &to)
}

fn sent(service: &Shared, method: &str, body: Map<String, Value>, to: &Value) -> Told {
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
