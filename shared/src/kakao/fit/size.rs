//! Mends bubbles that are too large to be delivered.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setup_answer>

use super::mender::Mender;
use super::text::shorten;
use crate::kakao::limits::{At, chars, json_bytes};
use crate::kakao::skill::Output;

/// `false` if the bubble cannot be made small enough. A text is shortened; a card is large because of what it carries,
/// and nobody can say which part of that may go.
pub(super) fn r08_size(m: &mut Mender<'_>, output: &mut Output, at: At<'_>) -> bool {
    let most = m.setting.bubble_error;
    let mut bytes = json_bytes(output);
    if bytes <= most {
        return true;
    }
    m.told("R08", at);
    while bytes > most {
        let Output::SimpleText(bubble) = output else { return false };
        let Some(text) = &mut bubble.text else { return false };
        // In proportion, and at least by one, so that it ends.
        let found = chars(text);
        let less = (found * most / bytes).min(found.saturating_sub(1));
        *text = shorten(text, less).into_owned();
        if text.is_empty() {
            return false;
        }
        bytes = json_bytes(output);
    }
    true
}
