//! Rules of `basicCard` and `commerceCard`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::button::{self, r93_forwardable};
use super::carousel::Place;
use super::envelope::R09;
use super::measure::{chars, filled, lines};
use super::picture::{self, r12_optional_picture};
use super::report::Report;
use super::rule::{OLD, RF, Rule};
use crate::kakao::skill::{BasicCard, CommerceCard, Profile};

/// Characters of a basic card's title.
pub const BASIC_CARD_TITLE_MAX: usize = 50;
/// Characters of a basic card's description.
pub const BASIC_CARD_DESCRIPTION_MAX: usize = 230;
/// Lines of a basic card's title, and of its description, in a carousel.
pub const BASIC_CARD_CAROUSEL_LINES: usize = 2;
/// Characters of a commerce card's title.
pub const COMMERCE_CARD_TITLE_MAX: usize = 30;
/// Characters of a commerce card's description.
pub const COMMERCE_CARD_DESCRIPTION_MAX: usize = 40;
/// Pictures of a commerce card: exactly so many.
pub const COMMERCE_CARD_THUMBNAILS: usize = 1;
/// The only documented currency.
pub const CURRENCY: &str = "won";

/// A basic card has a picture.
pub(super) static R30: Rule =
    Rule::error("R30", RF, "a basic card needs a thumbnail", "기본 카드에는 thumbnail이 있어야 합니다");
/// The words of a basic card are not too many.
pub(super) static R31: Rule = Rule::warning(
    "R31",
    RF,
    "this has {found} characters; at most {limit} are allowed",
    "{found}자입니다. 최대 {limit}자까지 가능합니다",
);
/// The words of a basic card in a carousel take two lines.
pub(super) static R31_LINES: Rule = Rule::warning(
    "R31",
    RF,
    "this has {found} lines; in a carousel at most {limit} are shown",
    "{found}줄입니다. 캐러셀에서는 최대 {limit}줄까지 표시됩니다",
);
/// What earlier editions had is not used.
pub(super) static R32: Rule = Rule::warning(
    "R32",
    OLD,
    "this member of an earlier edition has no effect",
    "이전 버전의 항목으로, 더 이상 표시되지 않습니다",
);
/// A commerce card has a price.
pub(super) static R40: Rule =
    Rule::error("R40", RF, "a price of {limit} or more is needed", "{limit} 이상의 가격이 있어야 합니다");
/// A commerce card has one picture.
pub(super) static R41: Rule = Rule::error(
    "R41",
    RF,
    "there are {found} pictures; a commerce card has exactly {limit}",
    "이미지가 {found}개입니다. 커머스 카드의 이미지는 정확히 {limit}개여야 합니다",
);
/// The words of a commerce card are not too many.
pub(super) static R42: Rule = Rule::warning(
    "R42",
    RF,
    "this has {found} characters; at most {limit} are allowed",
    "{found}자입니다. 최대 {limit}자까지 가능합니다",
);
/// The currency is won.
pub(super) static R43: Rule = Rule::error("R43", RF, "the only currency is `won`", "통화는 `won`만 사용할 수 있습니다");
/// The currency is written in lower case.
pub(super) static R43_CASE: Rule =
    Rule::warning("R43", RF, "the currency is written `won`", "통화는 소문자 `won`으로 적어야 합니다");
/// A rate needs the price that comes of it.
pub(super) static R44: Rule = Rule::error(
    "R44",
    RF,
    "discountRate needs discountedPrice",
    "discountRate를 쓰려면 discountedPrice가 있어야 합니다",
);
/// Discounts make sense.
pub(super) static R45: Rule = Rule::warning(
    "R45",
    RF,
    "the value is {found}; it should be within {limit}",
    "값이 {found}입니다. {limit} 범위여야 합니다",
);

/// A profile has a name. Not in the register of the protocol; its section 5.9 says that the name is required.
pub(super) static R46: Rule =
    Rule::warning("R46", RF, "a profile needs a nickname", "profile에는 nickname이 있어야 합니다");

pub(super) fn basic_card(card: &BasicCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    report.typed(card, &R09, at);
    r30_thumbnail(card, at, report);
    r31_words(card, place, at, report);
    r32_legacy(card, at, report);
    let square = card.thumbnail.as_ref().and_then(|picture| picture.fixed_ratio).unwrap_or(false);
    button::buttons(&card.buttons, &card.button_layout, square, at, report);
    r93_forwardable(card.forwardable, button::any(&card.buttons), place, at, report);
}

