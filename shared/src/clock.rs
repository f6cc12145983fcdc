//! Time comes in from here and nowhere else, so that a test can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Korea Standard Time: UTC+9 all year, no daylight saving.
const KST: i64 = 9 * 3_600;

/// Milliseconds since 1970-01-01T00:00Z: the one unit of time in the store, in leases and in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// This moment and `span` more. Saturates.
    pub const fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.as_millis() as u64))
    }

    /// This moment less `span`. Saturates at the epoch.
    pub const fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.as_millis() as u64))
    }

    /// How long from `earlier` to this moment; zero if it is the other way round.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Whole seconds: the unit that DynamoDB's TTL attribute wants.
    pub const fn secs(self) -> u64 {
        self.0 / 1_000
    }

    /// Reads `2025-01-02T03:04:05Z`, also with a fraction and another offset (RFC 3339). `None` before 1970.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, clock) = text.split_once(['T', 't', ' '])?;
        let (clock, offset) = match clock.strip_suffix(['Z', 'z']) {
            Some(clock) => (clock, 0),
            None => {
                let (clock, offset) = clock.split_at(clock.rfind(['+', '-'])?);
                let [hours, minutes] = numbers(&offset[1..], ':')?;
                let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60;
                (clock, if offset.starts_with('-') { -seconds } else { seconds })
            }
        };
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let millis: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        let [year, month, day] = numbers(date, '-')?;
        let [hour, minute, second] = numbers(clock, ':')?;
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let day = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        // A leap second counts as the one before it.
        let second = if second == 60 { 59 } else { second };
        let time =
            Time::from_hms(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, u8::try_from(second).ok()?).ok()?;
        let seconds = day.with_time(time).assume_utc().unix_timestamp() - offset;
        Some(Self(u64::try_from(seconds).ok()?.checked_mul(1_000)? + millis))
    }

    /// `2025-01-02T03:04:05Z`, without the fraction (RFC 3339).
    pub fn to_rfc3339(self) -> String {
        let utc = OffsetDateTime::from_unix_timestamp(self.secs() as i64).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (date, time) = (utc.date(), utc.time());
        let day = format!("{:04}-{:02}-{:02}", date.year(), date.month() as u8, date.day());
        format!("{day}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
    }

    /// The calendar day in Korea, as `yyyy-mm-dd`.
    pub fn kst_day(self) -> String {
        let date = self.kst().date();
        format!("{:04}-{:02}-{:02}", date.year(), date.month() as u8, date.day())
    }

    /// Minutes since midnight in Korea.
    pub fn kst_minute(self) -> u16 {
        let time = self.kst().time();
        u16::from(time.hour()) * 60 + u16::from(time.minute())
    }

    /// The moment at which `minute` of the same Korean day begins.
    pub fn kst_at_minute(self, minute: u16) -> Self {
        let day_ms = 86_400_000;
        let shifted = self.0 + KST as u64 * 1_000;
        Self((shifted - shifted % day_ms + u64::from(minute) * 60_000).saturating_sub(KST as u64 * 1_000))
    }

    fn kst(self) -> OffsetDateTime {
        // Beyond the year 9999 the calendar ends; such a moment is nobody's lunch.
        let utc = OffsetDateTime::from_unix_timestamp(self.secs() as i64).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        utc.to_offset(UtcOffset::from_whole_seconds(KST as i32).unwrap_or(UtcOffset::UTC))
    }
}

/// Exactly `N` numbers of digits only.
fn numbers<const N: usize>(text: &str, between: char) -> Option<[u16; N]> {
    let mut parts = text.split(between);
    let mut found = [0; N];
    for number in &mut found {
        let digits = parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = digits.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// Where the time comes from: the system, or a test.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's own clock.
    #[default]
    System,
    /// A clock that stands still until a test moves it.
    Test(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn at(now: Millis) -> Self {
        Self::Test(Arc::new(AtomicU64::new(now.0)))
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        match self {
            Self::System => {
                let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Millis(since_epoch.as_millis() as u64)
            }
            Self::Test(now) => Millis(now.load(Ordering::SeqCst)),
        }
    }

    /// Moves a test clock; the system's cannot be moved.
    pub fn set(&self, to: Millis) {
        if let Self::Test(now) = self {
            now.store(to.0, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f24_the_korean_day_turns_at_15_utc() {
        let midnight = Millis(1_700_060_400_000); // 2023-11-15T15:00:00Z
        assert_eq!(midnight.minus(Duration::from_secs(1)).kst_day(), "2023-11-15");
        assert_eq!(midnight.kst_day(), "2023-11-16");
        assert_eq!(midnight.kst_minute(), 0);
        assert_eq!(midnight.minus(Duration::from_secs(1)).kst_minute(), 23 * 60 + 59);
    }

    #[test]
    fn reads_rfc_3339() {
        let at = |text| Millis::from_rfc3339(text).map(|moment| moment.0);
        let moment = 1_735_787_045_000;
        for text in [
            "2025-01-02T03:04:05Z",
            "2025-01-02t03:04:05z",
            "2025-01-02 03:04:05Z",
            "2025-01-02T12:04:05+09:00",
            "2025-01-01T22:04:05-05:00",
            "2025-01-02T03:04:05.0Z",
        ] {
            assert_eq!(at(text), Some(moment), "{text}");
        }
        assert_eq!(at("2025-01-02T03:04:05.1234567Z"), Some(moment + 123));
        assert_eq!(at("2025-01-02T12:04:05.5+09:00"), Some(moment + 500));
        assert_eq!(at("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(at("2016-12-31T23:59:60Z"), at("2016-12-31T23:59:59Z"));
        for text in [
            "",
            "T",
            "2025-01-02",
            "2025-01-02T03:04:05",
            "2025-02-30T03:04:05Z",
            "2025-13-02T03:04:05Z",
            "2025-01-02T24:04:05Z",
            "2025-01-02T03:04:05+9Z",
            "1969-12-31T23:59:59Z",
            "2025-01-02T03:04:05.가Z",
            "2025-01-02T03:04:05+가",
            "1735787045",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn a_minute_of_the_day_is_found_again() {
        let noon = Millis(1_700_060_400_000).kst_at_minute(12 * 60);
        assert_eq!(noon.kst_minute(), 12 * 60);
        assert_eq!(noon.kst_day(), "2023-11-16");
        assert_eq!(noon.plus(Duration::from_secs(3_600)).kst_at_minute(12 * 60), noon);
    }
}
