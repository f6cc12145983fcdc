//! Answer to the `POST` of a skill: the SkillResponse.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;
use serde_json::Value;

use super::generous::{generous, optional_value};
use super::{ContextControl, Map, Mention, Output, QuickReply, SimpleText, Template};
use crate::kakao::field::closed_debug;

/// The version of the protocol. Without it the platform takes a body for the retired first version.
pub const VERSION: &str = "2.0";

/// What a skill answers, and what is sent to a callback address later. Reading takes `null` for absent; what is built
/// here never has a `null` or an empty optional member.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SkillResponse {
    /// `2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Bubbles and quick replies; required where the block shows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    /// Contexts to set or end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextControl>,
    /// Values for the block's own bubbles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Map>,
    /// `true`: the answer comes later, through the callback address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_callback: Option<bool>,
    /// Group chat only: `mentions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SkillResponse);
generous!(SkillResponse { version = "version", template = "template", context = "context", data = "data", use_callback = "useCallback", extra = "extra" });

impl SkillResponse {
    /// An answer without content. Something must be added to it.
    pub fn new() -> Self {
        SkillResponse { version: Some(VERSION.to_owned()), ..Self::default() }
    }

    /// One text bubble.
    pub fn text(text: impl Into<String>) -> Self {
        SkillResponse::new().output(SimpleText::new(text))
    }

    /// Says that the answer comes later, with values for the block's waiting message. Nothing but `data` and
    /// `context` counts on such an answer.
    pub fn callback(data: Map) -> Self {
        SkillResponse { use_callback: Some(true), data: Some(data).filter(|data| !data.is_empty()), ..Self::new() }
    }

    /// Adds a bubble; at most 3 are shown.
    pub fn output(mut self, output: impl Into<Output>) -> Self {
        self.template.get_or_insert_default().outputs.get_or_insert_default().push(output.into());
        self
    }

    /// Adds an answer to tap; at most 10 are shown.
    pub fn quick_reply(self, quick_reply: QuickReply) -> Self {
        self.quick_replies([quick_reply])
    }

    /// Adds answers to tap.
    pub fn quick_replies(mut self, quick_replies: impl IntoIterator<Item = QuickReply>) -> Self {
        let mut quick_replies = quick_replies.into_iter().peekable();
        if quick_replies.peek().is_some() {
            self.template.get_or_insert_default().quick_replies.get_or_insert_default().extend(quick_replies);
        }
        self
    }

    /// Sets or ends contexts, besides those set before.
    pub fn context(mut self, context: impl Into<ContextControl>) -> Self {
        let added = context.into().values.unwrap_or_default();
        if !added.is_empty() {
            self.context.get_or_insert_default().values.get_or_insert_default().extend(added);
        }
        self
    }

    /// Sets a value for the block's own bubbles. One that is `null`, `{}` or no JSON is left out.
    pub fn data(mut self, key: impl Into<String>, value: impl Serialize) -> Self {
        if let Some(value) = optional_value(value) {
            self.data.get_or_insert_default().insert(key.into(), value);
        }
        self
    }

    /// Group chat only: says who `{{#mentions.key}}` is in the text bubbles ([`Mention::place`] writes that). At most
    /// 15; a text bubble is the only place for them.
    pub fn mention(mut self, key: impl Into<String>, who: Mention) -> Self {
        let members = |value: &mut Value| {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
        };
        let extra = self.extra.get_or_insert_default();
        members(extra);
        let mentions = &mut extra["mentions"];
        members(mentions);
        mentions[key.into()] = who.into_value();
        self
    }

    /// The answer to an event that shows nothing: `outputs` is there and empty, as the group chat guide has it. For an
    /// ordinary channel this is not documented. [`Setting::suppressing`](crate::kakao::limits::Setting::suppressing)
    /// allows it.
    pub fn suppress() -> Self {
        SkillResponse { template: Some(Template::new()), ..Self::new() }
    }

    /// Whether this is the answer that shows nothing, see [`suppress`](Self::suppress).
    pub fn is_suppressed(&self) -> bool {
        self.template.as_ref().is_some_and(|template| template.outputs.as_ref().is_some_and(Vec::is_empty))
    }

    /// The bubbles; empty if there are none.
    pub fn outputs(&self) -> &[Output] {
        self.template.as_ref().map(Template::outputs).unwrap_or_default()
    }
}
