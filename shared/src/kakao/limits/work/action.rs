//! Actions of buttons and sections.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/buttonblock/>

use super::rules::{
    ACTION_APP, ACTION_APP_BARE, ACTION_EXCLUSIVE, ACTION_INAPP, ACTION_KIND, ACTION_MODAL, ACTION_NAME_LONG,
    ACTION_SUBMIT, ACTION_URL, MEMBER_TYPE, VALUE_LONG,
};
use super::{ACTION_NAME_SANE, VALUE_SANE, at_most};
use crate::kakao::limits::at::At;
use crate::kakao::limits::measure::{filled, is_web_address};
use crate::kakao::limits::report::Report;
use crate::kakao::work::{Action, ActionType};

/// One action, and those inside it.
pub(super) fn action(action: &Action, at: At<'_>, report: &mut Report<'_>) {
    simple(action, at, report);
    if action.kind == Some(ActionType::Exclusive) {
        report.require(action.default.is_some(), &ACTION_EXCLUSIVE, at.key("default"));
        for (name, inner) in action.inner() {
            let at = at.key(name);
            if inner.kind == Some(ActionType::Exclusive) {
                report.require(false, &ACTION_EXCLUSIVE, at);
            } else {
                simple(inner, at, report);
            }
        }
    }
}

fn simple(action: &Action, at: At<'_>, report: &mut Report<'_>) {
    use ActionType as T;
    report.typed(action, &MEMBER_TYPE, at);
    at_most(action.name.as_deref().unwrap_or_default(), ACTION_NAME_SANE, &ACTION_NAME_LONG, at.key("name"), report);
    let (value, place) = (action.value.as_deref().unwrap_or_default(), at.key("value"));
    match &action.kind {
        Some(T::OpenSystemBrowser | T::OpenInappBrowser) => report.require(is_web_address(value), &ACTION_URL, place),
        Some(T::OpenExternalApp) => app(value, place, report),
        Some(T::SubmitAction) => {
            report.require(filled(&action.name), &ACTION_SUBMIT, at.key("name"));
            report.require(!value.is_empty(), &ACTION_SUBMIT, place);
            at_most(value, VALUE_SANE, &VALUE_LONG, place, report);
        }
        Some(T::CallModal) => {
            report.require(!value.is_empty(), &ACTION_MODAL, place);
            at_most(value, VALUE_SANE, &VALUE_LONG, place, report);
        }
        Some(T::Exclusive) => {}
        Some(T::Other(_)) | None => report.require(false, &ACTION_KIND, at.key("type")),
    }
    let sized = action.width.is_some() || action.height.is_some();
    report.require(!sized || action.standalone == Some(true), &ACTION_INAPP, at);
}

/// `ios=<percent-encoded>&aos=<percent-encoded>`, or one of the two. A bare scheme counts as a warning.
fn app(value: &str, at: At<'_>, report: &mut Report<'_>) {
    let encoded = |uri: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%!*'()".contains(&byte);
        !uri.is_empty() && uri.bytes().all(plain)
    };
    let parts = value.split('&').map(|part| part.strip_prefix("ios=").or_else(|| part.strip_prefix("aos=")));
    if parts.clone().all(|part| part.is_some_and(encoded)) {
        return;
    }
    let bare = parts.clone().all(|part| part.is_none()) && value.split_once(':').is_some_and(|(s, _)| is_scheme(s));
    report.require(false, if bare { &ACTION_APP_BARE } else { &ACTION_APP }, at);
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}
