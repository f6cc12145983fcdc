//! What wakes the functions that nobody calls: the table's stream, and the schedule.
//!
//! ```text
//! stream --filter--> lane (by partition key) --batches--> outbox --failures--> the same batch again, from the first
//! every minute ------------------------ {"sweep":"due"} --> outbox
//! every hour ---------------------- {"addresses":"kakao"} --> outbox
//! ```

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::Clock;
use shared::log::Log;
use tokio::sync::mpsc;

use crate::filter;
use crate::function::{Door, Functions};
use crate::table::Table;
use crate::template::Mapping;

/// What a new on-demand table has; each is a shard of its stream.
const PARTITIONS: u64 = 4;

/// Fast enough that a promised answer seems prompt, slow enough that an idle laptop stays idle.
const POLL: Duration = Duration::from_millis(150);
const SWEEP: Duration = Duration::from_secs(60);
const ADDRESSES: Duration = Duration::from_secs(60 * 60);
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// Feeds the stream to the function, for ever. It starts with the oldest record that Lambda would still deliver: what was done
/// already is recognised as done, so a restart needs no memory of how far it had come.
pub(crate) async fn feed(table: Table, functions: Functions, function: Door, mapping: Mapping) {
    let lanes: Vec<_> = (0..PARTITIONS * mapping.parallel.max(1))
        .map(|_| {
            let (lane, records) = mpsc::unbounded_channel();
            tokio::spawn(drive(functions.clone(), function, mapping.batch.max(1), mapping.retries, records));
            lane
        })
        .collect();
    let mut position = None;
    loop {
        match next(&table, &mut position) {
            Ok(records) if records.is_empty() => tokio::time::sleep(POLL).await,
            Ok(records) => {
                for record in records.into_iter().filter(|record| wakes(record, &mapping)) {
                    if let Some(lane) = lanes.get(lane_of(&record, lanes.len())) {
                        let _ = lane.send(record);
                    }
                }
            }
            Err(_) => {
                Log::error("stream.unreadable").write();
                position = None;
                tokio::time::sleep(SWEEP).await;
            }
        }
    }
}

/// Wakes the function every minute, beginning now: what was left over by the last run is due already.
pub(crate) async fn sweep(functions: Functions, function: Door) {
    wake(functions, function, SWEEP, json!({ "sweep": "due" })).await;
}

/// Wakes the function every hour, beginning now, to ask from which addresses Kakao calls.
pub(crate) async fn addresses(functions: Functions, function: Door) {
    wake(functions, function, ADDRESSES, json!({ "addresses": "kakao" })).await;
}

async fn wake(functions: Functions, function: Door, every: Duration, words: Value) {
    let mut round = tokio::time::interval(every);
    round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay); // a laptop sleeps
    loop {
        round.tick().await;
        functions.consume(&function, words.to_string(), Clock::System.now()).await;
    }
}

fn next(table: &Table, position: &mut Option<String>) -> Result<Vec<Value>, String> {
    let from = match position.take() {
        Some(position) => position,
        None => table.stream_start()?,
    };
    let read = table.stream_next(&from)?;
    *position = read.next_shard_iterator;
    Ok(read.records.iter().filter_map(|record| serde_json::to_value(record).ok()).collect())
}

fn wakes(record: &Value, mapping: &Mapping) -> bool {
    let created = record["dynamodb"]["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
    let oldest = Clock::System.now().minus(mapping.max_age).secs() as f64;
    created >= oldest && mapping.patterns.iter().any(|pattern| filter::fits(pattern, record))
}

/// Records of one partition key stay in order.
fn lane_of(record: &Value, lanes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    record["dynamodb"]["Keys"]["PK"].to_string().hash(&mut hasher);
    (hasher.finish() % lanes as u64) as usize
}

async fn drive(
    functions: Functions,
    function: Door,
    size: usize,
    retries: u64,
    mut records: mpsc::UnboundedReceiver<Value>,
) {
    let mut batch = Vec::with_capacity(size);
    while records.recv_many(&mut batch, size).await > 0 {
        let mut retried = 0;
        while !batch.is_empty() {
            let event = json!({ "Records": batch }).to_string();
            let answer = functions.consume(&function, event, Clock::System.now()).await;
            batch.drain(..done(&batch, answer.as_ref()));
            if batch.is_empty() {
                break;
            }
            if retried >= retries {
                // In the cloud they would go to the failure queue, and an alarm would ring.
                Log::error("stream.given-up").count(batch.len() as u64).write();
                batch.clear();
            }
            retried += 1;
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }
}

/// How many records at the beginning of the batch are done: Lambda gives everything from the first failure on once more.
fn done(batch: &[Value], answer: Option<&Value>) -> usize {
    let Some(answer) = answer else { return 0 };
    let failures = answer["batchItemFailures"].as_array().map(Vec::as_slice).unwrap_or_default();
    let failed = |record: &Value| {
        failures.iter().any(|failure| failure["itemIdentifier"] == record["dynamodb"]["SequenceNumber"])
    };
    batch.iter().position(failed).unwrap_or(batch.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_from_the_first_failure_on_comes_again() {
        let batch: Vec<Value> =
            ["1", "2", "3"].iter().map(|n| json!({ "dynamodb": { "SequenceNumber": n } })).collect();
        let failures = |list: &[&str]| {
            let list: Vec<Value> = list.iter().map(|n| json!({ "itemIdentifier": n })).collect();
            json!({ "batchItemFailures": list })
        };
        assert_eq!(done(&batch, Some(&failures(&[]))), 3);
        assert_eq!(done(&batch, Some(&Value::Null)), 3);
        assert_eq!(done(&batch, Some(&failures(&["2", "3"]))), 1);
        assert_eq!(done(&batch, Some(&failures(&["1"]))), 0);
        assert_eq!(done(&batch, None), 0, "a crash is a failure of the whole batch");
    }
}
