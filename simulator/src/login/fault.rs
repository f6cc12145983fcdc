//! What is to go wrong, where, and how often.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::endpoint::{Endpoint, Side};
use super::flaw::Flaw;
use super::kapi::error as kapi;
use super::kauth::koe;

/// One way to go wrong. [`fmt::Display`] and [`FromStr`] spell it as the page and the HTTP interface do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `KOE320`: this error of kauth; on the authorize page it is shown to the person. `KOE9999` is one that nobody knows.
    Koe(&'static str),
    /// `-401`: this error of kapi.
    Kapi(i32),
    /// `401`, `503`: this HTTP status, with the body that goes with it on this side (401, 429), or a gateway's words.
    Status(u16),
    /// `429:3`: too many calls, with `Retry-After` in seconds.
    TooMany(u32),
    /// `html`: status 200 with a page where a document should be.
    Html,
    /// `empty`: status 200 with nothing.
    Empty,
    /// `slow:1500`: the right answer, after so many milliseconds.
    Slow(u32),
    /// `drop-before`: the connection ends, and nothing was done.
    DropBefore,
    /// `drop-after`: the connection ends after everything was done.
    DropAfter,
    /// `used-code`: the code is used up, and the answer says that it was used up before.
    UsedCode,
    /// `no-refresh`: a token answer without the refresh pair.
    NoRefresh,
    /// `no-scope`: a token answer without `scope`.
    NoScope,
    /// `id-token:nonce`: a token answer whose ID token has this flaw.
    IdToken(Flaw),
}

/// The fault's name is not one of those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchFault;

impl fmt::Display for NoSuchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no such fault; there are KOE001..KOE400, -1..-9798, 400..599, 429:SECONDS, slow:MS, html, empty, drop-before, \
             drop-after, used-code, no-refresh, no-scope, id-token:FLAW",
        )
    }
}

impl std::error::Error for NoSuchFault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Koe(code) => f.write_str(code),
            Self::Kapi(code) => write!(f, "{code}"),
            Self::Status(status) => write!(f, "{status}"),
            Self::TooMany(seconds) => write!(f, "429:{seconds}"),
            Self::Html => f.write_str("html"),
            Self::Empty => f.write_str("empty"),
            Self::Slow(ms) => write!(f, "slow:{ms}"),
            Self::DropBefore => f.write_str("drop-before"),
            Self::DropAfter => f.write_str("drop-after"),
            Self::UsedCode => f.write_str("used-code"),
            Self::NoRefresh => f.write_str("no-refresh"),
            Self::NoScope => f.write_str("no-scope"),
            Self::IdToken(flaw) => write!(f, "id-token:{}", flaw.word()),
        }
    }
}

impl FromStr for Fault {
    type Err = NoSuchFault;

    fn from_str(text: &str) -> Result<Self, NoSuchFault> {
        let text = text.trim();
        if let Some(koe) = koe::find(text) {
            return Ok(Self::Koe(koe.code));
        }
        let number = |text: &str| text.parse().map_err(|_| NoSuchFault);
        match text.split_once(':') {
            Some(("429", seconds)) => return number(seconds).map(Self::TooMany),
            Some(("slow", ms)) => return number(ms).map(Self::Slow),
            Some(("id-token", word)) => {
                return Flaw::ALL.into_iter().find(|flaw| flaw.word() == word).map(Self::IdToken).ok_or(NoSuchFault);
            }
            _ => {}
        }
        match text {
            "html" => Ok(Self::Html),
            "empty" => Ok(Self::Empty),
            "drop-before" => Ok(Self::DropBefore),
            "drop-after" => Ok(Self::DropAfter),
            "used-code" => Ok(Self::UsedCode),
            "no-refresh" => Ok(Self::NoRefresh),
            "no-scope" => Ok(Self::NoScope),
            _ => match text.parse::<i32>() {
                Ok(status @ 400..600) => u16::try_from(status).map(Self::Status).map_err(|_| NoSuchFault),
                Ok(code) if kapi::codes().any(|known| known == code) => Ok(Self::Kapi(code)),
                _ => Err(NoSuchFault),
            },
        }
    }
}

