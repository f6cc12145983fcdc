//! `sys.number.ordinal`: a place in an order that somebody named.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::Map;
use super::{amount, is_filled, object, whole};
use crate::kakao::field::{Field, closed_debug};

/// A place in an order: `세 번째` is 3.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SysOrdinal {
    /// The place as it came. Read it with [`SysOrdinal::place`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub amount: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SysOrdinal);

impl SysOrdinal {
    /// The value of a parameter as a place: JSON inside of text, the object itself, or a plain number.
    pub fn read(value: &Value) -> Option<Self> {
        let plain = || amount(value).map(|_| SysOrdinal { amount: value.clone().into(), ..Self::default() });
        object::<Self>(value).filter(|place| place.amount.get().is_some_and(is_filled)).or_else(plain)
    }

    /// The place, counted as people count: the first is 1. Not checked against anything.
    pub fn place(&self) -> Option<i64> {
        whole(self.amount.get()?)
    }
}
