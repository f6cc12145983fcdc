//! 여러분의 봇입니다. 이 폴더만 고치면 됩니다. 나머지는 모두 새 판으로 바꿔 끼울 수 있습니다.
//!
//! | 파일 | 무엇 |
//! |---|---|
//! | `lib.rs` | 차례: 어떤 스킬이 어디로 가는지 |
//! | `lunch.rs` | 예제 대화: 점심 투표 |
//! | `notices.rs` | 예제 알림: 누가 채널을 추가했을 때 |
//! | `phone.rs` | 예제 파라미터 검증: 전화번호 |
//! | `join.rs` | 예제 인사: 가입을 마치고 돌아온 사람에게 |
//! | `sign_up.rs` | 예제 가입 규칙: 누가 회원이 될 수 있는지 |
//! | `approval.rs` | 예제 결재: 카카오워크에서 휴가를 신청하고 결정하기 |
//! | `tour.rs` | 둘러보기: 카드, 컨텍스트, 파라미터, 사진, 오래 걸리는 답, 상담원 |

pub mod approval;
pub mod join;
pub mod lunch;
pub mod notices;
pub mod phone;
pub mod sign_up;
pub mod tour;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::bot::work::{Heard, WorkDesk, WorkModals, WorkTurn};
use shared::bot::{
    Applicant, ChannelFriend, Checks, Decision, Desk, Notices, Oops, Reply, SignUp, Skills, Turn, Words,
};
use shared::effect::Effect;
use shared::kakao::limits::work::Checked;
use shared::kakao::skill::{CheckRequest, CheckResponse, SkillResponse};
use shared::kakao::work::Modal;

/// 봇. 설정이나 클라이언트가 필요하면 여기에 둡니다.
#[derive(Debug)]
pub struct Bot;

/// 오래 걸리는 일. 값으로 적어 두면 답을 보낸 뒤 다른 함수가 맡아서 합니다.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Job {
    /// 점심 투표의 일.
    Lunch(lunch::Job),
    /// 이야기 짓기.
    Story(tour::story::Job),
}

/// 스킬: 관리자센터에 적은 URL의 마지막 이름으로 나뉩니다(`…/skill/lunch`).
impl Skills for Bot {
    type Talk = lunch::Talk;
    type Job = Job;

    async fn reply(&self, turn: &Turn<'_, lunch::Talk>) -> Result<Reply<lunch::Talk, Job>, Oops> {
        match turn.skill() {
            "lunch" => lunch::reply(turn).await,
            "join" => Ok(join::reply(turn).await),
            "tour" => Ok(tour::reply(turn)),
            _ => Ok(Reply::text(
                "아직 준비하지 않은 스킬이에요. 관리자센터의 스킬 URL 끝을 /skill/lunch 나 /skill/tour 로 바꿔 보세요.",
            )),
        }
    }

    async fn work(&self, job: Job, desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        match job {
            Job::Lunch(job) => lunch::work(job, desk).await,
            Job::Story(job) => tour::story::work(job, desk).await,
        }
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

/// 알림: 카카오가 먼저 부릅니다. 여기에 적지 않은 것은 적어 두기만 하고 아무 일도 하지 않습니다.
impl Notices for Bot {
    async fn channel_added(&self, who: &ChannelFriend) -> Vec<Effect> {
        notices::added(who)
    }
}

/// 가입: 카카오싱크 동의 화면을 마친 사람이 `/sync/redirect`로 옵니다.
impl SignUp for Bot {
    async fn decide(&self, who: &Applicant) -> Decision {
        sign_up::decide(who)
    }

    fn refusal(&self, word: &str) -> Words {
        sign_up::refusal(word)
    }

    fn talk_to_a_person(&self) -> Option<Words> {
        sign_up::talk_to_a_person()
    }
}

/// 카카오워크: `…/work/request`와 `…/work/callback`.
impl WorkModals for Bot {
    async fn open(&self, turn: &WorkTurn<'_>) -> Result<Option<Checked<Modal>>, Oops> {
        approval::open(turn).await
    }

    async fn submitted(&self, turn: &WorkTurn<'_>) -> Result<Heard, Oops> {
        approval::submitted(turn).await
    }

    async fn acted(&self, turn: &WorkTurn<'_>) -> Result<Heard, Oops> {
        approval::acted(turn).await
    }

    async fn called(&self, turn: &WorkTurn<'_>) -> Result<Heard, Oops> {
        approval::called(turn)
    }

    async fn run(&self, job: Value, desk: &WorkDesk<'_>) -> Result<Heard, Oops> {
        approval::run(job, desk).await
    }
}
