//! The real Kakao of a sign-up: its questions as calls, its answers as the few words that the story needs.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>

use std::time::Duration;

use serde_json::Value;

use super::client::{Client, as_admin};
use super::kakao::{Brought, Kakao, Linked, LinkedPage, Tokens, Told, Who};
use super::web_login::WebLogin;
use crate::app::Services;
use crate::bot::{Answers, Applicant, Extras};
use crate::clock::Millis;
use crate::kakao::id::AppUserId;
use crate::kakao::login::{Koe, OauthError, ServiceTerms, UserMe};
use crate::kapi::oauth::Exchanged;
use crate::kapi::oidc::Expected;
use crate::kapi::user::{self, By};
use crate::kapi::{CallError, Failure, oauth};
use crate::log::Log;
use crate::secret::Secret;
use crate::store::AppUser;
use crate::store::sign_up::Consent;

/// How long one question may take. Somebody looks at an empty page meanwhile.
const ANSWER: Duration = Duration::from_millis(1_200);

/// What a second exchange needs, after a first one that was refused.
const EXCHANGE_AGAIN: Duration = Duration::from_secs(2);

/// How many people one page of everybody has.
const PAGE: u8 = 100;

/// Kakao Login with the keys of this deployment.
#[derive(Clone, Copy, Debug)]
pub struct KakaoLogin<'a> {
    services: &'a Services,
    until: Millis,
    flow: Option<Flow<'a>>,
}

/// Where the code came from that was just exchanged.
#[derive(Clone, Copy, Debug)]
enum Flow<'a> {
    /// From the plugin, which asked for it with parameters of its own.
    Plugin,
    /// From a login that we began.
    Web(&'a WebLogin),
}

impl<'a> KakaoLogin<'a> {
    /// `until`: when no answer is of use any more. Nobody's ID token is looked at: whoever goes on with an attempt after the redirect
    /// goes on with one whose person was proven there.
    pub const fn new(services: &'a Services, until: Millis) -> Self {
        Self { services, until, flow: None }
    }

    /// Kakao at the redirect. `login`: the one that began with us; `None` for the plugin's.
    pub fn of_redirect(services: &'a Services, until: Millis, login: Option<&'a WebLogin>) -> Self {
        Self { flow: Some(login.map_or(Flow::Plugin, Flow::Web)), ..Self::new(services, until) }
    }

    fn left(&self) -> Duration {
        self.until.since(self.services.clock.now()).min(ANSWER)
    }

    fn login(&self) -> Option<&'a WebLogin> {
        if let Some(Flow::Web(login)) = self.flow { Some(login) } else { None }
    }

    async fn exchange_as(&self, client: &Client, code: &str) -> Exchanged {
        let Services { env, .. } = self.services;
        let Some(redirect_uri) = &env.sync.redirect_uri else { return Exchanged::NotSent };
        let verifier = self.login().filter(|_| env.sync.pkce).map(WebLogin::verifier);
        let (outbound, secret) = (self.services.outbound(), client.secret.as_ref());
        oauth::exchange(outbound, env, client.id.reveal(), secret, redirect_uri, code, verifier.as_deref()).await
    }

    /// What the rule may look at beyond the person: nobody fails for the want of it.
    async fn extras(&self, token: &Secret) -> Extras {
        let Services { env, .. } = self.services;
        let (outbound, left) = (self.services.outbound(), self.left());
        let shipping = async {
            if !env.sync.shipping {
                return None;
            }
            let found = user::shipping_address(outbound, env, By::Token(token), left).await;
            optional("shipping", found).filter(|addresses| !addresses.needs_agreement())
        };
        let channels = async {
            if !env.sync.channels {
                return None;
            }
            optional("channels", user::channels(outbound, env, By::Token(token), left).await)
        };
        let (shipping, channels) = tokio::join!(shipping, channels);
        Extras { shipping, channels }
    }

    /// Whom the ID token names. `Ok(None)`: nobody is to be named.
    async fn named(&self, tokens: &Tokens) -> Result<Option<AppUserId>, &'static str> {
        let Services { env, clock, id_token_keys, .. } = self.services;
        if self.flow.is_none() || !env.sync.oidc {
            return Ok(None);
        }
        let token = tokens.id.as_ref().ok_or("missing")?;
        let client = Client::of(self.services).await.map_err(|_| "no-client")?;
        let nonce = self.login().map(WebLogin::nonce);
        let expected = Expected { client_id: client.id.reveal(), nonce: nonce.as_deref() };
        let read = id_token_keys.verify(self.services.outbound(), env, clock.now(), token.reveal(), expected);
        let claims = read.await.map_err(|bad| bad.word())?;
        claims.sub.into_option().ok_or("subject").map(Some)
    }

    /// The setting is compared, if there is one: a token of another app proves nothing, and nothing may be undone with it.
    fn is_ours(&self, app_id: Option<u64>) -> bool {
        let ours = self.services.env.callbacks.app_id.as_ref();
        ours.is_none_or(|ours| app_id.is_some_and(|app_id| app_id.to_string() == *ours))
    }
}

