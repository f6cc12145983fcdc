//! The rule register: every documented limit of a body, each with an id, a severity and a source.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! One rule is one [`Rule`] and one function of the same name in lower case. Nothing here changes a body. Characters
//! are counted in UTF-16 units, the strictest of the possible readings, and lines by `\n` only.

mod at;
mod button;
mod card;
mod carousel;
mod check;
mod context;
mod envelope;
mod event;
mod group;
mod item;
mod list;
mod measure;
mod picture;
mod plugin;
mod refused;
mod register;
mod report;
mod request;
mod rule;
mod text;
mod webhook;
pub mod work;

#[cfg(test)]
mod tests;

// The limits themselves, for whoever cuts a text or splits a list to fit.
pub use button::{BUTTONS_HORIZONTAL_MAX, BUTTONS_VERTICAL_MAX, LABEL_MAX, LABEL_SIDE_BY_SIDE_MAX};
pub use card::{
    BASIC_CARD_CAROUSEL_LINES, BASIC_CARD_DESCRIPTION_MAX, BASIC_CARD_TITLE_MAX, COMMERCE_CARD_DESCRIPTION_MAX,
    COMMERCE_CARD_THUMBNAILS, COMMERCE_CARD_TITLE_MAX, CURRENCY,
};
pub use carousel::{CAROUSEL_LIST_CARDS_MAX, CAROUSEL_MAX, HEADER_DESCRIPTION_LINES, HEADER_TITLE_LINES};
pub use context::LIFE_SPAN_SANE;
pub use envelope::{OUTPUTS_MAX, QUICK_REPLIES_MAX};
pub use event::EVENT_USERS_MAX;
pub use group::{GROUP_BUTTONS_HORIZONTAL_MAX, GROUP_BUTTONS_VERTICAL_MAX, GROUP_MENTIONS_MAX};
pub use item::{
    HEAD_LINES, IMAGE_DESCRIPTION_LINES, IMAGE_TITLE_LINES, ITEM_CARD_CAROUSEL_TEXT_MAX, ITEM_CARD_TEXT_LINES,
    ITEM_CARD_TEXT_MAX, ITEM_DESCRIPTION_LINES, ITEM_LIST_CAROUSEL_MAX, ITEM_LIST_MAX, ITEM_TITLE_MAX,
    PROFILE_TITLE_MAX, SUMMARY_DECIMALS, SUMMARY_MAX,
};
pub use list::{LIST_ITEM_TITLE_SANE, LIST_ITEMS_CAROUSEL_MAX, LIST_ITEMS_MAX};
pub use picture::ALT_TEXT_MAX;
pub use request::CALLBACK_HOST;
pub use text::{
    SIMPLE_TEXT_FOLD, SIMPLE_TEXT_MAX, TEXT_CARD_CAROUSEL_DESCRIPTION_MAX, TEXT_CARD_MAX, TEXT_CARD_TITLE_MAX,
};

pub use check::{check_request, check_response};
pub use event::event_request;
pub use measure::{chars, lines};
pub use plugin::plugin_value;
pub use refused::Refused;
pub use register::RULES;
pub use report::{BUBBLE_BYTES_MAX, Finding, Message, Setting};
pub use request::skill_request;
pub use rule::{Rule, Severity};
pub use webhook::{account_claims, channel_event, unlink_notice};

// The ways of measuring, for whoever mends what the rules find: see `kakao::fit`.
pub(crate) use at::At;
pub(crate) use carousel::Place;
pub(crate) use group::{MENTION, mentions_someone};
pub(crate) use measure::{filled, is_web_address, json_bytes};

use super::skill::SkillResponse;
use report::Report;

/// Everything there is to say about a response to a person on an ordinary channel.
pub fn skill_response(response: &SkillResponse) -> Vec<Finding> {
    skill_response_in(response, &Setting::default())
}

/// Everything there is to say about a response in this setting.
pub fn skill_response_in(response: &SkillResponse, setting: &Setting) -> Vec<Finding> {
    findings_and_nulls(response, setting).0
}

/// The same, and the places of known members that are `null`: they count as absent and need not be sent.
pub(super) fn findings_and_nulls(response: &SkillResponse, setting: &Setting) -> (Vec<Finding>, Vec<String>) {
    let mut report = Report::new(setting);
    envelope::response(response, &mut report);
    (report.findings, report.nulls)
}

/// Whether a response may be sent: only errors are looked for. A good response costs no allocation.
pub fn safe(response: &SkillResponse) -> Result<(), Vec<Finding>> {
    safe_in(response, &Setting::default())
}

/// Whether a response may be sent in this setting.
pub fn safe_in(response: &SkillResponse, setting: &Setting) -> Result<(), Vec<Finding>> {
    let mut report = Report::errors_only(setting);
    envelope::response(response, &mut report);
    if report.findings.is_empty() { Ok(()) } else { Err(report.findings) }
}
