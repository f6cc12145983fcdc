//! Reading attributes out of an item. A missing or mistyped attribute is [`StoreError::Undecodable`], never a panic.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Item, StoreError, hash};
use crate::clock::Millis;

/// The schema version that this code writes into `v`. Readers accept it and the one before; an item with a newer one is read as
/// far as it goes and never overwritten.
pub(super) const VERSION: u64 = 1;

/// Typed looks into an item.
pub(super) trait Attributes {
    fn text(&self, name: &str) -> Result<&str, StoreError>;
    fn maybe_text(&self, name: &str) -> Option<&str>;
    fn maybe_number(&self, name: &str) -> Option<u64>;

    /// Written by a newer release than this one.
    fn is_newer(&self) -> bool {
        self.maybe_number("v").is_some_and(|version| version > VERSION)
    }

    /// Past its `ttl` (seconds), whether or not DynamoDB has removed it yet.
    fn is_expired(&self, now: Millis) -> bool {
        self.maybe_number("ttl").is_some_and(|ttl| ttl <= now.secs())
    }
}

impl Attributes for Item {
    fn text(&self, name: &str) -> Result<&str, StoreError> {
        self.maybe_text(name).ok_or_else(|| undecodable(self))
    }

    fn maybe_text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_s().ok().map(String::as_str)
    }

    fn maybe_number(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_n().ok()?.parse().ok()
    }
}

/// The error for an item that is not what its key promises.
pub(super) fn undecodable(item: &Item) -> StoreError {
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
    StoreError::Undecodable(hash(&[part("PK"), part("SK")])[..12].to_owned())
}

/// The beginning of a text from outside, at most `max` bytes and of whole characters: what is kept of a word that nobody knows.
pub(super) fn head(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default()
}

pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
