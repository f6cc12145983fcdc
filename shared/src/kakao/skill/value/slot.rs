//! One filled parameter of a block, `action.params.<name>` with its entry in `action.detailParams`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setting_parameter>

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::DetailParam;
use super::{Mentioned, Otp, PluginValue, SecureImages, SysDate, SysNumber, SysOrdinal, json};

/// A parameter that somebody filled: the value as it came, and everything it can be read as. The values of entities that
/// have no type here (`sys.date.time`, `sys.time`, `sys.date.period`...) are for [`Slot::json`] and [`Slot::read`].
#[derive(Clone, Copy, PartialEq)]
pub struct Slot<'a> {
    /// The value in `params`, if it is filled there, else that in `detailParams`.
    pub(crate) value: &'a Value,
    /// The value in `detailParams`. It can be good when the other is not: one of the documentation's own samples is so.
    pub(crate) second: Option<&'a Value>,
    pub(crate) detail: Option<&'a DetailParam>,
}

impl<'a> Slot<'a> {
    /// The value as it came.
    pub fn raw(self) -> &'a Value {
        self.value
    }

    /// The text as it came, if it is text.
    pub fn text(self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The words that the person typed for it.
    pub fn origin(self) -> Option<&'a str> {
        self.detail?.origin.get()?.as_str()
    }

    /// Group of the entity, `detailParams.<name>.groupName`; `None` if it has none.
    pub fn group(self) -> Option<&'a str> {
        self.detail?.group_name.get()?.as_str().filter(|name| !name.is_empty())
    }

    /// The JSON in the text, or the value itself if it is no text. `None` if the text is no JSON.
    pub fn json(self) -> Option<Value> {
        self.first(|value| json(value).map(std::borrow::Cow::into_owned))
    }

    /// The JSON in the text as a type of the author's own.
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        self.first(|value| T::deserialize(json(value)?.as_ref()).ok())
    }

    /// The value of a `sys.date`.
    pub fn date(self) -> Option<SysDate> {
        self.first(SysDate::read)
    }

    /// The value of a `sys.number`.
    pub fn number(self) -> Option<SysNumber> {
        self.first(SysNumber::read)
    }

    /// The value of a `sys.number.ordinal`.
    pub fn ordinal(self) -> Option<SysOrdinal> {
        self.first(SysOrdinal::read)
    }

    /// The value of a `sys.user.mention`.
    pub fn mention(self) -> Option<Mentioned> {
        self.first(Mentioned::read)
    }

    /// The value of a secure-image plugin.
    pub fn secure_images(self) -> Option<SecureImages> {
        self.first(SecureImages::read)
    }

    /// The value of a profile, location or Kakao Sync plugin.
    pub fn otp(self) -> Option<Otp> {
        self.first(Otp::read)
    }

    /// The value of any plugin.
    pub fn plugin(self) -> PluginValue {
        PluginValue::new(self.value.clone())
    }

    /// The first of the two values that can be read so.
    fn first<T>(self, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        read(self.value).or_else(|| self.second.and_then(read))
    }
}

impl std::fmt::Debug for Slot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}
