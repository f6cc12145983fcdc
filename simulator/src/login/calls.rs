//! What was called and how it ended. No key, token, code or address of a person is written down, so the list can be shown to anybody.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use shared::clock::Millis;

use super::endpoint::Endpoint;
use super::fault::Fault;

/// How many calls are remembered. Old ones are forgotten.
const KEPT: usize = 1_000;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// When it was answered, in milliseconds since 1970.
    pub at: Millis,
    /// The endpoint's short name: `token`.
    pub endpoint: &'static str,
    /// Its path with placeholders: `/talk-plugin/otp/{id}/profile`.
    pub path: &'static str,
    /// HTTP status; 0 for a connection that was dropped.
    pub status: u16,
    /// `ok`, `KOE320`, `-101`, `dropped`, `consent-shown`.
    pub outcome: String,
    /// The fault that was planned for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The list.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<VecDeque<Call>>);

impl Calls {
    fn kept(&self) -> MutexGuard<'_, VecDeque<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self, at: Millis, endpoint: Endpoint, status: u16, outcome: String, fault: Option<Fault>) {
        let mut calls = self.kept();
        let fault = fault.map(|fault| fault.to_string());
        calls.push_back(Call { at, endpoint: endpoint.name(), path: endpoint.spec().path, status, outcome, fault });
        if calls.len() > KEPT {
            calls.pop_front();
        }
    }

    /// In the order in which they were answered.
    pub(crate) fn all(&self) -> Vec<Call> {
        self.kept().iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.kept().clear();
    }
}
