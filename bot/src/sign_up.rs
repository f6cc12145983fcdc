//! 가입 규칙: 만 14세가 되지 않았을 수 있는 사람은 받지 않고, 나머지는 받습니다.

use shared::bot::{Applicant, Decision, Words};

/// 거절할 때 남기는 말. 사람에게는 [`refusal`]의 문장이 보입니다.
const TOO_YOUNG: &str = "too-young";

/// 출생 연도만으로 봅니다. 올해 만 14세가 되는 사람은 생일 전일 수 있으니 받지 않고, 출생 연도를 모르면 받습니다.
/// 회원에 대해 따로 남기는 것은 없습니다. 필요한 만큼만 넣어 주세요.
pub fn decide(who: &Applicant) -> Decision {
    match who.turns_this_year() {
        Some(0..=14) => Decision::Refuse(TOO_YOUNG.to_owned()),
        _ => Decision::Accept(serde_json::Map::new()),
    }
}

/// 거절당한 사람이 읽는 말.
pub fn refusal(word: &str) -> Words {
    match word {
        TOO_YOUNG => Words {
            ko: "만 14세 미만은 가입할 수 없어요. 올해 만 14세가 된다면 내년에 다시 와 주세요.",
            en: "You must be 14 or older. If you turn 14 this year, please come back next year.",
        },
        _ => shared::bot::REFUSED,
    }
}
