//! The way from bytes to a typed body, and the reason when there is none.
//! <https://www.rfc-editor.org/rfc/rfc8259>
//!
//! A reason names the place and the kind of the trouble and never a value: values are utterances, user keys and
//! phone numbers, and reasons end up in logs.

use std::fmt;

use serde::de::DeserializeOwned;

/// The UTF-8 byte order mark. Some tools put it in front of a body; JSON does not allow it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Longest path that is reported, in characters. Names of members come from outside and may be of any length.
const PATH_MAX: usize = 200;

/// Reads one JSON document of type `T`.
///
/// The way of a good body is a plain pass over the bytes. Only a body that does not fit is read a second time, to find
/// out where.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Misfit> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|_| Misfit::locate::<T>(bytes))
}

/// A body that could not be read: where, and what kind of trouble. Holds no value of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The member, such as `userRequest.user.id` or `template.outputs[0].listCard`; `.` is the document itself.
    pub path: String,
    /// The kind of trouble.
    pub why: Why,
}

/// The kind of trouble with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not one JSON document.
    NotJson,
    /// Nested deeper than the parser follows (127 levels).
    TooDeep,
    /// The member has another JSON type than this one may have.
    WrongType,
    /// A member that must be there is not.
    Missing,
    /// The same member is there twice, so it is not clear which one counts.
    Duplicate,
    /// A number that does not fit the member, or no number type at all.
    NumberRange,
    /// A value of the right type that the member cannot have.
    WrongValue,
}

impl Why {
    /// The kind in one word, for a field of a log line.
    pub const fn word(self) -> &'static str {
        match self {
            Why::NotUtf8 => "not-utf8",
            Why::NotJson => "not-json",
            Why::TooDeep => "too-deep",
            Why::WrongType => "wrong-type",
            Why::Missing => "missing",
            Why::Duplicate => "duplicate",
            Why::NumberRange => "number-range",
            Why::WrongValue => "wrong-value",
        }
    }

    /// The reason in English.
    pub fn en(self) -> &'static str {
        match self {
            Why::NotUtf8 => "the text is not UTF-8",
            Why::NotJson => "the text is not one JSON document",
            Why::TooDeep => "nested too deeply",
            Why::WrongType => "a value of another type is expected here",
            Why::Missing => "this member is missing",
            Why::Duplicate => "this member is there twice",
            Why::NumberRange => "the number is out of range",
            Why::WrongValue => "the value is not allowed here",
        }
    }

    /// The reason in Korean.
    pub fn ko(self) -> &'static str {
        match self {
            Why::NotUtf8 => "UTF-8 텍스트가 아닙니다",
            Why::NotJson => "하나의 JSON 문서가 아닙니다",
            Why::TooDeep => "중첩이 너무 깊습니다",
            Why::WrongType => "값의 타입이 다릅니다",
            Why::Missing => "필수 항목이 없습니다",
            Why::Duplicate => "같은 항목이 두 번 있습니다",
            Why::NumberRange => "숫자가 범위를 벗어났습니다",
            Why::WrongValue => "이 자리에 올 수 없는 값입니다",
        }
    }

    /// Which kind an error of the parser is, and the member that it names beyond the path. The text of such an error
    /// may quote the document, so only its fixed beginning is looked at.
    fn of(error: &serde_json::Error) -> (Why, Option<String>) {
        let text = error.to_string();
        let member = || text.split('`').nth(1).map(str::to_owned);
        if text.starts_with("recursion limit exceeded") {
            (Why::TooDeep, None)
        } else if text.starts_with("number out of range") {
            (Why::NumberRange, None)
        } else if error.is_syntax() || error.is_eof() || error.is_io() {
            (Why::NotJson, None)
        } else if text.starts_with("missing field") {
            (Why::Missing, member())
        } else if text.starts_with("duplicate field") {
            (Why::Duplicate, member())
        } else if text.starts_with("invalid value: integer") || text.starts_with("invalid value: floating") {
            (Why::NumberRange, None)
        } else if text.starts_with("invalid value") || text.starts_with("unknown variant") {
            (Why::WrongValue, None)
        } else {
            (Why::WrongType, None)
        }
    }
}

