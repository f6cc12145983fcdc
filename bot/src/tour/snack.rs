//! 선택지가 열 개를 넘을 때: 그냥 다 적으세요. 열 개씩 나뉘고 마지막에 "더 보기"가 생깁니다.

use serde::{Deserialize, Serialize};
use shared::bot::{Reply, Turn};
use shared::kakao::skill::{QuickReply, SkillResponse};

const SNACKS: [&str; 14] = [
    "떡볶이",
    "순대",
    "튀김",
    "어묵",
    "김밥",
    "만두",
    "호떡",
    "붕어빵",
    "와플",
    "핫도그",
    "꽈배기",
    "군고구마",
    "쿠키",
    "젤리",
];

/// 선택지가 들고 다니는 것. 누르면 그대로 돌아옵니다.
#[derive(Serialize, Deserialize)]
struct Snack {
    snack: usize,
}

/// 고르게 하거나, 고른 것에 답합니다.
pub fn reply<T, J>(turn: &Turn<'_, T>) -> Reply<T, J> {
    if let Some(name) = turn.extra::<Snack>().and_then(|picked| SNACKS.get(picked.snack)) {
        return Reply::text(format!("오늘 간식은 {name}!"));
    }
    let choices = SNACKS.iter().enumerate();
    let choices =
        choices.map(|(snack, name)| QuickReply::message(*name, format!("#간식 {name}")).extra(Snack { snack }));
    Reply::from(SkillResponse::text("무슨 간식이 좋을까요?").quick_replies(choices))
}
