//! Rules of the whole response: `version`, `template`, `useCallback`, size.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::carousel::{self, Place};
use super::measure::json_bytes;
use super::report::Report;
use super::rule::{CB, RF, Rule, SA};
use super::{button, card, context, group, item, list, text};
use crate::kakao::skill::{Output, SkillResponse, Template, VERSION};

/// Bubbles of a response.
pub const OUTPUTS_MAX: usize = 3;
/// Quick replies of a response.
pub const QUICK_REPLIES_MAX: usize = 10;

/// The version is there.
pub(super) static R01: Rule = Rule::error("R01", RF, "the version must be \"2.0\"", "version은 \"2.0\"이어야 합니다");
/// There is something to show.
pub(super) static R02: Rule = Rule::error(
    "R02",
    RF,
    "an answer needs a template, data or context",
    "template, data, context 중 하나는 있어야 합니다",
);
/// There are bubbles, and not too many.
pub(super) static R03: Rule = Rule::error(
    "R03",
    RF,
    "there are {found} outputs; {limit} are allowed",
    "말풍선(outputs)이 {found}개입니다. {limit}개까지 가능합니다",
);
/// There are not too many quick replies.
pub(super) static R04: Rule = Rule::error(
    "R04",
    RF,
    "there are {found} quick replies; at most {limit} are allowed",
    "바로연결이 {found}개입니다. 최대 {limit}개까지 가능합니다",
);
/// A bubble is one bubble.
pub(super) static R05: Rule = Rule::error(
    "R05",
    RF,
    "an output has exactly one member, the name of a bubble",
    "outputs의 각 항목에는 알려진 말풍선이 정확히 하나 있어야 합니다",
);
/// A promise shows nothing.
pub(super) static R06: Rule = Rule::warning(
    "R06",
    CB,
    "with useCallback the template is ignored",
    "useCallback이 true이면 template은 무시됩니다",
);
/// A promise can be kept.
pub(super) static R07: Rule = Rule::error(
    "R07",
    CB,
    "useCallback needs a request with a callbackUrl",
    "요청에 callbackUrl이 없으면 useCallback을 쓸 수 없습니다",
);
/// A bubble is not too large.
pub(super) static R08: Rule = Rule::error(
    "R08",
    SA,
    "the bubble has {found} bytes; more than {limit} are not delivered",
    "말풍선이 {found}바이트입니다. {limit}바이트를 넘으면 전송되지 않습니다",
);
/// A bubble is not so large that it may be refused.
pub(super) static R08_NEAR: Rule = Rule::warning(
    "R08",
    SA,
    "the bubble has {found} bytes; more than {limit} may not be delivered",
    "말풍선이 {found}바이트입니다. {limit}바이트를 넘으면 전송되지 않을 수 있습니다",
);

/// A member has the documented type. Not in the register of the protocol: what is read generously must still be told.
pub(super) static R09: Rule = Rule::error(
    "R09",
    RF,
    "this member has another JSON type than documented and counts as missing",
    "문서와 다른 JSON 타입의 값이어서 없는 것으로 봅니다",
);

/// The whole response.
pub(super) fn response(response: &SkillResponse, report: &mut Report<'_>) {
    let top = At::top();
    report.typed(response, &R09, top);
    r01_version(response, top, report);
    r02_something(response, top, report);
    r06_promise_alone(response, top, report);
    r07_promise_possible(response, top, report);
    if let Some(template) = &response.template {
        let promised = response.use_callback == Some(true);
        self::template(template, promised, top.key("template"), report);
    }
    if let Some(context) = &response.context {
        context::control(context, top.key("context"), report);
    }
    if report.setting.group_chat {
        group::r94_group_chat(response, top, report);
    }
}

fn r01_version(response: &SkillResponse, top: At<'_>, report: &mut Report<'_>) {
    report.require(response.version.as_deref() == Some(VERSION), &R01, top.key("version"));
}

fn r02_something(response: &SkillResponse, top: At<'_>, report: &mut Report<'_>) {
    let something = response.use_callback == Some(true)
        || response.template.is_some()
        || response.data.is_some()
        || response.context.is_some();
    report.require(something, &R02, top.key("template"));
}

fn template(template: &Template, promised: bool, at: At<'_>, report: &mut Report<'_>) {
    report.typed(template, &R09, at);
    r03_outputs(template, promised, at, report);
    r04_quick_replies(template, at, report);
    let outputs = at.key("outputs");
    for (i, bubble) in template.outputs().iter().enumerate() {
        output(bubble, outputs.index(i), report);
    }
    let replies = at.key("quickReplies");
    for (i, reply) in template.quick_replies().iter().enumerate() {
        button::r90_quick_reply(reply, replies.index(i), report);
    }
}

fn r03_outputs(template: &Template, promised: bool, at: At<'_>, report: &mut Report<'_>) {
    let least = if promised || report.setting.suppress { 0 } else { 1 };
    report.within(least, OUTPUTS_MAX, template.outputs().len(), &R03, at.key("outputs"));
}

fn r04_quick_replies(template: &Template, at: At<'_>, report: &mut Report<'_>) {
    report.at_most(QUICK_REPLIES_MAX, template.quick_replies().len(), &R04, at.key("quickReplies"));
}

fn output(output: &Output, at: At<'_>, report: &mut Report<'_>) {
    r08_size(output, at, report);
    let Some(key) = output.key() else { return report.require(false, &R05, at) };
    let at = at.key(key);
    match output {
        Output::SimpleText(bubble) => text::simple_text(bubble, at, report),
        Output::SimpleImage(bubble) => text::simple_image(bubble, at, report),
        Output::TextCard(card) => text::text_card(card, Place::Single, at, report),
        Output::BasicCard(card) => card::basic_card(card, Place::Single, at, report),
        Output::CommerceCard(card) => card::commerce_card(card, Place::Single, at, report),
        Output::ListCard(card) => list::list_card(card, Place::Single, at, report),
        Output::ItemCard(card) => item::item_card(card, Place::Single, at, report),
        Output::Carousel(carousel) => carousel::carousel(carousel, at, report),
        Output::Unknown(_) => {}
    }
}

fn r06_promise_alone(response: &SkillResponse, top: At<'_>, report: &mut Report<'_>) {
    let ignored = response.use_callback == Some(true) && response.template.is_some();
    report.require(!ignored, &R06, top.key("template"));
}

fn r07_promise_possible(response: &SkillResponse, top: At<'_>, report: &mut Report<'_>) {
    let impossible = response.use_callback == Some(true) && report.setting.callback_offered == Some(false);
    report.require(!impossible, &R07, top.key("useCallback"));
}

fn r08_size(output: &Output, at: At<'_>, report: &mut Report<'_>) {
    let found = json_bytes(output);
    let (near, over) = (report.setting.bubble_warning, report.setting.bubble_error);
    if found > over {
        report.at_most(over, found, &R08, at);
    } else {
        report.at_most(near, found, &R08_NEAR, at);
    }
}
