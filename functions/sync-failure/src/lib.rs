//! `GET|POST /sync/failure`: says in the half-view why somebody was not signed up, and leads back to the chat (protocol `sync` 1.6).
//!
//! ```text
//! GET   the pass ─ why it failed ─ a page with three ways on
//! POST  the pass ─ undo the link, if nobody has yet ─ keep the wish ─ 303 to the chat, where the bot speaks to it
//! ```
//!
//! Looking undoes nothing: a link preview looks as well (threat T15). The undoing is queued since the attempt failed; the button only
//! does not wait for the queue.

mod pages;

use std::time::Duration;

use shared::app::App;
use shared::bot::SignUp;
use shared::endpoint::Endpoint;
use shared::http::{Request, Response, Route, read_form};
use shared::log::Log;
use shared::secret::SecretName;
use shared::sign_up::{self, Clerk, Ending, KakaoLogin, Keys, Pass, Purpose, Undone};
use shared::store::sign_up::{Saga, Wish};
use shared::verify::{self, Verified};

/// The function.
#[derive(Debug)]
pub struct SyncFailure;

/// The secrets without which no link can be undone.
const SECRETS: [SecretName; 2] = [SecretName::KakaoAdminKeys, SecretName::TokenSigningKey];

/// The form has one field.
const MAX_BODY: usize = 1_024;

impl<B: SignUp> Endpoint<B> for SyncFailure {
    const NAME: &'static str = "sync-failure";
    const ROUTES: &'static [Route] = &[Route::get("/sync/failure"), Route::post("/sync/failure")];
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
        Log::info("sync.failure").request(&id).outcome(outcome).took(app.clock.now().since(received)).write();
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
    match verify::pass(app, keys, Purpose::Failure, request).await {
        Err(no_pass) => (no_pass.word(), sign_up::no_pass(no_pass)),
        Ok((verified, pass, keys)) if verified.request().method == "POST" => go_on(app, &keys, &verified, &pass).await,
        Ok((verified, pass, keys)) => show(app, &keys, &verified, &pass).await,
    }
}

/// The page. It is shown as well if the table does not answer, only without the reason.
async fn show<B: SignUp>(app: &App<B>, keys: &Keys, verified: &Verified, pass: &Pass) -> (&'static str, Response) {
    let saga = match app.store().saga(&pass.saga, app.clock.now()).await {
        Ok(saga) => saga,
        Err(error) => {
            Log::error("sync.trouble").request(&verified.request().id).kind(error.kind()).write();
            None
        }
    };
    if saga.as_ref().is_some_and(|saga| saga.st.made_a_member()) {
        // A reload went on with the attempt, and it ended well; or the person is a member by another.
        let ending = Ending {
            env: &app.env,
            passes: &keys.passes,
            back: pass.back.as_ref(),
            to_a_person: true,
            now: app.clock.now(),
        };
        return ("member", ending.done());
    }
    ("shown", pages::failed(app, saga.as_ref(), pass, &verified.request().query))
}

/// One of the three ways. Each ends in the chat, whatever becomes of the rest.
async fn go_on<B: SignUp>(app: &App<B>, keys: &Keys, verified: &Verified, pass: &Pass) -> (&'static str, Response) {
    let request = verified.request();
    let fields = verified.body(MAX_BODY).ok().and_then(|body| read_form(request.header("content-type"), body));
    let Some(fields) = fields else { return ("bad-form", pages::bad_form(pass)) };
    let wish = fields.iter().find(|(name, _)| name == pages::WAY).and_then(|(_, way)| Wish::parse(way));
    let work = async {
        undo(app, keys, request, pass).await;
        // After the undoing, which may have found out whose attempt it is.
        if let Ok(Some(Saga { app: Some(person), .. })) = app.store().saga(&pass.saga, app.clock.now()).await
            && let Some(wish) = wish
            && let Err(error) = app.store().keep_wish(&person, &pass.saga, wish, app.clock.now()).await
        {
            Log::warn("sync.wish").request(&request.id).kind(error.kind()).write();
        }
    };
    let _ = tokio::time::timeout(request.answer_by.since(app.clock.now()), work).await;
    let outcome = wish.map_or("back", |wish| match wish {
        Wish::Again => "again",
        Wish::Person => "person",
    });
    (outcome, pass.back.as_ref().map_or_else(pages::over, |back| Response::see_other(back.as_str())))
}

/// Undoes the link now, unless that is done or somebody is at it. What fails here is the outbox's, which has it anyway.
async fn undo<B>(app: &App<B>, keys: &Keys, request: &Request, pass: &Pass) {
    let kakao = KakaoLogin::new(app, request.answer_by);
    let clerk = Clerk {
        store: app.store(),
        kakao: &kakao,
        seal: &keys.seal,
        ledger: &keys.ledger,
        clock: &app.clock,
        me: &request.id,
        until: request.answer_by,
    };
    let log = Log::info("sync.undo").request(&request.id);
    match sign_up::compensate(&clerk, &pass.saga).await {
        Ok(Undone::Over) => log.outcome("over").write(),
        Ok(Undone::Later) => log.outcome("later").write(),
        Err(error) => Log::warn("sync.undo").request(&request.id).outcome("store").kind(error.kind()).write(),
    }
}
