//! Kakao's login server, REST API and plugin server on a day that a test makes: each path answers what was planned for it, in order.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use shared::env::Env;
use shared::kapi::Outbound;

use crate::faults::wire::{Asked, Told, Wire};

#[derive(Debug, Default)]
struct State {
    plans: BTreeMap<String, VecDeque<Told>>,
    asked: Vec<Asked>,
}

/// The stand-in; gone when dropped.
#[derive(Debug)]
pub struct Login {
    wire: Wire,
    state: Arc<Mutex<State>>,
}

impl Default for Login {
    fn default() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let wire = Wire::listen(move |asked| {
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let path = asked.path.split('?').next().unwrap_or_default().to_owned();
            state.asked.push(asked);
            // The last plan holds for ever.
            let plans = state.plans.entry(path).or_default();
            let told = if plans.len() > 1 { plans.pop_front() } else { plans.front().cloned() };
            std::future::ready(told.unwrap_or_else(|| Told::answer(404, "text/html", b"<html>".to_vec())))
        });
        Self { wire, state }
    }
}

impl Login {
    /// What the path answers next; the last one said is repeated.
    pub fn tell(&self, path: &str, told: Told) -> &Self {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.plans.entry(path.to_owned()).or_default().push_back(told);
        self
    }

    /// As [`Login::tell`], with a status and a JSON body.
    pub fn json(&self, path: &str, status: u16, body: Value) -> &Self {
        self.tell(path, Told::answer(status, "application/json", body.to_string().into_bytes()))
    }

    /// Forgets all plans of a path.
    pub fn forget(&self, path: &str) -> &Self {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).plans.remove(path);
        self
    }

    /// The requests so far, and forgets them.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).asked)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.wire.url()
    }

    /// Connections so far.
    pub fn connections(&self) -> u64 {
        self.wire.connections()
    }

    /// Whether connections are dropped as soon as they are made.
    pub fn set_deaf(&self, deaf: bool) {
        self.wire.set_deaf(deaf);
    }

    /// Settings in which all of Kakao's hosts are this one: `/kauth`, `/kapi` and `/plugin`.
    pub fn env(&self) -> Env {
        let url = self.url();
        Env::read(|name| match name {
            "KAUTH_URL" => Some(format!("{url}/kauth")),
            "KAPI_URL" => Some(format!("{url}/kapi")),
            "TALK_PLUGIN_URL" => Some(format!("{url}/plugin")),
            _ => None,
        })
    }

    /// The settings, and the way to it.
    pub fn reach(&self) -> (Env, Outbound) {
        let env = self.env();
        let outbound = Outbound::new(&env);
        (env, outbound)
    }
}

/// The pairs of a form or a query, decoded.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (decode(name), decode(value)));
    text.split('&').filter_map(pair).collect()
}
