//! Kakao calls by itself: the gateway's event for a callback, and what the function answered.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use shared::app::App;
use shared::clock::Millis;
use shared::endpoint::Endpoint;
use shared::lambda;

use crate::faults::Dice;
use crate::platform::base64;

/// The admin key of every test that does not say otherwise.
pub const ADMIN_KEY: &str = "0123456789abcdef0123456789abcdef";

/// The app of every test that does not say otherwise.
pub const APP_ID: &str = "700001";

/// How long Lambda lets a callback run.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(4);

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// One call.
#[derive(Clone, Debug)]
pub struct Knock {
    /// `POST`
    pub method: &'static str,
    /// The path that the gateway saw.
    pub path: String,
    /// What followed the `?`.
    pub query: String,
    /// Names as the gateway delivers them: in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the gateway encodes the body.
    pub base64: bool,
    /// Where it comes from.
    pub source: String,
    /// When the gateway received it; `None`: now.
    pub received: Option<Millis>,
}

impl Knock {
    /// With the right admin key, and nothing in it.
    pub fn post(path: &str) -> Self {
        let headers = BTreeMap::from([("authorization".to_owned(), format!("KakaoAK {ADMIN_KEY}"))]);
        Self {
            method: "POST",
            path: path.to_owned(),
            query: String::new(),
            headers,
            body: Vec::new(),
            base64: false,
            source: "211.249.221.105".to_owned(),
            received: None,
        }
    }

    /// With a header set, or without it.
    pub fn header(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.headers.insert(name.to_owned(), value.to_owned()),
            None => self.headers.remove(name),
        };
        self
    }

    /// With this body of this type.
    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", Some(kind))
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// The gateway's event, payload format 2.0.
    pub fn event(&self, now: Millis) -> String {
        let body = if self.base64 { base64(&self.body) } else { String::from_utf8_lossy(&self.body).into_owned() };
        let number = REQUESTS.fetch_add(1, Ordering::SeqCst);
        json!({
            "version": "2.0", "rawPath": self.path, "rawQueryString": self.query, "headers": self.headers,
            "requestContext": {
                "http": { "method": self.method, "path": self.path, "sourceIp": self.source },
                "requestId": format!("knock-{number:08}"), "timeEpoch": self.received.unwrap_or(now).0
            },
            "body": body, "isBase64Encoded": self.base64
        })
        .to_string()
    }

    /// Calls, and waits for the answer.
    pub async fn at<E: Endpoint<B>, B>(&self, app: &App<B>) -> Answered {
        answered::<E, B>(app, &self.event(app.clock.now())).await
    }
}

/// T01: a thousand `Authorization` headers with a key that is not [`ADMIN_KEY`]: neighbours by one bit, beginnings, other letters, and
/// lengths up to 10,000.
pub fn wrong_keys() -> Vec<String> {
    let mut dice = Dice::new(1);
    let mut wrong: Vec<String> = Vec::new();
    for bit in 0..ADMIN_KEY.len() * 8 {
        let mut bytes = ADMIN_KEY.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        wrong.extend(String::from_utf8(bytes).ok());
    }
    wrong.extend((0..ADMIN_KEY.len()).map(|length| ADMIN_KEY[..length].to_owned()));
    wrong.extend(["x", "0", " ", "\t", "\u{a0}"].map(|more| format!("{ADMIN_KEY}{more}")));
    wrong.extend([ADMIN_KEY.to_uppercase(), format!(" {ADMIN_KEY}"), "null".to_owned()]);
    while wrong.len() < 1_000 {
        // One of them is as long as they get.
        let length = if wrong.len() == 999 { 10_000 } else { dice.below(10_001) as usize };
        wrong.push((0..length).map(|_| char::from(33 + dice.below(94) as u8)).collect());
    }
    let schemes = ["KakaoAK", "kakaoak", "KAKAOAK"].into_iter().cycle();
    schemes.zip(wrong).map(|(scheme, key)| format!("{scheme} {key}")).collect()
}

/// T02: headers that hold the right key, or none, in a way that is not one scheme, one blank and one key. `None`: no header.
pub fn wrong_headers() -> Vec<Option<String>> {
    vec![
        None,
        Some(String::new()),
        Some(ADMIN_KEY.to_owned()),
        Some(format!("Bearer {ADMIN_KEY}")),
        Some(format!("Basic {ADMIN_KEY}")),
        Some(format!("KakaoAK  {ADMIN_KEY}")),
        Some(format!(" KakaoAK {ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY} ")),
        Some(format!("KakaoAK\t{ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY},KakaoAK {ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY}, KakaoAK bad")),
        Some(format!("KakaoAK bad,KakaoAK {ADMIN_KEY}")),
        Some(format!("KakaoAK {ADMIN_KEY},")),
        Some("KakaoAK".to_owned()),
        Some("KakaoAK ".to_owned()),
    ]
}

/// What the function answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// HTTP status.
    pub status: i64,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, as it is.
    pub body: String,
}

/// The answer to a gateway event.
pub async fn answered<E: Endpoint<B>, B>(app: &App<B>, event: &str) -> Answered {
    let deadline = app.clock.now().plus(FUNCTION_TIMEOUT);
    let reply = Box::pin(lambda::answer::<E, B>(app, event, deadline)).await;
    let reply = serde_json::to_value(reply).expect("a reply is JSON");
    let headers = reply["headers"].as_object().into_iter().flatten();
    Answered {
        status: reply["statusCode"].as_i64().unwrap_or_default(),
        headers: headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
        body: reply["body"].as_str().unwrap_or_default().to_owned(),
    }
}
