//! One turn of a conversation: recall, ask, keep, fit. Taken by the `skill` function, and by the `outbox` for a turn that ran late.

mod copy;
mod spoken;

use std::cmp::Ordering;
use std::pin::pin;
use std::time::Duration;

use serde_json::Value;

use crate::app::{App, Services};
use crate::bot::{Answer, CUT_SHORT, Desk, Oops, Reply, Skills, Turn, Visit};
use crate::clock::Millis;
use crate::effect::{Delivery, Effect, Work};
use crate::kakao::fit::{next_page, shorten};
use crate::kakao::limits::{OUTPUTS_MAX, SIMPLE_TEXT_MAX};
use crate::kakao::skill::{SkillRequest, SkillResponse};
use crate::log::Log;
use crate::store::{Entry, Keep, Kept, Person, Recalled, StoreError, TALK_LASTS};

pub use spoken::{Place, Spoken, fit, sorry};

/// A turn to be taken.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The last part of the skill's URL.
    pub skill: &'a str,
    /// The request.
    pub request: &'a SkillRequest,
    /// When the gateway received it.
    pub at: Millis,
    /// When there must be an answer.
    pub until: Millis,
    /// Whose turn it is: the gateway's id of the request, also when the outbox takes it again.
    pub owner: &'a str,
    /// Where a late answer may be delivered.
    pub callback: Option<&'a str>,
    /// Whether its sender showed the secret: else nothing in it says who somebody is.
    pub vouched: bool,
}

/// Where a bot works, until when, and in whose name.
pub fn desk<'a>(services: &'a Services, owner: &'a str, at: Millis, until: Millis) -> Desk<'a> {
    Desk::new(services, owner, at, until)
}

impl<'a> Asked<'a> {
    /// The desk of this turn.
    pub fn desk(&self, services: &'a Services) -> Desk<'a> {
        desk(services, self.owner, self.at, self.until)
    }

    fn delivery(&self, callback_url: &str, work: Work) -> Delivery {
        Delivery { place: Place::of(self.request), ..Delivery::new(callback_url.to_owned(), self.at, work) }
    }
}

/// Batches of events that one reply starts: with the talk and a promise they are one transaction, of a hundred writes at most
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
pub const EVENT_BATCHES_MAX: usize = 90;

/// How much longer than the bot the joining of names may take: two round trips to the table, when a process first sees somebody.
const GRACE: Duration = Duration::from_millis(250);

/// Kept free for the answer to leave.
const TO_ANSWER: Duration = Duration::from_millis(100);

/// What the turn came to.
#[derive(Debug)]
pub enum Said<J> {
    /// The answer.
    Now(Spoken),
    /// The answer follows: its effect is in the outbox.
    Promised {
        /// What the platform is told meanwhile.
        acknowledgement: SkillResponse,
    },
    /// Work for this very turn, because nothing can be delivered later.
    Work {
        /// What is to be done.
        job: J,
        /// What to say if time runs out; it says also whether the answer is sent as it is.
        otherwise: Spoken,
    },
}

/// Why a turn came to nothing.
#[derive(Debug)]
pub enum Trouble {
    /// The table.
    Store(StoreError),
    /// The bot.
    Bot(Oops),
    /// A talk or job of the author's that is not JSON.
    Json,
    /// More than [`EVENT_BATCHES_MAX`] batches of events.
    TooManyEvents,
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(_: serde_json::Error) -> Self {
        Self::Json
    }
}

impl Trouble {
    /// A word for the log.
    pub fn kind(&self) -> &str {
        match self {
            Self::Store(error) => error.kind(),
            Self::Bot(oops) => oops.kind(),
            Self::Json => "json",
            Self::TooManyEvents => "too-many-events",
        }
    }

    /// The words the bot chose for it, if it was the bot.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Bot(oops) => oops.words(),
            _ => None,
        }
    }
}

