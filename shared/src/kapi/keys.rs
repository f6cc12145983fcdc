//! `GET /.well-known/jwks.json`: the keys that Kakao signs with, kept as long as they are good for something.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#oidc>
//!
//! Kakao blocks who fetches the keys too often. So they are used for a while before they are fetched again, older ones as long as no
//! newer ones can be had, and a name that is not among them makes them be fetched again now and then.

use std::time::Duration;

use tokio::sync::Mutex;

use super::{CallError, Outbound, Patience};
use crate::clock::Millis;
use crate::env::Env;
use crate::kakao;
use crate::kakao::login::{Jwk, Jwks};

/// After the very first fetch failed there is nothing to go on with: it is tried again sooner.
const FIRST_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Bytes of keys.
const BYTES: usize = 64 * 1_024;

/// How keys are kept for one purpose.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How long keys are used before they are fetched again.
    fresh: Duration,
    /// An unknown key may be a new one: the keys are fetched again, this often at most. Also after a failed fetch.
    again: Duration,
    /// How long keys are good for anything while no newer ones can be had.
    stale: Duration,
    /// How long a fetch may take.
    time: Duration,
}

/// ID tokens: somebody waits for a page, and a token that cannot be checked is no login.
const LOGINS: Pace = Pace {
    fresh: Duration::from_secs(60 * 60),
    again: Duration::from_secs(5 * 60),
    stale: Duration::MAX,
    time: Duration::from_millis(1_200),
};

/// Security event tokens (protocol `channel-and-webhooks` 3.4): Kakao waits three seconds, and never sends again what is refused.
const EVENTS: Pace = Pace {
    fresh: Duration::from_secs(10 * 60),
    again: Duration::from_secs(60),
    stale: Duration::from_secs(24 * 60 * 60),
    time: Duration::from_millis(800),
};

/// Kakao's keys, as one process knows them.
#[derive(Debug)]
pub struct KeyCache {
    pace: Pace,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<Jwks>,
    /// When the keys were fetched.
    fetched: Millis,
    /// When that was tried last.
    tried: Option<Millis>,
    /// Whether it failed then.
    failed: bool,
}

/// Why there is no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The keys cannot be had at all.
    NoKeys,
    /// None that is known has this name, and newer ones cannot be had just now.
    NotNow,
    /// None has this name.
    Unknown,
}

/// For ID tokens.
impl Default for KeyCache {
    fn default() -> Self {
        Self { pace: LOGINS, known: Mutex::default() }
    }
}

impl KeyCache {
    /// For security event tokens.
    pub fn for_events() -> Self {
        Self { pace: EVENTS, known: Mutex::default() }
    }

    /// Fetches the keys before anybody asks for one. Never fails; what cannot be had now is fetched later.
    pub async fn warm(&self, outbound: &Outbound, env: &Env, now: Millis) {
        self.known.lock().await.fetch(self.pace, outbound, env, now).await;
    }

    /// The key of this name. The keys are fetched if they are needed.
    pub(super) async fn key(&self, outbound: &Outbound, env: &Env, now: Millis, kid: &str) -> Result<Jwk, NoKey> {
        // The lock is held over the fetch on purpose: whoever waits finds the keys instead of fetching them once more.
        let mut known = self.known.lock().await;
        if known.keys.is_none() || now.since(known.fetched) >= self.pace.fresh {
            known.fetch(self.pace, outbound, env, now).await;
        }
        if now.since(known.fetched) >= self.pace.stale {
            known.keys = None;
        }
        if known.keys.as_ref().is_some_and(|keys| keys.find(kid).is_none()) {
            known.fetch(self.pace, outbound, env, now).await;
        }
        let keys = known.keys.as_ref().ok_or(NoKey::NoKeys)?;
        match keys.find(kid) {
            Some(key) => Ok(key.clone()),
            None if known.failed => Err(NoKey::NotNow),
            None => Err(NoKey::Unknown),
        }
    }
}

impl Known {
    /// Fetches the keys, unless that was tried just now. What was known stays known if it fails.
    async fn fetch(&mut self, pace: Pace, outbound: &Outbound, env: &Env, now: Millis) {
        let rest = if self.keys.is_some() { pace.again } else { FIRST_AGAIN_AFTER };
        if self.tried.is_some_and(|tried| now.since(tried) < rest) {
            return;
        }
        self.tried = Some(now);
        let fetched = jwks_within(outbound, env, pace.time).await;
        self.failed = fetched.is_err();
        if let Ok(keys) = fetched {
            self.keys = Some(keys);
            self.fetched = now;
        }
    }
}

/// Why the keys are not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKeys {
    /// Any status but 200.
    Status(u16),
    /// An answer without a key.
    Nonsense,
    /// No answer.
    Call(CallError),
}

/// Fetches the keys, once.
///
/// # Errors
/// [`NoKeys`]
pub async fn jwks(outbound: &Outbound, env: &Env) -> Result<Jwks, NoKeys> {
    jwks_within(outbound, env, LOGINS.time).await
}

async fn jwks_within(outbound: &Outbound, env: &Env, time: Duration) -> Result<Jwks, NoKeys> {
    let request = http::Request::get(format!("{}/.well-known/jwks.json", env.kauth_url)).body(Vec::new());
    let request = request.map_err(|_| NoKeys::Call(CallError::BadRequest))?;
    let answer = outbound.send(request, Patience { time, bytes: BYTES }).await.map_err(NoKeys::Call)?;
    if answer.status != 200 {
        return Err(NoKeys::Status(answer.status));
    }
    let keys: Jwks = kakao::parse(&answer.body).map_err(|_| NoKeys::Nonsense)?;
    if keys.keys.get().is_some_and(|keys| !keys.is_empty()) { Ok(keys) } else { Err(NoKeys::Nonsense) }
}
