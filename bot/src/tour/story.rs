//! 오래 걸리는 답. 여러분의 봇이라면 `work`에서 LLM을 부르고, 글이 흘러나오는 대로 `progress`에 넣으면 됩니다.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::bot::{Desk, Oops, Reply};
use shared::kakao::skill::SkillResponse;

/// 맡길 일. 값으로 적어 두면 답을 보낸 뒤 다른 함수가 맡아서 합니다.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// 누구의 이야기인지.
    about: String,
}

/// 한 문장을 짓는 데 걸리는 시간. 흉내일 뿐입니다.
const A_SENTENCE_TAKES: Duration = Duration::from_millis(300);

/// "잠시만요"라고 하고 일을 맡깁니다.
pub fn reply<T>(about: &str) -> Reply<T, crate::Job> {
    let about = if about.is_empty() { "토끼" } else { about };
    let job = Job { about: about.to_owned() };
    Reply::later(format!("{about} 이야기를 짓고 있어요…"), crate::Job::Story(job))
        .otherwise(SkillResponse::text("이야기가 길어졌어요. 콜백을 켠 블록에서 다시 말씀해 주세요."))
}

/// 이야기를 짓습니다. 시간이 모자라면 그때까지 지은 만큼 배달됩니다.
pub async fn work(job: Job, desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
    let about = job.about;
    let sentences = [
        format!("옛날 옛적, {about} 이야기예요."),
        "어느 날 점심에 무엇을 먹을지 몰라 길을 떠났어요.".to_owned(),
        "산을 넘고 물을 건너 김밥집에 닿았지요.".to_owned(),
        "김밥은 맛있었고, 모두 행복했답니다.".to_owned(),
    ];
    for sentence in sentences {
        tokio::time::sleep(A_SENTENCE_TAKES).await;
        desk.progress(&sentence);
        desk.progress("\n");
    }
    Ok(SkillResponse::text(desk.so_far().trim_end()))
}
