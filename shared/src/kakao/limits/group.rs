//! Rules of answers to a group chat.
//! Kakao group-chatbot developer guide 1.11.1 (2026-04-20)

use super::at::At;
use super::report::Report;
use super::rule::{GC, Rule};
use crate::kakao::skill::{Output, SkillResponse};

/// Buttons one under the other in a group chat.
pub const GROUP_BUTTONS_VERTICAL_MAX: usize = 5;
/// Buttons side by side in a group chat.
pub const GROUP_BUTTONS_HORIZONTAL_MAX: usize = 2;
/// Mentions of an answer.
pub const GROUP_MENTIONS_MAX: usize = 15;
/// How a mention is written in a text.
pub(crate) const MENTION: &str = "{{#mentions.";

/// A group chat does not show everything.
pub(super) static R94: Rule =
    Rule::error("R94", GC, "a group chat does not show this", "그룹 채팅에서는 쓸 수 없습니다");
/// There are not too many buttons.
pub(super) static R94_BUTTONS: Rule = Rule::error(
    "R94",
    GC,
    "there are {found} buttons; in this direction a group chat allows at most {limit}",
    "버튼이 {found}개입니다. 그룹 채팅의 이 배열에서는 최대 {limit}개까지 가능합니다",
);
/// There are not too many mentions.
pub(super) static R94_MENTIONS: Rule = Rule::error(
    "R94",
    GC,
    "there are {found} mentions; at most {limit} are allowed",
    "멘션이 {found}개입니다. 최대 {limit}개까지 가능합니다",
);

/// What holds in a group chat besides the count of buttons.
pub(super) fn r94_group_chat(response: &SkillResponse, top: At<'_>, report: &mut Report<'_>) {
    let mentions = response.extra.as_ref().and_then(|extra| extra.get("mentions")?.as_object());
    report.at_most(
        GROUP_MENTIONS_MAX,
        mentions.map_or(0, serde_json::Map::len),
        &R94_MENTIONS,
        top.key("extra").key("mentions"),
    );
    let Some(template) = &response.template else { return };
    let at = top.key("template");
    report.require(template.quick_replies().is_empty(), &R94, at.key("quickReplies"));
    let outputs = at.key("outputs");
    for (i, output) in template.outputs().iter().enumerate() {
        let shown = !matches!(output, Output::CommerceCard(_) | Output::Carousel(_));
        report.require(shown, &R94, outputs.index(i));
        let text = matches!(output, Output::SimpleText(_));
        report.require(text || !mentions_someone(output), &R94, outputs.index(i));
    }
}

/// Whether any text of a bubble mentions someone.
pub(crate) fn mentions_someone(output: &Output) -> bool {
    serde_json::to_string(output).is_ok_and(|json| json.contains(MENTION))
}
