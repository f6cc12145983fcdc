//! What a bot answers.

use crate::kakao::skill::SkillResponse;

/// An answer, and where the conversation stands after it.
#[derive(Debug)]
#[must_use = "a reply is what `reply` returns"]
pub struct Reply<T, J = ()> {
    pub(crate) answer: Answer<J>,
    pub(crate) talk: Option<T>,
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
        /// What is to be done.
        job: J,
        /// What to say if the platform offers no callback and the work does not fit into the turn.
        otherwise: SkillResponse,
    },
}

impl<T, J> Reply<T, J> {
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
        Self { answer: Answer::Later { waiting: waiting.into(), job, otherwise }, talk: None }
    }

    /// What [`Reply::later`] says if there is no callback and no time. Changes nothing on other replies.
    pub fn otherwise(mut self, response: impl Into<SkillResponse>) -> Self {
        if let Answer::Later { otherwise, .. } = &mut self.answer {
            *otherwise = response.into();
        }
        self
    }

    /// Where the conversation stands from now on. Without it, it stays where it was.
    pub fn talk(mut self, next: T) -> Self {
        self.talk = Some(next);
        self
    }
}

impl<T, J> From<SkillResponse> for Reply<T, J> {
    fn from(response: SkillResponse) -> Self {
        Self { answer: Answer::Now(response), talk: None }
    }
}
