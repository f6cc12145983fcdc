//! Secrets: never printed, compared in constant time, two valid at once while one is being replaced.
//!
//! A secret comes from the environment variable of its name (laptop, tests), else from the SSM `SecureString`
//! `${SECRETS_PREFIX}/<NAME>`, which is read while the function starts and kept for five minutes.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tokio::sync::Mutex;

use crate::clock::{Clock, Millis};
use crate::env::Env;
use crate::kapi::ssm;
use crate::log::Log;

/// How long after a second failed read in a row before the next: a store in trouble is not made worse, and not everybody waits for
/// it. The first failure is not counted: a throttled start recovers with the first turn.
const PAUSE: Duration = Duration::from_secs(2);

/// How long a secret read from SSM is used before it is read again.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// A presented key that no known secret matches may mean that the secret was just replaced: read again, this often at most.
const REREAD_AFTER: Duration = Duration::from_secs(60);

/// A text that is not for anybody's eyes.
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The secrets there are; each is spelled like its environment variable and its SSM parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SecretName {
    /// The value of the skill's custom header, set in the chatbot admin center.
    SkillSecret,
}

impl SecretName {
    /// All of them.
    pub const ALL: &[Self] = &[Self::SkillSecret];

    /// As the environment variable and the SSM parameter spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SkillSecret => "SKILL_SECRET",
        }
    }
}

/// The values of one secret that are accepted now, as digests: comparing digests takes the same time for any length of guess.
#[derive(Clone)]
pub struct Keys(Vec<Key>);

#[derive(Clone)]
struct Key {
    digest: [u8; 32],
    /// The one bot it is good for, by name or id; `None`: for every bot.
    bot: Option<String>,
}

/// What a value opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// These bots, by name or id; a value that is not accepted: none.
    Bots(Vec<String>),
    /// Every bot.
    Everything,
}

/// One secret as it is written down: a text, or two while one takes the other's place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Rotating {
        current: String,
        #[serde(default)]
        previous: Option<String>,
    },
}

impl Written {
    fn values(self) -> impl Iterator<Item = String> {
        let (current, previous) = match self {
            Self::Plain(current) => (current, None),
            Self::Rotating { current, previous } => (current, previous),
        };
        std::iter::once(current).chain(previous)
    }
}

/// A secret with values of its own for some bots.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    current: Option<String>,
    #[serde(default)]
    previous: Option<String>,
    #[serde(default)]
    bots: BTreeMap<String, Written>,
}

impl Keys {
    /// Reads a comma-separated list, or `{"current": …, "previous": …, "bots": {"name or id": …}}` with any part left out; a bot's
    /// value is a text or again `{"current": …, "previous": …}`. `None` if it names no value at all.
    pub fn parse(text: &str) -> Option<Self> {
        let key = |value: &str, bot: Option<&String>| {
            let value = value.trim();
            (!value.is_empty()).then(|| Key { digest: digest(value), bot: bot.cloned() })
        };
        let keys: Vec<Key> = match serde_json::from_str::<serde_json::Value>(text) {
            Ok(object @ serde_json::Value::Object(_)) => {
                let Listed { current, previous, bots } = serde_json::from_value(object).ok()?;
                let own = bots.into_iter().flat_map(|(bot, written)| {
                    written.values().filter_map(|value| key(&value, Some(&bot))).collect::<Vec<_>>()
                });
                current.iter().chain(&previous).filter_map(|value| key(value, None)).chain(own).collect()
            }
            _ => text.split(',').filter_map(|value| key(value, None)).collect(),
        };
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Whether `presented` is one of the accepted values. Looks at every one of them, whatever the first says.
    pub fn accept(&self, presented: &str) -> bool {
        let presented = digest(presented);
        let found = self.0.iter().fold(Choice::from(0), |found, key| found | key.digest.ct_eq(&presented));
        bool::from(found)
    }

    /// What an accepted value opens. Which of the values it is, is no secret to whoever showed it.
    pub fn access(&self, accepted: &str) -> Access {
        let accepted = digest(accepted);
        let good = self.0.iter().filter(|key| bool::from(key.digest.ct_eq(&accepted)));
        good.map(|key| key.bot.clone()).collect::<Option<_>>().map_or(Access::Everything, Access::Bots)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} redacted]", self.0.len())
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Why a secret is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSecret {
    /// Neither its variable nor `SECRETS_PREFIX` is set, or the value is empty: a mistake in the deployment.
    NotConfigured,
    /// The parameter store could not be read just now.
    Unreachable,
}

/// The secrets of one process.
#[derive(Debug)]
pub struct Secrets {
    env: Env,
    clock: Clock,
    cached: Mutex<BTreeMap<SecretName, Cached>>,
}

#[derive(Clone, Debug, Default)]
struct Cached {
    keys: Option<Keys>,
    read_at: Millis,
    failed_at: Millis,
    failures: u32,
}

impl Secrets {
    /// Reads nothing yet.
    pub fn new(env: Env, clock: Clock) -> Self {
        Self { env, clock, cached: Mutex::default() }
    }

