//! 파라미터로 받는 예약. 블록에 이렇게 적습니다.
//!
//! | 파라미터 | 엔티티 | 검증 URL |
//! |---|---|---|
//! | `phone` | `sys.text` | `…/skill-check/phone` (`bot/src/phone.rs`) |
//! | `date` | `sys.date` | |
//! | `people` | `sys.number` | |
//!
//! 필수로 두면 카카오가 하나씩 되묻고, 다 모이면 스킬을 부릅니다.

use shared::bot::{Reply, Turn};
use shared::kakao::skill::{ItemCard, SkillResponse};

/// 모인 것을 보여 줍니다. 빠진 것이 있으면 무엇이 빠졌는지 말합니다.
pub fn reply<T, J>(turn: &Turn<'_, T>) -> Reply<T, J> {
    let request = turn.request();
    let date = request.date("date").and_then(|date| date.ymd());
    let people = request.number("people").and_then(|number| number.whole());
    let (Some(phone), Some(date), Some(people)) = (turn.param("phone"), date, people) else {
        return Reply::text("전화번호, 날짜, 인원을 알려 주시면 예약해 드려요. 이 블록의 파라미터를 채워 주세요.");
    };
    let card = ItemCard::new()
        .head("예약")
        .item("날짜", format!("{}년 {}월 {}일", date.year(), date.month(), date.day()))
        .item("인원", format!("{people}명"))
        .item("연락처", masked(phone));
    Reply::from(SkillResponse::new().output(card))
}

/// `01012345678`을 `010-****-5678`로: 화면에 남는 것은 적을수록 좋습니다.
fn masked(phone: &str) -> String {
    let letters: Vec<char> = phone.chars().collect();
    match letters.as_slice() {
        [a, b, c, .., w, x, y, z] if letters.len() >= 10 => format!("{a}{b}{c}-****-{w}{x}{y}{z}"),
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_masked() {
        assert_eq!(masked("01012345678"), "010-****-5678");
        assert_eq!(masked("123"), "****");
        assert_eq!(masked("가나다라마바사아자차"), "가나다-****-사아자차");
    }
}
