//! Rules about pictures: addresses and alternative texts.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::measure::{chars, filled, is_web_address};
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::Thumbnail;

/// Characters of an alternative text.
pub const ALT_TEXT_MAX: usize = 50;

/// Addresses of pictures are absolute.
pub(super) static R12: Rule = Rule::error(
    "R12",
    RF,
    "a picture needs an absolute http or https address",
    "이미지 주소는 http 또는 https로 시작하는 절대 주소여야 합니다",
);

/// Alternative texts are short.
pub(super) static R13: Rule = Rule::warning(
    "R13",
    RF,
    "the alternative text has {found} characters; at most {limit} are allowed",
    "대체 텍스트가 {found}자입니다. 최대 {limit}자까지 가능합니다",
);

/// The address of a picture that must be there.
pub(super) fn r12_picture(image_url: &Option<String>, card: At<'_>, report: &mut Report<'_>) {
    let good = image_url.as_deref().is_some_and(is_web_address);
    report.require(good, &R12, card.key("imageUrl"));
}

/// The address of a picture that may be missing.
pub(super) fn r12_optional_picture(image_url: &Option<String>, card: At<'_>, report: &mut Report<'_>) {
    if filled(image_url) {
        r12_picture(image_url, card, report);
    }
}

/// The alternative text of a picture.
pub(super) fn r13_alt_text(alt_text: &Option<String>, card: At<'_>, report: &mut Report<'_>) {
    let found = chars(alt_text.as_deref().unwrap_or_default());
    report.at_most(ALT_TEXT_MAX, found, &R13, card.key("altText"));
}

/// The picture of a card.
pub(super) fn thumbnail(thumbnail: &Thumbnail, at: At<'_>, report: &mut Report<'_>) {
    r12_picture(&thumbnail.image_url, at, report);
    r13_alt_text(&thumbnail.alt_text, at, report);
}
