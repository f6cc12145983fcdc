//! A skill answer that was promised for later: do the work, then deliver it once, within its minute (protocol `skill` 8).

use std::time::Duration;

use shared::app::App;
use shared::bot::{Desk, Skills, TOO_LATE};
use shared::clock::Millis;
use shared::converse::{self, Asked, Said, Spoken, Trouble};
use shared::effect::{Delivery, Work};
use shared::endpoint::catch_panic;
use shared::kakao::skill::{SkillRequest, SkillResponse};
use shared::kapi::skill_callback::{self, CallbackUrl, DELIVER_WITHIN, Delivered};
use shared::log::Log;
use shared::store::{CallbackClaim, Outcome};
use tokio::sync::Semaphore;

use crate::at_the_table;

/// Until when after it was issued a URL is used at all. Answers are planned for [`DELIVER_WITHIN`]; what is left is for a polite
/// last word of an entry that was found late.
const LAST_WORD_WITHIN: Duration = Duration::from_secs(55);

/// Kept free for claiming the URL and sending.
const SENDING: Duration = Duration::from_secs(3);

/// How long before the next attempt if the table could not be asked for the URL.
const CLAIM_AGAIN: Duration = Duration::from_millis(300);

/// How long before a second attempt if the first never left this machine.
const RECONNECT: Duration = Duration::from_millis(200);

pub(super) async fn deliver<B: Skills>(
    app: &App<B>,
    delivery: &Delivery,
    owner: &str,
    until: Millis,
    table: &Semaphore,
) -> Outcome {
    let Some(url) = CallbackUrl::parse(&delivery.callback_url, &app.env) else {
        report("not-allowed");
        return Outcome::Parked;
    };
    let send_by = delivery.issued.plus(LAST_WORD_WITHIN).min(until);
    if app.clock.now() >= send_by {
        report("late");
        return Outcome::Dropped;
    }
    let work_until = delivery.issued.plus(DELIVER_WITHIN).min(until).minus(SENDING);
    let answer = answer(app, delivery, owner, work_until).await;
    match claim(app, &delivery.callback_url, owner, send_by, table).await {
        Some(CallbackClaim::Ours) => send(app, &url, &answer, send_by).await,
        Some(CallbackClaim::Spent) => {
            report("spent");
            Outcome::Dropped
        }
        // Nothing was sent. If there is no time for another try it will be dropped as late.
        None => Outcome::Again,
    }
}

/// The one use of the URL, asked for as long as there is time: the answer is ready and a person is waiting for it.
async fn claim<B>(app: &App<B>, url: &str, owner: &str, until: Millis, table: &Semaphore) -> Option<CallbackClaim> {
    loop {
        let time_left = until.since(app.clock.now());
        let asked = at_the_table(table, app.store().claim_callback(url, owner, app.clock.now()));
        match tokio::time::timeout(time_left, asked).await {
            Ok(Ok(claim)) => return Some(claim),
            Ok(Err(error)) => Log::error("outbox.store").kind(error.kind()).write(),
            Err(_) => return None, // whoever comes next finds the URL spent, or tries it himself
        }
        tokio::time::sleep(CLAIM_AGAIN).await;
    }
}

/// The answer, or a polite last word: the person must not be left with the waiting message alone.
async fn answer<B: Skills>(app: &App<B>, delivery: &Delivery, owner: &str, until: Millis) -> SkillResponse {
    let time_left = until.since(app.clock.now());
    if time_left.is_zero() {
        return SkillResponse::text(TOO_LATE);
    }
    let desk = converse::desk(app, owner, delivery.issued, until);
    let worked = tokio::time::timeout(time_left, catch_panic(work(app, delivery, &desk, until))).await;
    let spoken = match worked {
        Ok(Some(Ok(spoken))) => spoken,
        Ok(Some(Err(trouble))) => {
            Log::error("outbox.work").kind(trouble.kind()).write();
            last_word(&desk, trouble.words())
        }
        Ok(None) => last_word(&desk, None), // the panic is in the log
        Err(_) => {
            Log::warn("outbox.work").kind("late").write();
            last_word(&desk, None)
        }
    };
    // The bot may be asked for its apology here, and must not take the batch along.
    let fitted = catch_panic(async { converse::fit(&app.bot, spoken, &delivery.place, owner) }).await;
    fitted.unwrap_or_else(|| SkillResponse::text(TOO_LATE))
}

/// The bot's own words for what went wrong, else what the work had so far, else an apology.
fn last_word(desk: &Desk<'_>, words: Option<&str>) -> Spoken {
    let said = words.map(SkillResponse::text).or_else(|| converse::cut_short(desk));
    said.unwrap_or_else(|| SkillResponse::text(TOO_LATE)).into()
}

async fn work<B: Skills>(app: &App<B>, delivery: &Delivery, desk: &Desk<'_>, until: Millis) -> Result<Spoken, Trouble> {
    match &delivery.work {
        Work::Job(job) => do_job(app, serde_json::from_value(job.clone())?, desk, delivery.as_is).await,
        Work::Turn { id, skill, request, vouched } => {
            let request: SkillRequest = serde_json::from_value(request.clone())?;
            let (at, vouched) = (delivery.issued, *vouched);
            let asked = Asked { skill, request: &request, at, until, owner: id, callback: None, vouched };
            match converse::take(app, asked).await? {
                Said::Now(spoken) => Ok(spoken),
                Said::Work { job, otherwise } => do_job(app, job, desk, otherwise.as_is).await,
                Said::Promised { .. } => Err(Trouble::Json), // nothing is promised without a callback
            }
        }
    }
}

async fn do_job<B: Skills>(app: &App<B>, job: B::Job, desk: &Desk<'_>, as_is: bool) -> Result<Spoken, Trouble> {
    let response = app.bot.work(job, desk).await.map_err(Trouble::Bot)?;
    Ok(Spoken { response, as_is })
}

/// Sends once. Only a request that never left is sent a second time: any other outcome may have spent the URL.
async fn send<B>(app: &App<B>, url: &CallbackUrl, answer: &SkillResponse, send_by: Millis) -> Outcome {
    let mut delivered = skill_callback::deliver(app.outbound(), url, answer).await;
    if delivered == Delivered::NotSent && app.clock.now().plus(RECONNECT) < send_by {
        tokio::time::sleep(RECONNECT).await;
        delivered = skill_callback::deliver(app.outbound(), url, answer).await;
    }
    match delivered {
        Delivered::Accepted => {
            report("accepted");
            Outcome::Done
        }
        Delivered::Refused { why, task_id } => {
            let log = Log::error("outbox.delivery").outcome("refused").kind(why.word());
            log.task(task_id.as_deref().unwrap_or_default()).write();
            Outcome::Dropped
        }
        Delivered::NotSent => {
            report("not-sent");
            Outcome::Dropped
        }
        Delivered::Unknown => {
            report("unknown");
            Outcome::Dropped
        }
    }
}

fn report(outcome: &'static str) {
    Log::info("outbox.delivery").outcome(outcome).write();
}
