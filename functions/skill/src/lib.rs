//! `POST /skill/{name}`: the chatbot platform asks, the bot answers (protocol `skill` 1 to 5).
//!
//! Verify, parse, recall, ask, keep, fit, answer. Whatever happens in between, the platform gets 200 and a valid answer in time: an
//! error status shows the person nothing at all. Only a wrong secret is refused.

use std::time::Duration;

use shared::app::App;
use shared::bot::Skills;
use shared::clock::Millis;
use shared::converse::{self, Asked, Place, Said, Spoken, Trouble};
use shared::endpoint::{Endpoint, catch_panic};
use shared::http::{Request, Response, Route};
use shared::kakao::skill::{SkillRequest, SkillResponse};
use shared::kapi::skill_callback::CallbackUrl;
use shared::log::Log;
use shared::secret::SecretName;
use shared::verify::{self, Refused, Verified};

/// The function.
#[derive(Debug)]
pub struct Skill;

/// Longest request read: 30 times the longest ever seen (threat T23).
pub const MAX_BODY: usize = 128 * 1024;

/// Kept free at the end for writing down that a turn is carried over.
const HANDOVER: Duration = Duration::from_millis(700);

impl<B: Skills> Endpoint<B> for Skill {
    const NAME: &'static str = "skill";
    const ROUTES: &'static [Route] = &[Route::post("/skill/{name}")];
    /// The platform waits five seconds; the answer leaves before 3.5.
    const SOFT_STOP: Duration = Duration::from_millis(3_400);

    fn configured(app: &App<B>) -> Result<(), &'static str> {
        verify::skill_secret_configured(app)
    }

    async fn warm(app: &App<B>) {
        let secret = async {
            if app.env.skill_secret_check {
                // What cannot be read now is read with the first request.
                let _ = app.secrets.keys(SecretName::SkillSecret).await;
            }
        };
        let table = async {
            // A sign-up reads the table even for a bot that remembers nothing: whose the names in a request are.
            if converse::remembers::<B>() || app.env.sync.redirect_uri.is_some() {
                app.store().warm().await;
            }
        };
        tokio::join!(secret, table);
    }

    async fn handle(app: &App<B>, request: Request, captures: Vec<String>) -> Response {
        let (id, received) = (request.id.clone(), request.received);
        let skill = captures.into_iter().next().unwrap_or_default();
        let log = Log::info("skill.turn").request(&id);
        let (log, ended) = match verify::skill_secret(app, request).await {
            // A panic in the bot is an apology like any other, and counted as one.
            Ok(verified) => {
                let ended = catch_panic(turn(app, &verified, &skill)).await;
                // Only who showed the secret has a name of ours in the URL; a stranger's text is not written down.
                (log.skill(&skill), ended.unwrap_or_else(|| Ended::Apology(SkillResponse::text(shared::bot::SORRY))))
            }
            Err(Refused::NotTrusted) => (log, Ended::Untrusted),
            Err(Refused::CannotTell(_)) => (log, Ended::Apology(converse::sorry(&app.bot, &Place::default()))),
        };
        log.outcome(ended.word()).took(app.clock.now().since(received)).write();
        match ended {
            Ended::Untrusted => Response::empty(401),
            Ended::Answer(response) | Ended::Acknowledged(response) | Ended::Refused(response) => json(&response),
            Ended::Apology(response) | Ended::Late(response) => json(&response),
        }
    }

    fn sorry() -> Response {
        json(&SkillResponse::text(shared::bot::SORRY))
    }
}

/// How a turn ended; the word is what the alarms count.
enum Ended {
    Answer(SkillResponse),
    Acknowledged(SkillResponse),
    Apology(SkillResponse),
    Late(SkillResponse),
    Refused(SkillResponse),
    Untrusted,
}

impl Ended {
    const fn word(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answered",
            Self::Acknowledged(_) => "acknowledged",
            Self::Apology(_) => "apology",
            Self::Late(_) => "late",
            Self::Refused(_) => "refused",
            Self::Untrusted => "untrusted",
        }
    }
}

