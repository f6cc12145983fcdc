//! Rules about pictures: addresses and alternative texts.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::envelope::R09;
use super::measure::{chars, filled, is_web_address};
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::{Link, Thumbnail};

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

/// A link leads somewhere. Not in the register of the protocol; its section 5.9 says that an empty one does nothing.
pub(super) static R14: Rule =
    Rule::warning("R14", RF, "a link without any address does nothing", "주소가 하나도 없는 link는 동작하지 않습니다");

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
    report.typed(thumbnail, &R09, at);
    r12_picture(&thumbnail.image_url, at, report);
    r13_alt_text(&thumbnail.alt_text, at, report);
    r14_link(&thumbnail.link, at, report);
}

/// Where a picture or an item leads.
pub(super) fn r14_link(link: &Option<Link>, card: At<'_>, report: &mut Report<'_>) {
    let Some(link) = link else { return };
    let at = card.key("link");
    report.typed(link, &R09, at);
    let all = [&link.web, &link.pc, &link.mobile, &link.ios, &link.android, &link.mac, &link.win];
    report.require(all.into_iter().any(filled), &R14, at);
}
