//! 여러분의 봇입니다. 이 폴더만 고치면 됩니다. 나머지는 모두 새 판으로 바꿔 끼울 수 있습니다.
//!
//! | 파일 | 무엇 |
//! |---|---|
//! | `lib.rs` | 차례: 어떤 스킬이 어디로 가는지 |
//! | `lunch.rs` | 예제 대화: 점심 투표 |
//! | `phone.rs` | 예제 파라미터 검증: 전화번호 |

pub mod lunch;
pub mod phone;

use shared::bot::{Checks, Desk, Oops, Reply, Skills, Turn};
use shared::kakao::skill::{CheckRequest, CheckResponse, SkillResponse};

/// 봇. 설정이나 클라이언트가 필요하면 여기에 둡니다.
#[derive(Debug)]
pub struct Bot;

/// 스킬: 관리자센터에 적은 URL의 마지막 이름으로 나뉩니다(`…/skill/lunch`).
impl Skills for Bot {
    type Talk = lunch::Talk;
    type Job = lunch::Job;

    async fn reply(&self, turn: &Turn<'_, lunch::Talk>) -> Result<Reply<lunch::Talk, lunch::Job>, Oops> {
        match turn.skill() {
            "lunch" => lunch::reply(turn).await,
            _ => Ok(Reply::text(
                "아직 준비하지 않은 스킬이에요. 관리자센터의 스킬 URL 끝을 /skill/lunch 로 바꿔 보세요.",
            )),
        }
    }

    async fn work(&self, job: lunch::Job, desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        lunch::work(job, desk).await
    }
}

/// 파라미터 검증: `…/skill-check/phone`.
impl Checks for Bot {
    async fn check(&self, name: &str, value: &CheckRequest) -> Result<CheckResponse, Oops> {
        Ok(match name {
            "phone" => phone::check(value.value()),
            _ => CheckResponse::ignore(),
        })
    }
}
