//! The pages that more than one function shows.

use super::pass::NoPass;
use crate::http::{Page, Response};
use crate::kakao::sync::ContinueUrl;

/// The sign-up is done, and there is no chat to go back to.
pub(super) fn complete() -> Response {
    let page = Page::new("가입을 마쳤어요", "You are signed up");
    page.paragraph("이 창은 닫아도 돼요.", "You may close this page.").respond(200)
}

/// It takes too long to wait for here, or nobody knows how it went.
pub fn unknown(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("아직 마치지 못했어요", "This takes longer than it should");
    let page = page.paragraph(
        "채팅방으로 돌아가 잠시 뒤 다시 시작해 주세요.",
        "Please go back to the chat and try again in a moment.",
    );
    to_chat(page, back).respond(200)
}

/// The way back, at the end of a page.
pub fn to_chat(page: Page, back: Option<&ContinueUrl>) -> Page {
    match back {
        Some(url) => page.link("채팅방으로 돌아가기", "Back to the chat", url.as_str()),
        None => {
            page.paragraph("이 창을 닫고 채팅방으로 돌아가 주세요.", "Please close this page and go back to the chat.")
        }
    }
}

/// The address is not one that we gave, or was good for a quarter of an hour.
pub fn no_pass(why: NoPass) -> Response {
    let (page, status, back) = match why {
        NoPass::Expired(back) => (Page::new("시간이 지났어요", "This page has expired"), 200, back),
        NoPass::Missing | NoPass::Forged => (Page::new("잘못된 주소예요", "This address is not right"), 400, None),
    };
    let page = page.paragraph("채팅방에서 가입을 다시 시작해 주세요.", "Please start again in the chat.");
    to_chat(page, back.as_ref()).respond(status)
}
