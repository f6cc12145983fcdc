//! The answer of `GET /v1/user/ids`: everybody who is linked to the app, page by page.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-user-list>

use serde_json::Value;

use super::message::message;
use crate::kakao::id::AppUserId;

message! {
    /// One page. One id that cannot be read spoils it: who is missing here counts as unlinked.
    UserIds {
        /// The ids, at most a hundred.
        elements: Vec<AppUserId>,
        /// How many there are altogether. Read it with [`UserIds::total_count`].
        total_count: Value,
        /// The page before. Old answers have another scheme and a key in it: not to be called.
        before_url: Value,
        /// The page after; likewise. [`UserIds::is_last`] asks whether there is one.
        after_url: Value,
    }
}

impl UserIds {
    /// The ids.
    pub fn ids(&self) -> &[AppUserId] {
        self.elements.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// How many there are altogether.
    pub fn total_count(&self) -> Option<u64> {
        self.total_count.whole()
    }

    /// Whether Kakao names no page after this one.
    pub fn is_last(&self) -> bool {
        self.after_url.words().is_none()
    }
}
