//! A signed token in its compact form: three parts, of which the third signs the first two.
//! <https://www.rfc-editor.org/rfc/rfc7515#section-7.1>
//!
//! RS256 and nothing else: a token that names its own way of being checked has been the way into many houses (threats T17, T30).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;

use super::twins::NoTwins;
use crate::kakao::login::{Jwk, JwsHeader};

/// Longest token that is looked at, in bytes.
const MAX: usize = 16 * 1_024;

/// A token that nobody has vouched for yet.
pub(super) struct Jws<'a> {
    kid: String,
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

/// What a token must say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typ {
    /// `JWT`, or nothing.
    Jwt,
    /// `secevent+jwt`, always: a token of another kind must not be taken for one (RFC 8417, 2.3).
    SecurityEvent,
}

impl Typ {
    fn fits(self, typ: Option<&Value>) -> bool {
        let is = |word: &str| typ.and_then(Value::as_str).is_some_and(|typ| typ.eq_ignore_ascii_case(word));
        match self {
            Self::Jwt => typ.is_none() || is("JWT"),
            Self::SecurityEvent => is("secevent+jwt") || is("application/secevent+jwt"),
        }
    }
}

/// Why it is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadJws {
    /// Not three parts of base64url with a JSON header in front.
    Malformed,
    /// Another algorithm than RS256, another type than was asked for, or something critical.
    Header,
    /// It does not say which key signed it.
    NoKid,
}

impl<'a> Jws<'a> {
    /// Takes a token apart.
    pub(super) fn parse(token: &'a str, typ: Typ) -> Result<Self, BadJws> {
        if token.len() > MAX {
            return Err(BadJws::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(BadJws::Malformed)?;
        let (header, payload) =
            signed.split_once('.').filter(|(_, rest)| !rest.contains('.')).ok_or(BadJws::Malformed)?;
        let header: JwsHeader = json(header).ok_or(BadJws::Malformed)?;
        if header.alg.text() != Some("RS256") || !typ.fits(header.typ.get()) || !header.crit.is_absent() {
            return Err(BadJws::Header);
        }
        let kid = header.kid.into_option().filter(|kid| !kid.is_empty()).ok_or(BadJws::NoKid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadJws::Malformed)?;
        Ok(Self { kid, signed, payload, signature })
    }

    /// The key that signed it, as the token says.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Whether `key` signed it. Keys of less than 2,048 bits sign nothing.
    pub(super) fn is_signed_by(&self, key: &Jwk) -> bool {
        let Some((n, e)) = key.components() else { return false };
        let (Some(n), Some(e)) = (number(n), number(e)) else { return false };
        let key = RsaPublicKeyComponents { n: &n, e: &e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, self.signed.as_bytes(), &self.signature).is_ok()
    }

    /// What it says. To be asked after [`Jws::is_signed_by`].
    pub(super) fn claims<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        json(self.payload)
    }
}

/// Exactly one JSON document, in which no name is there twice: two readers could read two different tokens (RFC 7515, 4; RFC 7519, 4).
fn json<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    let document = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice::<NoTwins>(&document).ok()?;
    serde_json::from_slice(&document).ok()
}

/// A number as `ring` wants it: big-endian, without zeros in front, which some senders add.
fn number(part: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}
