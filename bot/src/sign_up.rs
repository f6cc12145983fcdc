//! 가입 규칙: 만 14세가 되지 않은 사람은 받지 않고, 나머지는 받습니다.

use shared::bot::{Applicant, Decision, Field, Form, Words};

/// 거절할 때 남기는 말. 사람에게는 [`refusal`]의 문장이 보입니다.
const TOO_YOUNG: &str = "too-young";

/// 물어본 것의 이름.
const BIRTH_DATE: &str = "birth_date";

/// 카카오가 알려 준 출생 연도로 알 수 있으면 그것으로 정하고, 모르거나 올해 만 14세가 되는 사람에게는 생년월일을 묻습니다.
/// 회원에 대해 따로 남기는 것은 없습니다. 필요한 만큼만 넣어 주세요.
pub fn decide(who: &Applicant) -> Decision {
    let age = who.answer(BIRTH_DATE).and_then(|day| who.age(day));
    match (who.turns_this_year(), age) {
        (Some(..14), _) | (_, Some(..14)) => Decision::Refuse(TOO_YOUNG.to_owned()),
        (Some(15..), _) | (_, Some(_)) => Decision::Accept(serde_json::Map::new()),
        (None | Some(14), None) => Decision::AskMore(birth_date()),
    }
}

/// 화면에 보일 물음. 채팅방의 절반 화면(하프뷰)에 나옵니다.
fn birth_date() -> Form {
    let title = Words { ko: "생년월일을 알려 주세요", en: "When were you born?" };
    let label = Words { ko: "생년월일", en: "Date of birth" };
    let field = Field::birth_date(BIRTH_DATE, label).hint(Words { ko: "예: 2001-02-03", en: "Such as 2001-02-03" });
    Form::new(title)
        .notice(Words {
            ko: "만 14세 이상인지 확인하는 데만 쓰고 남기지 않아요.",
            en: "Only to see that you are 14 or older. It is not kept.",
        })
        .field(field)
}

/// 거절당한 사람이 읽는 말.
pub fn refusal(word: &str) -> Words {
    match word {
        TOO_YOUNG => Words { ko: "만 14세 미만은 가입할 수 없어요.", en: "You must be 14 or older." },
        _ => shared::bot::REFUSED,
    }
}

/// 실패 화면에서 상담원에게 이어지는 버튼. 상담원이 없다면 `None`으로 두세요.
pub const fn talk_to_a_person() -> Option<Words> {
    Some(Words { ko: "상담원과 이야기하기", en: "Talk to a person" })
}
