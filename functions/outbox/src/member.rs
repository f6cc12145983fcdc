//! What follows a sign-up that failed and a membership that ended (state design, sections 4 and 10): links are undone, messages of
//! Kakao's are verified and believed, and what a former member leaves behind goes.

use std::time::Duration;

use shared::app::Services;
use shared::clock::{Clock, Millis};
use shared::effect::{Erase, EraseChannels};
use shared::log::Log;
use shared::sign_up::{self, Clerk, KakaoLogin, Keys, Left, Undone};
use shared::store::{AppUser, Outcome, SagaId, StoreError};

/// How long one attempt may take: much less than the lease that it holds, so that nobody else comes meanwhile.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Who woke the function for an unlink job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The stream, which also tells of jobs that were put off: those wait.
    Stream,
    /// The sweep, which finds what is due.
    Sweep,
}

/// Everything that a clerk needs for one attempt. `attempt` is nobody else's name.
pub(crate) struct Office<'a> {
    services: &'a Services,
    keys: Keys,
    kakao: KakaoLogin<'a>,
    attempt: &'a str,
    until: Millis,
}

impl<'a> Office<'a> {
    /// For at most [`ATTEMPT`]. `None`, and a line in the log, without a signing key.
    async fn open(services: &'a Services, attempt: &'a str, until: Millis) -> Option<Self> {
        Self::open_until(services, attempt, until.min(services.clock.now().plus(ATTEMPT))).await
    }

    /// Until then.
    pub(crate) async fn open_until(services: &'a Services, attempt: &'a str, until: Millis) -> Option<Self> {
        match Keys::of(services).await {
            Ok(keys) => Some(Self { services, keys, kakao: KakaoLogin::new(services, until), attempt, until }),
            Err(_) => {
                Log::error("outbox.member").outcome("no-signing-key").write();
                None
            }
        }
    }

    pub(crate) fn clerk(&self) -> Clerk<'_, KakaoLogin<'a>> {
        Clerk {
            store: self.services.store(),
            kakao: &self.kakao,
            seal: &self.keys.seal,
            ledger: &self.keys.ledger,
            clock: &self.services.clock,
            me: self.attempt,
            until: self.until,
        }
    }

    /// `None` if there is no time left.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let clock: &Clock = &self.services.clock;
        tokio::time::timeout(self.until.since(clock.now()), work).await.ok()
    }
}

/// Undoes the link of a sign-up, unless the person is a member by now.
pub(crate) async fn undo(services: &Services, saga: &SagaId, attempt: &str, until: Millis) -> Outcome {
    let Some(office) = Office::open(services, attempt, until).await else { return Outcome::Again };
    let ended = office.in_time(sign_up::compensate(&office.clerk(), saga)).await;
    let (word, outcome) = match ended {
        Some(Ok(Undone::Over)) => ("over", Outcome::Done),
        Some(Ok(Undone::Later)) => ("later", Outcome::Again),
        Some(Err(error)) => return trouble("outbox.undo", &error),
        None => ("late", Outcome::Again),
    };
    Log::info("outbox.undo").outcome(word).write();
    outcome
}

/// Erases what a membership left behind.
pub(crate) async fn erase(services: &Services, erase: &Erase, attempt: &str, until: Millis) -> Outcome {
    let Some(office) = Office::open(services, attempt, until).await else { return Outcome::Again };
    match office.in_time(sign_up::erase(&office.clerk(), &erase.app, &erase.mg, erase.at)).await {
        Some(Ok(_)) => Outcome::Done, // the line is there already
        Some(Err(error)) => trouble("outbox.erase", &error),
        None => {
            Log::warn("outbox.erase").outcome("late").write();
            Outcome::Again
        }
    }
}

/// Erases how somebody stands to channels who no longer wants us to know.
pub(crate) async fn erase_channels(services: &Services, erase: &EraseChannels) -> Outcome {
    match services.store().erase_channels(&erase.app, erase.at, services.clock.now()).await {
        Ok(()) => Outcome::Done,
        Err(error) => trouble("outbox.erase", &error),
    }
}

/// Verifies that somebody has left, and ends the membership. What cannot be done now is due again by itself.
///
/// # Errors
/// [`StoreError`] if nobody knows what became of it.
pub(crate) async fn unlink_job(
    services: &Services,
    app: &AppUser,
    by: By,
    attempt: &str,
    until: Millis,
) -> Result<(), StoreError> {
    let Some(office) = Office::open(services, attempt, until).await else { return Ok(()) };
    let clerk = office.clerk();
    let ended = match by {
        By::Stream => office.in_time(sign_up::new_unlink_job(&clerk, app)).await,
        By::Sweep => office.in_time(sign_up::unlink_job(&clerk, app)).await,
    };
    let word = match ended.unwrap_or(Err(StoreError::Unavailable("late")))? {
        Left::Erased => "erased",
        Left::StillLinked => "still-linked",
        Left::Nothing => return Ok(()), // a repeat, or the record of its own end
        Left::Later => "later",
        Left::Parked => "parked",
    };
    Log::info("outbox.unlink").outcome(word).write();
    Ok(())
}

fn trouble(event: &'static str, error: &StoreError) -> Outcome {
    Log::error(event).outcome("store").kind(error.kind()).write();
    Outcome::Again
}
