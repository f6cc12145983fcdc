//! From the authorize page to the redirect.

use crate::browser::{Browser, REDIRECT, admin, request};

/// Logs in as `who` and is at the consent screen, or already through it.
async fn log_in(browser: &Browser, who: &str, more: &[(&str, &str)]) -> crate::browser::Seen {
    let page = browser.authorize(&request(more)).await;
    assert!(page.text.contains("누구로 로그인할까요?"), "{page:?}");
    let url = format!("{}/login", browser.kakao.kauth_url());
    browser.post(&url, &[("ticket", &page.ticket()), ("person", who)]).await
}

async fn decide(browser: &Browser, page: &crate::browser::Seen, pairs: &[(&str, &str)]) -> crate::browser::Seen {
    let url = format!("{}/consent", browser.kakao.kauth_url());
    let ticket = page.ticket();
    let pairs: Vec<_> = [("ticket", ticket.as_str())].into_iter().chain(pairs.iter().copied()).collect();
    browser.post(&url, &pairs).await
}

#[tokio::test]
async fn the_whole_dance() {
    let browser = Browser::open().await;
    let resume = "https://talk-plugin.kakao.com/x?a=1&b=2";
    let page = log_in(&browser, "ga", &[("state", "s&1"), ("continue", resume)]).await;
    assert_eq!(page.status, 200);
    for words in ["필수", "카카오계정(전화번호)", "tos_2025", "name=\"term\" value=\"ads_2025\">"] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!browser.kakao.is_linked("ga"), "nothing was agreed to");

    // A required item is missing: the screen stays, with a new ticket.
    let again = decide(&browser, &page, &[("decision", "agree"), ("scope", "profile_nickname")]).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("필수 항목에 모두 동의해야"));
    assert!(!browser.kakao.is_linked("ga"));

    let ticked = [
        ("decision", "agree"),
        ("scope", "profile_nickname"),
        ("scope", "account_email"),
        ("scope", "phone_number"),
        ("term", "tos_2025"),
        ("term", "privacy_2025"),
    ];
    let back = decide(&browser, &again, &ticked).await;
    assert_eq!(back.status, 302);
    assert!(back.location.as_ref().unwrap().starts_with(&format!("{REDIRECT}?code=")));
    assert_eq!((back.sent("state").as_deref(), back.sent("continue").as_deref()), (Some("s&1"), Some(resume)));

    let tokens = browser.exchange(&back.sent("code").unwrap(), &[]).await.json();
    assert_eq!(tokens["scope"], "profile_nickname account_email phone_number");
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let me = browser.kapi(&bearer, "GET", "/v2/user/me", &[]).await;
    assert!(me.text.contains("\"id\":1376016924426879191"), "a number, whole: {}", me.text);
    let me = me.json();
    assert_eq!(me["kakao_account"]["phone_number"], "+82 10-0000-0001");
    assert_eq!(me["kakao_account"]["birthday_needs_agreement"], true);
    assert!(me["kakao_account"]["birthday"].is_null());
    assert_eq!(me["synched_at"], "2025-01-02T03:04:05Z");
    let terms = browser.kapi(&bearer, "GET", "/v2/user/service_terms", &[]).await.json();
    assert_eq!(terms["service_terms"].as_array().unwrap().len(), 2);
    assert_eq!(terms["service_terms"][0]["agreed_by"], "KAUTH");

    // The next time nobody is asked for consent.
    let back = log_in(&browser, "ga", &[]).await;
    assert_eq!((back.status, back.sent("code").is_some()), (302, true));
    // After an unlink everybody is.
    let id = me["id"].to_string();
    let ended =
        browser.kapi(&admin(), "POST", "/v1/user/unlink", &[("target_id_type", "user_id"), ("target_id", &id)]).await;
    assert_eq!(ended.json()["id"].to_string(), id);
    let page = log_in(&browser, "ga", &[]).await;
    assert!(page.text.contains("동의하고 계속하기"));
    // A page that was sent before is worth nothing.
    let url = format!("{}/consent", browser.kakao.kauth_url());
    let ticket = page.ticket();
    assert_eq!(browser.post(&url, &[("ticket", &ticket), ("decision", "all")]).await.status, 302);
    assert_eq!(browser.post(&url, &[("ticket", &ticket), ("decision", "all")]).await.status, 400);
}

#[tokio::test]
async fn cancelling_comes_back_as_access_denied() {
    let browser = Browser::open().await;
    let page = log_in(&browser, "na", &[("state", "s"), ("continue", "https://x.kakao.com/y")]).await;
    let back = decide(&browser, &page, &[("decision", "cancel")]).await;
    assert_eq!(back.sent("error").as_deref(), Some("access_denied"));
    assert_eq!(back.sent("error_description").as_deref(), Some("User denied access"));
    assert_eq!(back.sent("continue").as_deref(), Some("https://x.kakao.com/y"));
    assert!(back.location.unwrap().starts_with(REDIRECT));
    assert!(!browser.kakao.is_linked("na"));
}

