//! Rules of `listCard`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::button::{self, R87, r93_forwardable};
use super::carousel::Place;
use super::envelope::R09;
use super::measure::{chars, filled};
use super::picture::{r12_optional_picture, r14_link};
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::{ButtonAction, ListCard, ListItem};

/// Items of a list card.
pub const LIST_ITEMS_MAX: usize = 5;
/// Items of a list card in a carousel.
pub const LIST_ITEMS_CAROUSEL_MAX: usize = 4;
/// Characters of an item's title above which we warn. Not documented.
pub const LIST_ITEM_TITLE_SANE: usize = 50;

/// A list has a head.
pub(super) static R50: Rule =
    Rule::error("R50", RF, "a list card needs a header with a title", "리스트 카드의 header에는 title이 있어야 합니다");
/// A list has items, and not too many.
pub(super) static R51: Rule = Rule::error(
    "R51",
    RF,
    "there are {found} items; {limit} are allowed",
    "항목이 {found}개입니다. {limit}개까지 가능합니다",
);
/// Items have titles.
pub(super) static R52: Rule = Rule::error("R52", RF, "an item needs a title", "항목에는 title이 있어야 합니다");
/// Titles of items are short. The number is ours.
pub(super) static R52_LENGTH: Rule = Rule::warning(
    "R52",
    RF,
    "the title has {found} characters; more than {limit} will hardly be shown",
    "제목이 {found}자입니다. {limit}자를 넘으면 잘릴 수 있습니다",
);
/// Items say something or call a block.
pub(super) static R53: Rule = Rule::error(
    "R53",
    RF,
    "an item's action is `message` with messageText or `block` with blockId",
    "항목의 action은 messageText가 있는 `message` 또는 blockId가 있는 `block`이어야 합니다",
);
/// Only the title of a head shows.
pub(super) static R54: Rule =
    Rule::warning("R54", RF, "only the title of a header has an effect", "header에서는 title만 표시됩니다");
/// An item leads to one place.
pub(super) static R55: Rule = Rule::warning(
    "R55",
    RF,
    "an item has either a link or an action",
    "항목에는 link와 action 중 하나만 쓰는 것이 좋습니다",
);

pub(super) fn list_card(card: &ListCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    report.typed(card, &R09, at);
    r50_header(card, at, report);
    r51_items(card, place, at, report);
    button::buttons(&card.buttons, &card.button_layout, false, at, report);
    let tappable = |item: &ListItem| item.link.is_some() || item.action.is_some();
    let busy = button::any(&card.buttons) || card.items.iter().flatten().any(tappable);
    r93_forwardable(card.forwardable, busy, place, at, report);
}

fn r50_header(card: &ListCard, at: At<'_>, report: &mut Report<'_>) {
    let at = at.key("header");
    let Some(header) = &card.header else { return report.require(false, &R50, at) };
    report.typed(header, &R09, at);
    report.require(filled(&header.title), &R50, at.key("title"));
    r54_header_extras(header, at, report);
    r12_optional_picture(&header.image_url, at, report);
}

fn r54_header_extras(header: &ListItem, at: At<'_>, report: &mut Report<'_>) {
    report.require(!filled(&header.description), &R54, at.key("description"));
    report.require(!filled(&header.image_url), &R54, at.key("imageUrl"));
    report.require(header.action.is_none(), &R54, at.key("action"));
    report.require(header.link.is_none(), &R54, at.key("link"));
}

fn r51_items(card: &ListCard, place: Place, at: At<'_>, report: &mut Report<'_>) {
    let items = card.items.as_deref().unwrap_or_default();
    let most = if place == Place::Carousel { LIST_ITEMS_CAROUSEL_MAX } else { LIST_ITEMS_MAX };
    let at = at.key("items");
    report.within(1, most, items.len(), &R51, at);
    for (i, item) in items.iter().enumerate() {
        list_item(item, at.index(i), report);
    }
}

fn list_item(item: &ListItem, at: At<'_>, report: &mut Report<'_>) {
    report.typed(item, &R09, at);
    r52_title(item, at, report);
    r53_action(item, at, report);
    r55_one_way(item, at, report);
    r87_nothing_unused(item, at, report);
    r12_optional_picture(&item.image_url, at, report);
    r14_link(&item.link, at, report);
}

fn r87_nothing_unused(item: &ListItem, at: At<'_>, report: &mut Report<'_>) {
    let action = item.action.as_ref();
    if matches!(action, Some(other) if *other != ButtonAction::Message && *other != ButtonAction::Block) {
        return;
    }
    let members = [
        ("messageText", filled(&item.message_text), action == Some(&ButtonAction::Message)),
        ("blockId", filled(&item.block_id), action == Some(&ButtonAction::Block)),
        ("extra", item.extra.is_some(), action.is_some()),
    ];
    for (key, there, used) in members {
        report.require(used || !there, &R87, at.key(key));
    }
}

fn r52_title(item: &ListItem, at: At<'_>, report: &mut Report<'_>) {
    report.require(filled(&item.title), &R52, at.key("title"));
    let found = chars(item.title.as_deref().unwrap_or_default());
    report.at_most(LIST_ITEM_TITLE_SANE, found, &R52_LENGTH, at.key("title"));
}

fn r53_action(item: &ListItem, at: At<'_>, report: &mut Report<'_>) {
    match &item.action {
        None => {}
        Some(ButtonAction::Message) => report.require(filled(&item.message_text), &R53, at.key("messageText")),
        Some(ButtonAction::Block) => report.require(filled(&item.block_id), &R53, at.key("blockId")),
        Some(_) => report.require(false, &R53, at.key("action")),
    }
}

fn r55_one_way(item: &ListItem, at: At<'_>, report: &mut Report<'_>) {
    report.require(item.link.is_none() || item.action.is_none(), &R55, at);
}
