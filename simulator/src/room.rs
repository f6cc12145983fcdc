//! The chat room: a page that stands in for KakaoTalk. It draws the journal and posts what people say.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::json;

use crate::people::PEOPLE;
use crate::platform::{Platform, Saying};

const PAGE: &str = include_str!("room/index.html");
const STYLE: &str = concat!(include_str!("look.css"), include_str!("room/room.css"));
const ICON: &str = include_str!("room/icon.svg");
const SCRIPT: &str = include_str!("room/room.js");
const WORK_PAGE: &str = include_str!("room/work.html");
const WORK_STYLE: &str = concat!(include_str!("look.css"), include_str!("room/work.css"));
const WORK_SCRIPT: &str = include_str!("room/work.js");
const HALF_VIEW: &str = include_str!("room/half_view.js");

/// The page is whole in itself. Only pictures may come from elsewhere: they are the bot's own. The half-view is this machine's.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' http: https:; frame-src 'self' http://127.0.0.1:* http://localhost:*; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Everything under `/` and `/room/`.
pub(crate) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/", get(async || asset("text/html; charset=utf-8", PAGE)))
        .route("/room/room.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/room/room.js", get(async || asset("text/javascript; charset=utf-8", SCRIPT)))
        .route("/room/half_view.js", get(async || asset("text/javascript; charset=utf-8", HALF_VIEW)))
        .route("/room/icon.svg", get(async || asset("image/svg+xml", ICON)))
        .route("/room/work", get(async || asset("text/html; charset=utf-8", WORK_PAGE)))
        .route("/room/work.css", get(async || asset("text/css; charset=utf-8", WORK_STYLE)))
        .route("/room/work.js", get(async || asset("text/javascript; charset=utf-8", WORK_SCRIPT)))
        .route("/room/people", get(people))
        .route("/room/say", post(say))
        .route("/room/turns/{turn}", get(turn))
        .route("/room/events", get(events))
        .layer(axum::middleware::from_fn(own_page_only))
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, text)
}

async fn people() -> Json<serde_json::Value> {
    let people: Vec<_> = PEOPLE.iter().map(|person| json!({ "id": person.id, "name": person.name })).collect();
    Json(people.into())
}

/// One turn; answers when it is over. The page goes by the events, a script by this.
async fn say(State(platform): State<Arc<Platform>>, Json(saying): Json<Saying>) -> Response {
    match platform.say(saying).await {
        Ok(entry) => Json(entry).into_response(),
        Err(why) => (StatusCode::BAD_REQUEST, Json(json!({ "message": why }))).into_response(),
    }
}

/// What became of a turn so far: said, answered, delivered.
async fn turn(State(platform): State<Arc<Platform>>, Path(turn): Path<String>) -> Response {
    Json(platform.journal.of_turn(&turn)).into_response()
}

/// Everything that happened and happens, as server-sent events; a browser that reconnects says what it has seen.
async fn events(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let entries = stream::unfold((platform, seen), |(platform, seen)| async move {
        let new = platform.journal.after(seen).await;
        let seen = new.last().map_or(seen, |entry| entry.id);
        Some((new, (platform, seen)))
    });
    let events =
        entries.flat_map(stream::iter).map(|entry| Event::default().id(entry.id.to_string()).json_data(&entry));
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// The room is for the page that it serves: another site's script, or a name that was made to point here, gets nothing.
pub(crate) async fn own_page_only(request: Request, next: Next) -> Response {
    if is_own(request.headers()) { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    let (host, origin) = (text(header::HOST), text(header::ORIGIN));
    let name = host.split(|byte| *byte == b':').next().unwrap_or_default();
    let here = name == b"127.0.0.1" || name == b"localhost";
    here && (origin.is_empty() || origin.strip_prefix(b"http://") == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(host: &'static str, origin: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if !origin.is_empty() {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        is_own(&headers)
    }

    #[test]
    fn only_its_own_page_may_talk_to_the_room() {
        assert!(own("127.0.0.1:3000", ""));
        assert!(own("localhost:3000", "http://localhost:3000"));
        assert!(!own("127.0.0.1:3000", "http://evil.example"));
        assert!(!own("127.0.0.1:3000", "http://127.0.0.1:3001"));
        assert!(!own("evil.example:3000", "http://evil.example:3000"), "a name that was made to point here");
    }
}
