//! `template`: the bubbles and quick replies of a response.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::generous::generous;
use super::{Map, Output, QuickReply};
use crate::kakao::field::closed_debug;

/// The bubbles and quick replies of a response.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Template {
    /// The bubbles, 1 to 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Vec<Output>>,
    /// Answers to tap, at most 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_replies: Option<Vec<QuickReply>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Template);
generous!(Template { outputs = "outputs", quick_replies = "quickReplies" });

impl Template {
    /// No bubbles yet.
    pub fn new() -> Self {
        Template { outputs: Some(Vec::new()), ..Self::default() }
    }

    /// The bubbles; empty if there are none.
    pub fn outputs(&self) -> &[Output] {
        self.outputs.as_deref().unwrap_or_default()
    }

    /// The answers to tap; empty if there are none.
    pub fn quick_replies(&self) -> &[QuickReply] {
        self.quick_replies.as_deref().unwrap_or_default()
    }
}