    /// Whether `name` can be found anywhere at all.
    pub fn is_configured(&self, name: SecretName) -> bool {
        self.env.secrets.contains_key(&name) || self.env.secrets_prefix.is_some()
    }

    /// The accepted values, at most five minutes old; older ones if the parameter store cannot be reached.
    pub async fn keys(&self, name: SecretName) -> Result<Keys, NoSecret> {
        self.keys_younger_than(name, FRESH_FOR).await
    }

    /// The accepted values after a presented key did not match: read again unless that was done within the last minute.
    pub async fn keys_after_mismatch(&self, name: SecretName) -> Result<Keys, NoSecret> {
        self.keys_younger_than(name, REREAD_AFTER).await
    }

    async fn keys_younger_than(&self, name: SecretName, age: Duration) -> Result<Keys, NoSecret> {
        if let Some(value) = self.env.secrets.get(&name) {
            return Keys::parse(value.reveal()).ok_or(NoSecret::NotConfigured);
        }
        let Some(prefix) = &self.env.secrets_prefix else {
            return Err(NoSecret::NotConfigured);
        };
        // The lock is held over the read on purpose: whoever waits finds the fresh value instead of reading once more.
        let mut cached = self.cached.lock().await;
        let now = self.clock.now();
        let known = cached.entry(name).or_default();
        if let Some(keys) = &known.keys
            && now.since(known.read_at) < age
        {
            return Ok(keys.clone());
        }
        if known.failures > 1 && now.since(known.failed_at) < PAUSE {
            return known.keys.clone().ok_or(NoSecret::Unreachable);
        }
        match ssm::parameter(&self.env, now, &format!("{prefix}/{}", name.as_str())).await {
            Ok(value) => {
                let keys = Keys::parse(value.reveal()).ok_or(NoSecret::NotConfigured)?;
                *known = Cached { keys: Some(keys.clone()), read_at: now, ..Cached::default() };
                Ok(keys)
            }
            Err(error) => {
                Log::error("secret.unreachable").kind(error.kind()).write();
                known.failed_at = self.clock.now();
                known.failures = known.failures.saturating_add(1);
                known.keys.clone().ok_or(NoSecret::Unreachable)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_are_accepted_while_one_replaces_the_other() {
        for text in [r#"{"current":"new","previous":"old"}"#, "new,old", " new , old ,"] {
            let keys = Keys::parse(text).expect("two values");
            assert!(keys.accept("new") && keys.accept("old"), "{text}");
            for wrong in ["", "ne", "newer", "New", "new,old", " new"] {
                assert!(!keys.accept(wrong), "{text} accepts {wrong:?}");
            }
        }
    }

    #[test]
    fn a_bot_may_have_a_value_of_its_own() {
        let text = r#"{"current":"all","bots":{"lunch":"one","b2":{"current":"two","previous":"old"},"c3":"two"}}"#;
        let keys = Keys::parse(text).expect("five values");
        let bots = |names: &[&str]| Access::Bots(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(keys.access("all"), Access::Everything);
        assert_eq!(keys.access("one"), bots(&["lunch"]));
        assert_eq!(keys.access("two"), bots(&["b2", "c3"]), "a value that two bots share opens both");
        assert_eq!(keys.access("old"), bots(&["b2"]));
        assert_eq!(keys.access("other"), bots(&[]));
        assert!(!keys.accept("other"));
        assert!(Keys::parse(r#"{"bots":{"lunch":"one"}}"#).is_some_and(|keys| keys.access("one") == bots(&["lunch"])));
    }

    #[test]
    fn an_empty_secret_is_refused() {
        for text in
            ["", " ", ",", r#"{"current":""}"#, "{}", r#"{"bots":{}}"#, r#"{"bots":{"a":" "}}"#, r#"{"bots":7}"#]
        {
            assert!(Keys::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn nothing_shows_in_debug_output() {
        let shown = format!("{:?} {:?}", Secret::new("canary"), Keys::parse("canary,other"));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
