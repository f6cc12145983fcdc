//! What a bot returns when it cannot answer.

use std::error::Error;
use std::fmt;

/// Something went wrong in a bot. Any error becomes one with `?`; the person reads an apology, the log gets the error's type.
pub struct Oops {
    say: Option<String>,
    kind: &'static str,
}

impl Oops {
    /// Says this instead of the usual apology.
    pub fn say(text: impl Into<String>) -> Self {
        Self { say: Some(text.into()), kind: "said" }
    }

    /// What the person should read, if the bot chose the words.
    pub fn words(&self) -> Option<&str> {
        self.say.as_deref()
    }

    /// Whether an error of this type is behind it.
    pub(crate) fn is<E: Error>(&self) -> bool {
        self.kind == std::any::type_name::<E>()
    }

    /// The type of the error behind it, for the log. Its message stays out: it may quote what a person wrote.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl fmt::Debug for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oops({})", self.kind)
    }
}

impl<E: Error> From<E> for Oops {
    fn from(_: E) -> Self {
        Self { say: None, kind: std::any::type_name::<E>() }
    }
}