impl Misfit {
    /// The second, slow pass. Not inlined and cold, because good bodies never come here.
    #[cold]
    #[inline(never)]
    fn locate<T: DeserializeOwned>(bytes: &[u8]) -> Self {
        if std::str::from_utf8(bytes).is_err() {
            return Misfit { path: ".".to_owned(), why: Why::NotUtf8 };
        }
        let mut json = serde_json::Deserializer::from_slice(bytes);
        match serde_path_to_error::deserialize::<_, T>(&mut json) {
            Err(error) => {
                let (why, member) = Why::of(error.inner());
                Misfit { path: printable(&error.path().to_string(), member.as_deref()), why }
            }
            // The document itself is fine, so something follows it.
            Ok(_) => Misfit { path: ".".to_owned(), why: Why::NotJson },
        }
    }
}

/// The path as it may be printed: no control characters, no endless names.
fn printable(path: &str, member: Option<&str>) -> String {
    let whole = match (path, member) {
        (path, None) => path.to_owned(),
        (".", Some(member)) => member.to_owned(),
        (path, Some(member)) => format!("{path}.{member}"),
    };
    let mut shown: String = whole.chars().take(PATH_MAX).map(|c| if c.is_control() { '?' } else { c }).collect();
    if whole.chars().nth(PATH_MAX).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.why.en())
    }
}

impl std::error::Error for Misfit {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kakao::skill::{SkillRequest, SkillResponse};

    fn request(body: &str) -> Misfit {
        parse::<SkillRequest>(body.as_bytes()).expect_err("must not parse")
    }

    #[test]
    fn names_the_member_and_the_kind() {
        let misfit = request(r#"{"userRequest":{"user":{"id":{"secret":"010-1234-5678"}}}}"#);
        assert_eq!(misfit, Misfit { path: "userRequest.user.id".into(), why: Why::WrongType });
        assert!(!misfit.to_string().contains("010"));

        let misfit = parse::<SkillResponse>(b"[]").expect_err("no response");
        assert_eq!(misfit, Misfit { path: ".".into(), why: Why::WrongType });
    }

    #[test]
    fn tells_the_kinds_apart() {
        assert_eq!(request("").why, Why::NotJson);
        assert_eq!(request("{").why, Why::NotJson);
        assert_eq!(request("{} {}").why, Why::NotJson);
        assert_eq!(request("[]"), Misfit { path: ".".into(), why: Why::WrongType });
        assert_eq!(request("null").why, Why::WrongType);
        assert_eq!(request(&format!("{{\"x\":{}", "[".repeat(200))).why, Why::TooDeep);
        assert_eq!(request(r#"{"x":1e400}"#).why, Why::NumberRange);
        assert_eq!(request(r#"{"bot":{},"bot":{}}"#), Misfit { path: "bot".into(), why: Why::Duplicate });
        assert_eq!(
            request(r#"{"userRequest":{"lang":"ko","lang":"kr"}}"#),
            Misfit { path: "userRequest.lang".into(), why: Why::Duplicate }
        );
        assert_eq!(parse::<SkillRequest>(b"{\"userRequest\":\"\xff\"}").expect_err("bytes").why, Why::NotUtf8);
    }

    #[test]
    fn skips_a_byte_order_mark() {
        assert!(parse::<SkillRequest>(b"\xEF\xBB\xBF{}").is_ok());
        assert!(parse::<SkillRequest>(b"\xEF\xBB\xBF\xEF\xBB\xBF{}").is_err());
    }

    #[test]
    fn shows_hostile_names_harmlessly() {
        let body = format!(r#"{{"contexts":[{{"params":{{"\n{}":1}},"name":5}}]}}"#, "가".repeat(500));
        let misfit = request(&body);
        assert_eq!(misfit.path, "contexts[0].name");
        let long = printable(&"가".repeat(500), None);
        assert_eq!(long.chars().count(), PATH_MAX + 1);
        assert_eq!(printable("a\nb", None), "a?b");
    }
}
