//! Texts and their pieces.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/textblock/>

use super::rules::{
    INLINE_KIND, INLINE_LEN, INLINE_LINK, INLINE_MATCH, INLINE_MENTION, INLINE_MENTION_MORE, INLINE_STYLED, LABEL_LEN,
    LINK_COUNT, MEMBER_TYPE, TEXT_LEN, TEXT_MD_INLINE,
};
use super::{LABEL_MAX, TEXT_MAX, length};
use crate::kakao::limits::at::At;
use crate::kakao::limits::measure::is_web_address;
use crate::kakao::limits::report::Report;
use crate::kakao::work::{Color, Inline, InlineType, Label, TextBlock};

/// A `text` block.
pub(super) fn text(block: &TextBlock, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    length(block.text.as_deref().unwrap_or_default(), TEXT_MAX, &TEXT_LEN, at.key("text"), report);
    pieces(block.inlines.as_deref(), block.text.as_deref(), block.markdown, TEXT_MAX, at, report);
}

/// A `label` block: its text may be missing beside inlines.
pub(super) fn label(block: &Label, at: At<'_>, report: &mut Report<'_>) {
    report.typed(block, &MEMBER_TYPE, at);
    let pieced = block.inlines.as_ref().is_some_and(|inlines| !inlines.is_empty());
    if block.text.is_some() || !pieced {
        length(block.text.as_deref().unwrap_or_default(), LABEL_MAX, &LABEL_LEN, at.key("text"), report);
    }
    pieces(block.inlines.as_deref(), block.text.as_deref(), block.markdown, LABEL_MAX, at, report);
}

fn pieces(
    inlines: Option<&[Inline]>,
    text: Option<&str>,
    markdown: Option<bool>,
    most: usize,
    block: At<'_>,
    report: &mut Report<'_>,
) {
    let Some(inlines) = inlines.filter(|inlines| !inlines.is_empty()) else { return };
    let at = block.key("inlines");
    let joined: String = inlines.iter().filter_map(|inline| inline.text.as_deref()).collect();
    length(&joined, most, &INLINE_LEN, at, report);
    report.require(text.is_none_or(|text| text == joined), &INLINE_MATCH, at);
    report.require(markdown.is_none(), &TEXT_MD_INLINE, block.key("markdown"));
    let links = inlines.iter().filter(|inline| inline.kind == Some(InlineType::Link)).count();
    report.at_most(1, links, &LINK_COUNT, at);
    for (index, inline) in inlines.iter().enumerate() {
        piece(inline, at.index(index), report);
    }
}

fn piece(inline: &Inline, at: At<'_>, report: &mut Report<'_>) {
    report.typed(inline, &MEMBER_TYPE, at);
    report.require(inline.text.as_deref().is_some_and(|text| !text.is_empty()), &INLINE_KIND, at.key("text"));
    let styles = [inline.bold, inline.italic, inline.strike].iter().any(Option::is_some) || inline.color.is_some();
    match &inline.kind {
        Some(InlineType::Styled) => {
            report.require(inline.url.is_none(), &INLINE_STYLED, at.key("url"));
            report.require(inline.mentioned.is_none(), &INLINE_STYLED, at.key("ref"));
            report.require(!matches!(inline.color, Some(Color::Other(_))), &INLINE_STYLED, at.key("color"));
        }
        Some(InlineType::Link) => {
            report.require(inline.url.as_deref().is_some_and(leads_somewhere), &INLINE_LINK, at.key("url"));
            report.require(inline.mentioned.is_none(), &INLINE_LINK, at.key("ref"));
            report.require(!styles, &INLINE_LINK, at);
        }
        Some(InlineType::Mention) => {
            let named = inline.mentioned.as_ref().is_some_and(|who| {
                let number = who.value.as_ref().and_then(|id| id.as_str().parse::<u64>().ok());
                who.kind.as_deref() == Some("kw") && number.is_some_and(|number| number > 0)
            });
            report.require(named, &INLINE_MENTION, at.key("ref"));
            report.require(!styles && inline.url.is_none(), &INLINE_MENTION_MORE, at);
        }
        Some(InlineType::Other(_)) | None => report.require(false, &INLINE_KIND, at.key("type")),
    }
}

/// Whether an address can be opened: a web page, a mail or a phone number.
fn leads_somewhere(url: &str) -> bool {
    let other = ["mailto:", "tel:"].iter().any(|scheme| {
        let parts = url.split_at_checked(scheme.len());
        parts.is_some_and(|(head, rest)| head.eq_ignore_ascii_case(scheme) && !rest.trim().is_empty())
    });
    other || is_web_address(url)
}