impl Kakao for KakaoLogin<'_> {
    type Applicant = Applicant;

    async fn exchange(&self, code: &str) -> Brought {
        let Ok(client) = Client::of(self.services).await else { return Brought::NotSent };
        let mut exchanged = self.exchange_as(&client, code).await;
        // Who asks is looked at before the code is: it is as good as before, if there is a newer key to bring it with.
        if let Exchanged::Refused(error) = &exchanged
            && matches!(error.koe(), Some(Koe::ClientSecret | Koe::RestApiKey))
            && self.until.since(self.services.clock.now()) >= EXCHANGE_AGAIN
            && let Some(newer) = client.newer(self.services).await
        {
            exchanged = self.exchange_as(&newer, code).await;
        }
        match exchanged {
            Exchanged::Token(token) => {
                let id = token.id_token().filter(|_| self.services.env.sync.oidc).map(Secret::new);
                token.access().map_or(Brought::Unknown, |access| Brought::Tokens(Tokens { access, id }))
            }
            Exchanged::Refused(error) => {
                report(&error);
                refused(&error)
            }
            Exchanged::NotSent => Brought::NotSent,
            Exchanged::Unknown => Brought::Unknown,
        }
    }

    async fn who(&self, tokens: &Tokens) -> Told<Who<Applicant>> {
        let Services { env, clock, .. } = self.services;
        let (outbound, left, token) = (self.services.outbound(), self.left(), &tokens.access);
        let me = user::me(outbound, env, By::Token(token), left);
        let terms = user::service_terms(outbound, env, By::Token(token), left);
        let (me, terms, extras, named) = tokio::join!(me, terms, self.extras(token), self.named(tokens));
        let (me, terms) = match (me, terms) {
            (Ok(me), Ok(terms)) => (me, terms),
            (Err(failure), _) | (_, Err(failure)) => return told(&failure),
        };
        let unproven = match &named {
            Ok(Some(named)) if me.id() != Some(named) => Some("other-person"),
            Ok(_) => None,
            Err(why) => Some(*why),
        };
        if let Some(why) = unproven {
            Log::warn("sync.id-token").kind(why).write();
            return Told::Unknown;
        }
        // Terms of somebody else are nobody's consent, and their address is nobody's business.
        let Some(app) = me.id().and_then(AppUser::of).filter(|_| me.id() == terms.id()) else { return Told::Unknown };
        let consents = consents(&me, &terms, &env.sync.term_versions);
        let extras = Extras {
            shipping: extras.shipping.filter(|addresses| addresses.user_id() == me.id()),
            channels: extras.channels.filter(|channels| channels.user_id() == me.id()),
        };
        let applicant =
            Applicant { user: me, consents: consents.clone(), extras, answers: Answers::default(), at: clock.now() };
        Told::Yes(Who { app, consents, applicant })
    }

    async fn token_info(&self, token: &Secret) -> Told<AppUser> {
        match user::token_info(self.services.outbound(), &self.services.env, token, self.left()).await {
            Ok(info) if !self.is_ours(info.app_id()) => {
                Log::error("sync.other-app").write();
                Told::No("other-app")
            }
            Ok(info) => info.id().and_then(AppUser::of).map_or(Told::Unknown, Told::Yes),
            Err(failure) => told(&failure),
        }
    }

    async fn unlink_own(&self, token: &Secret, app: Option<&AppUser>) -> Told<()> {
        let person = app.map(|app| AppUserId::new(app.as_str()));
        let by = person.as_ref().map_or(By::Token(token), |person| By::TokenOf(token, person));
        match user::unlink(self.services.outbound(), &self.services.env, by).await {
            Ok(_) => Told::Yes(()),
            Err(failure) => told(&failure),
        }
    }

    async fn unlink(&self, app: &AppUser) -> Told<()> {
        let (Services { env, .. }, target) = (self.services, &AppUserId::new(app.as_str()));
        let ask =
            |key| async move { user::unlink(self.services.outbound(), env, By::Admin { key: &key, target }).await };
        match as_admin(self.services, ask).await {
            Ok(_) => Told::Yes(()),
            Err(failure) => told(&failure),
        }
    }

    async fn linked(&self, app: &AppUser) -> Told<Linked> {
        let (Services { env, .. }, target) = (self.services, &AppUserId::new(app.as_str()));
        let ask = |key| async move {
            user::me(self.services.outbound(), env, By::Admin { key: &key, target }, self.left()).await
        };
        match as_admin(self.services, ask).await {
            Ok(me) => Told::Yes(Linked::Yes { since: me.connected_at() }),
            Err(Failure::NotLinked) => Told::Yes(Linked::No),
            Err(failure) => told(&failure),
        }
    }

    async fn linked_page(&self, after: Option<&AppUser>) -> Told<LinkedPage> {
        let after = &after.map(|app| AppUserId::new(app.as_str()));
        let (outbound, env) = (self.services.outbound(), &self.services.env);
        let ask = |key| async move { user::ids(outbound, env, &key, after.as_ref(), PAGE, self.left()).await };
        match as_admin(self.services, ask).await {
            Ok(page) => {
                // The first one may come twice: Kakao does not say whether `from_id` is on the page.
                let others = page.ids().iter().filter(|id| after.as_ref() != Some(*id));
                Told::Yes(LinkedPage { users: others.filter_map(AppUser::of).collect(), more: !page.is_last() })
            }
            Err(failure) => told(&failure),
        }
    }
}

