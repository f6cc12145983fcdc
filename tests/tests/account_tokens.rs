//! `POST /account/events`: which security event tokens are believed. Rows are those of protocol `channel-and-webhooks` 6.4.

mod account_support;

use std::time::{Duration, Instant};

use account_callback::AccountCallback;
use account_support::*;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use ring::{digest, hmac};
use serde_json::{Value, json};
use tests::faults::wire::Told;
use tests::parameters::Parameters;
use tests::table::API_KEY;
use tests::webhooks::{APP_ID, Knock};

#[tokio::test]
async fn rows_9_to_11_t30_whatever_is_not_signed_by_kakao_for_us_is_refused() {
    let world = world();
    let (one, two) = (key("one"), key("two"));
    let good = world.claims("j1", &unlinked(), json!({}));
    let all = good.to_string();
    let changed = |member: &str, value: Value| {
        let mut claims = good.clone();
        claims[member] = value;
        world.token(&claims)
    };
    let without = |member: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(member);
        world.token(&claims)
    };
    let headed = |member: &str, value: Value| {
        let mut header = header("k1");
        header[member] = value;
        signed(&one, &RSA_PKCS1_SHA256, &header.to_string(), &all)
    };
    let token = world.token(&good);
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, signature] = parts.as_slice() else { panic!("three parts") };
    let unsigned = |header: Value| format!("{}.{body}.", b64(header.to_string()));
    let hs256 = |secret: &[u8]| {
        let signed = format!("{}.{body}", b64(json!({"alg": "HS256", "typ": "secevent+jwt", "kid": "k1"}).to_string()));
        format!("{signed}.{}", b64(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes())))
    };
    let public = one.public_key().as_ref().to_vec();
    let other_body = b64(all.replace(WHO, "2100000002"));
    let twice = all.replace(r#""jti":"j1""#, r#""jti":"j1","jti":"j2""#);
    let (request, key_, issuer, audience) = ("invalid_request", "invalid_key", "invalid_issuer", "invalid_audience");
    let header_text = header("k1").to_string();
    let variants: Vec<(&str, String, &str)> = vec![
        // Not a token at all.
        ("empty", String::new(), request),
        ("a word", "invalid".to_owned(), request),
        ("two parts", "invalid.jwt".to_owned(), request),
        ("four parts", format!("{token}.x"), request),
        ("five parts", "a.b.c.d.e".to_owned(), request),
        ("JSON around it", json!({ "token": token }).to_string(), request),
        ("a blank in it", token.replacen('.', " .", 1), request),
        ("padding", format!("{head}=.{body}.{signature}"), request),
        ("a header that is no JSON", format!("{}.{body}.{signature}", b64("x")), request),
        ("a header that is a list", format!("{}.{body}.{signature}", b64("[]")), request),
        ("too long", format!("{token}{}", "A".repeat(17_000)), request),
        // Another kind, or another way of signing.
        ("alg none", unsigned(json!({"alg": "none", "typ": "secevent+jwt", "kid": "k1"})), request),
        ("alg None", unsigned(json!({"alg": "None", "typ": "secevent+jwt", "kid": "k1"})), request),
        ("no alg", unsigned(json!({"typ": "secevent+jwt", "kid": "k1"})), request),
        ("alg rs256", headed("alg", json!("rs256")), request),
        ("alg RS384", headed("alg", json!("RS384")), request),
        ("alg RS512", headed("alg", json!("RS512")), request),
        ("alg PS256", headed("alg", json!("PS256")), request),
        ("alg ES256", headed("alg", json!("ES256")), request),
        ("alg a list", headed("alg", json!(["RS256"])), request),
        ("HS256, public key as DER", hs256(&public), request),
        ("HS256, public key as base64", hs256(b64(&public).as_bytes()), request),
        ("HS256, the key's name", hs256(b"k1"), request),
        ("typ JWT", headed("typ", json!("JWT")), request),
        ("typ jwt", headed("typ", json!("jwt")), request),
        ("typ null", headed("typ", Value::Null), request),
        ("typ a number", headed("typ", json!(7)), request),
        ("typ logout", headed("typ", json!("logout+jwt")), request),
        ("something critical", headed("crit", json!(["b64"])), request),
        ("no kid", headed("kid", Value::Null), request),
        ("an empty kid", headed("kid", json!("")), request),
        (
            "two algs",
            signed(
                &one,
                &RSA_PKCS1_SHA256,
                &header_text.replace(r#""alg":"RS256""#, r#""alg":"none","alg":"RS256""#),
                &all,
            ),
            request,
        ),
        // Another key, or something changed.
        ("an unknown kid", headed("kid", json!("k9")), key_),
        ("another key under its name", signed(&two, &RSA_PKCS1_SHA256, &header_text, &all), key_),
        ("SHA-384", signed(&one, &RSA_PKCS1_SHA384, &header_text, &all), key_),
        ("SHA-512", signed(&one, &RSA_PKCS1_SHA512, &header_text, &all), key_),
        ("PSS", signed(&one, &RSA_PSS_SHA256, &header_text, &all), key_),
        ("no signature", format!("{head}.{body}."), key_),
        (
            "a hash for a signature",
            format!("{head}.{body}.{}", b64(digest::digest(&digest::SHA256, body.as_bytes()))),
            key_,
        ),
        ("half a signature", format!("{head}.{body}.{}", &signature[..signature.len() / 2 / 4 * 4]), key_),
        ("somebody else in it", format!("{head}.{other_body}.{signature}"), key_),
        ("a key of its own", headed("kid", json!("../k1")), key_),
        (
            "its own jwk",
            {
                let mut header = header("k1");
                header["jwk"] = jwk("k1", &two);
                signed(&two, &RSA_PKCS1_SHA256, &header.to_string(), &all)
            },
            key_,
        ),
        // Not Kakao's word, or not to us.
        ("another issuer", changed("iss", json!("https://kauth.kakao.com.evil.example")), issuer),
        ("a slash more", changed("iss", json!(format!("{}/kauth/", world.login.url()))), issuer),
        ("an issuer in a list", changed("iss", json!([format!("{}/kauth", world.login.url())])), issuer),
        ("no issuer", without("iss"), issuer),
        ("another audience", changed("aud", json!("another-rest-api-key")), audience),
        ("another app", changed("aud", json!("700002")), audience),
        ("an audience in other letters", changed("aud", json!(API_KEY.to_uppercase())), audience),
        ("no audience", without("aud"), audience),
        ("an empty list", changed("aud", json!([])), audience),
        ("a number as audience", changed("aud", json!(700_001)), audience),
        // Says too little, or two things.
        ("no jti", without("jti"), request),
        ("an empty jti", changed("jti", json!("")), request),
        ("a jti that is a number", changed("jti", json!(7)), request),
        ("no iat", without("iat"), request),
        ("iat as text", changed("iat", json!("1760000000")), request),
        ("iat before all time", changed("iat", json!(-1)), request),
        ("too old", changed("iat", json!(NOW.secs() - 31 * 86_400)), request),
        ("no events", without("events"), request),
        ("empty events", changed("events", json!({})), request),
        ("events in a list", changed("events", json!([unlinked()])), request),
        ("an event that is a word", changed("events", json!({ unlinked(): "now" })), request),
        ("another subject", changed("sub", json!("2100000002")), request),
        ("nobody", changed("sub", json!("me")), request),
        ("nobody by number", changed("sub", json!("007")), request),
        ("a number that is none", changed("sub", json!(1.5)), request),
        ("a claim twice", signed(&one, &RSA_PKCS1_SHA256, &header_text, &twice), request),
        ("claims that are no JSON", signed(&one, &RSA_PKCS1_SHA256, &header_text, "x"), request),
        ("claims in a list", signed(&one, &RSA_PKCS1_SHA256, &header_text, "[]"), request),
    ];
    assert!(variants.len() >= 60);
    for (name, token, expected) in variants {
        assert_eq!(world.refused(&token).await, expected, "{name}");
    }
    assert!(world.table.items().is_empty(), "nothing of all this is kept");
    assert_eq!(world.send(&token).await.status, 202);
}

#[tokio::test]
async fn check_1_2_the_body_is_a_token_and_says_so() {
    let world = world();
    let token = world.token(&world.claims("j1", &unlinked(), json!({})));
    let knock = |kind: Option<&str>, body: &str| {
        Knock::post("/account/events")
            .header("authorization", None)
            .body("", body.to_owned())
            .header("content-type", kind)
    };
    for kind in [
        None,
        Some(""),
        Some("application/jwt"),
        Some("application/json"),
        Some("text/plain"),
        Some("application/secevent"),
    ] {
        assert_eq!(err(&world.knock(&knock(kind, &token)).await), "invalid_request", "{kind:?}");
    }
    let bytes = Knock { base64: true, ..knock(Some(TYPE), "").body(TYPE, b"\xff\xfe.\x00.x".to_vec()) };
    assert_eq!(err(&world.knock(&bytes).await), "invalid_request");
    let get = Knock { method: "GET", ..knock(Some(TYPE), &token) };
    assert_eq!(world.knock(&get).await.status, 405);
    assert!(world.table.items().is_empty());
    for (at, kind) in [TYPE, "APPLICATION/SECEVENT+JWT", "application/secevent+jwt; charset=utf-8"].iter().enumerate() {
        let token = world.token(&world.claims(&format!("a{at}"), &unlinked(), json!({})));
        assert_eq!(world.knock(&knock(Some(kind), &token)).await.status, 202, "{kind}");
        let token = world.token(&world.claims(&format!("b{at}"), &unlinked(), json!({})));
        let spaced = Knock { base64: true, ..knock(Some(kind), &format!("\r\n{token}\n")) };
        assert_eq!(world.knock(&spaced).await.status, 202, "{kind}");
    }
    assert_eq!(world.table.items_under("IDEM#").len(), 6);
    let large = knock(Some(TYPE), &"A".repeat(10 * 1024 * 1024)).event(NOW);
    let started = Instant::now();
    assert_eq!(err(&tests::webhooks::answered::<AccountCallback, Silent>(&world.app, &large).await), "invalid_request");
    assert!(started.elapsed() < Duration::from_secs(2));
    for header in ["application/secevent+jwt", "Application/SecEvent+JWT"] {
        let mut with = self::header("k1");
        with["typ"] = json!(header);
        let claims = world.claims(header, &unlinked(), json!({})).to_string();
        assert_eq!(world.send(&signed(&key("one"), &RSA_PKCS1_SHA256, &with.to_string(), &claims)).await.status, 202);
    }
}

#[tokio::test]
async fn the_audience_is_the_key_or_the_app() {
    let world = World::with(Silent, &[("KAKAO_REST_API_KEY", "new,old")]);
    for (at, audience) in
        [json!("new"), json!("old"), json!(APP_ID), json!(["x", "old"]), json!([APP_ID])].iter().enumerate()
    {
        let mut claims = world.claims(&format!("j{at}"), &unlinked(), json!({}));
        claims["aud"] = audience.clone();
        assert_eq!(world.send(&world.token(&claims)).await.status, 202, "{audience}");
    }
    let bare = World::with(Silent, &[("KAKAO_REST_API_KEY", "")]);
    let mut claims = bare.claims("j", &unlinked(), json!({}));
    assert_eq!(bare.refused(&bare.token(&claims)).await, "invalid_audience");
    claims["aud"] = json!(APP_ID);
    assert_eq!(bare.send(&bare.token(&claims)).await.status, 202);
    // A name that cannot be had just now is no reason to say "never again".
    let away =
        [("KAKAO_REST_API_KEY", ""), ("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")];
    let away = World::with(Silent, &away);
    let claims = away.claims("j", &unlinked(), json!({}));
    assert_eq!(away.send(&away.token(&claims)).await.status, 503);
    assert!(away.table.items().is_empty());
}

#[tokio::test]
async fn f37_a_new_audience_is_known_as_soon_as_the_key_is_stored() {
    let parameters = Parameters::start();
    let url = parameters.url();
    let from_ssm = [("KAKAO_REST_API_KEY", ""), ("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", url.as_str())];
    let world = World::with(Silent, &from_ssm);
    let token = |jti: &str, audience: &str| {
        let mut claims = world.claims(jti, &unlinked(), json!({}));
        claims["aud"] = json!(audience);
        world.token(&claims)
    };
    parameters.set("/kakao/KAKAO_REST_API_KEY", "old");
    assert_eq!(world.send(&token("j1", "old")).await.status, 202);
    parameters.set("/kakao/KAKAO_REST_API_KEY", "new,old");
    world.pass(61);
    assert_eq!(world.send(&token("j2", "new")).await.status, 202);
    assert_eq!(world.send(&token("j3", "old")).await.status, 202);
    assert_eq!(parameters.calls(), 2);
    world.pass(61);
    for jti in ["j4", "j5", "j6"] {
        assert_eq!(world.refused(&token(jti, "somebody else")).await, "invalid_audience");
    }
    assert_eq!(parameters.calls(), 3, "once a minute");
}

// ---- the keys

#[tokio::test]
async fn row_12_a_new_key_is_found_once_a_minute() {
    let world = world();
    let two = key("two");
    assert_eq!(world.tell("j1", &unlinked(), json!({})).await, 202);
    let with_new = |jti: &str| {
        let claims = world.claims(jti, &unlinked(), json!({})).to_string();
        signed(&two, &RSA_PKCS1_SHA256, &header("k2").to_string(), &claims)
    };
    assert_eq!(world.refused(&with_new("j2")).await, "invalid_key");
    world.login.forget(JWKS).json(JWKS, 200, json!({"keys": [jwk("k1", &key("one")), jwk("k2", &two)]}));
    world.pass(61);
    assert_eq!(world.send(&with_new("j3")).await.status, 202);
    assert_eq!(world.tell("j4", &unlinked(), json!({})).await, 202, "the old one is still good");
    let fetched = world.login.asked().len();
    for at in 0..50 {
        let claims = world.claims(&format!("x{at}"), &unlinked(), json!({})).to_string();
        let forged = signed(&two, &RSA_PKCS1_SHA256, &header(&format!("k{}", 100 + at)).to_string(), &claims);
        assert_eq!(world.refused(&forged).await, "invalid_key");
        world.pass(1);
    }
    assert!(fetched == 2 && world.login.asked().len() <= 1, "made-up keys do not make us ask more often");
}

#[tokio::test]
async fn row_13_keys_that_cannot_be_had_are_503_and_old_ones_are_good_for_a_day() {
    for trouble in [
        Told::Cut,
        Told::Never,
        Told::answer(500, "text/html", b"<html>".to_vec()),
        Told::answer(200, "text/html", b"<html>".to_vec()),
        Told::answer(200, "application/json", br#"{"keys":[]}"#.to_vec()),
        Told::Flood(1024 * 1024),
    ] {
        let name = format!("{trouble:?}");
        let world = world();
        world.login.forget(JWKS).tell(JWKS, trouble);
        let started = Instant::now();
        assert_eq!(world.tell("j1", &unlinked(), json!({})).await, 503, "{name}");
        assert!(started.elapsed() < Duration::from_millis(2_500), "{name}: {:?}", started.elapsed());
        assert!(world.table.items().is_empty());
        world.login.forget(JWKS).json(JWKS, 200, json!({"keys": [jwk("k1", &key("one"))]}));
        world.pass(3);
        assert_eq!(world.tell("j1", &unlinked(), json!({})).await, 202, "{name}: it was told to come again");
    }
    let world = world();
    assert_eq!(world.tell("j1", &unlinked(), json!({})).await, 202);
    world.login.set_deaf(true);
    world.pass(23 * 3_600);
    assert_eq!(world.tell("j2", &unlinked(), json!({})).await, 202, "stale keys are better than none");
    let unknown = signed(
        &key("two"),
        &RSA_PKCS1_SHA256,
        &header("k2").to_string(),
        &world.claims("j3", &unlinked(), json!({})).to_string(),
    );
    assert_eq!(world.send(&unknown).await.status, 503, "it may be a new one");
    world.pass(3_700);
    assert_eq!(world.tell("j4", &unlinked(), json!({})).await, 503, "a day is enough");
    world.login.set_deaf(false);
    world.pass(61);
    assert_eq!(world.tell("j4", &unlinked(), json!({})).await, 202);
}
