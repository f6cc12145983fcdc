//! Kakao Work: slow work of a bot, and messages. The service knows no key by which it would recognise a repeat, so a message that may
//! have arrived is said once more at most.
//!
//! ```text
//! message ─ fits? ─ POST ─┬─ sent                        ─ done
//!                         ├─ turned away: key, too many  ─ again
//!                         ├─ never left this machine     ─ again
//!                         ├─ no room to say it in yet    ─ again
//!                         ├─ nobody knows                ─ again once, then parked
//!                         └─ turned away: anything else  ─ dropped
//! ```

use std::time::Duration;

use shared::app::{App, Services};
use shared::bot::work::{WorkModals, work_off};
use shared::clock::Millis;
use shared::effect::{Saying, WorkJob};
use shared::kakao::limits::work::Checked;
use shared::kakao::work::{Message, To};
use shared::kapi::work::{WorkApi, WorkError};
use shared::log::Log;
use shared::secret::{Secret, SecretName};
use shared::store::{EntryId, Outcome};

/// What opening a room and sending take at most: who has less time left does not begin.
const SENDING: Duration = Duration::from_secs(5);

/// Tries of a message of which nobody knows whether it arrived.
const TRIES_IN_THE_DARK: u64 = 2;

/// The app key is the workspace's, not one of a KakaoTalk bot.
const NO_BOT: &str = "";

/// Kept free at the end of slow work for writing down what came of it.
const WRITING: Duration = Duration::from_secs(2);

/// Lets the bot do its job, and writes down what it says about it.
pub(super) async fn run<B: WorkModals>(
    app: &App<B>,
    id: &EntryId,
    work: &WorkJob,
    owner: &str,
    until: Millis,
) -> Outcome {
    let log = |outcome, kind| Log::error("outbox.work-job").outcome(outcome).kind(kind).item(&id.hash()).write();
    let entries = match work_off(app, work, owner, until.minus(WRITING)).await {
        Ok(entries) => entries,
        Err(unfinished) => {
            log("unfinished", unfinished.word());
            return Outcome::Again;
        }
    };
    for entry in &entries {
        if let Err(error) = app.store().put_entry(entry, app.clock.now()).await {
            log("store", error.kind());
            return Outcome::Again;
        }
    }
    Outcome::Done
}

/// Says it. `in_the_dark`: the tries that may have said it, this one included.
pub(super) async fn say(
    services: &Services,
    id: &EntryId,
    saying: &Saying,
    in_the_dark: u64,
    until: Millis,
) -> Outcome {
    let log = |log: Log, outcome| log.outcome(outcome).item(&id.hash());
    let message = match saying.message.clone().checked() {
        Ok(message) => message,
        Err(refused) => {
            for broken in refused.errors {
                log(Log::error("outbox.message"), "unfit").rule(broken.rule).field(&broken.path).write();
            }
            return Outcome::Parked;
        }
    };
    if until.since(services.clock.now()) < SENDING {
        return Outcome::NotSent;
    }
    let Ok(key) = services.secrets.value(SecretName::WorkAppKey, NO_BOT).await else {
        log(Log::error("outbox.message"), "refused").kind("no-key").write();
        return Outcome::NotSent;
    };
    let mut sent = send(services, &key, &saying.to, &message, until).await;
    if sent == Err(WorkError::Key)
        && let Ok(fresh) = services.secrets.value_after_refusal(SecretName::WorkAppKey, NO_BOT, &key).await
        && fresh.reveal() != key.reveal()
    {
        sent = send(services, &fresh, &saying.to, &message, until).await;
    }
    let Err(error) = sent else {
        log(Log::info("outbox.message"), "sent").write();
        return Outcome::Done;
    };
    if let WorkError::Refused(code) = &error {
        log(Log::error("outbox.message"), "refused").kind(code.as_str()).write();
        return Outcome::Dropped;
    }
    let dark = error.may_have_arrived();
    match &error {
        WorkError::Key => log(Log::error("outbox.message"), "refused").kind("key").write(),
        error if dark => log(Log::warn("outbox.message"), "unknown").kind(error.word()).write(),
        error if error.is_passing() => log(Log::warn("outbox.message"), "deferred").kind(error.word()).write(),
        error => log(Log::error("outbox.message"), "refused").kind(error.word()).write(),
    }
    match error {
        _ if dark && in_the_dark >= TRIES_IN_THE_DARK => Outcome::Parked,
        _ if dark => Outcome::Again,
        WorkError::Key => Outcome::NotSent,
        error if error.is_passing() => Outcome::NotSent,
        _ => Outcome::Dropped,
    }
}

async fn send(
    services: &Services,
    key: &Secret,
    to: &To,
    message: &Checked<Message>,
    until: Millis,
) -> Result<(), WorkError> {
    let left = until.since(services.clock.now());
    let api = WorkApi::new(services.outbound(), &services.env.work_api_url, key, &services.work, left);
    api.send(to, message).await.map(drop)
}
