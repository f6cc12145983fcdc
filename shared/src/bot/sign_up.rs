//! The seam of the sign-up: who may become a member, and what a person reads who may not.

use crate::clock::Millis;
use crate::kakao::field::closed_debug;
use crate::kakao::login::UserMe;
use crate::store::sign_up::{Consent, Profile};

pub use crate::kakao::login::Words;

/// What is said to somebody whom the rule turned away, if the bot has no words of its own.
pub const REFUSED: Words = Words {
    ko: "가입 조건에 맞지 않아 가입하지 못했어요.",
    en: "You do not meet the conditions, so you were not signed up.",
};

/// `GET /sync/redirect`: who may sign up.
pub trait SignUp {
    /// Accepts somebody, or turns them away. It may be asked twice about one attempt, so it should say the same twice. It has about a
    /// second: the person looks at an empty page.
    fn decide(&self, who: &Applicant) -> impl Future<Output = Decision>;

    /// What somebody reads who was turned away with this word.
    fn refusal(&self, _word: &str) -> Words {
        REFUSED
    }
}

/// What the rule says.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Yes, and this is kept of the member: a JSON object of at most 8 KiB, as small as it can be.
    Accept(Profile),
    /// No, with a word of the author's own: for [`SignUp::refusal`] and for the table, never for the person and never a person's own.
    Refuse(String),
}

/// Somebody who has just agreed on the consent screen.
#[derive(Clone)]
pub struct Applicant {
    pub(crate) user: UserMe,
    pub(crate) consents: Vec<Consent>,
    pub(crate) at: Millis,
}

closed_debug!(Applicant);

impl Applicant {
    /// What Kakao says about the person, as far as they agreed.
    pub fn user(&self) -> &UserMe {
        &self.user
    }

    /// Whether the person agreed to one of the service's terms, by its tag in the console.
    pub fn agreed(&self, tag: &str) -> bool {
        self.consents.iter().any(|consent| consent.tag == tag && consent.agreed)
    }

    /// How old the person becomes this year in Korea, if the year of birth is known. Before the birthday they are a year younger.
    pub fn turns_this_year(&self) -> Option<u16> {
        let year: u16 = self.at.kst_day().split('-').next()?.parse().ok()?;
        year.checked_sub(self.user.account()?.birth_year()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_of_birth_tells_the_age_of_this_year() {
        let born = |year: &str| Applicant {
            user: serde_json::from_str(&format!(r#"{{"kakao_account":{{"birthyear":{year}}}}}"#)).expect("a user"),
            consents: Vec::new(),
            at: Millis(1_767_193_200_000), // 2026-01-01T00:00 in Korea
        };
        assert_eq!(born(r#""2012""#).turns_this_year(), Some(14));
        for nobody in [r#""2027""#, "null", "2012", r#""x""#] {
            assert_eq!(born(nobody).turns_this_year(), None, "{nobody}");
        }
    }
}
