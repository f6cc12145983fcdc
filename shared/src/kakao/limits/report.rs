//! What comes of applying the rules: findings.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::rule::{Rule, Severity};
use crate::kakao::skill::SkillRequest;
use crate::kakao::skill::generous::Generous;

/// What a body answers to. The default is a person on an ordinary channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// Whether the request offered a callback address; `None` if it is not known, and then it is not judged.
    pub callback_offered: Option<bool>,
    /// Whether the answer goes to a group chat.
    pub group_chat: bool,
    /// Whether an answer without bubbles is meant, to suppress an event message.
    pub suppress: bool,
    /// Bytes of a bubble above which it may not be delivered.
    pub bubble_warning: usize,
    /// Bytes of a bubble above which it is refused.
    pub bubble_error: usize,
}

/// Bytes of a bubble, as the platform computes it, above which it is not delivered.
/// <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setup_answer>
pub const BUBBLE_BYTES_MAX: usize = 30_720;

impl Default for Setting {
    fn default() -> Self {
        Setting {
            callback_offered: None,
            group_chat: false,
            suppress: false,
            bubble_warning: BUBBLE_BYTES_MAX,
            // How the platform computes is not known and longer bodies have been delivered, so refuse at twice that.
            bubble_error: 2 * BUBBLE_BYTES_MAX,
        }
    }
}

impl Setting {
    /// The answer to a request that did or did not offer a callback address.
    pub fn answering(callback_offered: bool) -> Self {
        Setting { callback_offered: Some(callback_offered), ..Self::default() }
    }

    /// The answer to this request, at once and not through its callback address.
    pub fn replying_to(request: &SkillRequest) -> Self {
        let named = request.user_request.get().is_some_and(|said| said.chat.get().is_some());
        let room = named || request.is_group_chat();
        Setting { group_chat: room, ..Self::answering(request.callback_url().is_some()) }
    }

    /// The answer to a group chat.
    pub fn group_chat() -> Self {
        Setting { group_chat: true, ..Self::default() }
    }

    /// The answer to an event, which may be none.
    pub fn suppressing() -> Self {
        Setting { suppress: true, ..Self::default() }
    }
}

/// One place where a body breaks a rule. Says numbers and never quotes the body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Id of the rule, such as `R11`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The place, such as `template.outputs[0].simpleText.text`.
    pub path: String,
    /// What is wrong.
    pub message: Message,
}

/// The same words in two languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.severity, self.rule, self.path, self.message.en)
    }
}

/// Collects findings while the rules walk over a body.
pub(super) struct Report<'a> {
    pub(super) setting: &'a Setting,
    errors_only: bool,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    /// Collects everything.
    pub(super) fn new(setting: &'a Setting) -> Self {
        Report { setting, errors_only: false, findings: Vec::new() }
    }

    /// Collects errors only.
    pub(super) fn errors_only(setting: &'a Setting) -> Self {
        Report { setting, errors_only: true, findings: Vec::new() }
    }

    /// Tells that a rule is broken if it is.
    pub(super) fn require(&mut self, kept: bool, rule: &'static Rule, at: At<'_>) {
        if !kept {
            self.tell(rule, at, "", "");
        }
    }

    /// Tells which known members have another type than documented.
    pub(super) fn typed(&mut self, part: &impl Generous, rule: &'static Rule, at: At<'_>) {
        part.misfits().for_each(|key| self.tell(rule, at.key(key), "", ""));
    }

    /// Tells that something is more than it may be if it is.
    pub(super) fn at_most(&mut self, limit: usize, found: usize, rule: &'static Rule, at: At<'_>) {
        if found > limit {
            self.tell(rule, at, &found.to_string(), &limit.to_string());
        }
    }

    /// Tells that something is not within its bounds if it is not.
    pub(super) fn within(&mut self, least: usize, most: usize, found: usize, rule: &'static Rule, at: At<'_>) {
        if !(least..=most).contains(&found) {
            self.tell(rule, at, &found.to_string(), &format!("{least}..{most}"));
        }
    }

    /// Tells that a rule is broken.
    pub(super) fn tell(&mut self, rule: &'static Rule, at: At<'_>, found: &str, limit: &str) {
        if self.errors_only && rule.severity < Severity::Error {
            return;
        }
        let fill = |text: &str| text.replace("{found}", found).replace("{limit}", limit);
        let message = Message { en: fill(rule.en), ko: fill(rule.ko) };
        self.findings.push(Finding { rule: rule.id, severity: rule.severity, path: at.to_string(), message });
    }
}
