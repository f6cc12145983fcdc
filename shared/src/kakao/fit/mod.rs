//! Fitting an answer: before it leaves, what can be mended is mended, and what cannot is refused.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! An answer that breaks a limit may not be shown at all, and the person sees nothing. So text is split over bubbles or
//! shortened, surplus quick replies wait behind a "more" entry, lists that are too long are cut and say so, and a part
//! that cannot be shown goes so that the rest can. Which rule asked for it is told for each: see [`Mending`]. Amounts,
//! prices, phone numbers and addresses are never changed; what depends on a wrong one is left out.
//!
//! A good answer passes untouched. One round may make work for the next (a card without a picture becomes text, which
//! has limits of its own), so rounds are made until one finds nothing to do; then fitting again changes nothing either.

mod basic;
mod buttons;
mod carousel;
mod commerce;
mod context;
mod envelope;
mod group;
mod image;
mod item;
mod list;
mod mender;
mod misfits;
mod notes;
mod outputs;
mod quick_replies;
mod size;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use quick_replies::{MORE_BYTES_MAX, next_page};
pub use text::{shorten, split};

use super::limits::{self, Finding, Setting, Severity};
use super::skill::SkillResponse;
use mender::Mender;

/// Rounds after which mending stops. Two are usual: one that mends, and one that finds nothing.
const ROUNDS: usize = 6;

/// An answer that may be sent, and what was done to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The answer. It breaks no rule whose severity is error.
    pub response: SkillResponse,
    /// What was mended, in the order in which it was done; empty if the answer was good as it came.
    pub mendings: Vec<Mending>,
}

/// One thing that was mended. Says where and never quotes the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mending {
    /// Id of the rule that asked for it, such as `R11`.
    pub rule: &'static str,
    /// The place as in [`Finding`]: where it was when the round began, which in the first is where it came.
    pub path: String,
}

/// Makes an answer fit for this setting. `block` is the block that is answering: a "more" entry calls it again.
///
/// # Errors
/// Nothing of the answer can be sent. The findings are the errors that remain; if every bubble had to go, the errors of
/// the bubbles.
pub fn fit(mut response: SkillResponse, setting: &Setting, block: Option<&str>) -> Result<Fitted, Vec<Finding>> {
    let (findings, nulls) = limits::findings_and_nulls(&response, setting);
    if findings.is_empty() && nulls.is_empty() {
        return Ok(Fitted { response, mendings: Vec::new() });
    }
    let had_bubbles = !response.outputs().is_empty();
    let mut mender = Mender::new(setting, block);
    let (mut odd, mut nulls) = (findings.clone(), nulls);
    for _ in 0..ROUNDS {
        let before = mender.mendings.len();
        misfits::drop_misfits(&mut mender, &mut response, &odd, &nulls);
        envelope::response(&mut mender, &mut response);
        if mender.mendings.len() == before {
            break;
        }
        (odd, nulls) = limits::findings_and_nulls(&response, setting);
    }
    let emptied = had_bubbles && response.outputs().is_empty() && response.use_callback != Some(true);
    match limits::safe_in(&response, setting) {
        Ok(()) if !emptied => Ok(Fitted { response, mendings: mender.mendings }),
        Err(left) if !emptied => Err(left),
        // That there is no bubble left says nothing; what was wrong with the bubbles does.
        left => {
            let (errors, others): (Vec<_>, _) = findings.into_iter().partition(|it| it.severity == Severity::Error);
            Err(if errors.is_empty() { left.err().unwrap_or(others) } else { errors })
        }
    }
}
