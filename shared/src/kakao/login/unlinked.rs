//! The answer of `POST /v1/user/unlink`, and of `POST /v1/user/logout`, which looks the same.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#unlink>

use super::message::message;
use crate::kakao::id::AppUserId;

message! {
    /// The link is gone, with all consents and tokens.
    Unlinked {
        /// Of whom.
        id: AppUserId,
    }
}

impl Unlinked {
    /// Of whom.
    pub fn id(&self) -> Option<&AppUserId> {
        self.id.get()
    }
}
