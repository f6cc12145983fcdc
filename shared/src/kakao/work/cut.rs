//! Words that are longer than their place, cut between what a person calls letters.

use unicode_segmentation::UnicodeSegmentation;

use crate::kakao::limits::chars;

/// What stands for the rest of a text that was cut.
const MORE: &str = "…";

/// The text in at most `most` characters. Counted in UTF-16 units, so that neither way of counting finds too many.
pub(super) fn cut(text: impl Into<String>, most: usize) -> String {
    let text = text.into();
    if chars(&text) <= most {
        return text;
    }
    let mut kept = String::new();
    let mut room = most.saturating_sub(1);
    for letter in text.graphemes(true) {
        let Some(left) = room.checked_sub(chars(letter)) else { break };
        room = left;
        kept.push_str(letter);
    }
    kept + MORE
}

/// The same, on one line.
pub(super) fn cut_line(text: impl Into<String>, most: usize) -> String {
    let text = text.into();
    let line = if text.contains(['\n', '\r']) { text.replace("\r\n", " ").replace(['\n', '\r'], " ") } else { text };
    cut(line, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_letters() {
        assert_eq!(cut("가나다", 3), "가나다");
        assert_eq!(cut("가나다라", 3), "가나…");
        assert_eq!(cut("가👨‍👩‍👧나", 5), "가…");
        assert_eq!(cut_line("가\r\n나\n다", 5), "가 나 다");
    }
}
