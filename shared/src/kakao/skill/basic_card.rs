//! `basicCard`: a picture with words and buttons.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::generous::{generous, optional};
use super::{Button, ButtonLayout, Map, Profile, Thumbnail};
use crate::kakao::field::closed_debug;

/// A picture with words and buttons.
///
/// ```
/// use shared::kakao::skill::{BasicCard, Button, SkillResponse, Thumbnail};
/// let card = BasicCard::new(Thumbnail::new("https://example.com/kimbap.png").square())
///     .title("김밥")
///     .button(Button::web_link("자세히", "https://example.com"));
/// # assert!(SkillResponse::new().output(card).checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BasicCard {
    /// Up to 50 characters; at most 2 lines in a carousel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Up to 230 characters; at most 2 lines in a carousel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The picture. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Thumbnail>,
    /// Of an earlier edition; has no effect. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Of an earlier edition; has no effect. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social: Option<Social>,
    /// At most 2 side by side or 3 one under the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Button>>,
    /// Direction of the buttons; without it the picture decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_layout: Option<ButtonLayout>,
    /// Whether the bubble shows the forward icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwardable: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `basicCard.social` of an earlier edition: counts that were never shown. Read and kept.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Social {
    /// Likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<i64>,
    /// Comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<i64>,
    /// Shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<i64>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(BasicCard, Social);
generous!(BasicCard { title = "title", description = "description", thumbnail = "thumbnail", profile = "profile", social = "social", buttons = "buttons", button_layout = "buttonLayout", forwardable = "forwardable" });
generous!(Social { like = "like", comment = "comment", share = "share" });

impl BasicCard {
    /// A card with this picture: an address, or a [`Thumbnail`] with more to it.
    pub fn new(thumbnail: impl Into<Thumbnail>) -> Self {
        BasicCard { thumbnail: Some(thumbnail.into()), ..Self::default() }
    }

    /// Sets the title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = optional(title);
        self
    }

    /// Sets the text under the title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = optional(description);
        self
    }
}
