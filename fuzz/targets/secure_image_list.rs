//! Any text as `List(url, url)`: addresses come out whole and in order, and what is called Kakao's is so for a browser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use shared::kakao::skill::{FileUrl, SecureImages};
use url::{Host, Url};

fuzz_target!(|text: &str| {
    let images = SecureImages::read(&json!({ "secureUrls": text })).expect("an object");
    let urls = images.urls();
    let mut rest = text;
    for url in &urls {
        let lower = url.as_str().to_ascii_lowercase();
        assert!(lower.starts_with("http://") || lower.starts_with("https://"));
        for (comma, _) in lower.match_indices(',') {
            let next = lower[comma + 1..].trim_start();
            assert!(!next.starts_with("http://") && !next.starts_with("https://"), "a separator inside of an address");
        }
        let at = rest.find(url.as_str()).expect("part of the text, in order");
        rest = &rest[at + url.as_str().len()..];
        judge(*url);
    }

    // The same addresses, however they are written.
    let plain: Vec<&str> = urls.iter().map(|url| url.as_str()).collect();
    for list in [format!("List({})", plain.join(",")), format!("List({})", plain.join(", ")), plain.join(",\n ")] {
        // The last address may end in the bracket that closes a list.
        if list.starts_with("List(") || !list.ends_with(')') {
            let again = SecureImages::read(&json!({ "secureUrls": list })).expect("an object");
            assert_eq!(again.urls(), urls);
        }
    }
    if let Some(bare) = SecureImages::read(&json!(text)) {
        let written = serde_json::to_value(&bare).expect("writes");
        assert!(SecureImages::read(&written).is_some_and(|again| again == bare));
        let _ = (bare.is_agreed(), bare.quantity(), bare.expires(), bare.expire_seconds());
    }
});

/// A second opinion on the host.
fn judge(url: FileUrl<'_>) {
    let _ = url.expires();
    if url.is_kakao_cdn() {
        let parsed = Url::parse(url.as_str()).expect("an address");
        assert!(matches!(parsed.host(), Some(Host::Domain(host)) if host.ends_with(".kakaocdn.net")));
        assert!(parsed.port().is_none() && parsed.username().is_empty() && parsed.password().is_none());
        assert!(["http", "https"].contains(&parsed.scheme()));
    }
}
