//! `sys.date`: a day that somebody named.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::Map;
use super::super::open::open_enum;
use super::{is_filled, object, text, whole};
use crate::kakao::field::{Field, closed_debug};

/// A day as the platform understood it: `금요일` is a `dateTag` and a `date`. Read it with the methods; the members are
/// as they came.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SysDate {
    /// The day in English, `Friday` or `today`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub date_tag: Field<Value>,
    /// A word that goes with the day. Not documented further.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub date_headword: Field<Value>,
    /// The year, if it was said.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub year: Field<Value>,
    /// The month, if it was said.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub month: Field<Value>,
    /// The day of the month, if it was said.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub day: Field<Value>,
    /// The day that is meant, `yyyy-mm-dd`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub date: Field<Value>,
    /// How the platform found the day, `define_weekday({4})`. Not on older calls.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub polynomial: Field<Value>,
    /// `solar`, and presumably `lunar`. Not on older calls.
    #[serde(default, rename = "calendar_type", skip_serializing_if = "Field::is_absent")]
    pub calendar_type: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `calendar_type` of a day.
    CalendarType {
        /// The calendar of everyday life. The only one in the documentation.
        Solar = "solar",
        /// The lunar calendar. Not documented: a word to be expected.
        Lunar = "lunar",
    }
}

impl SysDate {
    /// The value of a parameter as a day: JSON inside of text, the object itself, or plain `yyyy-mm-dd`.
    pub fn read(value: &Value) -> Option<Self> {
        let plain = || Ymd::parse(value.as_str()?).map(|_| SysDate { date: value.clone().into(), ..Self::default() });
        object::<Self>(value).filter(Self::says_something).or_else(plain)
    }

    fn says_something(&self) -> bool {
        let parts = [&self.date_tag, &self.date_headword, &self.date, &self.year, &self.month, &self.day];
        parts.iter().any(|part| part.get().is_some_and(is_filled))
    }

    /// The day, if it is one of our calendar: from `date`, else from `year`, `month` and `day` together. `None` for a
    /// lunar day, since it is not known whether `date` is converted then.
    pub fn ymd(&self) -> Option<Ymd> {
        if self.calendar_type().is_some_and(|calendar| calendar != CalendarType::Solar) {
            return None;
        }
        let said = || Ymd::new(self.year()?, self.month()?, self.day()?);
        self.date().and_then(Ymd::parse).or_else(said)
    }

    /// `date` as it came.
    pub fn date(&self) -> Option<&str> {
        text(&self.date)
    }

    /// `dateTag`, such as `Friday`.
    pub fn date_tag(&self) -> Option<&str> {
        text(&self.date_tag)
    }

    /// `dateHeadword`.
    pub fn date_headword(&self) -> Option<&str> {
        text(&self.date_headword)
    }

    /// The year that was said.
    pub fn year(&self) -> Option<u16> {
        small(&self.year)
    }

    /// The month that was said, 1 to 12 if all is well: not checked.
    pub fn month(&self) -> Option<u8> {
        small(&self.month)
    }

    /// The day of the month that was said: not checked.
    pub fn day(&self) -> Option<u8> {
        small(&self.day)
    }

    /// `polynomial`: how the platform found the day.
    pub fn polynomial(&self) -> Option<&str> {
        text(&self.polynomial)
    }

    /// The calendar; `None` on older calls, which means solar.
    pub fn calendar_type(&self) -> Option<CalendarType> {
        text(&self.calendar_type).map(CalendarType::from)
    }
}

fn small<N: TryFrom<i64>>(member: &Field<Value>) -> Option<N> {
    whole(member.get()?)?.try_into().ok()
}

/// A day that exists, in the Gregorian calendar. Days compare, and print as `yyyy-mm-dd`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ymd {
    year: u16,
    month: u8,
    day: u8,
}

closed_debug!(SysDate, Ymd);

impl Ymd {
    /// This day, if there is one. The year has four digits: `23` could be of any century.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let days = match month {
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1000..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Ymd { year, month, day })
    }

    /// Reads `yyyy-mm-dd`, exactly so but for blanks around it.
    pub fn parse(text: &str) -> Option<Self> {
        let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.trim().as_bytes() else { return None };
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0u16, |sum, digit| Some(sum * 10 + u16::from(char::from(*digit).to_digit(10)? as u8)))
        };
        let small = |digits: &[u8]| number(digits)?.try_into().ok();
        Ymd::new(number(&[a, b, c, d])?, small(&[e, f])?, small(&[g, h])?)
    }

    /// The year, 1000 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Display for Ymd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
