//! Secrets: never printed, compared in constant time, two valid at once while one is being replaced.
//!
//! A secret comes from the environment variable of its name (laptop, tests), else from the SSM `SecureString`
//! `${SECRETS_PREFIX}/<NAME>`, which is read while the function starts and kept for five minutes, or for one where it is an admin key
//! that opens a door.

mod seal;
mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::clock::{Clock, Millis};
use crate::env::Env;
use crate::kapi::ssm;
use crate::log::Log;

pub use seal::{NotSealed, Seal, Sealed, pseudonym};
use values::Values;
pub use values::{Access, Keys, current};

/// How long after a second failed read in a row before the next: a store in trouble is not made worse, and not everybody waits for
/// it. The first failure is not counted: a throttled start recovers with the first turn.
const PAUSE: Duration = Duration::from_secs(2);

/// How long a secret read from SSM is used before it is read again.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// A presented key that no known secret matches may mean that the secret was just replaced: read again, this often at most.
/// Also how long an admin key that was taken away still lets somebody in (threat T06).
const REREAD_AFTER: Duration = Duration::from_secs(60);

/// What is so young was read for this very request: reading it once more would find nothing else.
const JUST_READ: Duration = Duration::from_secs(1);

/// A value that somebody else turned away is read again unless that was done just now: a batch that is turned away as one reads
/// once. Nobody but ourselves can cause such a read.
const REFUSED_AGAIN_AFTER: Duration = Duration::from_secs(5);

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
    /// The REST API key of the app that is linked to the bot: opens the Event API.
    KakaoRestApiKey,
    /// The client secret of that key: without it nobody can turn a code into a token.
    KakaoClientSecret,
    /// Admin keys of the app: verify the webhooks that Kakao signs with one, and act for any linked person.
    KakaoAdminKeys,
    /// Our own key, under which the values that come back from a browser are signed.
    TokenSigningKey,
    /// The app key of the Kakao Work bot: speaks in its name.
    WorkAppKey,
    /// The last part of the addresses that Kakao Work calls: it signs nothing, this is all there is.
    WorkPathSecret,
}

impl SecretName {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SkillSecret,
        Self::KakaoRestApiKey,
        Self::KakaoClientSecret,
        Self::KakaoAdminKeys,
        Self::TokenSigningKey,
        Self::WorkAppKey,
        Self::WorkPathSecret,
    ];

    /// As the environment variable and the SSM parameter spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SkillSecret => "SKILL_SECRET",
            Self::KakaoRestApiKey => "KAKAO_REST_API_KEY",
            Self::KakaoClientSecret => "KAKAO_CLIENT_SECRET",
            Self::KakaoAdminKeys => "KAKAO_ADMIN_KEYS",
            Self::TokenSigningKey => "TOKEN_SIGNING_KEY",
            Self::WorkAppKey => "WORK_APP_KEY",
            Self::WorkPathSecret => "WORK_PATH_SECRET",
        }
    }

    /// How long values that were read let somebody in. Whoever shows an admin key that was taken away is not told apart from Kakao
    /// by what is known, so what is known must be young.
    const fn opens_for(self) -> Duration {
        match self {
            Self::KakaoAdminKeys => REREAD_AFTER,
            _ => FRESH_FOR,
        }
    }
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

/// A secret as it is used: to be compared with, or to be shown to somebody else.
#[derive(Clone, Debug)]
struct Known {
    keys: Keys,
    values: Values,
}

impl Known {
    fn parse(text: &str) -> Option<Self> {
        let values = Values::parse(text)?;
        Some(Self { keys: Keys::from(&values), values })
    }
}

/// How young what is known must be.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// Younger than this.
    Younger(Duration),
    /// Read anew, if nobody has asked for that within [`REREAD_AFTER`]: what was presented is not among it.
    Anew,
}

#[derive(Clone, Debug, Default)]
struct Cached {
    known: Option<Known>,
    read_at: Millis,
    /// When it was last read because something did not match.
    anew_at: Millis,
    failed_at: Millis,
    failures: u32,
}

impl Cached {
    /// Whether what is known will do.
    fn is_young(&self, need: Need, now: Millis) -> bool {
        let age = now.since(self.read_at);
        match need {
            Need::Younger(limit) => age < limit,
            Need::Anew if now.since(self.anew_at) < REREAD_AFTER => age < REREAD_AFTER,
            Need::Anew => age < JUST_READ,
        }
    }

    /// Remembers that reading failed, and says what was known before.
    fn failed(&mut self, now: Millis) -> Option<Known> {
        self.failed_at = now;
        self.failures = self.failures.saturating_add(1);
        self.known.clone()
    }
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

