//! Any query of the redirect: it is read or refused, and what the browser is sent to is Kakao's for a browser and fits a header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::kakao::sync::{ContinueRules, ContinueUrl, RedirectQuery};
use url::{Host, Url};

fuzz_target!(|text: &str| {
    let rules = ContinueRules::new(["kakao.com"]);
    judge(text, &rules);
    if let Some(url) = RedirectQuery::parse(text).ok().and_then(|query| query.continue_url) {
        judge(&url, &rules);
    }
});

fn judge(text: &str, rules: &ContinueRules) {
    let Ok(allowed) = ContinueUrl::parse(text, rules) else { return };
    assert_eq!(allowed.as_str(), text);
    let seen = Url::parse(text).expect("an address");
    assert!(matches!(seen.host(), Some(Host::Domain(host)) if host == "kakao.com" || host.ends_with(".kakao.com")));
    assert_eq!((seen.scheme(), seen.username(), seen.password(), seen.port()), ("https", "", None, None));
    for sent in [text, &allowed.with_complete(true, None), &allowed.with_complete(false, Some(text))] {
        assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()), "a header could end here");
        assert_eq!(Url::parse(sent).expect("an address").origin(), seen.origin());
    }
}
