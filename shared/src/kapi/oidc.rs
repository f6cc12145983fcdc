//! ID tokens: who somebody is, signed by Kakao; and `GET /.well-known/jwks.json`, the keys (protocol `sync` 6).
//!
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#oidc>
//!
//! Kakao blocks who fetches the keys too often, so they are kept: for an hour, and beyond it as long as no newer ones can be had.

use std::time::Duration;

use tokio::sync::Mutex;

use super::jws::{BadJws, Jws};
use super::{CallError, Outbound, Patience};
use crate::clock::Millis;
use crate::env::Env;
use crate::kakao;
use crate::kakao::login::{IdTokenClaims, Jwks, is_person};

/// How long keys are used before they are fetched again.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);

/// An unknown key may be a new one: the keys are fetched again, this often at most. Also after a failed fetch.
const REFETCH_AFTER: Duration = Duration::from_secs(5 * 60);

/// After the very first fetch failed there is nothing to go on with: it is tried again sooner.
const FIRST_AGAIN_AFTER: Duration = Duration::from_secs(2);

const PATIENCE: Patience = Patience { time: Duration::from_millis(1_200), bytes: 64 * 1_024 };

/// How far two clocks may be apart.
const SKEW: u64 = 60;

/// The oldest token that is taken for one of this login, in seconds.
const OLDEST: u64 = 24 * 60 * 60;

/// What a token must say to be the one that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The app key that was the `client_id`.
    pub client_id: &'a str,
    /// What the authorization request gave along. `None` if we did not make that request, as with the plugin: then any is taken.
    pub nonce: Option<&'a str>,
}

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadIdToken {
    /// Not three parts, or not the documents that they should be.
    Malformed,
    /// Another algorithm than RS256, or something else in the header that is not understood.
    Header,
    /// None of Kakao's keys has this name, also not the newest.
    UnknownKey,
    /// The keys cannot be had: nothing can be said about any token just now.
    NoKeys,
    /// The signature is not that key's.
    Signature,
    /// Somebody else than Kakao says so.
    Issuer,
    /// It was made out to another app.
    Audience,
    /// It has ended.
    Expired,
    /// It was made out in the future, or very long ago.
    IssuedAt,
    /// It belongs to another authorization request.
    Nonce,
    /// It is about nobody.
    Subject,
}

impl BadIdToken {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Header => "header",
            Self::UnknownKey => "unknown-key",
            Self::NoKeys => "no-keys",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::IssuedAt => "issued-at",
            Self::Nonce => "nonce",
            Self::Subject => "subject",
        }
    }
}

/// Kakao's keys, as one process knows them.
#[derive(Debug, Default)]
pub struct KeyCache(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    keys: Option<Jwks>,
    /// When the keys were fetched.
    fetched: Millis,
    /// When that was tried last.
    tried: Option<Millis>,
}

impl KeyCache {
    /// Believes a token, or says why not. The keys are fetched if they are needed.
    ///
    /// # Errors
    /// [`BadIdToken`]
    pub async fn verify(
        &self,
        outbound: &Outbound,
        env: &Env,
        now: Millis,
        token: &str,
        expected: Expected<'_>,
    ) -> Result<IdTokenClaims, BadIdToken> {
        let jws = Jws::parse(token).map_err(|bad| match bad {
            BadJws::Malformed => BadIdToken::Malformed,
            BadJws::Header => BadIdToken::Header,
        })?;
        // The lock is held over the fetch on purpose: whoever waits finds the keys instead of fetching them once more.
        let mut known = self.0.lock().await;
        if known.keys.is_none() || now.since(known.fetched) >= FRESH_FOR {
            known.fetch(outbound, env, now).await;
        }
        if known.keys.as_ref().is_some_and(|keys| keys.find(jws.kid()).is_none()) {
            known.fetch(outbound, env, now).await;
        }
        let keys = known.keys.as_ref().ok_or(BadIdToken::NoKeys)?;
        let key = keys.find(jws.kid()).ok_or(BadIdToken::UnknownKey)?;
        if !jws.is_signed_by(key) {
            return Err(BadIdToken::Signature);
        }
        drop(known);
        judge(jws.claims().ok_or(BadIdToken::Malformed)?, &env.kauth_url, now, expected)
    }
}

impl Known {
    /// Fetches the keys, unless that was tried just now. What was known stays known if it fails.
    async fn fetch(&mut self, outbound: &Outbound, env: &Env, now: Millis) {
        let rest = if self.keys.is_some() { REFETCH_AFTER } else { FIRST_AGAIN_AFTER };
        if self.tried.is_some_and(|tried| now.since(tried) < rest) {
            return;
        }
        self.tried = Some(now);
        if let Ok(keys) = jwks(outbound, env).await {
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
    let request = http::Request::get(format!("{}/.well-known/jwks.json", env.kauth_url)).body(Vec::new());
    let request = request.map_err(|_| NoKeys::Call(CallError::BadRequest))?;
    let answer = outbound.send(request, PATIENCE).await.map_err(NoKeys::Call)?;
    if answer.status != 200 {
        return Err(NoKeys::Status(answer.status));
    }
    let keys: Jwks = kakao::parse(&answer.body).map_err(|_| NoKeys::Nonsense)?;
    if keys.keys.get().is_some_and(|keys| !keys.is_empty()) { Ok(keys) } else { Err(NoKeys::Nonsense) }
}

/// Whether the claims of a token with a good signature are those of the token that was asked for.
fn judge(
    claims: IdTokenClaims,
    issuer: &str,
    now: Millis,
    expected: Expected<'_>,
) -> Result<IdTokenClaims, BadIdToken> {
    if claims.iss.text() != Some(issuer) {
        return Err(BadIdToken::Issuer);
    }
    if claims.aud.text() != Some(expected.client_id) {
        return Err(BadIdToken::Audience);
    }
    let now = now.secs();
    let (Some(&issued), Some(&ends)) = (claims.iat.get(), claims.exp.get()) else { return Err(BadIdToken::Malformed) };
    if ends <= now {
        return Err(BadIdToken::Expired);
    }
    if issued > now + SKEW || issued > ends || now.saturating_sub(issued) > OLDEST {
        return Err(BadIdToken::IssuedAt);
    }
    if expected.nonce.is_some_and(|nonce| claims.nonce.text() != Some(nonce)) {
        return Err(BadIdToken::Nonce);
    }
    if !claims.sub.get().is_some_and(is_person) {
        return Err(BadIdToken::Subject);
    }
    Ok(claims)
}
