//! Mends carousels: which cards are in it, how many, and what they must have in common.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, is_picture};
use super::{basic, commerce, item, list, notes, words};
use crate::kakao::limits::{
    At, CAROUSEL_LIST_CARDS_MAX, CAROUSEL_MAX, HEADER_DESCRIPTION_LINES, HEADER_TITLE_LINES, Place, filled,
};
use crate::kakao::skill::{Carousel, CarouselHeader, CarouselItem, CarouselType, ItemCard, Output};

/// A card on its way, with its place in the carousel as it came.
type Card = (usize, CarouselItem);

/// `false` if nothing of it can be shown.
pub(super) fn carousel(m: &mut Mender<'_>, carousel: &mut Carousel, at: At<'_>) -> bool {
    let Some(kind) = carousel.kind.clone().filter(|kind| !matches!(kind, CarouselType::Other(_))) else {
        return m.require(false, "R70", at.key("type"));
    };
    let items = at.key("items");
    let mut cards: Vec<Card> = Vec::new();
    for (i, item) in carousel.items.take().into_iter().flatten().enumerate() {
        cards.extend(r70_matching(m, item, &kind, items.index(i)).map(|item| (i, item)));
    }
    let kind = r30_all_without_picture(m, kind, &mut cards, items);
    cards.retain_mut(|(i, card)| content(m, card, items.index(*i)));
    if cards.is_empty() {
        return m.require(false, "R71", items);
    }
    r71_count(m, &kind, &mut cards, items);
    r75_one_ratio(m, &mut cards, items);
    r76_same_parts(m, &mut cards, items);
    for (i, card) in &mut cards {
        buttons(m, card, items.index(*i));
    }
    header(m, &kind, &mut carousel.header, at.key("header"));
    carousel.kind = Some(kind);
    carousel.items = Some(cards.into_iter().map(|(_, card)| card).collect());
    true
}

/// The card, if it is of the carousel's type. One in a wrapping, as among the outputs, is taken out of it.
fn r70_matching(m: &mut Mender<'_>, mut item: CarouselItem, kind: &CarouselType, at: At<'_>) -> Option<CarouselItem> {
    let (of, rest) = match &mut item {
        CarouselItem::TextCard(card) => (CarouselType::TextCard, &mut card.rest),
        CarouselItem::BasicCard(card) => (CarouselType::BasicCard, &mut card.rest),
        CarouselItem::CommerceCard(card) => (CarouselType::CommerceCard, &mut card.rest),
        CarouselItem::ListCard(card) => (CarouselType::ListCard, &mut card.rest),
        CarouselItem::ItemCard(card) => (CarouselType::ItemCard, &mut card.rest),
        CarouselItem::Unknown(_) => {
            m.told("R70", at);
            return None;
        }
    };
    if of != *kind {
        m.told("R70", at);
        return None;
    }
    if !rest.keys().any(|key| Output::is_key(key)) {
        return Some(item);
    }
    m.told("R70", at);
    let card = CarouselItem::read(Some(kind), rest.remove(kind.as_str())?);
    // What is still wrapped, or is no card, is looked at in the next round.
    Some(card)
}

/// Basic cards of which none has a picture are text cards.
fn r30_all_without_picture(m: &mut Mender<'_>, kind: CarouselType, cards: &mut [Card], at: At<'_>) -> CarouselType {
    let pictured = |(_, card): &Card| !matches!(card, CarouselItem::BasicCard(card) if !basic::is_pictured(card));
    if kind != CarouselType::BasicCard || cards.is_empty() || cards.iter().any(pictured) {
        return kind;
    }
    for (_, card) in cards {
        if let CarouselItem::BasicCard(basic) = card {
            *card = CarouselItem::TextCard(basic::without_picture(std::mem::take(basic)));
        }
    }
    m.told("R30", at);
    CarouselType::TextCard
}

/// All of a card but the buttons. `false` if it cannot be shown.
fn content(m: &mut Mender<'_>, card: &mut CarouselItem, at: At<'_>) -> bool {
    match card {
        CarouselItem::TextCard(card) => words::text_card(m, card, Place::Carousel, at),
        CarouselItem::BasicCard(card) => basic::card_in(m, card, Place::Carousel, at),
        CarouselItem::CommerceCard(card) => commerce::card(m, card, at),
        CarouselItem::ListCard(card) => list::card_in(m, card, Place::Carousel, at),
        CarouselItem::ItemCard(card) => item::card_in(m, card, Place::Carousel, at),
        CarouselItem::Unknown(_) => true,
    }
}

