//! F15–F20: the exchange of a code. It is sent once, and what nobody knows is called unknown.

use std::time::{Duration, Instant};

use serde_json::json;
use shared::env::Env;
use shared::kakao::login::Koe;
use shared::kapi::Outbound;
use shared::kapi::oauth::{Exchanged, exchange};
use shared::secret::Secret;
use tests::faults::wire::Told;
use tests::login::{Login, pairs};

const PATH: &str = "/kauth/oauth/token";
const REDIRECT: &str = "https://service.example/sync/redirect";

async fn once(login: &Login) -> Exchanged {
    let (env, outbound) = login.reach();
    exchange(&outbound, &env, "rest-api-key", Some(&Secret::new("s&cret")), REDIRECT, "code+1", Some("verifier")).await
}

#[tokio::test]
async fn the_code_is_posted_as_a_form() {
    let login = Login::default();
    login.json(PATH, 200, json!({"access_token": "a", "expires_in": 21599, "scope": "x y", "id_token": null}));
    let Exchanged::Token(token) = once(&login).await else { panic!("no token") };
    assert_eq!(
        (token.access_token(), token.access().map(|secret| secret.reveal().to_owned())),
        (Some("a"), Some("a".to_owned()))
    );
    let asked = login.asked();
    let [asked] = asked.as_slice() else { panic!("{}", asked.len()) };
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", PATH));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded;charset=utf-8"));
    assert_eq!(asked.header("authorization"), None);
    let form = pairs(std::str::from_utf8(&asked.body).unwrap());
    let expected = [
        ("grant_type", "authorization_code"),
        ("client_id", "rest-api-key"),
        ("redirect_uri", REDIRECT),
        ("code", "code+1"),
        ("client_secret", "s&cret"),
        ("code_verifier", "verifier"),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

    let (env, outbound) = login.reach();
    exchange(&outbound, &env, "k", None, REDIRECT, "c", None).await;
    let form = pairs(std::str::from_utf8(&login.asked()[0].body).unwrap());
    assert!(
        form.iter().all(|(name, _)| name != "client_secret" && name != "code_verifier"),
        "what is not used is not sent"
    );
}

#[tokio::test]
async fn f20_each_refusal_has_its_code() {
    for (status, error, code, koe) in [
        (400, "invalid_grant", "KOE320", Koe::CodeSpent),
        (400, "invalid_grant", "KOE303", Koe::RedirectMismatch),
        (401, "invalid_client", "KOE010", Koe::ClientSecret),
        (401, "invalid_client", "KOE101", Koe::RestApiKey),
        (429, "invalid_request", "KOE237", Koe::TokenLimit),
        (400, "new", "KOE999", Koe::Other("KOE999".to_owned())),
    ] {
        let login = Login::default();
        login.json(PATH, status, json!({"error": error, "error_description": "x", "error_code": code}));
        let Exchanged::Refused(refused) = once(&login).await else { panic!("{code}") };
        assert_eq!(refused.koe(), Some(koe));
        assert_eq!(login.asked().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn f17_f18_f19_the_exchange_is_sent_once_whatever_happens() {
    for told in [
        Told::answer(500, "text/html", b"<html>".to_vec()),
        Told::answer(503, "application/json", br#"{"error":"server_error","error_code":"KOE003"}"#.to_vec()),
        Told::answer(200, "text/html", b"<html>".to_vec()),
        Told::answer(200, "application/json", Vec::new()),
        Told::answer(200, "application/json", br#"{"access_token":"a"#.to_vec()),
        Told::answer(200, "application/json", br#"{"access_token":7}"#.to_vec()),
        Told::answer(429, "text/plain", Vec::new()),
        Told::Answer { status: 302, headers: vec![("location", "/kauth/oauth/token".to_owned())], body: Vec::new() },
        Told::Answer { status: 429, headers: vec![("retry-after", "0".to_owned())], body: Vec::new() },
        Told::Cut,
        Told::Never,
        Told::Flood(100 << 20),
        Told::Drip(Duration::from_millis(200)),
    ] {
        let login = Login::default();
        login.tell(PATH, told.clone());
        let begun = Instant::now();
        assert_eq!(once(&login).await, Exchanged::Unknown, "{told:?}");
        assert!(begun.elapsed() < Duration::from_millis(2_500), "{told:?}: {:?}", begun.elapsed());
        assert_eq!((login.asked().len(), login.connections()), (1, 1), "{told:?}");
    }
}

#[tokio::test]
async fn f17_a_code_that_nobody_saw_may_be_sent_again() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for base in [format!("http://{nobody}"), "no address".to_owned()] {
        let env = Env::read(|name| (name == "KAUTH_URL").then(|| base.clone()));
        let told = exchange(&Outbound::new(&env), &env, "k", None, REDIRECT, "c", None).await;
        assert_eq!(told, Exchanged::NotSent, "{base}");
    }
    let login = Login::default();
    login.set_deaf(true);
    assert_eq!(once(&login).await, Exchanged::Unknown, "a connection that was made may have carried it");
    assert_eq!(login.connections(), 1);
}

#[tokio::test]
async fn t08_a_stand_in_opens_its_own_host_and_no_other() {
    let login = Login::default();
    login.json(PATH, 200, json!({"access_token": "a"}));
    let only_kapi = Env::read(|name| (name == "KAPI_URL").then(|| "http://stand-in.example".to_owned()));
    let (env, _) = login.reach();
    let told = exchange(&Outbound::new(&only_kapi), &env, "k", None, REDIRECT, "c", None).await;
    assert_eq!((told, login.connections()), (Exchanged::NotSent, 0));
}
