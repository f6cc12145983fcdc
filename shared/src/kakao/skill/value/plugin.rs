//! The value of a parameter that a plugin filled, whichever plugin it was.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Otp, SecureImages, json};
use crate::kakao::field::closed_debug;

/// A value as it came, usually JSON inside of text. Written out again it is the same.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PluginValue(Value);

/// What a value is, as far as it can be told without asking Kakao.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Plugin {
    /// Pictures of the secure-image plugin.
    SecureImages(SecureImages),
    /// A one-time address, or the outcome of a Kakao Sync sign-up.
    Otp(Otp),
    /// JSON of another plugin, such as location, date and time, or payment: its members are not documented.
    Other(Value),
    /// Plain text.
    Text,
}

closed_debug!(PluginValue);

impl PluginValue {
    /// A value as it came.
    pub fn new(value: Value) -> Self {
        PluginValue(value)
    }

    /// The value as it came.
    pub fn raw(&self) -> &Value {
        &self.0
    }

    /// The text as it came, if it is text.
    pub fn text(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// The JSON in the text, or the value itself if it is no text.
    pub fn json(&self) -> Option<Value> {
        json(&self.0).map(std::borrow::Cow::into_owned)
    }

    /// What it is. A bare address counts only if it is one of Kakao's: any other is plain text.
    pub fn plugin(&self) -> Plugin {
        if let Some(otp) = Otp::read(&self.0) {
            return Plugin::Otp(otp);
        }
        let foreign =
            |images: &SecureImages| self.is_bare_address() && !images.urls().iter().all(|url| url.is_kakao_cdn());
        match (SecureImages::read(&self.0), self.json()) {
            (Some(images), _) if !foreign(&images) => Plugin::SecureImages(images),
            (_, Some(json @ (Value::Object(_) | Value::Array(_)))) => Plugin::Other(json),
            _ => Plugin::Text,
        }
    }

    fn is_bare_address(&self) -> bool {
        self.text().is_some_and(|text| super::address::is_web(text.trim()))
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Plugin::SecureImages(_) => "SecureImages(..)",
            Plugin::Otp(_) => "Otp(..)",
            Plugin::Other(_) => "Other(..)",
            Plugin::Text => "Text",
        })
    }
}
