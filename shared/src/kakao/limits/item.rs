//! Rules of `itemCard`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::button::{self, r93_forwardable};
use super::carousel::Place;
use super::envelope::R09;
use super::measure::{chars, filled, lines};
use super::picture::{r12_optional_picture, r12_picture, r13_alt_text, r14_link};
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::{Item, ItemCard, ItemListAlignment};

/// Lines of the table.
pub const ITEM_LIST_MAX: usize = 10;
/// Lines of the table in a carousel.
pub const ITEM_LIST_CAROUSEL_MAX: usize = 5;
/// Characters of a name in the table, and of the sum's name.
pub const ITEM_TITLE_MAX: usize = 6;
/// Lines of a value in the table.
pub const ITEM_DESCRIPTION_LINES: usize = 2;
/// Lines of the headline.
pub const HEAD_LINES: usize = 1;
/// Characters of the profile's title.
pub const PROFILE_TITLE_MAX: usize = 15;
/// Lines of the image title.
pub const IMAGE_TITLE_LINES: usize = 2;
/// Lines of the image title's description.
pub const IMAGE_DESCRIPTION_LINES: usize = 1;
/// Characters of title and description together.
pub const ITEM_CARD_TEXT_MAX: usize = 200;
/// Characters of title and description together in a carousel.
pub const ITEM_CARD_CAROUSEL_TEXT_MAX: usize = 100;
/// Lines of title and description together.
pub const ITEM_CARD_TEXT_LINES: usize = 12;
/// Characters of the sum.
pub const SUMMARY_MAX: usize = 14;
/// Digits of the sum after the point.
pub const SUMMARY_DECIMALS: usize = 2;

/// The table has lines, and not too many.
pub(super) static R60: Rule = Rule::error(
    "R60",
    RF,
    "there are {found} items; {limit} are allowed",
    "항목이 {found}개입니다. {limit}개까지 가능합니다",
);
/// Lines of the table are complete.
pub(super) static R61: Rule = Rule::error(
    "R61",
    RF,
    "an item needs a title and a description",
    "항목에는 title과 description이 모두 있어야 합니다",
);
/// Names in the table are short.
pub(super) static R62: Rule = Rule::warning(
    "R62",
    RF,
    "the title has {found} characters; at most {limit} are shown",
    "제목이 {found}자입니다. 최대 {limit}자까지 표시됩니다",
);
/// Values in the table are short.
pub(super) static R62_LINES: Rule = Rule::warning(
    "R62",
    RF,
    "the description has {found} lines; at most {limit} are shown",
    "설명이 {found}줄입니다. 최대 {limit}줄까지 표시됩니다",
);
/// One kind of head.
pub(super) static R63: Rule =
    Rule::error("R63", RF, "head and profile exclude each other", "head와 profile은 함께 쓸 수 없습니다");
/// The profile's title is short.
pub(super) static R64: Rule = Rule::warning(
    "R64",
    RF,
    "this has {found} characters; at most {limit} are shown",
    "{found}자입니다. 최대 {limit}자까지 표시됩니다",
);
/// Headlines are short.
pub(super) static R64_LINES: Rule = Rule::warning(
    "R64",
    RF,
    "this has {found} lines; at most {limit} are shown",
    "{found}줄입니다. 최대 {limit}줄까지 표시됩니다",
);
/// Headlines are there. Required by section 5.7 of the protocol; its register asks for their length only.
pub(super) static R64_TITLE: Rule = Rule::warning(
    "R64",
    RF,
    "head, profile and imageTitle need a title",
    "head, profile, imageTitle에는 title이 있어야 합니다",
);
/// No description without a title.
pub(super) static R65: Rule =
    Rule::error("R65", RF, "a description needs a title", "description을 쓰려면 title이 있어야 합니다");
/// Title and description are not too long.
pub(super) static R66: Rule = Rule::warning(
    "R66",
    RF,
    "title and description have {found} characters together; at most {limit} are shown",
    "제목과 설명이 합쳐서 {found}자입니다. 최대 {limit}자까지 표시됩니다",
);
/// Title and description do not have too many lines.
pub(super) static R66_LINES: Rule = Rule::warning(
    "R66",
    RF,
    "title and description have {found} lines together; at most {limit} are shown",
    "제목과 설명이 합쳐서 {found}줄입니다. 최대 {limit}줄까지 표시됩니다",
);
/// Values stand left or right.
pub(super) static R67: Rule =
    Rule::error("R67", RF, "the alignment is `left` or `right`", "정렬은 `left` 또는 `right`만 가능합니다");
