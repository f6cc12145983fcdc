//! One-time addresses of a profile. Single use and a short life are not documented; a stand-in that is strict finds more.

use std::collections::HashMap;
use std::time::Duration;

use shared::clock::Millis;

use crate::random;

/// How long an address is good.
const GOOD_FOR: Duration = Duration::from_secs(300);

/// The addresses that are still good.
#[derive(Default)]
pub(crate) struct Otps(HashMap<String, (u64, Millis)>);

impl Otps {
    /// 24 hex digits.
    pub(crate) fn issue(&mut self, user: u64, now: Millis) -> String {
        self.0.retain(|_, (_, until)| *until > now);
        let id = random::hex::<12>();
        self.0.insert(id.clone(), (user, now.plus(GOOD_FOR)));
        id
    }

    /// Whose profile it is. The next one who asks gets nothing.
    pub(crate) fn redeem(&mut self, id: &str, now: Millis) -> Option<u64> {
        self.0.remove(id).filter(|(_, until)| *until > now).map(|(user, _)| user)
    }
}
