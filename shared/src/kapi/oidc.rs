//! ID tokens: who somebody is, signed by Kakao (protocol `sync` 6).
//!
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#oidc>

use super::Outbound;
use super::jws::{BadJws, Jws, Typ};
use super::keys::NoKey;
use crate::clock::Millis;
use crate::env::Env;
use crate::kakao::login::{IdTokenClaims, is_person};

pub use super::keys::{KeyCache, NoKeys, jwks};

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
        let jws = Jws::parse(token, Typ::Jwt).map_err(|bad| match bad {
            BadJws::Malformed => BadIdToken::Malformed,
            BadJws::Header | BadJws::NoKid => BadIdToken::Header,
        })?;
        let key = self.key(outbound, env, now, jws.kid()).await.map_err(|no_key| match no_key {
            NoKey::NoKeys => BadIdToken::NoKeys,
            NoKey::NotNow | NoKey::Unknown => BadIdToken::UnknownKey,
        })?;
        if !jws.is_signed_by(&key) {
            return Err(BadIdToken::Signature);
        }
        judge(jws.claims().ok_or(BadIdToken::Malformed)?, &env.kauth_url, now, expected)
    }
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
