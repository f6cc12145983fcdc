//! `profile`: who speaks or sells.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::Map;
use super::generous::{generous, optional};
use crate::kakao::field::closed_debug;

/// Who speaks or sells.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Profile {
    /// Name. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Picture; 180 by 180 pixels are recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Profile);
generous!(Profile { nickname = "nickname", image_url = "imageUrl" });

impl Profile {
    /// A name.
    pub fn new(nickname: impl Into<String>) -> Self {
        Profile { nickname: Some(nickname.into()), ..Self::default() }
    }

    /// Sets the picture.
    pub fn image(mut self, image_url: impl Into<String>) -> Self {
        self.image_url = optional(image_url);
        self
    }
}

impl From<&str> for Profile {
    fn from(nickname: &str) -> Self {
        Profile::new(nickname)
    }
}

impl From<String> for Profile {
    fn from(nickname: String) -> Self {
        Profile::new(nickname)
    }
}
