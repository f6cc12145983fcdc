//! 사람에게 넘기기. 채널이 1:1 채팅이나 상담톡을 쓰고 있어야 버튼이 통합니다.

use shared::kakao::skill::{Button, SkillResponse, TextCard};

/// 상담원과 전화 가운데 고르게 합니다.
pub fn offer() -> SkillResponse {
    SkillResponse::new().output(
        TextCard::new("사람이 도와드릴까요?")
            .description("상담 시간은 평일 10시부터 18시까지예요. 그 밖의 시간에는 전화로 남겨 주세요.")
            .button(Button::operator("상담원과 채팅"))
            .button(Button::phone("전화하기", "02-1234-5678")),
    )
}
