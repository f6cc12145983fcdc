//! `POST /account/events`: which security event tokens are believed. Rows are those of protocol `channel-and-webhooks` 6.4.

mod account_support;

use std::time::{Duration, Instant};

use account_callback::AccountCallback;
use account_support::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use ring::{digest, hmac};
use serde_json::{Value, json};
use tests::faults::wire::Told;
use tests::parameters::{Parameters, secret_from};
use tests::table::API_KEY;
use tests::webhooks::{APP_ID, Knock};

const NO_TOKEN: &str = "not a signed security event token with RS256";
const NO_KEY: &str = "no key of this name";
const NOT_SIGNED: &str = "the signature is not this key's";
const ISSUER: &str = "the issuer is not Kakao";
const AUDIENCE: &str = "the audience is not ours";
const UNREAD: &str = "the claims cannot be read";
const JTI: &str = "jti is missing";
const IAT: &str = "iat is missing";
const EVENTS: &str = "events is missing";
const NOBODY: &str = "sub and subject name no one person";
const TOO_OLD: &str = "too old";
const TOO_LONG: &str = "the body is no token of at most 16 KiB";

/// Every body with which a token is refused: RFC 8935 2.3 knows the words, whoever looks at Kakao's side of it reads the sentence.
const BODIES: [(&str, &str); 12] = [
    ("invalid_request", NO_TOKEN),
    ("invalid_key", NO_KEY),
    ("invalid_key", NOT_SIGNED),
    ("invalid_issuer", ISSUER),
    ("invalid_audience", AUDIENCE),
    ("invalid_request", UNREAD),
    ("invalid_request", JTI),
    ("invalid_request", IAT),
    ("invalid_request", EVENTS),
    ("invalid_request", NOBODY),
    ("invalid_request", TOO_OLD),
    ("invalid_request", TOO_LONG),
];

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
    let with_twin = |member: &str, twin: &str| {
        let text = all.replacen(&format!("\"{member}\":"), &format!("\"{member}\":{twin},\"{member}\":"), 1);
        assert!(text.len() > all.len(), "{member}");
        signed(&one, &RSA_PKCS1_SHA256, &header("k1").to_string(), &text)
    };
    let header_text = header("k1").to_string();
    let signed_as = |claims: &str| signed(&one, &RSA_PKCS1_SHA256, &header_text, claims);
    let decoded = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    let variants: Vec<(&str, String, &str)> = vec![
        // Not a token at all.
        ("empty", String::new(), NO_TOKEN),
        ("a word", "invalid".to_owned(), NO_TOKEN),
        ("two parts", "invalid.jwt".to_owned(), NO_TOKEN),
        ("four parts", format!("{token}.x"), NO_TOKEN),
        ("five parts", "a.b.c.d.e".to_owned(), NO_TOKEN),
        ("JSON around it", json!({ "token": token }).to_string(), NO_TOKEN),
        ("a blank in it", token.replacen('.', " .", 1), NO_TOKEN),
        ("padding", format!("{head}=.{body}.{signature}"), NO_TOKEN),
        ("a header that is no JSON", format!("{}.{body}.{signature}", b64("x")), NO_TOKEN),
        ("a header that is a list", format!("{}.{body}.{signature}", b64("[]")), NO_TOKEN),
        ("too long", format!("{token}{}", "A".repeat(17_000)), TOO_LONG),
        // Another kind, or another way of signing.
        ("alg none", unsigned(json!({"alg": "none", "typ": "secevent+jwt", "kid": "k1"})), NO_TOKEN),
        ("alg None", unsigned(json!({"alg": "None", "typ": "secevent+jwt", "kid": "k1"})), NO_TOKEN),
        ("no alg", unsigned(json!({"typ": "secevent+jwt", "kid": "k1"})), NO_TOKEN),
        ("alg rs256", headed("alg", json!("rs256")), NO_TOKEN),
        ("alg RS384", headed("alg", json!("RS384")), NO_TOKEN),
        ("alg RS512", headed("alg", json!("RS512")), NO_TOKEN),
        ("alg PS256", headed("alg", json!("PS256")), NO_TOKEN),
        ("alg ES256", headed("alg", json!("ES256")), NO_TOKEN),
        ("alg a list", headed("alg", json!(["RS256"])), NO_TOKEN),
        ("HS256, public key as DER", hs256(&public), NO_TOKEN),
        ("HS256, public key as base64", hs256(b64(&public).as_bytes()), NO_TOKEN),
        ("HS256, the key's name", hs256(b"k1"), NO_TOKEN),
        ("typ JWT", headed("typ", json!("JWT")), NO_TOKEN),
        ("typ jwt", headed("typ", json!("jwt")), NO_TOKEN),
        ("typ null", headed("typ", Value::Null), NO_TOKEN),
        ("typ a number", headed("typ", json!(7)), NO_TOKEN),
        ("typ logout", headed("typ", json!("logout+jwt")), NO_TOKEN),
        ("something critical", headed("crit", json!(["b64"])), NO_TOKEN),
        ("no kid", headed("kid", Value::Null), NO_KEY),
        ("an empty kid", headed("kid", json!("")), NO_KEY),
        (
            "two algs",
            signed(
                &one,
                &RSA_PKCS1_SHA256,
                &header_text.replace(r#""alg":"RS256""#, r#""alg":"none","alg":"RS256""#),
                &all,
            ),
            NO_TOKEN,
        ),
        // Another key, or something changed.
        ("an unknown kid", headed("kid", json!("k9")), NO_KEY),
        ("another key under its name", signed(&two, &RSA_PKCS1_SHA256, &header_text, &all), NOT_SIGNED),
        ("SHA-384", signed(&one, &RSA_PKCS1_SHA384, &header_text, &all), NOT_SIGNED),
        ("SHA-512", signed(&one, &RSA_PKCS1_SHA512, &header_text, &all), NOT_SIGNED),
        ("PSS", signed(&one, &RSA_PSS_SHA256, &header_text, &all), NOT_SIGNED),
        ("no signature", format!("{head}.{body}."), NOT_SIGNED),
        (
            "a hash for a signature",
            format!("{head}.{body}.{}", b64(digest::digest(&digest::SHA256, body.as_bytes()))),
            NOT_SIGNED,
        ),
        ("half a signature", format!("{head}.{body}.{}", &signature[..signature.len() / 2 / 4 * 4]), NOT_SIGNED),
        ("somebody else in it", format!("{head}.{other_body}.{signature}"), NOT_SIGNED),
        ("a key of its own", headed("kid", json!("../k1")), NO_KEY),
        (
            "its own jwk",
            {
                let mut header = header("k1");
                header["jwk"] = jwk("k1", &two);
                signed(&two, &RSA_PKCS1_SHA256, &header.to_string(), &all)
            },
            NOT_SIGNED,
        ),
        // Not Kakao's word, or not to us.
        ("another issuer", changed("iss", json!("https://kauth.kakao.com.evil.example")), ISSUER),
        ("a slash more", changed("iss", json!(format!("{}/kauth/", world.login.url()))), ISSUER),
        ("an issuer in a list", changed("iss", json!([format!("{}/kauth", world.login.url())])), ISSUER),
        ("no issuer", without("iss"), ISSUER),
        ("another audience", changed("aud", json!("another-rest-api-key")), AUDIENCE),
        ("another app", changed("aud", json!("700002")), AUDIENCE),
        ("an audience in other letters", changed("aud", json!(API_KEY.to_uppercase())), AUDIENCE),
        ("no audience", without("aud"), AUDIENCE),
        ("an empty list", changed("aud", json!([])), AUDIENCE),
        ("a number as audience", changed("aud", json!(700_001)), AUDIENCE),
        // Says too little, or two things.
        ("no jti", without("jti"), JTI),
        ("an empty jti", changed("jti", json!("")), JTI),
        ("a jti that is a number", changed("jti", json!(7)), JTI),
        ("no iat", without("iat"), IAT),
        ("iat as text", changed("iat", json!("1760000000")), IAT),
        ("iat before all time", changed("iat", json!(-1)), IAT),
        ("too old", changed("iat", json!(NOW.secs() - 31 * 86_400)), TOO_OLD),
        ("no events", without("events"), EVENTS),
        ("empty events", changed("events", json!({})), EVENTS),
        ("events in a list", changed("events", json!([unlinked()])), EVENTS),
        ("an event that is a word", changed("events", json!({ unlinked(): "now" })), EVENTS),
        ("another subject", changed("sub", json!("2100000002")), NOBODY),
        ("nobody", changed("sub", json!("me")), NOBODY),
        ("nobody by number", changed("sub", json!("007")), NOBODY),
        ("a number that is none", changed("sub", json!(1.5)), NOBODY),
        ("a claim twice", signed(&one, &RSA_PKCS1_SHA256, &header_text, &twice), UNREAD),
        ("claims that are no JSON", signed(&one, &RSA_PKCS1_SHA256, &header_text, "x"), UNREAD),
        ("claims in a list", signed(&one, &RSA_PKCS1_SHA256, &header_text, "[]"), UNREAD),
        // Says two things at once, or goes on after the end.
        ("aud twice", with_twin("aud", r#""another""#), UNREAD),
        ("iss twice", with_twin("iss", r#""https://evil.example""#), UNREAD),
        ("sub twice", with_twin("sub", r#""2100000002""#), UNREAD),
        ("iat twice", with_twin("iat", "1"), UNREAD),
        ("toe twice", with_twin("toe", "1"), UNREAD),
        ("events twice", with_twin("events", "{}"), UNREAD),
        ("an event twice", with_twin(&unlinked(), "{}"), UNREAD),
        ("a subject twice", with_twin("subject", "{}"), UNREAD),
        ("a subject's type twice", with_twin("subject_type", r#""x""#), UNREAD),
        ("an unknown claim twice", signed_as(&all.replacen('{', r#"{"x":1,"x":2,"#, 1)), UNREAD),
        ("a word after the claims", signed_as(&format!("{all}x")), UNREAD),
        ("claims after the claims", signed_as(&format!("{all}{all}")), UNREAD),
        ("a NUL after the claims", signed_as(&format!("{all}\0")), UNREAD),
        ("a word after the header", signed(&one, &RSA_PKCS1_SHA256, &format!("{header_text}x"), &all), NO_TOKEN),
        ("a header after the header", signed(&one, &RSA_PKCS1_SHA256, &header_text.repeat(2), &all), NO_TOKEN),
        (
            "kid twice",
            signed(&one, &RSA_PKCS1_SHA256, &header_text.replacen('{', r#"{"kid":"k9","#, 1), &all),
            NO_TOKEN,
        ),
        ("padding at the end", format!("{token}="), NO_TOKEN),
        ("padding as it should not be", format!("{token}=="), NO_TOKEN),
        ("a line in the middle", token.replacen('.', "\r\n.", 1), NO_TOKEN),
        ("a character more", format!("{token}A"), NOT_SIGNED),
        ("a byte more", format!("{head}.{body}.{}", b64([decoded.as_slice(), &[0]].concat())), NOT_SIGNED),
        ("a byte in front", format!("{head}.{body}.{}", b64([&[0], decoded.as_slice()].concat())), NOT_SIGNED),
        ("another alphabet", token.replace(['-', '_'], "+"), NO_TOKEN),
    ];
    assert!(variants.len() >= 80);
    for (name, token, description) in variants {
        let answered = world.send(&token).await;
        let (err, _) = BODIES.iter().find(|(_, known)| *known == description).expect("a body of the table");
        assert_eq!(answered.status, 400, "{name}");
        let body: Value = serde_json::from_str(&answered.body).expect("JSON");
        assert_eq!(body, json!({ "err": err, "description": description }), "{name}");
    }
    assert!(world.table.items().is_empty(), "nothing of all this is kept");
    assert_eq!(world.send(&token).await.status, 202);
}

/// Two things are wrong with each of these: the answer tells of the check that comes first (protocol `channel-and-webhooks` 3.4).
#[tokio::test]
async fn checks_2_to_8_come_in_their_order() {
    let world = world();
    let good = world.claims("j1", &unlinked(), json!({}));
    assert_eq!(world.send(&world.token(&good)).await.status, 202);
    let headed = |whose: &str, typ: &str, kid: &str, changes: &[(&str, Value)]| {
        let (mut header, mut claims) = (header(kid), good.clone());
        header["typ"] = json!(typ);
        changes.iter().for_each(|(member, value)| claims[*member] = value.clone());
        signed(&key(whose), &RSA_PKCS1_SHA256, &header.to_string(), &claims.to_string())
    };
    let from = |whose: &str, kid: &str, changes: &[(&str, Value)]| headed(whose, "secevent+jwt", kid, changes);
    let claims = |changes: &[(&str, Value)]| from("one", "k1", changes);
    let (issuer, audience) = (("iss", json!("https://evil.example")), ("aud", json!("another")));
    let nameless = ("jti", Value::Null);
    let pairs = [
        ("typ, kid", headed("two", "JWT", "k9", &[]), NO_TOKEN),
        ("kid, signature, iss", from("two", "k9", std::slice::from_ref(&issuer)), NO_KEY),
        ("signature, iss", from("two", "k1", std::slice::from_ref(&issuer)), NOT_SIGNED),
        ("iss, aud", claims(&[issuer.clone(), audience.clone()]), ISSUER),
        ("iss, sub", claims(&[issuer.clone(), ("sub", json!(1.5))]), ISSUER),
        ("iss, app_id", claims(&[issuer, ("app_id", json!(1.5))]), ISSUER),
        ("aud, jti", claims(&[audience.clone(), nameless.clone()]), AUDIENCE),
        ("aud, sub", claims(&[audience, ("sub", json!(1.5))]), AUDIENCE),
        ("jti, iat", claims(&[nameless, ("iat", Value::Null)]), JTI),
        ("iat, events", claims(&[("iat", Value::Null), ("events", Value::Null)]), IAT),
        ("events, sub", claims(&[("events", Value::Null), ("sub", json!(1.5))]), EVENTS),
        ("sub, a known jti", claims(&[("sub", json!(1.5))]), NOBODY),
    ];
    for (name, token, description) in pairs {
        let body: Value = serde_json::from_str(&world.send(&token).await.body).expect("JSON");
        assert_eq!(body["description"], description, "{name}");
    }
    assert_eq!(world.send(&claims(&[("jti", json!("j2")), ("app_id", json!(1.5))])).await.status, 202, "not needed");
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
    for kind in [TYPE, "text/plain"] {
        let get = Knock { method: "GET", ..knock(Some(kind), &token) };
        assert_eq!(world.knock(&get).await.status, 405, "the method comes before the type");
    }
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
    let away = secret_from("KAKAO_REST_API_KEY", "http://127.0.0.1:9");
    let away = World::with(Silent, &away);
    let claims = away.claims("j", &unlinked(), json!({}));
    assert_eq!(away.send(&away.token(&claims)).await.status, 503);
    assert!(away.table.items().is_empty());
}

#[tokio::test]
async fn f37_a_new_audience_is_known_as_soon_as_the_key_is_stored() {
    let parameters = Parameters::start();
    let url = parameters.url();
    let from_ssm = secret_from("KAKAO_REST_API_KEY", &url);
    let world = World::with(Silent, &from_ssm);
    let token = |jti: &str, audience: &str| {
        let mut claims = world.claims(jti, &unlinked(), json!({}));
        claims["aud"] = json!(audience);
        world.token(&claims)
    };
    parameters.set("/kakao/KAKAO_REST_API_KEY", "old");
    assert_eq!(world.send(&token("j1", "old")).await.status, 202);
    parameters.set("/kakao/KAKAO_REST_API_KEY", "new,old");
    world.pass(1);
    assert_eq!(world.send(&token("j2", "new")).await.status, 202);
    assert_eq!(world.send(&token("j3", "old")).await.status, 202);
    assert_eq!(parameters.calls(), 2);
    world.pass(61);
    for jti in ["j4", "j5", "j6"] {
        assert_eq!(world.refused(&token(jti, "somebody else")).await, "invalid_audience");
    }
    assert_eq!(parameters.calls(), 3, "once a minute");
}

#[tokio::test]
async fn f34_after_a_sleep_of_five_minutes_our_own_name_is_read_again() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_REST_API_KEY", "old");
    let url = parameters.url();
    let world = World::with(Silent, &secret_from("KAKAO_REST_API_KEY", &url));
    let to_old = |jti: &str| {
        let mut claims = world.claims(jti, &unlinked(), json!({}));
        claims["aud"] = json!("old");
        world.token(&claims)
    };
    for (sleep, calls) in [(0, 1), (299, 1), (1, 2), (600, 3)] {
        world.pass(sleep);
        assert_eq!(world.send(&to_old(&format!("j{sleep}"))).await.status, 202);
        assert_eq!(parameters.calls(), calls, "{sleep} s later");
    }
    parameters.set("/kakao/KAKAO_REST_API_KEY", "new");
    world.pass(300);
    assert_eq!(world.refused(&to_old("late")).await, "invalid_audience");
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

/// 429, with how long Kakao wants us to wait.
fn too_many(retry_after: &str) -> Told {
    let headers = vec![("content-type", "application/json".to_owned()), ("retry-after", retry_after.to_owned())];
    Told::Answer { status: 429, headers, body: br#"{"msg":"slow down","code":-10}"#.to_vec() }
}

#[tokio::test]
async fn row_13_f15_to_f19_keys_that_cannot_be_had_are_503_and_old_ones_are_good_for_a_day() {
    for trouble in [
        Told::Cut,
        Told::Never,
        Told::answer(401, "application/json", br#"{"msg":"no","code":-401}"#.to_vec()),
        Told::answer(403, "application/json", br#"{"msg":"no","code":-403}"#.to_vec()),
        Told::answer(500, "text/html", b"<html>".to_vec()),
        Told::answer(200, "text/html", b"<html>".to_vec()),
        Told::answer(200, "application/json", br#"{"keys":[]}"#.to_vec()),
        Told::answer(200, "application/json", br#"{"keys":[{"kid":"k1","kty":"RSA","n":"#.to_vec()),
        Told::answer(200, "application/json", br#"{"keys":{"kid":7}}"#.to_vec()),
        Told::answer(200, "application/json", b"null".to_vec()),
        Told::Flood(1024 * 1024),
        Told::Flood(100 * 1024 * 1024),
        Told::Drip(Duration::from_millis(200)),
        Told::Drip(Duration::from_secs(3_600)),
        too_many("0"),
        too_many("-1"),
        too_many("1000000000"),
        too_many("Fri, 31 Dec 9999 23:59:59 GMT"),
        too_many("x"),
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
