//! ID tokens, looked at as a service does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};
use simulator::login::{Endpoint, Fault, Flaw};

use crate::browser::{Browser, NOW, REDIRECT};

fn part(token: &str, which: usize) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token.split('.').nth(which).unwrap()).unwrap()
}

/// The claims, if a listed key has signed them.
fn verified(token: &str, keys: &Value) -> Option<Value> {
    let header: Value = serde_json::from_slice(&part(token, 0)).unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"])?;
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let signed = token.rsplit_once('.').unwrap().0;
    (header["alg"] == "RS256").then_some(())?;
    RsaPublicKeyComponents { n: number("n"), e: number("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &part(token, 2))
        .ok()?;
    Some(serde_json::from_slice(&part(token, 1)).unwrap())
}

async fn keys(browser: &Browser) -> Value {
    browser.get(&format!("{}/.well-known/jwks.json", browser.kakao.kauth_url())).await.json()
}

async fn token(browser: &Browser) -> String {
    let code = browser.kakao.code_with("ga", REDIRECT, Some("n-1"), None);
    browser.exchange(&code, &[]).await.json()["id_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_id_token_is_signed_with_a_listed_key() {
    let browser = Browser::open().await;
    let metadata = browser.get(&format!("{}/.well-known/openid-configuration", browser.kakao.kauth_url())).await.json();
    assert_eq!(metadata["jwks_uri"], format!("{}/.well-known/jwks.json", browser.kakao.kauth_url()));
    let claims = verified(&token(&browser).await, &keys(&browser).await).expect("a good signature");
    let now = NOW.secs();
    assert_eq!(
        claims,
        json!({
            "iss": browser.kakao.kauth_url(), "aud": "local-rest-api-key", "sub": "1376016924426879191",
            "iat": now, "exp": now + 21_599, "auth_time": now, "nonce": "n-1",
            "nickname": "가람", "email": "garam@example.com",
        })
    );
    assert_eq!(metadata["issuer"], claims["iss"]);
}

#[tokio::test]
async fn keys_are_rotated() {
    let browser = Browser::open().await;
    let (old_keys, old) = (keys(&browser).await, token(&browser).await);
    browser.kakao.rotate_keys();
    let (new_keys, new) = (keys(&browser).await, token(&browser).await);
    assert!(verified(&new, &new_keys).is_some() && verified(&old, &new_keys).is_some(), "the last one stays listed");
    assert!(verified(&new, &old_keys).is_none());
    browser.kakao.rotate_keys();
    assert!(verified(&old, &keys(&browser).await).is_none(), "but not for ever");
}

#[tokio::test]
async fn every_flaw_shows() {
    let browser = Browser::open().await;
    for flaw in Flaw::ALL {
        browser.kakao.plan(Endpoint::Token, Fault::IdToken(flaw), Some(1));
        let claims = verified(&token(&browser).await, &keys(&browser).await);
        let now = NOW.secs();
        match flaw {
            Flaw::Signature | Flaw::Unsigned | Flaw::Key => assert!(claims.is_none(), "{flaw:?}"),
            Flaw::Issuer => assert_ne!(claims.unwrap()["iss"], browser.kakao.kauth_url()),
            Flaw::Audience => assert_ne!(claims.unwrap()["aud"], "local-rest-api-key"),
            Flaw::Expired => assert!(claims.unwrap()["exp"].as_u64().unwrap() < now),
            Flaw::Nonce => assert_ne!(claims.unwrap()["nonce"], "n-1"),
            Flaw::Subject => assert_ne!(claims.unwrap()["sub"], "1376016924426879191"),
        }
    }
    assert!(verified(&token(&browser).await, &keys(&browser).await).is_some(), "that was all");
}

#[tokio::test]
async fn an_app_without_openid_connect_gets_no_id_token() {
    let browser = Browser::open().await;
    let code = browser.kakao.code("ga", REDIRECT);
    assert!(browser.exchange(&code, &[]).await.json()["id_token"].is_null());
}
