//! What goes wrong on purpose.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::kakao::login::Koe;
use simulator::login::{Endpoint, Fault};

use crate::browser::{Browser, REDIRECT, admin, request};

/// Every documented error of kapi, and its HTTP status (protocol `sync` 7.3).
const KAPI: [(i32, u16); 23] = [
    (-1, 400),
    (-2, 400),
    (-3, 403),
    (-4, 403),
    (-5, 403),
    (-7, 400),
    (-8, 400),
    (-9, 400),
    (-10, 429),
    (-12, 403),
    (-101, 400),
    (-102, 400),
    (-103, 400),
    (-201, 400),
    (-301, 400),
    (-401, 401),
    (-402, 403),
    (-405, 401),
    (-406, 401),
    (-501, 400),
    (-603, 400),
    (-903, 400),
    (-9798, 503),
];

async fn plan(browser: &Browser, body: Value) -> (u16, Value) {
    let url = format!("{}/kakao/faults", browser.kakao.kauth_url().trim_end_matches("/kauth"));
    let request = http::Request::post(url).header("content-type", "application/json");
    let seen = browser.send(request, &body.to_string()).await.unwrap();
    (seen.status, seen.json())
}

#[tokio::test]
async fn faults_are_planned_over_http() {
    let browser = Browser::open().await;
    let (status, planned) = plan(&browser, json!({ "at": "token", "fault": "KOE237", "times": 1 })).await;
    assert_eq!((status, planned), (200, json!([{ "at": "token", "fault": "KOE237", "times": 1 }])));
    let code = browser.kakao.code("ga", REDIRECT);
    assert_eq!(browser.exchange(&code, &[]).await.json()["error_code"], "KOE237");
    assert_eq!(browser.exchange(&code, &[]).await.status, 200, "once");
    assert_eq!(plan(&browser, json!({ "at": "nowhere", "fault": "KOE237" })).await.0, 400);
    assert_eq!(plan(&browser, json!({ "at": "token", "fault": "bad luck" })).await.0, 400);
}

