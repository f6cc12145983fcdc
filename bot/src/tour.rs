//! 둘러보기: 카카오톡이 그릴 수 있는 것과 프레임워크가 해 주는 것을 하나씩 보여 줍니다(`…/skill/tour`).
//!
//! | 말 | 파일 | 보여 주는 것 |
//! |---|---|---|
//! | `#카드` | `gallery.rs` | 말풍선 여덟 가지 |
//! | `#간식` | `snack.rs` | 선택지가 열 개를 넘을 때 |
//! | `#주문` | `order.rs` | 컨텍스트, 두 번 와도 한 번만 |
//! | `#예약` | `booking.rs` | 파라미터: 검증한 전화번호, 날짜, 인원 |
//! | `#이야기` | `story.rs` | 오래 걸리는 답과, 시간이 모자랄 때 |
//! | 사진 | `photo.rs` | 보낸 사진과 보안 이미지 |
//! | `#상담` | `agent.rs` | 상담원 연결 |
//!
//! 이 봇은 아무것도 기억하지 않습니다. 그래서 `Talk`가 무엇이든 함께 쓸 수 있습니다.

pub mod agent;
pub mod booking;
pub mod gallery;
pub mod order;
pub mod photo;
pub mod snack;
pub mod story;

use shared::bot::{Reply, Turn};
use shared::kakao::skill::{QuickReply, SkillResponse};

use crate::Job;

/// 차례: 무슨 말에 무엇으로 답하는지.
pub fn reply<T>(turn: &Turn<'_, T>) -> Reply<T, Job> {
    if let Some(reply) = photo::reply(turn) {
        return reply;
    }
    match turn.utterance().split_once(' ').unwrap_or((turn.utterance(), "")) {
        ("#카드", kind) => Reply::from(gallery::card(kind)),
        ("#간식", _) => snack::reply(turn),
        ("#주문", step) => order::reply(turn, step),
        ("#예약", _) => booking::reply(turn),
        ("#이야기", about) => story::reply(about),
        ("#상담", _) => Reply::from(agent::offer()),
        _ => Reply::from(menu()),
    }
}

fn menu() -> SkillResponse {
    let stops = [
        ("카드", "#카드"),
        ("간식", "#간식"),
        ("주문", "#주문"),
        ("예약", "#예약"),
        ("이야기", "#이야기"),
        ("상담", "#상담"),
    ];
    SkillResponse::text("무엇을 볼까요? 사진을 보내 주셔도 돼요.")
        .quick_replies(stops.map(|(label, said)| QuickReply::message(label, said)))
}
