//! A message on its way: sent, answered, and what Kakao would make of the answer.

use std::time::{Duration, Instant};

use http::Request;
use shared::kapi::{CallError, Outbound, Patience};

/// How long Kakao waits for an answer, everything included.
pub const KAKAO_WAITS: Duration = Duration::from_secs(3);

/// More than that, to show answers that came too late.
const PATIENCE: Patience = Patience { time: Duration::from_secs(10), bytes: 4 * 1024 * 1024 };

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// The reason, if there is one. Kakao goes by the status alone.
    pub body: Vec<u8>,
}

/// Sends one message.
///
/// # Errors
/// If there was no answer.
pub async fn send(outbound: &Outbound, request: Request<Vec<u8>>) -> Result<Answered, CallError> {
    let started = Instant::now();
    let answer = outbound.send(request, PATIENCE).await?;
    Ok(Answered { status: answer.status, took: started.elapsed(), body: answer.body })
}

/// What is to be thought of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken, in time.
    Taken,
    /// It was forged, and refused.
    Refused,
    /// It was forged, and taken.
    Believed,
    /// It was taken when Kakao had hung up.
    Late,
    /// Nobody is at the address, or the callbacks are off.
    Absent,
    /// The key is not one that the service knows.
    Key,
    /// It was not taken for another reason.
    NotTaken,
    /// There was no answer.
    Unanswered,
}

impl Verdict {
    /// On the answer to a message that is good, or forged.
    pub fn of(answered: &Answered, forged: bool) -> Self {
        match answered.status {
            200..300 if forged => Self::Believed,
            200..300 if answered.took > KAKAO_WAITS => Self::Late,
            200..300 => Self::Taken,
            404 => Self::Absent,
            400..500 if forged => Self::Refused,
            401 => Self::Key,
            _ => Self::NotTaken,
        }
    }

    /// Whether it is as it should be.
    pub const fn is_right(self) -> bool {
        matches!(self, Self::Taken | Self::Refused)
    }

    /// As a script reads it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::Believed => "believed",
            Self::Late => "late",
            Self::Absent => "absent",
            Self::Key => "key",
            Self::NotTaken => "not-taken",
            Self::Unanswered => "unanswered",
        }
    }

    /// In Korean and in English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Taken => ("받아들여졌어요.", "taken."),
            Self::Refused => ("거절되었어요. 그래야 해요.", "refused, as it must be."),
            Self::Believed => ("가짜인데 받아들여졌어요!", "it is forged, and was taken!"),
            Self::Late => ("받아들여졌지만 카카오는 3초만 기다려요.", "taken, but Kakao waits 3 s only."),
            Self::Absent => ("꺼져 있거나 그런 주소가 없어요.", "off, or no such address."),
            Self::Key => ("키가 달라요.", "the key is wrong."),
            Self::NotTaken => ("받아들여지지 않았어요.", "not taken."),
            Self::Unanswered => ("답이 오지 않았어요.", "no answer."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kakao_goes_by_the_status_and_the_clock() {
        let verdict = |status, seconds, forged| {
            let answered = Answered { status, took: Duration::from_secs(seconds), body: Vec::new() };
            Verdict::of(&answered, forged)
        };
        assert_eq!([200, 202, 204].map(|status| verdict(status, 3, false)), [Verdict::Taken; 3]);
        assert_eq!(verdict(200, 4, false), Verdict::Late);
        assert_eq!([302, 400, 403, 500, 503].map(|status| verdict(status, 0, false)), [Verdict::NotTaken; 5]);
        assert_eq!([401, 404].map(|status| verdict(status, 0, false)), [Verdict::Key, Verdict::Absent]);
        assert_eq!([400, 401, 403].map(|status| verdict(status, 0, true)), [Verdict::Refused; 3]);
        assert_eq!([200, 202].map(|status| verdict(status, 0, true)), [Verdict::Believed; 2]);
        // Whoever is away or in trouble has refused nobody.
        assert_eq!([404, 503].map(|status| verdict(status, 0, true)), [Verdict::Absent, Verdict::NotTaken]);
    }
}
