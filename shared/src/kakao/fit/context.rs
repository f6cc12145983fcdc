//! Mends contexts.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::collections::HashMap;

use serde_json::Value;

use super::mender::{Mender, sift};
use crate::kakao::limits::{At, filled};
use crate::kakao::skill::{ContextControl, ContextValue, Map};

/// The contexts to set. If none is left there is nothing to say.
pub(super) fn control(m: &mut Mender<'_>, context: &mut Option<ContextControl>, at: At<'_>) {
    let Some(control) = context else { return };
    let at = at.key("values");
    sift(&mut control.values, at, |value, at| r91_complete(m, value, at));
    r92_once(m, &mut control.values, at);
    if control.values.is_none() {
        *context = None;
        m.told("R91", at);
    }
}

/// `false` if nobody can tell which context is meant, or for how long. Parameters become text; `null` is none.
fn r91_complete(m: &mut Mender<'_>, value: &mut ContextValue, at: At<'_>) -> bool {
    let complete = m.require(filled(&value.name), "R91", at.key("name"))
        && m.require(value.life_span.is_some_and(|turns| turns >= 0), "R91", at.key("lifeSpan"));
    let at = at.key("params");
    if let Some(params) = value.params.as_mut().filter(|params| complete && !params.values().all(Value::is_string)) {
        let text = |(name, value): (String, Value)| match value {
            Value::String(_) => Some((name, value)),
            value => {
                m.told("R91", at.key(&name));
                (!value.is_null()).then(|| (name, Value::String(value.to_string())))
            }
        };
        *params = std::mem::take(params).into_iter().filter_map(text).collect::<Map>();
    }
    complete
}

/// Of contexts with the same name the last one counts.
fn r92_once(m: &mut Mender<'_>, values: &mut Option<Vec<ContextValue>>, at: At<'_>) {
    let names = values.iter().flatten().enumerate().map(|(i, value)| (value.name.clone(), i));
    let last: HashMap<Option<String>, usize> = names.collect();
    let mut i = 0;
    sift(values, at, |value, at| {
        let is_last = last.get(&value.name) == Some(&i);
        i += 1;
        m.require(is_last, "R92", at.key("name"))
    });
}
