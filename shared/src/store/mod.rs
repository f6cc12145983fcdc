//! The table: the only folder that knows DynamoDB.
//!
//! Rules that every write follows (they are types here, so that they cannot be forgotten):
//!
//! 1. **Derive, do not count.** Votes and results are computed from items, never kept in a counter.
//! 2. **Every write is conditional and self-idempotent** (`write::Write` cannot be made without a condition). The answer to a
//!    write that was applied can be lost, and the write then comes again: its condition also accepts "I did this already".
//! 3. **A refusal brings the old item along**, so a lost race costs no read.
//! 4. **TTL only frees space.** Whoever reads compares `ttl` and `lease` with the clock.
//! 5. A read that a decision follows is a strong read by primary key; the `due` index only finds work.

mod account;
mod addresses;
mod approval;
mod callback;
mod client;
mod due;
mod event;
mod group;
mod item;
mod keys;
mod odd;
mod one_time;
mod outbox;
mod person;
mod rate;
mod relation;
pub mod sign_up;
mod talk;
mod vote;
mod write;

use std::fmt;
use std::sync::RwLock;
use std::sync::atomic::AtomicBool;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};

use crate::env::{Env, UnlinkPolicy};

pub use account::{Account, AccountChange, Taken};
pub use addresses::KakaosAddresses;
pub use approval::{Approval, ApprovalId, Attempt, Decided, NoApprover, Requested, Ruling, Verdict};
pub use callback::CallbackClaim;
pub use due::Due;
pub use event::EventClaim;
pub use group::{Group, GroupId, Joined, Place, PlaceId};
pub use odd::callback_id;
pub use one_time::OneTime;
pub use outbox::{Claim, Claimed, Entry, EntryId, MAX_TRIES, Outcome};
pub use person::Person;
pub use relation::{Applied, ChannelChange, ChannelId, ChannelUser, Relation};
pub use sign_up::{AppUser, Identity, SagaId};
pub use talk::{Answered, Keep, Kept, MAX_ANSWERED, MAX_TALK, Recalled, TALK_LASTS};
pub use vote::{Standing, Tally, Voted};

/// An item as the SDK has it.
pub(crate) type Item = std::collections::HashMap<String, AttributeValue>;

/// The one table.
pub struct Store {
    client: RwLock<Client>,
    believes_system: AtomicBool,
    table: String,
    env: Env,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Store {
    /// The table that the environment names. Connects to nothing yet.
    pub fn new(env: &Env) -> Self {
        Self {
            client: RwLock::new(client::build(env, client::Roots::Amazon)),
            believes_system: AtomicBool::new(false),
            table: env.table_name.clone(),
            env: env.clone(),
        }
    }

    /// Whether who ends their link stays known as a former member: the service's policy.
    pub fn keeps_former_members(&self) -> bool {
        self.env.callbacks.unlink_policy == Some(UnlinkPolicy::Keep)
    }

    fn client(&self) -> Client {
        self.client.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// Why the table did not do what it was asked. Refused conditions are not here: those are domain words of each operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Throttled, conflicting, slow or out of reach, after all tries. Worth another try later.
    Unavailable(&'static str),
    /// The table said no for good: a wrong table name, a missing permission, an invalid request.
    Rejected(String),
    /// An item that cannot be decoded; the hash of its key, to find it.
    Undecodable(String),
    /// The value is larger than an item may be, in bytes.
    TooLarge(usize),
}

impl StoreError {
    /// A word for logs.
    pub fn kind(&self) -> &str {
        match self {
            Self::Unavailable(kind) => kind,
            Self::Rejected(code) => code,
            Self::Undecodable(_) => "undecodable",
            Self::TooLarge(_) => "too-large",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(kind) => write!(f, "the table cannot be used just now ({kind})"),
            Self::Rejected(code) => write!(f, "the table refused for good ({code})"),
            Self::Undecodable(key) => write!(f, "the item {key} cannot be decoded"),
            Self::TooLarge(bytes) => write!(f, "{bytes} bytes are more than an item may hold"),
        }
    }
}

impl std::error::Error for StoreError {}

/// The first half of the SHA-256 of some parts, in hex: 128 bits, which is what a key needs. The parts are length-prefixed, so
/// that `("ab", "c")` and `("a", "bc")` differ.
pub(crate) fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