#[tokio::test]
async fn prompts() {
    let browser = Browser::open().await;
    let back = browser.authorize(&request(&[("prompt", "none")])).await;
    assert_eq!(back.sent("error").as_deref(), Some("login_required"));
    let cookie = log_in(&browser, "ga", &[]).await.cookie.unwrap();
    let url = |more: &[(&str, &str)]| format!("{}/oauth/authorize?{}", browser.kakao.kauth_url(), request(more));
    let with_cookie = async |more: &[(&str, &str)]| {
        let cookie = cookie.split(';').next().unwrap();
        browser.send(http::Request::get(url(more)).header("cookie", cookie), "").await.unwrap()
    };
    assert_eq!(with_cookie(&[("prompt", "none")]).await.sent("error").as_deref(), Some("consent_required"));
    browser.kakao.link("ga");
    assert!(with_cookie(&[("prompt", "none")]).await.sent("code").is_some());
    assert!(with_cookie(&[("prompt", "login")]).await.text.contains("누구로 로그인할까요?"));
    let hinted = browser.authorize(&request(&[("login_hint", "da")])).await;
    assert!(hinted.text.contains("value=\"da\" checked"));

    // Logging out at Kakao ends the browser's session, and nothing else.
    let out =
        format!("{}/oauth/logout?client_id=local-rest-api-key&state=x&logout_redirect_uri=", browser.kakao.kauth_url());
    let send = |url: String| {
        let cookie = cookie.split(';').next().unwrap().to_owned();
        async { browser.send(http::Request::get(url).header("cookie", cookie), "").await.unwrap() }
    };
    assert!(send(format!("{out}https://evil.example/")).await.text.contains("KOE007"));
    let back = send(format!("{out}{REDIRECT}")).await;
    assert_eq!(back.location.unwrap(), format!("{REDIRECT}?state=x"));
    assert_eq!(with_cookie(&[("prompt", "none")]).await.sent("error").as_deref(), Some("login_required"));
    assert!(browser.kakao.is_linked("ga"));
}

#[tokio::test]
async fn more_consent_can_be_asked_for_later() {
    let browser = Browser::open().await;
    browser.kakao.link("ga");
    browser.kakao.withdraw("ga", "birthday");
    let page = log_in(&browser, "ga", &[("scope", "birthday,account_email")]).await;
    assert!(page.text.contains("value=\"birthday\"") && !page.text.contains("value=\"account_email\""), "{page:?}");
    assert!(!page.text.contains("name=\"term\""), "terms are for the first time");
    let back = decide(&browser, &page, &[("decision", "all")]).await;
    assert!(back.sent("code").is_some());
    let bearer = browser.token("ga").await;
    let me = browser.kapi(&bearer, "GET", "/v2/user/me", &[]).await.json();
    assert_eq!(me["kakao_account"]["birthday"], "0131");
}

#[tokio::test]
async fn terms_can_be_chosen() {
    let browser = Browser::open().await;
    let page = log_in(&browser, "ga", &[("service_terms", "tos_2025")]).await;
    assert!(page.text.contains("value=\"tos_2025\"") && !page.text.contains("value=\"ads_2025\""));
    let page = log_in(&browser, "na", &[("service_terms", "ads_2025")]).await;
    assert!(!page.text.contains("name=\"term\""), "no required one is among them");
}

#[tokio::test]
async fn what_is_wrong_is_shown_at_kakao_and_sends_nobody_back() {
    let browser = Browser::open().await;
    for (more, code) in [
        (vec![("client_id", "x")], "KOE101"),
        (vec![("client_id", "")], "KOE101"),
        (vec![("redirect_uri", "https://service.example/sync/redirect/")], "KOE006"),
        (vec![("redirect_uri", "")], "KOE006"),
        (vec![("response_type", "token")], "KOE201"),
        (vec![("scope", "account_email,shoe_size")], "KOE205"),
        (vec![("channel_public_id", "_Nobody")], "KOE102"),
        (vec![("code_challenge", "x")], "KOE001"),
    ] {
        let page = browser.authorize(&request(&more)).await;
        assert!(page.status >= 400 && page.location.is_none() && page.text.contains(code), "{code}: {page:?}");
    }
    let twice = browser.authorize(&format!("{}&state=a&state=b", request(&[]))).await;
    assert!(twice.text.contains("KOE001"));
}

#[tokio::test]
async fn pages_have_no_script_and_a_strict_policy() {
    let browser = Browser::open().await;
    let consent = log_in(&browser, "ga", &[]).await;
    let console = browser.get(&format!("{}/kakao", browser.kakao.kauth_url().trim_end_matches("/kauth"))).await;
    for page in [browser.authorize(&request(&[])).await, consent, console] {
        let policy = page.policy.clone().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors") && !policy.contains("unsafe"), "{policy}");
        for no in ["<script", " style=", " onclick", "javascript:"] {
            assert!(!page.text.contains(no), "{no}");
        }
    }
}
