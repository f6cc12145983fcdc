//! Mends item cards. A table that is too long ends with a line that says how much is missing.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, is_picture, sift};
use super::{buttons, notes, outputs};
use crate::kakao::limits::{
    ALT_TEXT_MAX, At, HEAD_LINES, IMAGE_DESCRIPTION_LINES, IMAGE_TITLE_LINES, ITEM_CARD_CAROUSEL_TEXT_MAX,
    ITEM_CARD_TEXT_LINES, ITEM_CARD_TEXT_MAX, ITEM_DESCRIPTION_LINES, ITEM_LIST_CAROUSEL_MAX, ITEM_LIST_MAX,
    ITEM_TITLE_MAX, PROFILE_TITLE_MAX, Place, chars, filled, lines,
};
use crate::kakao::skill::{Item, ItemCard, ItemListAlignment, Output, TextCard};

/// A card that stands alone. Without a table it is what it says beside.
pub(super) fn alone(m: &mut Mender<'_>, mut card: ItemCard, at: At<'_>) -> Option<Output> {
    if !card_in(m, &mut card, Place::Single, at) {
        return outputs::text_card(m, without_table(card), at);
    }
    buttons(m, &mut card, Place::Single, at);
    Some(card.into())
}

/// All but the buttons. `false` if there is no table.
pub(super) fn card_in(m: &mut Mender<'_>, card: &mut ItemCard, place: Place, at: At<'_>) -> bool {
    let list = at.key("itemList");
    sift(&mut card.item_list, list, |item, at| row(m, item, at));
    if !m.require(card.item_list.iter().flatten().next().is_some(), "R60", list) {
        return false;
    }
    r60_cut(m, card, place, list);
    if card.head.is_some() && card.profile.is_some() {
        card.profile = None;
        m.told("R63", at);
    }
    headlines(m, card, at);
    text(m, card, place, at);
    if matches!(card.item_list_alignment, Some(ItemListAlignment::Other(_))) {
        card.item_list_alignment = None;
        m.told("R67", at.key("itemListAlignment"));
    }
    // The sum itself is an amount and stays as it is; without one there is nothing to sum up.
    if card.item_list_summary.as_ref().is_some_and(|summary| !filled(&summary.description)) {
        card.item_list_summary = None;
        m.told("R68", at.key("itemListSummary").key("description"));
    }
    if let Some(summary) = &mut card.item_list_summary {
        if !filled(&summary.title) {
            summary.title = Some(notes::SUM.to_owned());
            m.told("R68", at.key("itemListSummary").key("title"));
        }
        m.shorten(&mut summary.title, ITEM_TITLE_MAX, "R68", at.key("itemListSummary").key("title"));
    }
    picture(m, card, at.key("thumbnail"));
    true
}

/// The buttons.
pub(super) fn buttons(m: &mut Mender<'_>, card: &mut ItemCard, place: Place, at: At<'_>) {
    buttons::buttons(m, &mut card.buttons, &mut card.button_layout, false, place, at);
}

/// A line of the table; `false` if it is not complete.
fn row(m: &mut Mender<'_>, item: &mut Item, at: At<'_>) -> bool {
    let complete = m.require(filled(&item.title), "R61", at.key("title"))
        && m.require(filled(&item.description), "R61", at.key("description"));
    if complete {
        // Its name may be longer than the page says: the official sample's are, and show.
        m.join_lines(&mut item.description, ITEM_DESCRIPTION_LINES, "R62", at.key("description"));
    }
    complete
}

fn r60_cut(m: &mut Mender<'_>, card: &mut ItemCard, place: Place, at: At<'_>) {
    let most = if place == Place::Carousel { ITEM_LIST_CAROUSEL_MAX } else { ITEM_LIST_MAX };
    let Some(items) = card.item_list.as_mut().filter(|items| items.len() > most) else { return };
    let left_out = items.len() - (most - 1);
    items.truncate(most - 1);
    items.push(Item {
        title: Some(notes::MORE_ROWS.to_owned()),
        description: Some(notes::rows_left_out(left_out)),
        ..Item::default()
    });
    m.told("R60", at);
}

