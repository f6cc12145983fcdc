//! Security event tokens: what has happened to a person's account, signed by Kakao (protocol `channel-and-webhooks` 3).
//!
//! <https://www.rfc-editor.org/rfc/rfc8417> (tokens), <https://www.rfc-editor.org/rfc/rfc8935> (delivery)
//!
//! The checks come in the order of the protocol, because each has an answer of its own, and a refusal is for good: Kakao never sends
//! again what was refused. What cannot be checked just now is therefore not refused.

use std::time::Duration;

use super::Outbound;
use super::jws::{BadJws, Jws, Typ};
use super::keys::{KeyCache, NoKey};
use crate::clock::Millis;
use crate::env::Env;
use crate::kakao::id::AppUserId;
use crate::kakao::login::is_person;
use crate::kakao::webhook::{AccountClaims, AccountEvent, AccountEventKind};

/// How long the name of a token is remembered, and so the oldest token that is taken: an older one may be one that was forgotten.
pub const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

/// A token that may be believed.
#[derive(Clone, Debug)]
pub struct SecurityEvent {
    /// About whom.
    pub person: AppUserId,
    /// The token's own name: it counts once.
    pub token_id: String,
    /// When it happened; never later than now.
    pub at: Millis,
    /// What happened.
    pub events: Vec<(AccountEventKind, AccountEvent)>,
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is no such token, or says too little.
    Request(&'static str),
    /// Nobody whom we know signed it.
    Key(&'static str),
    /// Somebody else than Kakao made it out.
    Issuer,
    /// It was made out to somebody else.
    Audience,
    /// It cannot be checked just now: to be sent again.
    NotNow(&'static str),
}

impl NotTaken {
    /// The word for the sender, RFC 8935 2.3; `None` if there is nothing wrong with the token.
    pub const fn err(self) -> Option<&'static str> {
        match self {
            Self::Request(_) => Some("invalid_request"),
            Self::Key(_) => Some("invalid_key"),
            Self::Issuer => Some("invalid_issuer"),
            Self::Audience => Some("invalid_audience"),
            Self::NotNow(_) => None,
        }
    }

    /// A few words about it, which quote nothing.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Request(why) | Self::Key(why) | Self::NotNow(why) => why,
            Self::Issuer => "the issuer is not Kakao",
            Self::Audience => "the audience is not ours",
        }
    }
}

/// What a token is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Our names: REST API keys and the number of the app.
    pub audiences: &'a [&'a str],
    /// Whether some of our names could not be had: then another audience is not refused.
    pub incomplete: bool,
}

/// Believes a token, or says why not. The keys are fetched if they are needed.
///
/// # Errors
/// [`NotTaken`]
pub async fn verify(
    keys: &KeyCache,
    outbound: &Outbound,
    env: &Env,
    now: Millis,
    token: &str,
    expected: Expected<'_>,
) -> Result<SecurityEvent, NotTaken> {
    let jws = Jws::parse(token, Typ::SecurityEvent).map_err(|bad| match bad {
        BadJws::Malformed | BadJws::Header => NotTaken::Request("not a signed security event token with RS256"),
        BadJws::NoKid => NotTaken::Key("no key of this name"),
    })?;
    let key = keys.key(outbound, env, now, jws.kid()).await.map_err(|no_key| match no_key {
        NoKey::Unknown => NotTaken::Key("no key of this name"),
        NoKey::NoKeys | NoKey::NotNow => NotTaken::NotNow("the keys cannot be had"),
    })?;
    if !jws.is_signed_by(&key) {
        return Err(NotTaken::Key("the signature is not this key's"));
    }
    let claims: AccountClaims = jws.claims().ok_or(NotTaken::Request("the claims cannot be read"))?;
    if claims.issuer() != Some(&env.kauth_url) {
        return Err(NotTaken::Issuer);
    }
    if !claims.audiences().any(|audience| expected.audiences.contains(&audience)) {
        return Err(if expected.incomplete {
            NotTaken::NotNow("our own names cannot be had")
        } else {
            NotTaken::Audience
        });
    }
    judge(&claims, now)
}

/// Whether the claims say enough.
fn judge(claims: &AccountClaims, now: Millis) -> Result<SecurityEvent, NotTaken> {
    let no = NotTaken::Request;
    let token_id = claims.token_id().ok_or(no("jti is missing"))?.to_owned();
    let issued = claims.issued().ok_or(no("iat is missing"))?;
    let events = claims.events().ok_or(no("events is missing"))?;
    let person = claims.person().filter(is_person).ok_or(no("sub and subject name no one person"))?;
    if now.since(issued) > REMEMBERED {
        return Err(no("too old"));
    }
    let at = claims.at().unwrap_or(issued).min(now);
    Ok(SecurityEvent { person, token_id, at, events })
}
