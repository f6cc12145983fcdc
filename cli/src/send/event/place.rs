//! `--url` of `kakao send event`: a stand-in, or Kakao itself, which costs money and is never taken for the other.

use shared::env::BOT_API_URL;

use crate::say::Misuse;
use crate::send::is_here;

/// Where the platform is.
pub(super) struct Place {
    /// What `BOT_API_URL` would be.
    pub(super) base: String,
    /// Whether it is Kakao itself, which costs money.
    pub(super) real: bool,
    /// Whether it is on this very machine.
    pub(super) here: bool,
}

impl Place {
    /// The place at this address; `kakao dev` is named as for the other commands, without a path.
    pub(super) fn read(url: &str) -> Result<Self, Misuse> {
        let base = url.trim_end_matches('/');
        let parsed: Option<http::Uri> = base.parse().ok();
        let parsed = parsed.filter(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some());
        let Some(parsed) = parsed else {
            return Err(Misuse::new(
                format!("--url 값은 http:// 또는 https:// 주소예요. 받은 값: {url}"),
                format!("--url takes an http:// or https:// address, not `{url}`."),
            ));
        };
        let host = parsed.host().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let real = host == "kakao.com" || host.ends_with(".kakao.com");
        if real && base != BOT_API_URL {
            return Err(Misuse::new(
                format!("카카오의 주소는 {BOT_API_URL} 하나예요. 받은 값: {url}"),
                format!("Kakao's own address is {BOT_API_URL}, not `{url}`."),
            ));
        }
        let at_its_root = matches!(parsed.path(), "" | "/");
        let base = if at_its_root && !real { format!("{base}/platform") } else { base.to_owned() };
        Ok(Self { base, real, here: is_here(&parsed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Option<(String, bool)> {
        Place::read(url).ok().map(|place| (place.base, place.real))
    }

    #[test]
    fn kakaos_own_address_is_recognised_however_it_is_written() {
        assert_eq!(place("https://bot-api.kakao.com"), Some((BOT_API_URL.to_owned(), true)));
        assert_eq!(place("https://bot-api.kakao.com/"), Some((BOT_API_URL.to_owned(), true)));
        for other in [
            "http://bot-api.kakao.com",
            "https://BOT-API.kakao.com.",
            "https://x@bot-api.kakao.com",
            "https://bot-api.kakao.com:443/x",
            "https://kapi.kakao.com",
            "ftp://x",
            "x",
        ] {
            assert_eq!(place(other), None, "{other}");
        }
    }

    #[test]
    fn a_laptop_is_named_as_for_the_other_commands() {
        for (url, base) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/platform"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/platform"),
            ("http://127.0.0.1:3000/platform", "http://127.0.0.1:3000/platform"),
            ("http://bot-api.kakao.com.evil.test/x", "http://bot-api.kakao.com.evil.test/x"),
        ] {
            assert_eq!(place(url), Some((base.to_owned(), false)), "{url}");
        }
    }
}
