//! `AUD#`: who was erased, for the day on which a restore from a backup brings them back (state design, section 10). A line does not
//! know them: it is found by whoever has the key and the id.

use std::collections::BTreeSet;
use std::time::Duration;

use super::SagaId;
use crate::clock::Millis;
use crate::store::item::{Attributes, VERSION, n, s};
use crate::store::keys::{self, AUDIT_SHARDS, Key};
use crate::store::write::Write;
use crate::store::{Store, StoreError, hash};

/// How long the ledger is kept (state design, section 3).
const AUDITED: Duration = Duration::from_secs(2 * 365 * 86_400);

const A_DAY: Duration = Duration::from_secs(86_400);

/// Some days of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeSet<String>);

impl Ledger {
    /// Whether the membership `mg` of the person with this pseudonym ([`crate::secret::pseudonym`]) was erased. A later membership of
    /// the same person is another one.
    pub fn has(&self, who: &str, mg: &SagaId) -> bool {
        self.0.contains(&line(who, mg))
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody was erased.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Store {
    /// The lines of all Korean days from that of `since` to that of `now`: sixteen queries a day.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read: a ledger with a hole is none.
    pub async fn ledger(&self, since: Millis, now: Millis) -> Result<Ledger, StoreError> {
        let (mut ledger, mut at) = (Ledger::default(), since.kst_at_minute(0));
        while at <= now {
            for shard in 0..AUDIT_SHARDS {
                for item in self.all(&keys::audit_pk(&day(at), shard), keys::ALL).await? {
                    let id = item.text("SK")?.split_once('#').map(|(_, id)| id.to_owned());
                    ledger.0.extend(id.filter(|_| item.maybe_text("what") == Some("erased")));
                }
            }
            at = at.plus(A_DAY);
        }
        Ok(ledger)
    }

    /// Notes that the membership `mg` of `who`, which ended `at`, was erased.
    pub(super) async fn audit_erasure(&self, who: &str, mg: &SagaId, at: Millis) -> Result<(), StoreError> {
        // Condition: not noted yet.
        let note = Write::put(Key::audit(&day(at), at, &line(who, mg)), "attribute_not_exists(PK)")
            .with("t", s("AUD"))
            .with("v", n(VERSION))
            .with("what", s("erased"))
            .with("who", s(who))
            .with("ca", n(at.0))
            .with("ttl", n(at.plus(AUDITED).secs()));
        self.write(note).await.map(|_| ())
    }
}

fn line(who: &str, mg: &SagaId) -> String {
    hash(&["erased", who, mg.as_str()])
}

/// `yyyymmdd`
fn day(at: Millis) -> String {
    at.kst_day().replace('-', "")
}
