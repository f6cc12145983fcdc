//! One turn of a conversation: recall, ask, keep. Taken by the `skill` function, and by the `outbox` for a turn that ran late.

use std::cmp::Ordering;

use serde_json::Value;

use crate::app::{App, Services};
use crate::bot::{Answer, Desk, Oops, SORRY, Skills, Turn};
use crate::clock::Millis;
use crate::effect::{Delivery, Effect, Work};
use crate::kakao::limits;
use crate::kakao::skill::{SkillRequest, SkillResponse};
use crate::log::Log;
use crate::store::{Kept, Person, Recalled, StoreError, TALK_LASTS};

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
}

/// Where a bot works, until when, and in whose name.
pub fn desk<'a>(services: &'a Services, owner: &'a str, at: Millis, until: Millis) -> Desk<'a> {
    Desk { services, owner, at, until }
}

impl<'a> Asked<'a> {
    /// The desk of this turn.
    pub fn desk(&self, services: &'a Services) -> Desk<'a> {
        desk(services, self.owner, self.at, self.until)
    }
}

/// What the turn came to.
#[derive(Debug)]
pub enum Said<J> {
    /// The answer.
    Now(SkillResponse),
    /// The answer follows: its effect is in the outbox.
    Promised {
        /// What the person reads meanwhile.
        waiting: String,
    },
    /// Work for this very turn, because nothing can be delivered later.
    Work {
        /// What is to be done.
        job: J,
        /// What to say if time runs out.
        otherwise: SkillResponse,
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

/// Takes the turn. If another turn of the same person was faster, the bot is asked once more with what that one left; if that
/// happens again the person is answered and the talk left as it is.
///
/// # Errors
/// [`Trouble`]: nothing was kept, nothing was queued.
pub async fn take<B: Skills>(app: &App<B>, asked: Asked<'_>) -> Result<Said<B::Job>, Trouble> {
    let person = Person::of(asked.request);
    let memory = person.as_ref().filter(|_| remembers::<B>());
    let mut seen = match memory {
        Some(person) => app.store().recall(person, app.clock.now()).await?,
        None => Recalled::default(),
    };
    let mut again = true;
    loop {
        // This very turn was taken before, and only its answer came too late: it is asked again with the talk it had found.
        let taken_before = seen.kept_by.as_deref() == Some(asked.owner);
        let found = if taken_before { seen.before.clone() } else { seen.talk.clone().map(|talk| (talk, seen.version)) };
        let turn = Turn {
            skill: asked.skill,
            request: asked.request,
            person: person.as_ref(),
            talk: read_talk::<B>(found.as_ref()),
            desk: asked.desk(app),
            can_wait: asked.callback.is_some(),
        };
        let reply = app.bot.reply(&turn).await.map_err(Trouble::Bot)?;
        let talk = match &reply.talk {
            _ if taken_before => None,
            _ if is_newer::<B>(&seen) => None,
            Some(next) if remembers::<B>() => Some((serde_json::to_string(next)?, B::TALK_VERSION)),
            _ => still(&seen, app.clock.now()),
        };
        let effect = promise(&reply.answer, &asked)?;
        let entries: Vec<_> = effect.iter().map(Effect::entry).collect::<Result<_, _>>()?;
        let talk = talk.as_ref().map(|(json, version)| (json.as_str(), *version));
        let kept = match (memory, entries.first()) {
            (Some(person), _) => app.store().keep(person, &seen, talk, &entries, asked.owner, app.clock.now()).await?,
            (None, Some(entry)) => {
                app.store().put_entry(entry, app.clock.now()).await?;
                Kept::Saved
            }
            (None, None) => Kept::Saved,
        };
        match kept {
            Kept::Changed(newer) if again => {
                seen = newer;
                again = false;
                continue;
            }
            Kept::Changed(_) => {
                Log::warn("talk.conflict").request(asked.owner).write();
                // The talk stays as the other turn left it; what was promised is queued all the same.
                for entry in &entries {
                    app.store().put_entry(entry, app.clock.now()).await?;
                }
            }
            Kept::Repeated => Log::info("turn.repeated").request(asked.owner).write(),
            Kept::Saved => {}
        }
        return Ok(match reply.answer {
            Answer::Now(response) => Said::Now(response),
            Answer::Later { waiting, .. } if effect.is_some() => Said::Promised { waiting },
            Answer::Later { job, otherwise, .. } => Said::Work { job, otherwise },
        });
    }
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
    };
    let entry = Effect::Deliver(Delivery { callback_url: callback_url.to_owned(), issued: asked.at, work }).entry()?;
    app.store().put_entry(&entry, app.clock.now()).await?;
    Ok(())
}

/// The effect of a late answer, if it can be delivered.
fn promise<J: serde::Serialize>(answer: &Answer<J>, asked: &Asked<'_>) -> Result<Option<Effect>, Trouble> {
    Ok(match (answer, asked.callback) {
        (Answer::Later { job, .. }, Some(url)) => Some(Effect::Deliver(Delivery {
            callback_url: url.to_owned(),
            issued: asked.at,
            work: Work::Job(serde_json::to_value(job)?),
        })),
        _ => None,
    })
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

/// An answer that the platform would refuse is not sent: the person would see nothing. Each rule it breaks is a line begun by `log`.
pub fn fit<B: Skills>(bot: &B, response: SkillResponse, log: impl Fn() -> Log) -> SkillResponse {
    match limits::safe(&response) {
        Ok(()) => response,
        Err(findings) => {
            for finding in findings {
                log().rule(finding.rule).field(&finding.path).write();
            }
            sorry(bot)
        }
    }
}

/// What a person reads when something broke: the bot's own words, unless the platform would refuse even those.
pub fn sorry<B: Skills>(bot: &B) -> SkillResponse {
    let words = bot.sorry();
    match limits::safe(&words) {
        Ok(()) => words,
        Err(_) => SkillResponse::text(SORRY),
    }
}
