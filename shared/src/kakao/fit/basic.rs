//! Mends basic cards. One without a picture becomes a text card.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, is_picture};
use super::{buttons, image, outputs};
use crate::kakao::limits::{At, BASIC_CARD_CAROUSEL_LINES, BASIC_CARD_DESCRIPTION_MAX, BASIC_CARD_TITLE_MAX, Place};
use crate::kakao::skill::{BasicCard, Output, TextCard};

/// A card that stands alone; `None` if it has neither picture nor words.
pub(super) fn alone(m: &mut Mender<'_>, mut card: BasicCard, at: At<'_>) -> Option<Output> {
    if !card_in(m, &mut card, Place::Single, at) {
        return outputs::text_card(m, without_picture(card), at);
    }
    buttons(m, &mut card, Place::Single, at);
    Some(card.into())
}

/// All but the buttons. `false` if there is no picture to fetch.
pub(super) fn card_in(m: &mut Mender<'_>, card: &mut BasicCard, place: Place, at: At<'_>) -> bool {
    let pictured = match &mut card.thumbnail {
        Some(thumbnail) => image::thumbnail(m, thumbnail, at.key("thumbnail")),
        None => m.require(false, "R30", at.key("thumbnail")),
    };
    if !pictured {
        return false;
    }
    let words = [
        ("title", &mut card.title, BASIC_CARD_TITLE_MAX),
        ("description", &mut card.description, BASIC_CARD_DESCRIPTION_MAX),
    ];
    for (key, text, most) in words {
        if place == Place::Carousel {
            m.join_lines(text, BASIC_CARD_CAROUSEL_LINES, "R31", at.key(key));
        }
        m.shorten(text, most, "R31", at.key(key));
    }
    true
}

/// The buttons.
pub(super) fn buttons(m: &mut Mender<'_>, card: &mut BasicCard, place: Place, at: At<'_>) {
    let square = card.thumbnail.as_ref().and_then(|picture| picture.fixed_ratio).unwrap_or(false);
    buttons::buttons(m, &mut card.buttons, &mut card.button_layout, square, place, at);
}

/// Whether there is a picture to fetch.
pub(super) fn is_pictured(card: &BasicCard) -> bool {
    card.thumbnail.as_ref().is_some_and(|thumbnail| is_picture(&thumbnail.image_url))
}

/// What a card says, without its picture.
pub(super) fn without_picture(card: BasicCard) -> TextCard {
    TextCard {
        title: card.title,
        description: card.description,
        buttons: card.buttons,
        button_layout: card.button_layout,
        forwardable: card.forwardable,
        rest: card.rest,
    }
}
