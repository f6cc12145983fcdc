//! A member of a JSON object that is absent, `null`, or there.
//! <https://www.rfc-editor.org/rfc/rfc8259#section-4>
//!
//! For a reader `null` means absent. A body that is written out again must still show which of the two it was.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// One member of a request. Use it with `#[serde(default, skip_serializing_if = "Field::is_absent")]`.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// The member is not there.
    #[default]
    Absent,
    /// The member is there and `null`.
    Null,
    /// The member has a value.
    Is(T),
}

impl<T> Field<T> {
    /// The value, if there is one. `null` counts as none.
    pub fn get(&self) -> Option<&T> {
        match self {
            Field::Is(value) => Some(value),
            Field::Absent | Field::Null => None,
        }
    }

    /// The value, taken out.
    pub fn into_option(self) -> Option<T> {
        match self {
            Field::Is(value) => Some(value),
            Field::Absent | Field::Null => None,
        }
    }

    /// Whether the member is left out when writing. `null` is not absent here.
    pub fn is_absent(&self) -> bool {
        matches!(self, Field::Absent)
    }
}

impl Field<String> {
    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        self.get().map(String::as_str)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Field::Is(value)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Field::Absent, Field::Is)
    }
}

/// Shows which of the three it is and never the value: requests hold what people wrote.
impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Field::Absent => "Absent",
            Field::Null => "Null",
            Field::Is(_) => "Is(..)",
        })
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Field::Null, Field::Is))
    }
}

/// A member that nothing essential hangs on: the expected shape, or whatever else was sent, kept as it came.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Loose<T> {
    /// The documented shape.
    Fits(T),
    /// Something else.
    Other(Value),
}

impl<T> Loose<T> {
    /// The value in its documented shape.
    pub fn fits(&self) -> Option<&T> {
        match self {
            Loose::Fits(value) => Some(value),
            Loose::Other(_) => None,
        }
    }
}

impl<T> fmt::Debug for Loose<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loose::Fits(_) => "Fits(..)",
            Loose::Other(_) => "Other(..)",
        })
    }
}

/// `Debug` of a wire type: its name and nothing from the body, so that no log line can leak one by accident.
macro_rules! closed_debug {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
pub(crate) use closed_debug;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct One {
        #[serde(default, skip_serializing_if = "Field::is_absent")]
        it: Field<String>,
    }

    #[test]
    fn keeps_absent_null_and_value_apart() {
        for body in ["{}", r#"{"it":null}"#, r#"{"it":"가😀"}"#] {
            let one: One = serde_json::from_str(body).expect("parses");
            assert_eq!(serde_json::to_string(&one).expect("writes"), body);
        }
        assert!(serde_json::from_str::<One>(r#"{"it":5}"#).is_err());
    }

    #[test]
    fn converts_from_plain_values() {
        assert_eq!(Field::from(5), Field::Is(5));
        assert_eq!(Field::<i32>::from(None), Field::Absent);
        assert_eq!(Field::<i32>::Null.get(), None);
    }

    #[test]
    fn never_shows_its_value() {
        assert_eq!(format!("{:?}", Field::from("010-1234-5678")), "Is(..)");
    }
}
