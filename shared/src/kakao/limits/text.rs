//! Rules of `simpleText`, `simpleImage` and `textCard`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::button::{self, r93_forwardable};
use super::carousel::Place;
use super::envelope::R09;
use super::measure::{chars, filled};
use super::picture::{r12_picture, r13_alt_text};
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::{SimpleImage, SimpleText, TextCard};

/// Characters of a text bubble.
pub const SIMPLE_TEXT_MAX: usize = 1000;
/// Characters of a text bubble after which it is folded behind "view all".
pub const SIMPLE_TEXT_FOLD: usize = 500;
/// Characters of a text card's title.
pub const TEXT_CARD_TITLE_MAX: usize = 50;
/// Characters of a text card's description, and of title and description together.
pub const TEXT_CARD_MAX: usize = 400;
/// Characters of a text card's description in a carousel.
pub const TEXT_CARD_CAROUSEL_DESCRIPTION_MAX: usize = 128;

/// A text bubble says something.
pub(super) static R10: Rule = Rule::error("R10", RF, "the text is empty", "텍스트가 비어 있습니다");
/// A text bubble is not too long.
pub(super) static R11: Rule = Rule::warning(
    "R11",
    RF,
    "the text has {found} characters; at most {limit} are allowed",
    "텍스트가 {found}자입니다. 최대 {limit}자까지 가능합니다",
);
/// A text bubble shows as a whole.
pub(super) static R11_FOLD: Rule = Rule::warning(
    "R11",
    RF,
    "the text has {found} characters; after {limit} it is folded behind \"view all\"",
    "텍스트가 {found}자입니다. {limit}자 뒤는 '전체보기'로 접힙니다",
);
/// A text card says something.
pub(super) static R20: Rule = Rule::error(
    "R20",
    RF,
    "a text card needs a title or a description",
    "텍스트 카드에는 title 또는 description이 있어야 합니다",
);
/// The title of a text card is short.
pub(super) static R21: Rule = Rule::warning(
    "R21",
    RF,
    "the title has {found} characters; at most {limit} are allowed",
    "제목이 {found}자입니다. 최대 {limit}자까지 가능합니다",
);
/// The words of a text card are not too many.
pub(super) static R22: Rule = Rule::warning(
    "R22",
    RF,
    "the description, or title and description together, has {found} characters; at most {limit} are allowed",
    "설명 또는 제목과 설명의 합이 {found}자입니다. 최대 {limit}자까지 가능합니다",
);

pub(super) fn simple_text(bubble: &SimpleText, at: At<'_>, report: &mut Report<'_>) {
    report.typed(bubble, &R09, at);
    r10_text_not_empty(bubble, at, report);
    r11_text_length(bubble, at, report);
}

fn r10_text_not_empty(bubble: &SimpleText, at: At<'_>, report: &mut Report<'_>) {
    report.require(filled(&bubble.text), &R10, at.key("text"));
}

fn r11_text_length(bubble: &SimpleText, at: At<'_>, report: &mut Report<'_>) {
    let found = chars(bubble.text.as_deref().unwrap_or_default());
    if found > SIMPLE_TEXT_MAX {
        report.at_most(SIMPLE_TEXT_MAX, found, &R11, at.key("text"));
    } else {
        report.at_most(SIMPLE_TEXT_FOLD, found, &R11_FOLD, at.key("text"));
    }
}

pub(super) fn simple_image(bubble: &SimpleImage, at: At<'_>, report: &mut Report<'_>) {
    report.typed(bubble, &R09, at);
    r12_picture(&bubble.image_url, at, report);
    r13_alt_text(&bubble.alt_text, at, report);
}

pub(super) fn text_card(card: &TextCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    report.typed(card, &R09, at);
    r20_says_something(card, at, report);
    r21_title(card, at, report);
    r22_length(card, place, at, report);
    button::buttons(&card.buttons, &card.button_layout, false, at, report);
    r93_forwardable(card.forwardable, button::any(&card.buttons), place, at, report);
}

fn r20_says_something(card: &TextCard, at: At<'_>, report: &mut Report<'_>) {
    report.require(filled(&card.title) || filled(&card.description), &R20, at);
}

fn r21_title(card: &TextCard, at: At<'_>, report: &mut Report<'_>) {
    report.at_most(TEXT_CARD_TITLE_MAX, chars(card.title.as_deref().unwrap_or_default()), &R21, at.key("title"));
}

fn r22_length(card: &TextCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    let description = chars(card.description.as_deref().unwrap_or_default());
    let title = chars(card.title.as_deref().unwrap_or_default());
    match place {
        Place::Carousel => {
            report.at_most(TEXT_CARD_CAROUSEL_DESCRIPTION_MAX, description, &R22, at.key("description"));
        }
        // Too long by itself is told once, at the description.
        Place::Single if description > TEXT_CARD_MAX => {
            report.at_most(TEXT_CARD_MAX, description, &R22, at.key("description"));
        }
        Place::Single => report.at_most(TEXT_CARD_MAX, title + description, &R22, at),
    }
}
