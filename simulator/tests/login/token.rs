//! `POST /oauth/token`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use shared::clock::Clock;
use simulator::login::{App, Kakao};

use crate::browser::{Browser, NOW, REDIRECT};

fn error(code: &str, error: &str, description: &str) -> serde_json::Value {
    json!({ "error": error, "error_description": description, "error_code": code })
}

#[tokio::test]
async fn a_code_is_good_once() {
    let browser = Browser::open().await;
    let code = browser.kakao.code("ga", REDIRECT);
    let first = browser.exchange(&code, &[]).await;
    assert_eq!(first.status, 200);
    let first = first.json();
    assert_eq!((&first["token_type"], &first["expires_in"]), (&json!("bearer"), &json!(21_599)));
    assert!(first["refresh_token"].is_string() && first["id_token"].is_null());
    let second = browser.exchange(&code, &[]).await;
    assert_eq!(second.status, 400);
    assert_eq!(second.json(), error("KOE320", "invalid_grant", "authorization code not found"));
}

#[tokio::test]
async fn who_asks_is_looked_at_first() {
    let browser = Browser::open().await;
    // The self-test of credentials: a made-up code.
    assert_eq!(browser.exchange("made-up", &[]).await.json()["error_code"], "KOE320");
    for (change, status, code) in [
        (("client_secret", "x"), 401, "KOE010"),
        (("client_secret", ""), 401, "KOE010"),
        (("client_id", "x"), 401, "KOE101"),
        (("client_id", ""), 401, "KOE101"),
        (("redirect_uri", "https://service.example/other"), 400, "KOE303"),
        (("redirect_uri", ""), 400, "KOE303"),
        (("grant_type", ""), 400, "KOE310"),
        (("grant_type", "password"), 400, "KOE310"),
    ] {
        let seen = browser.exchange("made-up", &[change]).await;
        assert_eq!((seen.status, seen.json()["error_code"].as_str()), (status, Some(code)), "{change:?}");
    }
    assert_eq!(
        browser.exchange("made-up", &[("client_secret", "x")]).await.json(),
        error("KOE010", "invalid_client", "Bad client credentials")
    );
    let seen = browser.exchange("", &[]).await;
    assert_eq!((seen.status, seen.json()["error"].as_str()), (400, Some("invalid_request")));
    // An app may have its secret switched off.
    browser.kakao.configure(|app| app.client_secrets.clear());
    assert_eq!(browser.exchange("made-up", &[("client_secret", "")]).await.json()["error_code"], "KOE320");
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri() {
    let other = "https://service.example/login";
    let browser = Browser::with(|app| app.redirect_uris.push(other.to_owned())).await;
    let code = browser.kakao.code("ga", REDIRECT);
    assert_eq!(browser.exchange(&code, &[("redirect_uri", other)]).await.json()["error_code"], "KOE303");
    assert_eq!(browser.exchange(&code, &[]).await.status, 200, "a failed exchange does not use it up");
}

#[tokio::test]
async fn codes_and_tokens_grow_old() {
    let clock = Clock::at(NOW);
    let app = App { redirect_uris: vec![REDIRECT.to_owned()], ..App::default() };
    let browser = Browser::of(Kakao::start(app, clock.clone()).await.unwrap());
    let code = browser.kakao.code("ga", REDIRECT);
    browser.wait(&clock, Duration::from_secs(601));
    assert_eq!(browser.exchange(&code, &[]).await.json()["error_code"], "KOE320");

    let tokens = browser.exchange(&browser.kakao.code("ga", REDIRECT), &[]).await.json();
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    browser.wait(&clock, Duration::from_secs(6 * 3_600));
    let seen = browser.kapi(&format!("Bearer {access}"), "GET", "/v2/user/me", &[]).await;
    assert_eq!(seen.status, 401);
    assert_eq!(seen.json(), json!({ "msg": "this access token is already expired", "code": -401 }));

    let fresh = browser.refresh(refresh).await.json();
    assert!(fresh["access_token"].is_string() && fresh["refresh_token"].is_null(), "the old one is kept: {fresh}");
    browser.wait(&clock, Duration::from_secs(31 * 86_400));
    let renewed = browser.refresh(refresh).await.json();
    let renewed = renewed["refresh_token"].as_str().expect("a new one in the last month");
    assert_eq!(browser.refresh(refresh).await.json()["error_code"], "KOE322");
    browser.wait(&clock, Duration::from_secs(61 * 86_400));
    let over = browser.refresh(renewed).await;
    assert_eq!(over.status, 400);
    assert_eq!(over.json(), error("KOE322", "invalid_grant", "expired_or_invalid_refresh_token"));
    assert_eq!(browser.refresh("").await.json()["error_code"], "KOE319");
}

#[tokio::test]
async fn pkce_binds_the_code_to_whoever_asked() {
    let browser = Browser::open().await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()));
    assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "RFC 7636, appendix B");
    let code = browser.kakao.code_with("ga", REDIRECT, None, Some(&challenge));
    for wrong in ["", "another"] {
        let seen = browser.exchange(&code, &[("code_verifier", wrong)]).await;
        assert_eq!((seen.status, seen.json()["error"].as_str()), (400, Some("invalid_grant")));
    }
    assert_eq!(browser.exchange(&code, &[("code_verifier", verifier)]).await.status, 200);
}
