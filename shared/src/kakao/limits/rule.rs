//! What a rule is: id, severity, source, and its words.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

/// How bad it is to break a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `A`: can be sent and shows as meant; the design guide would do it otherwise.
    Advice,
    /// `W`: can be sent; something will not show as meant.
    Warning,
    /// `E`: must not be sent.
    Error,
}

impl Severity {
    /// `E`, `W` or `A`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Advice => "A",
            Severity::Warning => "W",
            Severity::Error => "E",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One rule of the register. A rule with two severities is two entries with the same id.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Id, such as `R11`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What is wrong, in English. `{found}` and `{limit}` stand for the two numbers.
    pub en: &'static str,
    /// What is wrong, in Korean, with the same two numbers.
    pub ko: &'static str,
}

/// Format of answers.
pub(super) const RF: &str = "https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format";
/// Earlier edition of the same page.
pub(super) const OLD: &str = "https://i.kakao.com/docs/skill-response-format";
/// Answers and their size.
pub(super) const SA: &str = "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setup_answer";
/// Callback.
pub(super) const CB: &str = "https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide";
/// Parameters and their validation.
pub(super) const SP: &str = "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setting_parameter";
/// Plugins.
pub(super) const PL: &str = "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin";
/// Event API.
pub(super) const EV: &str = "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api";
/// Channel callbacks.
pub(super) const CC: &str = "https://developers.kakao.com/docs/latest/ko/kakaotalk-channel/callback";
/// Unlink callbacks.
pub(super) const UC: &str = "https://developers.kakao.com/docs/latest/ko/kakaologin/callback";
/// Account events.
pub(super) const AC: &str = "https://developers.kakao.com/docs/latest/ko/kakaologin/sse";
/// Group chat; the guide has no public address.
pub(super) const GC: &str = "Kakao group-chatbot developer guide 1.11.1";
/// Kakao Work: blocks and how to use them.
pub(super) const BK: &str = "https://docs.kakaoi.ai/kakao_work/blockkit/uxguide/";
/// Kakao Work: callbacks and modals.
pub(super) const RE: &str = "https://docs.kakaoi.ai/kakao_work/webapireference/reactive/";
/// Kakao Work: the Web API.
pub(super) const WA: &str = "https://docs.kakaoi.ai/kakao_work/webapireference/commonguide/";

impl Rule {
    /// A rule that must not be broken.
    pub(super) const fn error(id: &'static str, source: &'static str, en: &'static str, ko: &'static str) -> Self {
        Rule { id, severity: Severity::Error, source, en, ko }
    }

    /// A rule that may be broken at a price.
    pub(super) const fn warning(id: &'static str, source: &'static str, en: &'static str, ko: &'static str) -> Self {
        Rule { id, severity: Severity::Warning, source, en, ko }
    }

    /// A rule of taste.
    pub(super) const fn advice(id: &'static str, source: &'static str, en: &'static str, ko: &'static str) -> Self {
        Rule { id, severity: Severity::Advice, source, en, ko }
    }
}
