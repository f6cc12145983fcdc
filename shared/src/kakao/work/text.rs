//! `text` blocks and the inlines of text and label blocks.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/textblock/>

use serde::Serialize;

use super::cut::cut;
use crate::kakao::field::closed_debug;
use crate::kakao::id::WorkUserId;
use crate::kakao::limits::work::TEXT_MAX;
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;
use crate::kakao::skill::open::open_enum;

/// A text.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct TextBlock {
    /// The whole text, 1 to 500 characters, also when there are inlines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The same text in pieces. They win over `text` if the two differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inlines: Option<Vec<Inline>>,
    /// Of clients before 1.7; not together with `inlines`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// A piece of a text.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Inline {
    /// What kind of piece.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<InlineType>,
    /// The words. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `styled` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bold: Option<bool>,
    /// `styled` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub italic: Option<bool>,
    /// `styled` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strike: Option<bool>,
    /// `styled` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// `link` only: http, https, mailto or tel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `mention` only: who. Works when that member is in the room.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub mentioned: Option<Mentioned>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `ref` of a mention.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Mentioned {
    /// `kw`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<WorkUserId>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `type` of an inline.
    InlineType {
        /// Words in a style.
        Styled = "styled",
        /// Words that lead somewhere.
        Link = "link",
        /// A member's name.
        Mention = "mention",
    }
}

open_enum! {
    /// `color` of styled words.
    Color {
        /// As the client has it.
        Default = "default",
        /// Red.
        Red = "red",
        /// Blue.
        Blue = "blue",
        /// Grey.
        Grey = "grey",
    }
}

closed_debug!(TextBlock, Inline, Mentioned);
generous!(TextBlock { text = "text", inlines = "inlines", markdown = "markdown" });
generous!(Inline { kind = "type", text = "text", bold = "bold", italic = "italic", strike = "strike", color = "color", url = "url", mentioned = "ref" });
generous!(Mentioned { kind = "type", value = "value" });

/// The inlines one after the other.
pub(crate) fn joined(inlines: &[Inline]) -> String {
    inlines.iter().filter_map(|inline| inline.text.as_deref()).collect()
}

/// Inlines that together have at most `most` characters: the one that is too long is cut, those after it are left out.
pub(super) fn within(inlines: impl IntoIterator<Item = Inline>, most: usize) -> Vec<Inline> {
    let mut room = most;
    let mut kept = Vec::new();
    for inline in inlines {
        if room == 0 {
            break;
        }
        let text = cut(inline.text.clone().unwrap_or_default(), room);
        room = room.saturating_sub(crate::kakao::limits::chars(&text));
        if !text.is_empty() {
            kept.push(Inline { text: Some(text), ..inline });
        }
    }
    kept
}

impl TextBlock {
    /// Plain words, cut to 500 characters.
    pub fn new(text: impl Into<String>) -> Self {
        TextBlock { text: Some(cut(text, TEXT_MAX)), ..Self::default() }
    }

    /// Words in pieces; `text` says the same without the styles.
    ///
    /// ```
    /// use shared::kakao::work::{Inline, TextBlock};
    /// let text = TextBlock::of([Inline::words("연차 "), Inline::words("3일").bold()]);
    /// assert_eq!(text.text.as_deref(), Some("연차 3일"));
    /// ```
    pub fn of(inlines: impl IntoIterator<Item = Inline>) -> Self {
        let inlines = within(inlines, TEXT_MAX);
        let text = Some(joined(&inlines));
        TextBlock { text, inlines: Some(inlines).filter(|all| !all.is_empty()), ..Self::default() }
    }
}

impl From<&str> for TextBlock {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for TextBlock {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Inline {
    fn of(kind: InlineType, text: impl Into<String>) -> Self {
        Inline { kind: Some(kind), text: Some(text.into()), ..Self::default() }
    }

    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self::of(InlineType::Styled, text)
    }

    /// Words that open an address: http, https, mailto or tel.
    pub fn link(text: impl Into<String>, url: impl Into<String>) -> Self {
        Inline { url: Some(url.into()), ..Self::of(InlineType::Link, text) }
    }

    /// A member's name, which opens the profile.
    pub fn mention(text: impl Into<String>, member: u64) -> Self {
        let mentioned = Mentioned { kind: Some("kw".to_owned()), value: Some(member.into()), rest: Map::new() };
        Inline { mentioned: Some(mentioned), ..Self::of(InlineType::Mention, text) }
    }

    fn is_styled(&self) -> bool {
        self.kind == Some(InlineType::Styled)
    }

    /// Bold. Links and mentions have no style and stay as they are; so with the others.
    pub fn bold(mut self) -> Self {
        self.bold = self.is_styled().then_some(true);
        self
    }

    /// Italic.
    pub fn italic(mut self) -> Self {
        self.italic = self.is_styled().then_some(true);
        self
    }

    /// Struck through.
    pub fn strike(mut self) -> Self {
        self.strike = self.is_styled().then_some(true);
        self
    }

    /// In a colour.
    pub fn color(mut self, color: Color) -> Self {
        self.color = self.is_styled().then_some(color);
        self
    }
}
