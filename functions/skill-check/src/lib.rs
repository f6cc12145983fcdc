//! `POST /skill-check/{name}`: is this parameter's value acceptable? (protocol `skill` 9)
//!
//! Verify, parse, ask, answer. A technical failure is the platform's own `ERROR`, always with status 200; it then asks again.

use std::time::Duration;

use shared::app::App;
use shared::bot::Checks;
use shared::endpoint::{Endpoint, catch_panic};
use shared::http::{Request, Response, Route};
use shared::kakao::skill::{CheckRequest, CheckResponse};
use shared::log::Log;
use shared::secret::SecretName;
use shared::verify::{self, Refused, Verified};

/// The function.
#[derive(Debug)]
pub struct SkillCheck;

/// Longest request read (threat T23): a check carries one value.
pub const MAX_BODY: usize = 64 * 1024;

impl<B: Checks> Endpoint<B> for SkillCheck {
    const NAME: &'static str = "skill-check";
    const ROUTES: &'static [Route] = &[Route::post("/skill-check/{name}")];
    /// As long as a skill: the platform's limit here is not documented.
    const SOFT_STOP: Duration = Duration::from_millis(3_400);

    fn configured(app: &App<B>) -> Result<(), &'static str> {
        verify::skill_secret_configured(app)
    }

    async fn warm(app: &App<B>) {
        if app.env.skill_secret_check {
            // What cannot be read now is read with the first request.
            let _ = app.secrets.keys(SecretName::SkillSecret).await;
        }
    }

    async fn handle(app: &App<B>, request: Request, captures: Vec<String>) -> Response {
        let (id, received) = (request.id.clone(), request.received);
        let name = captures.into_iter().next().unwrap_or_default();
        let log = Log::info("skill-check.value").request(&id);
        let (log, outcome, response) = match verify::skill_secret(app, request).await {
            // A panic in the bot is a technical failure like any other, and counted as one.
            Ok(verified) => {
                let checked = catch_panic(check(app, &verified, &name)).await;
                let (outcome, response) = checked.unwrap_or_else(|| ("error", Some(CheckResponse::error())));
                (log.skill(&name), outcome, response)
            }
            Err(Refused::NotTrusted) => (log, "untrusted", None),
            Err(Refused::CannotTell(_)) => (log, "error", Some(CheckResponse::error())),
        };
        log.outcome(outcome).took(app.clock.now().since(received)).write();
        response.map_or(Response::empty(401), |response| json(&response))
    }

    fn sorry() -> Response {
        json(&CheckResponse::error())
    }
}

async fn check<B: Checks>(app: &App<B>, verified: &Verified, name: &str) -> (&'static str, Option<CheckResponse>) {
    let Some(request) = verified.read::<CheckRequest>(MAX_BODY, "skill-check.unreadable") else {
        return ("error", Some(CheckResponse::error()));
    };
    // Some checks do not say which bot they come from; those have shown the secret all the same.
    if !request.bot_key().is_empty() && !verify::is_known_bot(app, verified, request.bot_key()) {
        return ("refused", Some(CheckResponse::error()));
    }
    let time_left = verified.request().answer_by.since(app.clock.now());
    match tokio::time::timeout(time_left, app.bot.check(name, &request)).await {
        Ok(Ok(response)) => ("checked", Some(response)),
        Ok(Err(oops)) => {
            Log::error("skill-check.trouble").request(&verified.request().id).kind(oops.kind()).write();
            ("error", Some(CheckResponse::error()))
        }
        Err(_) => ("late", Some(CheckResponse::error())),
    }
}

fn json(response: &CheckResponse) -> Response {
    // A response of ours is always JSON; the literal is there so that nothing in this function can panic.
    Response::json(200, serde_json::to_string(response).unwrap_or_else(|_| r#"{"status":"ERROR"}"#.to_owned()))
}
