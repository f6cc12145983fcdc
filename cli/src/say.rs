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

/// Writes over the line where the cursor stands, on a standard error that is a terminal.
pub(crate) fn in_place(line: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r\x1b[2K{line}");
    let _ = stderr.flush();
}

/// The same thing in both languages, Korean first, on standard error.
pub(crate) fn trouble(ko: &str, en: &str) {
    err(&format!("kakao: {ko}\n       {en}"));
}

/// A command line that cannot be meant so, in both languages.
#[derive(Debug)]
pub(crate) struct Misuse {
    ko: String,
    en: String,
}

impl Misuse {
    pub(crate) fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }

    /// Says it, and where the rest is written.
    pub(crate) fn tell(&self, command: &str) {
        trouble(&self.ko, &self.en);
        err(&format!("       kakao {command} --help"));
    }
}

impl From<lexopt::Error> for Misuse {
    fn from(error: lexopt::Error) -> Self {
        match &error {
            lexopt::Error::MissingValue { option: Some(option) } => {
                Self::new(format!("{option} 뒤에 값이 없어요."), format!("{option} needs a value."))
            }
            lexopt::Error::UnexpectedOption(option) => {
                Self::new(format!("그런 옵션은 없어요: {option}"), format!("there is no option {option}."))
            }
            lexopt::Error::UnexpectedArgument(word) => {
                let word = word.to_string_lossy();
                Self::new(format!("무엇인지 알 수 없어요: {word}"), format!("`{word}` was not expected."))
            }
            lexopt::Error::UnexpectedValue { option, .. } => {
                Self::new(format!("값을 받지 않는 옵션이에요: {option}"), format!("{option} takes no value."))
            }
            _ => Self::new(format!("명령을 읽을 수 없어요: {error}"), format!("the command cannot be read: {error}")),
        }
    }
}
