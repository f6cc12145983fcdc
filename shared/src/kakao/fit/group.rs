//! Mends answers to a group chat: what it does not show becomes something that it does.
//! Kakao group-chatbot developer guide 1.11.1 (2026-04-20)

use serde_json::Value;

use super::mender::Mender;
use crate::kakao::limits::{At, GROUP_MENTIONS_MAX, MENTION, OUTPUTS_MAX, mentions_someone};
use crate::kakao::skill::{CarouselItem, Output, SkillResponse};

/// How a mention ends in a text.
const MENTION_END: &str = "}}";

/// Too many people mentioned: those who are mentioned first in the texts stay, and the others' marks leave the texts.
pub(super) fn mentions(m: &mut Mender<'_>, response: &mut SkillResponse, top: At<'_>) {
    let extra = response.extra.as_mut();
    let Some(mentions) = extra.and_then(|extra| extra.get_mut("mentions")?.as_object_mut()) else { return };
    if mentions.len() <= GROUP_MENTIONS_MAX {
        return;
    }
    let outputs = || response.template.iter().flat_map(|template| template.outputs());
    let first = |mark: &str| {
        outputs().enumerate().find_map(|(i, output)| match output {
            Output::SimpleText(bubble) => Some((i, bubble.text.as_deref()?.find(mark)?)),
            _ => None,
        })
    };
    let mut keys: Vec<_> = mentions.keys().map(|key| (first(&mark(key)), key.clone())).collect();
    // Those who are nowhere come last; the sort is stable.
    keys.sort_by_key(|(place, _)| place.unwrap_or((usize::MAX, usize::MAX)));
    let surplus = keys.split_off(GROUP_MENTIONS_MAX);
    for (_, key) in &surplus {
        mentions.remove(key);
    }
    m.told("R94", top.key("extra").key("mentions"));
    let texts = response.template.iter_mut().flat_map(|template| template.outputs.iter_mut().flatten());
    for output in texts {
        let Output::SimpleText(bubble) = output else { continue };
        let Some(text) = &mut bubble.text else { continue };
        for (place, key) in &surplus {
            if place.is_some() {
                *text = text.replace(&mark(key), "");
            }
        }
    }
}

/// The bubbles with their places: commerce cards go, a carousel becomes its first cards, and only texts mention.
pub(super) fn outputs(m: &mut Mender<'_>, outputs: Vec<Output>, at: At<'_>) -> Vec<(usize, Output)> {
    let others =
        outputs.iter().filter(|output| !matches!(output, Output::Carousel(_) | Output::CommerceCard(_))).count();
    let mut places = OUTPUTS_MAX.saturating_sub(others).max(1);
    let mut shown = Vec::new();
    for (i, output) in outputs.into_iter().enumerate() {
        let at = at.index(i);
        match output {
            Output::CommerceCard(_) => m.told("R94", at),
            Output::Carousel(carousel) => {
                m.told("R94", at);
                let cards: Vec<_> = carousel.items.into_iter().flatten().filter_map(bubble).take(places).collect();
                // At least one of each carousel, as far as there are places in the end.
                places = places.saturating_sub(cards.len()).max(1);
                shown.extend(cards.into_iter().filter_map(|card| Some((i, without_mentions(m, card, at)?))));
            }
            output => shown.extend(without_mentions(m, output, at).map(|output| (i, output))),
        }
    }
    shown
}

/// A card of a carousel as a bubble.
fn bubble(item: CarouselItem) -> Option<Output> {
    match item {
        CarouselItem::TextCard(card) => Some(card.into()),
        CarouselItem::BasicCard(card) => Some(card.into()),
        CarouselItem::ListCard(card) => Some(card.into()),
        CarouselItem::ItemCard(card) => Some(card.into()),
        CarouselItem::CommerceCard(_) | CarouselItem::Unknown(_) => None,
    }
}

/// A bubble that mentions nobody, unless it is a text.
fn without_mentions(m: &mut Mender<'_>, output: Output, at: At<'_>) -> Option<Output> {
    if matches!(output, Output::SimpleText(_) | Output::Unknown(_)) || !mentions_someone(&output) {
        return Some(output);
    }
    m.told("R94", at);
    let mut value = serde_json::to_value(&output).ok()?;
    forget(&mut value);
    serde_json::from_value(value).ok().filter(|output| !mentions_someone(output))
}

/// Takes the marks out of every text.
fn forget(value: &mut Value) {
    match value {
        Value::String(text) => {
            while let Some((before, after)) = text.split_once(MENTION) {
                let after = after.split_once(MENTION_END).map_or(after, |(_, after)| after);
                *text = format!("{before}{after}");
            }
        }
        Value::Array(values) => values.iter_mut().for_each(forget),
        Value::Object(members) => members.values_mut().for_each(forget),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How someone is mentioned in a text.
fn mark(key: &str) -> String {
    format!("{MENTION}{key}{MENTION_END}")
}
