//! What must happen besides the answer, as a value: committed with the change it belongs to, carried out by the `outbox` function.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Millis;
use crate::converse::Place;
use crate::kakao::limits::work::Checked;
use crate::kakao::skill::EventRequest;
use crate::kakao::work::{Message, To};
use crate::store::{AppUser, Entry, EntryId, SagaId};

/// An effect. Later surfaces add their own kinds; a kind that a release does not know is left for the release that does
/// ([`Read::Newer`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// Do slow work, then deliver what it returns to a skill callback.
    Deliver(Delivery),
    /// Run an event block for some people: paid for, and so sent once.
    Event(Push),
    /// Ask how an event went.
    EventResult(Question),
    /// Undo the link of a sign-up that failed.
    Undo(Undo),
    /// Somebody has become a member.
    Welcome(Welcome),
    /// Erase what a former member leaves behind.
    Erase(Erase),
    /// Ask Kakao how a person stands to a channel.
    Recheck(Recheck),
    /// Erase how a person stands to channels.
    EraseChannels(EraseChannels),
    /// Say something in Kakao Work.
    Work(Box<Saying>),
    /// Do slow work for a bot of Kakao Work.
    WorkJob(WorkJob),
}

/// Something that a bot says in Kakao Work. [`Effect::work`] makes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saying {
    /// What the author calls this occasion.
    pub key: String,
    /// To whom.
    pub to: To,
    /// What.
    pub message: Message,
}

/// Slow work of a bot of Kakao Work. [`Heard::later`](crate::bot::work::Heard::later) makes it.
#[derive(Clone, Serialize, Deserialize)]
pub struct WorkJob {
    /// The callback it comes of, and which of its jobs.
    pub key: String,
    /// The author's own words.
    pub job: Value,
}

/// Shows nothing of the job: it may hold what somebody wrote.
impl std::fmt::Debug for WorkJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkJob").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A sign-up that failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Undo {
    /// Which.
    pub saga: SagaId,
}

/// A new member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Welcome {
    /// Who.
    pub app: AppUser,
    /// The membership.
    pub mg: SagaId,
}

/// A relation to a channel that events alone do not settle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recheck {
    /// Whose.
    pub app: AppUser,
    /// To which channel.
    pub channel: String,
    /// The delivery that raised the question.
    pub delivery: String,
    /// The person was only named by an open id that looks like theirs: whoever is no member is not asked about.
    #[serde(default)]
    pub candidate: bool,
}

/// The consent by which a person's relations to channels were told of is taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EraseChannels {
    /// Whose.
    pub app: AppUser,
    /// When: what was told of later needs no consent, or another one.
    pub at: Millis,
}

/// A membership that has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erase {
    /// Whose.
    pub app: AppUser,
    /// The membership.
    pub mg: SagaId,
    /// When it ended.
    pub at: Millis,
}

/// A skill answer that was promised for later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// Where to: good for one use, and for a minute from `issued`.
    pub callback_url: String,
    /// When the platform asked.
    pub issued: Millis,
    /// Where the answer will be read.
    #[serde(default)]
    pub place: Place,
    /// Whether the answer of a job is sent as it is; a turn that is taken again says so itself.
    #[serde(default)]
    pub as_is: bool,
    /// What is to be done.
    pub work: Work,
}

impl Delivery {
    /// An answer to be read on a channel and fitted to it.
    pub fn new(callback_url: String, issued: Millis, work: Work) -> Self {
        Self { callback_url, issued, place: Place::default(), as_is: false, work }
    }
}

/// What leads to a promised answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The bot's own job.
    Job(Value),
    /// A turn that did not end in time: it is taken again.
    Turn {
        /// The gateway's id of the request: what it has kept already is not kept again.
        id: String,
        /// The last part of the skill's URL.
        skill: String,
        /// The request as it came.
        request: Value,
        /// Whether its sender showed the secret.
        #[serde(default)]
        vouched: bool,
    },
}

/// One request of the Event API (protocol `skill` 10). [`Effect::events`] makes them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Push {
    /// What the author calls this occasion: with the bot and the batch it is what makes the event this event.
    pub key: String,
    /// Which of the requests of this occasion, from 0.
    pub batch: usize,
    /// The bot; on the development channel with a trailing `!`.
    pub bot_id: String,
    /// The event and at most 100 people.
    pub request: Box<EventRequest>,
}

