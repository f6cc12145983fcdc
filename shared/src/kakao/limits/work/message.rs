//! Messages: which blocks, in which order, how many.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/uxguide/>

use super::block::judge;
use super::rules::{
    BLOCK_COUNT, BLOCK_KIND, BUTTON_COUNT, DIVIDER_PLACE, HEADER_PLACE, IMAGE_PLACE, MEMBER_TYPE, MSG_BLOCK_KIND,
    MSG_TEXT, MSG_TEXT_LONG,
};
use super::{BLOCKS_SANE, BUTTONS_SANE, MESSAGE_TEXT_MAX, MESSAGE_TEXT_SANE, length};
use crate::kakao::limits::at::At;
use crate::kakao::limits::report::{Finding, Report, Setting};
use crate::kakao::work::{Block, Message};

/// Everything there is to say about a message that is to be sent.
pub fn message(message: &Message) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    judge_message(message, &mut report);
    report.findings
}

pub(super) fn judge_message(message: &Message, report: &mut Report<'_>) {
    let top = At::top();
    report.typed(message, &MEMBER_TYPE, top);
    let (text, at) = (message.text.as_deref().unwrap_or_default(), top.key("text"));
    length(text, MESSAGE_TEXT_MAX, &MSG_TEXT, at, report);
    let letters = text.chars().count();
    if letters <= MESSAGE_TEXT_MAX {
        report.at_most(MESSAGE_TEXT_SANE, letters, &MSG_TEXT_LONG, at);
    }
    let (blocks, at) = (message.blocks(), top.key("blocks"));
    report.at_most(BLOCKS_SANE, blocks.len(), &BLOCK_COUNT, at);
    for (index, block) in blocks.iter().enumerate() {
        let at = at.index(index);
        match block {
            Block::Label(_) | Block::Input(_) | Block::Select(_) => report.require(false, &MSG_BLOCK_KIND, at),
            Block::Unknown(_) => report.require(false, &BLOCK_KIND, at.key("type")),
            _ => judge(block, at, report),
        }
        report.require(index == 0 || !matches!(block, Block::Header(_)), &HEADER_PLACE, at);
        let above = index.checked_sub(1).and_then(|index| blocks.get(index));
        if matches!(block, Block::Divider(_)) {
            let between = above.is_some_and(|above| !matches!(above, Block::Divider(_))) && index + 1 < blocks.len();
            report.require(between, &DIVIDER_PLACE, at);
        }
        if matches!(block, Block::ImageLink(_)) {
            let crowded = matches!(above, Some(Block::Button(_) | Block::ActionRow(_) | Block::ImageLink(_)));
            report.require(!crowded, &IMAGE_PLACE, at);
        }
    }
    let buttons = |block: &Block| match block {
        Block::Button(_) => 1,
        Block::ActionRow(row) => row.elements.as_deref().unwrap_or_default().len(),
        _ => 0,
    };
    report.at_most(BUTTONS_SANE, blocks.iter().map(buttons).sum(), &BUTTON_COUNT, at);
}
