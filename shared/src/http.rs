//! One request in, one response out: what a function sees of HTTP, whoever carried it (API Gateway or `kakao dev`).

mod form;
mod page;

use std::collections::BTreeMap;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use crate::clock::Millis;

pub use form::{Bilingual, HtmlForm, Input, read_form};
pub use page::{Page, escape};

/// A request as the gateway delivered it.
///
/// The body is not readable from here: it is offered by [`crate::verify::Verified`] only, so that no endpoint can read what
/// nobody vouched for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Upper case: `POST`.
    pub method: String,
    /// The path as it came, still percent-encoded, stage prefix and trailing slash included.
    pub path: String,
    /// What followed the `?`, as it came: percent-encoded or not, with whatever bytes somebody typed. Empty if there was nothing.
    pub query: String,
    /// Header names in lower case. The gateway has already joined repeated headers with a comma.
    pub headers: BTreeMap<String, String>,
    /// The gateway's id of this request: for logs, and as the owner's name on leases.
    pub id: String,
    /// Who sent it, as the gateway saw them.
    pub source: Option<IpAddr>,
    /// When the gateway received it, so that a cold start counts.
    pub received: Millis,
    /// When the answer must have left.
    pub answer_by: Millis,
    pub(crate) body: Body,
}

/// The bytes of a request, or why there are none.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Bytes(Vec<u8>),
    /// The gateway said base64 and it was not.
    BadBase64,
}

impl Request {
    /// The value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// One line of an endpoint's `ROUTES`: a method and a path whose `{name}` segments match anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Upper case: `POST`.
    pub method: &'static str,
    /// As in `template.yaml`: `/skill/{name}`.
    pub path: &'static str,
}

impl Route {
    /// A `POST` route.
    pub const fn post(path: &'static str) -> Self {
        Self { method: "POST", path }
    }

    /// A `GET` route.
    pub const fn get(path: &'static str) -> Self {
        Self { method: "GET", path }
    }

    /// A `HEAD` route.
    pub const fn head(path: &'static str) -> Self {
        Self { method: "HEAD", path }
    }

    /// The decoded `{…}` segments if `path` is this route, also under a stage prefix and with a trailing slash.
    pub fn captures(&self, path: &str) -> Option<Vec<String>> {
        let pattern: Vec<&str> = segments(self.path).collect();
        let given: Vec<&str> = segments(path).collect();
        let prefix = given.len().checked_sub(pattern.len())?;
        if prefix > 1 {
            return None; // a stage or base path is one segment; more is another address
        }
        let mut captured = Vec::new();
        for (want, got) in pattern.iter().zip(&given[prefix..]) {
            if want.starts_with('{') {
                captured.push(percent_decode_str(got).decode_utf8().ok()?.into_owned());
            } else if want != got {
                return None;
            }
        }
        Some(captured)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// What a function answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// `content-type`, none for an empty body.
    pub content_type: Option<&'static str>,
    /// Further headers, names in lower case. A value that is no header value is left out (threat T10).
    pub headers: Vec<(&'static str, String)>,
    /// UTF-8 text.
    pub body: String,
}

/// The one header that the gateway wants apart from the others.
pub(crate) const SET_COOKIE: &str = "set-cookie";

impl Response {
    /// A JSON answer.
    pub const fn json(status: u16, body: String) -> Self {
        Self { status, content_type: Some("application/json; charset=utf-8"), headers: Vec::new(), body }
    }

    /// A status and nothing else.
    pub const fn empty(status: u16) -> Self {
        Self { status, content_type: None, headers: Vec::new(), body: String::new() }
    }

    /// `302` to `location`, byte for byte. Nobody keeps it, and nobody there learns where the browser came from (threat T13).
    pub fn found(location: &str) -> Self {
        Self { headers: vec![("location", location.to_owned())], ..Self::empty(302) }.in_confidence()
    }

    /// `303` to `location`: what was posted is done, and goes nowhere else.
    pub fn see_other(location: &str) -> Self {
        Self { headers: vec![("location", location.to_owned())], ..Self::empty(303) }.in_confidence()
    }

    /// The same, and a cookie: the whole value of its `Set-Cookie`.
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.headers.push((SET_COOKIE, cookie));
        self
    }

    /// Neither kept by anybody nor named to the next address.
    pub fn in_confidence(mut self) -> Self {
        self.headers.push(("cache-control", "no-store".to_owned()));
        self.headers.push(("referrer-policy", "no-referrer".to_owned()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_matches_under_a_stage_and_with_a_trailing_slash() {
        let route = Route::post("/skill/{name}");
        for path in ["/skill/lunch", "/skill/lunch/", "/prod/skill/lunch", "//prod//skill/lunch/"] {
            assert_eq!(route.captures(path), Some(vec!["lunch".to_owned()]), "{path}");
        }
        assert_eq!(route.captures("/skill/%EC%A0%90%EC%8B%AC"), Some(vec!["점심".to_owned()]));
        for path in ["/", "/skill", "/skill/a/b", "/a/b/skill/lunch", "/skills/lunch", "/skill/%ff"] {
            assert_eq!(route.captures(path), None, "{path}");
        }
    }
}
