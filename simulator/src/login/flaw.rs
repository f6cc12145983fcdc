//! What can be wrong with an ID token.

/// A flaw of an ID token that is otherwise good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Signed by a key that is not Kakao's, under the name of one that is.
    Signature,
    /// Signed by nobody: `alg` is `none`.
    Unsigned,
    /// Signed by a key that the published list does not have.
    Key,
    /// Issued by somebody else.
    Issuer,
    /// Issued for another app.
    Audience,
    /// Over already.
    Expired,
    /// Of another login.
    Nonce,
    /// About another person.
    Subject,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Signature,
        Self::Unsigned,
        Self::Key,
        Self::Issuer,
        Self::Audience,
        Self::Expired,
        Self::Nonce,
        Self::Subject,
    ];

    /// As a fault spells it: `id-token:{word}`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Unsigned => "unsigned",
            Self::Key => "key",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::Nonce => "nonce",
            Self::Subject => "subject",
        }
    }
}