/// How did an event go?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The entry of the event.
    pub event: String,
    /// The bot in whose name it was sent.
    pub bot_id: String,
    /// The platform's number for it.
    pub task_id: String,
}

/// What an entry's body turned out to be.
#[derive(Clone, Debug)]
pub enum Read {
    /// An effect.
    Known(Effect),
    /// A kind that only a newer release can carry out.
    Newer,
    /// Nothing that can be carried out by anybody.
    Broken,
}

impl Effect {
    /// Every kind there is, as the body spells it.
    const KINDS: &[&str] = &[
        "deliver",
        "event",
        "event_result",
        "undo",
        "welcome",
        "erase",
        "recheck",
        "erase_channels",
        "work",
        "work_job",
    ];

    /// Runs an event block for some people, each once: one effect for each hundred of them.
    ///
    /// `key` names the occasion, such as `shipped-A-17`, and is what keeps a repeat from being paid for twice: as long as an entry of
    /// the same key, bot and batch is known (seven days after it was carried out, the sending itself thirty days), nothing is sent
    /// for it again, whatever `request` says. `bot_id` is `userRequest`'s `bot.id`, with its `!` on the development channel.
    pub fn events(key: &str, bot_id: &str, request: EventRequest) -> Vec<Self> {
        let push = |(batch, request)| {
            let (key, bot_id) = (key.to_owned(), bot_id.to_owned());
            Self::Event(Push { key, batch, bot_id, request: Box::new(request) })
        };
        request.batches().into_iter().enumerate().map(push).collect()
    }

    /// Says something in Kakao Work. `key` names the occasion, such as `approved-A-17`: a repeat is the same effect. The service knows
    /// no such key, so what got lost on the way may be said twice.
    pub fn work(key: impl Into<String>, to: To, message: Checked<Message>) -> Self {
        Self::Work(Box::new(Saying { key: key.into(), to, message: message.into_inner() }))
    }

    /// Reads an entry's body.
    pub fn read(body: &str) -> Read {
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        match serde_json::from_str(body) {
            Ok(effect) => Read::Known(effect),
            Err(_) => match serde_json::from_str::<Kind>(body) {
                Ok(other) if !Self::KINDS.contains(&other.kind.as_str()) => Read::Newer,
                _ => Read::Broken,
            },
        }
    }

    /// The entry that carries this effect. What makes it the same effect makes it the same entry: a repeat finds it there.
    ///
    /// # Errors
    /// If a value inside cannot be written as JSON.
    pub fn entry(&self) -> Result<Entry, serde_json::Error> {
        let id = match self {
            Self::Deliver(delivery) => EntryId::of(&["deliver", &delivery.callback_url]),
            Self::Event(push) => EntryId::of(&["event", &push.bot_id, &push.key, &push.batch.to_string()]),
            Self::EventResult(question) => EntryId::of(&["event_result", &question.event, &question.task_id]),
            Self::Undo(undo) => EntryId::of(&["undo", undo.saga.as_str()]),
            Self::Welcome(welcome) => EntryId::of(&["welcome", welcome.app.as_str(), welcome.mg.as_str()]),
            Self::Recheck(recheck) => {
                EntryId::of(&["recheck", recheck.app.as_str(), &recheck.channel, &recheck.delivery])
            }
            Self::EraseChannels(erase) => EntryId::of(&["erase_channels", erase.app.as_str(), &erase.at.0.to_string()]),
            Self::Erase(erase) => EntryId::of(&["erase", erase.app.as_str(), erase.mg.as_str()]),
            // A room is the same one as a number and as a text.
            Self::Work(saying) => {
                let (kind, who) = addressee(&saying.to);
                EntryId::of(&["work", &saying.key, kind, who])
            }
            Self::WorkJob(work) => EntryId::of(&["work_job", &work.key]),
        };
        Ok(Entry::new(id, serde_json::to_string(self)?))
    }
}

/// To whom, as part of a key.
fn addressee(to: &To) -> (&'static str, &str) {
    match to {
        To::Room(room) => ("room", room.as_str()),
        To::Member(member) => ("member", member.as_str()),
        To::Email(address) => ("email", address),
    }
}
