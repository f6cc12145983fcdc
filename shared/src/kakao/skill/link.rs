//! `link`: where a picture or list item leads.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::Map;
use super::generous::{generous, optional};
use crate::kakao::field::closed_debug;

/// Addresses by device.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Link {
    /// Every device; beats the two below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
    /// Computers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pc: Option<String>,
    /// Phones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Of an earlier edition. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ios: Option<String>,
    /// Of an earlier edition. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub android: Option<String>,
    /// Of an earlier edition. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// Of an earlier edition. Read and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub win: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Link);
generous!(Link { web = "web", pc = "pc", mobile = "mobile", ios = "ios", android = "android", mac = "mac", win = "win" });

impl Link {
    /// One address for every device.
    pub fn web(url: impl Into<String>) -> Self {
        Link { web: optional(url), ..Self::default() }
    }

    /// One address for computers and another for phones.
    pub fn by_device(pc: impl Into<String>, mobile: impl Into<String>) -> Self {
        Link { pc: optional(pc), mobile: optional(mobile), ..Self::default() }
    }

    /// The link if it leads anywhere.
    pub(super) fn some(self) -> Option<Link> {
        Some(self).filter(|link| *link != Link::default())
    }
}

impl From<&str> for Link {
    fn from(url: &str) -> Self {
        Link::web(url)
    }
}

impl From<String> for Link {
    fn from(url: String) -> Self {
        Link::web(url)
    }
}
