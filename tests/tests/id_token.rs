//! T17: ID tokens. One is believed; every other way of making one is not.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use ring::{digest, hmac};
use serde_json::{Value, json};
use shared::clock::Millis;
use shared::kapi::oidc::{BadIdToken, Expected, KeyCache};
use tests::faults::wire::Told;
use tests::login::Login;

const JWKS: &str = "/kauth/.well-known/jwks.json";
const NOW: Millis = Millis(1_760_000_000_000);
const EXPECTED: Expected<'_> = Expected { client_id: "rest-api-key", nonce: Some("n-1") };

/// Made for these tests; they sign nothing else.
fn key(name: &str) -> RsaKeyPair {
    let pkcs8 = std::fs::read(format!("{}/keys/{name}.pk8", env!("CARGO_MANIFEST_DIR"))).unwrap();
    RsaKeyPair::from_pkcs8(&pkcs8).unwrap()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn jwk(kid: &str, key: &RsaKeyPair) -> Value {
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key.public_key());
    json!({"kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": base64(public.n), "e": base64(public.e)})
}

fn sign(key: &RsaKeyPair, padding: &'static dyn RsaEncoding, header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", base64(header), base64(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", base64(signature))
}

/// A token as Kakao makes it, with something changed.
fn token(login: &Login, kid: &str, key: &RsaKeyPair, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims(login);
    change(&mut claims);
    sign(key, &RSA_PKCS1_SHA256, &header(kid), &claims.to_string())
}

fn header(kid: &str) -> String {
    json!({"alg": "RS256", "kid": kid, "typ": "JWT"}).to_string()
}

fn claims(login: &Login) -> Value {
    json!({
        "iss": format!("{}/kauth", login.url()), "aud": "rest-api-key", "sub": "2100000001", "iat": NOW.secs(), "auth_time": NOW.secs(),
        "exp": NOW.secs() + 21_599, "nonce": "n-1", "nickname": "홍길동", "new": [1]
    })
}

async fn ask(login: &Login, cache: &KeyCache, now: Millis, token: &str) -> Result<String, BadIdToken> {
    let (env, outbound) = login.reach();
    let claims = cache.verify(&outbound, &env, now, token, EXPECTED).await?;
    Ok(claims.sub.get().unwrap().as_str().to_owned())
}

fn person() -> Result<String, BadIdToken> {
    Ok("2100000001".to_owned())
}

