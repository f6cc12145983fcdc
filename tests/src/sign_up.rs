//! The sign-up without its functions: the store behind a bad day, a tiny Kakao, a clock, and an outbox that a test drives by hand.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use shared::clock::{Clock, Millis};
use shared::effect::{Effect, Read};
use shared::secret::{Seal, Secret};
use shared::sign_up::{self, Accepted, Clerk, Decision, Undone};
use shared::store::sign_up::rules::SagaState;
use shared::store::{AppUser, Claim, Due, EntryId, Outcome, SagaId, Store};

use crate::faults::Faults;
use crate::table::{Table, env, text};
use crate::tiny_kakao::TinyKakao;

/// When every test begins.
pub const NOW: Millis = Millis(1_760_000_000_000);

/// What a sign-up stands on.
#[derive(Debug)]
pub struct World {
    /// The table, past all faults.
    pub table: Table,
    /// The way to the table.
    pub faults: Faults,
    /// The store.
    pub store: Store,
    /// Kakao.
    pub kakao: TinyKakao,
    /// The time.
    pub clock: Clock,
    /// Seals tokens.
    pub seal: Seal,
    /// The ledger's key.
    pub ledger: Secret,
    /// How often each membership was welcomed.
    pub welcomes: Mutex<BTreeMap<SagaId, u32>>,
    /// Clocks that go wrong, each with the milliseconds that it is ahead.
    skewed: Mutex<Vec<(Clock, i64)>>,
}

impl Default for World {
    fn default() -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let clock = Clock::at(NOW);
        Self {
            store: Store::new(&env(&faults.url(), &[])),
            table,
            faults,
            kakao: TinyKakao::at(clock.clone()),
            clock,
            seal: Seal::derive(&Secret::new("tests"), "sign-up").expect("a key"),
            ledger: Secret::new("ledger"),
            welcomes: Mutex::default(),
            skewed: Mutex::default(),
        }
    }
}

impl World {
    /// Time goes by.
    pub fn pass(&self, span: Duration) {
        self.clock.set(self.clock.now().plus(span));
        for (clock, ahead) in self.skewed.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            clock.set(moved(self.clock.now(), *ahead));
        }
    }

    /// The clock of another sandbox, so many milliseconds ahead of ours.
    pub fn clock_ahead(&self, ahead: i64) -> Clock {
        let clock = Clock::at(moved(self.clock.now(), ahead));
        self.skewed.lock().unwrap_or_else(PoisonError::into_inner).push((clock.clone(), ahead));
        clock
    }

    /// Somebody who works.
    pub fn clerk<'a>(&'a self, me: &'a str) -> Clerk<'a, TinyKakao> {
        self.clerk_by(&self.clock, me)
    }

    /// Somebody who works by a clock of their own.
    pub fn clerk_by<'a>(&'a self, clock: &'a Clock, me: &'a str) -> Clerk<'a, TinyKakao> {
        Clerk {
            store: &self.store,
            kakao: &self.kakao,
            seal: &self.seal,
            ledger: &self.ledger,
            clock,
            me,
            until: clock.now().plus(Duration::from_secs(8)),
        }
    }

    /// Somebody with the time of an invocation of the outbox.
    pub fn patient_clerk<'a>(&'a self, me: &'a str) -> Clerk<'a, TinyKakao> {
        Clerk { until: self.clock.now().plus(Duration::from_secs(60)), ..self.clerk(me) }
    }

    /// What the outbox does once for everything that is due.
    pub async fn sweep(&self, me: &str) {
        for due in self.store.due(self.clock.now()).await.unwrap_or_default() {
            match due {
                Due::Saga(saga) => drop(sign_up::compensate(&self.clerk(me), &saga).await),
                Due::UnlinkJob(app) => drop(sign_up::unlink_job(&self.clerk(me), &app).await),
                Due::Entry(entry) => self.carry_out(&entry, me).await,
            }
        }
    }

    async fn carry_out(&self, entry: &EntryId, me: &str) {
        let lease = self.clock.now().plus(Duration::from_secs(15));
        let Ok(Claim::Ours(claimed)) = self.store.claim_entry(entry, me, lease, self.clock.now()).await else { return };
        let clerk = self.clerk(me);
        let ended = match claimed.body.as_deref().map(Effect::read) {
            Some(Read::Known(Effect::Undo(undo))) => match sign_up::compensate(&clerk, &undo.saga).await {
                Ok(Undone::Over) => Outcome::Done,
                Ok(Undone::Later) | Err(_) => Outcome::Again,
            },
            Some(Read::Known(Effect::Erase(erase))) => {
                let erased = sign_up::erase(&clerk, &erase.app, &erase.mg, erase.at).await;
                if erased.is_ok() { Outcome::Done } else { Outcome::Again }
            }
            Some(Read::Known(Effect::Welcome(welcome))) => {
                *self.welcomes.lock().unwrap_or_else(PoisonError::into_inner).entry(welcome.mg).or_default() += 1;
                Outcome::Done
            }
            _ => Outcome::Parked,
        };
        drop(self.store.finish_entry(&claimed, ended, self.clock.now()).await);
    }

    /// Sweeps until nothing is due any more, at most as often as the schedule does in a few hours.
    pub async fn sweep_on(&self) {
        for minute in 0..12 {
            self.pass(Duration::from_secs(if minute < 8 { 60 } else { 3_000 }));
            self.sweep(&format!("sweep-{}", self.clock.now().0)).await;
            if !self.table.items().iter().any(is_due) {
                break;
            }
        }
        self.pass(Duration::from_secs(3_600));
    }

    /// Whether the person is a member.
    pub fn is_member(&self, app: &AppUser) -> bool {
        self.table.item(&format!("U#app#{app}"), "MEMBER").is_some()
    }

    /// What is not as it must be once everything is done, whoever it is about.
    pub fn unfinished(&self) -> Vec<String> {
        let mut wrong = unfinished(&self.table);
        if self.welcomes.lock().unwrap_or_else(PoisonError::into_inner).values().any(|count| *count > 1) {
            wrong.push("welcomed twice".to_owned());
        }
        wrong
    }
}

/// What a table still has to do once everything is done.
pub fn unfinished(table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    for item in table.items() {
        let is = |prefix: &str| text(&item, "PK").starts_with(prefix);
        let over = SagaState::parse(text(&item, "st")).is_some_and(SagaState::is_over);
        if is("SAGA#") && (!over || item.get("DPK").is_some() || item.get("tok").is_some()) {
            wrong.push(format!("a saga stays: {item}"));
        }
        if is_due(&item) {
            wrong.push(format!("unfinished: {item}"));
        }
        if is("OUT#") && text(&item, "st") != "DONE" {
            wrong.push(format!("an effect is not done: {item}"));
        }
    }
    wrong
}

/// Whether somebody has yet to see to the item, now or later.
fn is_due(item: &Value) -> bool {
    text(item, "DPK").starts_with("DUE#")
}

fn moved(at: Millis, ahead: i64) -> Millis {
    Millis(at.0.saturating_add_signed(ahead))
}

/// The rule says yes.
pub fn accept<F>() -> Decision<F> {
    Decision::Accept(Accepted::default())
}

/// The rule says no.
pub fn refuse<F>() -> Decision<F> {
    Decision::Refuse("NO".to_owned())
}
