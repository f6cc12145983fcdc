//! Who is linked with the app, and what they agreed to.

use std::collections::{BTreeMap, BTreeSet};

use shared::clock::Millis;

/// One person's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// When it began.
    pub(crate) connected_at: Millis,
    /// When the terms were agreed to on the consent screen: the mark of Kakao Sync.
    pub(crate) synched_at: Option<Millis>,
    /// Consent items.
    pub(crate) scopes: BTreeSet<String>,
    /// Terms, by tag.
    pub(crate) terms: BTreeMap<String, Agreed>,
}

/// An agreement to a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) at: Millis,
    /// `KAUTH`: on the consent screen; `KAPI`: in the service, which told Kakao.
    pub(crate) by: &'static str,
}

impl Link {
    pub(crate) fn new(now: Millis) -> Self {
        Self { connected_at: now, synched_at: None, scopes: BTreeSet::new(), terms: BTreeMap::new() }
    }

    /// What was ticked on the consent screen. What was agreed to before keeps its time.
    pub(crate) fn agree(&mut self, scopes: &[String], terms: &[String], now: Millis) {
        self.scopes.extend(scopes.iter().cloned());
        for tag in terms {
            self.terms.entry(tag.clone()).or_insert(Agreed { at: now, by: "KAUTH" });
        }
        if !terms.is_empty() {
            self.synched_at = Some(now);
        }
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}
