//! One callback of Kakao Work: who sent it, what it is about, what the bot says, and the answer, which is always the same.
//!
//! Anything but 200 counts as a failure there, so whoever knows the secret gets 200. What the bot says is written down before the
//! answer, each message under a key of this very callback: a copy of it says nothing new.

use std::time::Duration;

use serde_json::Value;

use crate::app::{App, Services};
use crate::bot::work::{Heard, NOTICE, Signer, WorkModals, WorkTurn, notice};
use crate::bot::{Oops, SORRY};
use crate::endpoint::catch_panic;
use crate::http::{Request, Response};
use crate::kakao;
use crate::kakao::work::{Callback, CallbackKind, Message, Modal, ModalAnswer, To};
use crate::log::Log;
use crate::secret::{NoSecret, SecretName};
use crate::store::{StoreError, callback_id};
use crate::verify::{self, NoBody, Refused, Verified};

/// Longest callback read (threat T23).
pub const MAX_BODY: usize = 64 * 1024;

/// How long after the gateway received a callback the answer leaves at the latest: Kakao's own limit is not published.
pub const SOFT_STOP: Duration = Duration::from_millis(2_000);

/// Kept free at the end for writing down what the bot says.
const WRITING: Duration = Duration::from_millis(500);

/// The answer to everything but a wish for a modal.
const NOTHING: &str = "{}";

/// Whether there is what a callback needs.
///
/// # Errors
/// What to do about it.
pub fn configured(services: &Services) -> Result<(), &'static str> {
    let known = |name| services.secrets.is_configured(name);
    if known(SecretName::WorkPathSecret) && known(SecretName::TokenSigningKey) {
        return Ok(());
    }
    Err("no WORK_PATH_SECRET or TOKEN_SIGNING_KEY and no SECRETS_PREFIX: set them")
}

/// Reads what the first callback needs.
pub async fn warm(services: &Services) {
    let secrets = async {
        // What cannot be read now is read with the first callback.
        let _ = services.secrets.keys(SecretName::WorkPathSecret).await;
        let _ = services.secrets.values(SecretName::TokenSigningKey).await;
    };
    tokio::join!(secrets, services.store().warm());
}

/// Answers one callback. `presented` is the secret of the path, if there is one.
pub async fn hear<B: WorkModals>(app: &App<B>, request: Request, presented: Option<&str>) -> Response {
    let (id, received) = (request.id.clone(), request.received);
    let (outcome, response) = match verify::work_secret(app, request, presented).await {
        // Boxed: a bot, its table and what is around them are deeper than the compiler follows in one piece.
        Ok(verified) => Box::pin(heard(app, &verified)).await,
        Err(Refused::NotTrusted) => ("untrusted", Response::empty(404)),
        // Also in a deployment without Kakao Work: a stranger who finds the path must not set off its alarms.
        Err(Refused::CannotTell(_)) => ("error", Response::empty(404)),
    };
    Log::info("work.callback").request(&id).outcome(outcome).took(app.clock.now().since(received)).write();
    response
}

/// The answer when nothing better can be said.
pub fn sorry() -> Response {
    Response::json(200, NOTHING.to_owned())
}

async fn heard<B: WorkModals>(app: &App<B>, verified: &Verified) -> (&'static str, Response) {
    let request = verified.request();
    let unreadable = |why| Log::warn("work.unreadable").request(&request.id).why(why).write();
    let body = match verified.body(MAX_BODY) {
        Ok(body) => body,
        Err(NoBody::TooLarge(_)) => {
            unreadable("too-large");
            return ("unreadable", Response::empty(413));
        }
        Err(NoBody::BadBase64) => {
            unreadable("base64");
            return ("unreadable", sorry());
        }
    };
    let callback: Callback = match kakao::parse(body) {
        Ok(callback) => callback,
        Err(misfit) => {
            unreadable(misfit.why.word());
            return ("unreadable", sorry());
        }
    };
    let Ok(signer) = signer(app).await else {
        Log::error("work.trouble").request(&request.id).kind("no-signing-key").write();
        return ("error", sorry());
    };
    let id = callback_id(&callback, request.received);
    let turn = WorkTurn::new(app, signer, &callback, &id, &request.id);
    match callback.kind() {
        CallbackKind::RequestModal => {
            let opened = within(app, verified, app.bot.open(&turn)).await;
            let (outcome, answer) = match opened {
                Ok(Ok(Some(modal))) => ("opened", modal.answer()),
                Ok(Ok(None)) => ("nothing", ModalAnswer::default()),
                Ok(Err(oops)) => ("apology", sorry_modal(verified, Some(oops)).into()),
                Err(_) => ("apology", sorry_modal(verified, None).into()),
            };
            (outcome, json(&answer))
        }
        // Somebody has read what there was to read.
        CallbackKind::Submission if turn.value() == NOTICE => ("read", sorry()),
        CallbackKind::Submission => says(app, verified, &turn, app.bot.submitted(&turn)).await,
        CallbackKind::SubmitAction => says(app, verified, &turn, app.bot.acted(&turn)).await,
        CallbackKind::BotCall => says(app, verified, &turn, app.bot.called(&turn)).await,
        CallbackKind::Other => {
            // Kept for a person to look at: perhaps Kakao has something new.
            let body = String::from_utf8_lossy(body);
            match in_time(app, verified, app.store().keep_callback(&id, &body, app.clock.now())).await {
                Ok(()) => ("kept", sorry()),
                Err(Unwritten) => ("error", sorry()),
            }
        }
    }
}

