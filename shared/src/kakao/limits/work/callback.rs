//! What is odd about a callback.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/reactive/>
//!
//! A callback is never refused for it: these are warnings for people who write one by hand.

use super::rules::{
    CALLBACK_ACTIONS, CALLBACK_MESSAGE, CALLBACK_NAME, CALLBACK_TIME, CALLBACK_TYPE, CALLBACK_USER, CALLBACK_VALUE,
};
use crate::kakao::limits::at::At;
use crate::kakao::limits::measure::filled;
use crate::kakao::limits::report::{Finding, Report, Setting};
use crate::kakao::work::{Callback, CallbackKind};

/// Everything odd about a callback.
pub fn callback(callback: &Callback) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    let kind = callback.kind();
    if matches!(kind, CallbackKind::Other | CallbackKind::BotCall) {
        report.require(kind == CallbackKind::BotCall, &CALLBACK_TYPE, top.key("type"));
        return report.findings;
    }
    report.require(callback.react_user_id.is_some(), &CALLBACK_USER, top.key("react_user_id"));
    let whole = callback.message().is_some_and(|it| it.id.is_some() && it.conversation_id.is_some());
    report.require(whole, &CALLBACK_MESSAGE, top.key("message"));
    report.require(callback.value.is_some(), &CALLBACK_VALUE, top.key("value"));
    let named = kind != CallbackKind::SubmitAction || filled(&callback.action_name);
    report.require(named, &CALLBACK_NAME, top.key("action_name"));
    report.require(callback.acted_at().is_some(), &CALLBACK_TIME, top.key("action_time"));
    if kind == CallbackKind::Submission {
        let actions = top.key("actions");
        report.require(callback.actions.is_some(), &CALLBACK_ACTIONS, actions);
        for (name, value) in callback.actions.iter().flatten() {
            report.require(value.is_string() || value.is_null(), &CALLBACK_ACTIONS, actions.key(name));
        }
    }
    report.findings
}
