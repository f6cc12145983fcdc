//! How a message of Kakao's is declared: optional members, unknown ones kept, nothing shown in debug output.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>

use serde_json::Value;

use crate::clock::Millis;
use crate::kakao::field::Field;

/// Declares a message whose members may each be absent or `null`, and keeps those it does not know in `rest`.
macro_rules! message {
    ($(#[$doc:meta])+ $name:ident { $($(#[$member_doc:meta])+ $member:ident: $type:ty,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$member_doc])+
                #[serde(default, skip_serializing_if = "crate::kakao::field::Field::is_absent")]
                pub $member: $crate::kakao::field::Field<$type>,
            )+
            /// Members this version does not know.
            #[serde(flatten)]
            pub rest: $crate::kakao::skill::Map,
        }

        $crate::kakao::field::closed_debug!($name);
    };
}
pub(in crate::kakao) use message;

/// Reading a member that may have come in another type than documented.
impl Field<Value> {
    /// The text, if there is any.
    pub(in crate::kakao) fn words(&self) -> Option<&str> {
        self.get()?.as_str().filter(|text| !text.is_empty())
    }

    /// Yes or no; the words `true` and `false` count.
    pub(in crate::kakao) fn flag(&self) -> Option<bool> {
        match self.get()? {
            Value::Bool(flag) => Some(*flag),
            Value::String(word) => word.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// A whole number; digits as text count.
    pub(in crate::kakao) fn whole(&self) -> Option<u64> {
        match self.get()? {
            Value::Number(number) => number.as_u64(),
            Value::String(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// A moment as RFC 3339 writes it.
    pub(in crate::kakao) fn moment(&self) -> Option<Millis> {
        Millis::from_rfc3339(self.words()?)
    }
}
