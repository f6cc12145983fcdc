//! The parameters of a block as what they mean: shortcuts from a request to the values of its slots.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setting_parameter>

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::value::is_filled;
use super::{
    Action, Context, Mentioned, Otp, PluginValue, SecureImages, SkillRequest, Slot, SysDate, SysNumber, SysOrdinal,
};
use crate::kakao::field::Loose;

impl SkillRequest {
    /// A parameter that is filled, with the words that filled it and everything it can be read as.
    pub fn slot(&self, name: &str) -> Option<Slot<'_>> {
        self.action.get()?.slot(name)
    }

    /// All parameters that are filled, by name.
    pub fn slots(&self) -> impl Iterator<Item = (&str, Slot<'_>)> {
        self.action.get().into_iter().flat_map(Action::slots)
    }

    /// A parameter that is JSON inside text, as a type of the author's own.
    pub fn param_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.slot(name)?.read()
    }

    /// A parameter of the entity `sys.date`.
    pub fn date(&self, name: &str) -> Option<SysDate> {
        self.slot(name)?.date()
    }

    /// A parameter of the entity `sys.number`.
    pub fn number(&self, name: &str) -> Option<SysNumber> {
        self.slot(name)?.number()
    }

    /// A parameter of the entity `sys.number.ordinal`.
    pub fn ordinal(&self, name: &str) -> Option<SysOrdinal> {
        self.slot(name)?.ordinal()
    }

    /// A parameter that the secure-image plugin filled.
    pub fn secure_images(&self, name: &str) -> Option<SecureImages> {
        self.slot(name)?.secure_images()
    }

    /// A parameter that some plugin filled.
    pub fn plugin(&self, name: &str) -> Option<PluginValue> {
        Some(self.slot(name)?.plugin())
    }

    /// The value of a profile, location or Kakao Sync plugin, under whichever name the block has for it.
    pub fn otp(&self) -> Option<Otp> {
        self.slots().find_map(|(_, slot)| slot.otp())
    }

    /// Who was mentioned in a group chat: the parameters of the entity `sys.user.mention`, by name.
    pub fn mentions(&self) -> Vec<(&str, Mentioned)> {
        self.slots().filter_map(|(name, slot)| Some((name, slot.mention()?))).collect()
    }
}

impl Action {
    /// A parameter that is filled: in `params`, else in `detailParams`.
    pub fn slot(&self, name: &str) -> Option<Slot<'_>> {
        let entry = self.detail_params.get().and_then(|details| details.get(name));
        let detail = entry.and_then(Loose::fits);
        let detailed = match entry {
            Some(Loose::Fits(detail)) => detail.value.get(),
            Some(Loose::Other(value)) => Some(value),
            None => None,
        };
        let plain = self.params.get().and_then(|params| params.get(name));
        let mut values = [plain, detailed].into_iter().flatten().filter(|value| is_filled(value));
        Some(Slot { value: values.next()?, second: values.next(), detail })
    }

    /// All parameters that are filled, by name.
    pub fn slots(&self) -> impl Iterator<Item = (&str, Slot<'_>)> {
        let plain = self.params.get().into_iter().flat_map(|params| params.keys());
        let detailed = self.detail_params.get().into_iter().flat_map(|details| details.keys());
        let names: BTreeSet<&str> = plain.chain(detailed).map(String::as_str).collect();
        names.into_iter().filter_map(|name| Some((name, self.slot(name)?)))
    }
}

impl Context {
    /// A parameter that the secure-image plugin filled: its `resolvedValue` holds all of it, its `value` the list alone.
    pub fn secure_images(&self, name: &str) -> Option<SecureImages> {
        self.values(name).find_map(SecureImages::read)
    }

    /// A parameter that is JSON inside text, as a type of the author's own.
    pub fn param_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let read = |value: &Value| match value {
            Value::String(text) => serde_json::from_str(text).ok(),
            value => T::deserialize(value).ok(),
        };
        self.values(name).find_map(read)
    }

    /// The values of a parameter, the fullest first.
    fn values(&self, name: &str) -> impl Iterator<Item = &Value> {
        let values = match self.params.get().and_then(|params| params.get(name)) {
            Some(Loose::Fits(param)) => [param.resolved_value.get(), param.value.get()],
            Some(Loose::Other(value)) => [Some(value), None],
            None => [None, None],
        };
        values.into_iter().flatten()
    }
}
