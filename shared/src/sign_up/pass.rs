//! What one of our pages hands to the next, through the browser: sealed, so that nobody reads it, makes one, or changes one.
//!
//! It stands in the query of the page's address, and opens its form: whoever posts without one is not listened to (threat T15).

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::kakao::sync::{ContinueRules, ContinueUrl};
use crate::secret::{Seal, Sealed, Secret};
use crate::store::sign_up::{ASK_LEASE, SagaId};

/// Which page it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `/sync/match`: the person is asked for more.
    Match,
    /// `/sync/failure`: what went wrong, and how to go on.
    Failure,
}

impl Purpose {
    /// The last part of its path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Failure => "failure",
        }
    }
}

/// The name of the parameter that carries it.
const PARAMETER: &str = "pass";

/// The longest pass that is read: a continue URL of full length, and what is around it.
const MAX: usize = 6 * 1_024;

/// An attempt to sign up on its way from page to page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The attempt.
    pub saga: SagaId,
    /// Where the browser is sent back to.
    pub back: Option<ContinueUrl>,
}

/// Why a pass opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPass {
    /// There is none.
    Missing,
    /// It is not one of ours, or for another page.
    Forged,
    /// A quarter of an hour is over; the way back is as good as before.
    Expired(Option<ContinueUrl>),
}

impl NoPass {
    /// A word for logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Forged => "forged",
            Self::Expired(_) => "expired",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    saga: SagaId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back: Option<String>,
    until: Millis,
}

impl Pass {
    /// The pass as a query, `pass=…`, good for a quarter of an hour. `None` only without randomness.
    pub fn query(&self, seal: &Seal, purpose: Purpose, now: Millis) -> Option<String> {
        let back = self.back.as_ref().map(|url| url.as_str().to_owned());
        let written = Written { saga: self.saga.clone(), back, until: now.plus(ASK_LEASE) };
        let text = Secret::new(serde_json::to_string(&written).ok()?);
        let sealed = seal.seal(&text, purpose.as_str()).ok()?;
        let encoded = percent_encoding::utf8_percent_encode(sealed.as_str(), percent_encoding::NON_ALPHANUMERIC);
        Some(format!("{PARAMETER}={encoded}"))
    }

    /// Reads the one pass of a query, as it came.
    ///
    /// # Errors
    /// [`NoPass`]
    pub fn read(
        query: &str,
        seal: &Seal,
        purpose: Purpose,
        rules: &ContinueRules,
        now: Millis,
    ) -> Result<Self, NoPass> {
        let mut passes = query.split('&').filter_map(|pair| pair.strip_prefix(PARAMETER)?.strip_prefix('='));
        let pass = passes.next().filter(|pass| !pass.is_empty()).ok_or(NoPass::Missing)?;
        if pass.len() > MAX || passes.next().is_some() {
            return Err(NoPass::Forged);
        }
        let decoded = percent_encoding::percent_decode_str(pass).decode_utf8().map_err(|_| NoPass::Forged)?;
        let text = seal.open(&Sealed::from_text(decoded), purpose.as_str()).ok_or(NoPass::Forged)?;
        let written: Written = serde_json::from_str(text.reveal()).map_err(|_| NoPass::Forged)?;
        // Our own word, but the rules may have become narrower since.
        let back = written.back.and_then(|url| ContinueUrl::parse(&url, rules).ok());
        if written.until <= now {
            return Err(NoPass::Expired(back));
        }
        Ok(Self { saga: written.saga, back })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_760_000_000_000);

    fn rules() -> ContinueRules {
        ContinueRules::new(["kakao.com"])
    }

    fn seal() -> Seal {
        Seal::derive(&Secret::new("signing key"), "pass").unwrap()
    }

    fn pass() -> Pass {
        let back = ContinueUrl::parse("https://talk-plugin.kakao.com/x?a=1&b=2#c", &rules()).ok();
        Pass { saga: SagaId::of_code("c"), back }
    }

    #[test]
    fn t15_a_pass_opens_one_page_for_a_quarter_of_an_hour() {
        let query = pass().query(&seal(), Purpose::Failure, NOW).unwrap();
        let read = |query: &str, purpose, now| Pass::read(query, &seal(), purpose, &rules(), now);
        assert_eq!(read(&query, Purpose::Failure, NOW), Ok(pass()));
        assert_eq!(
            read(&format!("x=1&{query}&y"), Purpose::Failure, NOW.plus(ASK_LEASE).minus(ASK_LEASE / 900)),
            Ok(pass())
        );
        assert_eq!(read(&query, Purpose::Failure, NOW.plus(ASK_LEASE)), Err(NoPass::Expired(pass().back)));
        assert_eq!(read(&query, Purpose::Match, NOW), Err(NoPass::Forged), "another purpose");
        assert_eq!(read(&format!("{query}&{query}"), Purpose::Failure, NOW), Err(NoPass::Forged));
        for none in ["", "pass", "pass=", "Pass=x", "xpass=x"] {
            assert_eq!(read(none, Purpose::Failure, NOW), Err(NoPass::Missing), "{none}");
        }
        let other = Seal::derive(&Secret::new("signing key"), "sign-up").unwrap();
        assert_eq!(Pass::read(&query, &other, Purpose::Failure, &rules(), NOW), Err(NoPass::Forged), "another key");
        for at in 5..query.len() {
            let mut changed = query.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(read(&changed, Purpose::Failure, NOW).is_err(), "{at}");
        }
    }

    #[test]
    fn nothing_of_it_can_be_read_and_narrower_rules_count() {
        let query = pass().query(&seal(), Purpose::Match, NOW).unwrap();
        let decoded = percent_encoding::percent_decode_str(&query).decode_utf8_lossy().into_owned();
        assert!(!decoded.contains("kakao") && !decoded.contains(pass().saga.as_str()));
        let read = Pass::read(&query, &seal(), Purpose::Match, &ContinueRules::new(["example.com"]), NOW);
        assert_eq!(read, Ok(Pass { back: None, ..pass() }));
    }
}