/// Whether `B` has anything to remember: a talk without content needs no table.
pub const fn remembers<B: Skills>() -> bool {
    size_of::<B::Talk>() > 0
}

/// Takes the turn. If another turn of the same person was faster, the bot is asked once more with what that one left (a turn that
/// must not be taken twice up to four times); after that the person is answered and the talk left as it is. A copy of a turn that
/// must not be taken twice gets that turn's answer.
///
/// # Errors
/// [`Trouble`]: as far as is known nothing was kept and nothing was queued. A table that does not answer may have done both.
pub async fn take<B: Skills>(app: &App<B>, asked: Asked<'_>) -> Result<Said<B::Job>, Trouble> {
    // A tap on the "more" entry that `fit` made: the rest of the quick replies came with it.
    if let Some(page) = next_page(asked.request) {
        return Ok(Said::Now(page.into()));
    }
    let person = Person::of(asked.request);
    let visit = Visit::new(app, asked.request, person.as_ref(), asked.owner, asked.vouched);
    let grace = || asked.until.since(app.clock.now()).saturating_sub(TO_ANSWER).min(GRACE);
    // On the heap: it holds the author's own future, however large, and is moved about here.
    let turn = Box::pin(turn(app, asked, person.as_ref(), &visit));
    beside(turn, visit.look_after_names(), grace).await
}

/// What `main` comes to. `other` goes on beside it, for `grace` longer at most, and is then given up.
async fn beside<T>(
    main: impl Future<Output = T>,
    other: impl Future<Output = ()>,
    grace: impl FnOnce() -> Duration,
) -> T {
    let (mut main, mut other) = (pin!(main), pin!(other));
    tokio::select! {
        biased;
        told = &mut main => {
            let _ = tokio::time::timeout(grace(), other).await;
            told
        }
        () = &mut other => main.await,
    }
}

async fn turn<B: Skills>(
    app: &App<B>,
    asked: Asked<'_>,
    person: Option<&Person>,
    visit: &Visit<'_>,
) -> Result<Said<B::Job>, Trouble> {
    let mut seen = match person.filter(|_| remembers::<B>()) {
        Some(person) => app.store().recall(person, app.clock.now()).await?,
        None => Recalled::default(),
    };
    let mut lost = 0;
    loop {
        // This very turn is no copy of itself: what it promised is still to be done.
        if !taken_before(&seen, &asked)
            && let Some(spoken) = copy::answer(&seen, &asked)
        {
            Log::info("turn.copy").request(asked.owner).write();
            return Ok(Said::Now(spoken));
        }
        let reply = ask(app, &asked, person, visit, &seen).await?;
        let promise = promise(&reply, &asked)?;
        let mut entries: Vec<Entry> = promise.iter().map(Effect::entry).collect::<Result<_, _>>()?;
        entries.extend(events(&reply, &asked)?);
        let mut kept = keep(app, &asked, person, &seen, &reply, &entries).await?;
        if let Kept::Changed(newer) = &kept
            && !remembers::<B>()
            && copy::answer(newer, &asked).is_none()
        {
            // A bot that remembers nothing would say the same again: only what it left is written over what another turn left.
            kept = keep(app, &asked, person, newer, &reply, &entries).await?;
        }
        match kept {
            Kept::Changed(newer) if lost < races(&reply) => {
                seen = newer;
                lost += 1;
                continue;
            }
            Kept::Changed(newer) => {
                if let Some(spoken) = copy::answer(&newer, &asked) {
                    Log::info("turn.copy").request(asked.owner).write();
                    return Ok(Said::Now(spoken));
                }
                Log::warn("talk.conflict").request(asked.owner).write();
                // The talk stays as the other turn left it; what was promised is queued all the same.
                let keep = Keep { entries: &entries, ..Keep::default() };
                app.store().keep(None, &newer, keep, asked.owner, app.clock.now()).await?;
            }
            Kept::Repeated => Log::info("turn.repeated").request(asked.owner).write(),
            Kept::Saved => {}
        }
        let as_is = reply.as_is;
        return Ok(match reply.answer {
            Answer::Now(response) => Said::Now(Spoken { response, as_is }),
            Answer::Later { waiting, meanwhile, .. } if promise.is_some() => {
                Said::Promised { acknowledgement: acknowledgement(&waiting, *meanwhile) }
            }
            Answer::Later { job, otherwise, .. } => {
                Said::Work { job, otherwise: Spoken { response: otherwise, as_is } }
            }
        });
    }
}

