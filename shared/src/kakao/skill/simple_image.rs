//! `simpleImage`: a picture bubble.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::Map;
use super::generous::{generous, optional};
use crate::kakao::field::closed_debug;

/// A picture bubble.
#[derive(Clone, PartialEq, Default, Serialize)]
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
generous!(SimpleImage { image_url = "imageUrl", alt_text = "altText", forwardable = "forwardable" });

impl SimpleImage {
    /// A picture and what a screen reader says about it; nothing if that is empty.
    pub fn new(image_url: impl Into<String>, alt_text: impl Into<String>) -> Self {
        SimpleImage { image_url: Some(image_url.into()), alt_text: optional(alt_text), ..Self::default() }
    }

    /// Shows the forward icon.
    pub fn forwardable(mut self) -> Self {
        self.forwardable = Some(true);
        self
    }
}
