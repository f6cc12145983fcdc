//! Mends list cards. A list that is too long says in its head how much of it is shown.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, sift};
use super::{buttons, notes, outputs};
use crate::kakao::limits::{At, LIST_ITEMS_CAROUSEL_MAX, LIST_ITEMS_MAX, Place, filled};
use crate::kakao::skill::{ButtonAction, ListCard, ListItem, Output, TextCard};

/// A card that stands alone. Without items it is what its head says.
pub(super) fn alone(m: &mut Mender<'_>, mut card: ListCard, at: At<'_>) -> Option<Output> {
    if !card_in(m, &mut card, Place::Single, at) {
        let title = card.header.and_then(|header| header.title);
        let words = TextCard { title, buttons: card.buttons, button_layout: card.button_layout, ..TextCard::default() };
        return outputs::text_card(m, words, at);
    }
    buttons(m, &mut card, Place::Single, at);
    Some(card.into())
}

/// All but the buttons. `false` if there are no items.
pub(super) fn card_in(m: &mut Mender<'_>, card: &mut ListCard, place: Place, at: At<'_>) -> bool {
    sift(&mut card.items, at.key("items"), |item, at| self::item(m, item, at));
    let count = card.items.iter().flatten().count();
    if !m.require(count > 0, "R51", at.key("items")) {
        return false;
    }
    let header = r50_header(m, &mut card.header, at.key("header"));
    let most = if place == Place::Carousel { LIST_ITEMS_CAROUSEL_MAX } else { LIST_ITEMS_MAX };
    if let Some(items) = card.items.as_mut().filter(|_| count > most) {
        items.truncate(most);
        let title = header.title.as_deref().unwrap_or_default();
        header.title = Some(format!("{title} {}", notes::items_shown(most, count)));
        m.told("R51", at.key("items"));
    }
    true
}

/// The buttons.
pub(super) fn buttons(m: &mut Mender<'_>, card: &mut ListCard, place: Place, at: At<'_>) {
    buttons::buttons(m, &mut card.buttons, &mut card.button_layout, false, place, at);
}

/// A head that says something: what is under it, or that this is a list.
fn r50_header<'c>(m: &mut Mender<'_>, header: &'c mut Option<ListItem>, at: At<'_>) -> &'c mut ListItem {
    if header.is_none() {
        m.told("R50", at);
    }
    let header = header.get_or_insert_with(|| ListItem::new(notes::LIST));
    if !filled(&header.title) {
        header.title = header.description.take().filter(|text| !text.is_empty()).or(Some(notes::LIST.to_owned()));
        m.told("R50", at.key("title"));
    }
    m.optional_picture(&mut header.image_url, at);
    header
}

/// `false` if the item has no title. An action that leads nowhere goes, and the item stays.
fn item(m: &mut Mender<'_>, item: &mut ListItem, at: At<'_>) -> bool {
    if !m.require(filled(&item.title), "R52", at.key("title")) {
        return false;
    }
    let complete = match &item.action {
        None => true,
        Some(ButtonAction::Message) => filled(&item.message_text),
        Some(ButtonAction::Block) => filled(&item.block_id),
        Some(_) => false,
    };
    if !m.require(complete, "R53", at.key("action")) {
        (item.action, item.message_text, item.block_id, item.extra) = (None, None, None, None);
    }
    m.optional_picture(&mut item.image_url, at);
    true
}
