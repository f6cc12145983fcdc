//! What is odd about a SkillPayload.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! A request is never refused for it: these are warnings for people who write one by hand.

use super::at::At;
use super::report::{Finding, Report, Setting};
use super::rule::{CB, RF, Rule};
use crate::kakao::Field;
use crate::kakao::skill::SkillRequest;

/// The only host of callback addresses.
pub const CALLBACK_HOST: &str = "bot-api.kakao.com";

/// A request says something.
pub(super) static Q01: Rule =
    Rule::warning("Q01", RF, "real calls always have userRequest", "실제 호출에는 항상 userRequest가 있습니다");
/// A request comes from someone.
pub(super) static Q02: Rule =
    Rule::warning("Q02", RF, "real calls always have a user key", "실제 호출에는 항상 사용자 키가 있습니다");
/// A request has an utterance.
pub(super) static Q03: Rule =
    Rule::warning("Q03", RF, "real calls always have an utterance", "실제 호출에는 항상 utterance가 있습니다");
/// A request comes through a bot.
pub(super) static Q04: Rule =
    Rule::warning("Q04", RF, "real calls always have bot.id", "실제 호출에는 항상 bot.id가 있습니다");
/// A request is for a skill.
pub(super) static Q05: Rule =
    Rule::warning("Q05", RF, "real calls always have action", "실제 호출에는 항상 action이 있습니다");
/// A callback address is one of Kakao's.
pub(super) static Q06: Rule = Rule::warning(
    "Q06",
    CB,
    "a callback address begins with https://bot-api.kakao.com/",
    "콜백 주소는 https://bot-api.kakao.com/ 으로 시작합니다",
);

/// Everything odd about a request.
pub fn skill_request(request: &SkillRequest) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    let user_request = top.key("userRequest");
    match request.user_request.get() {
        None => report.require(false, &Q01, user_request),
        Some(said) => {
            let user = user_request.key("user");
            report.require(request.user_key().is_some(), &Q02, user.key("id"));
            report.require(said.utterance.get().is_some(), &Q03, user_request.key("utterance"));
        }
    }
    report.require(request.bot_id().is_some(), &Q04, top.key("bot").key("id"));
    report.require(!matches!(request.action, Field::Absent | Field::Null), &Q05, top.key("action"));
    q06_callback_address(request, user_request, &mut report);
    report.findings
}

fn q06_callback_address(request: &SkillRequest, user_request: At<'_>, report: &mut Report<'_>) {
    let host = |url: &str| {
        url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).map(|(host, _)| host == CALLBACK_HOST)
    };
    let good = request.callback_url().is_none_or(|url| host(url) == Some(true));
    report.require(good, &Q06, user_request.key("callbackUrl"));
}