/// `{"version":"2.0","useCallback":true,"data":{"text":…}}`: the block's waiting message can show `{{#webhook.text}}`. Of `meanwhile`
/// only `data` and `context` count (protocol `skill` 8).
pub fn acknowledgement(waiting: &str, meanwhile: SkillResponse) -> SkillResponse {
    let mut data = meanwhile.data.unwrap_or_default();
    if !waiting.is_empty() {
        data.insert("text".to_owned(), waiting.into());
    }
    let mut acknowledgement = SkillResponse::callback(data);
    acknowledgement.context = meanwhile.context;
    acknowledgement
}

/// How many races a turn may lose before its talk is given up: one that must not be taken twice has to be remembered.
const fn races<T, J>(reply: &Reply<T, J>) -> u32 {
    if reply.once.is_some() { 4 } else { 1 }
}

/// Whether this very turn was taken before, and only its answer came too late: it is asked again with the talk it had found.
fn taken_before(seen: &Recalled, asked: &Asked<'_>) -> bool {
    seen.kept_by.as_deref() == Some(asked.owner)
}

async fn ask<B: Skills>(
    app: &App<B>,
    asked: &Asked<'_>,
    person: Option<&Person>,
    visit: &Visit<'_>,
    seen: &Recalled,
) -> Result<Reply<B::Talk, B::Job>, Trouble> {
    let found = if taken_before(seen, asked) {
        seen.before.clone()
    } else {
        seen.talk.clone().map(|talk| (talk, seen.version))
    };
    let turn = Turn {
        skill: asked.skill,
        request: asked.request,
        person,
        talk: read_talk::<B>(found.as_ref()),
        desk: asked.desk(app),
        visit,
        can_wait: asked.callback.is_some(),
    };
    app.bot.reply(&turn).await.map_err(Trouble::Bot)
}

async fn keep<B: Skills>(
    app: &App<B>,
    asked: &Asked<'_>,
    person: Option<&Person>,
    seen: &Recalled,
    reply: &Reply<B::Talk, B::Job>,
    entries: &[Entry],
) -> Result<Kept, Trouble> {
    // Neither what this turn kept already nor what a newer version of the bot left is written over.
    let hands_off = taken_before(seen, asked) || is_newer::<B>(seen);
    let answered = copy::remember(reply, asked).filter(|_| !hands_off);
    let talk = match &reply.talk {
        _ if hands_off => None,
        Some(next) if remembers::<B>() => Some((serde_json::to_string(next)?, B::TALK_VERSION)),
        _ if answered.is_some() => seen.talk.clone().map(|json| (json, seen.version)),
        _ => still(seen, app.clock.now()),
    };
    let talk = talk.as_ref().map(|(json, version)| (json.as_str(), *version));
    let keep = Keep { talk, answered: answered.as_ref(), entries };
    Ok(app.store().keep(person, seen, keep, asked.owner, app.clock.now()).await?)
}

/// What a person gets of work whose time ran out, or that failed on the way: what it had so far.
pub fn cut_short(desk: &Desk<'_>) -> Option<SkillResponse> {
    /// Characters that surely fit into the bubbles of an answer, with the note.
    const ROOM: usize = OUTPUTS_MAX * SIMPLE_TEXT_MAX - 100;
    let so_far = desk.so_far();
    let so_far = shorten(so_far.trim(), ROOM);
    (!so_far.is_empty()).then(|| SkillResponse::text(format!("{so_far}\n\n{CUT_SHORT}")))
}

