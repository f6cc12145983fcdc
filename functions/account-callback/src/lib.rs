//! `POST /account/events`: something has happened to a person's Kakao account (protocol `channel-and-webhooks` 3).
//!
//! ```text
//! look at the signature ─ read ─ remember the token, and what follows from it, in one transaction ─ 202
//! ```
//!
//! A 400 tells Kakao never to send this again, so it is only for what is certainly wrong; what cannot be checked or stored just now
//! is 503.

use std::time::Duration;

use serde_json::json;
use shared::app::App;
use shared::bot::Notices;
use shared::effect::{Effect, EraseChannels};
use shared::endpoint::Endpoint;
use shared::http::{Request, Response, Route};
use shared::kakao::webhook::{AccountEvent, AccountEventKind, Referrer};
use shared::kapi::secevent::{NotTaken, SecurityEvent};
use shared::log::Log;
use shared::secret::SecretName;
use shared::store::{AccountChange, AppUser, Entry, Taken};
use shared::verify;

/// The function.
#[derive(Debug)]
pub struct AccountCallback;

impl<B: Notices> Endpoint<B> for AccountCallback {
    const NAME: &'static str = "account-callback";
    const ROUTES: &'static [Route] = &[Route::post("/account/events"), Route::get("/account/events")];
    const SOFT_STOP: Duration = Duration::from_secs(2);

    async fn warm(app: &App<B>) {
        // Without its number the app has no account events, and nobody's keys need fetching.
        if app.env.callbacks.app_id.is_none() {
            return;
        }
        let keys = app.account_event_keys.warm(app.outbound(), &app.env, app.clock.now());
        // What cannot be had now is fetched with the first request.
        let (_, (), ()) = tokio::join!(app.secrets.values(SecretName::KakaoRestApiKey), keys, app.store().warm());
        app.published.warm(app).await;
    }

    async fn handle(app: &App<B>, request: Request, _captures: Vec<String>) -> Response {
        let (id, received) = (request.id.clone(), request.received);
        let left = request.answer_by.since(app.clock.now());
        let ended = tokio::time::timeout(left, answer(app, &request)).await;
        let (outcome, response) = ended.unwrap_or_else(|_| ("late", Response::empty(503)));
        let took = app.clock.now().since(received);
        Log::info("account.callback").request(&id).outcome(outcome).took(took).write();
        response
    }

    fn sorry() -> Response {
        Response::empty(503)
    }
}

/// The answer, and a word for it.
async fn answer<B: Notices>(app: &App<B>, request: &Request) -> (&'static str, Response) {
    if app.env.callbacks.app_id.is_none() {
        return ("off", Response::empty(404));
    }
    if request.method != "POST" {
        return ("method", Response::empty(405));
    }
    let told = match verify::security_event(app, request).await {
        Ok(told) => told,
        Err(not_taken) => return refused(not_taken, &request.id),
    };
    let Some(person) = AppUser::of(&told.person) else {
        return refused(NotTaken::Request("sub is no person"), &request.id);
    };
    let mut change = change(&told, &request.id);
    change.entries.extend(forget_channels(&person, &change));
    let withdraw = |scope: &str, profile: &mut _| app.bot.withdrawn(scope, profile);
    let (store, now) = (app.store(), app.clock.now());
    let taken = store.take_account_change(&person, &told.token_id, &request.id, &change, &withdraw, now);
    match tokio::join!(taken, verify::tell_of_elsewhere(app, request)).0 {
        Ok(Taken::New) => ("taken", Response::empty(202)),
        Ok(Taken::Known) => ("known", Response::empty(202)),
        Err(error) => {
            Log::error("account.store").request(&request.id).kind(error.kind()).write();
            ("not-stored", Response::empty(503))
        }
    }
}

/// RFC 8935 2.3: the word, and a sentence for whoever looks at Kakao's side of it.
fn refused(not_taken: NotTaken, id: &str) -> (&'static str, Response) {
    let Some(err) = not_taken.err() else {
        Log::error("account.not-checked").request(id).why(not_taken.description()).write();
        return ("not-checked", Response::empty(503));
    };
    Log::warn("account.refused").request(id).kind(err).why(not_taken.description()).write();
    let body = json!({ "err": err, "description": not_taken.description() }).to_string();
    let mut response = Response::json(400, body);
    response.headers.push(("content-language", "en".to_owned()));
    (err, response)
}

/// The consent item that opens how a person stands to channels.
const CHANNELS: &str = "plusfriends";

/// Relations are items of their own, which only the outbox may look up.
fn forget_channels(person: &AppUser, change: &AccountChange) -> Option<Entry> {
    let erase = EraseChannels { app: person.clone(), at: change.at };
    let withdrawn = change.withdrawn.iter().any(|scope| scope == CHANNELS);
    withdrawn.then(|| Effect::EraseChannels(erase).entry().ok()).flatten()
}

/// What follows from everything that a token tells.
fn change(told: &SecurityEvent, id: &str) -> AccountChange {
    let mut change = AccountChange::at(told.at);
    for (kind, event) in &told.events {
        Log::info("account.event").request(id).kind(word(kind)).write();
        one(kind, event, &mut change);
    }
    change
}

/// Protocol `channel-and-webhooks` 3.3, line by line.
fn one(kind: &AccountEventKind, event: &AccountEvent, change: &mut AccountChange) {
    use AccountEventKind as K;
    match kind {
        K::Linked => change.linked = true,
        // Another event of the same token may have said more.
        K::Unlinked if change.left.as_ref().is_some_and(Referrer::is_for_good) => {}
        K::Unlinked => change.left = Some(event.reason().unwrap_or(Referrer::Apps)),
        K::AccountPurged => change.left = Some(Referrer::AccountDelete),
        K::ScopeWithdraw => change.withdrawn.extend(event.scopes().map(str::to_owned)),
        K::ScopeConsent | K::ProfileChanged => change.profile = true,
        K::IdentifierChanged | K::IdentifierRecycled => {
            change.identifiers = true;
            change.profile = true;
        }
        K::AccountDisabled => change.disabled = Some(true),
        K::AccountEnabled => change.disabled = Some(false),
        K::TokensRevoked
        | K::SessionsRevoked
        | K::CredentialChangeRequired
        | K::CredentialCompromise
        | K::CredentialChange
        | K::AssuranceLevelChange => change.sessions = true,
        // Of one token nothing follows: none is kept.
        K::TokenIssued | K::TokenRevoked => {}
        K::Other(kind) => change.unknown = Some(kind.clone()),
        _ => {}
    }
}

/// The last part of a known kind's address.
fn word(kind: &AccountEventKind) -> &str {
    match kind {
        AccountEventKind::Other(_) => "unknown",
        known => known.as_str().rsplit('/').next().unwrap_or_default(),
    }
}
