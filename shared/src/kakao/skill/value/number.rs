//! `sys.number`: an amount that somebody named, and its unit.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::Map;
use super::{amount, is_filled, object, text, whole};
use crate::kakao::field::{Field, closed_debug};

/// An amount: `두 개` is 2 and a unit. Read it with the methods; the members are as they came.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SysNumber {
    /// The number, possibly with a fraction, possibly in quotes.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub amount: Field<Value>,
    /// The unit that was said; `null` or empty if none was.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub unit: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SysNumber);

impl SysNumber {
    /// The value of a parameter as an amount: JSON inside of text, the object itself, or a plain number.
    pub fn read(value: &Value) -> Option<Self> {
        let plain = || amount(value).map(|_| SysNumber { amount: value.clone().into(), ..Self::default() });
        object::<Self>(value).filter(|number| number.amount.get().is_some_and(is_filled)).or_else(plain)
    }

    /// The amount, with its fraction.
    pub fn amount(&self) -> Option<f64> {
        amount(self.amount.get()?)
    }

    /// The amount if it is a whole number. Never rounded.
    pub fn whole(&self) -> Option<i64> {
        whole(self.amount.get()?)
    }

    /// The unit.
    pub fn unit(&self) -> Option<&str> {
        text(&self.unit)
    }
}
