//! What a one-time address of the profile plugin stands for.
//! <https://developers.kakao.com/docs/en/kakaosync/plugin>

use serde_json::Value;

use super::message::message;
use super::user::national;
use crate::kakao::id::AppUserId;

message! {
    /// Who somebody is. All members may be `null`.
    OtpProfile {
        /// Who.
        app_user_id: AppUserId,
        /// What the person calls itself.
        nickname: Value,
        /// The picture.
        profile_image_url: Value,
        /// `+82 10-0000-0000`. Read it with [`OtpProfile::phone_number`].
        phone_number: Value,
        /// The address of mail; nothing says whether it is proven.
        email: Value,
        /// `YYYY`.
        birthyear: Value,
        /// `MMDD`.
        birthday: Value,
        /// `female` or `male`.
        gender: Value,
        /// The same person everywhere in Korea: to be kept as a keyed hash only.
        ci: Value,
        /// When the CI was made out.
        ci_authenticated_at: Value,
    }
}

impl OtpProfile {
    /// Who.
    pub fn app_user_id(&self) -> Option<&AppUserId> {
        self.app_user_id.get()
    }

    /// What the person calls itself.
    pub fn nickname(&self) -> Option<&str> {
        self.nickname.words()
    }

    /// The phone number as it came.
    pub fn phone_number(&self) -> Option<&str> {
        self.phone_number.words()
    }

    /// The phone number as it is dialled in Korea, digits only.
    pub fn national_phone_number(&self) -> Option<String> {
        national(self.phone_number()?)
    }

    /// The address of mail, whoever it belongs to.
    pub fn unproven_email(&self) -> Option<&str> {
        self.email.words()
    }

    /// The same person everywhere in Korea. A secret of theirs.
    pub fn ci(&self) -> Option<&str> {
        self.ci.words()
    }
}
