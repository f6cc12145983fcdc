//! What happened, in order: the page draws this and nothing else, so that every tab and every reload shows the same.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::value::RawValue;
use shared::clock::{Clock, Millis};
use tokio::sync::watch;

use crate::verdict::{Found, Outcome};

/// How many things are remembered. Old ones scroll away.
const KEPT: usize = 500;

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// Its number; later is greater.
    pub(crate) id: u64,
    at: Millis,
    #[serde(flatten)]
    what: Arc<Happened>,
}

/// What happened.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Happened {
    /// A person said or tapped something.
    Said { turn: String, person: String, skill: String, text: String, trigger: String },
    /// The bot was told of an event, and runs its block for a person.
    Told { turn: String, person: String, skill: String, event: String },
    /// The skill answered, or did not.
    Answered {
        turn: String,
        person: String,
        skill: String,
        outcome: Outcome,
        status: u16,
        ms: u64,
        request: Box<RawValue>,
        answer: Answer,
        findings: Vec<Found>,
    },
    /// A promised answer was delivered, or tried to.
    Delivered {
        turn: String,
        person: String,
        outcome: Outcome,
        ms: u64,
        answer: Answer,
        findings: Vec<Found>,
        result: String,
    },
    /// A half-view opens in front of a person.
    HalfView { turn: String, person: String, url: String },
    /// It closes again; how.
    Closed { turn: String, person: String, how: Closing },
    /// A promised answer did not come within its minute.
    Expired { turn: String, person: String },
}

/// How a half-view ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Closing {
    /// The service sent the browser to the continue URL: the auth block goes on.
    Continued,
    /// It did, with `complete=false`: the platform says something of its own, and the skill is not called.
    Failed,
    /// The person closed it: nothing goes on.
    Dismissed,
}

impl Happened {
    fn turn(&self) -> &str {
        match self {
            Self::Said { turn, .. }
            | Self::Told { turn, .. }
            | Self::Answered { turn, .. }
            | Self::Delivered { turn, .. }
            | Self::HalfView { turn, .. }
            | Self::Closed { turn, .. }
            | Self::Expired { turn, .. } => turn,
        }
    }
}

/// What came back: a document if it is one.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// JSON exactly as it came.
    Json(Box<RawValue>),
    /// Anything else.
    Text(String),
}

impl Answer {
    /// Keeps the bytes as they are if they are JSON.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes)
            .map_or_else(|_| Self::Text(String::from_utf8_lossy(bytes).into_owned()), Self::Json)
    }
}

/// The book.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: Mutex<VecDeque<Entry>>,
    last: watch::Sender<u64>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self { entries: Mutex::new(VecDeque::new()), last: watch::Sender::new(0) }
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes something down.
    pub(crate) fn write(&self, what: Happened) -> Entry {
        let mut entries = self.entries();
        let at = Clock::System.now();
        // Numbered by time, so that a page that outlives this process takes the next one's entries for newer.
        let id = (*self.last.borrow() + 1).max(at.0);
        let entry = Entry { id, at, what: Arc::new(what) };
        entries.push_back(entry.clone());
        if entries.len() > KEPT {
            entries.pop_front();
        }
        self.last.send_replace(entry.id);
        entry
    }

    /// Everything about one turn so far.
    pub(crate) fn of_turn(&self, turn: &str) -> Vec<Entry> {
        self.entries().iter().filter(|entry| entry.what.turn() == turn).cloned().collect()
    }

    /// Everything after `seen`, as soon as there is anything.
    pub(crate) async fn after(&self, seen: u64) -> Vec<Entry> {
        let mut last = self.last.subscribe();
        // The sender is ours, so waiting ends only with something new.
        let _ = last.wait_for(|last| *last > seen).await;
        self.entries().iter().filter(|entry| entry.id > seen).cloned().collect()
    }
}
