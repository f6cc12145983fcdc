//! Rules of `context`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::collections::HashSet;

use super::at::At;
use super::envelope::R09;
use super::measure::filled;
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::{ContextControl, ContextValue};

/// Turns above which we warn. Not documented.
pub const LIFE_SPAN_SANE: usize = 99;

/// A context is complete and its parameters are text.
pub(super) static R91: Rule = Rule::error(
    "R91",
    RF,
    "a context needs a name, a lifeSpan of 0 or more, and parameters that are all text",
    "context에는 name과 0 이상의 lifeSpan이 필요하고, params의 값은 모두 문자열이어야 합니다",
);
/// A context does not live for ever. The number is ours.
pub(super) static R91_LONG: Rule = Rule::warning(
    "R91",
    RF,
    "the lifeSpan is {found}; more than {limit} is unusual",
    "lifeSpan이 {found}입니다. {limit}보다 큰 값은 드뭅니다",
);
/// A context is set once.
pub(super) static R92: Rule =
    Rule::warning("R92", RF, "this context is there twice", "같은 이름의 context가 두 번 있습니다");

pub(super) fn control(control: &ContextControl, at: At<'_>, report: &mut Report<'_>) {
    report.typed(control, &R09, at);
    let at = at.key("values");
    let Some(values) = &control.values else { return report.require(false, &R91, at) };
    let mut before = HashSet::new();
    for (i, value) in values.iter().enumerate() {
        r91_complete(value, at.index(i), report);
        r92_once(value, &mut before, at.index(i), report);
    }
}

fn r91_complete(value: &ContextValue, at: At<'_>, report: &mut Report<'_>) {
    report.typed(value, &R09, at);
    report.require(filled(&value.name), &R91, at.key("name"));
    report.require(value.life_span.is_some_and(|turns| turns >= 0), &R91, at.key("lifeSpan"));
    let turns = value.life_span.and_then(|turns| usize::try_from(turns).ok()).unwrap_or_default();
    report.at_most(LIFE_SPAN_SANE, turns, &R91_LONG, at.key("lifeSpan"));
    let params = at.key("params");
    for (name, value) in value.params.iter().flatten() {
        report.require(value.is_string(), &R91, params.key(name));
    }
}

fn r92_once<'a>(value: &'a ContextValue, before: &mut HashSet<&'a str>, at: At<'_>, report: &mut Report<'_>) {
    let name = value.name.as_deref().filter(|name| !name.is_empty());
    report.require(name.is_none_or(|name| before.insert(name)), &R92, at.key("name"));
}
