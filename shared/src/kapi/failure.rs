//! Why the REST API did not tell what it was asked (protocol `sync` 7.3).
//! <https://developers.kakao.com/docs/latest/en/rest-api/error-code>

use std::time::Duration;

use super::{Answer, CallError};
use crate::kakao;
use crate::kakao::login::{Advice, KapiCode, KapiError};

/// Why there is no answer to use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// -101: the person is not linked to the app.
    NotLinked,
    /// -401, or 401 or 403 without a code, or a secret that cannot be part of a header: key or token are not accepted.
    Key,
    /// -402: the person would have to agree to these first.
    Consent(Vec<String>),
    /// 429 or -10: too many calls.
    TooMany {
        /// When Kakao wants to be asked again, if it says so. May be any number.
        retry_after: Option<Duration>,
    },
    /// 5xx, or a code that says the same: Kakao has a passing trouble.
    Passing,
    /// Any other code: a clear no.
    Refused(KapiCode),
    /// Any other status without a code.
    Status(u16),
    /// The answer is about somebody else than was asked about. Nothing of it may be used.
    OtherPerson,
    /// An answer nobody can read, or without an id.
    Nonsense,
    /// No answer.
    Call(CallError),
}

impl Failure {
    /// A word for logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotLinked => "not-linked",
            Self::Key => "key",
            Self::Consent(_) => "consent",
            Self::TooMany { .. } => "too-many",
            Self::Passing => "passing",
            Self::Refused(code) => code.word(),
            Self::Status(_) => "status",
            Self::OtherPerson => "other-person",
            Self::Nonsense => "nonsense",
            Self::Call(error) => error.kind(),
        }
    }

    /// Whether the same call may go well later without anybody doing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::TooMany { .. } | Self::Passing => true,
            Self::Call(error) => matches!(error, CallError::NotSent | CallError::Unknown),
            _ => false,
        }
    }

    /// Cause and cure, if a code of Kakao's is behind it.
    pub const fn advice(&self) -> Option<Advice> {
        Some(match self {
            Self::NotLinked => KapiCode::NotLinked.advice(),
            Self::Key => KapiCode::Key.advice(),
            Self::Consent(_) => KapiCode::Consent.advice(),
            Self::TooMany { .. } => KapiCode::Quota.advice(),
            Self::Passing => KapiCode::Internal.advice(),
            Self::Refused(code) => code.advice(),
            Self::Status(_) | Self::OtherPerson | Self::Nonsense | Self::Call(_) => return None,
        })
    }

    /// What an answer means that may hold an error; `None` if it holds what was asked for. The code decides, but not that of a
    /// server in trouble: `-101` with a 503 must not unlink anybody.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        if answer.status >= 500 {
            return Some(Self::Passing);
        }
        let error = kakao::parse::<KapiError>(&answer.body).unwrap_or_default();
        Some(match error.code() {
            Some(KapiCode::NotLinked) => Self::NotLinked,
            Some(KapiCode::Key) => Self::Key,
            Some(KapiCode::Consent) => Self::Consent(error.required_scopes().map(str::to_owned).collect()),
            Some(KapiCode::Quota) => Self::TooMany { retry_after: answer.retry_after },
            Some(code) if code.is_passing() => Self::Passing,
            Some(code) => Self::Refused(code),
            None => match answer.status {
                200 => return None,
                401 | 403 => Self::Key,
                429 => Self::TooMany { retry_after: answer.retry_after },
                status => Self::Status(status),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_and_the_status_helps_out() {
        let of =
            |status, body: &str| Failure::of(&Answer { status, retry_after: None, body: body.as_bytes().to_vec() });
        let too_many = Failure::TooMany { retry_after: None };
        for (status, body, failure) in [
            (400, r#"{"msg":"x","code":-101}"#, Failure::NotLinked),
            (200, r#"{"msg":"x","code":"-101"}"#, Failure::NotLinked),
            (401, r#"{"code":-401}"#, Failure::Key),
            (401, "", Failure::Key),
            (403, "<html>", Failure::Key),
            (
                403,
                r#"{"code":-402,"required_scopes":["plusfriends",5]}"#,
                Failure::Consent(vec!["plusfriends".to_owned()]),
            ),
            (403, r#"{"code":-5}"#, Failure::Refused(KapiCode::Permission)),
            (400, r#"{"code":-10}"#, too_many.clone()),
            (429, "", too_many),
            (400, r#"{"code":-1}"#, Failure::Passing),
            (503, r#"{"code":-101}"#, Failure::Passing),
            (500, "", Failure::Passing),
            (400, r#"{"code":-777}"#, Failure::Refused(KapiCode::Other(-777))),
            (400, r#"{"code":1e400}"#, Failure::Status(400)),
            (400, r#"{"code":null}"#, Failure::Status(400)),
            (302, "", Failure::Status(302)),
            (204, "", Failure::Status(204)),
        ] {
            assert_eq!(of(status, body), Some(failure), "{status} {body}");
        }
        for body in ["", "{}", r#"{"id":1}"#, "<html>"] {
            assert_eq!(of(200, body), None, "{body}");
        }
    }
}