/// What is nice to know: whoever did not agree to it is not asked for it, and whatever else went wrong is only written down.
fn optional<T>(what: &'static str, found: Result<T, Failure>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(Failure::Consent(_)) => None,
        Err(failure) => {
            Log::warn("sync.optional").outcome(what).kind(failure.word()).write();
            None
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

/// Whose matter a refusal is. A limit of tokens and the like pass.
fn refused(error: &OauthError) -> Brought {
    match error.advice() {
        spent if spent == Koe::CodeSpent.advice() => Brought::Spent, // old answers have no code, but the same advice
        ours if ours.deployment => Brought::Refused,
        _ => Brought::Unknown,
    }
}

/// One line for each refusal: the code, its cause and cure, and whether the deployment has to look at it. The server's own words may
/// quote the request, and are left out.
fn report(error: &OauthError) {
    let advice = error.advice();
    let deployment = advice.deployment;
    let log = if deployment { Log::error("sync.koe") } else { Log::warn("sync.koe") };
    let log = log.kind(&error.word()).why(if deployment { "deployment" } else { "person" });
    log.advice(advice.cause.en, advice.cure.en).write();
}

/// The ledger: every term that Kakao names, agreed or not, in Kakao's own words.
fn consents(me: &UserMe, terms: &ServiceTerms, versions: &[(String, String)]) -> Vec<Consent> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let line = |term: &crate::kakao::login::Term| {
        let tag = term.tag()?;
        Some(Consent {
            tag: tag.to_owned(),
            version: versions.iter().find(|(of, _)| of == tag).map(|(_, version)| version.clone()),
            agreed: term.is_agreed(),
            agreed_at: text(term.agreed_at.get()),
            synched_at: text(me.synched_at.get()),
            withdrawn_at: None,
            rest: serde_json::Map::new(),
        })
    };
    terms.terms().into_iter().flatten().filter_map(line).collect()
}
