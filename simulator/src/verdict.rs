//! What the platform makes of an answer: can it be shown, and what is wrong with it?

use serde::Serialize;
use shared::kakao::limits::{self, Finding, Setting, Severity};
use shared::kakao::skill::{CheckResponse, SkillResponse, Template};
use shared::kakao::{self, Misfit};

/// How a call ended, from the platform's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A bubble can be shown.
    Answered,
    /// The real answer follows.
    Waiting,
    /// A valid answer without bubbles.
    Silent,
    /// The platform's patience is over.
    Timeout,
    /// Nobody answered at all.
    Unreachable,
    /// An answer, but not with status 200.
    BadStatus,
    /// Status 200, but nothing that the platform can show.
    Invalid,
    /// The callback address was not good any more.
    Refused,
}

/// A finding of the validator, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// `E`: the platform would refuse it; `W`: it may look different from what was meant.
    pub severity: &'static str,
    /// The rule's id, such as `R11`.
    pub rule: &'static str,
    /// The place in the answer.
    pub path: String,
    /// What is wrong, in Korean.
    pub ko: String,
    /// What is wrong, in English.
    pub en: String,
}

/// The verdict on an answer with this status and body. `callback_offered`: whether the request had a `callbackUrl`.
pub fn judge(status: u16, body: &[u8], callback_offered: bool) -> (Outcome, Vec<Found>) {
    judge_in(status, body, &Setting::answering(callback_offered), callback_offered)
}

/// The verdict on the answer to an event: no bubbles at all suppress the message.
pub fn judge_event(status: u16, body: &[u8]) -> (Outcome, Vec<Found>) {
    judge_in(status, body, &Setting::suppressing(), false)
}

fn judge_in(status: u16, body: &[u8], setting: &Setting, callback_offered: bool) -> (Outcome, Vec<Found>) {
    if status != 200 {
        return (Outcome::BadStatus, Vec::new());
    }
    let response: SkillResponse = match kakao::parse(body) {
        Ok(response) => response,
        Err(misfit) => return (Outcome::Invalid, vec![unreadable(misfit)]),
    };
    let found = limits::skill_response_in(&response, setting);
    let refused = found.iter().any(|finding| finding.severity == Severity::Error);
    let waits = callback_offered && response.use_callback == Some(true);
    let suppressed = |template: &Template| setting.suppress && template.outputs.as_ref().is_some_and(Vec::is_empty);
    let shows = response.template.as_ref().is_some_and(|template| !suppressed(template));
    let outcome = match (refused, waits, shows) {
        (true, ..) => Outcome::Invalid,
        (_, true, _) => Outcome::Waiting,
        (.., true) => Outcome::Answered,
        (.., false) => Outcome::Silent,
    };
    (outcome, found.into_iter().map(Found::from).collect())
}

/// The verdict on the answer to a parameter check.
pub fn judge_check(status: u16, body: &[u8]) -> (Outcome, Vec<Found>) {
    if status != 200 {
        return (Outcome::BadStatus, Vec::new());
    }
    let response: CheckResponse = match kakao::parse(body) {
        Ok(response) => response,
        Err(misfit) => return (Outcome::Invalid, vec![unreadable(misfit)]),
    };
    let found = limits::check_response(&response);
    let refused = found.iter().any(|finding| finding.severity == Severity::Error);
    let outcome = if refused { Outcome::Invalid } else { Outcome::Answered };
    (outcome, found.into_iter().map(Found::from).collect())
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        let severity = if finding.severity == Severity::Error { "E" } else { "W" };
        let (ko, en) = (finding.message.ko, finding.message.en);
        Self { severity, rule: finding.rule, path: finding.path, ko, en }
    }
}

fn unreadable(misfit: Misfit) -> Found {
    let (ko, en) = (misfit.why.ko().to_owned(), misfit.why.en().to_owned());
    Found { severity: "E", rule: "JSON", path: misfit.path, ko, en }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_as_the_platform_would() {
        let text = br#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"hi"}}]}}"#;
        let wait = br#"{"version":"2.0","useCallback":true}"#;
        assert_eq!(judge(200, text, false), (Outcome::Answered, vec![]));
        assert_eq!(judge(200, wait, true), (Outcome::Waiting, vec![]));
        assert_eq!(judge(200, br#"{"version":"2.0","data":{}}"#, false).0, Outcome::Silent);
        assert_eq!(judge(401, b"", false).0, Outcome::BadStatus);
        assert_eq!(judge(200, b"<html>", false).0, Outcome::Invalid);
        let none = br#"{"version":"2.0","template":{"outputs":[]}}"#;
        assert_eq!(judge_event(200, none), (Outcome::Silent, vec![]), "it suppresses an event's message");
        assert_eq!(judge_event(200, text), (Outcome::Answered, vec![]));
        let (outcome, found) = judge(200, none, false);
        assert_eq!(outcome, Outcome::Invalid);
        assert_eq!(found[0].severity, "E");
    }
}
