//! The street door: a stand-in for API Gateway's HTTP API, in front of every function.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::{HeaderValue, StatusCode, header};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::aws_lambda_events::encodings::Body as ReplyBody;
use shared::clock::Clock;
use shared::http::Route;

use crate::event;
use crate::function::{Door, Functions};
use crate::random;

/// Lambda's limit for an event is 6 MB; the gateway's own, 10 MB, is never met.
const MAX_BODY: usize = 6 * 1024 * 1024;

/// How much of a body that is too large is still taken in (and thrown away), so that its sender gets to read the answer.
const DRAINED: u64 = 64 * 1024 * 1024;
const DRAINING: Duration = Duration::from_secs(2);

/// Answers what no other address of the process answers.
pub(crate) async fn handle(
    State(functions): State<Functions>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some((door, route, captures)) = find(&functions.doors, parts.method.as_str(), parts.uri.path()) else {
        return message(StatusCode::NOT_FOUND, "Not Found");
    };
    let body = match read(body).await {
        Ok(body) => body,
        Err(StatusCode::PAYLOAD_TOO_LARGE) => {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        Err(status) => return message(status, "Bad Request"),
    };
    let (now, id) = (Clock::System.now(), random::request_id());
    let event = event::build(&parts, &body, &route, &captures, from.ip(), &id, now).to_string();
    let mut response = match functions.answer(&door, event, now).await {
        Some(reply) => respond(reply),
        None => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    };
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("apigw-requestid", id);
    }
    response
}

fn find(doors: &Arc<[Door]>, method: &str, path: &str) -> Option<(Door, Route, Vec<String>)> {
    doors.iter().find_map(|door| {
        let mut routes = door.routes.iter().filter(|route| route.method == method);
        routes.find_map(|route| Some((*door, *route, route.captures(path)?)))
    })
}

async fn read(body: Body) -> Result<Vec<u8>, StatusCode> {
    let announced = body.size_hint().lower();
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    if announced <= MAX_BODY as u64 {
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk.map_err(|_| StatusCode::BAD_REQUEST)?);
            if bytes.len() > MAX_BODY {
                break;
            }
        }
        if bytes.len() <= MAX_BODY {
            return Ok(bytes);
        }
    }
    drop(bytes);
    let drain = chunks.map_err(drop).try_fold(0_u64, async |read, chunk| {
        let read = read + chunk.len() as u64;
        if read > DRAINED { Err(()) } else { Ok(read) }
    });
    let _ = tokio::time::timeout(DRAINING, drain).await;
    Err(StatusCode::PAYLOAD_TOO_LARGE)
}

/// The gateway's own words.
fn message(status: StatusCode, words: &str) -> Response {
    (status, axum::Json(serde_json::json!({ "message": words }))).into_response()
}

fn respond(reply: ApiGatewayV2httpResponse) -> Response {
    let status = u16::try_from(reply.status_code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let body = match reply.body {
        Some(ReplyBody::Text(text)) => Body::from(text),
        Some(ReplyBody::Binary(bytes)) => Body::from(bytes),
        _ => Body::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = reply.headers;
    for cookie in reply.cookies {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// One line for people, beside the functions' own lines: when, what, how it ended, how long it took.
pub(crate) async fn tell(request: Request, next: axum::middleware::Next) -> Result<Response, Infallible> {
    let (method, path, started) =
        (request.method().clone(), request.uri().path().to_owned(), std::time::Instant::now());
    let response = next.run(request).await;
    // The room's own traffic is not the author's business.
    if path != "/"
        && path != "/healthz"
        && !path.starts_with("/room/")
        && !path.starts_with("/kakao")
        && path != "/work-api/said"
    {
        let (hour, minute, second) = crate::laptop::wall_clock();
        let ms = started.elapsed().as_millis();
        let status = response.status().as_u16();
        // What is good once is long, a secret, and says nothing to anybody.
        let once = ["/callback/", "/work/request/", "/continue/", "/otp/"].into_iter();
        let path = once.filter_map(|before| Some(&path[..path.find(before)? + before.len()])).next().unwrap_or(&path);
        crate::laptop::say(&format!("{hour:02}:{minute:02}:{second:02}  {method} {path}  {status}  {ms} ms"));
    }
    Ok(response)
}
