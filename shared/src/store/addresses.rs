//! `ADDR#kakao`: the addresses from which Kakao calls, as Kakao itself told them last. One item, which the outbox writes and the
//! callbacks read. It has no end: an old list is better than none.

use super::item::{Attributes, VERSION, undecodable};
use super::keys::Key;
use super::write::{Write, Written};
use super::{Store, StoreError};
use crate::clock::Millis;
use crate::env::Addresses;

/// A list of Kakao's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KakaosAddresses {
    /// The list.
    pub list: Addresses,
    /// When Kakao told it.
    pub told: Millis,
}

impl Store {
    /// Keeps what Kakao has told at `told`. `false` if something later is there, or something of a newer release.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn keep_kakaos_addresses(&self, list: &Addresses, told: Millis) -> Result<bool, StoreError> {
        // Condition: nothing later is there. A repeat sets what it set; a time that cannot be read is not later than any.
        let keep = Write::update(
            Key::kakaos_addresses(),
            "SET ranges = :ranges, told = :told, t = :t, v = :v",
            "NOT told > :told AND NOT v > :v",
        )
        .text(":ranges", list.to_string())
        .number(":told", told.0)
        .text(":t", "ADDR")
        .number(":v", VERSION);
        Ok(matches!(self.write(keep).await?, Written::Done(_)))
    }

    /// What Kakao told last, by one strong read. `None` if it was never asked.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read, or the list in it.
    pub async fn kakaos_addresses(&self) -> Result<Option<KakaosAddresses>, StoreError> {
        let Some(item) = self.get(&Key::kakaos_addresses()).await? else { return Ok(None) };
        let told = Millis(item.maybe_number("told").ok_or_else(|| undecodable(&item))?);
        let list = Addresses::published(item.text("ranges")?.split(',')).ok_or_else(|| undecodable(&item))?;
        Ok(Some(KakaosAddresses { list, told }))
    }
}
