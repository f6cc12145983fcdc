//! What strangers, neighbours and hasty browsers try with the redirect: threats T09 to T17.

use sync_redirect::SyncRedirect;
use tests::sync::{Ask, Rule, with_continue, world};

#[tokio::test]
async fn row_3_t09_nobody_is_sent_elsewhere_and_the_code_is_not_used() {
    let world = world(Rule::Yes).await;
    let code = world.code();
    for url in [
        "https://talk-plugin.kakao.com.evil.example/",
        "https://kakao.com@evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https:\\\\kakao.com",
        "https://evil.example\\@kakao.com/",
        "http://kakao.com/",
        "https://kakao.com:8443/",
        "https://kakao.com./",
        "https://xkakao.com/",
        "https://kakao.com/\r\nset-cookie: a=b",
        "https://kakao.com/%0d%0a",
        "kakaotalk://bizplugin/continue",
        "https://카카오.com/",
        " ",
    ] {
        let seen = world.get(&with_continue(&code, url)).await;
        assert_eq!((seen.status, seen.location()), (400, None), "{url}");
        assert!(!seen.body.contains("evil") && !seen.body.contains("<a "), "{}", seen.body);
    }
    for twice in [
        format!("code={code}&code=b"),
        format!("code={code}&continue=https%3A%2F%2Fkakao.com&continue=https%3A%2F%2Fevil.example"),
        format!("code={code}&continue=%FF"),
        format!("code={code}&x={}", "x".repeat(9_000)),
        String::new(),
        "code=".to_owned(),
    ] {
        assert_eq!(world.get(&twice).await.status, 400);
    }
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
}

#[tokio::test]
async fn t12_a_look_ahead_never_uses_the_code() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    assert_eq!(world.ask::<SyncRedirect>(&Ask::head("/sync/redirect", &query)).await.status, 204);
    for (name, value) in [("Sec-Purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("Purpose", "prefetch")] {
        assert_eq!(
            world.ask::<SyncRedirect>(&Ask::get("/sync/redirect", &query).header(name, value)).await.status,
            204
        );
    }
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
    assert_eq!(world.get(&query).await.status, 302);
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
