//! `GET` and `POST /account/unlink`: somebody has left, and not by our doing (protocol `channel-and-webhooks` 2).
//!
//! ```text
//! look at the key ─ read ─ is it our app? ─ store ─ 200          and later, from the outbox: ask Kakao ─ end the membership
//! ```
//!
//! The message carries neither a time nor a name of its own, so an old one that comes again looks like a new one. It is therefore
//! stored and answered here, and believed nowhere: Kakao is asked before anything ends (threat T03).

use std::time::Duration;

use shared::app::App;
use shared::endpoint::Endpoint;
use shared::http::{Request, Response, Route};
use shared::kakao::limits::{self, Severity};
use shared::kakao::webhook::{Referrer, UnlinkNotice};
use shared::log::Log;
use shared::secret::SecretName;
use shared::store::AppUser;
use shared::verify::{self, NoBody, Refused, Verified};

/// The function.
#[derive(Debug)]
pub struct UnlinkCallback;

/// Largest body that is read, in bytes; a real one has about a hundred.
const BODY_MAX: usize = 64 * 1024;

impl<B> Endpoint<B> for UnlinkCallback {
    const NAME: &'static str = "unlink-callback";
    const ROUTES: &'static [Route] = &[Route::get("/account/unlink"), Route::post("/account/unlink")];
    const SOFT_STOP: Duration = Duration::from_secs(2);

    fn configured(app: &App<B>) -> Result<(), &'static str> {
        if app.env.callbacks.app_id.is_some() && !app.secrets.is_configured(SecretName::KakaoAdminKeys) {
            return Err("KAKAO_ADMIN_KEYS is not set, nor is SECRETS_PREFIX");
        }
        Ok(())
    }

    async fn warm(app: &App<B>) {
        // Without its number the app has no callbacks, and perhaps no admin key.
        if app.env.callbacks.app_id.is_none() {
            return;
        }
        app.store().warm().await;
        let _ = app.secrets.keys(SecretName::KakaoAdminKeys).await; // what cannot be read now is read with the first request
        app.published.warm(app).await;
    }

    async fn handle(app: &App<B>, request: Request, _captures: Vec<String>) -> Response {
        let (id, received) = (request.id.clone(), request.received);
        let left = request.answer_by.since(app.clock.now());
        let (outcome, status) = tokio::time::timeout(left, answer(app, request)).await.unwrap_or(("late", 503));
        let took = app.clock.now().since(received);
        Log::info("unlink.callback").request(&id).outcome(outcome).took(took).write();
        Response::empty(status)
    }

    fn sorry() -> Response {
        Response::empty(503)
    }
}

/// How it ended, in a word and as a status.
type Ended = (&'static str, u16);

async fn answer<B>(app: &App<B>, request: Request) -> Ended {
    let Some(ours) = app.env.callbacks.app_id.as_deref() else { return ("off", 404) };
    let id = request.id.clone();
    let verified = match verify::admin_key(app, request).await {
        Ok(verified) => verified,
        Err(Refused::NotTrusted) => return ("untrusted", 401),
        Err(Refused::CannotTell(_)) => return ("no-key", 503),
    };
    let notice = match read(&verified, &id) {
        Ok(notice) => notice,
        Err(ended) => return ended,
    };
    if notice.app_id.get().map(|app| app.as_str()) != Some(ours) {
        // The key is ours and the app is not: two apps share an address.
        Log::error("unlink.other-app").request(&id).write();
        return ("other-app", 403);
    }
    let Some(person) = notice.user_id.get().and_then(AppUser::of) else { return ("unfit", 400) };
    let why = notice.referrer().unwrap_or(Referrer::Apps);
    match app.store().store_unlink_notice(&person, &id, &why, app.clock.now()).await {
        Ok(()) => ("stored", 200),
        Err(error) => {
            Log::error("unlink.store").request(&id).kind(error.kind()).write();
            ("not-stored", 503)
        }
    }
}

/// The message, with everything in it that must be; each rule that it breaks is a line.
fn read(verified: &Verified, id: &str) -> Result<UnlinkNotice, Ended> {
    let request = verified.request();
    let body = match verified.body(BODY_MAX) {
        Ok(body) => body,
        Err(NoBody::TooLarge(_)) => return Err(("too-large", 413)),
        Err(NoBody::BadBase64) => return Err(("unreadable", 400)),
    };
    let body = if request.method == "GET" { &[] } else { body };
    let notice = UnlinkNotice::read(request.header("content-type"), body, &request.query).map_err(|misfit| {
        Log::warn("unlink.unreadable").request(id).why(misfit.why.word()).field(&misfit.path).write();
        ("unreadable", 400)
    })?;
    let findings = limits::unlink_notice(&notice);
    for finding in &findings {
        Log::warn("unlink.unfit").request(id).rule(finding.rule).field(&finding.path).write();
    }
    let fits = findings.iter().all(|finding| finding.severity < Severity::Error);
    if fits { Ok(notice) } else { Err(("unfit", 400)) }
}