fn r30_thumbnail(card: &BasicCard, at: At<'_>, report: &mut Report<'_>) {
    match &card.thumbnail {
        Some(thumbnail) => picture::thumbnail(thumbnail, at.key("thumbnail"), report),
        None => report.require(false, &R30, at.key("thumbnail")),
    }
}

fn r31_words(card: &BasicCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    let words =
        [("title", &card.title, BASIC_CARD_TITLE_MAX), ("description", &card.description, BASIC_CARD_DESCRIPTION_MAX)];
    for (key, text, most) in words {
        let text = text.as_deref().unwrap_or_default();
        report.at_most(most, chars(text), &R31, at.key(key));
        if place == Place::Carousel {
            report.at_most(BASIC_CARD_CAROUSEL_LINES, lines(text), &R31_LINES, at.key(key));
        }
    }
}

fn r32_legacy(card: &BasicCard, at: At<'_>, report: &mut Report<'_>) {
    report.require(card.social.is_none(), &R32, at.key("social"));
    report.require(card.profile.is_none(), &R32, at.key("profile"));
    if let Some(social) = &card.social {
        report.typed(social, &R09, at.key("social"));
    }
    if let Some(profile) = &card.profile {
        report.typed(profile, &R09, at.key("profile"));
    }
}

pub(super) fn commerce_card(card: &CommerceCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    report.typed(card, &R09, at);
    r40_price(card, at, report);
    r41_one_picture(card, at, report);
    r42_words(card, at, report);
    r43_currency(card, at, report);
    r44_rate_needs_price(card, at, report);
    r45_discounts(card, at, report);
    if let Some(profile) = &card.profile {
        r46_profile(profile, at.key("profile"), report);
    }
    let first = card.thumbnails.iter().flatten().next();
    let square = first.and_then(|picture| picture.fixed_ratio).unwrap_or(false);
    button::buttons(&card.buttons, &card.button_layout, square, at, report);
    r93_forwardable(card.forwardable, button::any(&card.buttons), place, at, report);
}

fn r40_price(card: &CommerceCard, at: At<'_>, report: &mut Report<'_>) {
    if card.price.is_none_or(|price| price < 0) {
        report.tell(&R40, at.key("price"), "", "0");
    }
}

fn r41_one_picture(card: &CommerceCard, at: At<'_>, report: &mut Report<'_>) {
    let thumbnails = card.thumbnails.as_deref().unwrap_or_default();
    let at = at.key("thumbnails");
    if thumbnails.len() != COMMERCE_CARD_THUMBNAILS {
        report.tell(&R41, at, &thumbnails.len().to_string(), &COMMERCE_CARD_THUMBNAILS.to_string());
    }
    for (i, thumbnail) in thumbnails.iter().enumerate() {
        picture::thumbnail(thumbnail, at.index(i), report);
    }
}

fn r42_words(card: &CommerceCard, at: At<'_>, report: &mut Report<'_>) {
    let title = chars(card.title.as_deref().unwrap_or_default());
    let description = chars(card.description.as_deref().unwrap_or_default());
    report.at_most(COMMERCE_CARD_TITLE_MAX, title, &R42, at.key("title"));
    report.at_most(COMMERCE_CARD_DESCRIPTION_MAX, description, &R42, at.key("description"));
}

fn r43_currency(card: &CommerceCard, at: At<'_>, report: &mut Report<'_>) {
    match card.currency.as_deref() {
        None | Some(CURRENCY) => {}
        Some(other) if other.eq_ignore_ascii_case(CURRENCY) => report.tell(&R43_CASE, at.key("currency"), "", ""),
        Some(_) => report.tell(&R43, at.key("currency"), "", ""),
    }
}

fn r44_rate_needs_price(card: &CommerceCard, at: At<'_>, report: &mut Report<'_>) {
    let kept = card.discount_rate.is_none() || card.discounted_price.is_some();
    report.require(kept, &R44, at.key("discountedPrice"));
}

fn r46_profile(profile: &Profile, at: At<'_>, report: &mut Report<'_>) {
    report.typed(profile, &R09, at);
    report.require(filled(&profile.nickname), &R46, at.key("nickname"));
    r12_optional_picture(&profile.image_url, at, report);
}

fn r45_discounts(card: &CommerceCard, at: At<'_>, report: &mut Report<'_>) {
    let mut sane = |key: &str, value: Option<i64>, least: i64, most: i64| {
        if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
            report.tell(&R45, at.key(key), &value.to_string(), &format!("{least}..{most}"));
        }
    };
    if let Some(price) = card.price.filter(|price| *price >= 0) {
        sane("discount", card.discount, 0, price);
        sane("discountedPrice", card.discounted_price, 0, price);
    }
    sane("discountRate", card.discount_rate, 1, 100);
}
