//! What a test has logged. The test that does everything is ignored, and run from the one that looks, in a process of its own: its
//! output is the log.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::process::Command;

use serde_json::Value;

/// The log, and all else that was printed.
#[derive(Debug)]
pub struct Log {
    /// Everything: the log, the test runner's words, and what was printed by mistake.
    pub output: String,
    /// The lines of the log.
    pub lines: Vec<Value>,
}

impl Log {
    /// Runs an ignored test of the file that asks.
    pub fn of(ignored: &str) -> Self {
        let run = Command::new(std::env::current_exe().expect("this test"))
            .args([ignored, "--exact", "--ignored", "--nocapture"])
            .output()
            .expect("it runs");
        let output = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
        assert!(run.status.success(), "{output}");
        let lines = output.lines().filter_map(|line| serde_json::from_str(line).ok());
        let lines = lines.filter(|line: &Value| line["event"].is_string()).collect();
        Self { output, lines }
    }

    /// The lines of the log and nothing else, with sorted names: what was really printed is [`Log::output`].
    pub fn text(&self) -> String {
        self.lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
    }
}
