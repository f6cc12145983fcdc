//! The frame around every answer.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::WorkError;
use crate::kakao;
use crate::kakao::field::closed_debug;
use crate::kakao::skill::Map;
use crate::kakao::work::ErrorCode;
use crate::kapi::Answer;

/// An answer that says `"success": true`, whatever it is about.
#[derive(Clone, PartialEq, Default)]
pub struct Envelope {
    /// Its members besides `success`.
    pub members: Map,
}

closed_debug!(Envelope);

impl Envelope {
    /// Reads an answer. A 200 that says `"success": false` is an error.
    pub(super) fn read(answer: &Answer) -> Result<Self, WorkError> {
        let mut members = kakao::parse::<Map>(&answer.body).unwrap_or_default();
        let success = members.remove("success");
        let code = members.get("error").and_then(|error| error.get("code")?.as_str()).map(ErrorCode::from);
        match (answer.status, code) {
            (429, _) | (_, Some(ErrorCode::TooManyRequests)) => {
                Err(WorkError::TooMany { retry_after: answer.retry_after })
            }
            (500.., _) | (_, Some(ErrorCode::InternalServerError)) => Err(WorkError::Passing),
            (
                401 | 403,
                None
                | Some(
                    ErrorCode::InvalidAuthentication
                    | ErrorCode::ExpiredAuthentication
                    | ErrorCode::InvalidToken
                    | ErrorCode::Unauthorized,
                ),
            )
            | (
                _,
                Some(ErrorCode::InvalidAuthentication | ErrorCode::ExpiredAuthentication | ErrorCode::InvalidToken),
            ) => Err(WorkError::Key),
            (_, Some(code)) => Err(WorkError::Refused(code)),
            (200..300, None) if success == Some(Value::Bool(true)) => Ok(Self { members }),
            (200..300, None) => Err(WorkError::Nonsense),
            (status, None) => Err(WorkError::Status(status)),
        }
    }

    /// What stands under this name.
    pub(super) fn entity<T: DeserializeOwned>(&self, name: &str) -> Result<T, WorkError> {
        let value = self.members.get(name).filter(|value| !value.is_null()).ok_or(WorkError::Nonsense)?;
        T::deserialize(value).map_err(|_| WorkError::Nonsense)
    }

    /// Where the next page begins, if there is one.
    pub(super) fn cursor(&self) -> Option<&str> {
        self.members.get("cursor")?.as_str().filter(|cursor| !cursor.is_empty())
    }
}
