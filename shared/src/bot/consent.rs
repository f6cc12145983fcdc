//! What a profile forgets when somebody takes consent back, if it calls things by Kakao's names.

use crate::store::sign_up::Profile;

/// The names that Kakao has for what a consent item covers.
/// <https://developers.kakao.com/docs/latest/en/kakaologin/utilize#scope-user>
fn names(scope: &str) -> &[&str] {
    match scope {
        "profile" => &["profile", "nickname", "profile_image_url", "thumbnail_image_url"],
        "profile_nickname" => &["profile_nickname", "nickname"],
        "profile_image" => &["profile_image", "profile_image_url", "thumbnail_image_url"],
        "account_email" => &["account_email", "email"],
        "birthday" => &["birthday", "birthday_type", "is_leap_month"],
        "shipping_address" => &["shipping_address", "shipping_addresses"],
        "account_ci" => &["account_ci", "ci"],
        _ => &[],
    }
}

/// Takes out what the consent item covers: the member of its own name, and those of Kakao's names for it.
pub(super) fn forget(scope: &str, profile: &mut Profile) {
    profile.remove(scope);
    names(scope).iter().for_each(|name| drop(profile.remove(*name)));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn row_15_only_what_was_withdrawn_is_forgotten() {
        let mut profile =
            json!({"phone_number": "x", "email": "y", "nickname": "z", "points": 7}).as_object().cloned().unwrap();
        forget("phone_number", &mut profile);
        assert_eq!(json!(profile), json!({"email": "y", "nickname": "z", "points": 7}));
        forget("account_email", &mut profile);
        forget("profile_nickname", &mut profile);
        forget("unknown", &mut profile);
        assert_eq!(json!(profile), json!({"points": 7}));
    }
}
