//! What goes along while an answer is mended: what holds for it, and what was done.

use super::Mending;
use super::text::{join_lines, shorten};
use crate::kakao::limits::{At, Setting, chars, filled, is_web_address, lines};
use crate::kakao::skill::QuickReply;

/// Mends, and remembers what it mended. Whoever changes something tells it: a round without a word is the last one.
pub(super) struct Mender<'a> {
    pub(super) setting: &'a Setting,
    pub(super) block: Option<&'a str>,
    pub(super) mendings: Vec<Mending>,
    /// Buttons of the bubble just mended for which its card had no room.
    pub(super) surplus: Vec<QuickReply>,
    /// What is to be said under the bubble just mended.
    pub(super) note: Option<String>,
}

impl<'a> Mender<'a> {
    pub(super) fn new(setting: &'a Setting, block: Option<&'a str>) -> Self {
        Mender { setting, block, mendings: Vec::new(), surplus: Vec::new(), note: None }
    }

    /// Remembers that something was mended.
    pub(super) fn told(&mut self, rule: &'static str, at: At<'_>) {
        self.tell(rule, at.to_string());
    }

    /// Remembers that something was mended at a path that is known already.
    pub(super) fn tell(&mut self, rule: &'static str, path: String) {
        self.mendings.push(Mending { rule, path });
    }

    /// Gives `kept` back, and if it is false remembers that something went.
    pub(super) fn require(&mut self, kept: bool, rule: &'static str, at: At<'_>) -> bool {
        if !kept {
            self.told(rule, at);
        }
        kept
    }

    /// Shortens a text. If there is no room at all it goes.
    pub(super) fn shorten(&mut self, text: &mut Option<String>, max: usize, rule: &'static str, at: At<'_>) {
        let Some(long) = text.as_deref().filter(|text| chars(text) > max) else { return };
        let short = shorten(long, max).into_owned();
        *text = Some(short).filter(|short| !short.is_empty());
        self.told(rule, at);
    }

    /// Joins the surplus lines of a text.
    pub(super) fn join_lines(&mut self, text: &mut Option<String>, max: usize, rule: &'static str, at: At<'_>) {
        if let Some(text) = text.as_mut().filter(|text| !text.is_empty() && lines(text) > max) {
            *text = join_lines(text, max);
            self.told(rule, at);
        }
    }

    /// Removes a picture that a card can do without, if nobody can fetch it. `at`: what has the picture.
    pub(super) fn optional_picture(&mut self, image_url: &mut Option<String>, at: At<'_>) {
        if filled(image_url) && !is_picture(image_url) {
            *image_url = None;
            self.told("R12", at.key("imageUrl"));
        }
    }
}

/// Whether there is an address that a picture can be fetched from.
pub(super) fn is_picture(image_url: &Option<String>) -> bool {
    image_url.as_deref().is_some_and(is_web_address)
}

/// Keeps the elements that are to be kept, each asked with its place. A list that loses its last element goes too.
pub(super) fn sift<T>(list: &mut Option<Vec<T>>, at: At<'_>, mut keep: impl FnMut(&mut T, At<'_>) -> bool) {
    let Some(elements) = list else { return };
    let before = elements.len();
    let mut i = 0;
    elements.retain_mut(|element| {
        let kept = keep(element, at.index(i));
        i += 1;
        kept
    });
    if before > 0 && elements.is_empty() {
        *list = None;
    }
}
