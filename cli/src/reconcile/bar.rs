//! How far a round has come: a bar that stays in its place on a terminal, and a line for each page anywhere else.

use std::io::{self, IsTerminal as _};

use super::words::Words;
use crate::say;

/// How wide the bar is. With the numbers behind it the line is shorter than any terminal.
const CELLS: u64 = 24;

/// Over a round.
pub(super) struct Bar {
    people: u64,
    is_terminal: bool,
}

impl Bar {
    /// Over so many people, as far as that is known when the round begins.
    pub(super) fn over(people: u64) -> Self {
        Self { people, is_terminal: io::stderr().is_terminal() }
    }

    /// A page is done; whether there is `more`.
    pub(super) fn page(&self, tally: &impl Words, more: bool) {
        let people = self.people.max(tally.checked()); // somebody may have become a member meanwhile
        if self.is_terminal && more {
            say::in_place(&drawn(tally.checked(), people));
        } else {
            self.clear();
            tally.progress(people, more);
        }
    }

    /// Makes room for words.
    pub(super) fn clear(&self) {
        if self.is_terminal {
            say::in_place("");
        }
    }
}

/// Whoever stops in the middle has words to say.
impl Drop for Bar {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `kakao: ██████████░░░░░░░░░░░░░░  41% 25/60`
fn drawn(done: u64, people: u64) -> String {
    let part = |of: u64| done.saturating_mul(of) / people.max(1);
    let cells: String = (0..CELLS).map(|cell| if cell < part(CELLS) { '█' } else { '░' }).collect();
    format!("kakao: {cells} {:>3}% {done}/{people}", part(100))
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn a_bar_is_as_full_as_the_round_is_done() {
        assert_eq!(drawn(0, 60), "kakao: ░░░░░░░░░░░░░░░░░░░░░░░░   0% 0/60");
        assert_eq!(drawn(25, 60), "kakao: ██████████░░░░░░░░░░░░░░  41% 25/60");
        assert_eq!(drawn(60, 60), "kakao: ████████████████████████ 100% 60/60");
        assert_eq!(drawn(0, 0), "kakao: ░░░░░░░░░░░░░░░░░░░░░░░░   0% 0/0");
    }
}
