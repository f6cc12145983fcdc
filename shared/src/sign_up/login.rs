//! The real Kakao of a sign-up: its questions as calls, its answers as the few words that the story needs.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>

use std::time::Duration;

use serde_json::Value;

use super::kakao::{Kakao, Linked, LinkedPage, Told, Who};
use super::keys::first;
use crate::app::Services;
use crate::bot::{Answers, Applicant};
use crate::clock::Millis;
use crate::kakao::id::AppUserId;
use crate::kakao::login::{OauthError, ServiceTerms, UserMe};
use crate::kapi::oauth::Exchanged;
use crate::kapi::user::{self, By};
use crate::kapi::{CallError, Failure, oauth};
use crate::log::Log;
use crate::secret::{NoSecret, Secret, SecretName};
use crate::store::AppUser;
use crate::store::sign_up::Consent;

/// How long one question may take. Somebody looks at an empty page meanwhile.
const ANSWER: Duration = Duration::from_millis(1_200);

/// How many people one page of everybody has.
const PAGE: u8 = 100;

/// Kakao Login with the keys of this deployment.
#[derive(Clone, Copy, Debug)]
pub struct KakaoLogin<'a> {
    services: &'a Services,
    until: Millis,
}

impl<'a> KakaoLogin<'a> {
    /// `until`: when no answer is of use any more.
    pub const fn new(services: &'a Services, until: Millis) -> Self {
        Self { services, until }
    }

    fn left(&self) -> Duration {
        self.until.since(self.services.clock.now()).min(ANSWER)
    }

    async fn admin_key(&self) -> Result<Secret, Told<()>> {
        first(self.services, SecretName::KakaoAdminKeys).await.map_err(|_| Told::NotSent)
    }
}

impl Kakao for KakaoLogin<'_> {
    type Applicant = Applicant;

    async fn exchange(&self, code: &str) -> Told<Secret> {
        let Services { env, .. } = self.services;
        let Some(redirect_uri) = &env.sync.redirect_uri else { return Told::NotSent };
        let Ok(client_id) = first(self.services, SecretName::KakaoRestApiKey).await else { return Told::NotSent };
        // An app may have none; one that only cannot be read just now must not be left out.
        let client_secret = match first(self.services, SecretName::KakaoClientSecret).await {
            Ok(secret) => Some(secret),
            Err(NoSecret::NotConfigured) => None,
            Err(NoSecret::Unreachable) => return Told::NotSent,
        };
        let (outbound, secret) = (self.services.outbound(), client_secret.as_ref());
        match oauth::exchange(outbound, env, client_id.reveal(), secret, redirect_uri, code, None).await {
            Exchanged::Token(token) => token.access().map_or(Told::Unknown, Told::Yes),
            Exchanged::Refused(error) => {
                report(&error);
                Told::No("refused")
            }
            Exchanged::NotSent => Told::NotSent,
            Exchanged::Unknown => Told::Unknown,
        }
    }

    async fn who(&self, token: &Secret) -> Told<Who<Applicant>> {
        let Services { env, clock, .. } = self.services;
        let (outbound, left) = (self.services.outbound(), self.left());
        let me = user::me(outbound, env, By::Token(token), left);
        let terms = user::service_terms(outbound, env, By::Token(token), left);
        let (me, terms) = tokio::join!(me, terms);
        let (me, terms) = match (me, terms) {
            (Ok(me), Ok(terms)) => (me, terms),
            (Err(failure), _) | (_, Err(failure)) => return told(&failure),
        };
        // Terms of somebody else are nobody's consent.
        let Some(app) = me.id().and_then(AppUser::of).filter(|_| me.id() == terms.id()) else { return Told::Unknown };
        let consents = consents(&me, &terms);
        let applicant =
            Applicant { user: me, consents: consents.clone(), answers: Answers::default(), at: clock.now() };
        Told::Yes(Who { app, consents, applicant })
    }

    async fn token_info(&self, token: &Secret) -> Told<AppUser> {
        match user::token_info(self.services.outbound(), &self.services.env, token, self.left()).await {
            Ok(info) => info.id().and_then(AppUser::of).map_or(Told::Unknown, Told::Yes),
            Err(failure) => told(&failure),
        }
    }

    async fn unlink_own(&self, token: &Secret) -> Told<()> {
        match user::unlink(self.services.outbound(), &self.services.env, By::Token(token)).await {
            Ok(_) => Told::Yes(()),
            Err(failure) => told(&failure),
        }
    }

    async fn unlink(&self, app: &AppUser) -> Told<()> {
        let key = match self.admin_key().await {
            Ok(key) => key,
            Err(told) => return told,
        };
        let target = AppUserId::new(app.as_str());
        let by = By::Admin { key: &key, target: &target };
        match user::unlink(self.services.outbound(), &self.services.env, by).await {
            Ok(_) => Told::Yes(()),
            Err(failure) => told(&failure),
        }
    }

    async fn linked(&self, app: &AppUser) -> Told<Linked> {
        let Ok(key) = self.admin_key().await else { return Told::NotSent };
        let target = AppUserId::new(app.as_str());
        let by = By::Admin { key: &key, target: &target };
        match user::me(self.services.outbound(), &self.services.env, by, self.left()).await {
            Ok(me) => Told::Yes(Linked::Yes { since: me.connected_at() }),
            Err(Failure::NotLinked) => Told::Yes(Linked::No),
            Err(failure) => told(&failure),
        }
    }

    async fn linked_page(&self, after: Option<&AppUser>) -> Told<LinkedPage> {
        let Ok(key) = self.admin_key().await else { return Told::NotSent };
        let after = after.map(|app| AppUserId::new(app.as_str()));
        let (outbound, env) = (self.services.outbound(), &self.services.env);
        match user::ids(outbound, env, &key, after.as_ref(), PAGE, self.left()).await {
            Ok(page) => {
                // The first one may come twice: Kakao does not say whether `from_id` is on the page.
                let others = page.ids().iter().filter(|id| after.as_ref() != Some(*id));
                Told::Yes(LinkedPage { users: others.filter_map(AppUser::of).collect(), more: !page.is_last() })
            }
            Err(failure) => told(&failure),
        }
    }
}

/// Only what holds for good is a no: of everything else nobody knows what it means for the link.
fn told<T>(failure: &Failure) -> Told<T> {
    match failure {
        Failure::Key => Told::No("key"),
        Failure::NotLinked => Told::No("not-linked"),
        Failure::Call(CallError::NotSent | CallError::BadRequest) => Told::NotSent,
        other => {
            Log::warn("sync.kapi").kind(other.word()).write();
            Told::Unknown
        }
    }
}

/// One line for each refusal: the code, and whether the deployment has to look at it. Cause and cure are in the documentation of
/// each code, [`OauthError::advice`]; the server's own words may quote the request.
fn report(error: &OauthError) {
    let deployment = error.advice().deployment;
    let log = if deployment { Log::error("sync.koe") } else { Log::warn("sync.koe") };
    log.kind(&error.word()).why(if deployment { "deployment" } else { "person" }).write();
}

/// The ledger: every term that Kakao names, agreed or not, in Kakao's own words.
fn consents(me: &UserMe, terms: &ServiceTerms) -> Vec<Consent> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let line = |term: &crate::kakao::login::Term| {
        Some(Consent {
            tag: term.tag()?.to_owned(),
            version: None,
            agreed: term.is_agreed(),
            agreed_at: text(term.agreed_at.get()),
            synched_at: text(me.synched_at.get()),
            rest: serde_json::Map::new(),
        })
    };
    terms.terms().into_iter().flatten().filter_map(line).collect()
}
