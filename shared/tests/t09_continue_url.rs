//! T09 and T10: the browser is sent back to Kakao and nowhere else. A table of 80 bad and 10 good URLs, and a second opinion: what our
//! reader allows, the parser of the browsers' own standard reads as the same place.
#![allow(clippy::expect_used, reason = "tests")]

use http::HeaderValue;
use proptest::prelude::*;
use shared::kakao::sync::{ContinueRules, ContinueUrl, RedirectQuery};
use url::{Host, Url};

mod continue_urls;

use continue_urls::{BAD, GOOD};

/// More of them, which are no table's but a program's.
fn more_bad() -> Vec<String> {
    let mut bad: Vec<String> = (0..=0x20_u8)
        .chain([b'"', b'<', b'>', b'\\', b'`', 0x7f])
        .flat_map(|byte| {
            let byte = char::from(byte);
            [
                format!("https://kakao.com/{byte}x"),
                format!("https://kakao.com{byte}/"),
                format!("https:{byte}//kakao.com/"),
                format!("https://kakao.com/x{byte}"),
                format!("{byte}https://kakao.com/"),
            ]
        })
        .collect();
    bad.extend((0..0x20_u8).chain([0x7f]).map(|byte| format!("https://kakao.com/%{byte:02x}")));
    bad.push(format!("https://kakao.com/{}", "a".repeat(2_048 - 17)));
    bad.push(format!("https://{}.kakao.com/", "a".repeat(64)));
    bad.push(format!("https://{}kakao.com/", "a.".repeat(130)));
    bad.extend(["https://kakao.com/한", "https://kakao.com/\u{a0}", "https://kakao.com/\u{2028}"].map(str::to_owned));
    bad
}

fn kakao() -> ContinueRules {
    ContinueRules::new(["kakao.com"])
}

#[test]
fn t09_eighty_bad_ones_are_refused() {
    for url in BAD {
        let refused = ContinueUrl::parse(url, &kakao()).expect_err(url);
        assert!(!refused.word().is_empty());
    }
    for url in more_bad() {
        assert!(ContinueUrl::parse(&url, &kakao()).is_err(), "{url:?}");
    }
}

#[test]
fn t09_ten_good_ones_come_out_byte_for_byte() {
    for url in GOOD {
        let allowed = ContinueUrl::parse(url, &kakao()).expect(url);
        assert_eq!(allowed.as_str(), url);
        let encoded = percent_encoding::utf8_percent_encode(url, percent_encoding::NON_ALPHANUMERIC);
        let query = RedirectQuery::parse(&format!("code=c1&continue={encoded}")).expect("a query");
        assert_eq!(query.continue_url.as_deref(), Some(url), "one decoding, and no more");
    }
    let longest = format!("https://kakao.com/{}", "a".repeat(2_048 - 18));
    assert!(ContinueUrl::parse(&longest, &kakao()).is_ok());
}

#[test]
fn t09_the_place_of_a_refused_one_is_scheme_and_host_or_nothing() {
    for url in BAD {
        let refused = ContinueUrl::parse(url, &kakao()).expect_err(url);
        if let Some(place) = refused.place() {
            let rest = url.to_ascii_lowercase().strip_prefix(place).map(str::to_owned).expect(url);
            assert!(rest.is_empty() || rest.starts_with(['/', ':', '?', '#']), "{url}: {place}");
            assert!(!place.contains(['@', '?', '#', '%']) && place.len() < 300, "{place}");
        }
    }
}

