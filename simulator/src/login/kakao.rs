//! The stand-in as other code holds it: started with the laptop, or alone on a port of its own for a test.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use shared::clock::{Clock, Millis};
use shared::kakao::login::Relation;

use super::account;
use super::app::App;
use super::callbacks::Callbacks;
use super::calls::{Call, Calls};
use super::code::Grant;
use super::desk::{Desk, HalfView};
use super::endpoint::Endpoint;
use super::fault::{Fault, Faults, Planned};
use super::link::Link;
use super::{routes, talk_plugin, wire};

/// A stand-in for `kauth.kakao.com`, `kapi.kakao.com` and `talk-plugin.kakao.com`. Clones are the same one.
///
/// People are named by their short names of [`crate::people::PEOPLE`]: `ga`, `na`, `da`, `ra`, `ma`. A name that nobody has is nobody.
#[derive(Clone)]
pub struct Kakao {
    pub(crate) url: Arc<str>,
    pub(crate) clock: Clock,
    pub(crate) faults: Arc<Faults>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) callbacks: Arc<Callbacks>,
    desk: Arc<Mutex<Desk>>,
}

impl fmt::Debug for Kakao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kakao").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Kakao {
    /// One that answers under `url` once its [`Kakao::router`] is served there.
    pub fn new(url: &str, app: App, clock: Clock) -> Self {
        Self {
            url: url.into(),
            clock,
            faults: Arc::default(),
            calls: Arc::default(),
            callbacks: Arc::new(Callbacks::to(url)),
            desk: Arc::new(Mutex::new(Desk::new(app))),
        }
    }

    /// One that answers by itself on a free port of this machine, for as long as the runtime lives.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start(app: App, clock: Clock) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let kakao = Self::new(&format!("http://{}", listener.local_addr()?), app, clock);
        let router = kakao.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(kakao)
    }

    /// All its addresses.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    /// What `KAUTH_URL` is to be.
    pub fn kauth_url(&self) -> String {
        format!("{}/kauth", self.url)
    }

    /// What `KAPI_URL` is to be.
    pub fn kapi_url(&self) -> String {
        format!("{}/kapi", self.url)
    }

    /// What `TALK_PLUGIN_URL` is to be.
    pub fn talk_plugin_url(&self) -> String {
        format!("{}/talk-plugin", self.url)
    }

    /// Changes what the console says.
    pub fn configure(&self, with: impl FnOnce(&mut App)) {
        with(&mut self.desk().app);
    }

    /// From now on, and after what is planned there already: this goes wrong there, so many times; `None`: until [`Kakao::heal`].
    pub fn plan(&self, at: Endpoint, fault: Fault, times: Option<u32>) {
        self.faults.plan(Planned { at, fault, times });
    }

    /// What is still to go wrong.
    pub fn planned(&self) -> Vec<Planned> {
        self.faults.planned()
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        self.faults.heal(None);
    }

    /// What was called, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.all()
    }

    /// How often an endpoint was called, however that ended.
    pub fn called(&self, at: Endpoint) -> usize {
        self.calls.all().iter().filter(|call| call.endpoint == at.name()).count()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.calls.forget();
    }

    /// The person agrees to everything, as on the consent screen.
    pub fn link(&self, who: &str) {
        let Some(account) = account::of_person(who) else { return };
        let now = self.now();
        let mut desk = self.desk();
        let scopes: Vec<String> = desk.app.scopes.iter().map(|scope| scope.id.to_owned()).collect();
        let terms: Vec<String> = desk.app.terms.iter().map(|term| term.tag.to_owned()).collect();
        desk.links.entry(account.id()).or_insert_with(|| Link::new(now)).agree(&scopes, &terms, now);
    }

    /// The person takes one consent item back.
    pub fn withdraw(&self, who: &str, scope: &str) {
        let Some(account) = account::of_person(who) else { return };
        if let Some(link) = self.desk().links.get_mut(&account.id()) {
            link.scopes.remove(scope);
        }
    }

    /// The person takes the agreement to one of the terms back.
    pub fn take_back(&self, who: &str, tag: &str) {
        let Some(account) = account::of_person(who) else { return };
        if let Some(link) = self.desk().links.get_mut(&account.id()) {
            link.terms.remove(tag);
        }
    }

    /// The link ends, as if the person had ended it in their own settings. Whether there was one.
    pub fn unlink(&self, who: &str) -> bool {
        account::of_person(who).is_some_and(|account| self.desk().unlink(account.id()))
    }

    /// Whether the person is linked.
    pub fn is_linked(&self, who: &str) -> bool {
        account::of_person(who).is_some_and(|account| self.desk().links.contains_key(&account.id()))
    }

    /// Other people than the three who are linked: so many, for lists that have pages. Their ids begin at `from`.
    pub fn link_strangers(&self, from: u64, how_many: u64) {
        let now = self.now();
        self.desk().links.extend((from..from.saturating_add(how_many)).map(|id| (id, Link::new(now))));
    }

    /// They agree to one more consent item: so many people from `from` on, as far as they are linked.
    pub fn agree(&self, from: u64, how_many: u64, scope: &str) {
        for (_, link) in self.desk().links.range_mut(from..from.saturating_add(how_many)) {
            link.agree(&[scope.to_owned()], &[], Millis::default());
        }
    }

    /// The person, by their app user id, adds the channel, blocks it or takes it out of their list, at that moment. Nobody is told.
    pub fn relate(&self, user: u64, channel: &str, relation: Relation, at: Millis) {
        self.desk().relations.insert((user, channel.to_owned()), (relation, at));
    }

    /// A code as it arrives at `redirect_uri` after the person agreed to everything. Empty for nobody.
    pub fn code(&self, who: &str, redirect_uri: &str) -> String {
        self.code_with(who, redirect_uri, None, None)
    }

    /// Likewise, asked for with `openid` and this nonce, or with this S256 `code_challenge`.
    pub fn code_with(&self, who: &str, redirect_uri: &str, nonce: Option<&str>, challenge: Option<&str>) -> String {
        let Some(account) = account::of_person(who) else { return String::new() };
        self.link(who);
        let now = self.now();
        let mut desk = self.desk();
        let grant = Grant {
            user: account.id(),
            client_id: desk.app.rest_api_key().to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            openid: nonce.is_some(),
            nonce: nonce.map(str::to_owned),
            challenge: challenge.map(str::to_owned),
            auth_time: now,
        };
        desk.codes.issue(grant, now)
    }

    /// Another signing key from now on; the last one stays listed.
    pub fn rotate_keys(&self) {
        self.desk().signers.rotate();
    }

    /// A one-time address of the person's profile. Empty for nobody.
    pub fn one_time_profile(&self, who: &str) -> String {
        let Some(account) = account::of_person(who) else { return String::new() };
        let id = self.desk().otps.issue(account.id(), self.now());
        format!("{}/otp/{id}/profile", self.talk_plugin_url())
    }

    /// What the sync plugin hands to the auth block's skill, as a text (protocol `sync` 1.7). Which members a failed sign-up has is
    /// not documented: here only `saved` and `message`, as nobody is linked.
    pub fn plugin_value(&self, who: &str, complete: Option<bool>) -> String {
        talk_plugin::value(self, who, complete, false)
    }

    /// Likewise at the end of a half-view: who agreed in it is named, even if the service has ended the link.
    pub(crate) fn left_behind(&self, who: &str, resume: &str, complete: Option<bool>) -> String {
        let agreed = self.desk().half_views.remove(resume).is_some_and(|half_view| half_view.agreed);
        talk_plugin::value(self, who, complete, agreed)
    }

    /// The half-view that will go on at `resume` is in this person's hand.
    pub(crate) fn hand_over(&self, resume: &str, who: &str) {
        if let Some(account) = account::of_person(who) {
            self.desk().half_views.insert(resume.to_owned(), HalfView { user: account.id(), agreed: false });
        }
    }

    /// What a half-view of the app is opened with: the plugin's redirect URI, which is the first one, and where to go on.
    pub(crate) fn plugin_page(&self, resume: &str) -> String {
        let desk = self.desk();
        let redirect_uri = desk.app.redirect_uris.first().map_or("", String::as_str);
        let query = wire::query(&[
            ("client_id", desk.app.rest_api_key()),
            ("redirect_uri", redirect_uri),
            ("response_type", "code"),
            ("continue", resume),
        ]);
        format!("/kauth/oauth/authorize?{query}")
    }

    /// The app user id of a person who is linked.
    pub(crate) fn app_user_id(&self, who: &str) -> Option<&'static str> {
        account::of_person(who).filter(|_| self.is_linked(who)).map(|account| account.person.app_user_id)
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
