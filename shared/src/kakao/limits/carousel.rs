//! Rules of `carousel`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::envelope::R09;
use super::measure::{filled, lines};
use super::picture::r12_optional_picture;
use super::report::Report;
use super::rule::{RF, Rule};
use super::{button, card, item, list, text};
use crate::kakao::skill::{Carousel, CarouselHeader, CarouselItem, CarouselType, Output, Thumbnail};

/// Cards of a carousel.
pub const CAROUSEL_MAX: usize = 10;
/// List cards of a carousel.
pub const CAROUSEL_LIST_CARDS_MAX: usize = 5;
/// Lines of the header's title.
pub const HEADER_TITLE_LINES: usize = 2;
/// Lines of the header's description.
pub const HEADER_DESCRIPTION_LINES: usize = 3;

/// Whether a card stands alone or in a carousel, where other limits hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Alone.
    Single,
    /// In a carousel.
    Carousel,
}

/// A carousel says what its cards are.
pub(super) static R70: Rule = Rule::error(
    "R70",
    RF,
    "the type must be a card that may be in a carousel, and the items bare cards of that type",
    "type은 캐러셀에 넣을 수 있는 카드여야 하고, items는 그 카드 자체여야 합니다",
);
/// A carousel has cards, and not too many.
pub(super) static R71: Rule = Rule::error(
    "R71",
    RF,
    "there are {found} cards; {limit} are allowed",
    "카드가 {found}개입니다. {limit}개까지 가능합니다",
);
/// Some carousels have no header.
pub(super) static R72: Rule = Rule::error(
    "R72",
    RF,
    "a carousel of text or list cards has no header",
    "텍스트 카드와 리스트 카드 캐러셀에는 header를 쓸 수 없습니다",
);
/// A header is complete.
pub(super) static R73: Rule = Rule::error(
    "R73",
    RF,
    "a header needs a title, a description and thumbnail.imageUrl",
    "header에는 title, description, thumbnail.imageUrl이 모두 있어야 합니다",
);
/// A header is short.
pub(super) static R74: Rule = Rule::warning(
    "R74",
    RF,
    "this has {found} lines; at most {limit} are shown",
    "{found}줄입니다. 최대 {limit}줄까지 표시됩니다",
);
/// All pictures have one shape.
pub(super) static R75: Rule = Rule::error(
    "R75",
    RF,
    "the pictures of a carousel all have the same ratio",
    "캐러셀의 모든 이미지는 비율이 같아야 합니다",
);
/// All item cards use the same parts.
pub(super) static R76: Rule = Rule::error(
    "R76",
    RF,
    "in a carousel {found} of {limit} item cards have this part; all or none must",
    "캐러셀의 아이템 카드 {limit}개 중 {found}개에만 이 항목이 있습니다. 모두 있거나 모두 없어야 합니다",
);

pub(super) fn carousel(carousel: &Carousel, at: At<'_>, report: &mut Report<'_>) {
    report.typed(carousel, &R09, at);
    r70_type(carousel, at, report);
    r71_count(carousel, at, report);
    if let Some(header) = &carousel.header {
        r72_header_allowed(carousel, at, report);
        r73_header_complete(header, at.key("header"), report);
        r74_header_lines(header, at.key("header"), report);
    }
    r75_one_ratio(carousel, at, report);
    r76_same_parts(carousel, at, report);
    button::r93_forwardable(carousel.forwardable, false, Place::Carousel, at, report);
    let items = at.key("items");
    for (i, item) in carousel.items.iter().flatten().enumerate() {
        let at = items.index(i);
        match item {
            CarouselItem::TextCard(card) => text::text_card(card, Place::Carousel, at, report),
            CarouselItem::BasicCard(card) => card::basic_card(card, Place::Carousel, at, report),
            CarouselItem::CommerceCard(card) => card::commerce_card(card, Place::Carousel, at, report),
            CarouselItem::ListCard(card) => list::list_card(card, Place::Carousel, at, report),
            CarouselItem::ItemCard(card) => item::item_card(card, Place::Carousel, at, report),
            CarouselItem::Unknown(_) => {}
        }
    }
}

