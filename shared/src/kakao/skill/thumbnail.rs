//! `thumbnail`: the picture of a card.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::generous::{generous, optional};
use super::{Link, Map};
use crate::kakao::field::closed_debug;

/// The picture of a card.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Thumbnail {
    /// Address of the picture, http or https. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// What a screen reader says, up to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_text: Option<String>,
    /// Page to open when tapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// `true`: square, uncut, and the buttons stand side by side. Otherwise 2:1, cut, buttons one under the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_ratio: Option<bool>,
    /// Pixels; of an earlier edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    /// Pixels; of an earlier edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Thumbnail);
generous!(Thumbnail { image_url = "imageUrl", alt_text = "altText", link = "link", fixed_ratio = "fixedRatio", width = "width", height = "height" });

impl Thumbnail {
    /// A picture, shown 2:1.
    pub fn new(image_url: impl Into<String>) -> Self {
        Thumbnail { image_url: Some(image_url.into()), ..Self::default() }
    }

    /// Says what a screen reader says.
    pub fn alt_text(mut self, alt_text: impl Into<String>) -> Self {
        self.alt_text = optional(alt_text);
        self
    }

    /// Opens a page when tapped.
    pub fn link(mut self, link: impl Into<Link>) -> Self {
        self.link = link.into().some();
        self
    }

    /// Shows the picture square and uncut, and the card's buttons side by side.
    pub fn square(mut self) -> Self {
        self.fixed_ratio = Some(true);
        self
    }
}

impl From<&str> for Thumbnail {
    fn from(image_url: &str) -> Self {
        Thumbnail::new(image_url)
    }
}

impl From<String> for Thumbnail {
    fn from(image_url: String) -> Self {
        Thumbnail::new(image_url)
    }
}
