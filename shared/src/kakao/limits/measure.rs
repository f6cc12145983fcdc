//! How characters, lines and addresses are measured.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! The documentation defines none of them. The strictest reading is taken.

use std::io;

/// Length in characters: UTF-16 units, which is never less than what a person counts. A Hangul syllable is 1, most
/// emoji are 2 or more.
pub fn chars(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Lines: explicit line breaks plus one. Where a device wraps is its own business.
pub fn lines(text: &str) -> usize {
    text.matches('\n').count() + 1
}

/// Whether the text is there and not empty.
pub(crate) fn filled(text: &Option<String>) -> bool {
    text.as_deref().is_some_and(|text| !text.is_empty())
}

/// Whether an address is absolute, http or https, with a host and without blanks.
pub(crate) fn is_web_address(url: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let (head, rest) = url.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', '?', '#', ':'])
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// Length in bytes of a value written as JSON.
pub(crate) fn json_bytes(value: &impl serde::Serialize) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Wire types have text keys only and the writer cannot fail; a failure would count as what was written so far.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_the_strictest_unit() {
        assert_eq!(chars("가나다"), 3);
        assert_eq!(chars("😀"), 2);
        assert_eq!(chars("👨‍👩‍👧"), 8);
        assert_eq!(lines(""), 1);
        assert_eq!(lines("가\n나\n"), 3);
    }

    #[test]
    fn knows_a_web_address() {
        for good in ["http://a", "HTTPS://a.kr/가?b=c", "https://1.2.3.4:80/"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in
            ["", "https://", "https:///a", "//a", "a.kr", "ftp://a", "https://a b", "https://a\n", "가나다라마바사아"]
        {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
