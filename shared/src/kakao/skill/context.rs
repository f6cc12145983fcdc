//! `contexts[]` of a request and `context` of a response: what the conversation is about.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Map;
use super::generous::generous;
use crate::kakao::field::{Field, Loose, closed_debug};

/// One active context of a request.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Context {
    /// Name.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub name: Field<String>,
    /// Turns left. Read it with [`Context::lifespan`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub lifespan: Field<Value>,
    /// The same as responses spell it; some senders do on requests.
    #[serde(default, rename = "lifeSpan", skip_serializing_if = "Field::is_absent")]
    pub life_span: Field<Value>,
    /// Seconds left. Read it with [`Context::ttl`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub ttl: Field<Value>,
    /// Parameters.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub params: Field<BTreeMap<String, Loose<ContextParam>>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One parameter of a context. A sender may put plain text in its place.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContextParam {
    /// The value; `List(url)` for a secure image.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub value: Field<Value>,
    /// The whole value; the JSON text for a secure image.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub resolved_value: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

impl Context {
    /// Turns left.
    pub fn lifespan(&self) -> Option<i64> {
        self.lifespan.get().and_then(whole).or_else(|| self.life_span.get().and_then(whole))
    }

    /// Seconds left.
    pub fn ttl(&self) -> Option<i64> {
        self.ttl.get().and_then(whole)
    }

    /// The value of a parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        match self.params.get()?.get(name)? {
            Loose::Fits(param) => param.value.get().or_else(|| param.resolved_value.get())?.as_str(),
            Loose::Other(value) => value.as_str(),
        }
    }

    /// The whole value of a parameter, which for a secure image is more than [`Context::param`].
    pub fn resolved(&self, name: &str) -> Option<&str> {
        match self.params.get()?.get(name)? {
            Loose::Fits(param) => param.resolved_value.get().or_else(|| param.value.get())?.as_str(),
            Loose::Other(value) => value.as_str(),
        }
    }
}

/// A whole number, also if it was written as text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// `context` of a response: contexts to set, prolong or end.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct ContextControl {
    /// The contexts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<ContextValue>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One context of a response.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContextValue {
    /// Name of an output context of the block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Turns it stays; 0 ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life_span: Option<i64>,
    /// Seconds it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
    /// Parameters; every value must be text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<Map>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Context, ContextParam, ContextControl, ContextValue);
generous!(ContextControl { values = "values" });
generous!(ContextValue { name = "name", life_span = "lifeSpan", ttl = "ttl", params = "params" });

impl ContextControl {
    /// No contexts yet.
    pub fn new() -> Self {
        ContextControl { values: Some(Vec::new()), ..Self::default() }
    }

    /// Adds a context.
    pub fn value(mut self, value: ContextValue) -> Self {
        self.values.get_or_insert_default().push(value);
        self
    }
}

impl From<ContextValue> for ContextControl {
    fn from(value: ContextValue) -> Self {
        ContextControl::new().value(value)
    }
}

impl ContextValue {
    /// A context that stays for `life_span` turns.
    pub fn new(name: impl Into<String>, life_span: u32) -> Self {
        ContextValue { name: Some(name.into()), life_span: Some(life_span.into()), ..Self::default() }
    }

    /// Ends a context.
    pub fn end(name: impl Into<String>) -> Self {
        ContextValue::new(name, 0)
    }

    /// Lets the context also end after so many seconds.
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = Some(seconds.into());
        self
    }

    /// Sets a parameter. The platform takes text only: numbers and the like are written as text.
    pub fn param(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.params.get_or_insert_default().insert(name.into(), Value::String(value.to_string()));
        self
    }
}
