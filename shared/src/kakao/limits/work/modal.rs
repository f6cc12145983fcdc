//! Modals.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/reactive/>

use std::collections::HashSet;

use super::block::judge;
use super::rules::{
    BLOCK_COUNT, MEMBER_TYPE, MODAL_BARE, MODAL_BLOCK_KIND, MODAL_EMPTY, MODAL_FIELDS, MODAL_NAMES, MODAL_VIEW,
    MODAL_WORDS, VALUE_LONG,
};
use super::{BLOCKS_SANE, MODAL_BUTTON_SANE, MODAL_TITLE_SANE, VALUE_SANE, at_most};
use crate::kakao::limits::at::At;
use crate::kakao::limits::measure::filled;
use crate::kakao::limits::report::{Finding, Report, Setting};
use crate::kakao::work::{Block, Modal, ModalAnswer};

/// Everything there is to say about the answer to `request_modal`, or about a modal without the wrapper.
pub fn modal(answer: &ModalAnswer) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    match &answer.view {
        Some(modal) if answer.bare => {
            report.require(false, &MODAL_BARE, top);
            judge_modal(modal, top, &mut report);
        }
        Some(modal) => judge_modal(modal, top.key("view"), &mut report),
        None => report.require(false, &MODAL_VIEW, top.key("view")),
    }
    report.findings
}

pub(super) fn judge_modal(modal: &Modal, at: At<'_>, report: &mut Report<'_>) {
    report.typed(modal, &MEMBER_TYPE, at);
    let words = [
        ("title", &modal.title, MODAL_TITLE_SANE),
        ("accept", &modal.accept, MODAL_BUTTON_SANE),
        ("decline", &modal.decline, MODAL_BUTTON_SANE),
    ];
    for (key, words, most) in words {
        report.require(filled(words), &MODAL_FIELDS, at.key(key));
        at_most(words.as_deref().unwrap_or_default(), most, &MODAL_WORDS, at.key(key), report);
    }
    report.require(modal.value.is_some(), &MODAL_FIELDS, at.key("value"));
    at_most(modal.value.as_deref().unwrap_or_default(), VALUE_SANE, &VALUE_LONG, at.key("value"), report);
    let place = at.key("blocks");
    match &modal.blocks {
        None => report.require(false, &MODAL_FIELDS, place),
        Some(blocks) => report.require(!blocks.is_empty(), &MODAL_EMPTY, place),
    }
    report.at_most(BLOCKS_SANE, modal.blocks().len(), &BLOCK_COUNT, place);
    let mut seen = HashSet::new();
    for (index, block) in modal.blocks().iter().enumerate() {
        let at = place.index(index);
        let name = match block {
            Block::Label(_) => &None,
            Block::Input(input) => &input.name,
            Block::Select(select) => &select.name,
            _ => {
                report.require(false, &MODAL_BLOCK_KIND, at);
                continue;
            }
        };
        judge(block, at, report);
        if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
            report.require(seen.insert(name), &MODAL_NAMES, at.key("name"));
        }
    }
}
