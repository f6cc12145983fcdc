//! What a person reads in the half-view when there is no 302. Nothing that came from outside is ever shown.

use shared::http::{Page, Response};
use shared::kakao::sync::ContinueUrl;
use shared::sign_up::to_chat;

/// The person said no on the consent screen.
pub(crate) fn cancelled(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("가입을 취소했어요", "The sign-up was cancelled");
    let page = page.paragraph(
        "동의하지 않으면 아무것도 저장하지 않아요. 언제든 채팅방에서 다시 시작할 수 있어요.",
        "Without your consent nothing is kept. You can start again in the chat at any time.",
    );
    to_chat(page, back).respond(200)
}

/// Kakao could not ask.
pub(crate) fn not_asked(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("카카오에서 동의를 묻지 못했어요", "Kakao could not ask for your consent");
    let page = page.paragraph(
        "아무것도 저장하지 않았어요. 잠시 뒤 채팅방에서 다시 시작해 주세요.",
        "Nothing is kept. Please start again in the chat in a moment.",
    );
    to_chat(page, back).respond(200)
}

/// The address cannot be understood.
pub(crate) fn bad(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("잘못된 주소예요", "This address is not right");
    let page = page.paragraph("채팅방에서 가입을 다시 시작해 주세요.", "Please start again in the chat.");
    to_chat(page, back).respond(400)
}

/// The login did not begin in this browser, or long ago. Whoever sent the person here learns nothing of them (threat T11).
pub(crate) fn foreign(login: Option<&str>) -> Response {
    let page = Page::new("이 브라우저에서 시작한 로그인이 아니에요", "This login did not begin in this browser");
    let page = page.paragraph(
        "로그인을 시작한 지 오래되었거나, 다른 곳에서 시작했어요. 아무것도 바뀌지 않았어요.",
        "It began too long ago, or somewhere else. Nothing has changed.",
    );
    login.into_iter().fold(page, |page, url| page.link("다시 로그인하기", "Log in again", url)).respond(400)
}

/// Somebody is at it.
pub(crate) fn working(again: &str) -> Response {
    let page = Page::new("가입하고 있어요", "Signing you up");
    let page = page.paragraph("잠시만 기다려 주세요.", "One moment, please.");
    page.reload(again).link("다시 확인하기", "Look again", again).respond(200)
}
