//! Mends text cards.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::buttons;
use super::mender::Mender;
use crate::kakao::limits::{
    At, Place, TEXT_CARD_CAROUSEL_DESCRIPTION_MAX, TEXT_CARD_MAX, TEXT_CARD_TITLE_MAX, chars, filled,
};
use crate::kakao::skill::TextCard;

/// All but the buttons. `false` if the card says nothing.
pub(super) fn text_card(m: &mut Mender<'_>, card: &mut TextCard, place: Place, at: At<'_>) -> bool {
    if !m.require(filled(&card.title) || filled(&card.description), "R20", at) {
        return false;
    }
    m.shorten(&mut card.title, TEXT_CARD_TITLE_MAX, "R21", at.key("title"));
    let most = match place {
        Place::Carousel => TEXT_CARD_CAROUSEL_DESCRIPTION_MAX,
        Place::Single => TEXT_CARD_MAX.saturating_sub(chars(card.title.as_deref().unwrap_or_default())),
    };
    m.shorten(&mut card.description, most, "R22", at.key("description"));
    true
}

/// The buttons.
pub(super) fn buttons(m: &mut Mender<'_>, card: &mut TextCard, place: Place, at: At<'_>) {
    buttons::buttons(m, &mut card.buttons, &mut card.button_layout, false, place, at);
}
