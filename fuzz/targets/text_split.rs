//! Any text cut to fit: every piece is within its limit, and nothing is in it that was not in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::kakao::fit::{shorten, split};
use shared::kakao::limits::chars;
use unicode_segmentation::UnicodeSegmentation;

/// What may stand for the rest of a text that was cut.
const ELLIPSIS: char = '…';

fuzz_target!(|input: (u16, u8, &str)| {
    let (max, parts, text) = (usize::from(input.0 % 1200) + 1, usize::from(input.1 % 12) + 1, input.2);

    let short = shorten(text, max);
    assert!(chars(&short) <= max);
    if chars(text) <= max {
        assert_eq!(short, text, "what fits stays as it is");
    } else {
        let kept = short.strip_suffix(ELLIPSIS).unwrap_or(&short);
        assert!(text.starts_with(kept), "the beginning of the text");
        let boundary = |at: usize| at == text.len() || text.grapheme_indices(true).any(|(start, _)| start == at);
        let wider = text.graphemes(true).any(|grapheme| chars(grapheme) >= max);
        assert!(wider || boundary(kept.len()), "no emoji is taken apart that would have fit");
    }
    assert_eq!(shorten(&short, max), short, "cutting twice is cutting once");

    let pieces = split(text, max, parts);
    if chars(text) <= max {
        assert_eq!(pieces, [text], "what fits stays as it is");
        return;
    }
    assert!(pieces.len() <= parts);
    let mut rest = text.chars();
    for (i, piece) in pieces.iter().enumerate() {
        assert!(chars(piece) <= max && !piece.is_empty());
        let last = i + 1 == pieces.len();
        let kept = if last { piece.strip_suffix(ELLIPSIS).unwrap_or(piece) } else { piece };
        assert!(kept.chars().all(|wanted| rest.any(|found| found == wanted)), "in the text, in order");
    }
});
