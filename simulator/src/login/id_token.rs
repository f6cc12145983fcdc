//! ID tokens, and what else is signed: with keys that lie open in this repository and are good for nothing but tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Map, Value, json};
use shared::clock::Millis;

use super::flaw::Flaw;
use crate::webhook::Forgery;

/// RSA, 2048 bits, PKCS#8. The third one is nobody's: it signs what must not be believed.
const KEYS: [&[u8]; 3] = [
    include_bytes!("test_keys/for-tests-only-1.der"),
    include_bytes!("test_keys/for-tests-only-2.der"),
    include_bytes!("test_keys/for-tests-only-3.der"),
];

/// The key pairs, and which of them is in use. A rotation takes the other one and a new name; the old one stays listed once more.
#[derive(Clone, Copy, Default)]
pub(crate) struct Signers {
    rotations: usize,
}

/// What an ID token says.
pub(crate) struct Claims<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) subject: u64,
    pub(crate) now: Millis,
    /// Seconds.
    pub(crate) lives: u64,
    pub(crate) auth_time: Millis,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) more: Map<String, Value>,
}

/// Whose signature it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Kakao,
    /// None at all: `alg` is `none`.
    Nobody,
    /// Of a key that is not published.
    Stranger,
    /// Of another key under the name of a published one.
    Forger,
}

impl Signers {
    /// Another key from now on.
    pub(crate) fn rotate(&mut self) {
        self.rotations += 1;
    }

    /// `/.well-known/jwks.json`
    pub(crate) fn published(&self) -> Value {
        let listed = self.rotations.saturating_sub(1)..=self.rotations;
        let keys: Vec<Value> = listed.rev().filter_map(jwk).collect();
        json!({ "keys": keys })
    }

    /// The token. `None` only if the keys in this repository are broken.
    pub(crate) fn sign(&self, claims: &Claims<'_>, flaw: Option<Flaw>) -> Option<String> {
        let wrong = |which| flaw == Some(which);
        let secs = claims.now.secs();
        let mut body = claims.more.clone();
        let issuer = if wrong(Flaw::Issuer) { "https://kauth.kakao.com.evil.example" } else { claims.issuer };
        let audience = if wrong(Flaw::Audience) { "another-rest-api-key" } else { claims.audience };
        let subject = claims.subject + u64::from(wrong(Flaw::Subject));
        let (iat, exp) = if wrong(Flaw::Expired) { (secs - 7_200, secs - 3_600) } else { (secs, secs + claims.lives) };
        let fixed = [
            ("iss", json!(issuer)),
            ("aud", json!(audience)),
            ("sub", json!(subject.to_string())),
            ("iat", json!(iat)),
            ("exp", json!(exp)),
            ("auth_time", json!(claims.auth_time.secs())),
        ];
        body.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
        match claims.nonce {
            _ if wrong(Flaw::Nonce) => body.insert("nonce".to_owned(), json!("of-another-login")),
            Some(nonce) => body.insert("nonce".to_owned(), json!(nonce)),
            None => None,
        };
        let by = match flaw {
            Some(Flaw::Unsigned) => By::Nobody,
            Some(Flaw::Key) => By::Stranger,
            Some(Flaw::Signature) => By::Forger,
            _ => By::Kakao,
        };
        self.compact("JWT", &Value::Object(body), by)
    }

    /// A token of another kind than an ID token. `None` only if the keys in this repository are broken.
    pub(crate) fn sign_as(&self, typ: &str, claims: &Value, forgery: Option<Forgery>) -> Option<String> {
        let by = match forgery {
            Some(Forgery::Unsigned) => By::Nobody,
            Some(Forgery::Key) => By::Stranger,
            Some(Forgery::Signature) => By::Forger,
            _ => By::Kakao,
        };
        self.compact(typ, claims, by)
    }

    fn compact(&self, typ: &str, claims: &Value, by: By) -> Option<String> {
        let kid = if by == By::Stranger { kid(usize::MAX) } else { kid(self.rotations) };
        let algorithm = if by == By::Nobody { "none" } else { "RS256" };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "kid": kid, "typ": typ, "alg": algorithm })), part(claims));
        if by == By::Nobody {
            return Some(format!("{signed}."));
        }
        let pair = KeyPair::from_pkcs8(KEYS[if by == By::Kakao { self.rotations % 2 } else { 2 }]).ok()?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn kid(rotation: usize) -> String {
    format!("local-{:04x}", rotation & 0xffff)
}

fn jwk(rotation: usize) -> Option<Value> {
    let pair = KeyPair::from_pkcs8(KEYS[rotation % 2]).ok()?;
    let public: PublicKeyComponents<Vec<u8>> = pair.public().into();
    Some(json!({
        "kid": kid(rotation),
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "n": URL_SAFE_NO_PAD.encode(public.n),
        "e": URL_SAFE_NO_PAD.encode(public.e),
    }))
}
