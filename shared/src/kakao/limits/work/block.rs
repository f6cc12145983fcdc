//! Blocks, wherever they stand.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/uxguide/>

use std::collections::HashSet;

use super::action::action;
use super::rules::{
    BLOCK_KIND, BUTTON_ACTION, BUTTON_ACTION_FLAT, BUTTON_STYLE, BUTTON_TEXT, CONTEXT, DESC_CONTENT, DESC_TERM,
    HEADER_LINE, HEADER_STYLE, HEADER_STYLE_ABSENT, HEADER_TEXT, IMAGE_URL, INPUT_PLACEHOLDER, MEMBER_TYPE,
    MODAL_NAMES, ROW_COUNT, ROW_KIND, SECTION, SELECT_OPTION, SELECT_OPTION_LONG, SELECT_OPTION_TWICE, SELECT_OPTIONS,
    SELECT_PLACEHOLDER,
};
use super::text::{label, text};
use super::{
    BUTTON_TEXT_MAX, DESCRIPTION_TERM_MAX, HEADER_MAX, OPTION_TEXT_SANE, OPTIONS_MAX, PLACEHOLDER_MAX, ROW_MAX,
    ROW_MIN, at_most, length,
};
use crate::kakao::limits::at::At;
use crate::kakao::limits::measure::{filled, is_web_address};
use crate::kakao::limits::report::{Finding, Report, Setting};
use crate::kakao::limits::rule::Rule;
use crate::kakao::work::{
    ActionRow, Block, Button, ButtonStyle, Context, Description, Header, HeaderStyle, ImageLink, Section, Select,
};

/// Everything there is to say about one block by itself.
pub fn block(block: &Block) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    judge(block, At::top(), &mut report);
    report.findings
}

pub(super) fn judge(block: &Block, at: At<'_>, report: &mut Report<'_>) {
    match block {
        Block::Header(it) => header(it, at, report),
        Block::TextBlock(it) => text(it, at, report),
        Block::Divider(_) => {}
        Block::ImageLink(it) => image(it, at, report),
        Block::Button(it) => button(it, at, report),
        Block::ActionRow(it) => row(it, at, report),
        Block::Description(it) => description(it, at, report),
        Block::Section(it) => section(it, at, report),
        Block::Context(it) => context(it, at, report),
        Block::Label(it) => label(it, at, report),
        Block::Input(it) => {
            report.typed(it, &MEMBER_TYPE, at);
            report.require(filled(&it.name), &MODAL_NAMES, at.key("name"));
            let placeholder = it.placeholder.as_deref().unwrap_or_default();
            at_most(placeholder, PLACEHOLDER_MAX, &INPUT_PLACEHOLDER, at.key("placeholder"), report);
        }
        Block::Select(it) => select(it, at, report),
        Block::Unknown(_) => report.require(false, &BLOCK_KIND, at.key("type")),
    }
}

fn header(block: &Header, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    let words = block.text.as_deref().unwrap_or_default();
    length(words, HEADER_MAX, &HEADER_TEXT, at.key("text"), report);
    report.require(!words.contains(['\n', '\r']), &HEADER_LINE, at.key("text"));
    match block.style {
        Some(HeaderStyle::Other(_)) => report.require(false, &HEADER_STYLE, at.key("style")),
        Some(_) => {}
        None => {
            let misfit = block.rest.get("style").is_some_and(|style| !style.is_null());
            report.require(misfit, &HEADER_STYLE_ABSENT, at.key("style"));
        }
    }
}

fn image(block: &ImageLink, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    report.require(block.url.as_deref().is_some_and(is_web_address), &IMAGE_URL, at.key("url"));
}

fn button(block: &Button, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    length(block.text.as_deref().unwrap_or_default(), BUTTON_TEXT_MAX, &BUTTON_TEXT, at.key("text"), report);
    let styled = matches!(&block.style, Some(style) if !matches!(style, ButtonStyle::Other(_)));
    report.require(styled, &BUTTON_STYLE, at.key("style"));
    match &block.action {
        Some(it) => action(it, at.key("action"), report),
        None if block.is_flat() => report.require(false, &BUTTON_ACTION_FLAT, at.key("action_type")),
        None => report.require(false, &BUTTON_ACTION, at.key("action")),
    }
}

fn row(block: &ActionRow, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    let (elements, at) = (block.elements.as_deref().unwrap_or_default(), at.key("elements"));
    report.within(ROW_MIN, ROW_MAX, elements.len(), &ROW_COUNT, at);
    for (index, element) in elements.iter().enumerate() {
        let at = at.index(index);
        match element {
            Block::Button(it) => button(it, at, report),
            _ => report.require(false, &ROW_KIND, at),
        }
    }
}

fn description(block: &Description, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    length(block.term.as_deref().unwrap_or_default(), DESCRIPTION_TERM_MAX, &DESC_TERM, at.key("term"), report);
    nested_text(block.content.as_deref(), &DESC_CONTENT, at.key("content"), report);
}

fn section(block: &Section, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    nested_text(block.content.as_deref(), &SECTION, at.key("content"), report);
    if block.accessory.is_some() {
        nested_image(block.accessory.as_deref(), &SECTION, at.key("accessory"), report);
    }
    if let Some(it) = &block.action {
        action(it, at.key("action"), report);
    }
}

fn context(block: &Context, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    nested_text(block.content.as_deref(), &CONTEXT, at.key("content"), report);
    nested_image(block.image.as_deref(), &CONTEXT, at.key("image"), report);
}

fn nested_text(block: Option<&Block>, rule: &'static Rule, at: At<'_>, report: &mut Report<'_>) {
    match block {
        Some(Block::TextBlock(it)) => text(it, at, report),
        _ => report.require(false, rule, at),
    }
}

fn nested_image(block: Option<&Block>, rule: &'static Rule, at: At<'_>, report: &mut Report<'_>) {
    match block {
        Some(Block::ImageLink(it)) => image(it, at, report),
        _ => report.require(false, rule, at),
    }
}

fn select(block: &Select, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    report.require(filled(&block.name), &MODAL_NAMES, at.key("name"));
    let placeholder = block.placeholder.as_deref().unwrap_or_default();
    at_most(placeholder, PLACEHOLDER_MAX, &SELECT_PLACEHOLDER, at.key("placeholder"), report);
    let (options, at) = (block.options.as_deref().unwrap_or_default(), at.key("options"));
    report.within(1, OPTIONS_MAX, options.len(), &SELECT_OPTIONS, at);
    let mut seen = HashSet::new();
    for (index, option) in options.iter().enumerate() {
        let at = at.index(index);
        report.typed(option, &MEMBER_TYPE, at);
        report.require(filled(&option.text), &SELECT_OPTION, at.key("text"));
        report.require(filled(&option.value), &SELECT_OPTION, at.key("value"));
        let words = option.text.as_deref().unwrap_or_default();
        at_most(words, OPTION_TEXT_SANE, &SELECT_OPTION_LONG, at.key("text"), report);
        if let Some(value) = &option.value {
            report.require(seen.insert(value), &SELECT_OPTION_TWICE, at.key("value"));
        }
    }
}
