//! Something has happened to somebody's account (protocol `channel-and-webhooks` 3).

use std::time::Duration;

use http::Request;
use serde_json::json;
use shared::clock::Millis;
use shared::kakao::webhook::AccountEventKind;

use super::{Forgery, Proof, Surface};
use crate::random;

/// Which events take back which.
const OPPOSITES: [[&str; 2]; 3] = [
    ["user-linked", "user-unlinked"],
    ["user-scope-consent", "user-scope-withdraw"],
    ["account-enabled", "account-disabled"],
];

/// `POST /account/events`
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// Who says so.
    pub issuer: &'a str,
    /// To whom.
    pub audience: &'a str,
    /// About whom.
    pub user: &'a str,
    /// The event's address.
    pub event: &'a str,
    /// Consent items, for events about consent.
    pub scopes: &'a [&'a str],
    /// Why, if a link has ended.
    pub reason: Option<&'a str>,
    /// When it happened.
    pub at: Millis,
}

impl Account<'_> {
    /// The address of the event that is known by its last word.
    pub fn address(word: &str) -> Option<&'static str> {
        AccountEventKind::ALL.into_iter().find(|address| last_word(address) == word)
    }

    /// The last word of each event that there is.
    pub fn words() -> impl Iterator<Item = &'static str> {
        AccountEventKind::ALL.into_iter().map(last_word)
    }

    /// The request to the service at `base`; `None` if that is no address.
    pub fn request(&self, base: &str, proof: &Proof) -> Option<Request<Vec<u8>>> {
        let request = Request::post(format!("{base}{}", Surface::Account.path()))
            .header("content-type", "application/secevent+jwt")
            .header("accept", "application/json");
        request.body(self.token(proof)?.into_bytes()).ok()
    }

    /// The token, with a name that no other has.
    fn token(&self, proof: &Proof) -> Option<String> {
        let mut event = json!({ "subject": { "subject_type": "iss-sub", "iss": self.issuer, "sub": self.user } });
        if !self.scopes.is_empty() {
            event["scopes"] = json!(self.scopes);
        }
        if let Some(reason) = self.reason.filter(|_| self.word() == "user-unlinked") {
            event["reason"] = json!(reason);
        }
        let claims = json!({
            "iss": if proof.lacks(Forgery::Issuer) { "https://kauth.kakao.com.evil.example" } else { self.issuer },
            "aud": if proof.lacks(Forgery::App) { "another-rest-api-key" } else { self.audience },
            "sub": self.user, "iat": self.at.secs(), "toe": self.at.secs(), "jti": random::hex::<16>(), "txn": random::hex::<8>(),
            "events": { self.event: event },
        });
        proof.sign(&claims)
    }

    /// The event's last word.
    pub(super) fn word(&self) -> &str {
        last_word(self.event)
    }

    /// What happened that much earlier: the opposite; of an event that nothing takes back, the same.
    pub(super) fn opposite(&self, earlier: Duration) -> Self {
        let other = OPPOSITES.into_iter().find_map(|[one, two]| match self.word() {
            word if word == one => Some(two),
            word if word == two => Some(one),
            _ => None,
        });
        let event = other.and_then(Self::address).unwrap_or(self.event);
        Self { event, at: self.at.minus(earlier), ..self.clone() }
    }

    /// Whether it tells of the end of a link.
    pub(super) fn ends_the_link(&self) -> bool {
        matches!(self.word(), "user-unlinked" | "account-purged")
    }
}

fn last_word(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}
