//! Mends the bubbles: each by itself, then their number, then long texts over the places that are left.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::Mender;
use super::text::split;
use super::{basic, carousel, commerce, group, image, item, list, size, words};
use crate::kakao::limits::{At, OUTPUTS_MAX, Place, SIMPLE_TEXT_MAX, chars, filled, json_bytes};
use crate::kakao::skill::{Output, QuickReply, SimpleText, TextCard};

/// Between two texts that share a bubble.
const SEAM: &str = "\n\n";

/// A bubble on its way.
struct Bubble {
    /// Its place in the answer as it came.
    index: usize,
    output: Output,
    /// Its buttons for which there was no room; if the bubble goes they go with it.
    surplus: Vec<QuickReply>,
    /// What is to be said under it.
    note: Option<String>,
}

/// One round over the bubbles. Buttons without room are added to `surplus`.
pub(super) fn outputs(
    m: &mut Mender<'_>,
    outputs: Vec<Output>,
    surplus: &mut Vec<QuickReply>,
    at: At<'_>,
) -> Vec<Output> {
    let shown =
        if m.setting.group_chat { group::outputs(m, outputs, at) } else { outputs.into_iter().enumerate().collect() };
    let mut bubbles = Vec::new();
    for (index, output) in shown {
        let output = self::output(m, output, at.index(index));
        let (surplus, note) = (std::mem::take(&mut m.surplus), m.note.take());
        bubbles.extend(output.map(|output| Bubble { index, output, surplus, note }));
    }
    r03_count(m, &mut bubbles, at);
    say_notes(&mut bubbles);
    r11_split(m, &mut bubbles, at);
    bubbles.retain_mut(|bubble| size::r08_size(m, &mut bubble.output, at.index(bubble.index)));
    surplus.extend(bubbles.iter_mut().flat_map(|bubble| std::mem::take(&mut bubble.surplus)));
    bubbles.into_iter().map(|bubble| bubble.output).collect()
}

/// One bubble by itself; `None` if it cannot be shown.
fn output(m: &mut Mender<'_>, output: Output, at: At<'_>) -> Option<Output> {
    let Some(key) = output.key() else {
        m.told("R05", at);
        return None;
    };
    let at = at.key(key);
    match output {
        Output::SimpleText(bubble) => m.require(filled(&bubble.text), "R10", at.key("text")).then(|| bubble.into()),
        Output::SimpleImage(mut bubble) => image::simple_image(m, &mut bubble, at).then(|| bubble.into()),
        Output::TextCard(card) => text_card(m, card, at),
        Output::BasicCard(card) => basic::alone(m, card, at),
        Output::CommerceCard(mut card) => commerce::card(m, &mut card, at).then(|| {
            commerce::buttons(m, &mut card, Place::Single, at);
            card.into()
        }),
        Output::ListCard(card) => list::alone(m, card, at),
        Output::ItemCard(card) => item::alone(m, card, at),
        Output::Carousel(mut cards) => carousel::carousel(m, &mut cards, at).then(|| cards.into()),
        Output::Unknown(_) => None,
    }
}

/// A text card, also one that was another card.
pub(super) fn text_card(m: &mut Mender<'_>, mut card: TextCard, at: At<'_>) -> Option<Output> {
    words::text_card(m, &mut card, Place::Single, at).then(|| {
        words::buttons(m, &mut card, Place::Single, at);
        card.into()
    })
}

/// Too many bubbles: neighbouring texts share one, then the last ones go.
fn r03_count(m: &mut Mender<'_>, bubbles: &mut Vec<Bubble>, at: At<'_>) {
    let mut i = 1;
    while bubbles.len() > OUTPUTS_MAX && i < bubbles.len() {
        let joined = match bubbles.get(i - 1..=i) {
            Some([one, next]) => joined(m, one, next),
            _ => None,
        };
        match joined {
            Some(text) => {
                m.told("R03", at.index(bubbles.remove(i).index));
                if let Some(bubble) = bubbles.get_mut(i - 1) {
                    bubble.output = text.into();
                }
            }
            None => i += 1,
        }
    }
    for bubble in bubbles.drain(OUTPUTS_MAX.min(bubbles.len())..) {
        m.told("R03", at.index(bubble.index));
    }
}

/// Two texts in one bubble, if they are alike and there is room.
fn joined(m: &Mender<'_>, one: &Bubble, next: &Bubble) -> Option<SimpleText> {
    let (Output::SimpleText(one), Output::SimpleText(next)) = (&one.output, &next.output) else { return None };
    let alike = one.extra == next.extra && one.forwardable == next.forwardable && one.rest == next.rest;
    let text = format!("{}{SEAM}{}", one.text.as_deref()?, next.text.as_deref()?);
    let both = SimpleText { text: Some(text), ..one.clone() };
    let room = both.text.as_deref().is_some_and(|text| chars(text) <= SIMPLE_TEXT_MAX);
    (alike && room && json_bytes(&Output::from(both.clone())) <= m.setting.bubble_error).then_some(both)
}

/// What was cut is said where there is a place left.
fn say_notes(bubbles: &mut Vec<Bubble>) {
    let mut i = 0;
    while i < bubbles.len() && bubbles.len() < OUTPUTS_MAX {
        let said = bubbles.get_mut(i).and_then(|bubble| Some((bubble.index, bubble.note.take()?)));
        if let Some((index, note)) = said {
            bubbles
                .insert(i + 1, Bubble { index, output: SimpleText::new(note).into(), surplus: Vec::new(), note: None });
        }
        i += 1;
    }
}

/// Long texts take the places that are left, the first one first.
fn r11_split(m: &mut Mender<'_>, bubbles: &mut Vec<Bubble>, at: At<'_>) {
    let mut i = 0;
    while i < bubbles.len() {
        let free = OUTPUTS_MAX.saturating_sub(bubbles.len());
        let Some(Bubble { index, output: Output::SimpleText(long), .. }) = bubbles.get(i) else {
            i += 1;
            continue;
        };
        let text = long.text.as_deref().unwrap_or_default();
        if chars(text) <= SIMPLE_TEXT_MAX {
            i += 1;
            continue;
        }
        let (index, pieces) = (*index, split(text, SIMPLE_TEXT_MAX, free + 1));
        let texts: Vec<_> = pieces.into_iter().map(|piece| SimpleText { text: Some(piece), ..long.clone() }).collect();
        m.told("R11", at.index(index).key("simpleText").key("text"));
        let count = texts.len();
        let texts =
            texts.into_iter().map(|text| Bubble { index, output: text.into(), surplus: Vec::new(), note: None });
        bubbles.splice(i..=i, texts);
        i += count;
    }
}
