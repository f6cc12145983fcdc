//! `continue`: where the browser must be sent to close the half-view and go on with the chat.
//! <https://developers.kakao.com/docs/en/kakaosync/plugin>
//!
//! It comes through the browser of whoever opened the link, so it may lead anywhere (threat T09). Deliberately narrower than a URL
//! parser: what two parsers could read in two ways is not allowed, and what is allowed is handed on byte for byte.

use std::fmt;

/// Longest continue URL, in bytes.
const MAX: usize = 2_048;

/// What the plugin's app links begin with.
const APP_LINK: &str = "kakaotalk://bizplugin/";

/// Where a browser may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinueRules {
    hosts: Vec<String>,
    app_links: bool,
    stand_in: Option<String>,
}

impl ContinueRules {
    /// `https` at these hosts and the hosts below them. A name without a dot, an address and a name outside ASCII are left out: the
    /// first would let a whole top-level domain in, and the last is written as `xn--`.
    pub fn new<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Self {
        let hosts = hosts.into_iter().map(str::to_ascii_lowercase);
        Self { hosts: hosts.filter(|host| is_domain(host)).collect(), app_links: false, stand_in: None }
    }

    /// And the plugin's app links, `kakaotalk://bizplugin/…`.
    pub fn with_app_links(self) -> Self {
        Self { app_links: true, ..self }
    }

    /// And exactly the origin of `base`, where a stand-in for the plugin's server is: any host, any port, with or without TLS.
    pub fn with_stand_in(self, base: &str) -> Self {
        let end = base.find("://").map(|at| at + 3).unwrap_or_default();
        let origin = base[end..].find(['/', '?', '#']).map_or(base, |at| &base[..end + at]);
        Self { stand_in: (end > 3 && origin.len() > end).then(|| format!("{origin}/")), ..self }
    }

    fn allow_host(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.hosts.iter().any(|allowed| match host.strip_suffix(allowed.as_str()) {
            Some("") => true,
            // Nobody needs an international name below an allowed one, and parsers disagree on which of them are names.
            Some(below) => {
                below.strip_suffix('.').is_some_and(|below| labels(below).all(|label| !label.starts_with("xn--")))
            }
            None => false,
        })
    }
}

/// A continue URL that may be put into a `Location`.
#[derive(Clone, PartialEq, Eq)]
pub struct ContinueUrl(String);

/// It may hold a one-time value.
impl fmt::Debug for ContinueUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContinueUrl(..)")
    }
}

/// Why a browser is not sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    why: &'static str,
    place: Option<String>,
}

impl NotAllowed {
    const fn because(why: &'static str) -> Self {
        Self { why, place: None }
    }

    /// A word for logs.
    pub const fn word(&self) -> &'static str {
        self.why
    }

    /// Scheme and host, `https://evil.example`, and nothing else of it; `None` if they cannot be told for certain.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }
}

impl ContinueUrl {
    /// Accepts what the rules name, exactly as it came after one percent-decoding.
    ///
    /// # Errors
    /// [`NotAllowed`]
    pub fn parse(text: &str, rules: &ContinueRules) -> Result<Self, NotAllowed> {
        if text.is_empty() {
            return Err(NotAllowed::because("empty"));
        }
        if text.len() > MAX {
            return Err(NotAllowed::because("too-long"));
        }
        if !text.bytes().all(is_plain) {
            return Err(NotAllowed::because("odd-byte"));
        }
        if hides_control(text) {
            return Err(NotAllowed::because("hidden-control"));
        }
        let allowed = || Ok(Self(text.to_owned()));
        if rules.stand_in.as_deref().is_some_and(|origin| text.starts_with(origin)) {
            return allowed();
        }
        if rules.app_links && text.strip_prefix(APP_LINK).is_some_and(|rest| !rest.is_empty()) {
            return allowed();
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Err(NotAllowed::because("no-scheme")) };
        let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.strip_suffix(":443").unwrap_or(authority);
        let is_scheme =
            !scheme.is_empty() && scheme.len() <= 20 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let refused = |why| {
            let place = (is_scheme && is_host(host)).then(|| format!("{scheme}://{host}").to_ascii_lowercase());
            Err(NotAllowed { why, place })
        };
        if !scheme.eq_ignore_ascii_case("https") {
            return refused("scheme");
        }
        if authority.contains('@') {
            return refused("user-info");
        }
        if host.contains(':') {
            return refused("port");
        }
        if !is_host(host) {
            return refused("host-form");
        }
        if !rules.allow_host(host) {
            return refused("host");
        }
        allowed()
    }

    /// The URL, byte for byte as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and perhaps port, for a content security policy: `https://talk-plugin.kakao.com`.
    pub fn origin(&self) -> &str {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        self.0[start..].find(['/', '?', '#']).map_or(&*self.0, |at| &self.0[..start + at])
    }

    /// The URL with `complete` and perhaps `user_match_url` in its query, before any fragment (protocol `sync` 1.6).
    pub fn with_complete(&self, complete: bool, user_match_url: Option<&str>) -> String {
        let (url, fragment) = self.0.split_at(self.0.find('#').unwrap_or(self.0.len()));
        let separator = match url.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let more = user_match_url.map(|url| format!("&user_match_url={}", encoded(url))).unwrap_or_default();
        format!("{url}{separator}complete={complete}{more}{fragment}")
    }
}

