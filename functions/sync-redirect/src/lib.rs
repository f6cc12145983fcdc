//! `GET /sync/redirect`: a browser comes from Kakao's consent screen with a code, and goes back to the chat as a member (protocol
//! `sync` 1.3 to 1.6). `GET /sync/login`: it is sent there without a chat.
//!
//! ```text
//! look at the query ─┬─ from the chat: look at the continue URL ─┬─ sign up (shared::sign_up) ─ 302, or a page
//!                    └─ without one: is it a login of our own? ──┘
//! ```
//!
//! Anybody can call it, with anything in the query. It binds nobody's chat to anything: the chat is bound by the skill request that
//! follows (threat T11).

mod login;
mod pages;

use std::time::Duration;

use shared::app::App;
use shared::bot::{self, Form, SignUp};
use shared::endpoint::{Endpoint, catch_panic};
use shared::http::{Request, Response, Route};
use shared::kakao::sync::{ContinueUrl, RedirectQuery};
use shared::log::Log;
use shared::secret::SecretName;
use shared::sign_up::{self, Accepted, Clerk, Decision, Ending, KakaoLogin, Keys, Redirected, WebLogin};
use shared::store::SagaId;

/// The function.
#[derive(Debug)]
pub struct SyncRedirect;

/// The secrets without which nobody can be signed up. The client secret is not among them: an app may have none.
const SECRETS: [SecretName; 3] = [SecretName::KakaoRestApiKey, SecretName::KakaoAdminKeys, SecretName::TokenSigningKey];

const LOGIN: Route = Route::get("/sync/login");

/// What whoever looks ahead gets: no success, and no trouble of ours that would ring a bell.
const NOT_AHEAD: u16 = 403;

/// How often the page looks again by itself (state design, section 4).
const RELOADS: u8 = 5;

/// How long each look waits: here and not on the page, because a page that reloads itself while somebody reads it keeps people out.
/// <https://www.w3.org/WAI/WCAG22/Techniques/failures/F41>
const A_MOMENT: Duration = Duration::from_secs(1);

impl<B: SignUp> Endpoint<B> for SyncRedirect {
    const NAME: &'static str = "sync-redirect";
    const ROUTES: &'static [Route] =
        &[Route::get("/sync/redirect"), Route::head("/sync/redirect"), LOGIN, Route::head("/sync/login")];
    const SOFT_STOP: Duration = Duration::from_secs(6);

    fn configured(app: &App<B>) -> Result<(), &'static str> {
        if sign_up::lacks(app, &SECRETS) {
            return Err("KAKAO_REST_API_KEY, KAKAO_ADMIN_KEYS or TOKEN_SIGNING_KEY is not set, nor is SECRETS_PREFIX");
        }
        Ok(())
    }

    async fn warm(app: &App<B>) {
        sign_up::warm(app, &SECRETS).await;
        let _ = app.secrets.values(SecretName::KakaoClientSecret).await; // an app may have none
    }

    async fn handle(app: &App<B>, request: Request, _captures: Vec<String>) -> Response {
        let (outcome, response) = answer(app, &request).await;
        let took = app.clock.now().since(request.received);
        Log::info("sync.redirect").request(&request.id).outcome(outcome).took(took).write();
        response
    }

    fn sorry() -> Response {
        sign_up::unknown(None)
    }
}