/// The sum is short.
pub(super) static R68: Rule = Rule::warning(
    "R68",
    RF,
    "this has {found} characters; at most {limit} are shown",
    "{found}자입니다. 최대 {limit}자까지 표시됩니다",
);
/// The sum is an amount.
pub(super) static R68_AMOUNT: Rule = Rule::warning(
    "R68",
    RF,
    "the sum is a currency, digits, commas and at most {limit} decimals",
    "합계는 통화, 숫자, 쉼표와 소수점 아래 최대 {limit}자리로 적어야 합니다",
);
/// The sum is complete. Required by section 5.7 of the protocol; its register asks for the length only.
pub(super) static R68_COMPLETE: Rule = Rule::warning(
    "R68",
    RF,
    "a sum needs a title and a description",
    "itemListSummary에는 title과 description이 모두 있어야 합니다",
);
/// The picture has one of the two shapes.
pub(super) static R69: Rule = Rule::warning(
    "R69",
    RF,
    "width and height belong together, as {limit}",
    "width와 height는 함께 쓰며 비율은 {limit}이어야 합니다",
);

pub(super) fn item_card(card: &ItemCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    report.typed(card, &R09, at);
    r60_items(card, place, at, report);
    r63_head_or_profile(card, at, report);
    r64_headlines(card, at, report);
    r65_description_needs_title(card, at, report);
    r66_length(card, place, at, report);
    r67_alignment(card, at, report);
    r68_summary(card, at, report);
    r69_ratio(card, place, at, report);
    pictures(card, at, report);
    button::buttons(&card.buttons, &card.button_layout, false, at, report);
    r93_forwardable(card.forwardable, button::any(&card.buttons), place, at, report);
}

fn pictures(card: &ItemCard, at: At<'_>, report: &mut Report<'_>) {
    if let Some(thumbnail) = &card.thumbnail {
        report.typed(thumbnail, &R09, at.key("thumbnail"));
        r14_link(&thumbnail.link, at.key("thumbnail"), report);
        r12_picture(&thumbnail.image_url, at.key("thumbnail"), report);
        r13_alt_text(&thumbnail.alt_text, at.key("thumbnail"), report);
    }
    if let Some(profile) = &card.profile {
        r12_optional_picture(&profile.image_url, at.key("profile"), report);
    }
    if let Some(image_title) = &card.image_title {
        r12_optional_picture(&image_title.image_url, at.key("imageTitle"), report);
    }
}

fn r60_items(card: &ItemCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    let items = card.item_list.as_deref().unwrap_or_default();
    let most = if place == Place::Carousel { ITEM_LIST_CAROUSEL_MAX } else { ITEM_LIST_MAX };
    let at = at.key("itemList");
    report.within(1, most, items.len(), &R60, at);
    for (i, item) in items.iter().enumerate() {
        r61_item_complete(item, at.index(i), report);
        r62_item_short(item, at.index(i), report);
    }
}

fn r61_item_complete(item: &Item, at: At<'_>, report: &mut Report<'_>) {
    report.typed(item, &R09, at);
    report.require(filled(&item.title), &R61, at.key("title"));
    report.require(filled(&item.description), &R61, at.key("description"));
}

fn r62_item_short(item: &Item, at: At<'_>, report: &mut Report<'_>) {
    report.at_most(ITEM_TITLE_MAX, count(&item.title), &R62, at.key("title"));
    report.at_most(ITEM_DESCRIPTION_LINES, count_lines(&item.description), &R62_LINES, at.key("description"));
}

fn r63_head_or_profile(card: &ItemCard, at: At<'_>, report: &mut Report<'_>) {
    report.require(card.head.is_none() || card.profile.is_none(), &R63, at);
}

