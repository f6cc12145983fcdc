//! Carries effects out: each at least once, and what may happen only once, once.
//!
//! The table's stream wakes it when work is put; every minute a schedule wakes it for what the stream missed and for what
//! had to wait. Either way it learns only keys: each entry is claimed by a lease, each job read, before it is believed. Other
//! schedules wake it to reconcile the members with Kakao's list, and their relations to our channels with what Kakao says of them,
//! and to ask from which addresses Kakao calls.
//!
//! ```text
//! stream ──┐         ┌─ entry ─ claim ─ carry out ─ finish (done | dropped | again | parked)
//!          ├─ keys ──┼─ job   ─ verify ─ erase
//! sweep  ──┘         └─ saga  ─ seize ─ undo
//! reconcile ─ round ─ pages
//! addresses ─ ask   ─ keep
//! ```

mod addresses;
mod deliver;
mod event;
mod member;
mod recheck;
mod reconcile;
mod work;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::Skills;
use shared::bot::work::WorkModals;
use shared::clock::Millis;
use shared::effect::{Effect, Read};
use shared::lambda::Consumer;
use shared::log::Log;
use shared::store::{Claim, Due, EntryId, Outcome, StoreError};
use tokio::sync::Semaphore;

use crate::member::By;
use crate::reconcile::What;

/// The function.
#[derive(Debug)]
pub struct Outbox;

/// How far the clocks of two sandboxes may be apart (state design, rule 5): a lease outlives its holder by this.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// How many entries ask the table at once: a batch of the stream and a half. More would only run out of time waiting for each
/// other. Work itself is not bounded: it waits for others, and must not hold up its neighbours.
const AT_THE_TABLE: usize = 16;

/// How many pieces of work ask Kakao at once: events, links, people. Its limits are not published; a flood would only be turned away.
const AT_KAKAO: usize = 8;

impl<B: Skills + WorkModals> Consumer<B> for Outbox {
    const NAME: &'static str = "outbox";

    async fn warm(app: &App<B>) {
        app.store().warm().await;
    }

    async fn consume(app: &App<B>, event: &str, owner: &str, until: Millis) -> Value {
        let (table, kakao) = (Semaphore::new(AT_THE_TABLE), Semaphore::new(AT_KAKAO));
        let shift = Shift { app, owner, until, table, kakao };
        match serde_json::from_str::<Event>(event) {
            Ok(Event::Stream { records }) => shift.stream(&records).await,
            Ok(Event::Sweep { .. }) => shift.sweep().await,
            Ok(Event::Reconcile { what }) => reconcile::reconcile(app, what, owner, until).await,
            Ok(Event::Addresses { .. }) => addresses::renew(app, until).await,
            Err(_) => {
                Log::error("event.unreadable").write();
                Value::Null
            }
        }
    }
}

/// What wakes the function.
#[derive(Deserialize)]
#[serde(untagged)]
enum Event {
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
    Stream {
        #[serde(rename = "Records")]
        records: Vec<Value>,
    },
    /// The schedule's own words, in `template.yaml`.
    Sweep {
        #[serde(rename = "sweep")]
        _sweep: String,
    },
    /// Likewise. A word that nobody knows is not an event.
    Reconcile {
        #[serde(rename = "reconcile")]
        what: What,
    },
    /// Likewise.
    Addresses {
        #[serde(rename = "addresses")]
        _addresses: String,
    },
}

/// The work that a stream record is about, and the record's number in the stream. `None` for a record that is about something
/// else, or about nothing that can be understood: it is nobody's work, and no reason to leave its neighbours undone. A saga is
/// somebody's who lives, until the sweep finds it.
fn work_of(record: &Value) -> Option<(Due, &str)> {
    let change = &record["dynamodb"];
    let key = |name: &str| change["Keys"][name]["S"].as_str();
    let due = Due::of_keys(key("PK")?, key("SK").unwrap_or_default()).filter(|due| !matches!(due, Due::Saga(_)))?;
    Some((due, change["SequenceNumber"].as_str().unwrap_or_default()))
}

/// One invocation.
struct Shift<'a, B> {
    app: &'a App<B>,
    owner: &'a str,
    until: Millis,
    table: Semaphore,
    kakao: Semaphore,
}

