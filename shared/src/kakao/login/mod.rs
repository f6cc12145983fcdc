//! Kakao Login: what `kauth.kakao.com` and `kapi.kakao.com` answer about a token and about a person.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
//!
//! All of it is read and, but for the stand-in, none of it is written. A member of another type than documented counts as absent
//! and is kept as it came; only the ids are strict, because an id that was read wrongly is another person.

mod advice;
mod channels;
mod error;
mod id_token;
mod kapi_code;
mod koe;
pub(in crate::kakao) mod message;
mod otp_profile;
mod shipping;
mod system_ips;
mod terms;
mod token;
mod token_info;
mod unlinked;
mod user;
mod user_ids;

#[cfg(test)]
mod tests;

pub use advice::{Advice, Words};
pub use channels::{Channel, Channels, Relation};
pub use error::{KapiError, OauthError, OauthErrorKind};
pub use id_token::{IdTokenClaims, Jwk, Jwks, JwsHeader};
pub use kapi_code::KapiCode;
pub use koe::Koe;
pub use otp_profile::OtpProfile;
pub use shipping::{ShippingAddress, ShippingAddresses};
pub use system_ips::SystemIps;
pub use terms::{AgreedBy, ServiceTerms, Term};
pub use token::Token;
pub use token_info::TokenInfo;
pub use unlinked::Unlinked;
pub use user::{KakaoAccount, Profile, UserMe};
pub use user_ids::UserIds;

use super::id::AppUserId;

/// Whether an id can be that of a person: 1 to 20 digits, the first of them not 0, and no more than 64 bits.
pub fn is_person(id: &AppUserId) -> bool {
    let text = id.as_str();
    text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.parse::<u64>().is_ok()
}
