//! A secret on its way through the table: encrypted and authenticated, bound to the item it belongs to.
//! <https://csrc.nist.gov/pubs/sp/800/38/d/final> (AES-256-GCM)

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use super::Secret;

/// Seals and opens. Made from a secret that only the functions know, and from the one that it replaced: what was sealed before the
/// change still opens.
#[derive(Clone)]
pub struct Seal {
    current: LessSafeKey,
    older: Vec<LessSafeKey>,
}

/// What was sealed: `<nonce><ciphertext><tag>` in base64. Worth nothing without the key, and shown nowhere all the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

/// The text could not be sealed: the system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSealed;

impl Seal {
    /// The key for `purpose`, derived from a secret: keys of two purposes have nothing to do with each other. `None` only if the
    /// cipher refused a key of its own length.
    pub fn derive(secret: &Secret, purpose: &str) -> Option<Self> {
        Some(Self { current: key(secret, purpose)?, older: Vec::new() })
    }

    /// The same, and what was sealed with one of `replaced` opens as well.
    pub fn with_older(mut self, replaced: &[Secret], purpose: &str) -> Self {
        self.older.extend(replaced.iter().filter_map(|secret| key(secret, purpose)));
        self
    }

    /// Encrypts `secret` for the item called `item`; it opens nowhere else.
    ///
    /// # Errors
    /// [`NotSealed`] without randomness.
    pub fn seal(&self, secret: &Secret, item: &str) -> Result<Sealed, NotSealed> {
        let mut nonce = [0_u8; NONCE_LEN];
        getrandom::getrandom(&mut nonce).map_err(|_| NotSealed)?;
        let mut body = secret.reveal().as_bytes().to_vec();
        self.current
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(item.as_bytes()), &mut body)
            .map_err(|_| NotSealed)?;
        Ok(Sealed(STANDARD_NO_PAD.encode([&nonce[..], &body].concat())))
    }

    /// Decrypts what was sealed for `item`. `None` if it was sealed with another key, for another item, or changed since.
    pub fn open(&self, sealed: &Sealed, item: &str) -> Option<Secret> {
        let bytes = STANDARD_NO_PAD.decode(&sealed.0).ok()?;
        let (nonce, body) = bytes.split_at_checked(NONCE_LEN)?;
        std::iter::once(&self.current).chain(&self.older).find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut body = body.to_vec(); // a key that does not fit leaves nothing of it
            let text = key.open_in_place(nonce, Aad::from(item.as_bytes()), &mut body).ok()?;
            std::str::from_utf8(text).ok().map(Secret::new)
        })
    }
}

/// The key for `purpose`. `None` only if the cipher refused a key of its own length.
fn key(secret: &Secret, purpose: &str) -> Option<LessSafeKey> {
    let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes()), purpose.as_bytes());
    UnboundKey::new(&AES_256_GCM, key.as_ref()).ok().map(LessSafeKey::new)
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Sealed {
    /// As the table keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the table.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(..)")
    }
}

/// HMAC-SHA256 in hex: who somebody was, for a ledger that must not know them.
pub fn pseudonym(key: &Secret, id: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.reveal().as_bytes()), id.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_the_key_and_for_the_item() {
        let seal = Seal::derive(&Secret::new("signing key"), "sign-up").unwrap();
        let token = Secret::new("at-한글");
        let sealed = seal.seal(&token, "a").unwrap();
        assert_eq!(seal.open(&sealed, "a").unwrap().reveal(), "at-한글");
        assert!(seal.open(&sealed, "b").is_none(), "another item");
        assert!(Seal::derive(&Secret::new("another"), "sign-up").unwrap().open(&sealed, "a").is_none());
        assert!(Seal::derive(&Secret::new("signing key"), "else").unwrap().open(&sealed, "a").is_none());
        assert_ne!(seal.seal(&token, "a").unwrap(), sealed, "a nonce is used once");
        assert!(!sealed.as_str().contains("at-"));
        for cut in 0..sealed.as_str().len() {
            assert!(seal.open(&Sealed::from_text(&sealed.as_str()[..cut]), "a").is_none(), "{cut}");
        }
    }

    #[test]
    fn what_an_older_key_sealed_still_opens() {
        let (old, new) = (Secret::new("old"), Secret::new("new"));
        let sealed = Seal::derive(&old, "p").unwrap().seal(&Secret::new("text"), "a").unwrap();
        let seal = Seal::derive(&new, "p").unwrap();
        assert!(seal.open(&sealed, "a").is_none());
        let seal = seal.with_older(&[Secret::new("other"), old.clone()], "p");
        assert_eq!(seal.open(&sealed, "a").unwrap().reveal(), "text");
        assert!(seal.open(&sealed, "b").is_none());
        let sealed = seal.seal(&Secret::new("text"), "a").unwrap();
        assert!(Seal::derive(&old, "p").unwrap().open(&sealed, "a").is_none(), "sealed with the new one");
    }

    #[test]
    fn a_pseudonym_is_always_the_same_and_nobodys_without_the_key() {
        let key = Secret::new("key");
        assert_eq!(pseudonym(&key, "7"), pseudonym(&key, "7"));
        assert_ne!(pseudonym(&key, "7"), pseudonym(&Secret::new("other"), "7"));
        assert_eq!(pseudonym(&key, "7").len(), 64);
    }
}
