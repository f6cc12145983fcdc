//! `textCard`: words with buttons.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::generous::{generous, optional};
use super::{Button, ButtonLayout, Map};
use crate::kakao::field::closed_debug;

/// Words with buttons. A title, a description, or both.
///
/// ```
/// use shared::kakao::skill::{Button, SkillResponse, TextCard};
/// let card = TextCard::new("예약이 끝났어요")
///     .description("두 명")
///     .button(Button::message("바꾸기", "#예약 변경"));
/// # assert!(SkillResponse::new().output(card).checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextCard {
    /// Up to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Up to 400 characters together with the title; up to 128 in a carousel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
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

closed_debug!(TextCard);
generous!(TextCard { title = "title", description = "description", buttons = "buttons", button_layout = "buttonLayout", forwardable = "forwardable" });

impl TextCard {
    /// A card with this title.
    pub fn new(title: impl Into<String>) -> Self {
        TextCard { title: optional(title), ..Self::default() }
    }

    /// A card without a title.
    pub fn untitled(description: impl Into<String>) -> Self {
        TextCard { description: optional(description), ..Self::default() }
    }

    /// Sets the text under the title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = optional(description);
        self
    }
}