impl Fault {
    /// What a person may choose for an endpoint of this side.
    pub(crate) fn offered(side: Side) -> Vec<Self> {
        let of_token = [Self::UsedCode, Self::NoRefresh, Self::NoScope].into_iter().chain(Flaw::ALL.map(Self::IdToken));
        let of_side: Vec<Self> = match side {
            Side::Kauth => koe::ALL.iter().map(|koe| Self::Koe(koe.code)).chain(of_token).collect(),
            Side::Kapi => kapi::codes().map(Self::Kapi).collect(),
            Side::TalkPlugin => Vec::new(),
        };
        let everywhere = [
            Self::Slow(1_500),
            Self::Slow(10_000),
            Self::DropBefore,
            Self::DropAfter,
            Self::Status(401),
            Self::Status(429),
            Self::TooMany(3),
            Self::Status(500),
            Self::Status(503),
            Self::Html,
            Self::Empty,
        ];
        everywhere.into_iter().chain(of_side).collect()
    }

    /// How long the answer is kept back.
    pub(crate) fn delay(self) -> Duration {
        if let Self::Slow(ms) = self { Duration::from_millis(ms.into()) } else { Duration::ZERO }
    }
}

/// A fault, and where it is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where.
    pub at: Endpoint,
    /// What.
    pub fault: Fault,
    /// How many more times; `None`: until it is taken back.
    pub times: Option<u32>,
}

/// What is planned.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Planned>>);

impl Faults {
    fn all(&self) -> MutexGuard<'_, Vec<Planned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After what is planned there already.
    pub(crate) fn plan(&self, planned: Planned) {
        self.all().push(planned);
    }

    /// The next one at this endpoint; it counts.
    pub(crate) fn take(&self, at: Endpoint) -> Option<Fault> {
        let mut all = self.all();
        let place = all.iter().position(|planned| planned.at == at)?;
        let planned = all.get_mut(place)?;
        let fault = planned.fault;
        if let Some(times) = &mut planned.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                all.remove(place);
            }
        }
        Some(fault)
    }

    /// What is still to come.
    pub(crate) fn planned(&self) -> Vec<Planned> {
        self.all().clone()
    }

    /// Nothing goes wrong any more at this endpoint, or anywhere.
    pub(crate) fn heal(&self, at: Option<Endpoint>) {
        self.all().retain(|planned| at.is_some_and(|at| planned.at != at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_as_it_is_written() {
        for side in [Side::Kauth, Side::Kapi, Side::TalkPlugin] {
            for fault in Fault::offered(side) {
                assert_eq!(fault.to_string().parse(), Ok(fault));
            }
        }
        for text in ["", "200", "KOE998", "-400", "slow:", "id-token:x", "429:x"] {
            assert_eq!(text.parse::<Fault>(), Err(NoSuchFault), "{text}");
        }
    }

    #[test]
    fn faults_happen_in_the_order_of_the_plan() {
        let faults = Faults::default();
        let plan = |at, fault, times| faults.plan(Planned { at, fault, times });
        plan(Endpoint::Token, Fault::Html, Some(2));
        plan(Endpoint::Token, Fault::DropAfter, None);
        plan(Endpoint::Me, Fault::Kapi(-1), Some(1));
        let taken: Vec<_> = (0..4).filter_map(|_| faults.take(Endpoint::Token)).collect();
        assert_eq!(taken, [Fault::Html, Fault::Html, Fault::DropAfter, Fault::DropAfter]);
        faults.heal(Some(Endpoint::Token));
        assert_eq!((faults.take(Endpoint::Token), faults.planned().len()), (None, 1));
    }
}
