//! What a person reads in the half-view when there is no 302. Reasons are a closed list in our own words, or the bot's: nothing that
//! came from outside is ever shown.

use shared::bot::{SignUp, Words};
use shared::http::{Page, Response};
use shared::kakao::sync::ContinueUrl;
use shared::store::sign_up::Why;

/// The sign-up is done, and there is no chat to go back to.
pub(crate) fn complete() -> Response {
    let page = Page::new("가입을 마쳤어요", "You are signed up");
    page.paragraph("이 창은 닫아도 돼요.", "You may close this page.").respond(200)
}

/// The person said no on the consent screen, or Kakao could not ask.
pub(crate) fn cancelled(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("가입을 취소했어요", "The sign-up was cancelled");
    let page = page.paragraph(
        "동의하지 않으면 아무것도 저장하지 않아요. 언제든 채팅방에서 다시 시작할 수 있어요.",
        "Without your consent nothing is kept. You can start again in the chat at any time.",
    );
    to_chat(page, back).respond(200)
}

/// The address cannot be understood.
pub(crate) fn bad(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("잘못된 주소예요", "This address is not right");
    let page = page.paragraph("채팅방에서 가입을 다시 시작해 주세요.", "Please start again in the chat.");
    to_chat(page, back).respond(400)
}

/// It failed, and the link is undone or about to be.
pub(crate) fn failed<B: SignUp>(bot: &B, why: Option<&Why>, back: Option<&ContinueUrl>) -> Response {
    let why = match why {
        Some(Why::Refused(word)) => bot.refusal(word),
        Some(Why::Busy | Why::Lost) => Words {
            ko: "앞서 시작한 가입을 정리하고 있어요. 잠시 뒤 다시 시작해 주세요.",
            en: "An earlier attempt is still being tidied up. Please try again in a moment.",
        },
        Some(Why::Kakao | Why::TokenGone) => Words {
            ko: "카카오에서 회원 정보를 확인하지 못했어요. 잠시 뒤 다시 시작해 주세요.",
            en: "Kakao could not tell us who you are. Please try again in a moment.",
        },
        Some(Why::Abandoned) => Words {
            ko: "시간이 지나 가입이 끝났어요. 다시 시작해 주세요.",
            en: "The time for this sign-up is over. Please start again.",
        },
        Some(Why::Broken | Why::Other(_)) | None => Words {
            ko: "저희 쪽 문제로 가입을 마치지 못했어요. 잠시 뒤 다시 시작해 주세요.",
            en: "Something went wrong on our side. Please try again in a moment.",
        },
    };
    to_chat(Page::new("가입하지 못했어요", "You were not signed up").paragraph(why.ko, why.en), back).respond(200)
}

/// Nothing came of this code, and nothing will.
pub(crate) fn start_again(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("가입하지 못했어요", "You were not signed up");
    let page = page.paragraph(
        "이 화면은 이미 끝났어요. 채팅방에서 가입을 다시 시작해 주세요.",
        "This page is used up. Please start again in the chat.",
    );
    to_chat(page, back).respond(200)
}

/// Somebody is at it.
pub(crate) fn working(again: &str) -> Response {
    let page = Page::new("가입하고 있어요", "Signing you up");
    let page = page.paragraph("잠시만 기다려 주세요.", "One moment, please.");
    page.reload(again).link("다시 확인하기", "Look again", again).respond(200)
}

/// It takes too long to wait for here.
pub(crate) fn unknown(back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("아직 마치지 못했어요", "This takes longer than it should");
    let page = page.paragraph(
        "채팅방으로 돌아가 잠시 뒤 다시 시작해 주세요.",
        "Please go back to the chat and try again in a moment.",
    );
    to_chat(page, back).respond(200)
}

fn to_chat(page: Page, back: Option<&ContinueUrl>) -> Page {
    match back {
        Some(url) => page.link("채팅방으로 돌아가기", "Back to the chat", url.as_str()),
        None => {
            page.paragraph("이 창을 닫고 채팅방으로 돌아가 주세요.", "Please close this page and go back to the chat.")
        }
    }
}