/// The answer, and a word for it.
async fn answer<B: SignUp>(app: &App<B>, request: &Request) -> (&'static str, Response) {
    if app.env.sync.redirect_uri.is_none() {
        return ("off", Response::empty(404).in_confidence());
    }
    // Somebody only looks ahead: a code works once, and not for them (threat T12). A refusal, because a browser keeps a good answer
    // for the click that follows, and then that click would do nothing.
    if request.method == "HEAD" || is_prefetch(request) {
        return ("prefetch", Response::empty(NOT_AHEAD).in_confidence());
    }
    if LOGIN.captures(&request.path).is_some() {
        return login::begin(app, request).await;
    }
    let query = match RedirectQuery::parse(&request.query) {
        Ok(query) => query,
        Err(bad) => {
            Log::warn("sync.bad-query").request(&request.id).why(bad.word()).write();
            return ("bad-query", pages::bad(None));
        }
    };
    // Before the code is used: whoever must not be sent there must not sign up either (threat T09).
    let back = match query.continue_url.as_deref().map(|url| ContinueUrl::parse(url, &app.env.continue_rules())) {
        None => None,
        Some(Ok(url)) => Some(url),
        Some(Err(refused)) => {
            let log = Log::warn("sync.continue-rejected").request(&request.id).why(refused.word());
            refused.place().into_iter().fold(log, Log::place).write();
            return ("continue-rejected", pages::bad(None));
        }
    };
    let back = back.as_ref();
    match query.error.as_deref() {
        None => {}
        Some("access_denied" | "consent_required") => {
            let at_once = back.and_then(|back| sign_up::back_at_once(&app.env.sync, back));
            return ("cancelled", at_once.unwrap_or_else(|| pages::cancelled(back)));
        }
        // `server_error`, `timeout` and the like: the person said nothing.
        Some(_) => return ("not-asked", pages::not_asked(back)),
    }
    let Some(code) = query.code.as_deref() else { return ("no-code", pages::bad(back)) };
    let again = async |outcome| (outcome, look_again(app, request, &query, back).await);
    let Ok(keys) = Keys::of(app).await else {
        Log::error("sync.trouble").request(&request.id).kind("no-signing-key").write();
        return again("unfinished").await;
    };
    // The plugin asked Kakao itself: there is no cookie, and its state is its own (threat T16).
    let login = match back {
        Some(_) => None,
        None => match login::began(app, &keys, request, query.state.as_deref()).await {
            Ok(login) => Some(login),
            Err(no_login) => {
                Log::warn("sync.foreign-login").request(&request.id).why(no_login.word()).write();
                return ("foreign-login", pages::foreign(app.env.sync.page("login").as_deref()));
            }
        },
    };
    let redirected = sign_up(app, &keys, request, code, login.as_ref()).await;
    let ending = Ending { env: &app.env, passes: &keys.passes, back, to_a_person: false, now: app.clock.now() };
    match redirected {
        Some(Redirected::SignedUp { .. }) => ("signed-up", ending.done()),
        Some(Redirected::AlreadyMember { .. }) => ("member", ending.done()),
        Some(Redirected::Ask { saga, .. }) => ("asked", ending.ask(&saga)),
        Some(Redirected::Failed { .. }) => ("failed", ending.failed(&SagaId::of_code(code))),
        Some(Redirected::StartAgain) => ("start-again", ending.failed(&SagaId::of_code(code))),
        Some(Redirected::Working) => again("working").await,
        None => again("unfinished").await,
    }
}

fn is_prefetch(request: &Request) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| request.header(name).is_some_and(|why| why.starts_with("prefetch")))
}

/// The sign-up as far as it comes in time; `None` if it stopped on the way. A reload, the outbox or its sweep goes on with it.
async fn sign_up<B: SignUp>(
    app: &App<B>,
    keys: &Keys,
    request: &Request,
    code: &str,
    login: Option<&WebLogin>,
) -> Option<Redirected<Form>> {
    let until = request.answer_by;
    let work = async {
        let kakao = KakaoLogin::of_redirect(app, until, login);
        let clerk = Clerk {
            store: app.store(),
            kakao: &kakao,
            seal: &keys.seal,
            ledger: &keys.ledger,
            clock: &app.clock,
            me: &request.id,
            until,
        };
        let decide = async |who: &sign_up::Who<bot::Applicant>| decide(app, &who.applicant).await;
        match sign_up::redirect(&clerk, code, decide).await {
            Ok(redirected) => Some(redirected),
            Err(error) => {
                Log::error("sync.trouble").request(&request.id).kind(error.kind()).write();
                None
            }
        }
    };
    let in_time = tokio::time::timeout(until.since(app.clock.now()), work).await;
    in_time.unwrap_or_else(|_| {
        Log::error("sync.trouble").request(&request.id).kind("late").write();
        None
    })
}

async fn decide<B: SignUp>(app: &App<B>, who: &bot::Applicant) -> Decision<Form> {
    match catch_panic(app.bot.decide(who)).await {
        Some(bot::Decision::Accept(profile)) => Decision::Accept(Accepted { profile, ..Accepted::default() }),
        Some(bot::Decision::AskMore(form)) => Decision::AskMore(form),
        Some(bot::Decision::Refuse(word)) => Decision::Refuse(word),
        None => Decision::Broken,
    }
}

/// A page that looks again, a second after this look and a few times; whoever changes the count in their own address changes it for themselves.
async fn look_again<B>(app: &App<B>, request: &Request, query: &RedirectQuery, back: Option<&ContinueUrl>) -> Response {
    let pairs = request.query.split('&').filter_map(|pair| pair.strip_prefix("again="));
    let looked = pairs.map(|count| count.parse().unwrap_or(RELOADS)).max().unwrap_or(0);
    if looked >= RELOADS {
        return sign_up::unknown(back);
    }
    tokio::time::sleep(A_MOMENT.min(request.answer_by.since(app.clock.now()))).await;
    let pair = |name: &str, value: &str| {
        format!("{name}={}&", percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC))
    };
    let known = [
        ("code", query.code.as_deref()),
        ("state", query.state.as_deref()),
        ("continue", back.map(ContinueUrl::as_str)),
    ];
    let same: String = known.iter().filter_map(|(name, value)| Some(pair(name, (*value)?))).collect();
    pages::working(&format!("?{same}again={}", looked + 1))
}
