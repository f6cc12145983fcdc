//! Rules of `buttons`, `buttonLayout`, `quickReplies` and `forwardable`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::at::At;
use super::carousel::Place;
use super::envelope::R09;
use super::group::{self, R94_BUTTONS};
use super::measure::{chars, filled, is_web_address};
use super::report::Report;
use super::rule::{RF, Rule};
use crate::kakao::skill::{Button, ButtonAction, ButtonLayout, QuickReply};

/// Characters of a label.
pub const LABEL_MAX: usize = 14;
/// Characters of a label when two buttons stand side by side.
pub const LABEL_SIDE_BY_SIDE_MAX: usize = 8;
/// Buttons side by side.
pub const BUTTONS_HORIZONTAL_MAX: usize = 2;
/// Buttons one under the other.
pub const BUTTONS_VERTICAL_MAX: usize = 3;

/// Buttons say something.
pub(super) static R80: Rule = Rule::error("R80", RF, "a button needs a label", "버튼에는 label이 있어야 합니다");
/// Labels are short.
pub(super) static R81: Rule = Rule::warning(
    "R81",
    RF,
    "the label has {found} characters; at most {limit} are shown",
    "버튼 이름이 {found}자입니다. 최대 {limit}자까지 표시됩니다",
);
/// There are not too many buttons.
pub(super) static R82: Rule = Rule::error(
    "R82",
    RF,
    "there are {found} buttons; in this direction at most {limit} are allowed",
    "버튼이 {found}개입니다. 이 배열에서는 최대 {limit}개까지 가능합니다",
);
/// An action has what it needs.
pub(super) static R83: Rule =
    Rule::error("R83", RF, "the action of this button needs this member", "이 버튼의 action에 필요한 항목이 없습니다");
/// Links are web links.
pub(super) static R84: Rule = Rule::error(
    "R84",
    RF,
    "the link must be an absolute http or https address",
    "링크는 http 또는 https로 시작하는 절대 주소여야 합니다",
);
/// Mail links have been used; whether they work is not documented.
pub(super) static R84_MAIL: Rule =
    Rule::warning("R84", RF, "a mailto link may not work everywhere", "mailto 링크는 동작하지 않을 수 있습니다");
/// Phone numbers can be dialled.
pub(super) static R85: Rule = Rule::warning(
    "R85",
    RF,
    "a phone number has digits, +, -, *, # and blanks only",
    "전화번호에는 숫자와 +, -, *, #, 공백만 쓸 수 있습니다",
);
/// Actions are known.
pub(super) static R86: Rule = Rule::error(
    "R86",
    RF,
    "this action is missing, not known, or for group chats only",
    "action이 없거나, 알 수 없거나, 그룹 채팅 전용입니다",
);
/// Actions of an earlier edition are not used.
pub(super) static R86_LEGACY: Rule = Rule::warning(
    "R86",
    RF,
    "this action is of an earlier edition; use webLink",
    "이전 버전의 action입니다. webLink를 사용하세요",
);
/// A button or list item has nothing that its action does not use.
pub(super) static R87: Rule =
    Rule::warning("R87", RF, "the action does not use this member", "이 action에서 쓰지 않는 항목입니다");
/// Layouts are known.
pub(super) static R88: Rule = Rule::error(
    "R88",
    RF,
    "the layout is `vertical` or `horizontal`",
    "buttonLayout은 `vertical` 또는 `horizontal`만 가능합니다",
);
/// Quick replies say something or call a block.
pub(super) static R90: Rule = Rule::error(
    "R90",
    RF,
    "a quick reply needs a label and either `message` with messageText or `block` with blockId",
    "바로연결에는 label과, messageText가 있는 `message` 또는 blockId가 있는 `block`이 필요합니다",
);
/// Labels of quick replies are short. The number is that of buttons.
pub(super) static R90_LENGTH: Rule = Rule::warning(
    "R90",
    RF,
    "the label has {found} characters; more than {limit} may not be shown",
    "바로연결 이름이 {found}자입니다. {limit}자를 넘으면 잘릴 수 있습니다",
);
/// Forwarding where it is possible.
pub(super) static R93: Rule = Rule::warning(
    "R93",
    RF,
    "forwardable has no effect in a carousel or beside buttons, links and actions",
    "캐러셀 안이나 버튼, 링크, action이 있는 말풍선에서는 forwardable이 동작하지 않습니다",
);

/// Whether there are buttons.
pub(super) fn any(buttons: &Option<Vec<Button>>) -> bool {
    buttons.as_ref().is_some_and(|buttons| !buttons.is_empty())
}

/// The buttons of a card. `square`: the card's picture has a fixed ratio.
pub(super) fn buttons(
    buttons: &Option<Vec<Button>>,
    layout: &Option<ButtonLayout>,
    square: bool,
    card: At<'_>,
    report: &mut Report<'_>,
) {
    r88_layout(layout, card, report);
    let buttons = buttons.as_deref().unwrap_or_default();
    let horizontal = match layout {
        Some(ButtonLayout::Horizontal) => true,
        Some(ButtonLayout::Vertical) => false,
        Some(ButtonLayout::Other(_)) | None => square,
    };
    let at = card.key("buttons");
    r82_count(buttons.len(), horizontal, at, report);
    let label_max = if horizontal && buttons.len() > 1 { LABEL_SIDE_BY_SIDE_MAX } else { LABEL_MAX };
    for (i, button) in buttons.iter().enumerate() {
        let at = at.index(i);
        report.typed(button, &R09, at);
        if let Some(os_link) = &button.os_link {
            report.typed(os_link, &R09, at.key("osLink"));
        }
        r80_label(button, at, report);
        r81_label_length(button, label_max, at, report);
        r83_action_complete(button, at, report);
        r84_link(button, at, report);
        r85_phone_number(button, at, report);
        r86_action_known(button, at, report);
        r87_nothing_unused(button, at, report);
    }
}