fn headlines(m: &mut Mender<'_>, card: &mut ItemCard, at: At<'_>) {
    r64_untitled(m, card, at);
    if let Some(head) = &mut card.head {
        m.join_lines(&mut head.title, HEAD_LINES, "R64", at.key("head").key("title"));
    }
    if let Some(profile) = &mut card.profile {
        m.shorten(&mut profile.title, PROFILE_TITLE_MAX, "R64", at.key("profile").key("title"));
        m.optional_picture(&mut profile.image_url, at.key("profile"));
    }
    if let Some(image) = &mut card.image_title {
        let at = at.key("imageTitle");
        m.join_lines(&mut image.title, IMAGE_TITLE_LINES, "R64", at.key("title"));
        m.join_lines(&mut image.description, IMAGE_DESCRIPTION_LINES, "R64", at.key("description"));
        m.optional_picture(&mut image.image_url, at);
    }
}

/// A headline without a title shows nothing: what it says beside becomes its title, or it goes.
fn r64_untitled(m: &mut Mender<'_>, card: &mut ItemCard, at: At<'_>) {
    if card.head.as_ref().is_some_and(|head| !filled(&head.title)) {
        card.head = None;
        m.told("R64", at.key("head").key("title"));
    }
    if card.profile.as_ref().is_some_and(|profile| !filled(&profile.title)) {
        card.profile = None;
        m.told("R64", at.key("profile").key("title"));
    }
    if let Some(image) = card.image_title.as_mut().filter(|image| !filled(&image.title)) {
        image.title = image.description.take().filter(|text| !text.is_empty());
        if image.title.is_none() {
            card.image_title = None;
        }
        m.told("R64", at.key("imageTitle").key("title"));
    }
}

/// Title and description share their limits; the title comes first.
fn text(m: &mut Mender<'_>, card: &mut ItemCard, place: Place, at: At<'_>) {
    if filled(&card.description) && !filled(&card.title) {
        card.title = card.description.take();
        m.told("R65", at.key("title"));
    }
    let below = usize::from(filled(&card.description));
    m.join_lines(&mut card.title, ITEM_CARD_TEXT_LINES - below, "R66", at.key("title"));
    let above = lines(card.title.as_deref().unwrap_or_default());
    m.join_lines(&mut card.description, ITEM_CARD_TEXT_LINES.saturating_sub(above), "R66", at.key("description"));

    let most = if place == Place::Carousel { ITEM_CARD_CAROUSEL_TEXT_MAX } else { ITEM_CARD_TEXT_MAX };
    m.shorten(&mut card.title, most, "R66", at.key("title"));
    let left = most.saturating_sub(chars(card.title.as_deref().unwrap_or_default()));
    m.shorten(&mut card.description, left, "R66", at.key("description"));
}

fn picture(m: &mut Mender<'_>, card: &mut ItemCard, at: At<'_>) {
    let Some(thumbnail) = &mut card.thumbnail else { return };
    m.shorten(&mut thumbnail.alt_text, ALT_TEXT_MAX, "R13", at.key("altText"));
    if !m.require(is_picture(&thumbnail.image_url), "R12", at.key("imageUrl")) {
        card.thumbnail = None;
    }
}

/// What a card says beside its table.
fn without_table(card: ItemCard) -> TextCard {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (image_title, image_text) = card.image_title.map(|image| (image.title, image.description)).unwrap_or_default();
    let title = some(card.title)
        .or(some(card.head.and_then(|head| head.title)))
        .or(some(card.profile.and_then(|profile| profile.title)))
        .or(some(image_title));
    TextCard {
        title,
        description: some(card.description).or(some(image_text)),
        buttons: card.buttons,
        button_layout: card.button_layout,
        forwardable: card.forwardable,
        rest: card.rest,
    }
}
