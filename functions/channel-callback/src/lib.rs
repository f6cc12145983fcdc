//! `POST /channel/callback`: somebody added a channel or blocked it (protocol `channel-and-webhooks` 4).
//!
//! ```text
//! look at the key ─ read ─ ask the bot ─ keep the newest, with what follows from it ─ 200
//! ```
//!
//! A 200 says that it is in the table; whoever cannot write it down says 503, so that it may come again.

use std::time::Duration;

use shared::app::App;
use shared::bot::{ChannelFriend, Notices};
use shared::clock::Millis;
use shared::effect::{Effect, Recheck};
use shared::endpoint::{Endpoint, catch_panic};
use shared::http::{Request, Response, Route};
use shared::kakao::limits::{self, Severity};
use shared::kakao::webhook::{ChannelAction, ChannelEvent};
use shared::kakao::{self, id};
use shared::log::Log;
use shared::secret::SecretName;
use shared::store::{Applied, ChannelChange, ChannelId, ChannelUser, Entry, StoreError};
use shared::verify::{self, NoBody, Refused};

/// The function.
#[derive(Debug)]
pub struct ChannelCallback;

/// Largest body that is read, in bytes; a real one has a few hundred.
const BODY_MAX: usize = 64 * 1024;

/// How far ahead of our clock an event may be. A time further ahead would stand against every event until then (threat T04).
const AHEAD: Duration = Duration::from_secs(10 * 60);

/// How long the bot may take. Half of the time is the table's.
const NOTICE: Duration = Duration::from_millis(500);

/// The most effects of one notice: they are one transaction, together with the relation and a question to Kakao.
const EFFECTS_MAX: usize = 90;

impl<B: Notices> Endpoint<B> for ChannelCallback {
    const NAME: &'static str = "channel-callback";
    const ROUTES: &'static [Route] = &[Route::post("/channel/callback")];
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
        Log::info("channel.callback").request(&id).outcome(outcome).took(took).write();
        Response::empty(status)
    }

    fn sorry() -> Response {
        Response::empty(503)
    }
}

