//! Values of `action.params` that are more than a word: system entities and plugins.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! On the wire each is JSON inside of text, and any member of it may be `null`, `""` or a number in quotes. A value that
//! cannot be read as a kind is no error: its text stays where it was, see [`Slot::raw`].

mod address;
mod date;
mod file_url;
mod mention;
mod number;
mod ordinal;
mod otp;
mod plugin;
mod secure_images;
mod slot;
mod url_list;

#[cfg(test)]
mod tests;

pub use date::{CalendarType, SysDate, Ymd};
pub use file_url::FileUrl;
pub use mention::Mentioned;
pub use number::SysNumber;
pub use ordinal::SysOrdinal;
pub use otp::Otp;
pub(crate) use otp::is_one_time_path;
pub use plugin::{Plugin, PluginValue};
pub use secure_images::SecureImages;
pub use slot::Slot;

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::kakao::field::Field;

/// The largest whole number below which a float holds every whole number.
const FLOAT_EXACT: f64 = 9_007_199_254_740_992.0;

/// The JSON that a value stands for: what its text holds, or the value itself, as old captures show it.
fn json(value: &Value) -> Option<Cow<'_, Value>> {
    match value {
        Value::String(text) => serde_json::from_str(text).ok().map(Cow::Owned),
        value => Some(Cow::Borrowed(value)),
    }
}

/// The object that a value stands for, in the shape of `T`. `None` if it stands for no object or another one.
fn object<T: DeserializeOwned>(value: &Value) -> Option<T> {
    let json = json(value)?;
    json.is_object().then(|| T::deserialize(json.as_ref()).ok())?
}

/// Whether somebody filled it in: `null` and blanks are left empty, whichever the sender prefers.
pub(super) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

/// The text of a member, without blanks at its ends; `null` and blanks are none.
fn text(member: &Field<Value>) -> Option<&str> {
    member.get()?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The number in a value, also if it is written as text. Neither infinite nor "not a number".
fn amount(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// The whole number in a value, also if it is written as text or with a fraction of zero. Never rounded.
fn whole(value: &Value) -> Option<i64> {
    let exact = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let float = || amount(value).filter(|number| number.fract() == 0.0 && number.abs() < FLOAT_EXACT);
    exact.or_else(|| float().map(|number| number as i64))
}
