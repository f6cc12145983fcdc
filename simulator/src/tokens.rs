//! Callback tokens: each good for one delivery, within a minute of being issued, and only after the skill said that it would deliver.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use shared::kapi::skill_callback::VALID_FOR;

use crate::random;

/// How long a delivery that overtook its acknowledgement waits for it: the skill's five seconds.
const OVERTAKING: Duration = Duration::from_secs(5);

/// What a delivery is refused with, word for word (CB).
pub(crate) const SPENT: &str = "Invalid callback token. Check your callback token.";
pub(crate) const NOT_ACKNOWLEDGED: &str =
    "The skill server settings are incorrect. Use callback true setting required.";

/// Whose token it is.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) turn: String,
    pub(crate) person: String,
    pub(crate) bot_id: String,
    pub(crate) issued: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The skill has not answered yet.
    Asked,
    /// The skill said `useCallback: true`.
    Promised,
    /// The skill answered something else, or nothing.
    Declined,
    /// A delivery was accepted or refused, or the minute is over.
    Spent,
}

/// The tokens that were issued.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, (Turn, State)>>);

impl Tokens {
    fn all(&self) -> MutexGuard<'_, HashMap<String, (Turn, State)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new token.
    pub(crate) fn issue(&self, turn: &str, person: &str, bot_id: &str) -> String {
        let token = format!("cbtoken:{}", random::hex::<16>());
        let turn = Turn {
            turn: turn.to_owned(),
            person: person.to_owned(),
            bot_id: bot_id.to_owned(),
            issued: Instant::now(),
        };
        let mut all = self.all();
        all.retain(|_, (turn, _)| turn.issued.elapsed() < 2 * VALID_FOR);
        all.insert(token.clone(), (turn, State::Asked));
        token
    }

    /// The skill has answered: it will deliver, or it will not.
    pub(crate) fn settle(&self, token: &str, promised: bool) {
        if let Some((_, state @ State::Asked)) = self.all().get_mut(token) {
            *state = if promised { State::Promised } else { State::Declined };
        }
    }

    /// Takes the token for a delivery. A delivery may overtake its own acknowledgement, so it waits for that.
    pub(crate) async fn take(&self, token: &str) -> Result<Turn, &'static str> {
        let patience = Instant::now() + OVERTAKING;
        loop {
            {
                let mut all = self.all();
                let (turn, state) = all.get_mut(token).ok_or(SPENT)?;
                match state {
                    State::Asked if Instant::now() < patience => {}
                    State::Asked | State::Declined => return Err(NOT_ACKNOWLEDGED),
                    State::Spent => return Err(SPENT),
                    State::Promised => {
                        *state = State::Spent;
                        return if turn.issued.elapsed() < VALID_FOR { Ok(turn.clone()) } else { Err(SPENT) };
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the token's minute. Whether somebody is still waiting for its delivery.
    pub(crate) fn expire(&self, token: &str) -> bool {
        match self.all().get_mut(token) {
            Some((_, state @ State::Promised)) => {
                *state = State::Spent;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_is_good_for_one_delivery() {
        let tokens = Tokens::default();
        let token = tokens.issue("t", "ga", "bot");
        tokens.settle(&token, true);
        assert_eq!(tokens.take(&token).await.map(|turn| turn.turn), Ok("t".to_owned()));
        assert_eq!(tokens.take(&token).await.map(|turn| turn.turn), Err(SPENT));
        assert_eq!(tokens.take("cbtoken:0").await.map(|turn| turn.turn), Err(SPENT));
        assert!(!tokens.expire(&token), "it was delivered");
    }

    #[tokio::test]
    async fn a_delivery_waits_for_the_acknowledgement_it_overtook() {
        let tokens = Tokens::default();
        let (promised, declined) = (tokens.issue("t", "ga", "bot"), tokens.issue("t", "ga", "bot"));
        let settle = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            tokens.settle(&promised, true);
            tokens.settle(&declined, false);
        };
        let ((), taken, refused) = tokio::join!(settle, tokens.take(&promised), tokens.take(&declined));
        assert!(taken.is_ok());
        assert_eq!(refused.map(|turn| turn.turn), Err(NOT_ACKNOWLEDGED));
    }
}
