//! How things are spelled on the way out: addresses with a query, times, the cookie's name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::clock::Millis;
use time::OffsetDateTime;

/// The cookie of a browser that is logged in.
pub(crate) const SESSION: &str = "local_kakao_session";

/// What a query needs no percent for.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `a=1&b=%20`
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, PLAIN);
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// The address with these parameters after those that it has.
pub(crate) fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    if pairs.is_empty() { url.to_owned() } else { format!("{url}{joint}{}", query(pairs)) }
}

/// `2025-01-02T03:04:05Z`
pub(crate) fn rfc3339(at: Millis) -> String {
    let secs = i64::try_from(at.secs()).unwrap_or_default();
    let utc = OffsetDateTime::from_unix_timestamp(secs).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", utc.hour(), utc.minute(), utc.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_times_are_spelled_as_kakao_does() {
        assert_eq!(with_query("http://a/b?c=d", &[("e", "가 &")]), "http://a/b?c=d&e=%EA%B0%80%20%26");
        assert_eq!(with_query("http://a/b", &[]), "http://a/b");
        assert_eq!(rfc3339(Millis(1_735_787_045_678)), "2025-01-02T03:04:05Z");
    }
}
