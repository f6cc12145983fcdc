//! The seam of the sign-up: who may become a member, and what a person reads who may not.

use crate::clock::Millis;
use crate::kakao::field::closed_debug;
use crate::kakao::login::{Channels, ShippingAddresses, UserMe};
use crate::store::sign_up::{Consent, Profile, Why};

use super::form::{Answers, Form};

pub use crate::kakao::login::Words;

/// What is said to somebody whom the rule turned away, if the bot has no words of its own.
pub const REFUSED: Words = Words {
    ko: "가입 조건에 맞지 않아 가입하지 못했어요.",
    en: "You do not meet the conditions, so you were not signed up.",
};

/// `GET /sync/redirect`: who may sign up.
pub trait SignUp {
    /// Accepts somebody, or turns them away. It may be asked several times about one attempt (a form that is looked at again, each
    /// answer, a death in between), so it should say the same each time, and is no place for what must happen once. It has about a
    /// second: the person looks at an empty page. A member whose profile has changed at Kakao is asked about at their next login, too:
    /// of that answer only an accepted profile counts, and a no ends no membership.
    fn decide(&self, who: &Applicant) -> impl Future<Output = Decision>;

    /// What somebody reads who was turned away with this word.
    fn refusal(&self, _word: &str) -> Words {
        REFUSED
    }

    /// What somebody reads whose sign-up failed for another reason.
    fn trouble(&self, why: Trouble) -> Words {
        why.words()
    }

    /// What is written on the button that leads from the failure page to a person, if anybody is there: the chat then hears of the
    /// wish in [`super::Turn::sync`].
    fn talk_to_a_person(&self) -> Option<Words> {
        None
    }
}

/// Why a sign-up failed that the rule did not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// An earlier attempt is still being undone.
    Busy,
    /// Kakao did not say who it is.
    Kakao,
    /// The person took too long.
    TooLate,
    /// The code was used up, or the attempt came to nothing.
    Over,
    /// Something of ours broke down.
    Ours,
}

impl Trouble {
    /// What it was, from the table's reason. `None` if the rule refused.
    pub fn of(why: Option<&Why>) -> Option<Self> {
        Some(match why {
            Some(Why::Refused(_)) => return None,
            Some(Why::Busy | Why::Lost) => Self::Busy,
            Some(Why::Kakao | Why::TokenGone) => Self::Kakao,
            Some(Why::Abandoned) => Self::TooLate,
            Some(Why::Broken | Why::Other(_)) => Self::Ours,
            None => Self::Over,
        })
    }

    /// A word for the page, that a person may be asked for: never more than this.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Kakao => "kakao",
            Self::TooLate => "too-late",
            Self::Over => "over",
            Self::Ours => "ours",
        }
    }

    /// What a person reads if the bot has no words of its own.
    pub const fn words(self) -> Words {
        match self {
            Self::Busy => Words {
                ko: "앞서 시작한 가입을 정리하고 있어요. 잠시 뒤 다시 시작해 주세요.",
                en: "An earlier attempt is still being tidied up. Please try again in a moment.",
            },
            Self::Kakao => Words {
                ko: "카카오에서 회원 정보를 확인하지 못했어요. 잠시 뒤 다시 시작해 주세요.",
                en: "Kakao could not tell us who you are. Please try again in a moment.",
            },
            Self::TooLate => Words {
                ko: "시간이 지나 가입이 끝났어요. 다시 시작해 주세요.",
                en: "The time for this sign-up is over. Please start again.",
            },
            Self::Over => Words {
                ko: "이 화면은 이미 끝났어요. 채팅방에서 가입을 다시 시작해 주세요.",
                en: "This page is used up. Please start again in the chat.",
            },
            Self::Ours => Words {
                ko: "저희 쪽 문제로 가입을 마치지 못했어요. 잠시 뒤 다시 시작해 주세요.",
                en: "Something went wrong on our side. Please try again in a moment.",
            },
        }
    }
}

/// What the rule says.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Yes, and this is kept of the member: a JSON object of at most 8 KiB, as small as it can be.
    Accept(Profile),
    /// It depends on what the person answers to this. The rule is then asked again, with the answers ([`Applicant::answer`]); it may ask
    /// more, or the same once more with a [`Form::notice`]. The person has a quarter of an hour.
    AskMore(Form),
    /// No, with a word of the author's own: for [`SignUp::refusal`] and for the table, never for the person and never a person's own.
    Refuse(String),
}

/// Somebody who has just agreed on the consent screen.
#[derive(Clone)]
pub struct Applicant {
    pub(crate) user: UserMe,
    pub(crate) consents: Vec<Consent>,
    pub(crate) extras: Extras,
    pub(crate) answers: Answers,
    pub(crate) at: Millis,
}

/// What is known beyond the person, if the deployment asks for it and the person agreed.
#[derive(Clone, Default)]
pub(crate) struct Extras {
    pub(crate) shipping: Option<ShippingAddresses>,
    pub(crate) channels: Option<Channels>,
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

    /// Where the person has parcels sent. `None` unless `SYNC_SHIPPING` is on, the person agreed, and Kakao answered.
    pub fn shipping(&self) -> Option<&ShippingAddresses> {
        self.extras.shipping.as_ref()
    }

    /// Which channels the person has added. `None` unless `SYNC_CHANNELS` is on, the person agreed, and Kakao answered.
    pub fn channels(&self) -> Option<&Channels> {
        self.extras.channels.as_ref()
    }

    /// What the person answered to a field of [`Decision::AskMore`], in that kind of field's one spelling.
    pub fn answer(&self, name: &str) -> Option<&str> {
        self.answers.get(name)
    }

    /// The same applicant with these answers.
    pub fn with_answers(&self, answers: Answers) -> Self {
        Self { answers, ..self.clone() }
    }

    /// How old somebody is today in Korea who was born on `day`, written `yyyy-mm-dd`.
    pub fn age(&self, day: &str) -> Option<u16> {
        let today = self.at.kst_day();
        let year = |day: &str| day.get(..4)?.parse::<u16>().ok();
        let before_birthday = today.get(4..)? < day.get(4..)?;
        year(&today)?.checked_sub(year(day)?)?.checked_sub(u16::from(before_birthday))
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
            extras: Extras::default(),
            answers: Answers::default(),
            at: Millis(1_767_193_200_000), // 2026-01-01T00:00 in Korea
        };
        assert_eq!(born(r#""2012""#).turns_this_year(), Some(14));
        for nobody in [r#""2027""#, "null", "2012", r#""x""#] {
            assert_eq!(born(nobody).turns_this_year(), None, "{nobody}");
        }
    }

    #[test]
    fn somebody_is_a_year_older_on_the_birthday() {
        let who = Applicant {
            user: serde_json::from_str("{}").expect("a user"),
            consents: Vec::new(),
            extras: Extras::default(),
            answers: Answers::default(),
            at: Millis(1_760_000_000_000), // 2025-10-09 in Korea
        };
        for (day, age) in [("2011-10-09", Some(14)), ("2011-10-10", Some(13)), ("2025-10-09", Some(0))] {
            assert_eq!(who.age(day), age, "{day}");
        }
        for nonsense in ["2026-01-01", "2025-10-10", "", "가나다라마"] {
            assert_eq!(who.age(nonsense), None, "{nonsense}");
        }
    }
}
