//! Access and refresh tokens.

use std::collections::HashMap;
use std::time::Duration;

use shared::clock::Millis;

use crate::random;

/// Lifetimes as they are seen at Kakao: six hours, sixty days. A refresh token is renewed in its last month.
pub(crate) const ACCESS_FOR: Duration = Duration::from_secs(21_599);
pub(crate) const REFRESH_FOR: Duration = Duration::from_secs(5_183_999);
const RENEWED_WITHIN: Duration = Duration::from_secs(30 * 86_400);

/// A login: what a pair of tokens stands for.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) user: u64,
    pub(crate) client_id: String,
    pub(crate) openid: bool,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: Millis,
    /// The same for all tokens of this login; logging out ends them together.
    pub(crate) id: String,
}

#[derive(Clone)]
struct Token {
    login: Login,
    until: Millis,
}

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotGood {
    Unknown,
    Expired,
}

/// The tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    access: HashMap<String, Token>,
    refresh: HashMap<String, Token>,
}

/// What a login gets.
pub(crate) struct Pair {
    pub(crate) access: String,
    /// Missing where the old one is kept.
    pub(crate) refresh: Option<String>,
}

impl Tokens {
    /// The first pair of a login.
    pub(crate) fn issue(&mut self, login: Login, now: Millis) -> Pair {
        let refresh = random::hex::<27>();
        self.refresh.insert(refresh.clone(), Token { login: login.clone(), until: now.plus(REFRESH_FOR) });
        Pair { access: self.access(login, now), refresh: Some(refresh) }
    }

    /// A new access token; a new refresh token only if the old one is in its last month.
    pub(crate) fn refresh(&mut self, token: &str, now: Millis) -> Option<(Login, Pair)> {
        let old = self.refresh.get(token).filter(|old| old.until > now)?.clone();
        if old.until.since(now) < RENEWED_WITHIN {
            self.refresh.remove(token);
            return Some((old.login.clone(), self.issue(old.login, now)));
        }
        Some((old.login.clone(), Pair { access: self.access(old.login, now), refresh: None }))
    }

    fn access(&mut self, login: Login, now: Millis) -> String {
        let access = random::hex::<27>();
        self.access.insert(access.clone(), Token { login, until: now.plus(ACCESS_FOR) });
        access
    }

    /// Whose access token it is, and for how long.
    pub(crate) fn look(&self, token: &str, now: Millis) -> Result<(&Login, Duration), NotGood> {
        let found = self.access.get(token).ok_or(NotGood::Unknown)?;
        if found.until <= now { Err(NotGood::Expired) } else { Ok((&found.login, found.until.since(now))) }
    }

    /// Ends one login.
    pub(crate) fn end(&mut self, login: &str) {
        self.access.retain(|_, token| token.login.id != login);
        self.refresh.retain(|_, token| token.login.id != login);
    }

    /// Ends every login of a person.
    pub(crate) fn void(&mut self, user: u64) {
        self.access.retain(|_, token| token.login.user != user);
        self.refresh.retain(|_, token| token.login.user != user);
    }
}
