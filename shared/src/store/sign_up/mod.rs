//! The sign-up: one saga per authorization code, one lock per person, and what is left when both have ended well.
//!
//! | module | item | state design |
//! |---|---|---|
//! | [`rules`] | what every write admits and leaves; no table | 4 |
//! | `saga` | `SAGA`: how far an attempt has come | 4, steps 1 to 7 |
//! | `link` | `LINK`: who may change a person's membership just now | 4, steps 5 to 8, a to d |
//! | `commit` | all of them at once: the person is a member | 4, step 8 |
//! | `member` | `MEMBER`, `FLOW`: the membership, and how the last attempt went | 3 |
//! | `alias` | `ALIAS`, `ID#`: the person's other names | 3 |
//! | `asked` | `MEMBER`: when Kakao was asked about the person's channels, and what it said | – |
//! | `unlink_job` | `JOB#UNLINK`: Kakao says that somebody has left | 4, i to iv |
//! | `erase` | what a former member leaves behind | 10 |
//! | `ledger` | `AUD#`: who was erased, should a backup bring them back | 10 |
//! | `round` | `RECON#`: how far the reconciler has come | 4 |
//! | `dossier` | everything that the table holds of one person | – |
//!
//! The story that uses them is [`crate::sign_up`]. Nothing here talks to Kakao.

mod alias;
mod asked;
mod commit;
mod dossier;
mod erase;
mod ids;
mod ledger;
mod link;
mod member;
mod round;
pub mod rules;
mod saga;
pub(in crate::store) mod unlink_job;

use std::time::Duration;

use super::item::VERSION;
use super::keys::Key;
use super::write::Write;
use super::{Item, Store, StoreError, hash};
use crate::clock::Millis;

pub use alias::{Alias, Joined};
pub use asked::{Asked, RELATIONS_AT_ONCE};
pub use commit::{Commit, NewMember};
pub use dossier::Dossier;
pub use erase::Erased;
pub use ids::{AppUser, Identity, SagaId};
pub use ledger::Ledger;
pub use link::{Link, Lock, Touch};
pub(in crate::store) use member::rewrite_profile;
pub use member::{Consent, Flow, Member, Outcome, Profile, Wish};
pub use round::{ChannelTally, Counts, ROUND_EVERY, ROUND_LEASE, Round, Taken, Tally};
pub use saga::{Failure, Held, Saga, SagaClaim, Seize, Why};
pub use unlink_job::{Erase, PutOff, UnlinkJob};

/// How long a holder may take. Every holder's function ends after ten seconds, so whoever finds a lease run out finds nobody at
/// work (state design, rule 5).
pub const LEASE: Duration = Duration::from_secs(30);

/// How long a person may take to answer (state design, section 4: `ASK`).
pub const ASK_LEASE: Duration = Duration::from_secs(15 * 60);

/// How long an ended saga is remembered, for repeats of its redirect.
const REMEMBERED: Duration = Duration::from_secs(86_400);

/// First and longest wait before failed work is tried again (state design, section 11).
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

fn backoff(tries: u64) -> Duration {
    FIRST_WAIT.saturating_mul(1 << tries.min(16)).min(LONGEST_WAIT)
}

/// A condition that also leaves alone what a newer release has written.
macro_rules! known {
    ($condition:literal) => {
        concat!("(", $condition, ") AND NOT v > :v")
    };
}
use known;

/// `SET set` and the attributes that every item has; unknown ones survive.
fn change(key: Key, t: &'static str, set: &str, remove: &str, condition: &'static str, now: Millis) -> Write {
    let common = "t = :t, v = :v, ua = :now, ca = if_not_exists(ca, :now)";
    Write::update(key, format!("SET {set}, {common}{remove}"), condition)
        .text(":t", t)
        .number(":v", VERSION)
        .number(":now", now.0)
}

/// What refused a transaction, as far as that matters.
pub(super) struct Refused {
    /// For each write that must not be left out, the item that refused it or nothing; empty if all was written.
    pub(super) core: Vec<Option<Item>>,
    /// The groups that were left out because one of their items refused.
    optional: Vec<usize>,
}

impl Store {
    /// Writes `core` and as many groups of `optional` as the table admits, in one transaction. A welcome that is queued already or a
    /// name that is somebody else's must not cost a person the membership.
    pub(super) async fn write_with(
        &self,
        token: &str,
        core: Vec<Write>,
        optional: Vec<Vec<Write>>,
    ) -> Result<Refused, StoreError> {
        let mut left: Vec<(usize, Vec<Write>)> = optional.into_iter().enumerate().collect();
        let mut dropped = Vec::new();
        loop {
            let writes = core.iter().chain(left.iter().flat_map(|(_, group)| group)).cloned().collect();
            let refused = match self.write_all(&hash(&[token, &left.len().to_string()]), writes).await? {
                Ok(()) => return Ok(Refused { core: Vec::new(), optional: dropped }),
                Err(refused) => refused,
            };
            let mut refused = refused.into_iter();
            let of_core: Vec<Option<Item>> = refused.by_ref().take(core.len()).collect();
            if of_core.iter().any(Option::is_some) {
                return Ok(Refused { core: of_core, optional: dropped });
            }
            let before = left.len();
            left.retain(|(at, group)| {
                let admitted = refused.by_ref().take(group.len()).filter(Option::is_some).count() == 0;
                if !admitted {
                    dropped.push(*at);
                }
                admitted
            });
            if left.len() == before {
                return Err(StoreError::Unavailable("refused-by-nothing"));
            }
        }
    }
}
