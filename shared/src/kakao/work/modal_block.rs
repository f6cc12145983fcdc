//! The blocks of a modal.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/inputblock/>

use serde::Serialize;

use super::cut::{cut, cut_line};
use super::text::{joined, within};
use super::{Block, Inline};
use crate::kakao::field::closed_debug;
use crate::kakao::limits::work::{LABEL_MAX, OPTION_TEXT_SANE, PLACEHOLDER_MAX};
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::{generous, optional};

/// What may stand in a modal.
pub trait InModal: Into<Block> {}
impl InModal for Label {}
impl InModal for Input {}
impl InModal for Select {}

/// Words.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Label {
    /// 1 to 200 characters; may be absent beside inlines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The same in pieces, styled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inlines: Option<Vec<Inline>>,
    /// Of an earlier edition; not together with `inlines`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// A line to fill in.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Input {
    /// Key of the words in the submission; unlike any other in the modal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it may stay blank: it may, if this is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Up to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// A choice of one.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Select {
    /// Key of the choice in the submission; unlike any other in the modal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it may stay blank: it may, if this is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// 1 to 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<SelectOption>>,
    /// Up to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One of them.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct SelectOption {
    /// What is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Label, Input, Select, SelectOption);
generous!(Label { text = "text", inlines = "inlines", markdown = "markdown" });
generous!(Input { name = "name", required = "required", placeholder = "placeholder" });
generous!(Select { name = "name", required = "required", options = "options", placeholder = "placeholder" });
generous!(SelectOption { text = "text", value = "value" });

impl Label {
    /// Plain words, cut to 200 characters.
    pub fn new(text: impl Into<String>) -> Self {
        Label { text: Some(cut(text, LABEL_MAX)), ..Self::default() }
    }

    /// Words in pieces.
    pub fn of(inlines: impl IntoIterator<Item = Inline>) -> Self {
        let inlines = within(inlines, LABEL_MAX);
        let text = Some(joined(&inlines));
        Label { text, inlines: Some(inlines).filter(|all| !all.is_empty()), ..Self::default() }
    }
}

impl Input {
    /// A line that may stay blank.
    pub fn new(name: impl Into<String>) -> Self {
        Input { name: Some(name.into()), required: Some(false), ..Self::default() }
    }

    /// A line that the client insists on.
    pub fn required(self) -> Self {
        Input { required: Some(true), ..self }
    }

    /// Grey words in the empty line, cut to 50 characters.
    pub fn placeholder(self, words: impl Into<String>) -> Self {
        Input { placeholder: optional(cut_line(words, PLACEHOLDER_MAX)), ..self }
    }
}

impl Select {
    /// A choice of one, which may stay blank.
    pub fn new(name: impl Into<String>, options: impl IntoIterator<Item = SelectOption>) -> Self {
        let options = Some(options.into_iter().collect());
        Select { name: Some(name.into()), required: Some(false), options, ..Self::default() }
    }

    /// A choice that the client insists on.
    pub fn required(self) -> Self {
        Select { required: Some(true), ..self }
    }

    /// Grey words while nothing is chosen, cut to 50 characters.
    pub fn placeholder(self, words: impl Into<String>) -> Self {
        Select { placeholder: optional(cut_line(words, PLACEHOLDER_MAX)), ..self }
    }
}

impl SelectOption {
    /// What is read, and what is submitted.
    pub fn new(text: impl Into<String>, value: impl Into<String>) -> Self {
        SelectOption { text: Some(cut_line(text, OPTION_TEXT_SANE)), value: Some(value.into()), rest: Map::new() }
    }
}
