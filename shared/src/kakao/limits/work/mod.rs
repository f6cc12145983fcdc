//! The rules of Kakao Work: messages, modals, callbacks and the Web API.
//! <https://docs.kakaoi.ai/kakao_work/>
//!
//! The service refuses a message as a whole and does not say why; these rules name the place. What a character is, is not
//! documented: a text is too long if it has too many letters and marks (Unicode scalar values), and worth a warning if only its
//! emoji make it so.

mod action;
mod api;
mod block;
mod callback;
mod checked;
mod message;
mod modal;
mod rules;
mod text;

#[cfg(test)]
mod tests;

pub use api::api;
pub use block::block;
pub use callback::callback;
pub use checked::Checked;
pub use message::message;
pub use modal::modal;
pub use rules::RULES;

use super::at::At;
use super::report::Report;

/// Characters of a message's text.
pub const MESSAGE_TEXT_MAX: usize = 10_000;
/// Characters of a message's text that older documents allow.
pub const MESSAGE_TEXT_SANE: usize = 3_000;
/// Characters of a header.
pub const HEADER_MAX: usize = 20;
/// Characters of a text block, its inlines together.
pub const TEXT_MAX: usize = 500;
/// Characters of a button.
pub const BUTTON_TEXT_MAX: usize = 20;
/// Fewest buttons side by side.
pub const ROW_MIN: usize = 2;
/// Most buttons side by side.
pub const ROW_MAX: usize = 3;
/// Characters of a description's term.
pub const DESCRIPTION_TERM_MAX: usize = 10;
/// Characters of a label, its inlines together.
pub const LABEL_MAX: usize = 200;
/// Characters of a placeholder.
pub const PLACEHOLDER_MAX: usize = 50;
/// Options of a select.
pub const OPTIONS_MAX: usize = 30;
/// Characters of an option; the limit is not documented.
pub const OPTION_TEXT_SANE: usize = 100;
/// Characters of a modal's title; the limit is not documented.
pub const MODAL_TITLE_SANE: usize = 50;
/// Characters of a modal's buttons; the limit is not documented, this is a button's.
pub const MODAL_BUTTON_SANE: usize = 20;
/// Characters of an action's name; the limit is not documented.
pub const ACTION_NAME_SANE: usize = 100;
/// Characters of a value that comes back; the limit is not documented.
pub const VALUE_SANE: usize = 1_000;
/// Blocks of a message or modal; the limit is not documented.
pub const BLOCKS_SANE: usize = 50;
/// Buttons of a message, says the design guide.
pub const BUTTONS_SANE: usize = 3;
/// Entries of one page of a list.
pub const LIST_LIMIT_MAX: u64 = 100;
/// Members in one batch call.
pub const BATCH_MAX: usize = 100;
/// Files of one upload.
pub const UPLOAD_FILES_MAX: usize = 5;
/// Bytes of a picture.
pub const UPLOAD_IMAGE_MAX: u64 = 15 << 20;
/// Bytes of a film.
pub const UPLOAD_VIDEO_MAX: u64 = 300 << 20;
/// Bytes of a file, and of all files of one upload together; the documents say "about".
pub const UPLOAD_MAX: u64 = 1 << 30;

/// Tells that a text has not between 1 and `most` characters, or that it may count as more.
fn length(text: &str, most: usize, rule: &'static super::Rule, at: At<'_>, report: &mut Report<'_>) {
    let (letters, units) = (text.chars().count(), super::chars(text));
    if letters == 0 || letters > most {
        report.within(1, most, letters, rule, at);
    } else if units > most {
        report.at_most(most, units, &rules::EMOJI_LEN, at);
    }
}

/// Tells that a text is longer than it may be, or that it may count as longer; an empty one is no matter here.
fn at_most(text: &str, most: usize, rule: &'static super::Rule, at: At<'_>, report: &mut Report<'_>) {
    if !text.is_empty() {
        length(text, most, rule, at, report);
    }
}
