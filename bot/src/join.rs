//! 가입하고 돌아온 사람에게 하는 말(`…/skill/join`).
//!
//! 관리자센터의 인증 블록(카카오싱크 플러그인을 넣은 블록)에 이 스킬을 걸어 두면, 가입 화면이 닫힐 때 카카오가 부릅니다. 가입했는지는
//! 테이블이 압니다. 이 파일은 무엇이라고 말할지만 정합니다.

use shared::bot::{Reply, SyncOutcome, Turn, Wish};
use shared::kakao::skill::{Button, QuickReply, SkillResponse, TextCard};

use crate::{sign_up, tour};

/// 인증 블록의 id: 이 블록을 부르는 버튼이 가입 화면을 엽니다. 관리자센터에서 블록을 열었을 때 주소 끝에 있는 24자리입니다.
/// 지금은 `kakao dev`의 것이니, 여러분의 것으로 바꿔 주세요.
pub const AUTH_BLOCK: &str = "65f0000000000000a07b10c0";

/// 가입이 어떻게 됐는지에 따라 답합니다. 인증 블록이 아닌 블록에 걸면 "가입하시겠어요?"로 시작합니다.
pub async fn reply<T, J>(turn: &Turn<'_, T>) -> Reply<T, J> {
    let synced = turn.sync().await;
    Reply::from(match (synced.outcome, synced.wish) {
        (SyncOutcome::SignedUp, _) => SkillResponse::text("가입을 마쳤어요. 반가워요!")
            .quick_reply(QuickReply::message("점심 고르기", "#점심 선택")),
        (SyncOutcome::AlreadyMember, _) => SkillResponse::text("이미 회원이세요. 다시 만나서 반가워요!")
            .quick_reply(QuickReply::message("점심 고르기", "#점심 선택")),
        (_, Some(Wish::Again)) => offer("다시 가입해 볼까요?", "아래 버튼을 누르면 동의 화면부터 다시 시작해요."),
        (_, Some(Wish::Person)) => tour::agent::offer(),
        (SyncOutcome::Refused(word), None) => SkillResponse::text(sign_up::refusal(&word).ko),
        (SyncOutcome::Failed(trouble), None) => offer("가입하지 못했어요", trouble.words().ko),
        (SyncOutcome::Cancelled, None) => {
            offer("아직 가입 전이에요", "동의를 마치면 가입이 끝나요. 언제든 다시 시작할 수 있어요.")
        }
        _ => offer("가입하시겠어요?", "카카오로 1분이면 돼요."),
    })
}

/// 가입 화면을 여는 카드.
fn offer(title: &str, description: &str) -> SkillResponse {
    let card = TextCard::new(title).description(description).button(Button::block("가입하기", AUTH_BLOCK));
    SkillResponse::new().output(card)
}