/// How it ended, in a word and as a status.
type Ended = (&'static str, u16);

async fn answer<B: Notices>(app: &App<B>, request: Request) -> Ended {
    if app.env.callbacks.app_id.is_none() {
        return ("off", 404);
    }
    let id = request.id.clone();
    let verified = match verify::admin_key(app, request).await {
        Ok(verified) => verified,
        Err(Refused::NotTrusted) => return ("untrusted", 401),
        Err(Refused::CannotTell(_)) => return ("no-key", 503),
    };
    let event: ChannelEvent = match verified.body(BODY_MAX) {
        Err(NoBody::TooLarge(_)) => return ("too-large", 413),
        Err(NoBody::BadBase64) => return ("unreadable", 400),
        Ok(body) => match kakao::parse(body) {
            Ok(event) => event,
            Err(misfit) => {
                Log::warn("channel.unreadable").request(&id).why(misfit.why.word()).field(&misfit.path).write();
                return ("unreadable", 400);
            }
        },
    };
    if !fits(&event, &id) {
        return ("unfit", 400);
    }
    let Some(happened) = Happened::of(&event, verified.request().header("x-kakao-resource-id")) else {
        // An id of a kind that nobody knows, a number that is none, or a channel that cannot be part of a key.
        Log::error("channel.nobody").request(&id).write();
        return ("nobody", 200);
    };
    match take_in(app, &event, &happened, &id).await {
        Ok(ended) => ended,
        Err(error) => {
            Log::error("channel.store").request(&id).kind(error.kind()).write();
            ("not-stored", 503)
        }
    }
}

/// Whether everything is there that must be; each rule that it breaks is a line, also those that do no harm.
fn fits(event: &ChannelEvent, id: &str) -> bool {
    let findings = limits::channel_event(event);
    for finding in &findings {
        Log::warn("channel.unfit").request(id).rule(finding.rule).field(&finding.path).write();
    }
    findings.iter().all(|finding| finding.severity < Severity::Error)
}

/// What an event says, with nothing missing.
struct Happened {
    change: ChannelChange,
    /// `None` for a word that nobody knows.
    known: bool,
}

impl Happened {
    fn of(event: &ChannelEvent, resource: Option<&str>) -> Option<Self> {
        let who = ChannelUser::of(&event.id_type()?, event.id.get()?)?;
        let (channel, at, action) = (ChannelId::parse(event.channel()?)?, event.at()?, event.action()?);
        let delivery = delivery(event, resource);
        let blocked = action == ChannelAction::Blocked;
        let known = !matches!(action, ChannelAction::Other(_));
        Some(Self { change: ChannelChange { who, channel, blocked, at, delivery }, known })
    }
}

/// What makes a delivery the one it is: Kakao's name for it, else what it says.
fn delivery(event: &ChannelEvent, resource: Option<&str>) -> String {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    match resource.filter(|resource| !resource.is_empty()) {
        Some(resource) => Entry::name(&["resource", resource]),
        None => {
            let at = event.at().unwrap_or_default().0.to_string();
            let person = text(event.id.get().map(id::Id::as_str));
            let kind = event.id_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default();
            let action = event.action().map(|action| action.as_str().to_owned()).unwrap_or_default();
            Entry::name(&["event", event.channel().unwrap_or_default(), &kind, &person, &action, &at])
        }
    }
}

async fn take_in<B: Notices>(
    app: &App<B>,
    event: &ChannelEvent,
    happened: &Happened,
    id: &str,
) -> Result<Ended, StoreError> {
    let (change, now) = (&happened.change, app.clock.now());
    if !app.env.callbacks.is_ours(change.channel.as_str()) {
        Log::error("channel.foreign").request(id).write();
        return Ok(("foreign", if app.env.callbacks.refuse_other_channels { 403 } else { 200 }));
    }
    if change.at > now.plus(AHEAD) {
        Log::error("channel.ahead").request(id).write();
        ask_kakao(app, change, now).await?;
        return Ok(("ahead", 200));
    }
    if !happened.known {
        let word = event.action().map(|action| action.as_str().to_owned()).unwrap_or_default();
        app.store().keep_channel_event(change, &word, now).await?;
        return Ok(("unknown-event", 200));
    }
    let heard = hear(app, event, change, id).await;
    let mut entries = heard.clone().unwrap_or_default();
    entries.extend(candidate(change));
    let ended = match app.store().apply_channel_change(change, &entries, now).await? {
        Applied::Newest => (if change.blocked { "blocked" } else { "added" }, 200),
        Applied::Known => ("known", 200),
        Applied::Older => ("older", 200),
        Applied::Tie => {
            ask_kakao(app, change, now).await?;
            ("tie", 200)
        }
    };
    // The relation is kept whatever the bot does: somebody who blocked must not be written to because of a mistake of ours.
    Ok(if heard.is_none() && matches!(ended.0, "added" | "blocked") { ("bot-failed", 503) } else { ended })
}

/// What the bot wants to follow; `None` if it panicked, took too long or wants more than one transaction holds.
async fn hear<B: Notices>(app: &App<B>, event: &ChannelEvent, change: &ChannelChange, id: &str) -> Option<Vec<Entry>> {
    let failed = |why| Log::error("channel.notice").request(id).why(why).write();
    let friend = ChannelFriend::new(
        change.who.app(),
        change.channel.as_str(),
        event.search_id().unwrap_or_default(),
        change.at,
        &app.env.bots,
        &change.delivery,
    );
    let hear = async {
        if change.blocked { app.bot.channel_blocked(&friend).await } else { app.bot.channel_added(&friend).await }
    };
    let effects = match tokio::time::timeout(NOTICE, catch_panic(hear)).await {
        Ok(Some(effects)) => effects,
        Ok(None) => {
            failed("panicked");
            return None;
        }
        Err(_) => {
            failed("late");
            return None;
        }
    };
    if effects.len() > EFFECTS_MAX {
        failed("too-many-effects");
        return None;
    }
    let entries: Result<Vec<Entry>, _> = effects.iter().map(Effect::entry).collect();
    entries.map_err(|_| failed("unwritable")).ok()
}

/// An open id may be the app user id of the same person, or of another one: Kakao is asked before it is believed.
fn candidate(change: &ChannelChange) -> Option<Entry> {
    recheck(change, change.who.candidate()?, true)
}

/// Has Kakao asked how things stand, if there is anybody whom it could be asked about.
async fn ask_kakao<B>(app: &App<B>, change: &ChannelChange, now: Millis) -> Result<(), StoreError> {
    let question = match change.who.app() {
        Some(person) => recheck(change, person.clone(), false),
        None => candidate(change),
    };
    if let Some(question) = question {
        app.store().put_entry(&question, now).await?;
    }
    Ok(())
}

fn recheck(change: &ChannelChange, app: shared::store::AppUser, candidate: bool) -> Option<Entry> {
    let (channel, delivery) = (change.channel.as_str().to_owned(), change.delivery.clone());
    Effect::Recheck(Recheck { app, channel, delivery, candidate }).entry().ok()
}
