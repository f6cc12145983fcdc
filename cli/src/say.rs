//! Words for people.

use std::io::{self, Write as _};

/// A line on standard output. A closed pipe is no reason to fail.
pub(crate) fn out(line: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{line}");
    let _ = stdout.flush();
}

/// A line on standard error.
pub(crate) fn err(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The same thing in both languages, Korean first, on standard error.
pub(crate) fn trouble(ko: &str, en: &str) {
    err(&format!("kakao: {ko}\n       {en}"));
}
