//! Reading what others write: a known member of another type than documented is kept as it came.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! Public servers send `"price": "10000"`, `"text": 5`, `"fixedRatio": "true"` or `"thumbnail": "https://…"`. None of
//! them is a reason not to read the rest. Such a member counts as absent, stays in `rest` under its own name, is
//! written out again unchanged, and rule R09 names it. A `null` counts as absent and stays there too: what was read is
//! written back.

use serde::Deserialize;
use serde_json::Value;

use super::Map;

/// A type of the wire that keeps what does not fit.
pub(crate) trait Generous {
    /// Names of the members that are known.
    const MEMBERS: &'static [&'static str];

    /// Members that are not known, or not of their type.
    fn rest(&self) -> &Map;

    /// The known members that have another type than documented. Costs nothing for a body without any oddity.
    fn misfits(&self) -> impl Iterator<Item = &'static str> {
        let rest = self.rest();
        let known = if rest.is_empty() { &[] } else { Self::MEMBERS };
        known.iter().copied().filter(|key| rest.get(*key).is_some_and(|value| !value.is_null()))
    }

    /// The known members that are `null`.
    fn nulls(&self) -> impl Iterator<Item = &'static str> {
        let rest = self.rest();
        let known = if rest.is_empty() { &[] } else { Self::MEMBERS };
        known.iter().copied().filter(|key| rest.get(*key).is_some_and(Value::is_null))
    }
}

/// Takes a member out if it fits, and leaves it where it is if it does not or is `null`.
pub(crate) fn take<T: for<'de> Deserialize<'de>>(rest: &mut Map, key: &str) -> Option<T> {
    let read = Option::<T>::deserialize(rest.get(key)?).ok()??;
    rest.remove(key);
    Some(read)
}

/// Reads a type generously. Every member must be named: a forgotten one does not compile.
macro_rules! generous {
    ($name:ident { $($field:ident = $key:literal),+ $(,)? }) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut rest = $crate::kakao::skill::Map::deserialize(deserializer)?;
                Ok($name { $($field: $crate::kakao::skill::generous::take(&mut rest, $key),)+ rest })
            }
        }

        impl $crate::kakao::skill::generous::Generous for $name {
            const MEMBERS: &'static [&'static str] = &[$($key),+];

            fn rest(&self) -> &$crate::kakao::skill::Map {
                &self.rest
            }
        }
    };
}
pub(crate) use generous;

/// An optional text of an author: an empty one is not written.
pub(crate) fn optional(text: impl Into<String>) -> Option<String> {
    Some(text.into()).filter(|text| !text.is_empty())
}

/// An optional value of an author: one that is no JSON, `null` or `{}` is not written.
pub(super) fn optional_value(value: impl serde::Serialize) -> Option<serde_json::Value> {
    let empty = |value: &serde_json::Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    serde_json::to_value(value).ok().filter(|value| !empty(value))
}
