//! What strangers, neighbours and hasty browsers try with the redirect: threats T09 to T17.

use futures_util::future::join_all;
use sync_redirect::SyncRedirect;
use tests::faults::{ALWAYS, Fault};
use tests::sync::{Ask, CONTINUE, Rule, encoded, with_continue, world};
use tests::table::text;

#[path = "../../shared/tests/continue_urls/mod.rs"]
mod continue_urls;

use continue_urls::{BAD, GOOD};

#[tokio::test]
async fn row_3_t09_nobody_is_sent_elsewhere_and_the_code_is_not_used() {
    let world = world(Rule::Yes).await;
    let code = world.code();
    for url in BAD {
        for name in ["continue", "continueURL", "continueUrl", "continue_url"] {
            let seen = world.get(&format!("code={code}&state=x&{name}={}", encoded(url))).await;
            assert_eq!((seen.status, seen.location()), (400, None), "{url:?}");
            assert!(!seen.body.contains("evil") && !seen.body.contains("kakao"), "{url:?}: {}", seen.body);
        }
    }
    for odd in [
        format!("code={code}&code=b"),
        format!("code={code}&continue=https%3A%2F%2Fkakao.com&continue=https%3A%2F%2Fevil.example"),
        format!("code={code}&continue=%FF"),
        format!("code={code}&x={}", "x".repeat(9_000)),
        String::new(),
        "code=".to_owned(),
    ] {
        assert_eq!(world.get(&odd).await.status, 400);
    }
    assert!(world.wire.sent("") == 0 && world.table.items().is_empty());
}

#[tokio::test]
async fn t09_a_good_place_is_gone_to_byte_for_byte() {
    let world = world(Rule::Yes).await;
    for url in GOOD {
        assert_eq!(world.get(&with_continue(&world.code(), url)).await.location(), Some(url));
    }
}

/// Threat T10: what comes from outside reaches headers only through their typed constructor, and is looked at before that. The fuzz
/// target `redirect` tries what nobody thought of.
#[tokio::test]
async fn t10_no_header_is_made_of_what_somebody_sent() {
    let world = world(Rule::Yes).await;
    let split =
        ["\r\nset-cookie: a=b", "\nx-evil: 1", "%0d%0aset-cookie:%20a=b", "%250d%250a", "\u{85}", "\u{2028}", "\0"];
    for split in split {
        for query in [
            with_continue(&world.code(), &format!("https://kakao.com/{split}")),
            format!("code={}&continue=https://kakao.com/{split}", world.code()),
            format!("{}&state={split}", world.query()),
            format!("code={split}&continue=https%3A%2F%2Fkakao.com"),
            format!("error={split}&error_description={split}"),
        ] {
            let seen = world.get(&query).await;
            let ours = [
                "location",
                "cache-control",
                "referrer-policy",
                "content-type",
                "content-security-policy",
                "x-content-type-options",
            ];
            assert!(
                seen.headers.keys().all(|name| ours.contains(&name.as_str())) && seen.cookies.is_empty(),
                "{seen:?}"
            );
            assert!(seen.headers.values().all(|value| value.bytes().all(|byte| byte.is_ascii() && byte >= b' ')));
        }
    }
}

#[tokio::test]
async fn t12_twenty_browsers_with_one_code_are_one_exchange_one_member_and_one_answer() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    let browser = async || {
        let mut seen = world.get(&query).await;
        while seen.looks_again() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            seen = world.get(&query).await;
        }
        seen
    };
    let all = join_all((0..20).map(|_| browser())).await;
    assert!(all.iter().all(|seen| *seen == all[0] && seen.location() == Some(CONTINUE)), "{all:?}");
    assert_eq!((world.wire.sent("/oauth/token"), world.wire.sent("/v1/user/unlink")), (1, 0));
    let members = world.table.items_under("U#app#").into_iter().filter(|item| text(item, "SK") == "MEMBER");
    assert_eq!(members.count(), 1);
}

/// Threat T13. That nothing of a query is logged, `sync_log.rs` shows.
#[tokio::test]
async fn t13_a_code_is_named_to_nobody_else() {
    for rule in [Rule::Yes, Rule::No] {
        let world = world(rule).await;
        let away = world.log_in().await;
        let mut seen = vec![away.seen.clone(), world.come_back(&away).await, world.get(&world.query()).await];
        for query in [
            world.query(),
            "error=access_denied".to_owned(),
            "code=a".to_owned(),
            "code=a&code=b".to_owned(),
            "code=a&continue=x".to_owned(),
        ] {
            seen.push(world.get(&query).await);
        }
        world.faults.on("*", ALWAYS, Fault::Error("AccessDeniedException"));
        seen.push(world.get(&world.query()).await);
        for seen in seen {
            assert_eq!(
                (seen.header("cache-control"), seen.header("referrer-policy")),
                ("no-store", "no-referrer"),
                "{seen:?}"
            );
            assert!(
                !seen.body.contains("src=") && !seen.body.contains("<link") && !seen.body.contains("@import"),
                "{seen:?}"
            );
        }
        for asked in world.wire.asked("/oauth/token") {
            let form = String::from_utf8_lossy(&asked.body).into_owned();
            assert!(form.contains("&client_secret=") && !asked.path.contains("code="), "in the body, with the secret");
        }
    }
}

#[tokio::test]
async fn t12_a_look_ahead_never_uses_the_code_nor_stands_for_the_click() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    let mut looks = Vec::new();
    for (path, query) in [("/sync/redirect", query.as_str()), ("/sync/login", "")] {
        looks.push(Ask::head(path, query));
        for (name, value) in
            [("Sec-Purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("Purpose", "prefetch")]
        {
            looks.push(Ask::get(path, query).header(name, value));
        }
    }
    for look in looks {
        let seen = world.ask::<SyncRedirect>(&look).await;
        // Only an answer below 300 is kept for the click.
        assert_eq!((seen.status, seen.header("cache-control")), (403, "no-store"), "{look:?}");
        assert!(seen.cookies.is_empty() && seen.location().is_none(), "{seen:?}");
    }
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
    assert_eq!(world.get(&query).await.status, 302);
    assert_eq!(world.log_in().await.seen.status, 302);
}

#[tokio::test]
async fn t14_t25_whatever_bytes_the_query_has_it_ends_on_a_page_of_ours() {
    let world = world(Rule::Yes).await;
    for hostile in [
        "code=<script>alert(1)</script>",
        "code=한글 빈칸&again=<script>",
        "code=%3Cscript%3E&continue=https%3A%2F%2Fkakao.com%2F%22%3E%3Cscript%3E",
        "code=a&error=<script>&error_description=<script>",
        "&&&=&=&%&%zz&code=%",
        "\u{0}\u{1b}[2J&code=\u{7f}",
        "code=a&state=\"><script>",
    ] {
        let seen = world.get(hostile).await;
        let ours = seen.location().is_none_or(|url| url.starts_with("https://service.example/sync/failure?pass="));
        assert!(matches!(seen.status, 200 | 302 | 400) && ours, "{hostile}: {seen:?}");
    }
}
