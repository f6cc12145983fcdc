//! Mends pictures.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, is_picture};
use crate::kakao::limits::{ALT_TEXT_MAX, At};
use crate::kakao::skill::{SimpleImage, Thumbnail};

/// `false` if there is no picture to fetch.
pub(super) fn simple_image(m: &mut Mender<'_>, bubble: &mut SimpleImage, at: At<'_>) -> bool {
    m.shorten(&mut bubble.alt_text, ALT_TEXT_MAX, "R13", at.key("altText"));
    m.require(is_picture(&bubble.image_url), "R12", at.key("imageUrl"))
}

/// The picture of a card. `false` if there is none to fetch.
pub(super) fn thumbnail(m: &mut Mender<'_>, thumbnail: &mut Thumbnail, at: At<'_>) -> bool {
    m.shorten(&mut thumbnail.alt_text, ALT_TEXT_MAX, "R13", at.key("altText"));
    m.require(is_picture(&thumbnail.image_url), "R12", at.key("imageUrl"))
}
