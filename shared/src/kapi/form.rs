//! `application/x-www-form-urlencoded`: how Kakao's login server and REST API want to be asked.
//! <https://url.spec.whatwg.org/#urlencoded-serializing>

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::Secret;

/// As Kakao's documentation spells the type of a form.
pub(super) const TYPE: &str = "application/x-www-form-urlencoded;charset=utf-8";

/// Everything but letters, digits and `-._~`: what this leaves alone, every reader leaves alone.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The pairs as one text.
pub(super) fn encode(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, VALUE));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// `Bearer …` or `KakaoAK …`; `None` if the secret cannot be part of a header.
pub(super) fn authorization(scheme: &str, secret: &Secret) -> Option<HeaderValue> {
    let fits = !secret.reveal().is_empty() && secret.reveal().bytes().all(|byte| byte.is_ascii_graphic());
    let mut value = HeaderValue::from_str(&format!("{scheme} {}", secret.reveal())).ok().filter(|_| fits)?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t10_a_value_stays_inside_of_its_pair() {
        let form = encode(&[("code", "a&b=c d+e%\r\nx: y"), ("redirect_uri", "https://a.example/가?x=1#f")]);
        assert_eq!(
            form,
            "code=a%26b%3Dc%20d%2Be%25%0D%0Ax%3A%20y&redirect_uri=https%3A%2F%2Fa.example%2F%EA%B0%80%3Fx%3D1%23f"
        );
        assert_eq!(encode(&[]), "");
    }

    #[test]
    fn t10_a_secret_with_a_line_end_is_no_header() {
        for secret in ["", "a\r\nx: y", "a\nb", "a b", "키"] {
            assert!(authorization("Bearer", &Secret::new(secret)).is_none(), "{secret:?}");
        }
        let good = authorization("KakaoAK", &Secret::new("a1")).expect("a header");
        assert!(good == "KakaoAK a1" && good.is_sensitive());
    }
}
