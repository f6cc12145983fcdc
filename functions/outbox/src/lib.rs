//! Carries effects out: each at least once, and what may happen only once, once.
//!
//! The table's stream wakes it when an entry is put; every minute a schedule wakes it for what the stream missed and for what
//! had to wait. Either way it learns only keys: each entry is claimed by a lease before it is believed.
//!
//! ```text
//! stream ──┐
//!          ├─ keys ─ claim ─ carry out ─ finish (done | dropped | again | parked)
//! sweep  ──┘
//! ```

mod deliver;
mod event;
mod undo;
mod work;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::Skills;
use shared::clock::Millis;
use shared::effect::{Effect, Read};
use shared::lambda::Consumer;
use shared::log::Log;
use shared::store::{Claim, Due, EntryId, Outcome, SagaId, StoreError};
use tokio::sync::Semaphore;

/// The function.
#[derive(Debug)]
pub struct Outbox;

/// How far the clocks of two sandboxes may be apart (state design, rule 5): a lease outlives its holder by this.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// How many entries ask the table at once: a batch of the stream and a half. More would only run out of time waiting for each
/// other. Work itself is not bounded: it waits for others, and must not hold up its neighbours.
const AT_THE_TABLE: usize = 16;

/// How many requests of the Event API are under way at once. Its limits are not published; a flood would only be turned away.
const EVENTS_AT_ONCE: usize = 8;

impl<B: Skills> Consumer<B> for Outbox {
    const NAME: &'static str = "outbox";

    async fn warm(app: &App<B>) {
        app.store().warm().await;
    }

    async fn consume(app: &App<B>, event: &str, owner: &str, until: Millis) -> Value {
        let (table, events) = (Semaphore::new(AT_THE_TABLE), Semaphore::new(EVENTS_AT_ONCE));
        let shift = Shift { app, owner, until, table, events };
        match serde_json::from_str::<Event>(event) {
            Ok(Event::Stream { records }) => shift.stream(&records).await,
            Ok(Event::Sweep { .. }) => shift.sweep().await,
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
}

/// The entry that a stream record is about, and the record's number in the stream. `None` for a record that is about something
/// else, or about nothing that can be understood: it is nobody's work, and no reason to leave its neighbours undone.
fn entry_of(record: &Value) -> Option<(EntryId, &str)> {
    let change = &record["dynamodb"];
    let id = EntryId::from_pk(change["Keys"]["PK"]["S"].as_str()?)?;
    Some((id, change["SequenceNumber"].as_str().unwrap_or_default()))
}

/// One invocation.
struct Shift<'a, B> {
    app: &'a App<B>,
    owner: &'a str,
    until: Millis,
    table: Semaphore,
    events: Semaphore,
}

impl<B: Skills> Shift<'_, B> {
    /// Reports exactly the records whose entries could not even be claimed or finished; those come again. An entry that could not
    /// be carried out is not such a record: it waits in the `due` index.
    async fn stream(&self, records: &[Value]) -> Value {
        let entries: Vec<(EntryId, &str)> = records.iter().filter_map(entry_of).collect();
        let ids: BTreeSet<EntryId> = entries.iter().map(|(id, _)| id.clone()).collect();
        let failed = self.all(&ids).await;
        let failures: Vec<Value> = entries
            .iter()
            .filter(|(id, _)| failed.contains(id))
            .map(|(_, number)| json!({ "itemIdentifier": number }))
            .collect();
        json!({ "batchItemFailures": failures })
    }

    async fn sweep(&self) -> Value {
        match self.app.store().due(self.app.clock.now()).await {
            Ok(due) => {
                let (mut entries, mut sagas) = (BTreeSet::new(), BTreeSet::new());
                for due in due {
                    match due {
                        Due::Entry(entry) => drop(entries.insert(entry)),
                        Due::Saga(saga) => drop(sagas.insert(saga)),
                        Due::UnlinkJob(_) => {} // of a release that knows what to do with it
                    }
                }
                let (failed, ()) = tokio::join!(self.all(&entries), self.undo_all(&sagas));
                json!({ "due": entries.len() + sagas.len(), "failed": failed.len() })
            }
            Err(error) => {
                Log::error("outbox.sweep").kind(error.kind()).write();
                json!({ "due": null })
            }
        }
    }

    /// All at once: a slow effect does not hold up its neighbours. Returns those whose state in the table is not known.
    async fn all(&self, ids: &BTreeSet<EntryId>) -> BTreeSet<EntryId> {
        let ended = join_all(ids.iter().map(|id| async move { (id, self.one(id).await) })).await;
        let failed = ended.into_iter().filter_map(|(id, ended)| match ended {
            Ok(()) => None,
            Err(error) => {
                Log::error("outbox.store").item(&id.hash()).kind(error.kind()).write();
                Some(id.clone())
            }
        });
        failed.collect()
    }

    /// Sign-ups whose holder died before it could even say that they failed. What cannot be undone now is due again.
    async fn undo_all(&self, sagas: &BTreeSet<SagaId>) {
        join_all(sagas.iter().map(|saga| async move {
            let _place = self.events.acquire().await;
            undo::carry_out(self.app, saga, &format!("{}-{saga}", self.owner), self.until).await
        }))
        .await;
    }

    fn way<'b>(&'b self, attempt: &'b str) -> event::Way<'b> {
        event::Way { services: self.app, owner: attempt, until: self.until, table: &self.table }
    }

    async fn one(&self, id: &EntryId) -> Result<(), StoreError> {
        let lease = self.until.plus(CLOCK_TOLERANCE);
        let now = self.app.clock.now();
        if now >= self.until {
            return Err(StoreError::Unavailable("no-time")); // whoever comes next takes it
        }
        // Each entry has an owner of its own: what one of a batch holds is not the others'.
        let owner = format!("{}-{}", self.owner, id.hash());
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
                let _place = self.events.acquire().await;
                event::push(&self.way(&attempt), id, &push).await
            }
            Read::Known(Effect::EventResult(question)) => {
                let _place = self.events.acquire().await;
                event::ask(&self.way(&attempt), &question).await
            }
            Read::Known(Effect::Undo(undo)) => undo::carry_out(self.app, &undo.saga, &attempt, self.until).await,
            Read::Known(Effect::Work(saying)) => {
                let _place = self.events.acquire().await;
                work::say(self.app, id, &saying, claimed.tries, self.until).await
            }
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
        Outcome::Again => "again",
        Outcome::Parked => "parked",
    }
}
