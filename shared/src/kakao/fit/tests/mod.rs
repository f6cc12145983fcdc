//! Tests of the fitting.

mod buttons;
mod cards;
mod context;
mod envelope;
mod group;
mod quick_replies;
mod text;

use serde_json::{Value, json};

use super::{Fitted, fit};
use crate::kakao::limits::{Finding, Setting};
use crate::kakao::skill::SkillResponse;

/// The block that answers.
const BLOCK: &str = "5f0d0000000000000000000a";

/// An answer as JSON, fitted; the answer and what was mended, as `R11 template...`.
fn fitted_in(answer: &Value, setting: &Setting) -> (Value, Vec<String>) {
    let response: SkillResponse = serde_json::from_value(answer.clone()).expect("reads");
    let Fitted { response, mendings } = fit(response, setting, Some(BLOCK)).expect("can be fitted");
    let told = mendings.into_iter().map(|mending| format!("{} {}", mending.rule, mending.path)).collect();
    (serde_json::to_value(response).expect("writes"), told)
}

/// Some bubbles, fitted for a person; the bubbles and what was mended, the paths without `template.outputs`.
fn bubbles(outputs: Value) -> (Value, Vec<String>) {
    let (mut answer, told) =
        fitted_in(&json!({"version": "2.0", "template": {"outputs": outputs}}), &Setting::default());
    (answer["template"]["outputs"].take(), told.iter().map(|told| told.replace("template.outputs", "")).collect())
}

/// Why some bubbles cannot be sent, as `R10 template...`.
fn refused(outputs: Value) -> Vec<String> {
    let answer = json!({"version": "2.0", "template": {"outputs": outputs}});
    let response: SkillResponse = serde_json::from_value(answer).expect("reads");
    let findings = fit(response, &Setting::default(), None).expect_err("cannot be fitted");
    findings.iter().map(|Finding { rule, path, .. }| format!("{rule} {path}")).collect()
}
