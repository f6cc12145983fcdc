//! A round as a person walks it: at once, with all the time there is, and with patience when Kakao says not now.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use shared::sign_up::{Halt, PACE, Page, Repair, Rounds, Walk, Walked, walk};

use super::bar::Bar;
use super::words::Words;
use crate::office::Trouble;
use crate::say::{err, out, trouble};

/// How long to wait after Kakao refused, the first time; then twice as long each time.
const REFUSED: Duration = Duration::from_secs(2);

/// Refusals in a row, without an answer in between, after which it is left for later: two minutes.
const REFUSALS: u32 = 6;

/// How often Kakao has refused in a row, and for how many people there was an answer before that.
#[derive(Default)]
struct Patience {
    refusals: u32,
    answered: u64,
}

/// The tally of a walker's rounds.
type TallyOf<R> = <<R as Rounds>::Page as Page>::Tally;

/// Walks a round, or with [`Repair::Look`] only looks.
pub(super) async fn run<R: Rounds>(walker: &R, repair: Repair) -> Result<ExitCode, Trouble>
where
    TallyOf<R>: Words,
{
    // Kakao's list is as long as ours but for those who are to be found.
    let bar = Bar::over(walker.store().members_between(None, None).await?.len() as u64);
    if repair == Repair::Look { look(walker, &bar).await } else { until_stopped(walker, repair, &bar).await }
}

/// Page by page, without a word to the table: nobody goes on from a look.
async fn look<R: Rounds>(walker: &R, bar: &Bar) -> Result<ExitCode, Trouble>
where
    TallyOf<R>: Words,
{
    let (mut after, mut tally, mut patience) = (None, TallyOf::<R>::default(), Patience::default());
    loop {
        let next_page = tokio::time::Instant::now() + PACE;
        let page = walker.page(after.as_ref(), Repair::Look).await?;
        let refused = page.halt() == Some(Halt::Refused);
        if !refused || page.next() != after.as_ref() {
            page.add_to(&mut tally);
            bar.page(&tally, page.next().is_some());
            after = page.next().cloned();
            if after.is_none() {
                break;
            }
        }
        if refused && !patience.wait(&tally, bar).await {
            return Ok(gave_up::<R>());
        }
        tokio::time::sleep_until(next_page).await;
    }
    result(&tally);
    tally.would();
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C leaves the round to whoever comes next.
async fn until_stopped<R: Rounds>(walker: &R, repair: Repair, bar: &Bar) -> Result<ExitCode, Trouble>
where
    TallyOf<R>: Words,
{
    tokio::select! {
        ended = to_the_end(walker, repair, bar) => ended,
        Ok(()) = tokio::signal::ctrl_c() => {
            bar.clear();
            walker.store().leave_round::<TallyOf<R>>(walker.me(), walker.now()).await?;
            trouble("멈췄어요. 다시 하면 그 자리부터 이어요.", "stopped. Run it again to go on from here.");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn to_the_end<R: Rounds>(walker: &R, repair: Repair, bar: &Bar) -> Result<ExitCode, Trouble>
where
    TallyOf<R>: Words,
{
    let how = Walk { at_once: true, repair, pace: PACE };
    let mut patience = Patience::default();
    loop {
        match walk(walker, how, |page, tally| bar.page(tally, page.next().is_some())).await? {
            Walked::Ended(tally) => {
                result(&tally);
                return Ok(left_over(&tally));
            }
            Walked::Refused(tally) => {
                if !patience.wait(&tally, bar).await {
                    return Ok(gave_up::<R>());
                }
            }
            Walked::Suspicious(tally, people) => {
                bar.clear();
                result(&tally);
                suspicious(people);
                return Ok(ExitCode::FAILURE);
            }
            Walked::Busy => {
                bar.clear(); // somebody else may have gone on after it stood for a while
                trouble(
                    "다른 곳에서 하고 있어요. 죽은 것이라면 90초 뒤 이어서 할 수 있어요.",
                    "somebody else is at it. If they died, it can go on after 90 seconds.",
                );
                return Ok(ExitCode::FAILURE);
            }
            // Neither comes to somebody who has all the time and begins at once.
            Walked::OutOfTime(_) | Walked::NotDue => return Ok(gave_up::<R>()),
        }
    }
}

fn left_over(tally: &impl Words) -> ExitCode {
    if tally.open() == 0 {
        return ExitCode::SUCCESS;
    }
    tally.left_over();
    ExitCode::FAILURE
}

impl Patience {
    /// Waits after a refusal; `false` when it is no use any more.
    async fn wait(&mut self, tally: &impl Words, bar: &Bar) -> bool {
        bar.clear();
        let answered = tally.checked().saturating_sub(tally.open());
        self.refusals = if answered > self.answered { 1 } else { self.refusals + 1 };
        self.answered = answered;
        if self.refusals > REFUSALS {
            return false;
        }
        let wait = REFUSED * 2_u32.pow(self.refusals - 1);
        err(&format!(
            "kakao: 카카오가 지금은 안 된대요. {0}초 기다려요 | Kakao says not now; waiting {0} s",
            wait.as_secs()
        ));
        tokio::time::sleep(wait).await;
        true
    }
}

fn gave_up<R: Rounds>() -> ExitCode
where
    TallyOf<R>: Words,
{
    let [ko, en] = TallyOf::<R>::REFUSED;
    trouble(
        &format!("{ko} 다시 하면 그 자리부터 이어요. 키는 kakao doctor로 볼 수 있어요."),
        &format!("{en} Run it again to go on from here; kakao doctor checks the key."),
    );
    ExitCode::FAILURE
}

fn suspicious(people: u64) {
    trouble(
        &format!(
            "한 쪽에서 {people}명이나 달라서 멈췄고, 그 쪽의 사람은 건드리지 않았어요. 어드민 키가 다른 앱의 것이거나, \
             같은 앱을 쓰는 다른 서비스의 사용자일 수 있어요. --dry-run으로 보고, 맞다면 --many를 붙이세요."
        ),
        &format!(
            "{people} people of one page differ: it stopped, and touched nobody on that page. The admin key may be another \
             app's, or they are users of another service of the same app. Look with --dry-run; if it is right, add --many."
        ),
    );
}

fn result(tally: &impl Words) {
    out(&json!(tally).to_string());
}
