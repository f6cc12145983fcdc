//! The secure-image plugin: pictures that somebody handed over for one purpose.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin>

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Date, Month, Time, UtcOffset};

use super::super::Map;
use super::address::is_web;
use super::url_list::urls;
use super::{FileUrl, Ymd, object, text, whole};
use crate::clock::Millis;
use crate::kakao::field::{Field, closed_debug};

/// Pictures, and whether their owner agreed. All members are text on live calls; they are kept as they came.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SecureImages {
    /// `Y` or `N`: whether the person agreed. Read it with [`SecureImages::is_agreed`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub privacy_agreement: Field<Value>,
    /// How many pictures there are. Read it with [`SecureImages::quantity`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub image_quantity: Field<Value>,
    /// `List(url, url)`. Read it with [`SecureImages::urls`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub secure_urls: Field<Value>,
    /// When the addresses stop to work, as `2023-12-15T11:56:40+0000`; known to be wrong at times. Read it with
    /// [`SecureImages::expires`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub expire: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SecureImages);

impl SecureImages {
    /// The value of a parameter as pictures: JSON inside of text, the object itself, `List(...)` or a bare address.
    pub fn read(value: &Value) -> Option<Self> {
        let listed = || {
            let text = value.as_str()?.trim();
            let list = text.starts_with("List(") || is_web(text);
            list.then(|| SecureImages { secure_urls: value.clone().into(), ..Self::default() })
        };
        object::<Self>(value).filter(Self::says_something).or_else(listed)
    }

    fn says_something(&self) -> bool {
        [&self.privacy_agreement, &self.image_quantity, &self.secure_urls].iter().any(|member| !member.is_absent())
    }

    /// Whether the person agreed. A value that does not say, such as a bare address, is not an agreement.
    pub fn is_agreed(&self) -> bool {
        text(&self.privacy_agreement).is_some_and(|word| word.eq_ignore_ascii_case("Y"))
    }

    /// How many pictures the platform says there are. [`SecureImages::urls`] counts what there is.
    pub fn quantity(&self) -> Option<usize> {
        whole(self.image_quantity.get()?)?.try_into().ok()
    }

    /// Where the pictures are; empty if there are none. Ask each [`FileUrl::is_kakao_cdn`] before fetching it.
    pub fn urls(&self) -> Vec<FileUrl<'_>> {
        let texts: Vec<&str> = match self.secure_urls.get() {
            Some(Value::String(list)) => vec![list],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        texts.into_iter().flat_map(urls).map(FileUrl::new).collect()
    }

    /// When the first of the addresses stops to work, in seconds since 1970: the addresses' own `expires`, else `expire`.
    pub fn expires(&self) -> Option<u64> {
        self.urls().into_iter().filter_map(FileUrl::expires).min().or_else(|| self.expire_seconds())
    }

    /// Whether an address has stopped to work at `now`. A value that does not say when is not taken for expired.
    pub fn is_expired(&self, now: Millis) -> bool {
        self.expires().is_some_and(|expires| expires <= now.secs())
    }

    /// `expire` in seconds since 1970. `None` if it cannot be read, and for a day of 1970: a widely copied sample has
    /// such a one, because seconds were taken for milliseconds.
    pub fn expire_seconds(&self) -> Option<u64> {
        iso_seconds(text(&self.expire)?).filter(|seconds| *seconds >= YEAR)
    }
}

/// Seconds of a year.
const YEAR: u64 = 365 * 86_400;

/// Reads `2023-12-15T11:56:40+0000`; the offset may also be `+00:00` or `Z`, and the seconds may have a fraction.
fn iso_seconds(text: &str) -> Option<u64> {
    let (day, rest) = (Ymd::parse(text.get(..10)?)?, text.get(10..)?.strip_prefix('T')?);
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let offset = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let two = |text: &str, at: usize| {
        let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        digits?.parse::<u8>().ok()
    };
    if clock.as_bytes()[2] != b':' || clock.as_bytes()[5] != b':' {
        return None;
    }
    let time = Time::from_hms(two(clock, 0)?, two(clock, 3)?, two(clock, 6)?).ok()?;
    let offset = match offset.split_at_checked(1)? {
        ("Z", "") => UtcOffset::UTC,
        (sign @ ("+" | "-"), digits) => {
            let digits = digits.replacen(':', "", 1);
            let sign: i8 = if sign == "+" { 1 } else { -1 };
            let (hours, minutes) = (two(&digits, 0)?.cast_signed(), two(&digits, 2)?.cast_signed());
            (digits.len() == 4).then(|| UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok())??
        }
        _ => return None,
    };
    let date = Date::from_calendar_date(day.year().into(), Month::try_from(day.month()).ok()?, day.day()).ok()?;
    u64::try_from(date.with_time(time).assume_offset(offset).unix_timestamp()).ok()
}
