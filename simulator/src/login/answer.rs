//! What an endpoint answers, and the one word that the list of calls has for it.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// `ok`, `KOE320`, `-101`: never anything of the person's.
    pub(crate) outcome: String,
}

impl Answer {
    /// A document, not to be kept by anybody on the way.
    pub(crate) fn json(status: u16, outcome: impl Into<String>, body: &Value) -> Self {
        let mut response = axum::Json(body).into_response();
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self { response, outcome: outcome.into() }
    }

    /// Status 200.
    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(200, "ok", body)
    }

    /// `302` to an address that was looked at before.
    pub(crate) fn redirect(to: &str, outcome: impl Into<String>) -> Self {
        let mut response = StatusCode::FOUND.into_response();
        if let Ok(to) = HeaderValue::from_str(to) {
            response.headers_mut().insert(header::LOCATION, to);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self { response, outcome: outcome.into() }
    }

    /// No answer at all: the connection ends before its first byte. The body's first chunk is an error, and the server gives up on the
    /// connection before the head is sent.
    pub(crate) fn dropped() -> Self {
        let broken = stream::iter([Err::<Vec<u8>, _>(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))]);
        Self { response: Response::new(Body::from_stream(broken)), outcome: "dropped".to_owned() }
    }
}
