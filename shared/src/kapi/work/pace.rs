//! How fast a bot speaks. The service's limit is not published; its window is a minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Calls a second.
const PER_SECOND: u32 = 10;

/// One call after the other, with a pause between two.
#[derive(Debug)]
pub(super) struct Pace {
    pause: Duration,
    next: Mutex<Option<Instant>>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { pause: Duration::from_secs(1) / PER_SECOND, next: Mutex::new(None) }
    }
}

impl Pace {
    /// Waits for its turn; `false` at once if that would not come within `left`.
    pub(super) async fn turn(&self, left: Duration) -> bool {
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            if turn.duration_since(now) >= left {
                return false;
            }
            *next = Some(turn + self.pause);
            turn
        };
        sleep_until(turn).await;
        true
    }
}
