//! The SSM parameter store, as far as `GetParameter` goes.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::faults::wire::{Asked, Told, Wire};

/// The settings of a function that has this secret from the parameter store at `url`.
pub const fn secret_from<'a>(name: &'a str, url: &'a str) -> [(&'a str, &'a str); 3] {
    [(name, ""), ("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", url)]
}

/// How the stand-in feels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// Answers.
    #[default]
    Well,
    /// `AccessDeniedException`.
    Denies,
    /// Keeps the connection and says nothing.
    Silent,
    /// Status 200 and no JSON.
    Nonsense,
}

#[derive(Debug, Default)]
struct State {
    values: Mutex<BTreeMap<String, String>>,
    mood: Mutex<Mood>,
    calls: AtomicU64,
}

/// The stand-in.
#[derive(Debug)]
pub struct Parameters {
    wire: Wire,
    state: Arc<State>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Parameters {
    /// An empty store.
    pub fn start() -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let wire = Wire::listen(move |asked| {
            let state = Arc::clone(&shared);
            async move { state.answer(&asked) }
        });
        Self { wire, state }
    }

    /// Where it listens: `AWS_ENDPOINT_URL_SSM`.
    pub fn url(&self) -> String {
        self.wire.url()
    }

    /// Sets a parameter.
    pub fn set(&self, name: &str, value: &str) {
        lock(&self.state.values).insert(name.to_owned(), value.to_owned());
    }

    /// How it behaves from now on.
    pub fn feel(&self, mood: Mood) {
        *lock(&self.state.mood) = mood;
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        self.state.calls.load(Ordering::SeqCst)
    }
}

impl State {
    fn answer(&self, asked: &Asked) -> Told {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let json =
            |status, body: Value| Told::answer(status, "application/x-amz-json-1.1", body.to_string().into_bytes());
        match *lock(&self.mood) {
            Mood::Well => {}
            Mood::Denies => return json(400, json!({ "__type": "AccessDeniedException" })),
            Mood::Silent => return Told::Never,
            Mood::Nonsense => return Told::answer(200, "text/html", b"<html>".to_vec()),
        }
        let signed = asked.header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 "));
        if asked.header("x-amz-target") != Some("AmazonSSM.GetParameter") || !signed {
            return json(400, json!({ "__type": "UnknownOperationException" }));
        }
        let request: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let name = request["Name"].as_str().unwrap_or_default();
        match lock(&self.values).get(name) {
            Some(value) if request["WithDecryption"] == true => json(
                200,
                json!({ "Parameter": { "Name": name, "Type": "SecureString", "Value": value, "Version": 1 } }),
            ),
            Some(_) => json(
                200,
                json!({ "Parameter": { "Name": name, "Type": "SecureString", "Value": "AQICAHg-encrypted" } }),
            ),
            None => json(400, json!({ "__type": "ParameterNotFound" })),
        }
    }
}
