//! Mends buttons: those that can do nothing go, those for which there is no room become quick replies.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::{Mender, sift};
use crate::kakao::limits::{
    At, BUTTONS_HORIZONTAL_MAX, BUTTONS_VERTICAL_MAX, GROUP_BUTTONS_HORIZONTAL_MAX, GROUP_BUTTONS_VERTICAL_MAX,
    LABEL_MAX, LABEL_SIDE_BY_SIDE_MAX, Place, chars, filled, is_web_address,
};
use crate::kakao::skill::{Button, ButtonAction, ButtonLayout, QuickReply};

/// The buttons of a card. `square`: the card's picture has a fixed ratio, so they stand side by side.
pub(super) fn buttons(
    m: &mut Mender<'_>,
    buttons: &mut Option<Vec<Button>>,
    layout: &mut Option<ButtonLayout>,
    square: bool,
    place: Place,
    card: At<'_>,
) {
    if matches!(layout, Some(ButtonLayout::Other(_))) {
        *layout = None;
        m.told("R88", card.key("buttonLayout"));
    }
    let at = card.key("buttons");
    // Where each button was, for what is told about those that stay.
    let (mut i, mut places) = (0, Vec::new());
    sift(buttons, at, |button, at| {
        let kept = works(m, button, at);
        if kept {
            places.push(i);
        }
        i += 1;
        kept
    });
    let Some(buttons) = buttons else { return };

    let horizontal = if layout.is_some() { *layout == Some(ButtonLayout::Horizontal) } else { square };
    let horizontal = horizontal && !r82_turn(m, buttons, layout, at) && !r81_turn(m, buttons, layout, at);
    if !horizontal {
        r82_move(m, buttons, &mut places, place, at);
    }
    // Those that still stand side by side have labels for it.
    for (button, i) in buttons.iter_mut().zip(places) {
        if chars(button.label.as_deref().unwrap_or_default()) > LABEL_MAX {
            keep_words(button.action.as_ref(), &button.label, &mut button.message_text);
            m.shorten(&mut button.label, LABEL_MAX, "R81", at.index(i).key("label"));
        }
    }
}

/// Whether a button does something.
fn works(m: &mut Mender<'_>, button: &Button, at: At<'_>) -> bool {
    use ButtonAction as A;
    if !m.require(filled(&button.label), "R80", at.key("label")) {
        return false;
    }
    match &button.action {
        Some(A::WebLink) => {
            m.require(filled(&button.web_link_url), "R83", at.key("webLinkUrl"))
                && m.require(leads_somewhere(button), "R84", at.key("webLinkUrl"))
        }
        Some(A::Message) => m.require(filled(&button.message_text), "R83", at.key("messageText")),
        Some(A::Phone) => m.require(filled(&button.phone_number), "R83", at.key("phoneNumber")),
        Some(A::Block) => m.require(filled(&button.block_id), "R83", at.key("blockId")),
        Some(A::Share | A::Operator | A::OsLink) => true,
        Some(A::Guide | A::Invite | A::InviteMember | A::Mention | A::Settings) => {
            m.require(m.setting.group_chat, "R86", at.key("action"))
        }
        Some(A::Other(_)) | None => m.require(false, "R86", at.key("action")),
    }
}

fn leads_somewhere(button: &Button) -> bool {
    let url = button.web_link_url.as_deref().unwrap_or_default();
    // Mail links are only a warning: see R84.
    is_web_address(url) || url.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:"))
}

/// Too many to stand side by side: they stand one under the other.
fn r82_turn(m: &mut Mender<'_>, buttons: &[Button], layout: &mut Option<ButtonLayout>, at: At<'_>) -> bool {
    let most = if m.setting.group_chat { GROUP_BUTTONS_HORIZONTAL_MAX } else { BUTTONS_HORIZONTAL_MAX };
    turn(m, buttons.len() > most, layout, count_rule(m), at)
}

/// Labels too long to stand side by side: they stand one under the other, where there is more room.
fn r81_turn(m: &mut Mender<'_>, buttons: &[Button], layout: &mut Option<ButtonLayout>, at: At<'_>) -> bool {
    let long = |button: &Button| chars(button.label.as_deref().unwrap_or_default()) > LABEL_SIDE_BY_SIDE_MAX;
    turn(m, buttons.len() > 1 && buttons.iter().any(long), layout, "R81", at)
}

fn turn(m: &mut Mender<'_>, needed: bool, layout: &mut Option<ButtonLayout>, rule: &'static str, at: At<'_>) -> bool {
    if needed {
        *layout = Some(ButtonLayout::Vertical);
        m.told(rule, at);
    }
    needed
}

/// Too many even one under the other. Those that say something or call a block can be quick replies as well, and are
/// moved before any is dropped. Not from a carousel: under it nobody could tell which card they belong to.
fn r82_move(m: &mut Mender<'_>, buttons: &mut Vec<Button>, places: &mut Vec<usize>, place: Place, at: At<'_>) {
    let most = if m.setting.group_chat { GROUP_BUTTONS_VERTICAL_MAX } else { BUTTONS_VERTICAL_MAX };
    let movable = |button: &Button| matches!(button.action, Some(ButtonAction::Message | ButtonAction::Block));
    let can_move = place == Place::Single && !m.setting.group_chat;
    let mut moved = Vec::new();
    while buttons.len() > most {
        let last = buttons.iter().rposition(|button| can_move && movable(button));
        let i = last.unwrap_or(buttons.len() - 1);
        let button = buttons.remove(i);
        m.told(count_rule(m), at.index(places.remove(i)));
        if last.is_some() {
            moved.push(quick_reply(button));
        }
    }
    m.surplus.extend(moved.into_iter().rev());
}

/// The rule that bounds the number of buttons.
fn count_rule(m: &Mender<'_>) -> &'static str {
    if m.setting.group_chat { "R94" } else { "R82" }
}

fn quick_reply(button: Button) -> QuickReply {
    QuickReply {
        label: button.label,
        action: button.action,
        message_text: button.message_text,
        block_id: button.block_id,
        extra: button.extra,
        rest: button.rest,
    }
}

/// What calls a block says its label, if nothing else is given. It still says the whole of it when less of it shows.
pub(super) fn keep_words(action: Option<&ButtonAction>, label: &Option<String>, message_text: &mut Option<String>) {
    if action == Some(&ButtonAction::Block) && !filled(message_text) {
        message_text.clone_from(label);
    }
}
