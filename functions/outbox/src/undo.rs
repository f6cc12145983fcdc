//! The link of a sign-up that failed or was left is undone at Kakao (state design, section 4, steps a to d).

use std::time::Duration;

use shared::app::Services;
use shared::clock::Millis;
use shared::log::Log;
use shared::sign_up::{Clerk, KakaoLogin, Keys, Undone, compensate};
use shared::store::{Outcome, SagaId};

/// How long one attempt may take: much less than the lease that it holds, so that nobody else comes meanwhile.
const ATTEMPT: Duration = Duration::from_secs(10);

/// Undoes it, unless the person is a member by now. `attempt` is nobody else's name.
pub(crate) async fn carry_out(services: &Services, saga: &SagaId, attempt: &str, until: Millis) -> Outcome {
    let Ok(keys) = Keys::of(services).await else {
        Log::error("outbox.undo").outcome("no-signing-key").write();
        return Outcome::Again;
    };
    let until = until.min(services.clock.now().plus(ATTEMPT));
    let kakao = KakaoLogin::new(services, until);
    let clerk = Clerk {
        store: services.store(),
        kakao: &kakao,
        seal: &keys.seal,
        ledger: &keys.ledger,
        clock: &services.clock,
        me: attempt,
        until,
    };
    let left = until.since(services.clock.now());
    let (word, outcome) = match tokio::time::timeout(left, compensate(&clerk, saga)).await {
        Ok(Ok(Undone::Over)) => ("over", Outcome::Done),
        Ok(Ok(Undone::Later)) => ("later", Outcome::Again),
        Ok(Err(error)) => {
            Log::error("outbox.undo").outcome("store").kind(error.kind()).write();
            return Outcome::Again;
        }
        Err(_) => ("late", Outcome::Again),
    };
    Log::info("outbox.undo").outcome(word).write();
    outcome
}
