//! The answer of `GET /v1/user/access_token_info`: whose token it is, and of which app.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-token-info>

use std::time::Duration;

use serde_json::Value;

use super::message::message;
use crate::kakao::id::AppUserId;

message! {
    /// What is known about an access token.
    TokenInfo {
        /// Whose it is.
        id: AppUserId,
        /// Seconds that are left. Read it with [`TokenInfo::expires_in`].
        expires_in: Value,
        /// The app that it was made for: a token of another app is nobody's proof (threat T17). Read it with
        /// [`TokenInfo::app_id`].
        app_id: Value,
    }
}

impl TokenInfo {
    /// Whose it is.
    pub fn id(&self) -> Option<&AppUserId> {
        self.id.get()
    }

    /// The time that is left.
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in.whole().map(Duration::from_secs)
    }

    /// The app that it was made for.
    pub fn app_id(&self) -> Option<u64> {
        self.app_id.whole()
    }
}
