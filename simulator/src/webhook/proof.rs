//! By what a service knows that it is Kakao who calls, and what can be wrong with that.

use std::fmt;

use http::request::Builder;
use serde_json::Value;

use crate::login::id_token::Signers;

/// What is wrong with a message that is otherwise good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Another admin key; of an account event: a key that Kakao does not publish.
    Key,
    /// No admin key; of an account event: no signature, `alg` is `none`.
    Unsigned,
    /// Signed by somebody else under the name of Kakao's key.
    Signature,
    /// Of another app: an unlink's `app_id`, an account event's `aud`.
    App,
    /// Made out by somebody else than Kakao.
    Issuer,
    /// A token of another kind: `JWT`.
    Typ,
}

impl Forgery {
    /// As a command line calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Unsigned => "unsigned",
            Self::Signature => "signature",
            Self::App => "app",
            Self::Issuer => "issuer",
            Self::Typ => "typ",
        }
    }
}

/// The admin key, or a signature; or what a forger has instead.
#[derive(Clone)]
pub struct Proof {
    admin_key: String,
    signers: Signers,
    forgery: Option<Forgery>,
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof").field("forgery", &self.forgery).finish_non_exhaustive()
    }
}

impl Proof {
    /// This admin key, and the stand-in's first key for signatures.
    pub fn new(admin_key: &str, forgery: Option<Forgery>) -> Self {
        Self { admin_key: admin_key.to_owned(), signers: Signers::default(), forgery }
    }

    /// Signed by the key that is in use.
    pub(crate) fn signed_by(self, signers: Signers) -> Self {
        Self { signers, ..self }
    }

    /// Whether it is Kakao who calls.
    pub fn is_good(&self) -> bool {
        self.forgery.is_none()
    }

    /// Whether just this is wrong.
    pub(super) fn lacks(&self, forgery: Forgery) -> bool {
        self.forgery == Some(forgery)
    }

    /// The request with the admin key.
    pub(super) fn on(&self, request: Builder) -> Builder {
        match self.forgery {
            Some(Forgery::Unsigned) => request,
            Some(Forgery::Key | Forgery::Signature) => request.header("authorization", "KakaoAK another-admin-key"),
            _ => request.header("authorization", format!("KakaoAK {}", self.admin_key)),
        }
    }

    /// The token that says this. `None` only if the keys in this repository are broken.
    pub(super) fn sign(&self, claims: &Value) -> Option<String> {
        let typ = if self.lacks(Forgery::Typ) { "JWT" } else { "secevent+jwt" };
        self.signers.sign_as(typ, claims, self.forgery)
    }
}
