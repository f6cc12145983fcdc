//! Cutting text.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::super::text::join_lines;
use super::super::{shorten, split};
use crate::kakao::limits::chars;

const FAMILY: &str = "👨‍👩‍👧";
const FLAG: &str = "🇰🇷";

#[test]
fn shortens_at_the_edge() {
    assert_eq!(shorten("가나다", 3), "가나다");
    assert_eq!(shorten("가나다라", 3), "가나…");
    assert_eq!(shorten("가나다라", 1), "…");
    assert_eq!(shorten("가나다라", 0), "");
    assert_eq!(shorten("", 0), "");
    assert_eq!(shorten("가나 다라", 4), "가나…", "no blank before the ellipsis");
    assert!(matches!(shorten("가나다", 3), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn never_cuts_what_looks_like_one_character() {
    assert_eq!(chars(FAMILY), 8);
    assert_eq!(shorten(&format!("가{FAMILY}나"), 9), "가…", "8 units do not fit in 7");
    assert_eq!(shorten(&format!("가{FAMILY}나다"), 10), format!("가{FAMILY}…"));
    let syllable = "\u{1100}\u{1161}\u{11a8}";
    assert_eq!(shorten(&syllable.repeat(3), 6), format!("{syllable}…"), "conjoining jamo: one syllable is 3 units");
    assert_eq!(shorten("가e\u{301}나다", 3), "가…");
    assert_eq!(shorten(&FLAG.repeat(3), 8), format!("{FLAG}…"));
    assert_eq!(shorten("가\r\n나다라", 3), "가…", "a line break of two characters");
}

#[test]
fn cuts_a_character_that_alone_is_too_much() {
    let zalgo = format!("가{}", "\u{301}".repeat(20));
    assert_eq!(shorten(&zalgo, 5), "가\u{301}\u{301}\u{301}…");
    assert_eq!(split(&zalgo, 7, 3).iter().map(|piece| chars(piece)).collect::<Vec<_>>(), [7, 7, 7]);
    assert_eq!(split("😀가", 1, 2), ["가"], "what is wider than a piece cannot be shown");
}

#[test]
fn half_an_amount_is_another_amount() {
    assert_eq!(shorten("결제하실 금액은 1,250,000원", 14), "결제하실 금액은…");
    assert_eq!(shorten("자세히는 https://a.kr/b/c?d=e 에서", 12), "자세히는…");
    assert_eq!(shorten("010-1234-5678 로 전화", 8), "010-123…", "there is nothing else to show");
}

#[test]
fn splits_where_a_person_would() {
    assert_eq!(split("가나다\n\n라마. 바사", 8, 3), ["가나다", "라마. 바사"], "paragraph");
    assert_eq!(split("가나다\n라마. 바사", 9, 3), ["가나다", "라마. 바사"], "line");
    assert_eq!(split("가나다\r\n라마. 바사", 9, 3), ["가나다", "라마. 바사"], "line of two characters");
    assert_eq!(split("가나. 다라 마바", 8, 3), ["가나.", "다라 마바"], "sentence");
    assert_eq!(split("가나。다라 마바", 7, 3), ["가나。", "다라 마바"], "wide full stop");
    assert_eq!(split("\"가나.\" 다라 마바", 9, 3), ["\"가나.\"", "다라 마바"], "closing quote");
    assert_eq!(split("가나 다라 마바", 7, 3), ["가나 다라", "마바"], "word");
    assert_eq!(split("가나다라마바", 4, 3), ["가나다라", "마바"], "no seam at all");
    assert_eq!(split("가\n나다라마바사아", 6, 3), ["가\n나다라마", "바사아"], "a piece is a third full at least");
}

#[test]
fn a_nicer_seam_does_not_cost_the_end() {
    // At the paragraph the second piece would be too long for the only bubble that is left.
    assert_eq!(split("가나다\n\n라마바사아자차", 6, 2), ["가나다\n\n라", "마바사아자차"]);
    assert_eq!(split("가나다\n\n라마바사아자차", 7, 2), ["가나다", "라마바사아자차"]);
}

#[test]
fn what_is_left_over_is_cut() {
    assert_eq!(split("가나다라마바사아자차", 3, 2), ["가나다", "라마…"]);
    assert_eq!(split("가나다라", 3, 1), ["가나…"]);
    assert_eq!(split("가나", 3, 0), Vec::<String>::new());
    assert_eq!(split("    ", 3, 2), Vec::<String>::new());
    assert_eq!(split(" 가 ", 3, 2), [" 가 "], "what fits is left alone");
}

#[test]
fn joins_surplus_lines() {
    assert_eq!(join_lines("가\n나\n다", 3), "가\n나\n다");
    assert_eq!(join_lines("가\n나\n다", 2), "가\n나 다");
    assert_eq!(join_lines("가\r\n나\r\n\r\n다\n", 2), "가\n나 다");
    assert_eq!(join_lines("가\n", 1), "가");
    assert_eq!(join_lines("\n\n", 1), "");
}

/// Graphemes that are not white space.
fn seen(text: &str) -> Vec<&str> {
    text.graphemes(true).filter(|grapheme| !grapheme.trim().is_empty()).collect()
}

const PARTS: &[&str] = &[
    "가",
    "나다 ",
    "a",
    "\n",
    " ",
    ". ",
    "\r\n",
    FAMILY,
    "e\u{301}",
    FLAG,
    "\u{1100}\u{1161}\u{11a8}",
    "1,250 ",
    "\n\n",
    "。",
    "\u{301}",
    "😀",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_that_fits_is_shown_whole(
        picks in proptest::collection::vec(0..PARTS.len(), 0..60), max in 20_usize..60, parts in 1_usize..4
    ) {
        let text: String = picks.iter().map(|pick| PARTS[*pick]).collect();
        let pieces = split(&text, max, parts);
        prop_assert!(pieces.len() <= parts);
        prop_assert!(pieces.iter().all(|piece| chars(piece) <= max), "{pieces:?}");
        let widest = text.graphemes(true).map(chars).max().unwrap_or_default();
        if widest <= max && chars(&text) <= parts * (max + 1 - widest) {
            let shown: Vec<_> = pieces.iter().flat_map(|piece| seen(piece)).collect();
            prop_assert_eq!(shown, seen(&text));
        }
    }

    #[test]
    fn a_shortened_text_is_a_beginning(
        picks in proptest::collection::vec(0..PARTS.len(), 0..30), max in 0_usize..40
    ) {
        let text: String = picks.iter().map(|pick| PARTS[*pick]).collect();
        let short = shorten(&text, max);
        prop_assert!(chars(&short) <= max);
        if chars(&text) > max && max > 0 {
            prop_assert!(text.starts_with(short.strip_suffix('…').expect("an ellipsis")));
        }
        prop_assert_eq!(shorten(&short, max), short.as_ref());
    }
}

#[test]
fn a_blank_that_belongs_to_the_mark_before_it_is_kept() {
    // The Arabic number sign and the blank behind it are one character to a reader.
    let text = "가나다\u{600} 라마바사";
    for max in 1..10 {
        let short = shorten(text, max);
        let kept = short.strip_suffix('…').unwrap_or(&short);
        let whole = kept.len() == text.len() || text.grapheme_indices(true).any(|(at, _)| at == kept.len());
        assert!(whole, "{max}: {short:?}");
    }
}
