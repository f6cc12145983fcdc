//! How a browser is told that a sign-up is over, or that it goes on elsewhere: the completion modes (protocol `sync` 1.6).
//!
//! | mode | done | to be asked | failed | said no |
//! |---|---|---|---|---|
//! | `redirect` | 302 to the continue URL, byte for byte | 302 to our form | 302 to our failure page | a page |
//! | `redirect_with_complete` | the same with `complete=true` | the same with `complete=false&user_match_url=…` | our failure page | a page |
//! | `json` | `{"complete":true}` | `{"complete":false,"user_match_url":…}` | our failure page | a page |
//!
//! Only by the setting `SYNC_COMPLETE_FALSE` is the plugin told of a failure: the chat then says something that nobody can replace. By the
//! setting `SYNC_CANCELLED` whoever said no on the consent screen reads no page but goes to the continue URL; with both settings the
//! plugin is told of that as of a failure.

use serde_json::json;

use super::pages::{complete, unknown};
use super::pass::{Pass, Purpose};
use crate::clock::Millis;
use crate::env::{Completion, Env, SyncSettings};
use crate::http::Response;
use crate::kakao::sync::ContinueUrl;
use crate::secret::Seal;
use crate::store::sign_up::SagaId;

/// What an end depends on.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// The settings.
    pub env: &'a Env,
    /// Seals what the next page is handed.
    pub passes: &'a Seal,
    /// Where the browser is sent back to; `None` for a login that did not begin in the chat.
    pub back: Option<&'a ContinueUrl>,
    /// Whether a person looks at the answer, who has filled in a form or read a page: the plugin's JSON is nothing for them.
    pub to_a_person: bool,
    /// The time.
    pub now: Millis,
}

impl Ending<'_> {
    /// Where the browser is sent on to when all is done, if anywhere.
    pub fn leads_to(&self) -> Option<&str> {
        self.back.map(ContinueUrl::as_str).or(self.env.sync.home_url.as_deref())
    }

    /// The person is a member.
    pub fn done(&self) -> Response {
        let Some(back) = self.back else {
            return self.env.sync.home_url.as_deref().map_or_else(complete, Response::found);
        };
        match self.env.sync.completion {
            Completion::Redirect => Response::found(back.as_str()),
            Completion::Json if self.to_a_person => Response::found(back.as_str()),
            Completion::RedirectWithComplete => Response::found(&back.with_complete(true, None)),
            Completion::Json => Response::json(200, json!({ "complete": true }).to_string()).in_confidence(),
        }
    }

    /// The person is to be asked.
    pub fn ask(&self, saga: &SagaId) -> Response {
        let Some(url) = self.page(Purpose::Match, saga) else { return unknown(self.back) };
        match (self.env.sync.completion, self.back) {
            (Completion::RedirectWithComplete, Some(back)) => Response::found(&back.with_complete(false, Some(&url))),
            (Completion::Json, Some(_)) => {
                let told = json!({ "complete": false, "user_match_url": url });
                Response::json(200, told.to_string()).in_confidence()
            }
            _ => Response::found(&url),
        }
    }

    /// It failed, or came to nothing.
    pub fn failed(&self, saga: &SagaId) -> Response {
        if let Some(told) = self.back.and_then(|back| told_of_failure(&self.env.sync, back, self.to_a_person)) {
            return told;
        }
        match self.page(Purpose::Failure, saga) {
            Some(url) => Response::found(&url),
            None => unknown(self.back),
        }
    }

    fn page(&self, purpose: Purpose, saga: &SagaId) -> Option<String> {
        let pass = Pass { saga: saga.clone(), back: self.back.cloned() };
        let address = self.env.sync.page(purpose.as_str())?;
        Some(format!("{address}?{}", pass.query(self.passes, purpose, self.now)?))
    }
}

/// The way back without a page for whoever said no on the consent screen; `None` if they are to read one.
pub fn back_at_once(sync: &SyncSettings, back: &ContinueUrl) -> Option<Response> {
    let told = || told_of_failure(sync, back, false).unwrap_or_else(|| Response::found(back.as_str()));
    sync.cancelled_redirect.then(told)
}

/// The plugin is told that nothing came of it, if it is to be.
fn told_of_failure(sync: &SyncSettings, back: &ContinueUrl, to_a_person: bool) -> Option<Response> {
    if !sync.complete_false {
        return None;
    }
    match sync.completion {
        Completion::RedirectWithComplete => Some(Response::found(&back.with_complete(false, None))),
        Completion::Json if !to_a_person => {
            Some(Response::json(200, json!({ "complete": false }).to_string()).in_confidence())
        }
        Completion::Json | Completion::Redirect => None,
    }
}
