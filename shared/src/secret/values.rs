//! The text of a secret: one value, several while one takes another's place, and values of their own for some bots.
//!
//! ```text
//! value                       one, for every bot
//! value,older                 two, the first is the current one
//! {"current": …, "previous": …, "bots": {"name or id": "value" or {"current": …, "previous": …}}}      any part may be missing
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::Secret;
use crate::env::KnownBot;
use crate::kakao::id::production;

/// Everything that a secret's text names, in its order: the current value of each before the one that it replaces.
#[derive(Clone, Debug)]
pub(super) struct Values(Vec<Value>);

#[derive(Clone, Debug)]
struct Value {
    text: Secret,
    /// The one bot it is good for, by name or id; `None`: for every bot.
    bot: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Rotating {
        current: String,
        #[serde(default)]
        previous: Option<String>,
    },
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    current: Option<String>,
    #[serde(default)]
    previous: Option<String>,
    #[serde(default)]
    bots: BTreeMap<String, Written>,
}

impl Values {
    /// `None` if the text names no value at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let value = |text: &str, bot: Option<&str>| {
            let text = text.trim();
            (!text.is_empty()).then(|| Value { text: Secret::new(text), bot: bot.map(str::to_owned) })
        };
        let mut values = Vec::new();
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(object @ serde_json::Value::Object(_)) => {
                let Listed { current, previous, bots } = serde_json::from_value(object).ok()?;
                values.extend(current.iter().chain(&previous).filter_map(|text| value(text, None)));
                for (bot, written) in bots {
                    let bot = production(bot.trim());
                    // A value for nobody would be good for whoever does not say who he is.
                    if bot.is_empty() {
                        continue;
                    }
                    let (current, previous) = match written {
                        Written::Plain(current) => (current, None),
                        Written::Rotating { current, previous } => (current, previous),
                    };
                    values.extend([current].iter().chain(&previous).filter_map(|text| value(text, Some(bot))));
                }
            }
            // Meant as JSON, and it is not: taken for a list, its pieces would be secrets that anybody can guess.
            _ if text.trim_start().starts_with(['{', '[']) => return None,
            _ => values.extend(text.split(',').filter_map(|text| value(text, None))),
        }
        (!values.is_empty()).then_some(Self(values))
    }

    /// The values that are good for every bot, the current one first.
    pub(super) fn everybodys(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().filter(|value| value.bot.is_none()).map(|value| &value.text)
    }

    /// The value to present in the name of a bot: its own, else everybody's.
    pub(super) fn current(&self, id: &str, bot: Option<&KnownBot>) -> Option<&Secret> {
        let is_own = |listed: &str| listed == id || bot.is_some_and(|bot| bot.is_called(listed));
        let own = self.0.iter().find(|value| value.bot.as_deref().is_some_and(is_own));
        own.or_else(|| self.0.iter().find(|value| value.bot.is_none())).map(|value| &value.text)
    }
}

/// The value that a secret's text has for a bot: its own, else everybody's, the current one of each.
pub fn current(text: &str, bot: &str) -> Option<Secret> {
    Values::parse(text)?.current(production(bot), None).cloned()
}

/// The values of one secret that are accepted now, as digests: comparing digests takes the same time for any length of guess.
#[derive(Clone)]
pub struct Keys(Vec<Key>);

#[derive(Clone)]
struct Key {
    digest: [u8; 32],
    bot: Option<String>,
}

/// What a value opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// These bots, by name or id; a value that is not accepted: none.
    Bots(Vec<String>),
    /// Every bot.
    Everything,
}

impl From<&Values> for Keys {
    fn from(values: &Values) -> Self {
        let key = |value: &Value| Key { digest: digest(value.text.reveal()), bot: value.bot.clone() };
        Self(values.0.iter().map(key).collect())
    }
}

impl Keys {
    /// Reads a secret's text. `None` if it names no value at all.
    pub fn parse(text: &str) -> Option<Self> {
        Values::parse(text).map(|values| Self::from(&values))
    }

    /// Whether `presented` is one of the accepted values. Looks at every one of them, whatever the first says.
    pub fn accept(&self, presented: &str) -> bool {
        let presented = digest(presented);
        let found = self.0.iter().fold(Choice::from(0), |found, key| found | key.digest.ct_eq(&presented));
        bool::from(found)
    }

