//! Authorization codes: each good for one exchange, within ten minutes, with the redirect URI and the key that it was made for.

use std::collections::HashMap;
use std::time::Duration;

use shared::clock::Millis;

use crate::random;

/// How long a code is good.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// What a code stands for.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) user: u64,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// Whether an ID token was asked for, and what it is to repeat.
    pub(crate) openid: bool,
    pub(crate) nonce: Option<String>,
    /// `code_challenge`, method S256.
    pub(crate) challenge: Option<String>,
    /// When the person logged in.
    pub(crate) auth_time: Millis,
}

/// The codes that are still good.
#[derive(Default)]
pub(crate) struct Codes(HashMap<String, (Grant, Millis)>);

impl Codes {
    pub(crate) fn issue(&mut self, grant: Grant, now: Millis) -> String {
        self.0.retain(|_, (_, until)| *until > now);
        let code = random::hex::<24>();
        self.0.insert(code.clone(), (grant, now.plus(GOOD_FOR)));
        code
    }

    /// What it stands for, if it is still good. A failed exchange does not use it up.
    pub(crate) fn look(&self, code: &str, now: Millis) -> Option<&Grant> {
        self.0.get(code).filter(|(_, until)| *until > now).map(|(grant, _)| grant)
    }

    pub(crate) fn spend(&mut self, code: &str) {
        self.0.remove(code);
    }

    /// The link is over, and so is everything that came of it.
    pub(crate) fn void(&mut self, user: u64) {
        self.0.retain(|_, (grant, _)| grant.user != user);
    }
}