/// Hands a turn that did not end in time to the outbox, which takes it again and delivers the answer.
///
/// # Errors
/// If it cannot be queued.
pub async fn carry_over<B>(app: &App<B>, asked: &Asked<'_>, callback_url: &str) -> Result<(), Trouble> {
    let work = Work::Turn {
        id: asked.owner.to_owned(),
        skill: asked.skill.to_owned(),
        request: serde_json::to_value(asked.request)?,
        vouched: asked.vouched,
    };
    let entry = Effect::Deliver(asked.delivery(callback_url, work)).entry()?;
    app.store().put_entry(&entry, app.clock.now()).await?;
    Ok(())
}

/// The effect of a late answer, if it can be delivered.
fn promise<T, J: serde::Serialize>(reply: &Reply<T, J>, asked: &Asked<'_>) -> Result<Option<Effect>, Trouble> {
    Ok(match (&reply.answer, asked.callback) {
        (Answer::Later { job, .. }, Some(url)) => {
            let delivery = asked.delivery(url, Work::Job(serde_json::to_value(job)?));
            Some(Effect::Deliver(Delivery { as_is: reply.as_is, ..delivery }))
        }
        _ => None,
    })
}

/// The events that the reply starts. One without a key of its own belongs to this turn.
fn events<T, J>(reply: &Reply<T, J>, asked: &Asked<'_>) -> Result<Vec<Entry>, Trouble> {
    if reply.events.is_empty() {
        return Ok(Vec::new());
    }
    let Some(bot_id) = asked.request.bot_id().filter(|id| !id.is_empty()) else {
        Log::error("event.no-bot").request(asked.owner).count(reply.events.len() as u64).write();
        return Ok(Vec::new());
    };
    let mut entries = Vec::new();
    for (number, told) in reply.events.iter().enumerate() {
        let key = told.key.clone().unwrap_or_else(|| format!("turn#{}#{number}", asked.owner));
        for effect in Effect::events(&key, bot_id, told.request.clone()) {
            let entry = Entry { shared: told.key.is_some(), ..effect.entry()? };
            // An occasion that one reply names twice is one occasion.
            if !entries.iter().any(|known: &Entry| known.id == entry.id) {
                entries.push(entry);
            }
            if entries.len() > EVENT_BATCHES_MAX {
                return Err(Trouble::TooManyEvents);
            }
        }
    }
    Ok(entries)
}

/// An unchanged talk is written again only when half its time has passed, so that it lives on while the person talks. It keeps
/// the version it was written with: nobody has upgraded it yet.
fn still(seen: &Recalled, now: Millis) -> Option<(String, u32)> {
    let worn = seen.expires.since(now) < TALK_LASTS / 2;
    let json = seen.talk.clone().filter(|_| worn)?;
    Some((json, seen.version))
}

/// A talk that a newer version of the bot left: this one cannot read it and must not write over it.
fn is_newer<B: Skills>(seen: &Recalled) -> bool {
    seen.talk.is_some() && seen.version > B::TALK_VERSION
}

/// A talk of this version is read, of an older one upgraded; an unreadable one starts over, and so does, for this turn only, a
/// newer one.
fn read_talk<B: Skills>(found: Option<&(String, u32)>) -> B::Talk {
    let Some((json, version)) = found else { return B::Talk::default() };
    let read = match version.cmp(&B::TALK_VERSION) {
        Ordering::Equal => serde_json::from_str(json).ok(),
        Ordering::Less => serde_json::from_str::<Value>(json).ok().and_then(|talk| B::upgrade(*version, talk)),
        Ordering::Greater => None,
    };
    read.unwrap_or_else(|| {
        Log::warn("talk.forgotten").count(u64::from(*version)).write();
        B::Talk::default()
    })
}