fn buttons(m: &mut Mender<'_>, card: &mut CarouselItem, at: At<'_>) {
    match card {
        CarouselItem::TextCard(card) => words::buttons(m, card, Place::Carousel, at),
        CarouselItem::BasicCard(card) => basic::buttons(m, card, Place::Carousel, at),
        CarouselItem::CommerceCard(card) => commerce::buttons(m, card, Place::Carousel, at),
        CarouselItem::ListCard(card) => list::buttons(m, card, Place::Carousel, at),
        CarouselItem::ItemCard(card) => item::buttons(m, card, Place::Carousel, at),
        CarouselItem::Unknown(_) => {}
    }
}

/// Too many cards: the last ones go, and it is said if there is a place for it.
fn r71_count(m: &mut Mender<'_>, kind: &CarouselType, cards: &mut Vec<Card>, at: At<'_>) {
    let most = if *kind == CarouselType::ListCard { CAROUSEL_LIST_CARDS_MAX } else { CAROUSEL_MAX };
    if cards.len() > most {
        m.note = Some(notes::cards_shown(most, cards.len()));
        cards.truncate(most);
        m.told("R71", at);
    }
}

/// The first page, if it may be there and is complete.
fn header(m: &mut Mender<'_>, kind: &CarouselType, header: &mut Option<CarouselHeader>, at: At<'_>) {
    let Some(first) = header else { return };
    let allowed = !matches!(kind, CarouselType::TextCard | CarouselType::ListCard);
    let picture = first.thumbnail.as_ref().map(|thumbnail| &thumbnail.image_url);
    let kept = m.require(allowed, "R72", at)
        && m.require(filled(&first.title), "R73", at.key("title"))
        && m.require(filled(&first.description), "R73", at.key("description"))
        && m.require(picture.is_some_and(filled), "R73", at.key("thumbnail").key("imageUrl"))
        && m.require(picture.is_some_and(is_picture), "R12", at.key("thumbnail").key("imageUrl"));
    if kept {
        m.join_lines(&mut first.title, HEADER_TITLE_LINES, "R74", at.key("title"));
        m.join_lines(&mut first.description, HEADER_DESCRIPTION_LINES, "R74", at.key("description"));
    } else {
        *header = None;
    }
}

/// All pictures take the shape of the first.
fn r75_one_ratio(m: &mut Mender<'_>, cards: &mut [Card], at: At<'_>) {
    r75_fixed_ratio(m, cards, at);
    r75_width_and_height(m, cards, at);
}

fn r75_fixed_ratio(m: &mut Mender<'_>, cards: &mut [Card], at: At<'_>) {
    let mut pictures: Vec<_> = cards
        .iter_mut()
        .filter_map(|(_, card)| match card {
            CarouselItem::BasicCard(card) => card.thumbnail.as_mut(),
            CarouselItem::CommerceCard(card) => card.thumbnails.as_mut()?.first_mut(),
            _ => None,
        })
        .map(|thumbnail| &mut thumbnail.fixed_ratio)
        .collect();
    let Some(first) = pictures.first().map(|ratio| **ratio) else { return };
    let square = |ratio: Option<bool>| ratio == Some(true);
    if pictures.iter().any(|ratio| square(**ratio) != square(first)) {
        pictures.iter_mut().for_each(|ratio| **ratio = first);
        m.told("R75", at);
    }
}

fn r75_width_and_height(m: &mut Mender<'_>, cards: &mut [Card], at: At<'_>) {
    let mut pictures: Vec<_> = items(cards).filter_map(|card| card.thumbnail.as_mut()).collect();
    let mut sides = pictures.iter().map(|picture| picture.width.zip(picture.height).unwrap_or((1, 1)));
    let Some((width, height)) = sides.next() else { return };
    if !sides.all(|(w, h)| i128::from(width) * i128::from(h) == i128::from(w) * i128::from(height)) {
        let first = pictures.first().map(|picture| (picture.width, picture.height)).unwrap_or_default();
        pictures.iter_mut().for_each(|picture| (picture.width, picture.height) = first);
        m.told("R75", at);
    }
}

/// A part that not all cards have goes from all.
fn r76_same_parts(m: &mut Mender<'_>, cards: &mut [Card], at: At<'_>) {
    let all = items(cards).count();
    let mut uneven = |part, has: fn(&ItemCard) -> bool, remove: fn(&mut ItemCard)| {
        let found = items(cards).filter(|card| has(card)).count();
        if found != 0 && found != all {
            items(cards).for_each(remove);
            m.told("R76", at.key(part));
        }
    };
    uneven("thumbnail", |card| card.thumbnail.is_some(), |card| card.thumbnail = None);
    uneven("head", |card| card.head.is_some(), |card| card.head = None);
    uneven("profile", |card| card.profile.is_some(), |card| card.profile = None);
    uneven("imageTitle", |card| card.image_title.is_some(), |card| card.image_title = None);
}

fn items(cards: &mut [Card]) -> impl Iterator<Item = &mut ItemCard> {
    cards.iter_mut().filter_map(|(_, card)| match card {
        CarouselItem::ItemCard(card) => Some(card),
        _ => None,
    })
}
