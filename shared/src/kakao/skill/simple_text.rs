//! `simpleText`: a plain text bubble.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;
use serde_json::{Value, json};

use super::Map;
use super::generous::generous;
use crate::kakao::field::closed_debug;

/// A plain text bubble. Up to 1,000 characters; after 500 it is folded behind "view all".
///
/// ```
/// use shared::kakao::skill::{SimpleText, SkillResponse};
/// let answer = SkillResponse::new().output(SimpleText::new("어서 오세요!").forwardable());
/// # assert!(answer.checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SimpleText {
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Group chat only: `{"markdown": true}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
    /// Whether the bubble shows the forward icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwardable: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SimpleText);
generous!(SimpleText { text = "text", extra = "extra", forwardable = "forwardable" });

impl SimpleText {
    /// A bubble with this text.
    pub fn new(text: impl Into<String>) -> Self {
        SimpleText { text: Some(text.into()), ..Self::default() }
    }

    /// Group chat only: reads the text as Markdown.
    pub fn markdown(mut self) -> Self {
        self.extra = Some(json!({"markdown": true}));
        self
    }

    /// Shows the forward icon.
    pub fn forwardable(mut self) -> Self {
        self.forwardable = Some(true);
        self
    }
}
