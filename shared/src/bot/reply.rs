//! What a bot answers.

use std::time::Duration;

use crate::kakao::skill::{EventRequest, SkillResponse};

/// How long after a [`Reply::once`] the same turn is the same turn, and not a second one. The platform gives a request no id of its
/// own; copies of it were seen within a second, and nobody reads an answer and means the same again sooner than this.
pub const REPEATS_WITHIN: Duration = Duration::from_secs(2);

/// Longest window of [`Reply::once_within`].
pub const REPEATS_WITHIN_MAX: Duration = Duration::from_secs(60);

/// An answer, and where the conversation stands after it.
#[derive(Debug)]
#[must_use = "a reply is what `reply` returns"]
pub struct Reply<T, J = ()> {
    pub(crate) answer: Answer<J>,
    pub(crate) talk: Option<T>,
    pub(crate) as_is: bool,
    pub(crate) once: Option<Duration>,
    pub(crate) events: Vec<Told>,
}

/// An event that a reply starts.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) key: Option<String>,
    pub(crate) request: EventRequest,
}

/// Now or later.
#[derive(Debug)]
pub enum Answer<J> {
    /// This is the answer.
    Now(SkillResponse),
    /// The answer takes longer than a person's five seconds.
    Later {
        /// What the block's waiting message shows meanwhile, as `{{#webhook.text}}`.
        waiting: String,
        /// Further values for the waiting message, and contexts.
        meanwhile: Box<SkillResponse>,
        /// What is to be done.
        job: J,
        /// What to say if the platform offers no callback and the work does not fit into the turn.
        otherwise: SkillResponse,
    },
}

impl<T, J> Reply<T, J> {
    fn new(answer: Answer<J>) -> Self {
        Self { answer, talk: None, as_is: false, once: None, events: Vec::new() }
    }

    /// One bubble of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::from(SkillResponse::text(text))
    }

    /// "One moment": the person reads `waiting` now and the answer when [`super::Skills::work`] has done `job`, within a minute.
    ///
    /// It needs a block with the callback option. Without one (bot test, option not granted) the work is done within the turn if
    /// it is quick enough, else [`Reply::otherwise`] is said.
    pub fn later(waiting: impl Into<String>, job: J) -> Self {
        let otherwise = SkillResponse::text(super::TOO_LATE);
        let meanwhile = Box::new(SkillResponse::new());
        Self::new(Answer::Later { waiting: waiting.into(), meanwhile, job, otherwise })
    }

    /// What [`Reply::later`] says if there is no callback and no time. Changes nothing on other replies.
    pub fn otherwise(mut self, response: impl Into<SkillResponse>) -> Self {
        if let Answer::Later { otherwise, .. } = &mut self.answer {
            *otherwise = response.into();
        }
        self
    }

    /// What goes along with the waiting text of [`Reply::later`]: `data` for the block's waiting message, and contexts. Nothing else
    /// of the response is shown. Changes nothing on other replies.
    pub fn meanwhile(mut self, response: SkillResponse) -> Self {
        if let Answer::Later { meanwhile, .. } = &mut self.answer {
            **meanwhile = response;
        }
        self
    }

    /// Where the conversation stands from now on. Without it, it stays where it was.
    pub fn talk(mut self, next: T) -> Self {
        self.talk = Some(next);
        self
    }

    /// Sends the answer exactly as it was built, also the one of a [`Reply::later`]. Without it, what breaks a limit is mended
    /// ([`crate::kakao::fit`]) or replaced by [`super::Skills::sorry`]; with it, it is only logged, and what the platform refuses
    /// nobody sees.
    pub fn as_is(mut self) -> Self {
        self.as_is = true;
        self
    }

    /// This turn changed something: if the same person says the same in the same block (utterance and `extra`) within two seconds,
    /// it is a copy of this turn. The copy gets the same answer; nothing is kept or queued twice. A second tap after that is a
    /// second turn.
    ///
    /// A copy that comes after this turn was kept does not ask the bot. One that comes at the same moment does, and so does any
    /// copy if the bot remembers nothing (`type Talk = ()`): its reply is thrown away. So what `reply` changes by its own hand is
    /// not covered; what must happen once belongs into the job of a [`Reply::later`] or into an event.
    ///
    /// It needs a person to remember it by: a request without user or bot is never a copy.
    pub fn once(self) -> Self {
        self.once_within(REPEATS_WITHIN)
    }

    /// Like [`Reply::once`] with another window, at most [`REPEATS_WITHIN_MAX`].
    pub fn once_within(mut self, window: Duration) -> Self {
        self.once = Some(window.min(REPEATS_WITHIN_MAX));
        self
    }
}

/// Effects: what must happen besides the answer, committed with it.
impl<T, J> Reply<T, J> {
    /// Runs an event block of this bot for some people, in batches of a hundred: the Event API. Each delivery is paid for, so a batch
    /// is sent at most once, and one of which nobody knows whether it arrived is left to a person.
    ///
    /// A turn that is asked twice starts it once; two turns start it twice: see [`Reply::event_once`]. One reply reaches at most 9,000
    /// people; more become an apology, and nothing is sent.
    pub fn event(mut self, request: EventRequest) -> Self {
        self.events.push(Told { key: None, request });
        self
    }

    /// Like [`Reply::event`], once for each `key`, whatever says so: `shipped-A-17` is sent when first said, and never again while it
    /// is remembered (at least seven days).
    pub fn event_once(mut self, key: impl Into<String>, request: EventRequest) -> Self {
        self.events.push(Told { key: Some(key.into()), request });
        self
    }
}

impl<T, J> From<SkillResponse> for Reply<T, J> {
    fn from(response: SkillResponse) -> Self {
        Self::new(Answer::Now(response))
    }
}
