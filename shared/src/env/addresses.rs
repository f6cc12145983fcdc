//! A list of addresses: `211.249.221.0/24, 2404:4600::/32, 203.0.113.7`.

use std::fmt;
use std::net::IpAddr;

/// The most ranges of a published list. Ours: at most 45 KB in the table, whose items end at 400 KB, and compared in microseconds.
pub const PUBLISHED_MAX: usize = 1_000;

/// The widest ranges of a published list: what IANA hands out to a whole continent. A wider one is nobody's, it lets everybody in.
/// <https://www.iana.org/numbers>
const WIDEST_V4: u32 = 8;
/// See [`WIDEST_V4`].
const WIDEST_V6: u32 = 12;

/// Where somebody may come from. An address can be borrowed, so this is never the only check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses(Vec<(IpAddr, u32)>);

impl Addresses {
    /// Reads a list. What is no address allows nobody: a list of mistakes is a closed door, not an open one.
    pub(super) fn read(list: &str) -> Self {
        Self(list.split(',').filter_map(|range| read_range(range.trim())).collect())
    }

    /// A list that somebody else made, each range once and in order. It is believed as a whole or not at all: whoever is left out of it
    /// is turned away. `None` if it is empty, if anything in it is no range or too wide, or if there are more than [`PUBLISHED_MAX`].
    pub fn published<'a>(list: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut ranges: Vec<_> = list.into_iter().map(read_range).collect::<Option<_>>()?;
        ranges.sort_unstable();
        ranges.dedup();
        let narrow = |(first, prefix): &(IpAddr, u32)| *prefix >= if first.is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
        ((1..=PUBLISHED_MAX).contains(&ranges.len()) && ranges.iter().all(narrow)).then_some(Self(ranges))
    }

    /// How many ranges there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether `address` is in one of the ranges. No address is in none.
    pub fn contain(&self, address: Option<IpAddr>) -> bool {
        let Some(address) = address else { return false };
        let address = address.to_canonical();
        self.0.iter().any(|(first, prefix)| share(address, *first, *prefix))
    }
}

/// As a list is read.
impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, prefix)) in self.0.iter().enumerate() {
            write!(f, "{}{first}/{prefix}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

fn read_range(text: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(longest), |prefix| prefix.parse().ok().filter(|prefix| *prefix <= longest))?;
    Some((address, prefix))
}

/// Whether two addresses of one family begin with the same bits.
fn share(one: IpAddr, other: IpAddr, prefix: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (one.to_bits() ^ other.to_bits()).checked_shr(32 - prefix).unwrap_or_default() == 0
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            (one.to_bits() ^ other.to_bits()).checked_shr(128 - prefix).unwrap_or_default() == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_a_range_or_not() {
        let listed = Addresses::read(" 211.249.221.0/24, 203.0.113.7 ,2404:4600::/32,");
        let contain = |address: &str| listed.contain(address.parse().ok());
        for inside in ["211.249.221.1", "211.249.221.255", "203.0.113.7", "2404:4600:1::5", "::ffff:203.0.113.7"] {
            assert!(contain(inside), "{inside}");
        }
        for outside in ["211.249.222.1", "203.0.113.8", "2404:4601::1", "", "x"] {
            assert!(!contain(outside), "{outside}");
        }
        assert!(Addresses::read("0.0.0.0/0").contain("1.2.3.4".parse().ok()));
        assert!(!Addresses::read("0.0.0.0/0").contain("::1".parse().ok()));
    }

    #[test]
    fn a_mistake_allows_nobody() {
        for list in ["1.2.3.4/33", "1.2.3", "1.2.3.4/", "kakao.com", "::/129", "1.2.3.4/-1"] {
            assert!(!Addresses::read(list).contain("1.2.3.4".parse().ok()), "{list}");
        }
    }

    #[test]
    fn a_published_list_is_believed_as_a_whole_or_not_at_all() {
        let list = Addresses::published(["211.249.221.0/24", "2404:4600::/32", "203.0.113.7", "203.0.113.7/32"]);
        let text = list.as_ref().map(Addresses::to_string).unwrap_or_default();
        assert_eq!(text, "203.0.113.7/32,211.249.221.0/24,2404:4600::/32");
        assert_eq!(Addresses::published(text.split(',')), list, "it is read as it is written");
        for odd in
            ["", " ", "kakao.com", "1.2.3.4/33", "0.0.0.0/0", "::/0", "1.0.0.0/7", "2000::/11", "1.2.3.4-1.2.3.9"]
        {
            assert_eq!(Addresses::published(["211.249.221.0/24", odd]), None, "{odd}");
        }
        assert_eq!(Addresses::published([]), None);
        let many: Vec<String> = (0..=PUBLISHED_MAX).map(|at| format!("10.0.{}.{}", at / 256, at % 256)).collect();
        let first = |number| Addresses::published(many.iter().take(number).map(String::as_str));
        assert_eq!(first(PUBLISHED_MAX).map(|list| list.count()), Some(PUBLISHED_MAX));
        assert_eq!(first(PUBLISHED_MAX + 1), None);
    }
}