#[tokio::test]
async fn t17_a_good_token_is_believed() {
    let (login, one, cache) = (Login::default(), key("one"), KeyCache::default());
    login.json(JWKS, 200, json!({"keys": [jwk("k1", &one)]}));
    assert_eq!(ask(&login, &cache, NOW, &token(&login, "k1", &one, |_| {})).await, person());
    let from_another_clock = token(&login, "k1", &one, |claims| claims["iat"] = json!(NOW.secs() + 30));
    assert_eq!(ask(&login, &cache, NOW, &from_another_clock).await, person());
    let bare = sign(&one, &RSA_PKCS1_SHA256, r#"{"alg":"RS256","kid":"k1"}"#, &claims(&login).to_string());
    assert_eq!(ask(&login, &cache, NOW, &bare).await, person());
    let (env, outbound) = login.reach();
    let no_nonce = Expected { nonce: None, ..EXPECTED };
    assert!(cache.verify(&outbound, &env, NOW, &token(&login, "k1", &one, |_| {}), no_nonce).await.is_ok());
    assert_eq!(login.asked().len(), 1, "the keys are fetched once");
}

#[tokio::test]
async fn t17_bad_tokens_are_refused() {
    let (login, one, two, cache) = (Login::default(), key("one"), key("two"), KeyCache::default());
    login.json(JWKS, 200, json!({"keys": [jwk("k1", &one)]}));
    let good = token(&login, "k1", &one, |_| {});
    let changed = |member: &str, value: Value| token(&login, "k1", &one, |claims| claims[member] = value);
    let without =
        |member: &str| token(&login, "k1", &one, |claims| drop(claims.as_object_mut().unwrap().remove(member)));
    let all = claims(&login).to_string();
    let headed = |header: Value| sign(&one, &RSA_PKCS1_SHA256, &header.to_string(), &all);
    let parts: Vec<&str> = good.split('.').collect();
    let [head, body, signature] = parts.as_slice() else { panic!("{}", parts.len()) };
    // HS256 with the public key as the secret, in the two forms in which a careless verifier would have it.
    let public = one.public_key().as_ref().to_vec();
    let hs256 = |secret: &[u8]| {
        let signed = format!("{}.{body}", base64(r#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("{signed}.{}", base64(tag))
    };
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let other_claims = base64(all.replace("2100000001", "2100000002"));
    let twice = all.replace(r#""sub":"2100000001""#, r#""sub":"2100000001","sub":"2100000002""#);
    let escaped_twice = all.replace(r#""sub":"2100000001""#, r#""sub":"2100000001","\u0073ub":"2100000002""#);
    let signed = |claims: &str| sign(&one, &RSA_PKCS1_SHA256, &header("k1"), claims);

    use BadIdToken::*;
    for (name, token, bad) in [
        ("nothing", String::new(), Malformed),
        ("no dots", "x".to_owned(), Malformed),
        ("two parts", format!("{head}.{body}"), Malformed),
        ("four parts", format!("{good}.{signature}"), Malformed),
        ("empty signature", format!("{head}.{body}."), Signature),
        ("alg none", format!("{}.{body}.", base64(r#"{"alg":"none","kid":"k1"}"#)), Header),
        ("alg NONE with a signature", format!("{}.{body}.{signature}", base64(r#"{"alg":"NONE","kid":"k1"}"#)), Header),
        ("HS256, public key", hs256(&public), Header),
        ("HS256, modulus", hs256(jwk("k1", &one)["n"].as_str().unwrap().as_bytes()), Header),
        ("RS512", sign(&one, &RSA_PKCS1_SHA512, r#"{"alg":"RS512","kid":"k1"}"#, &all), Header),
        ("RS512 under another name", sign(&one, &RSA_PKCS1_SHA512, &header("k1"), &all), Signature),
        ("PSS under another name", sign(&one, &RSA_PSS_SHA256, &header("k1"), &all), Signature),
        ("rs256", headed(json!({"alg": "rs256", "kid": "k1"})), Header),
        ("no alg", headed(json!({"kid": "k1"})), Header),
        ("two algs", sign(&one, &RSA_PKCS1_SHA256, r#"{"alg":"RS256","alg":"RS256","kid":"k1"}"#, &all), Malformed),
        ("no kid", headed(json!({"alg": "RS256"})), Header),
        ("unknown kid", headed(json!({"alg": "RS256", "kid": "k9"})), UnknownKey),
        ("a key of its own", headed(json!({"alg": "RS256", "kid": "k9", "jwk": jwk("k9", &one)})), UnknownKey),
        ("critical", headed(json!({"alg": "RS256", "kid": "k1", "crit": ["exp"]})), Header),
        ("a security event", headed(json!({"alg": "RS256", "kid": "k1", "typ": "secevent+jwt"})), Header),
        ("another's key", token(&login, "k1", &two, |_| {}), Signature),
        ("other claims", format!("{head}.{other_claims}.{signature}"), Signature),
        ("one letter", format!("{head}.{body}.{other}{}", &signature[1..]), Signature),
        ("padded", format!("{good}="), Malformed),
        ("a line end", format!("{good}\n"), Malformed),
        (
            "a digest for a signature",
            format!("{head}.{body}.{}", base64(digest::digest(&digest::SHA256, body.as_bytes()))),
            Signature,
        ),
        ("trailing data", signed(&format!("{all}{{}}")), Malformed),
        ("a claim twice", signed(&twice), Malformed),
        ("a claim twice, once escaped", signed(&escaped_twice), Malformed),
        ("no object", signed("[]"), Malformed),
        ("no JSON", signed("sub=1"), Malformed),
        ("another issuer", changed("iss", json!("https://kauth.kakao.com.evil.example")), Issuer),
        ("no issuer", without("iss"), Issuer),
        ("issuer with a slash", changed("iss", json!(format!("{}/kauth/", login.url()))), Issuer),
        ("another app", changed("aud", json!("other-key")), Audience),
        ("two apps", changed("aud", json!(["rest-api-key", "other-key"])), Malformed),
        ("no app", without("aud"), Audience),
        ("over", changed("exp", json!(NOW.secs())), Expired),
        ("long over", changed("exp", json!(1)), Expired),
        ("never over", without("exp"), Malformed),
        ("over at some text", changed("exp", json!("9999999999")), Malformed),
        ("over at a fraction", changed("exp", json!(1.9e9)), Malformed),
        ("over at null", changed("exp", json!(null)), Malformed),
        ("from the future", changed("iat", json!(NOW.secs() + 120)), IssuedAt),
        ("from long ago", changed("iat", json!(NOW.secs() - 90_000)), IssuedAt),
        ("from no time", without("iat"), Malformed),
        ("another nonce", changed("nonce", json!("n-2")), Nonce),
        ("no nonce", without("nonce"), Nonce),
        ("about nobody", without("sub"), Subject),
        ("about nothing", changed("sub", json!("")), Subject),
        ("about no number", changed("sub", json!("1e3")), Subject),
        ("too long", format!("{good}{}", "A".repeat(20_000)), Malformed),
    ] {
        assert_eq!(ask(&login, &cache, NOW, &token).await, Err(bad), "{name}");
    }
    assert_eq!(ask(&login, &cache, NOW, &good).await, person(), "and the good one is still good");
    assert!(login.asked().len() <= 2, "strangers cannot make us fetch keys");
}

#[tokio::test]
async fn keys_are_replaced_while_we_watch() {
    let (login, one, two, cache) = (Login::default(), key("one"), key("two"), KeyCache::default());
    let at = |minutes: u64| NOW.plus(Duration::from_secs(minutes * 60));
    let (by_one, by_two) = (token(&login, "k1", &one, |_| {}), token(&login, "k2", &two, |_| {}));
    let stranger = token(&login, "k3", &two, |_| {});
    login.json(JWKS, 200, json!({"keys": [jwk("k1", &one)]}));
    assert_eq!(ask(&login, &cache, at(0), &by_one).await, person());
    assert_eq!(ask(&login, &cache, at(0), &by_two).await, Err(BadIdToken::UnknownKey), "just fetched: not again");
    assert_eq!(login.asked().len(), 1);

    login.forget(JWKS).json(JWKS, 200, json!({"keys": [jwk("k1", &one), jwk("k2", &two)]}));
    assert_eq!(ask(&login, &cache, at(4), &by_two).await, Err(BadIdToken::UnknownKey));
    assert_eq!(ask(&login, &cache, at(5), &by_two).await, person(), "after five minutes a new name is worth a look");
    for _ in 0..20 {
        assert_eq!(ask(&login, &cache, at(6), &stranger).await, Err(BadIdToken::UnknownKey));
    }
    assert_eq!(login.asked().len(), 1);
    assert_eq!(ask(&login, &cache, at(64), &by_one).await, person());
    assert_eq!(login.asked().len(), 0, "fresh for an hour");
    assert_eq!(ask(&login, &cache, at(66), &by_one).await, person());
    assert_eq!(login.asked().len(), 1);

    login.forget(JWKS).tell(JWKS, Told::answer(503, "text/html", Vec::new()));
    for minutes in [127, 128, 131] {
        assert_eq!(ask(&login, &cache, at(minutes), &by_one).await, person(), "old keys are better than none");
    }
    assert_eq!(login.asked().len(), 1, "and who is in trouble is left alone");

    login.forget(JWKS).json(JWKS, 200, json!({"keys": [jwk("k2", &two)]}));
    assert_eq!(ask(&login, &cache, at(133), &by_one).await, Err(BadIdToken::UnknownKey), "a key that was taken back");
    assert_eq!(ask(&login, &cache, at(133), &by_two).await, person());
}

#[tokio::test]
async fn f17_f19_without_keys_nothing_is_believed() {
    for told in [
        Told::answer(500, "", Vec::new()),
        Told::answer(200, "", b"<html>".to_vec()),
        Told::answer(200, "", b"{}".to_vec()),
        Told::answer(200, "", br#"{"keys":[]}"#.to_vec()),
        Told::answer(200, "", br#"{"keys":null}"#.to_vec()),
        Told::Flood(1 << 20),
        Told::Never,
        Told::Cut,
    ] {
        let (login, one, cache) = (Login::default(), key("one"), KeyCache::default());
        login.tell(JWKS, told.clone());
        let good = token(&login, "k1", &one, |_| {});
        assert_eq!(ask(&login, &cache, NOW, &good).await, Err(BadIdToken::NoKeys), "{told:?}");
        assert_eq!(ask(&login, &cache, NOW, &good).await, Err(BadIdToken::NoKeys), "{told:?}");
        assert_eq!(login.asked().len(), 1, "{told:?}: not again at once");
        login.forget(JWKS).json(JWKS, 200, json!({"keys": [jwk("k1", &one)]}));
        assert_eq!(ask(&login, &cache, NOW.plus(Duration::from_secs(2)), &good).await, person(), "{told:?}");
    }
}

#[tokio::test]
async fn t17_odd_keys_sign_nothing() {
    let (login, one) = (Login::default(), key("one"));
    let good = token(&login, "k1", &one, |_| {});
    let spoilt = |member: &str, value: Value| {
        let mut jwk = jwk("k1", &one);
        jwk[member] = value;
        jwk
    };
    for (jwk, bad) in [
        (spoilt("n", json!("")), BadIdToken::Signature),
        (spoilt("n", json!("AQAB")), BadIdToken::Signature),
        (spoilt("e", json!("AA")), BadIdToken::Signature),
        (spoilt("e", json!("AQ")), BadIdToken::Signature),
        (spoilt("n", json!("%%%")), BadIdToken::Signature),
        (spoilt("kty", json!("oct")), BadIdToken::UnknownKey),
        (spoilt("use", json!("enc")), BadIdToken::UnknownKey),
        (spoilt("alg", json!("HS256")), BadIdToken::UnknownKey),
        (spoilt("kid", json!(null)), BadIdToken::UnknownKey),
    ] {
        login.forget(JWKS).json(JWKS, 200, json!({"keys": [jwk.clone(), 5, null]}));
        assert_eq!(ask(&login, &KeyCache::default(), NOW, &good).await, Err(bad), "{jwk}");
    }
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(one.public_key());
    let zero_in_front = spoilt("n", json!(base64([&[0][..], &public.n].concat())));
    login.forget(JWKS).json(JWKS, 200, json!({"keys": [zero_in_front]}));
    assert_eq!(
        ask(&login, &KeyCache::default(), NOW, &good).await,
        person(),
        "a zero in front is a habit of some senders"
    );
}
