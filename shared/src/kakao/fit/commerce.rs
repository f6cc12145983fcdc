//! Mends commerce cards. What is for sale and for how much is never changed: without it the card goes.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, is_picture};
use super::{buttons, image};
use crate::kakao::limits::{
    At, COMMERCE_CARD_DESCRIPTION_MAX, COMMERCE_CARD_THUMBNAILS, COMMERCE_CARD_TITLE_MAX, CURRENCY, Place, filled,
};
use crate::kakao::skill::{CommerceCard, Thumbnail};

/// All but the buttons. `false` if the card cannot be shown.
pub(super) fn card(m: &mut Mender<'_>, card: &mut CommerceCard, at: At<'_>) -> bool {
    let shown = m.require(card.price.is_some_and(|price| price >= 0), "R40", at.key("price"))
        && r43_currency(m, card, at)
        && r41_one_picture(m, &mut card.thumbnails, at.key("thumbnails"));
    if !shown {
        return false;
    }
    m.shorten(&mut card.title, COMMERCE_CARD_TITLE_MAX, "R42", at.key("title"));
    m.shorten(&mut card.description, COMMERCE_CARD_DESCRIPTION_MAX, "R42", at.key("description"));
    if card.discount_rate.is_some() && card.discounted_price.is_none() {
        card.discount_rate = None;
        m.told("R44", at.key("discountedPrice"));
    }
    if card.profile.as_ref().is_some_and(|profile| !filled(&profile.nickname)) {
        card.profile = None;
        m.told("R46", at.key("profile").key("nickname"));
    }
    if let Some(profile) = &mut card.profile {
        m.optional_picture(&mut profile.image_url, at.key("profile"));
    }
    true
}

/// The buttons.
pub(super) fn buttons(m: &mut Mender<'_>, card: &mut CommerceCard, place: Place, at: At<'_>) {
    let first = card.thumbnails.iter().flatten().next();
    let square = first.and_then(|picture| picture.fixed_ratio).unwrap_or(false);
    buttons::buttons(m, &mut card.buttons, &mut card.button_layout, square, place, at);
}

/// Another currency is another price.
fn r43_currency(m: &mut Mender<'_>, card: &mut CommerceCard, at: At<'_>) -> bool {
    let Some(currency) = &mut card.currency else { return true };
    if currency == CURRENCY {
        return true;
    }
    m.told("R43", at.key("currency"));
    let only_case = currency.eq_ignore_ascii_case(CURRENCY);
    if only_case {
        *currency = CURRENCY.to_owned();
    }
    only_case
}

/// The first picture that can be fetched.
fn r41_one_picture(m: &mut Mender<'_>, pictures: &mut Option<Vec<Thumbnail>>, at: At<'_>) -> bool {
    let all = pictures.iter().flatten().count();
    let Some(i) = pictures.iter().flatten().position(|picture| is_picture(&picture.image_url)) else {
        return m.require(false, if all == 0 { "R41" } else { "R12" }, at);
    };
    if let Some(pictures) = pictures.as_mut().filter(|_| all > COMMERCE_CARD_THUMBNAILS) {
        pictures.swap(0, i);
        pictures.truncate(COMMERCE_CARD_THUMBNAILS);
        m.told("R41", at);
    }
    let Some(first) = pictures.as_mut().and_then(|pictures| pictures.first_mut()) else { return false };
    image::thumbnail(m, first, at.index(i))
}