    /// The accepted values, at most five minutes old, admin keys one; older ones if the parameter store cannot be reached.
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn keys(&self, name: SecretName) -> Result<Keys, NoSecret> {
        self.younger_than(name, name.opens_for()).await.map(|known| known.keys)
    }

    /// The accepted values after a presented key did not match: read again, however young they are, unless a mismatch had them read
    /// within the last minute. So a key is good as soon as it is in the parameter store, and whoever guesses costs a read a minute.
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn keys_after_mismatch(&self, name: SecretName) -> Result<Keys, NoSecret> {
        self.known(name, Need::Anew).await.map(|known| known.keys)
    }

    /// The value to present to somebody else in the name of `bot` (an id without the development channel's `!`), at most five minutes
    /// old.
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn value(&self, name: SecretName, bot: &str) -> Result<Secret, NoSecret> {
        self.present(self.younger_than(name, FRESH_FOR).await?, bot)
    }

    /// The value to present after `refused` was turned away: read again if it is still the one we know. Not within five seconds of
    /// the last read.
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn value_after_refusal(&self, name: SecretName, bot: &str, refused: &Secret) -> Result<Secret, NoSecret> {
        let known = self.value(name, bot).await?;
        if known.reveal() != refused.reveal() {
            return Ok(known);
        }
        self.present(self.younger_than(name, REFUSED_AGAIN_AFTER).await?, bot)
    }

    /// All values that are good for every bot, the current one first, at most five minutes old: what was signed under the one before
    /// must still be recognised.
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn values(&self, name: SecretName) -> Result<Vec<Secret>, NoSecret> {
        everybodys(&self.younger_than(name, FRESH_FOR).await?)
    }

    /// As [`Secrets::values`], after none of them fitted: read again as in [`Secrets::keys_after_mismatch`].
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn values_after_mismatch(&self, name: SecretName) -> Result<Vec<Secret>, NoSecret> {
        everybodys(&self.known(name, Need::Anew).await?)
    }

    /// As [`Secrets::values`], after `refused` was turned away by somebody else: read again if it is still the first of them. Not
    /// within five seconds of the last read.
    ///
    /// # Errors
    /// [`NoSecret`]
    pub async fn values_after_refusal(&self, name: SecretName, refused: &Secret) -> Result<Vec<Secret>, NoSecret> {
        let values = self.values(name).await?;
        if values.first().is_some_and(|value| value.reveal() != refused.reveal()) {
            return Ok(values);
        }
        everybodys(&self.younger_than(name, REFUSED_AGAIN_AFTER).await?)
    }

    fn present(&self, known: Known, bot: &str) -> Result<Secret, NoSecret> {
        known.values.current(bot, self.env.bot(bot)).cloned().ok_or(NoSecret::NotConfigured)
    }

    async fn younger_than(&self, name: SecretName, age: Duration) -> Result<Known, NoSecret> {
        self.known(name, Need::Younger(age)).await
    }

    async fn known(&self, name: SecretName, need: Need) -> Result<Known, NoSecret> {
        if let Some(value) = self.env.secrets.get(&name) {
            return Known::parse(value.reveal()).ok_or(NoSecret::NotConfigured);
        }
        let Some(prefix) = &self.env.secrets_prefix else {
            return Err(NoSecret::NotConfigured);
        };
        // The lock is held over the read on purpose: whoever waits finds the fresh value instead of reading once more.
        let mut cached = self.cached.lock().await;
        let now = self.clock.now();
        let cached = cached.entry(name).or_default();
        if let Some(known) = cached.known.clone()
            && cached.is_young(need, now)
        {
            return Ok(known);
        }
        if cached.failures > 1 && now.since(cached.failed_at) < PAUSE {
            return cached.known.clone().ok_or(NoSecret::Unreachable);
        }
        match ssm::parameter(&self.env, now, &format!("{prefix}/{}", name.as_str())).await {
            Ok(value) => match Known::parse(value.reveal()) {
                Some(known) => {
                    let anew_at = if matches!(need, Need::Anew) { now } else { cached.anew_at };
                    *cached = Cached { known: Some(known.clone()), read_at: now, anew_at, ..Cached::default() };
                    Ok(known)
                }
                // Somebody wrote a value that says nothing. Until they mend it the one from before is good.
                None => {
                    Log::error("secret.unreadable").write();
                    cached.failed(self.clock.now()).ok_or(NoSecret::NotConfigured)
                }
            },
            Err(error) => {
                Log::error("secret.unreachable").kind(error.kind()).write();
                cached.failed(self.clock.now()).ok_or(NoSecret::Unreachable)
            }
        }
    }
}

fn everybodys(known: &Known) -> Result<Vec<Secret>, NoSecret> {
    let values: Vec<Secret> = known.values.everybodys().cloned().collect();
    if values.is_empty() { Err(NoSecret::NotConfigured) } else { Ok(values) }
}