fn r80_label(button: &Button, at: At<'_>, report: &mut Report<'_>) {
    report.require(filled(&button.label), &R80, at.key("label"));
}

fn r81_label_length(button: &Button, most: usize, at: At<'_>, report: &mut Report<'_>) {
    report.at_most(most, chars(button.label.as_deref().unwrap_or_default()), &R81, at.key("label"));
}

fn r82_count(found: usize, horizontal: bool, at: At<'_>, report: &mut Report<'_>) {
    if report.setting.group_chat {
        let most = if horizontal { group::GROUP_BUTTONS_HORIZONTAL_MAX } else { group::GROUP_BUTTONS_VERTICAL_MAX };
        report.at_most(most, found, &R94_BUTTONS, at);
    } else {
        let most = if horizontal { BUTTONS_HORIZONTAL_MAX } else { BUTTONS_VERTICAL_MAX };
        report.at_most(most, found, &R82, at);
    }
}

fn r83_action_complete(button: &Button, at: At<'_>, report: &mut Report<'_>) {
    let (key, value) = match button.action {
        Some(ButtonAction::WebLink) => ("webLinkUrl", &button.web_link_url),
        Some(ButtonAction::Message) => ("messageText", &button.message_text),
        Some(ButtonAction::Phone) => ("phoneNumber", &button.phone_number),
        Some(ButtonAction::Block) => ("blockId", &button.block_id),
        _ => return,
    };
    report.require(filled(value), &R83, at.key(key));
}

fn r84_link(button: &Button, at: At<'_>, report: &mut Report<'_>) {
    let Some(url) = button.web_link_url.as_deref().filter(|url| !url.is_empty()) else { return };
    let mail = url.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:"));
    if button.action == Some(ButtonAction::WebLink) && !is_web_address(url) {
        report.tell(if mail { &R84_MAIL } else { &R84 }, at.key("webLinkUrl"), "", "");
    }
}

fn r85_phone_number(button: &Button, at: At<'_>, report: &mut Report<'_>) {
    let number = button.phone_number.as_deref().unwrap_or_default();
    let dialled = number.chars().all(|c| c.is_ascii_digit() || "+-*# ".contains(c));
    report.require(dialled, &R85, at.key("phoneNumber"));
}

fn r86_action_known(button: &Button, at: At<'_>, report: &mut Report<'_>) {
    use ButtonAction as A;
    match &button.action {
        Some(A::WebLink | A::Message | A::Block | A::Phone | A::Share | A::Operator) => {}
        Some(A::OsLink) => report.tell(&R86_LEGACY, at.key("action"), "", ""),
        Some(A::Guide | A::Invite | A::InviteMember | A::Mention | A::Settings) => {
            report.require(report.setting.group_chat, &R86, at.key("action"));
        }
        Some(A::Other(_)) | None => report.require(false, &R86, at.key("action")),
    }
}

fn r87_nothing_unused(button: &Button, at: At<'_>, report: &mut Report<'_>) {
    use ButtonAction as A;
    let Some(action) = button.action.as_ref().filter(|action| !matches!(action, A::Other(_))) else { return };
    let speaks = matches!(action, A::Message | A::Block);
    let members = [
        ("webLinkUrl", filled(&button.web_link_url), *action == A::WebLink),
        ("messageText", filled(&button.message_text), speaks),
        ("phoneNumber", filled(&button.phone_number), *action == A::Phone),
        ("blockId", filled(&button.block_id), *action == A::Block),
        ("extra", button.extra.is_some(), speaks),
        ("osLink", button.os_link.is_some(), *action == A::OsLink),
    ];
    for (key, there, used) in members {
        report.require(used || !there, &R87, at.key(key));
    }
}

fn r88_layout(layout: &Option<ButtonLayout>, card: At<'_>, report: &mut Report<'_>) {
    report.require(!matches!(layout, Some(ButtonLayout::Other(_))), &R88, card.key("buttonLayout"));
}

/// One quick reply.
pub(super) fn r90_quick_reply(reply: &QuickReply, at: At<'_>, report: &mut Report<'_>) {
    report.typed(reply, &R09, at);
    report.require(filled(&reply.label), &R90, at.key("label"));
    report.at_most(LABEL_MAX, chars(reply.label.as_deref().unwrap_or_default()), &R90_LENGTH, at.key("label"));
    match reply.kind() {
        Some(ButtonAction::Message) => report.require(filled(&reply.message_text), &R90, at.key("messageText")),
        Some(ButtonAction::Block) => report.require(filled(&reply.block_id), &R90, at.key("blockId")),
        _ => report.require(false, &R90, at.key("action")),
    }
}

/// Whether forwarding is asked for where it cannot be. `busy`: the bubble has something to tap.
pub(super) fn r93_forwardable(
    forwardable: Option<bool>,
    busy: bool,
    place: Place,
    at: At<'_>,
    report: &mut Report<'_>,
) {
    let without_effect = forwardable == Some(true) && (busy || place == Place::Carousel);
    report.require(!without_effect, &R93, at.key("forwardable"));
}
