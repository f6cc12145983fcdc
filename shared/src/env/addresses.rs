//! A list of addresses: `211.249.221.0/24, 2404:4600::/32, 203.0.113.7`.

use std::net::IpAddr;

/// Where somebody may come from. An address can be borrowed, so this is never the only check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses(Vec<(IpAddr, u32)>);

impl Addresses {
    /// Reads a list. What is no address allows nobody: a list of mistakes is a closed door, not an open one.
    pub(super) fn read(list: &str) -> Self {
        Self(list.split(',').filter_map(|range| read_range(range.trim())).collect())
    }

    /// Whether `address` is in one of the ranges. No address is in none.
    pub fn contain(&self, address: Option<IpAddr>) -> bool {
        let Some(address) = address else { return false };
        let address = address.to_canonical();
        self.0.iter().any(|(first, prefix)| share(address, *first, *prefix))
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
}
