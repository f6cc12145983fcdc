//! The query of the redirect: what the consent screen, or somebody who wants to look like it, gave the browser along.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#request-code>

use percent_encoding::percent_decode_str;

use crate::kakao::field::closed_debug;

/// Longest query that is read, in bytes: a continue URL of full length, every byte encoded, and a code.
const MAX: usize = 8 * 1_024;

/// Names under which the continue URL has been seen or described, in the order in which they count (protocol `sync` 1.3).
const CONTINUE: [&str; 4] = ["continue", "continueURL", "continueUrl", "continue_url"];

/// The parameters that are known; an empty one counts as absent. All of them come from a stranger.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedirectQuery {
    /// To be exchanged for a token, once. A secret.
    pub code: Option<String>,
    /// What the authorization request gave along.
    pub state: Option<String>,
    /// What went wrong at the consent screen: `access_denied`.
    pub error: Option<String>,
    /// The same for developers. Neither for a page nor for a log.
    pub error_description: Option<String>,
    /// Where the browser wants to be sent: see [`super::ContinueUrl`].
    pub continue_url: Option<String>,
}

closed_debug!(RedirectQuery);

/// Why a query cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadQuery {
    /// Longer than any that is meant honestly.
    TooLong,
    /// A parameter is there twice, with two values: nobody knows which one counts.
    Ambiguous,
    /// A value is not UTF-8.
    NotUtf8,
}

impl BadQuery {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Ambiguous => "ambiguous",
            Self::NotUtf8 => "not-utf8",
        }
    }
}

impl RedirectQuery {
    /// Reads a query as it came: without its `?`, percent-decoded here and only once. A `+` is a plus: a URL is no form.
    ///
    /// # Errors
    /// [`BadQuery`]
    pub fn parse(raw: &str) -> Result<Self, BadQuery> {
        if raw.len() > MAX {
            return Err(BadQuery::TooLong);
        }
        let find = |name: &str| find(raw, name);
        let mut continue_url = None;
        // Each spelling must be unambiguous, also those that do not count.
        for name in CONTINUE {
            let found = find(name)?;
            continue_url = continue_url.or(found);
        }
        Ok(Self {
            code: find("code")?,
            state: find("state")?,
            error: find("error")?,
            error_description: find("error_description")?,
            continue_url,
        })
    }
}

/// The one value of a parameter.
fn find(raw: &str, wanted: &str) -> Result<Option<String>, BadQuery> {
    let mut found: Option<String> = None;
    for pair in raw.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !percent_decode_str(name).eq(wanted.bytes()) {
            continue;
        }
        let value = percent_decode_str(value).decode_utf8().map_err(|_| BadQuery::NotUtf8)?;
        if found.as_ref().is_some_and(|found| *found != value) {
            return Err(BadQuery::Ambiguous);
        }
        found = Some(value.into_owned());
    }
    Ok(found.filter(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> RedirectQuery {
        RedirectQuery::parse(raw).expect(raw)
    }

    #[test]
    fn reads_what_the_consent_screen_sends() {
        let query = read("code=c1&continue=https%3A%2F%2Ftalk-plugin.kakao.com%2Fx%3Fa%3D1%26b%3D2&state=s%20t&utm=1");
        assert_eq!(query.code.as_deref(), Some("c1"));
        assert_eq!(query.state.as_deref(), Some("s t"));
        assert_eq!(query.continue_url.as_deref(), Some("https://talk-plugin.kakao.com/x?a=1&b=2"));
        let query = read("error=access_denied&error_description=User%20denied%20access");
        assert_eq!((query.error.as_deref(), query.code), (Some("access_denied"), None));
        assert_eq!(query.error_description.as_deref(), Some("User denied access"));
        assert_eq!(read(""), RedirectQuery::default());
        assert_eq!(read("code=&state&=x&&"), RedirectQuery::default());
    }

    #[test]
    fn the_continue_url_has_four_names_and_the_first_counts() {
        for name in CONTINUE {
            assert_eq!(read(&format!("{name}=a")).continue_url.as_deref(), Some("a"), "{name}");
        }
        assert_eq!(read("continue_url=d&continueUrl=c&continueURL=b&continue=a").continue_url.as_deref(), Some("a"));
        assert_eq!(read("continue_url=d&continueURL=&continueUrl=c").continue_url.as_deref(), Some("c"));
        assert_eq!(read("Continue=a&CONTINUE=b").continue_url, None, "names are written as they are written");
    }

    #[test]
    fn a_parameter_with_two_values_is_refused() {
        for raw in [
            "code=a&code=b",
            "code=a&c%6fde=b",
            "state=a&state=",
            "continueUrl=x&continueUrl=y&continue=z",
            "error=a&error=A",
        ] {
            assert_eq!(RedirectQuery::parse(raw), Err(BadQuery::Ambiguous), "{raw}");
        }
        assert_eq!(read("code=a&code=%61&x=1&x=2").code.as_deref(), Some("a"), "the same value twice is one value");
    }

    #[test]
    fn decodes_once_and_only_percent_signs() {
        let read = |raw: &str| read(raw).continue_url.expect("a URL");
        assert_eq!(read("continue=%252F"), "%2F");
        assert_eq!(read("continue=a+b%2B"), "a+b+");
        assert_eq!(read("continue=%zz%4"), "%zz%4");
        assert_eq!(read("continue=a=b=c"), "a=b=c");
        assert_eq!(read("continue=%ED%95%9C%F0%9F%98%80"), "한😀");
        assert_eq!(RedirectQuery::parse("state=%ff"), Err(BadQuery::NotUtf8));
        assert_eq!(RedirectQuery::parse("other=%ff"), Ok(RedirectQuery::default()));
        assert_eq!(RedirectQuery::parse(&"a".repeat(MAX + 1)), Err(BadQuery::TooLong));
    }

    #[test]
    fn t05_nothing_shows_in_debug_output() {
        assert!(!format!("{:?}", read("code=canary&state=canary&continue=canary")).contains("canary"));
    }
}
