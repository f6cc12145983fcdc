//! Where slow work is done, and what it has to show for itself so far.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::app::Services;
use crate::clock::Millis;

/// Where slow work is done.
pub struct Desk<'a> {
    pub(crate) services: &'a Services,
    pub(crate) owner: &'a str,
    pub(crate) at: Millis,
    pub(crate) until: Millis,
    so_far: Mutex<String>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(services: &'a Services, owner: &'a str, at: Millis, until: Millis) -> Self {
        Self { services, owner, at, until, so_far: Mutex::default() }
    }
}

impl Desk<'_> {
    /// How much time is left.
    pub fn time_left(&self) -> Duration {
        self.until.since(self.services.clock.now())
    }

    /// Adds to what the person gets if time runs out before the work is done: what a language model has said so far, for example.
    /// What [`super::Skills::work`] returns in time takes its place.
    pub fn progress(&self, text: &str) {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
    }

    /// Everything that [`Desk::progress`] was told.
    pub fn so_far(&self) -> String {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Shows nothing of what was worked out: it may quote what a person wrote.
impl fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("owner", &self.owner).field("until", &self.until).finish_non_exhaustive()
    }
}
