//! `events/<function>/NAME.json`: an event as AWS sends it, and beside it `NAME.reply.json`: our exact reply.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::runtime_api::workspace;

/// One event and the reply it must get.
#[derive(Debug, Clone)]
pub struct Event {
    /// The file's name without endings.
    pub name: String,
    /// The event as it is written.
    pub event: String,
    /// The reply, its body parsed if it is JSON.
    pub reply: Value,
}

/// The folder of a function's events.
pub fn folder(function: &str) -> PathBuf {
    workspace().join("events").join(function)
}

/// All events of a function, in the order of their names.
///
/// # Panics
/// If one has no reply beside it, or is not JSON.
pub fn of(function: &str) -> Vec<Event> {
    let mut events: Vec<Event> = fs::read_dir(folder(function))
        .unwrap_or_else(|error| panic!("events/{function}: {error}"))
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .filter(|path| !path.to_string_lossy().ends_with(".reply.json"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let reply = path.with_file_name(format!("{name}.reply.json"));
            let read =
                |path: &PathBuf| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let writing = std::env::var("KAKAO_EVENTS").as_deref() == Ok("write");
            let reply = if writing { "null".to_owned() } else { read(&reply) };
            let reply = serde_json::from_str(&reply).unwrap_or_else(|error| panic!("{name}.reply.json: {error}"));
            Event { event: read(&path), reply: plain(reply), name }
        })
        .collect();
    events.sort_by(|a, b| a.name.cmp(&b.name));
    events
}

/// The items that the table holds before the events come: `events/seed.json`.
pub fn seed() -> Value {
    let text = fs::read_to_string(workspace().join("events/seed.json")).expect("events/seed.json");
    serde_json::from_str(&text).expect("events/seed.json is JSON")
}

/// A reply as it is compared: header names in lower case, a JSON body parsed, empty members gone.
pub fn plain(mut reply: Value) -> Value {
    let Some(members) = reply.as_object_mut() else { return reply };
    members.retain(|name, value| {
        let empty = value.is_null()
            || value.as_object().is_some_and(serde_json::Map::is_empty) && name != "body"
            || value.as_array().is_some_and(Vec::is_empty) && name == "cookies"
            || *value == false && name == "isBase64Encoded";
        !empty
    });
    if let Some(Value::Object(headers)) = members.get_mut("headers") {
        let lower = headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        *headers = lower;
    }
    if let Some(Value::String(body)) = members.get("body")
        && let Ok(parsed) = serde_json::from_str(body)
    {
        members.insert("body".to_owned(), parsed);
    }
    if members.get("body").is_some_and(|body| body == "") {
        members.remove("body");
    }
    reply
}
