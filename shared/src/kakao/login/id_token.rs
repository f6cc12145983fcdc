//! What an ID token says, and the keys that it is signed with.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#oidc>
//!
//! Only the documents: [`crate::kapi::oidc`] tells whether they may be believed. Types are strict here, and a claim that is there
//! twice is refused: two readers must never find two different persons in one token.

use serde_json::Value;

use super::message::message;
use crate::kakao::field::{Field, Loose};
use crate::kakao::id::AppUserId;

message! {
    /// The first part of a signed token.
    JwsHeader {
        /// `RS256`, and nothing else.
        alg: String,
        /// Which key.
        kid: String,
        /// `JWT`.
        typ: Value,
        /// What a reader must understand. Nothing is understood, so it must be absent.
        crit: Value,
    }
}

message! {
    /// The second part of an ID token.
    IdTokenClaims {
        /// Who says so: `https://kauth.kakao.com`.
        iss: String,
        /// To whom: the app key that was the `client_id`.
        aud: String,
        /// About whom: the app user id, as text.
        sub: AppUserId,
        /// When it was made out, Unix seconds.
        iat: u64,
        /// When it ends, Unix seconds.
        exp: u64,
        /// When the person logged in, Unix seconds.
        auth_time: Value,
        /// What the authorization request gave along.
        nonce: String,
        /// What the person calls itself.
        nickname: Value,
        /// The small picture.
        picture: Value,
        /// The address of mail.
        email: Value,
    }
}

message! {
    /// `GET /.well-known/jwks.json`: the keys.
    Jwks {
        /// The keys. Read them with [`Jwks::find`].
        keys: Vec<Loose<Jwk>>,
    }
}

message! {
    /// One public key.
    Jwk {
        /// Its name.
        kid: Value,
        /// `RSA`.
        kty: Value,
        /// `RS256`.
        alg: Value,
        /// `sig`.
        r#use: Value,
        /// The modulus, base64url.
        n: Value,
        /// The exponent, base64url.
        e: Value,
    }
}

impl Jwks {
    /// The RSA key of this name that may sign.
    pub fn find(&self, kid: &str) -> Option<&Jwk> {
        let keys = self.keys.get().map(Vec::as_slice).unwrap_or_default();
        keys.iter().filter_map(Loose::fits).find(|key| key.kid.words() == Some(kid) && key.may_sign())
    }
}

impl Jwk {
    fn may_sign(&self) -> bool {
        let or_absent = |member: &Field<Value>, word| member.get().is_none_or(|value| value.as_str() == Some(word));
        self.kty.words() == Some("RSA") && or_absent(&self.alg, "RS256") && or_absent(&self.r#use, "sig")
    }

    /// Modulus and exponent, base64url.
    pub fn components(&self) -> Option<(&str, &str)> {
        Some((self.n.words()?, self.e.words()?))
    }
}