fn r64_headlines(card: &ItemCard, at: At<'_>, report: &mut Report<'_>) {
    if let Some(head) = &card.head {
        let at = at.key("head");
        report.typed(head, &R09, at);
        report.require(filled(&head.title), &R64_TITLE, at.key("title"));
        report.at_most(HEAD_LINES, count_lines(&head.title), &R64_LINES, at.key("title"));
    }
    if let Some(profile) = &card.profile {
        let at = at.key("profile");
        report.typed(profile, &R09, at);
        report.require(filled(&profile.title), &R64_TITLE, at.key("title"));
        report.at_most(PROFILE_TITLE_MAX, count(&profile.title), &R64, at.key("title"));
    }
    if let Some(image) = &card.image_title {
        let at = at.key("imageTitle");
        report.typed(image, &R09, at);
        report.require(filled(&image.title), &R64_TITLE, at.key("title"));
        report.at_most(IMAGE_TITLE_LINES, count_lines(&image.title), &R64_LINES, at.key("title"));
        report.at_most(IMAGE_DESCRIPTION_LINES, count_lines(&image.description), &R64_LINES, at.key("description"));
    }
}

fn r65_description_needs_title(card: &ItemCard, at: At<'_>, report: &mut Report<'_>) {
    report.require(!filled(&card.description) || filled(&card.title), &R65, at.key("title"));
}

fn r66_length(card: &ItemCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    let most = if place == Place::Carousel { ITEM_CARD_CAROUSEL_TEXT_MAX } else { ITEM_CARD_TEXT_MAX };
    report.at_most(most, count(&card.title) + count(&card.description), &R66, at);
    let all_lines = [&card.title, &card.description].into_iter().filter(|text| filled(text)).map(count_lines).sum();
    report.at_most(ITEM_CARD_TEXT_LINES, all_lines, &R66_LINES, at);
}

fn r67_alignment(card: &ItemCard, at: At<'_>, report: &mut Report<'_>) {
    let unknown = matches!(card.item_list_alignment, Some(ItemListAlignment::Other(_)));
    report.require(!unknown, &R67, at.key("itemListAlignment"));
}

fn r68_summary(card: &ItemCard, at: At<'_>, report: &mut Report<'_>) {
    let Some(summary) = &card.item_list_summary else { return };
    let at = at.key("itemListSummary");
    report.typed(summary, &R09, at);
    report.require(filled(&summary.title), &R68_COMPLETE, at.key("title"));
    report.require(filled(&summary.description), &R68_COMPLETE, at.key("description"));
    report.at_most(ITEM_TITLE_MAX, count(&summary.title), &R68, at.key("title"));
    report.at_most(SUMMARY_MAX, count(&summary.description), &R68, at.key("description"));
    if !summary.description.as_deref().is_none_or(is_amount) {
        report.tell(&R68_AMOUNT, at.key("description"), "", &SUMMARY_DECIMALS.to_string());
    }
}

/// Whether a text is an amount: currency signs or letters, digits, commas, blanks, and a point with few digits after it.
fn is_amount(text: &str) -> bool {
    let currency = |c: char| c.is_alphabetic() || "$¢£¤¥฿₩€₫₹₽₿￦￥＄".contains(c);
    let allowed = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | ' ') || currency(c));
    let mut parts = text.split('.');
    let whole = parts.next();
    let decimals = parts.next().unwrap_or_default().chars().take_while(char::is_ascii_digit).count();
    allowed && whole.is_some() && parts.next().is_none() && decimals <= SUMMARY_DECIMALS
}

fn r69_ratio(card: &ItemCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    let Some(thumbnail) = &card.thumbnail else { return };
    let wide = |width: i64, height: i64| height.checked_mul(2) == Some(width);
    let good = match (thumbnail.width, thumbnail.height) {
        (None, None) => true,
        (Some(width), Some(height)) if width > 0 && height > 0 => {
            wide(width, height) || (place == Place::Single && width == height)
        }
        _ => false,
    };
    if !good {
        report.tell(&R69, at.key("thumbnail"), "", if place == Place::Single { "2:1, 1:1" } else { "2:1" });
    }
}

fn count(text: &Option<String>) -> usize {
    chars(text.as_deref().unwrap_or_default())
}

fn count_lines(text: &Option<String>) -> usize {
    lines(text.as_deref().unwrap_or_default())
}