async fn turn<B: Skills>(app: &App<B>, verified: &Verified, skill: &str) -> Ended {
    let http = verified.request();
    let Some(request) = verified.read::<SkillRequest>(MAX_BODY, "skill.unreadable") else {
        return Ended::Apology(converse::sorry(&app.bot, &Place::default()));
    };
    if !verify::is_known_bot(app, verified, request.bot_key()) {
        Log::warn("skill.other-bot").request(&http.id).write();
        return Ended::Refused(converse::sorry(&app.bot, &Place::of(&request)));
    }
    let callback = request.callback_url().filter(|url| CallbackUrl::parse(url, &app.env).is_some());
    // A turn that can be carried over stops a little earlier, to write that down.
    let until = if callback.is_some() { http.answer_by.minus(HANDOVER) } else { http.answer_by };
    let (at, owner, vouched) = (http.received, http.id.as_str(), app.env.skill_secret_check);
    let asked = Asked { skill, request: &request, at, until, owner, callback, vouched };
    match within(app, until, converse::take(app, asked)).await {
        Some(Ok(Said::Now(spoken))) => Ended::Answer(fit(app, spoken, &asked)),
        Some(Ok(Said::Promised { acknowledgement })) => Ended::Acknowledged(acknowledgement),
        Some(Ok(Said::Work { job, otherwise })) => work_now(app, job, otherwise, &asked).await,
        Some(Err(trouble)) => apology(app, &trouble, &asked),
        None => late(app, &asked, http.answer_by).await,
    }
}

/// No callback, so the work is done here as long as the turn lasts.
async fn work_now<B: Skills>(app: &App<B>, job: B::Job, otherwise: Spoken, asked: &Asked<'_>) -> Ended {
    let desk = asked.desk(app);
    let as_is = otherwise.as_is;
    let worked = within(app, asked.until, catch_panic(app.bot.work(job, &desk))).await;
    // Better than an apology: what it had so far, else the author's fallback.
    let instead = || fit(app, converse::cut_short(&desk).map_or(otherwise, Spoken::from), asked);
    match worked {
        Some(Some(Ok(response))) => Ended::Answer(fit(app, Spoken { response, as_is }, asked)),
        Some(Some(Err(oops))) if oops.words().is_some() => apology(app, &Trouble::Bot(oops), asked),
        Some(Some(Err(oops))) => {
            trouble(asked, oops.kind());
            Ended::Apology(instead())
        }
        Some(None) => Ended::Apology(instead()), // the panic is in the log
        None => Ended::Late(instead()),
    }
}

/// Time is up: promise the answer if it can be delivered, else apologise.
async fn late<B: Skills>(app: &App<B>, asked: &Asked<'_>, until: Millis) -> Ended {
    if let Some(url) = asked.callback
        && let Some(Ok(())) = within(app, until, converse::carry_over(app, asked, url)).await
    {
        return Ended::Acknowledged(converse::acknowledgement("", SkillResponse::new()));
    }
    Ended::Late(converse::sorry(&app.bot, &Place::of(asked.request)))
}

fn apology<B: Skills>(app: &App<B>, why: &Trouble, asked: &Asked<'_>) -> Ended {
    trouble(asked, why.kind());
    match why.words() {
        Some(words) => Ended::Answer(fit(app, SkillResponse::text(words).into(), asked)),
        None => Ended::Apology(converse::sorry(&app.bot, &Place::of(asked.request))),
    }
}

fn trouble(asked: &Asked<'_>, kind: &str) {
    Log::error("skill.trouble").request(asked.owner).kind(kind).write();
}

fn fit<B: Skills>(app: &App<B>, spoken: Spoken, asked: &Asked<'_>) -> SkillResponse {
    converse::fit(&app.bot, spoken, &Place::of(asked.request), asked.owner)
}

/// `None` when time is up first.
async fn within<B, T>(app: &App<B>, until: Millis, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(until.since(app.clock.now()), future).await.ok()
}

fn json(response: &SkillResponse) -> Response {
    // A response of ours is always JSON; the literal is there so that nothing in this function can panic.
    Response::json(200, serde_json::to_string(response).unwrap_or_else(|_| r#"{"version":"2.0"}"#.to_owned()))
}