    /// What an accepted value opens. Which of the values it is, is no secret to whoever showed it.
    pub fn access(&self, accepted: &str) -> Access {
        let accepted = digest(accepted);
        let good = self.0.iter().filter(|key| bool::from(key.digest.ct_eq(&accepted)));
        good.map(|key| key.bot.clone()).collect::<Option<_>>().map_or(Access::Everything, Access::Bots)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} redacted]", self.0.len())
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str =
        r#"{"current":"all","bots":{"lunch":"one","b2":{"current":"two","previous":"old"},"c3":"two"}}"#;

    #[test]
    fn two_values_are_accepted_while_one_replaces_the_other() {
        for text in [r#"{"current":"new","previous":"old"}"#, "new,old", " new , old ,"] {
            let keys = Keys::parse(text).expect("two values");
            assert!(keys.accept("new") && keys.accept("old"), "{text}");
            for wrong in ["", "ne", "newer", "New", "new,old", " new"] {
                assert!(!keys.accept(wrong), "{text} accepts {wrong:?}");
            }
        }
    }

    #[test]
    fn a_bot_may_have_a_value_of_its_own() {
        let keys = Keys::parse(LISTED).expect("five values");
        let bots = |names: &[&str]| Access::Bots(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(keys.access("all"), Access::Everything);
        assert_eq!(keys.access("one"), bots(&["lunch"]));
        assert_eq!(keys.access("two"), bots(&["b2", "c3"]), "a value that two bots share opens both");
        assert_eq!(keys.access("old"), bots(&["b2"]));
        assert_eq!(keys.access("other"), bots(&[]));
        assert!(!keys.accept("other"));
        assert!(Keys::parse(r#"{"bots":{"lunch":"one"}}"#).is_some_and(|keys| keys.access("one") == bots(&["lunch"])));
    }

    #[test]
    fn the_current_value_is_presented() {
        for text in
            [r#"{"current":"new","previous":"old"}"#, r#"{"current":" new "}"#, "new", "new,old", " , new , old"]
        {
            let values = Values::parse(text).expect("a value");
            assert_eq!(values.current("b1", None).map(Secret::reveal), Some("new"), "{text}");
        }
        let values = Values::parse(LISTED).expect("five values");
        let lunch = KnownBot { name: Some("lunch".to_owned()), id: "a1".to_owned() };
        for (id, bot, value) in [("a1", Some(&lunch), "one"), ("b2", None, "two"), ("d4", None, "all")] {
            assert_eq!(values.current(id, bot).map(Secret::reveal), Some(value), "{id}");
        }
        let only = Values::parse(r#"{"bots":{"lunch":"one"}}"#).expect("a value");
        assert!(only.current("d4", None).is_none(), "another bot's value is nobody else's");
    }

    #[test]
    fn the_current_value_comes_first_and_a_bots_own_is_nobody_elses() {
        let all = |text| {
            Values::parse(text)
                .expect("a value")
                .everybodys()
                .map(|value| value.reveal().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(all(r#"{"current":"new","previous":"old","bots":{"lunch":"one"}}"#), ["new", "old"]);
        assert_eq!(all("new, old"), ["new", "old"]);
        assert!(all(r#"{"bots":{"lunch":"one"}}"#).is_empty());
    }

    #[test]
    fn an_empty_secret_is_refused() {
        for text in [
            "",
            " ",
            ",",
            r#"{"current":""}"#,
            "{}",
            r#"{"bots":{}}"#,
            r#"{"bots":{"a":" "}}"#,
            r#"{"bots":7}"#,
            r#"{"current":"a,b""#,
        ] {
            assert!(Keys::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn t07_what_is_almost_json_is_refused() {
        for text in [
            r#"{"current":"new","previous":"old",}"#,
            r#"{"current":"new","bots":{"a":"b"}"#,
            "{'current':'new'}",
            " {current: new}",
            r#"["new","old"]"#,
            "[new,old]",
        ] {
            assert!(Keys::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn t07_a_value_for_nobody_opens_nothing() {
        for text in [r#"{"bots":{"":"one"}}"#, r#"{"bots":{" ":"one"}}"#] {
            assert!(Keys::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn nothing_shows_in_debug_output() {
        let shown = format!("{:?} {:?}", Values::parse("canary"), Keys::parse("canary,other"));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
