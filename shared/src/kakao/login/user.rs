//! The answer of `GET /v2/user/me`: who somebody is, as far as the person agreed to tell.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#req-user-info>

use serde_json::Value;

use super::message::message;
use crate::clock::Millis;
use crate::kakao::field::Loose;
use crate::kakao::id::AppUserId;
use crate::kakao::skill::Map;

message! {
    /// A person.
    UserMe {
        /// Who.
        id: AppUserId,
        /// With manual linking only: whether the person is linked.
        has_signed_up: Value,
        /// When the person was linked. Read it with [`UserMe::connected_at`].
        connected_at: Value,
        /// When the person signed up through Kakao Sync; absent if the link came another way. Read it with
        /// [`UserMe::synched_at`].
        synched_at: Value,
        /// The app's own properties; three have names that Kakao gave them.
        properties: Loose<Map>,
        /// What the person agreed to tell. Read it with [`UserMe::account`].
        kakao_account: Loose<KakaoAccount>,
        /// For apps that may have it: `uuid`.
        for_partner: Value,
    }
}

message! {
    /// `kakao_account`. Of each item there is also `…_needs_agreement`: whether asking for it might help.
    KakaoAccount {
        /// Nickname and pictures. Read them with [`UserMe::nickname`] and [`KakaoAccount::profile`].
        profile: Loose<Profile>,
        /// The real name.
        name: Value,
        /// The address of mail. Read it with [`KakaoAccount::verified_email`].
        email: Value,
        /// Whether the address still belongs to this account.
        is_email_valid: Value,
        /// Whether the person showed to own the address.
        is_email_verified: Value,
        /// `20~29`.
        age_range: Value,
        /// `YYYY`. Read it with [`KakaoAccount::birth_year`].
        birthyear: Value,
        /// `MMDD`. Read it with [`KakaoAccount::birth_month_day`].
        birthday: Value,
        /// `SOLAR` or `LUNAR`. Read it with [`KakaoAccount::is_lunar_birthday`].
        birthday_type: Value,
        /// Whether a lunar birthday is in a leap month.
        is_leap_month: Value,
        /// `female` or `male`.
        gender: Value,
        /// `+82 10-0000-0000`. Read it with [`KakaoAccount::phone_number`] and [`KakaoAccount::national_phone_number`].
        phone_number: Value,
        /// The same person everywhere in Korea: to be kept as a keyed hash only.
        ci: Value,
        /// When the CI was made out.
        ci_authenticated_at: Value,
        /// The real name as the law knows it.
        legal_name: Value,
    }
}

message! {
    /// `kakao_account.profile`.
    Profile {
        /// What the person calls itself.
        nickname: Value,
        /// The small picture.
        thumbnail_image_url: Value,
        /// The large picture.
        profile_image_url: Value,
        /// Whether the picture is everybody's.
        is_default_image: Value,
        /// Whether the nickname is one that Kakao made up.
        is_default_nickname: Value,
    }
}

impl UserMe {
    /// Who.
    pub fn id(&self) -> Option<&AppUserId> {
        self.id.get()
    }

    /// When the person was linked.
    pub fn connected_at(&self) -> Option<Millis> {
        self.connected_at.moment()
    }

    /// When the person signed up through Kakao Sync.
    pub fn synched_at(&self) -> Option<Millis> {
        self.synched_at.moment()
    }

    /// What the person agreed to tell.
    pub fn account(&self) -> Option<&KakaoAccount> {
        self.kakao_account.get()?.fits()
    }

    /// What the person calls itself: in the profile, else among the properties, where old apps have it.
    pub fn nickname(&self) -> Option<&str> {
        let profile = || self.account()?.profile()?.nickname.words();
        profile().or_else(|| self.property("nickname"))
    }

    /// One of the app's own properties, if it is text.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.get()?.fits()?.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// `for_partner.uuid`.
    pub fn partner_uuid(&self) -> Option<&str> {
        self.for_partner.get()?.get("uuid")?.as_str().filter(|text| !text.is_empty())
    }
}

impl KakaoAccount {
    /// Nickname and pictures.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.get()?.fits()
    }

    /// The real name.
    pub fn name(&self) -> Option<&str> {
        self.name.words()
    }

    /// The address of mail, if it is valid and the person showed to own it: no other proves who somebody is.
    pub fn verified_email(&self) -> Option<&str> {
        let proven = self.is_email_valid.flag() == Some(true) && self.is_email_verified.flag() == Some(true);
        self.email.words().filter(|_| proven)
    }

    /// The address of mail, whoever it belongs to: for writing to, never for finding somebody by.
    pub fn unproven_email(&self) -> Option<&str> {
        self.email.words()
    }

    /// `20~29`.
    pub fn age_range(&self) -> Option<&str> {
        self.age_range.words()
    }

    /// The year of birth.
    pub fn birth_year(&self) -> Option<u16> {
        let digits = self.birthyear.words().filter(|text| text.len() == 4 && is_digits(text))?;
        digits.parse().ok()
    }

    /// Month and day of birth, in the calendar that [`KakaoAccount::is_lunar_birthday`] tells.
    pub fn birth_month_day(&self) -> Option<(u8, u8)> {
        let digits = self.birthday.words().filter(|text| text.len() == 4 && is_digits(text))?;
        let (month, day) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
    }

    /// Whether the birthday is of the lunar calendar.
    pub fn is_lunar_birthday(&self) -> bool {
        self.birthday_type.words() == Some("LUNAR")
    }

    /// Whether the lunar birthday is in a leap month.
    pub fn is_leap_month(&self) -> bool {
        self.is_leap_month.flag() == Some(true)
    }

    /// `female`, `male`, or a word to come.
    pub fn gender(&self) -> Option<&str> {
        self.gender.words()
    }

    /// The phone number as it came.
    pub fn phone_number(&self) -> Option<&str> {
        self.phone_number.words()
    }

    /// The phone number as it is dialled in Korea, digits only: `01000000000`. `None` for a number of another country.
    pub fn national_phone_number(&self) -> Option<String> {
        national(self.phone_number()?)
    }

    /// The same person everywhere in Korea. A secret of theirs.
    pub fn ci(&self) -> Option<&str> {
        self.ci.words()
    }

    /// Whether asking for an item, `email`, `phone_number`, might bring it: the person has it and did not agree yet.
    pub fn needs_agreement(&self, item: &str) -> bool {
        self.rest.get(&format!("{item}_needs_agreement")) == Some(&Value::Bool(true))
    }
}

impl Profile {
    /// The small picture.
    pub fn thumbnail_image_url(&self) -> Option<&str> {
        self.thumbnail_image_url.words()
    }

    /// The large picture.
    pub fn profile_image_url(&self) -> Option<&str> {
        self.profile_image_url.words()
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `+82 10-0000-0000`, `+82 (0)10…`, `010-0000-0000` to `01000000000`. Anything but digits and the usual signs between them makes it
/// no number.
pub(super) fn national(number: &str) -> Option<String> {
    let number = number.trim();
    let rest = match number.strip_prefix('+') {
        Some(foreign) => foreign.strip_prefix("82")?,
        None => number,
    };
    if !rest.chars().all(|sign| sign.is_ascii_digit() || " -.()".contains(sign)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let national = if digits.starts_with('0') { digits } else { format!("0{digits}") };
    // Without a country only what begins with a trunk 0 is a number of Korea.
    let complete = number.starts_with('+') || rest.trim_start_matches('(').starts_with('0');
    (complete && (9..=12).contains(&national.len())).then_some(national)
}
