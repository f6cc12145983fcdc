//! Any text as a cookie, a state and a pass: it is refused, or it is the very one that we made.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use shared::clock::Millis;
use shared::kakao::sync::ContinueRules;
use shared::secret::{Seal, Secret};
use shared::sign_up::{Pass, Purpose, WebLogins};

/// When what is in the corpus was made, and a minute later.
const NOW: Millis = Millis(1_760_000_060_000);

struct Ours {
    passes: Seal,
    logins: WebLogins,
    rules: ContinueRules,
}

static OURS: LazyLock<Ours> = LazyLock::new(|| {
    let key = Secret::new("of the fuzz target");
    Ours {
        passes: Seal::derive(&key, "pass").expect("a key"),
        logins: WebLogins::derive(&[key]),
        rules: ContinueRules::new(["kakao.com"]),
    }
});

/// The cookie on the first line, the state on the second, a page's query on the third.
fuzz_target!(|text: &str| {
    let Ours { passes, logins, rules } = &*OURS;
    let mut lines = text.splitn(3, '\n');
    let (cookies, state, query) = (lines.next(), lines.next(), lines.next().unwrap_or_default());
    if let Ok(login) = logins.of(cookies, state, NOW) {
        let cookie = login.set_cookie();
        let pair = cookie.split(';').next().expect("a pair");
        assert!(cookies.is_some_and(|cookies| cookies.split(';').any(|cookie| cookie.trim() == pair)));
        assert_eq!(state, Some(login.state().as_str()));
    }
    for purpose in [Purpose::Failure, Purpose::Match] {
        if let Ok(pass) = Pass::read(query, passes, purpose, rules, NOW) {
            assert_eq!(purpose, Purpose::Failure, "there is no other in the corpus");
            assert_eq!(pass.saga.as_str(), "1".repeat(32));
            assert_eq!(pass.back.expect("a place").as_str(), "https://talk-plugin.kakao.com/x?a=1&b=2");
        }
    }
});