/// A value of a query: everything but letters, digits and `-._~` encoded.
fn encoded(text: &str) -> percent_encoding::PercentEncode<'_> {
    const VALUE: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, VALUE)
}

/// Visible ASCII, without the backslash, which browsers read as a slash, and what no URL holds and a page could be broken with.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\\\"<>`".contains(&byte)
}

/// Whether a control character is hidden behind a percent sign: `%0d%0a` is decoded by somebody sooner or later.
fn hides_control(text: &str) -> bool {
    percent_encoding::percent_decode_str(text).any(|byte| byte.is_ascii_control())
}

fn labels(host: &str) -> impl Iterator<Item = &str> {
    host.split('.')
}

/// Plain labels, none of them empty: so neither a dot at the end nor a percent sign, a port or a bracket.
fn is_host(host: &str) -> bool {
    host.len() <= 253
        && labels(host).all(|label| {
            let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        })
}

/// A name of at least two labels whose last one is not a number, which would make it an address.
fn is_domain(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    is_host(host)
        && host.contains('.')
        && last.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !last.starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kakao() -> ContinueRules {
        ContinueRules::new(["kakao.com"])
    }

    #[test]
    fn the_query_is_added_to_before_the_fragment() {
        let complete = |url: &str, more| ContinueUrl::parse(url, &kakao()).expect(url).with_complete(true, more);
        for (url, with) in [
            ("https://kakao.com", "https://kakao.com?complete=true"),
            ("https://kakao.com/x", "https://kakao.com/x?complete=true"),
            ("https://kakao.com/x?", "https://kakao.com/x?complete=true"),
            ("https://kakao.com/x?a=1", "https://kakao.com/x?a=1&complete=true"),
            ("https://kakao.com/x?a=1&", "https://kakao.com/x?a=1&complete=true"),
            ("https://kakao.com/x?a=1#f?g", "https://kakao.com/x?a=1&complete=true#f?g"),
            ("https://kakao.com/x#f?g", "https://kakao.com/x?complete=true#f?g"),
        ] {
            assert_eq!(complete(url, None), with);
        }
        let url = ContinueUrl::parse("https://kakao.com/x#f", &kakao()).expect("allowed");
        assert_eq!(
            url.with_complete(false, Some("https://a.example/m?t=1&u=가\r\n")),
            "https://kakao.com/x?complete=false&user_match_url=https%3A%2F%2Fa.example%2Fm%3Ft%3D1%26u%3D%EA%B0%80%0D%0A#f"
        );
    }

    #[test]
    fn a_rule_that_is_too_wide_is_no_rule() {
        for host in ["com", "", ".", "kakao.com.", "*.kakao.com", "127.0.0.1", "1.0x7f", "카카오.한국", "kakao.com:443"]
        {
            assert_eq!(ContinueRules::new([host]), ContinueRules::new([]), "{host}");
        }
        assert!(ContinueUrl::parse("https://KAKAO.com/x", &ContinueRules::new(["Kakao.Com"])).is_ok());
    }

    #[test]
    fn a_stand_in_is_one_origin() {
        let rules = ContinueRules::new([]).with_stand_in("http://127.0.0.1:4010/plugin");
        let url = ContinueUrl::parse("http://127.0.0.1:4010/continue?x=1", &rules).expect("allowed");
        assert_eq!(url.origin(), "http://127.0.0.1:4010");
        for other in [
            "http://127.0.0.1:4010",
            "http://127.0.0.1:40101/",
            "http://127.0.0.1:4010@evil.example/",
            "https://kakao.com/",
        ] {
            assert!(ContinueUrl::parse(other, &rules).is_err(), "{other}");
        }
        for base in ["", "localhost", "://", "http://"] {
            assert_eq!(ContinueRules::new([]).with_stand_in(base), ContinueRules::new([]), "{base}");
        }
    }

    #[test]
    fn app_links_are_allowed_by_a_setting() {
        let rules = kakao().with_app_links();
        for link in ["kakaotalk://bizplugin/continue", "kakaotalk://bizplugin/close?x=1"] {
            assert_eq!(ContinueUrl::parse(link, &rules).expect(link).as_str(), link);
            assert_eq!(ContinueUrl::parse(link, &kakao()).expect_err(link).place(), Some("kakaotalk://bizplugin"));
        }
        for link in [
            "kakaotalk://bizplugin",
            "kakaotalk://bizplugin/",
            "kakaotalk://bizplugin?x",
            "kakaotalk://other/x",
            "KAKAOTALK://bizplugin/x",
        ] {
            assert!(ContinueUrl::parse(link, &rules).is_err(), "{link}");
        }
    }

    #[test]
    fn t05_a_refusal_tells_scheme_and_host_only() {
        let refused = |url: &str| ContinueUrl::parse(url, &kakao()).expect_err(url);
        let evil = refused("https://Evil.example/canary?canary#canary");
        assert_eq!((evil.word(), evil.place()), ("host", Some("https://evil.example")));
        let user = refused("https://canary:canary@evil.example/");
        assert_eq!((user.word(), user.place()), ("user-info", None));
        assert_eq!(refused("javascript:alert(1)").place(), None);
        let url = ContinueUrl::parse("https://kakao.com/canary", &kakao());
        assert!(!format!("{url:?} {evil:?} {user:?}").contains("canary"));
    }
}