fn r70_type(carousel: &Carousel, at: At<'_>, report: &mut Report<'_>) {
    let known = carousel.kind.as_ref().filter(|kind| !matches!(kind, CarouselType::Other(_)));
    let Some(kind) = known else { return report.require(false, &R70, at.key("type")) };
    let items = at.key("items");
    for (i, item) in carousel.items.iter().flatten().enumerate() {
        let (of, rest) = match item {
            CarouselItem::TextCard(card) => (Some(CarouselType::TextCard), Some(&card.rest)),
            CarouselItem::BasicCard(card) => (Some(CarouselType::BasicCard), Some(&card.rest)),
            CarouselItem::CommerceCard(card) => (Some(CarouselType::CommerceCard), Some(&card.rest)),
            CarouselItem::ListCard(card) => (Some(CarouselType::ListCard), Some(&card.rest)),
            CarouselItem::ItemCard(card) => (Some(CarouselType::ItemCard), Some(&card.rest)),
            CarouselItem::Unknown(_) => (None, None),
        };
        // A common slip: the card wrapped in its key, as among the outputs.
        let wrapped = rest.is_some_and(|rest| rest.keys().any(|key| Output::is_key(key)));
        report.require(of.as_ref() == Some(kind) && !wrapped, &R70, items.index(i));
    }
}

fn r71_count(carousel: &Carousel, at: At<'_>, report: &mut Report<'_>) {
    let of_lists = carousel.kind == Some(CarouselType::ListCard);
    let most = if of_lists { CAROUSEL_LIST_CARDS_MAX } else { CAROUSEL_MAX };
    let found = carousel.items.as_ref().map_or(0, Vec::len);
    report.within(1, most, found, &R71, at.key("items"));
}

fn r72_header_allowed(carousel: &Carousel, at: At<'_>, report: &mut Report<'_>) {
    let headless = matches!(carousel.kind, Some(CarouselType::TextCard | CarouselType::ListCard));
    report.require(!headless, &R72, at.key("header"));
}

fn r73_header_complete(header: &CarouselHeader, at: At<'_>, report: &mut Report<'_>) {
    report.typed(header, &R09, at);
    report.require(filled(&header.title), &R73, at.key("title"));
    report.require(filled(&header.description), &R73, at.key("description"));
    let picture = header.thumbnail.as_ref().map(|thumbnail| &thumbnail.image_url);
    report.require(picture.is_some_and(filled), &R73, at.key("thumbnail").key("imageUrl"));
    if let Some(thumbnail) = &header.thumbnail {
        report.typed(thumbnail, &R09, at.key("thumbnail"));
        r12_optional_picture(&thumbnail.image_url, at.key("thumbnail"), report);
    }
}

fn r74_header_lines(header: &CarouselHeader, at: At<'_>, report: &mut Report<'_>) {
    let title = lines(header.title.as_deref().unwrap_or_default());
    let description = lines(header.description.as_deref().unwrap_or_default());
    report.at_most(HEADER_TITLE_LINES, title, &R74, at.key("title"));
    report.at_most(HEADER_DESCRIPTION_LINES, description, &R74, at.key("description"));
}

fn r75_one_ratio(carousel: &Carousel, at: At<'_>, report: &mut Report<'_>) {
    let mut ratios = carousel.items.iter().flatten().filter_map(ratio);
    let Some((width, height)) = ratios.next() else { return };
    // Compared crosswise, so that 800x400 and 400x200 are the same.
    let same = ratios.all(|(w, h)| i128::from(width) * i128::from(h) == i128::from(w) * i128::from(height));
    report.require(same, &R75, at.key("items"));
}

/// The ratio of a card's picture; `None` if the card has none.
fn ratio(item: &CarouselItem) -> Option<(i64, i64)> {
    let of = |thumbnail: &Thumbnail| if thumbnail.fixed_ratio == Some(true) { (1, 1) } else { (2, 1) };
    match item {
        CarouselItem::BasicCard(card) => card.thumbnail.as_ref().map(of),
        CarouselItem::CommerceCard(card) => card.thumbnails.iter().flatten().next().map(of),
        // Without both numbers an item card's picture is shown square.
        CarouselItem::ItemCard(card) => {
            card.thumbnail.as_ref().map(|thumbnail| thumbnail.width.zip(thumbnail.height).unwrap_or((1, 1)))
        }
        CarouselItem::TextCard(_) | CarouselItem::ListCard(_) | CarouselItem::Unknown(_) => None,
    }
}

fn r76_same_parts(carousel: &Carousel, at: At<'_>, report: &mut Report<'_>) {
    let cards = || {
        carousel.items.iter().flatten().filter_map(|item| match item {
            CarouselItem::ItemCard(card) => Some(card),
            _ => None,
        })
    };
    let all = cards().count();
    // Head and profile mixed is told by both being there in some cards only.
    let parts = [
        ("thumbnail", cards().filter(|card| card.thumbnail.is_some()).count()),
        ("head", cards().filter(|card| card.head.is_some()).count()),
        ("profile", cards().filter(|card| card.profile.is_some()).count()),
        ("imageTitle", cards().filter(|card| card.image_title.is_some()).count()),
    ];
    for (part, found) in parts {
        if found != 0 && found != all {
            report.tell(&R76, at.key("items").key(part), &found.to_string(), &all.to_string());
        }
    }
}
