//! Authorization requests that wait for a person: who are you, what do you agree to?

use std::collections::HashMap;
use std::time::Duration;

use shared::clock::Millis;

use crate::random;

/// How long a page may be left open.
const GOOD_FOR: Duration = Duration::from_secs(1_800);

/// `GET /oauth/authorize`, looked at and found good.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) openid: bool,
    /// Consent items beyond `openid`.
    pub(crate) scopes: Vec<String>,
    /// Terms to show; `None`: all of the app.
    pub(crate) terms: Option<Vec<String>>,
    /// Started from the chat: where the browser goes in the end.
    pub(crate) resume: Option<String>,
    /// Pre-fills the account.
    pub(crate) hint: Option<String>,
}

/// The requests that wait. A ticket in the page's form finds its own again, and is a secret of that page.
#[derive(Default)]
pub(crate) struct Waiting(HashMap<String, (Request, Option<u64>, Millis)>);

impl Waiting {
    /// `user`: who it is, once that is known.
    pub(crate) fn put(&mut self, request: Request, user: Option<u64>, now: Millis) -> String {
        self.0.retain(|_, (.., until)| *until > now);
        let ticket = random::hex::<16>();
        self.0.insert(ticket.clone(), (request, user, now.plus(GOOD_FOR)));
        ticket
    }

    pub(crate) fn take(&mut self, ticket: &str, now: Millis) -> Option<(Request, Option<u64>)> {
        self.0.remove(ticket).filter(|(.., until)| *until > now).map(|(request, user, _)| (request, user))
    }
}
