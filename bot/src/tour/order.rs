//! 컨텍스트로 이어지는 주문. 받은 주문은 같은 말이 두 번 와도 한 번만 받습니다.
//!
//! 컨텍스트는 카카오가 기억해 주는 것입니다. 관리자센터에서 이 블록의 출력 컨텍스트와 다음 블록의 입력 컨텍스트에 `order`를
//! 등록해야 돌아옵니다. 우리가 기억하는 것은 `Talk`입니다(`lunch.rs`).

use shared::bot::{Reply, Turn};
use shared::kakao::skill::{ContextValue, QuickReply, SkillResponse};

const CONTEXT: &str = "order";
/// 세 마디 안에, 늦어도 10분 안에 정해야 합니다.
const TURNS: u32 = 3;
const SECONDS: u32 = 600;

const MENU: [&str; 3] = ["녹차", "홍차", "보리차"];

/// `#주문` → `#주문 녹차` → `#주문 확인`.
pub fn reply<T, J>(turn: &Turn<'_, T>, step: &str) -> Reply<T, J> {
    match step {
        "확인" => confirm(turn),
        tea if MENU.contains(&tea) => picked(tea),
        _ => {
            let teas = MENU.map(|tea| QuickReply::message(tea, format!("#주문 {tea}")));
            Reply::from(SkillResponse::text("무엇을 드릴까요?").quick_replies(teas))
        }
    }
}

fn picked<T, J>(tea: &str) -> Reply<T, J> {
    let remember = ContextValue::new(CONTEXT, TURNS).ttl(SECONDS).param("tea", tea);
    let response = SkillResponse::text(format!("{tea}, 맞으세요?"))
        .quick_replies([QuickReply::message("네", "#주문 확인"), QuickReply::message("아니요", "#주문")])
        .context(remember);
    Reply::from(response)
}

fn confirm<T, J>(turn: &Turn<'_, T>) -> Reply<T, J> {
    let Some(tea) = turn.context(CONTEXT).and_then(|order| order.param("tea")) else {
        return Reply::from(
            SkillResponse::text("무엇을 주문하려 하셨는지 잊었어요.")
                .quick_reply(QuickReply::message("다시 고르기", "#주문")),
        );
    };
    // `once`: 같은 요청이 두 번 와도 답과 대화와 이벤트는 한 번입니다. 다만 똑같은 때에 온 둘은 둘 다 여기까지 올 수 있으니, 진짜
    // 주문이라면 주문 번호를 미리 정해 컨텍스트에 적어 두고 그 번호로 넣으세요. 두 번 넣어도 한 번 넣은 것과 같습니다.
    let response = SkillResponse::text(format!("{tea} 주문을 받았어요. 준비되면 알려 드릴게요."));
    Reply::from(response.context(ContextValue::end(CONTEXT))).once()
}