/// Why a bot was not heard out.
enum Cut {
    Panicked,
    Late,
}

/// What the bot makes of it, unless it panics or time runs out.
async fn within<B, T>(app: &App<B>, verified: &Verified, work: impl Future<Output = T>) -> Result<T, Cut> {
    let request = verified.request();
    let left = request.answer_by.since(app.clock.now()).saturating_sub(WRITING);
    let ended = tokio::time::timeout(left, catch_panic(Box::pin(work))).await;
    let (cut, why) = match ended {
        Ok(Some(ended)) => return Ok(ended),
        Ok(None) => (Cut::Panicked, "panicked"),
        Err(_) => (Cut::Late, "late"),
    };
    Log::error("work.trouble").request(&request.id).kind(why).write();
    Err(cut)
}

/// Hears the bot out and writes down what it says.
async fn says<B>(
    app: &App<B>,
    verified: &Verified,
    turn: &WorkTurn<'_>,
    hearing: impl Future<Output = Result<Heard, Oops>>,
) -> (&'static str, Response) {
    let (outcome, heard) = match within(app, verified, hearing).await {
        Ok(Ok(heard)) => ("heard", heard),
        // Nobody knows what a copy of this callback has done by now: an apology in the room might not be true. The alarm tells, and
        // the button can be pressed again.
        Err(Cut::Late) => ("late", Heard::nothing()),
        Ok(Err(oops)) if oops.is::<StoreError>() => {
            apology(verified, &oops);
            ("error", Heard::nothing())
        }
        Ok(Err(oops)) => ("apology", in_the_room(turn, &apology(verified, &oops))),
        Err(Cut::Panicked) => ("apology", in_the_room(turn, SORRY)),
    };
    let entries = heard.entries(&format!("callback-{}", turn.id()), &verified.request().id);
    let write = async {
        for entry in &entries {
            app.store().put_entry(entry, app.clock.now()).await?;
        }
        Ok(())
    };
    match in_time(app, verified, write).await {
        Ok(()) => (outcome, sorry()),
        Err(Unwritten) => ("error", sorry()),
    }
}

/// The table did not take it, or not in time. It is in the log.
struct Unwritten;

/// Writes, but not beyond the moment at which the answer has to leave.
async fn in_time<B>(
    app: &App<B>,
    verified: &Verified,
    write: impl Future<Output = Result<(), StoreError>>,
) -> Result<(), Unwritten> {
    let request = verified.request();
    let trouble = |kind| Log::error("work.trouble").request(&request.id).kind(kind).write();
    match tokio::time::timeout(request.answer_by.since(app.clock.now()), write).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => trouble(error.kind()),
        Err(_) => trouble("late"),
    }
    Err(Unwritten)
}

fn in_the_room(turn: &WorkTurn<'_>, words: &str) -> Heard {
    turn.room().map_or_else(Heard::nothing, |room| Heard::nothing().say(To::Room(room), Message::new(words)))
}

fn apology(verified: &Verified, oops: &Oops) -> String {
    Log::error("work.trouble").request(&verified.request().id).kind(oops.kind()).write();
    oops.words().unwrap_or(SORRY).to_owned()
}

fn sorry_modal(verified: &Verified, oops: Option<Oops>) -> Modal {
    let words = oops.map(|oops| apology(verified, &oops));
    notice("죄송해요", words.as_deref().unwrap_or(SORRY))
}

async fn signer(services: &Services) -> Result<Signer, NoSecret> {
    let keys = services.secrets.values(SecretName::TokenSigningKey).await?;
    Signer::derive(&keys).ok_or(NoSecret::NotConfigured)
}

fn json(answer: &ModalAnswer) -> Response {
    let body = serde_json::to_value(answer).unwrap_or_else(|_| Value::Object(serde_json::Map::new()));
    Response::json(200, body.to_string())
}