impl<B: Skills + WorkModals> Shift<'_, B> {
    /// Reports exactly the records of which nobody knows what became; those come again. What could not be carried out is not such a
    /// record: it waits in the `due` index.
    async fn stream(&self, records: &[Value]) -> Value {
        let work: Vec<(Due, &str)> = records.iter().filter_map(work_of).collect();
        let due: BTreeSet<Due> = work.iter().map(|(due, _)| due.clone()).collect();
        let failed = self.all(&due, By::Stream).await;
        let failures: Vec<Value> = work
            .iter()
            .filter(|(due, _)| failed.contains(due))
            .map(|(_, number)| json!({ "itemIdentifier": number }))
            .collect();
        json!({ "batchItemFailures": failures })
    }

    async fn sweep(&self) -> Value {
        match self.app.store().due(self.app.clock.now()).await {
            Ok(due) => {
                let due: BTreeSet<Due> = due.into_iter().collect();
                let failed = self.all(&due, By::Sweep).await;
                json!({ "due": due.len(), "failed": failed.len() })
            }
            Err(error) => {
                Log::error("outbox.sweep").kind(error.kind()).write();
                json!({ "due": null })
            }
        }
    }

    /// All at once: slow work does not hold up its neighbours. Returns what nobody knows the state of.
    async fn all(&self, work: &BTreeSet<Due>, by: By) -> BTreeSet<Due> {
        let ended = join_all(work.iter().map(|due| async move { (due, self.each(due, by).await) })).await;
        let failed = ended.into_iter().filter_map(|(due, ended)| match ended {
            Ok(()) => None,
            Err(error) => {
                Log::error("outbox.store").item(&due.hash()).kind(error.kind()).write();
                Some(due.clone())
            }
        });
        failed.collect()
    }

    async fn each(&self, due: &Due, by: By) -> Result<(), StoreError> {
        // Each piece of work has a name of its own: what one of a batch holds is not the others'.
        let attempt = format!("{}-{}", self.owner, due.hash());
        match due {
            Due::Entry(entry) => self.one(entry, attempt).await,
            Due::Saga(saga) => {
                let _place = self.kakao.acquire().await;
                // What cannot be undone now is due again.
                member::undo(self.app, saga, &attempt, self.until).await;
                Ok(())
            }
            Due::UnlinkJob(app) => {
                let _place = self.kakao.acquire().await;
                member::unlink_job(self.app, app, by, &attempt, self.until).await
            }
        }
    }

    fn way<'b>(&'b self, attempt: &'b str) -> event::Way<'b> {
        event::Way { services: self.app, owner: attempt, until: self.until, table: &self.table }
    }

    async fn one(&self, id: &EntryId, owner: String) -> Result<(), StoreError> {
        let lease = self.until.plus(CLOCK_TOLERANCE);
        let now = self.app.clock.now();
        if now >= self.until {
            return Err(StoreError::Unavailable("no-time")); // whoever comes next takes it
        }
        let claim = at_the_table(&self.table, self.app.store().claim_entry(id, &owner, lease, now)).await?;
        let claimed = match claim {
            Claim::Ours(claimed) => claimed,
            Claim::NotNow => return Ok(()),
            Claim::Broken => {
                Log::error("outbox.parked").item(&id.hash()).write();
                return Ok(());
            }
        };
        // Lambda gives a repeated invocation its old id. Counted by tries, each attempt is somebody else: a callback that an
        // earlier one may have used is spent.
        let attempt = format!("{owner}-{}", claimed.tries);
        let outcome = match claimed.body.as_deref().map_or(Read::Broken, Effect::read) {
            Read::Known(Effect::Deliver(delivery)) => {
                deliver::deliver(self.app, &delivery, &attempt, self.until, &self.table).await
            }
            Read::Known(Effect::Event(push)) => {
                let _place = self.kakao.acquire().await;
                event::push(&self.way(&attempt), id, &push).await
            }
            Read::Known(Effect::EventResult(question)) => {
                let _place = self.kakao.acquire().await;
                event::ask(&self.way(&attempt), &question).await
            }
            Read::Known(Effect::Undo(undo)) => {
                let _place = self.kakao.acquire().await;
                member::undo(self.app, &undo.saga, &attempt, self.until).await
            }
            // One request to the table after another: one place is enough.
            Read::Known(Effect::Erase(erase)) => {
                at_the_table(&self.table, member::erase(self.app, &erase, &attempt, self.until)).await
            }
            Read::Known(Effect::EraseChannels(erase)) => {
                at_the_table(&self.table, member::erase_channels(self.app, &erase)).await
            }
            Read::Known(Effect::Recheck(recheck)) => {
                let _place = self.kakao.acquire().await;
                recheck::carry_out(self.app, &recheck, claimed.since, self.until).await
            }
            Read::Known(Effect::Work(saying)) => {
                let _place = self.kakao.acquire().await;
                work::say(self.app, id, &saying, claimed.tries_in_the_dark(), self.until).await
            }
            Read::Known(Effect::WorkJob(job)) => work::run(self.app, id, &job, &attempt, self.until).await,
            // Nobody is told yet: the line is all there is of a welcome.
            Read::Known(Effect::Welcome(_)) => {
                Log::info("sign-up.welcome").item(&id.hash()).write();
                Outcome::Done
            }
            // Left for the release that knows it; parked if none comes.
            Read::Known(_) | Read::Newer => Outcome::Again,
            Read::Broken => Outcome::Parked,
        };
        let finish = self.app.store().finish_entry(&claimed, outcome, self.app.clock.now());
        let outcome = at_the_table(&self.table, finish).await?;
        let took = self.app.clock.now().since(now);
        Log::info("outbox.entry").item(&id.hash()).outcome(word(outcome)).count(claimed.tries).took(took).write();
        if outcome == Outcome::Parked {
            Log::error("outbox.parked").item(&id.hash()).write();
        }
        Ok(())
    }
}

/// Waits for a place at the table. The semaphore is never closed; if it were, the table would still say no by itself.
async fn at_the_table<T>(table: &Semaphore, call: impl Future<Output = T>) -> T {
    let _place = table.acquire().await;
    call.await
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Dropped => "dropped",
        Outcome::Again | Outcome::NotSent => "again",
        Outcome::Parked => "parked",
    }
}
