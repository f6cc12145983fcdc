//! The one-time address of the profile, location and Kakao Sync plugins.
//! <https://developers.kakao.com/docs/en/kakaosync/plugin>
//!
//! Only the value itself: nothing here fetches what the address stands for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::Map;
use super::address::host_and_path;
use super::{object, text};
use crate::kakao::field::{Field, Loose, closed_debug};
use crate::kakao::id::{AppUserId, Id};

/// Hosts of one-time addresses. The second is in a capture of 2022.
const HOSTS: [&str; 2] = ["talk-plugin.kakao.com", "talk-plugin-capi.kakao.com"];

/// What such a plugin left behind. Which members there are depends on the plugin.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Otp {
    /// The one-time address. Read it with [`Otp::url`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub otp: Field<Value>,
    /// User id of Kakao Login, as a number or as text. Read it with [`Otp::app_user_id`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub app_user_id: Field<Loose<AppUserId>>,
    /// Whether the sign-up was recorded. Read it with [`Otp::is_saved`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub saved: Field<Value>,
    /// A text that goes with the result; not for people.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub message: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Otp);

impl Otp {
    /// The value of a parameter as that of such a plugin: JSON inside of text, the object itself, or a bare one-time
    /// address of Kakao's.
    pub fn read(value: &Value) -> Option<Self> {
        let bare = || {
            let url = value.as_str()?.trim();
            is_kakao(url).then(|| Otp { otp: value.clone().into(), ..Self::default() })
        };
        object::<Self>(value).filter(|otp| otp.url().is_some() || otp.is_saved().is_some()).or_else(bare)
    }

    /// The one-time address: good for one use and a short time, and a secret. Ask [`Otp::is_kakao`] before fetching it.
    pub fn url(&self) -> Option<&str> {
        text(&self.otp)
    }

    /// Whether the address is one of Kakao's plugin servers: `https`, an exact host, no port, no user information, and
    /// only a path of the known form.
    pub fn is_kakao(&self) -> bool {
        self.url().is_some_and(is_kakao)
    }

    /// User id of Kakao Login, as text also if it came as a number.
    pub fn app_user_id(&self) -> Option<&str> {
        self.app_user_id.get()?.fits().map(Id::as_str).filter(|id| !id.is_empty())
    }

    /// Whether the sign-up was recorded; `None` if the plugin does not say.
    pub fn is_saved(&self) -> Option<bool> {
        match self.saved.get()? {
            Value::Bool(saved) => Some(*saved),
            Value::String(word) => word.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }
}

/// `https://talk-plugin.kakao.com/otp/{otp}` and perhaps one word more.
fn is_kakao(url: &str) -> bool {
    host_and_path(url, &["https"]).is_some_and(|(host, path)| HOSTS.contains(&host) && is_one_time_path(path))
}

/// `/otp/{8 to 64 letters or digits}` and perhaps one word more, and nothing behind it.
pub(crate) fn is_one_time_path(path: &str) -> bool {
    let Some(path) = path.strip_prefix("/otp/") else { return false };
    let (otp, word) = path.split_once('/').map_or((path, None), |(otp, word)| (otp, Some(word)));
    let words = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    (8..=64).contains(&otp.len()) && otp.bytes().all(|byte| byte.is_ascii_alphanumeric()) && word.is_none_or(words)
}
