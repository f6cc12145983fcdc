//! `GET|POST /sync/match`: asks in the half-view for what the sign-up rule still wants to know (protocol `sync` 1.6, "account matching").
//!
//! ```text
//! GET   the pass ─ who it is ─ ask the rule ─ the form
//! POST  the pass ─ take the attempt up again ─ check the answers ─ ask the rule ─ 302 to the chat, the form again, or the failure page
//! ```
//!
//! Nothing that was answered is kept unless the rule keeps it.

mod asked;
mod pages;

use std::time::Duration;

use shared::app::App;
use shared::bot::SignUp;
use shared::clock::Millis;
use shared::endpoint::Endpoint;
use shared::http::{Request, Response, Route, read_form};
use shared::log::Log;
use shared::secret::SecretName;
use shared::sign_up::{self, Clerk, Decision, Ending, KakaoLogin, Keys, Pass, Purpose, Redirected, Who};
use shared::store::StoreError;
use shared::store::sign_up::Saga;
use shared::store::sign_up::rules::SagaState;
use shared::verify::{self, Verified};

use asked::Fields;

/// The function.
#[derive(Debug)]
pub struct SyncMatch;

/// The secrets without which nobody can be signed up.
const SECRETS: [SecretName; 2] = [SecretName::KakaoAdminKeys, SecretName::TokenSigningKey];

/// The limit of threat T23: thirty fields of [`shared::bot::MAX_ANSWER`] characters of Hangul, each byte encoded.
const MAX_BODY: usize = 64 * 1_024;

impl<B: SignUp> Endpoint<B> for SyncMatch {
    const NAME: &'static str = "sync-match";
    const ROUTES: &'static [Route] = &[Route::get("/sync/match"), Route::post("/sync/match")];
    const SOFT_STOP: Duration = Duration::from_secs(6);

    fn configured(app: &App<B>) -> Result<(), &'static str> {
        if sign_up::lacks(app, &SECRETS) {
            return Err("KAKAO_ADMIN_KEYS or TOKEN_SIGNING_KEY is not set, nor is SECRETS_PREFIX");
        }
        Ok(())
    }

    async fn warm(app: &App<B>) {
        sign_up::warm(app, &SECRETS).await;
    }

    async fn handle(app: &App<B>, request: Request, _captures: Vec<String>) -> Response {
        let (id, received) = (request.id.clone(), request.received);
        let (outcome, response) = answer(app, request).await;
        Log::info("sync.match").request(&id).outcome(outcome).took(app.clock.now().since(received)).write();
        response
    }

    fn sorry() -> Response {
        sign_up::unknown(None)
    }
}

/// The answer, and a word for it.
async fn answer<B: SignUp>(app: &App<B>, request: Request) -> (&'static str, Response) {
    if app.env.sync.redirect_uri.is_none() {
        return ("off", Response::empty(404).in_confidence());
    }
    let Ok(keys) = Keys::of(app).await else {
        Log::error("sync.trouble").request(&request.id).kind("no-signing-key").write();
        return ("unfinished", sign_up::unknown(None));
    };
    let (verified, pass, keys) = match verify::pass(app, keys, Purpose::Match, request).await {
        Ok(opened) => opened,
        Err(no_pass) => return (no_pass.word(), sign_up::no_pass(no_pass)),
    };
    let visit = Visit { app, keys: &keys, verified: &verified, pass: &pass };
    let until = visit.until().since(app.clock.now());
    let in_time = match verified.request().method.as_str() {
        "POST" => tokio::time::timeout(until, visit.answered()).await,
        _ => tokio::time::timeout(until, visit.ask()).await,
    };
    let trouble = |kind| {
        Log::error("sync.trouble").request(&verified.request().id).kind(kind).write();
        ("unfinished", pages::look_again(&visit.query(), pass.back.as_ref()))
    };
    match in_time {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => trouble(error.kind()),
        Err(_) => trouble("late"),
    }
}

/// One request of somebody who has a pass.
struct Visit<'a, B> {
    app: &'a App<B>,
    keys: &'a Keys,
    verified: &'a Verified,
    pass: &'a Pass,
}

