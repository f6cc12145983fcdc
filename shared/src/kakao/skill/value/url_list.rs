//! `List(https://..., https://...)`: how the platform writes several addresses as one text.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin>

use super::address::is_web;

/// The addresses in a list, in their order. A text without `List(` is a list as well: one bare address is a list of one.
/// What is no web address is left out.
pub(super) fn urls(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    let inner = text.strip_prefix("List(").map_or(text, |rest| rest.strip_suffix(')').unwrap_or(rest));
    Split { rest: Some(inner) }
        .map(|piece| piece.trim_matches(|c: char| c == ',' || c.is_whitespace()))
        .filter(|piece| is_web(piece))
}

/// Cuts at each comma that an address follows. Another comma belongs to the address it is in.
struct Split<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        let cut = rest.match_indices(',').find(|(at, _)| is_web(rest[at + 1..].trim_start()));
        let Some((at, _)) = cut else { return Some(rest) };
        self.rest = Some(&rest[at + 1..]);
        Some(&rest[..at])
    }
}
