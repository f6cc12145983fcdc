//! Rules of the parameter check.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setting_parameter>

use super::at::At;
use super::measure::filled;
use super::report::{Finding, Report, Setting};
use super::rule::{Rule, SP};
use crate::kakao::skill::{CheckRequest, CheckResponse, CheckStatus};

/// A check is answered by one of four words.
pub(super) static K01: Rule = Rule::error(
    "K01",
    SP,
    "the status is SUCCESS, FAIL, ERROR or IGNORE",
    "status는 SUCCESS, FAIL, ERROR, IGNORE 중 하나여야 합니다",
);
/// A value is text.
pub(super) static K02: Rule = Rule::warning("K02", SP, "the value should be text", "value는 문자열이어야 합니다");
/// A refusal says why.
pub(super) static K03: Rule = Rule::warning(
    "K03",
    SP,
    "a refusal should say why in message",
    "FAIL에는 이유를 알리는 message가 있는 것이 좋습니다",
);
/// A value comes with an acceptance.
pub(super) static K04: Rule =
    Rule::warning("K04", SP, "a value counts with SUCCESS only", "value는 SUCCESS일 때만 쓰입니다");
/// A member has the usual type.
pub(super) static K05: Rule = Rule::warning(
    "K05",
    SP,
    "this member has another JSON type than usual and counts as missing",
    "흔히 쓰는 것과 다른 JSON 타입의 값이어서 없는 것으로 봅니다",
);
/// There is something to check.
pub(super) static K10: Rule =
    Rule::warning("K10", SP, "real calls always have a value", "실제 호출에는 항상 value가 있습니다");
/// A check comes from someone.
pub(super) static K11: Rule =
    Rule::warning("K11", SP, "real calls always have a user key", "실제 호출에는 항상 사용자 키가 있습니다");
/// A check is not a skill call.
pub(super) static K12: Rule = Rule::warning(
    "K12",
    SP,
    "this looks like a skill request, not a parameter check",
    "파라미터 검증 요청이 아니라 스킬 요청처럼 보입니다",
);

/// Everything odd about a request to check a value.
pub fn check_request(request: &CheckRequest) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    report.require(request.value.get().is_some(), &K10, top.key("value"));
    report.require(request.user_key().is_some(), &K11, top.key("user").key("id"));
    report.require(!request.rest.contains_key("action"), &K12, top.key("action"));
    report.findings
}

/// Everything there is to say about the answer to a check.
pub fn check_response(response: &CheckResponse) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    report.typed(response, &K05, top);
    let status = response.status.as_ref();
    report.require(status.is_some_and(|word| !matches!(word, CheckStatus::Other(_))), &K01, top.key("status"));
    let value = response.value.as_ref();
    report.require(value.is_none_or(serde_json::Value::is_string), &K02, top.key("value"));
    let said_why = status != Some(&CheckStatus::Fail) || filled(&response.message);
    report.require(said_why, &K03, top.key("message"));
    let something = value.is_some_and(|value| value.as_str() != Some(""));
    report.require(!something || status == Some(&CheckStatus::Success), &K04, top.key("value"));
    report.findings
}
