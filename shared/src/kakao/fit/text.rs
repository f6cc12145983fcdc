//! Cutting text: where a person would, never inside what they see as one character.
//! <https://www.unicode.org/reports/tr29/>
//!
//! Lengths are those of [`chars`], the strictest count. A cut also keeps clear of words in ASCII where it can: half an
//! amount is another amount, and half an address leads nowhere.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use crate::kakao::limits::chars;

/// What stands for the text that was cut.
const ELLIPSIS: &str = "…";
/// Ends of a sentence.
const ENDS: &[char] = &['.', '!', '?', '…', '。', '！', '？'];
/// Ends of a sentence after which no blank is needed.
const WIDE_ENDS: &[char] = &['。', '！', '？'];
/// What may close after the end of a sentence.
const CLOSING: &[char] = &['"', '\'', ')', ']', '”', '’', '」', '』', '）'];

/// At most `max` characters, cut at a grapheme boundary with `…` inside the limit.
pub fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    if chars(text) <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(chars(ELLIPSIS)) else { return Cow::Borrowed("") };
    let cuts = Cuts::of(text, room);
    let end = cuts.best(&[Level::Run], room, |_| true).unwrap_or_else(|| cuts.hard());
    Cow::Owned(format!("{}{ELLIPSIS}", trim_end(text.split_at(end).0)))
}