/// Pieces of which good, bad and odd URLs are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "https",
            "HTTPS",
            "http",
            "kakaotalk",
            ":",
            "/",
            "//",
            "://",
            "\\",
            "@",
            "?",
            "#",
            ".",
            "..",
            "%2e",
            "%2f",
            "%40",
            "%00",
            "%0a",
            "kakao.com",
            "KAKAO.com",
            "talk-plugin",
            "evil.example",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "xn--",
            "-",
            ":443",
            ":8443",
            ":0443",
            "。",
            "．",
            "ａ",
            "한",
            "\u{ad}",
            "\u{200d}",
            "\r\n",
            "\t",
            " ",
            "&",
            "=",
            "a",
            "1",
            ";",
            "|",
            "^",
            "\"",
        ])
        .prop_map(str::to_owned),
        "[a-z0-9.:/@?#%\\\\-]{0,6}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn urls() -> impl Strategy<Value = String> {
    prop_oneof![
        pieces(),
        pieces().prop_map(|rest| format!("https://{rest}")),
        pieces().prop_map(|rest| format!("https://{rest}.kakao.com/")),
        pieces().prop_map(|rest| format!("https://kakao.com{rest}")),
        ("[A-Za-z0-9-]{1,8}", pieces()).prop_map(|(label, rest)| format!("https://{label}.kakao.com/{rest}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// F32: whatever is allowed, a browser goes to Kakao with it, by TLS, at the usual port, with nobody's name.
    #[test]
    fn f32_the_redirect_check_agrees_with_a_second_parser(url in urls()) {
        if let Ok(allowed) = ContinueUrl::parse(&url, &kakao()) {
            prop_assert_eq!(allowed.as_str(), &url);
            let seen = Url::parse(&url).map_err(|error| TestCaseError::fail(format!("{url:?}: {error}")))?;
            prop_assert_eq!(seen.scheme(), "https");
            prop_assert_eq!((seen.username(), seen.password(), seen.port()), ("", None, None));
            let Some(Host::Domain(host)) = seen.host() else { return Err(TestCaseError::fail(url)) };
            prop_assert!(host == "kakao.com" || host.ends_with(".kakao.com"), "{}", url);
            prop_assert_eq!(Url::parse(allowed.origin()).map(|origin| origin.origin()).ok(), Some(seen.origin()));
        }
    }

    /// T10: what is allowed is a header's value as it is, also after something was added to it.
    #[test]
    fn t10_an_allowed_url_cannot_end_a_header(url in urls(), matching in any::<String>()) {
        if let Ok(allowed) = ContinueUrl::parse(&url, &kakao().with_app_links()) {
            let more = allowed.with_complete(false, Some(&matching));
            for text in [allowed.as_str(), more.as_str()] {
                let value = HeaderValue::from_str(text).map_err(|_| TestCaseError::fail(text.to_owned()))?;
                prop_assert_eq!(value.as_bytes(), text.as_bytes());
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
            }
        }
    }

    /// What is added is found again by another reader, and nothing else is changed.
    #[test]
    fn f32_complete_and_match_url_are_added_and_nothing_is_lost(rest in "[a-z0-9/?#&=%]{0,20}", matching in any::<String>()) {
        let url = format!("https://kakao.com/{rest}");
        if let Ok(allowed) = ContinueUrl::parse(&url, &kakao()) {
            let (before, after) = (Url::parse(&url).expect("a URL"), Url::parse(&allowed.with_complete(true, Some(&matching))).expect("a URL"));
            prop_assert_eq!(before.fragment(), after.fragment());
            prop_assert_eq!((before.path(), before.origin()), (after.path(), after.origin()));
            let all = |url: &Url| url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect::<Vec<_>>();
            let mut expected = all(&before);
            expected.extend([("complete".to_owned(), "true".to_owned()), ("user_match_url".to_owned(), matching)]);
            prop_assert_eq!(all(&after), expected);
        }
    }

    /// T24, T30: no query makes the reader fall over.
    #[test]
    fn t10_any_query_can_be_read_or_refused(raw in any::<String>(), value in any::<String>()) {
        let _ = RedirectQuery::parse(&raw);
        let encoded = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
        if let Ok(query) = RedirectQuery::parse(&format!("continue={encoded}&{raw}")) {
            prop_assert!(value.is_empty() || query.continue_url.as_deref() == Some(&*value));
        }
    }
}