#[tokio::test]
async fn every_koe_code_and_every_kapi_code() {
    let browser = Browser::open().await;
    // All that are documented, and one that is not.
    let documented = Koe::ALL.iter().map(Koe::as_str);
    for code in documented.chain(["KOE9999"]) {
        browser.kakao.plan(Endpoint::Token, code.parse().unwrap(), Some(1));
        browser.kakao.plan(Endpoint::Authorize, code.parse().unwrap(), Some(1));
        let seen = browser.exchange("x", &[]).await;
        assert!(seen.status >= 400 && seen.json()["error_code"] == code, "{seen:?}");
        let page = browser.authorize(&request(&[])).await;
        assert!(page.text.contains(code) && page.text.starts_with("<!doctype html>"), "{page:?}");
    }
    for (code, status) in KAPI {
        browser.kakao.plan(Endpoint::Me, Fault::Kapi(code), Some(1));
        let seen = browser.kapi(&admin(), "GET", "/v2/user/me", &[]).await;
        assert_eq!((seen.status, &seen.json()["code"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn gateways_break_too() {
    let browser = Browser::open().await;
    for (fault, status, retry_after) in [
        (Fault::Status(503), 503, None),
        (Fault::Status(429), 429, None),
        (Fault::TooMany(7), 429, Some("7")),
        (Fault::Html, 200, None),
        (Fault::Empty, 200, None),
    ] {
        browser.kakao.plan(Endpoint::Me, fault, Some(1));
        let seen = browser.kapi(&admin(), "GET", "/v2/user/me", &[]).await;
        assert_eq!((seen.status, seen.retry_after.as_deref()), (status, retry_after), "{fault}");
        assert_eq!(serde_json::from_str::<Value>(&seen.text).is_ok(), status == 429, "{fault}");
    }
}

#[tokio::test]
async fn connections_break_before_and_after_the_deed() {
    let browser = Browser::open().await;
    let bearer = browser.token("ga").await;
    let url = format!("{}/v1/user/unlink", browser.kakao.kapi_url());
    let unlink = async || browser.send(http::Request::post(&url).header("authorization", &bearer), "").await;
    browser.kakao.plan(Endpoint::Unlink, Fault::DropBefore, Some(1));
    assert!(unlink().await.is_none() && browser.kakao.is_linked("ga"));
    browser.kakao.plan(Endpoint::Unlink, Fault::DropAfter, Some(1));
    assert!(unlink().await.is_none() && !browser.kakao.is_linked("ga"));
    let ends: Vec<u16> = browser.kakao.calls().iter().rev().take(2).map(|call| call.status).collect();
    assert_eq!(ends, [0, 0]);
}

#[tokio::test]
async fn token_answers_can_be_less_than_whole() {
    let browser = Browser::open().await;
    let answer = async |fault| {
        browser.kakao.plan(Endpoint::Token, fault, Some(1));
        let code = browser.kakao.code("ga", REDIRECT);
        (browser.exchange(&code, &[]).await.json(), code)
    };
    let (body, _) = answer(Fault::NoRefresh).await;
    assert!(body["access_token"].is_string() && body["refresh_token"].is_null());
    let (body, _) = answer(Fault::NoScope).await;
    assert!(body["access_token"].is_string() && body["scope"].is_null());
    let (body, code) = answer(Fault::UsedCode).await;
    assert_eq!(body["error_code"], "KOE320");
    assert_eq!(browser.exchange(&code, &[]).await.json()["error_code"], "KOE320", "it is used up indeed");
}

#[tokio::test]
async fn answers_can_be_slow() {
    let browser = Browser::open().await;
    browser.kakao.plan(Endpoint::Jwks, Fault::Slow(300), None);
    let url = format!("{}/.well-known/jwks.json", browser.kakao.kauth_url());
    let started = Instant::now();
    assert_eq!(browser.get(&url).await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(300));
    browser.kakao.heal();
    let started = Instant::now();
    browser.get(&url).await;
    assert!(started.elapsed() < Duration::from_millis(300));
}

#[tokio::test]
async fn the_list_of_calls_shows_no_secret() {
    let browser = Browser::open().await;
    let bearer = browser.token("ga").await;
    browser.kapi(&bearer, "GET", "/v2/user/me", &[]).await;
    let otp = browser.kakao.one_time_profile("ga");
    browser.get(&format!("{otp}?rest_api_key=local-rest-api-key")).await;
    let base = browser.kakao.kauth_url().trim_end_matches("/kauth").to_owned();
    let (calls, page) =
        (browser.get(&format!("{base}/kakao/calls")).await, browser.get(&format!("{base}/kakao")).await);
    let names: Vec<Value> = calls.json().as_array().unwrap().iter().map(|call| call["endpoint"].clone()).collect();
    assert_eq!(names, ["token", "me", "otp"]);
    let otp = otp.split("/otp/").nth(1).unwrap().split('/').next().unwrap();
    for secret in [bearer.trim_start_matches("Bearer "), otp, "local-client-secret", "garam@example.com"] {
        assert!(!calls.text.contains(secret) && !page.text.contains(secret), "{secret}");
    }
    assert!(page.text.contains("/talk-plugin/otp/{id}/profile"));
}

#[tokio::test]
async fn the_console_is_for_this_machine_only() {
    let browser = Browser::open().await;
    let base = browser.kakao.kauth_url().trim_end_matches("/kauth").to_owned();
    let evil = http::Request::post(format!("{base}/kakao/links/ga")).header("origin", "https://evil.example");
    assert_eq!(browser.send(evil, "").await.unwrap().status, 403);
    assert!(!browser.kakao.is_linked("ga"));
    browser.post(&format!("{base}/kakao/links/ga"), &[]).await;
    assert!(browser.kakao.is_linked("ga"));
}
