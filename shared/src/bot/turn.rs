//! What a bot is asked.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{Desk, Groups, Visit};
use crate::clock::Millis;
use crate::kakao::skill::{Context, Media, SkillRequest, TriggerType};
use crate::store::Person;

/// One thing a person said, and everything needed to answer it.
#[derive(Debug)]
pub struct Turn<'a, T> {
    pub(crate) skill: &'a str,
    pub(crate) request: &'a SkillRequest,
    pub(crate) person: Option<&'a Person>,
    pub(crate) talk: T,
    pub(crate) desk: Desk<'a>,
    pub(crate) visit: &'a Visit<'a>,
    pub(crate) can_wait: bool,
}

impl<T> Turn<'_, T> {
    /// The last part of the skill's URL: `lunch` in `/skill/lunch`. Any name the author likes.
    pub fn skill(&self) -> &str {
        self.skill
    }

    /// Which bot: the id without the development channel's `!`; empty if the request does not say. Several bots may share one
    /// deployment.
    pub fn bot_id(&self) -> &str {
        self.request.bot_key()
    }

    /// What the deployment calls this bot: its name in the setting `BOT_IDS`, if it has one there.
    pub fn bot_name(&self) -> Option<&str> {
        self.desk.services.env.bot(self.request.bot_key())?.name.as_deref()
    }

    /// Whether the development channel asks.
    pub fn is_dev_channel(&self) -> bool {
        self.request.is_dev_channel()
    }

    /// Whether a test of the admin centre asks: its people are made up.
    pub fn is_test(&self) -> bool {
        self.request.is_test()
    }

    /// What the person said, without blanks around it. For a tapped button: its message text.
    pub fn utterance(&self) -> &str {
        self.request.utterance()
    }

    /// The name of the block that the platform chose.
    pub fn block(&self) -> Option<&str> {
        self.request.block()?.name.get().map(String::as_str)
    }

    /// The id of the block that the platform chose: what a button with the action `block` calls.
    pub fn block_id(&self) -> Option<&str> {
        self.request.block()?.id()
    }

    /// What the person did: typed, tapped, sent a picture. Older calls do not say.
    pub fn trigger(&self) -> Option<&TriggerType> {
        self.request.trigger()
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

    /// A context that an earlier answer set and that still lives.
    pub fn context(&self, name: &str) -> Option<&Context> {
        self.request.context(name)
    }

    /// The photo or video, if the person sent one.
    pub fn media(&self) -> Option<Media<'_>> {
        self.request.media()
    }

    /// The person's key on this bot. Another bot, and the development channel, know the same person by another key.
    pub fn user_key(&self) -> Option<&str> {
        self.request.user_key()
    }

    /// The person's key on the channel: the same that consultation talk (상담톡) and the channel callback use.
    pub fn channel_user_key(&self) -> Option<&str> {
        self.request.plusfriend_user_key()
    }

    /// The person's user id of Kakao Login: only if an app key is set on the bot and the person is connected to the app.
    pub fn app_user_id(&self) -> Option<&str> {
        self.request.app_user_id()
    }

    /// Whether the person has added the channel; `None`: no, or not known.
    pub fn is_friend(&self) -> Option<bool> {
        self.request.is_friend()
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