impl<B: SignUp> Visit<'_, B> {
    fn until(&self) -> Millis {
        self.verified.request().answer_by
    }

    /// The page's own address.
    fn query(&self) -> String {
        format!("?{}", self.verified.request().query)
    }

    /// The same page with a pass of its own: whoever fills in one more form has another quarter of an hour, as the attempt has.
    fn fresh_query(&self) -> String {
        let Self { app, keys, pass, .. } = self;
        let fresh = pass.query(&keys.passes, Purpose::Match, app.clock.now());
        fresh.map_or_else(|| self.query(), |query| format!("?{query}"))
    }

    fn ending(&self) -> Ending<'_> {
        let Self { app, keys, pass, .. } = self;
        Ending {
            env: &app.env,
            passes: &keys.passes,
            back: pass.back.as_ref(),
            to_a_person: true,
            now: app.clock.now(),
        }
    }

    fn clerk<'k>(&'k self, kakao: &'k KakaoLogin<'k>) -> Clerk<'k, KakaoLogin<'k>> {
        let Self { app, keys, .. } = self;
        Clerk {
            store: app.store(),
            kakao,
            seal: &keys.seal,
            ledger: &keys.ledger,
            clock: &app.clock,
            me: &self.verified.request().id,
            until: self.until(),
        }
    }

    /// Shows the form, as often as somebody looks.
    async fn ask(&self) -> Result<(&'static str, Response), StoreError> {
        let Self { app, pass, .. } = self;
        let saga = app.store().saga(&pass.saga, app.clock.now()).await?;
        // Whoever went on with the answers may have died in the middle: they can be given once more.
        let is_left = |saga: &Saga| saga.st == SagaState::Info && saga.lease < app.clock.now();
        match saga.as_ref().map(|saga| saga.st) {
            Some(SagaState::Ask) => {}
            Some(SagaState::Info) if saga.as_ref().is_some_and(is_left) => {}
            Some(st) if st.made_a_member() => return Ok(("member", self.ending().done())),
            Some(SagaState::Claimed | SagaState::Token | SagaState::Info) => {
                return Ok(("working", pages::look_again(&self.query(), pass.back.as_ref())));
            }
            _ => return Ok(("over", self.ending().failed(&pass.saga))),
        }
        let kakao = KakaoLogin::new(app, self.until());
        let Some(who) = sign_up::question(&self.clerk(&kakao), &pass.saga).await? else {
            return Ok(("no-user", pages::look_again(&self.query(), pass.back.as_ref())));
        };
        Ok(match asked::decide(&app.bot, &who.applicant, &Fields::default(), app.clock.now()).await {
            Decision::AskMore(asked) => ("asked", pages::form(&asked, &self.query(), &self.ending())),
            // The rule has made up its mind by itself: there is nothing to fill in, only to go on.
            _ => ("asked", pages::go_on(&self.query(), &self.ending())),
        })
    }

    /// Goes on with what was answered.
    async fn answered(&self) -> Result<(&'static str, Response), StoreError> {
        let Self { app, verified, pass, .. } = self;
        let request = verified.request();
        let body = verified.body(MAX_BODY).ok();
        let fields = body.and_then(|body| read_form(request.header("content-type"), body)).and_then(Fields::of);
        let Some(fields) = fields else { return Ok(("bad-form", pages::bad_form(&self.query()))) };
        let kakao = KakaoLogin::new(app, self.until());
        let decide = async |who: &Who<shared::bot::Applicant>| {
            asked::decide(&app.bot, &who.applicant, &fields, app.clock.now()).await
        };
        let ending = self.ending();
        Ok(match sign_up::answer(&self.clerk(&kakao), &pass.saga, decide).await? {
            Redirected::SignedUp { .. } => ("signed-up", ending.done()),
            Redirected::AlreadyMember { .. } => ("member", ending.done()),
            Redirected::Failed { .. } => ("failed", ending.failed(&pass.saga)),
            Redirected::StartAgain => ("over", ending.failed(&pass.saga)),
            Redirected::Ask { form: Some(asked), .. } => {
                ("asked-again", pages::form(&asked, &self.fresh_query(), &ending))
            }
            Redirected::Ask { form: None, .. } | Redirected::Working => {
                ("working", pages::look_again(&self.query(), pass.back.as_ref()))
            }
        })
    }
}
