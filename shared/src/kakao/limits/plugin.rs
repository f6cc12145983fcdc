//! What is odd about the value of a plugin.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin>
//!
//! Kakao writes these values, so nothing is an error: the findings are for people who write one by hand, or who wonder
//! why their skill sees no picture.

use serde_json::Value;

use super::at::At;
use super::report::{Finding, Report, Setting};
use super::rule::{PL, Rule};
use crate::kakao::Field;
use crate::kakao::skill::{Otp, Plugin, PluginValue, SecureImages};

/// Seconds by which `expire` and `expires` may differ: both are written in one go.
const EXPIRE_APART: u64 = 60;

/// A value is of a plugin whose members are known.
pub(super) static P01: Rule = Rule::warning(
    "P01",
    PL,
    "neither pictures nor a one-time address: only its text and JSON can be read",
    "보안 이미지도 OTP 주소도 아니어서 텍스트와 JSON으로만 읽을 수 있습니다",
);
/// Text that begins like JSON is JSON.
pub(super) static P02: Rule =
    Rule::warning("P02", PL, "the text begins like JSON but is none", "JSON처럼 시작하지만 JSON이 아닙니다");
/// Consent is yes or no.
pub(super) static P03: Rule =
    Rule::warning("P03", PL, "privacyAgreement is Y or N", "privacyAgreement는 Y 또는 N입니다");
/// Pictures come with consent.
pub(super) static P04: Rule =
    Rule::warning("P04", PL, "there are pictures although nobody agreed to it", "동의하지 않았는데 이미지가 있습니다");
/// Consent comes with pictures.
pub(super) static P05: Rule = Rule::warning("P05", PL, "secureUrls holds no address", "secureUrls에 주소가 없습니다");
/// The number of pictures is the number of addresses.
pub(super) static P06: Rule = Rule::warning(
    "P06",
    PL,
    "imageQuantity says {limit}, and there are {found} addresses",
    "imageQuantity는 {limit}인데 주소는 {found}개입니다",
);
/// Pictures are on Kakao's file servers.
pub(super) static P07: Rule = Rule::warning(
    "P07",
    PL,
    "not an address below kakaocdn.net: a server must not fetch it",
    "kakaocdn.net 아래의 주소가 아니므로 서버가 받아 오면 안 됩니다",
);
/// An address says how long it works.
pub(super) static P08: Rule = Rule::warning(
    "P08",
    PL,
    "the address has no expires, the time it stops to work",
    "주소에 만료 시각 expires가 없습니다",
);
/// The two times of expiry are the same.
pub(super) static P09: Rule = Rule::warning(
    "P09",
    PL,
    "expire is not the time that the addresses say; theirs counts",
    "expire가 주소의 expires와 다릅니다. 주소의 값을 따릅니다",
);
/// Members are text.
pub(super) static P10: Rule = Rule::warning("P10", PL, "live calls have text here", "실제 호출에서는 문자열입니다");
/// A one-time address is on Kakao's plugin servers.
pub(super) static P11: Rule = Rule::warning(
    "P11",
    PL,
    "not an address of https://talk-plugin.kakao.com/otp/: a server must not fetch it",
    "https://talk-plugin.kakao.com/otp/ 주소가 아니므로 서버가 받아 오면 안 됩니다",
);

/// Everything odd about the value of a plugin.
pub fn plugin_value(value: &PluginValue) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    match value.plugin() {
        Plugin::SecureImages(images) => secure_images(&images, top, &mut report),
        Plugin::Otp(otp) => p11_one_time_address(&otp, top, &mut report),
        Plugin::Other(_) | Plugin::Text => {
            let broken = value.text().is_some_and(|text| text.trim_start().starts_with(['{', '[']));
            report.tell(if broken && value.json().is_none() { &P02 } else { &P01 }, top, "", "");
        }
    }
    report.findings
}

fn secure_images(images: &SecureImages, at: At<'_>, report: &mut Report<'_>) {
    let agreement = at.key("privacyAgreement");
    let urls = images.urls();
    let agreed = match images.privacy_agreement.get() {
        Some(Value::String(word)) if ["Y", "N"].contains(&word.as_str()) => Some(word == "Y"),
        // A list alone does not say, and need not.
        None if images.image_quantity.is_absent() && images.expire.is_absent() => None,
        _ => {
            report.tell(&P03, agreement, "", "");
            None
        }
    };
    report.require(agreed != Some(false) || urls.is_empty(), &P04, agreement);
    report.require(agreed == Some(false) || !urls.is_empty(), &P05, at.key("secureUrls"));
    if let Some(quantity) = images.quantity().filter(|quantity| *quantity != urls.len()) {
        report.tell(&P06, at.key("imageQuantity"), &urls.len().to_string(), &quantity.to_string());
    }
    let list = at.key("secureUrls");
    for (i, url) in urls.iter().enumerate() {
        report.require(url.is_kakao_cdn(), &P07, list.index(i));
        report.require(url.expires().is_some(), &P08, list.index(i));
    }
    p09_expiry(images, at, report);
    let members =
        [("imageQuantity", &images.image_quantity), ("secureUrls", &images.secure_urls), ("expire", &images.expire)];
    for (name, member) in members {
        report.require(matches!(member, Field::Absent | Field::Null | Field::Is(Value::String(_))), &P10, at.key(name));
    }
}

fn p09_expiry(images: &SecureImages, at: At<'_>, report: &mut Report<'_>) {
    let said = images.expire.get().is_some_and(|expire| expire.as_str() != Some(""));
    let same = |expires: u64| images.expire_seconds().is_some_and(|expire| expire.abs_diff(expires) <= EXPIRE_APART);
    let own = images.urls().iter().filter_map(|url| url.expires()).min();
    report.require(!said || own.is_none_or(same), &P09, at.key("expire"));
}

fn p11_one_time_address(otp: &Otp, at: At<'_>, report: &mut Report<'_>) {
    report.require(otp.url().is_none() || otp.is_kakao(), &P11, at.key("otp"));
}
