//! What a bot is asked.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::Groups;
use crate::app::Services;
use crate::clock::Millis;
use crate::kakao::skill::SkillRequest;
use crate::store::Person;

/// One thing a person said, and everything needed to answer it.
#[derive(Debug)]
pub struct Turn<'a, T> {
    pub(crate) skill: &'a str,
    pub(crate) request: &'a SkillRequest,
    pub(crate) person: Option<&'a Person>,
    pub(crate) talk: T,
    pub(crate) desk: Desk<'a>,
    pub(crate) can_wait: bool,
}

impl<T> Turn<'_, T> {
    /// The last part of the skill's URL: `lunch` in `/skill/lunch`. Any name the author likes.
    pub fn skill(&self) -> &str {
        self.skill
    }

    /// What the person said, without blanks around it. For a tapped button: its message text.
    pub fn utterance(&self) -> &str {
        self.request.utterance()
    }

    /// The name of the block that the platform chose.
    pub fn block(&self) -> Option<&str> {
        self.request.block()?.name.get().map(String::as_str)
    }

    /// Where the conversation stands.
    pub fn talk(&self) -> &T {
        &self.talk
    }

    /// What the tapped button, quick reply or list item carried as `extra`; `None` if nothing or something else.
    pub fn extra<X: DeserializeOwned>(&self) -> Option<X> {
        self.request.client_extra()
    }

    /// A parameter of the block, as text.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.request.param_text(name)
    }

    /// The whole request, for everything that has no shorter name.
    pub fn request(&self) -> &SkillRequest {
        self.request
    }

    /// Whether a [`super::Reply::later`] can be delivered: the block has the callback option.
    pub fn can_wait(&self) -> bool {
        self.can_wait
    }

    /// When the gateway received the request: what is first said counts as first, however long a function took to wake up.
    pub fn at(&self) -> Millis {
        self.desk.at
    }

    /// How much time is left to answer.
    pub fn time_left(&self) -> Duration {
        self.desk.time_left()
    }

    /// Groups that decide together, in the name of this person. `None` if the request does not say
    /// who it is, or of which bot (some photo messages do not).
    pub fn groups(&self) -> Option<Groups<'_>> {
        Some(Groups { services: self.desk.services, person: self.person?, owner: self.desk.owner, at: self.desk.at })
    }
}

/// Where slow work is done.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    pub(crate) services: &'a Services,
    pub(crate) owner: &'a str,
    pub(crate) at: Millis,
    pub(crate) until: Millis,
}

impl Desk<'_> {
    /// How much time is left.
    pub fn time_left(&self) -> Duration {
        self.until.since(self.services.clock.now())
    }
}
