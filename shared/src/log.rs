//! One JSON line per thing that happened, on standard output.
//!
//! What may appear is a closed list of fields, none of which can hold what a person wrote: no bodies, utterances, ids, tokens,
//! phone numbers, callback URLs or secrets. A path inside a document is written, its value never is. `template.yaml` counts
//! these lines: an event's name is a contract with its metric filters.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// See [`for_a_command`].
static FOR_A_COMMAND: AtomicBool = AtomicBool::new(false);

/// How the lines of [`Log::info`] begin.
const ORDINARY: &str = r#"{"level":"INFO""#;

/// A line being written. Build it with the named fields and end with [`Log::write`].
#[derive(Debug)]
#[must_use = "a log line is written by .write()"]
pub struct Log(String);

impl Log {
    /// Something ordinary.
    pub fn info(event: &'static str) -> Self {
        Self::new("INFO", event)
    }

    /// Something a person should look at if it keeps happening.
    pub fn warn(event: &'static str) -> Self {
        Self::new("WARN", event)
    }

    /// Something that should not happen.
    pub fn error(event: &'static str) -> Self {
        Self::new("ERROR", event)
    }

    fn new(level: &'static str, event: &'static str) -> Self {
        Self(format!(r#"{{"level":"{level}","event":"{event}""#))
    }

    /// The gateway's request id.
    pub fn request(self, id: &str) -> Self {
        self.text("request", id)
    }

    /// How it ended: one of a few fixed words.
    pub fn outcome(self, outcome: &'static str) -> Self {
        self.text("outcome", outcome)
    }

    /// Why, in our own words; never a message that came from outside.
    pub fn why(self, why: &'static str) -> Self {
        self.text("why", why)
    }

    /// What is wrong and what to do about it, in our own words: a line for each.
    pub fn advice(self, cause: &'static str, cure: &'static str) -> Self {
        self.text("cause", cause).text("cure", cure)
    }

    /// A member's path in a document, such as `userRequest.user.id`.
    pub fn field(self, path: &str) -> Self {
        self.text("field", path)
    }

    /// The author's name for the skill, from the URL.
    pub fn skill(self, name: &str) -> Self {
        self.text("skill", name)
    }

    /// The SHA-256 prefix of a storage key, to find an item without showing its key.
    pub fn item(self, hash: &str) -> Self {
        self.text("item", hash)
    }

    /// The platform's number for an event, to ask it or its people about: 1 to 64 letters, digits or `-`; anything else is left out.
    pub fn task(self, id: &str) -> Self {
        let fits = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if fits { self.text("task", id) } else { self }
    }

    /// A rule of the protocol's register.
    pub fn rule(self, id: &'static str) -> Self {
        self.text("rule", id)
    }

    /// A kind of error from a library or a service: a type or code, never its message.
    pub fn kind(self, kind: &str) -> Self {
        self.text("kind", kind)
    }

    /// Scheme and host of an address that was turned away, `https://evil.example`; nothing else of an address is written down.
    pub fn place(self, origin: &str) -> Self {
        self.text("place", origin)
    }

    /// How long it took.
    pub fn took(self, span: Duration) -> Self {
        self.number("ms", span.as_millis() as u64)
    }

    /// How many.
    pub fn count(self, count: u64) -> Self {
        self.number("count", count)
    }

    /// A position in our own source, `file:line`.
    pub fn source(self, position: &str) -> Self {
        self.text("source", position)
    }

    fn number(mut self, name: &'static str, value: u64) -> Self {
        let _ = write!(self.0, r#","{name}":{value}"#);
        self
    }

    fn text(mut self, name: &'static str, value: &str) -> Self {
        // Field values are short by nature; a hostile path or name must not make a long line.
        let end = value.char_indices().nth(120).map_or(value.len(), |(at, _)| at);
        let quoted = serde_json::Value::from(&value[..end]).to_string();
        let _ = write!(self.0, r#","{name}":{quoted}"#);
        self
    }

    /// Ends the line and writes it.
    pub fn write(mut self) {
        self.0.push_str("}\n");
        // Standard output is the log in Lambda; if it is gone there is nobody to tell.
        let _ = if !FOR_A_COMMAND.load(Ordering::Relaxed) {
            std::io::stdout().lock().write_all(self.0.as_bytes())
        } else if self.0.starts_with(ORDINARY) {
            Ok(())
        } else {
            let mut stderr = std::io::stderr().lock();
            // A command may have drawn something into the line where the cursor stands.
            let place = if stderr.is_terminal() { "\r\x1b[2K" } else { "" };
            stderr.write_all(format!("{place}{}", self.0).as_bytes())
        };
    }
}

/// From now on the log is that of a command whose standard output is its answer: what is out of the ordinary goes to standard error,
/// the rest nowhere.
pub fn for_a_command() {
    FOR_A_COMMAND.store(true, Ordering::Relaxed);
}

/// Makes a panic one log line that says where, and never what: a panic's message may quote what a person wrote.
pub fn hide_panics() {
    std::panic::set_hook(Box::new(|info| {
        let position = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        Log::error("panic").source(&position).write();
    }));
}
