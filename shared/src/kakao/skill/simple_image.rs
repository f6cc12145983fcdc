//! `simpleImage`: a picture bubble.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};

use super::Map;
use crate::kakao::field::closed_debug;

/// A picture bubble.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SimpleImage {
    /// Address of the picture, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// What a screen reader says, up to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_text: Option<String>,
    /// Whether the bubble shows the forward icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwardable: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SimpleImage);

impl SimpleImage {
    /// A picture and what a screen reader says about it.
    pub fn new(image_url: impl Into<String>, alt_text: impl Into<String>) -> Self {
        SimpleImage { image_url: Some(image_url.into()), alt_text: Some(alt_text.into()), ..Self::default() }
    }

    /// Shows the forward icon.
    pub fn forwardable(mut self) -> Self {
        self.forwardable = Some(true);
        self
    }
}
