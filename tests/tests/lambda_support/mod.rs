//! What the tests of the built binaries share: Lambda's settings, events as the gateway would send them now, and a proxy before the
//! table that can be cut, silenced and given a certificate.
#![allow(dead_code, reason = "each test file uses some of it")]

pub(crate) mod front;

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tests::events;
use tests::faults::is_nightly;
use tests::runtime_api::Ended;
use tests::table::{TABLE, Table};

/// The function timeout of `template.yaml`.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(6);

/// The secret that the written events carry.
pub(crate) const SECRET: &str = "local-skill-secret";

/// When an answer must have left, counted from the moment the gateway received the request (promise P1).
pub(crate) const P1: Duration = Duration::from_secs(4);

/// A table with the items of `events/seed.json` in it.
pub(crate) fn seeded_table() -> Table {
    let table = Table::start();
    for item in events::seed()["items"].as_array().expect("items") {
        table.put(item);
    }
    table
}

/// The environment of a function before the table at `table_url`, the secret as a variable.
pub(crate) fn env(table_url: &str) -> Vec<(&str, &str)> {
    vec![("TABLE_NAME", TABLE), ("AWS_ENDPOINT_URL_DYNAMODB", table_url), ("SKILL_SECRET", SECRET)]
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as u64
}

/// How long a function is frozen, time after time (F34).
pub(crate) fn freezes() -> [Duration; 3] {
    let seconds = if is_nightly() { [1, 60, 600] } else { [1, 1, 1] };
    seconds.map(Duration::from_secs)
}

/// An event of `events/`, as if the gateway had received it `ago`.
pub(crate) fn event(function: &str, name: &str, ago: Duration) -> String {
    let found = events::of(function).into_iter().find(|event| event.name == name);
    let mut event: Value =
        serde_json::from_str(&found.unwrap_or_else(|| panic!("events/{function}/{name}.json")).event).expect("JSON");
    event["requestContext"]["timeEpoch"] = (now() - ago.as_millis() as u64).into();
    event.to_string()
}

/// The reply that stands beside an event.
pub(crate) fn reply(function: &str, name: &str) -> Value {
    events::of(function).into_iter().find(|event| event.name == name).expect("such an event").reply
}

/// What the function answered, in the form of the written replies.
pub(crate) fn answer(ended: Ended) -> Value {
    match ended {
        Ended::Answer(answer) => events::plain(answer),
        Ended::Error(error) => panic!("a runtime error: {error}"),
    }
}

/// Whether it is the framework's apology: status 200 and a valid answer that says sorry.
pub(crate) fn is_apology(answer: &Value) -> bool {
    answer["statusCode"] == 200
        && answer["body"]["template"]["outputs"] == json!([{ "simpleText": { "text": shared::bot::SORRY } }])
}

/// Where valgrind is, or `None` after saying loudly that without it `what` is not shown.
pub(crate) fn valgrind(what: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("valgrind")).find(|file| file.exists());
    if found.is_none() {
        println!("SKIPPED: there is no valgrind, so {what}. What to do: apt-get install valgrind");
    }
    found
}