/// Splits a text into at most `parts` pieces of at most `max` characters ([`chars`], UTF-16 units) at grapheme
/// boundaries, preferring the ends of paragraphs, lines, sentences and words. What is left over after the last part is
/// cut with an ellipsis; a text that can be shown whole is. White space at the seams is dropped.
pub fn split(text: &str, max: usize, parts: usize) -> Vec<String> {
    if parts > 0 && chars(text) <= max {
        return vec![text.to_owned()];
    }
    let mut rest = trim_end(trim_start(text));
    let whole = fits(rest, max, parts);
    let mut pieces = Vec::new();
    while !rest.is_empty() && pieces.len() < parts {
        let left = parts - pieces.len() - 1;
        if left == 0 || chars(rest) <= max {
            pieces.push(shorten(rest, max).into_owned());
            break;
        }
        let cuts = Cuts::of(rest, max);
        let after = |end: usize| trim_start(rest.split_at(end).1);
        // A nicer seam must not cost the end of the text.
        let end = cuts.best(&Level::ALL, max, |end| !whole || fits(after(end), max, left));
        let end = end.unwrap_or_else(|| cuts.hard());
        if end == 0 {
            // One character is wider than a piece: it cannot be shown.
            rest = rest.split_at(first_char(rest)).1;
            continue;
        }
        pieces.push(trim_end(rest.split_at(end).0).to_owned());
        rest = after(end);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// At most `max` lines: the surplus lines are joined to the last one. Nothing but white space is lost.
pub(super) fn join_lines(text: &str, max: usize) -> String {
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut kept: Vec<_> = lines.by_ref().take(max.saturating_sub(1)).map(str::to_owned).collect();
    let last: Vec<_> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    if !last.is_empty() {
        kept.push(last.join(" "));
    }
    kept.join("\n")
}

/// Whether the text can be shown in so many pieces if it is cut wherever a piece is full.
fn fits(mut text: &str, max: usize, parts: usize) -> bool {
    for _ in 0..parts {
        if chars(text) <= max {
            return true;
        }
        let end = Cuts::of(text, max).hard();
        text = trim_start(text.split_at(if end == 0 { first_char(text) } else { end }).1);
    }
    text.is_empty()
}

/// The text without white space in front, if that stands alone: a mark upon a blank is kept with its blank.
fn trim_start(text: &str) -> &str {
    let blank = text.graphemes(true).take_while(|grapheme| is_blank(grapheme)).map(str::len).sum();
    text.split_at(blank).1
}

/// The text without white space behind, if that stands alone: a blank that a mark before it belongs to is kept.
fn trim_end(text: &str) -> &str {
    let blank = text.graphemes(true).rev().take_while(|grapheme| is_blank(grapheme)).map(str::len).sum::<usize>();
    text.split_at(text.len() - blank).0
}

fn is_blank(grapheme: &str) -> bool {
    grapheme.chars().all(char::is_whitespace)
}

/// Bytes of the first character.
fn first_char(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// How good a place is to cut at.
#[derive(Clone, Copy)]
enum Level {
    Paragraph,
    Line,
    Sentence,
    Word,
    /// Not inside a run of ASCII.
    Run,
}

impl Level {
    /// The best first.
    const ALL: [Level; 5] = [Level::Paragraph, Level::Line, Level::Sentence, Level::Word, Level::Run];
}

/// A place to cut at: bytes and characters before it.
#[derive(Clone, Copy, Default)]
struct Place {
    bytes: usize,
    chars: usize,
}

/// The last place of each level within a number of characters.
struct Cuts<'a> {
    text: &'a str,
    max: usize,
    levels: [Option<Place>; Level::ALL.len()],
    /// The last grapheme boundary.
    last: Place,
}

impl<'a> Cuts<'a> {
    /// Looks for places after which `text` has at most `max` characters before it.
    fn of(text: &'a str, max: usize) -> Self {
        let mut cuts = Cuts { text, max, levels: [None; Level::ALL.len()], last: Place::default() };
        let mut here = Place::default();
        // The blank we are in: where it began, and how many lines end in it.
        let mut gap: Option<(Place, usize)> = None;
        let (mut ascii_before, mut ended, mut ended_wide) = (false, false, false);
        for grapheme in text.graphemes(true) {
            cuts.last = here;
            if is_blank(grapheme) {
                let (start, lines) = gap.unwrap_or((here, 0));
                let lines = lines + grapheme.matches('\n').count();
                cuts.note(start, Level::Run);
                cuts.note(start, if ended { Level::Sentence } else { Level::Word });
                if lines > 0 {
                    cuts.note(start, if lines > 1 { Level::Paragraph } else { Level::Line });
                }
                gap = Some((start, lines));
                ascii_before = false;
            } else {
                let ascii = grapheme.bytes().all(|byte| byte.is_ascii_graphic());
                if ended_wide && !grapheme.starts_with(CLOSING) {
                    cuts.note(here, Level::Sentence);
                }
                if gap.is_none() && !(ascii && ascii_before) {
                    cuts.note(here, Level::Run);
                }
                let closes = grapheme.starts_with(CLOSING) && gap.is_none();
                ended = grapheme.starts_with(ENDS) || (ended && closes);
                ended_wide = grapheme.starts_with(WIDE_ENDS) || (ended_wide && closes);
                (gap, ascii_before) = (None, ascii);
            }
            here.chars += chars(grapheme);
            here.bytes += grapheme.len();
            if here.chars > max {
                return cuts;
            }
        }
        cuts.last = here;
        cuts
    }

    fn note(&mut self, place: Place, level: Level) {
        if let Some(latest) = self.levels.get_mut(level as usize) {
            *latest = Some(place);
        }
    }

    /// The first of these levels that has an acceptable place. A piece is at least a third full.
    fn best(&self, levels: &[Level], max: usize, accept: impl Fn(usize) -> bool) -> Option<usize> {
        let places = levels.iter().filter_map(|level| *self.levels.get(*level as usize)?);
        let mut full = places.filter(|place| place.bytes > 0 && place.chars >= max / 3);
        full.find(|place| accept(place.bytes)).map(|place| place.bytes)
    }

    /// As much as there is room for: whole graphemes, or whole characters if the first grapheme alone is too much.
    fn hard(&self) -> usize {
        if self.last.bytes > 0 {
            return self.last.bytes;
        }
        let mut units = 0;
        let over = |(at, c): (usize, char)| {
            units += c.len_utf16();
            (units > self.max).then_some(at)
        };
        self.text.char_indices().find_map(over).unwrap_or(self.text.len())
    }
}
