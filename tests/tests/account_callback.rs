//! `POST /account/events`: security event tokens, signed well and badly; the function, the table's emulator and a stand-in for Kakao's
//! keys. Rows are those of protocol `channel-and-webhooks` 6.4.

use std::process::Command;
use std::time::{Duration, Instant};

use account_callback::AccountCallback;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use ring::rand::SystemRandom;
use ring::signature::{
    KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use ring::{digest, hmac};
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::Notices;
use shared::clock::{Clock, Millis};
use shared::store::sign_up::Profile;
use shared::store::{Account, AppUser};
use tests::faults::wire::Told;
use tests::faults::{ALWAYS, Fault, Faults};
use tests::login::Login;
use tests::table::{API_KEY, Table, env, number, text};
use tests::webhooks::{APP_ID, Answered, Knock};

const NOW: Millis = Millis(1_760_000_000_000);
const WHO: &str = "2100000001";
const PK: &str = "U#app#2100000001";
const JWKS: &str = "/kauth/.well-known/jwks.json";
const TYPE: &str = "application/secevent+jwt";

const O: &str = "https://schemas.openid.net/secevent/oauth/event-type/";
const R: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const C: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const K: &str = "https://schemas.kakao.com/platevent/kakao/event-type/";

/// A bot that calls the telephone number something of its own.
struct Shop;

impl Notices for Shop {
    fn withdrawn(&self, scope: &str, profile: &mut Profile) {
        if scope == "phone_number" {
            profile.remove("mobile");
        }
    }
}

/// A bot to which nothing matters.
struct Silent;

impl Notices for Silent {}

struct World<B> {
    table: Table,
    faults: Faults,
    login: Login,
    app: App<B>,
}

/// Made for these tests; they sign nothing else.
fn key(name: &str) -> RsaKeyPair {
    let pkcs8 = std::fs::read(format!("{}/keys/{name}.pk8", env!("CARGO_MANIFEST_DIR"))).unwrap();
    RsaKeyPair::from_pkcs8(&pkcs8).unwrap()
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn jwk(kid: &str, key: &RsaKeyPair) -> Value {
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key.public_key());
    json!({"kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": b64(public.n), "e": b64(public.e)})
}

fn signed(key: &RsaKeyPair, padding: &'static dyn RsaEncoding, header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", b64(header), b64(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", b64(signature))
}

fn header(kid: &str) -> Value {
    json!({"alg": "RS256", "typ": "secevent+jwt", "kid": kid})
}

fn event(more: Value) -> Value {
    let mut event = json!({"subject": {"subject_type": "iss-sub", "iss": "https://kauth.kakao.com", "sub": WHO}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

impl<B: Notices> World<B> {
    fn with(bot: B, more: &[(&str, &str)]) -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let login = Login::default();
        let kauth = format!("{}/kauth", login.url());
        let settings: Vec<_> =
            [("KAKAO_APP_ID", APP_ID), ("KAUTH_URL", kauth.as_str())].into_iter().chain(more.iter().copied()).collect();
        let app = App::new(bot, env(&faults.url(), &settings), Clock::at(NOW));
        login.json(JWKS, 200, json!({"keys": [jwk("k1", &key("one"))]}));
        Self { table, faults, login, app }
    }

    fn claims(&self, jti: &str, uri: &str, more: Value) -> Value {
        json!({
            "iss": format!("{}/kauth", self.login.url()), "aud": API_KEY, "sub": WHO, "iat": self.app.clock.now().secs() - 5,
            "toe": self.app.clock.now().secs() - 10, "jti": jti, "txn": "t", "events": { uri: event(more) }
        })
    }

    fn token(&self, claims: &Value) -> String {
        signed(&key("one"), &RSA_PKCS1_SHA256, &header("k1").to_string(), &claims.to_string())
    }

    async fn send(&self, token: &str) -> Answered {
        self.knock(&Knock::post("/account/events").header("authorization", None).body(TYPE, token)).await
    }

    async fn knock(&self, knock: &Knock) -> Answered {
        let answered = knock.at::<AccountCallback, B>(&self.app).await;
        match answered.status {
            400 => {
                assert_eq!(answered.headers["content-type"], "application/json; charset=utf-8");
                assert_eq!(answered.headers["content-language"], "en");
                let body: Value = serde_json::from_str(&answered.body).expect("JSON");
                assert_eq!(body.as_object().expect("an object").len(), 2, "{body}");
                assert!(body["description"].as_str().is_some_and(|text| !text.is_empty()));
            }
            _ => assert_eq!(answered.body, ""),
        }
        answered
    }

    /// Tells one event with a token of its own.
    async fn tell(&self, jti: &str, uri: &str, more: Value) -> i64 {
        self.send(&self.token(&self.claims(jti, uri, more))).await.status
    }

    async fn refused(&self, token: &str) -> String {
        err(&self.send(token).await)
    }

    async fn account(&self) -> Option<Account> {
        self.app.store().account(&AppUser::parse(WHO).unwrap(), self.app.clock.now()).await.unwrap()
    }

    fn job(&self) -> Option<Value> {
        self.table.item(PK, "JOB#UNLINK")
    }

    fn signs_up(&self, profile: &Value) {
        self.table.put(&json!({
            "PK": {"S": PK}, "SK": {"S": "MEMBER"}, "st": {"S": "ACTIVE"}, "mg": {"S": "g"}, "consents": {"S": "[]"},
            "profile": {"S": profile.to_string()}, "since": {"N": NOW.0.to_string()}, "later": {"S": "of another release"}
        }));
    }

    fn profile(&self) -> Value {
        serde_json::from_str(text(&self.table.item(PK, "MEMBER").expect("a member"), "profile")).unwrap()
    }

    fn pass(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }
}

fn world() -> World<Silent> {
    World::with(Silent, &[])
}

fn err(answered: &Answered) -> String {
    assert_eq!(answered.status, 400, "{answered:?}");
    serde_json::from_str::<Value>(&answered.body).unwrap()["err"].as_str().unwrap().to_owned()
}

fn unlinked() -> String {
    format!("{O}user-unlinked")
}

#[tokio::test]
async fn rows_7_and_8_a_token_counts_once() {
    let world = world();
    let token = world.token(&world.claims("j1", &unlinked(), json!({"reason": "UNLINK_FROM_APPS"})));
    assert_eq!(world.send(&token).await.status, 202);
    let job = world.job().expect("a job");
    assert_eq!((text(&job, "why"), number(&job, "seq")), ("UNLINK_FROM_APPS", Some(1)));
    for _ in 0..4 {
        assert_eq!(world.send(&token).await.status, 202);
    }
    let all = join_all((0..64).map(|_| world.send(&token))).await;
    assert!(all.iter().all(|answered| answered.status == 202), "{all:?}");
    assert_eq!(number(&world.job().expect("a job"), "seq"), Some(1), "one job, told once");
    let token = world.table.items_under("IDEM#jti#").remove(0);
    assert_eq!(number(&token, "ttl"), Some(NOW.secs() + 30 * 86_400));
    assert!(!token.to_string().contains("j1"), "its name is kept as a hash");
}

#[tokio::test]
async fn t30_a_replay_after_thirty_days_is_refused_by_its_age() {
    let world = world();
    let token = world.token(&world.claims("j1", &unlinked(), json!({})));
    world.pass(29 * 86_400);
    assert_eq!(world.send(&token).await.status, 202, "a late delivery is a delivery");
    world.pass(86_400 + 60);
    assert_eq!(world.refused(&token).await, "invalid_request");
    world.table.expire(u64::MAX / 2);
    world.table.remove(PK, "JOB#UNLINK");
    assert_eq!(world.refused(&token).await, "invalid_request");
    assert!(world.job().is_none());
}

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

// ---- what follows

#[tokio::test]
async fn row_14_who_links_is_not_withdrawn() {
    let world = world();
    world.signs_up(&json!({"phone_number": "x"}));
    let before = world.table.item(PK, "MEMBER");
    assert_eq!(world.tell("j1", &format!("{O}user-linked"), json!({})).await, 202);
    assert_eq!((world.table.item(PK, "MEMBER"), world.job()), (before, None));
    let account = world.account().await.expect("an account");
    assert_eq!((account.linked, account.disabled), (Some(Millis(NOW.0 - 10_000)), false));
}

#[tokio::test]
async fn row_15_what_was_withdrawn_is_erased_and_nothing_else() {
    let profile = json!({"phone_number": "010", "email": "a@b", "nickname": "z", "points": 7});
    let world = world();
    world.signs_up(&profile);
    let uri = format!("{O}user-scope-withdraw");
    assert_eq!(world.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(world.profile(), json!({"email": "a@b", "nickname": "z", "points": 7}));
    let member = world.table.item(PK, "MEMBER").unwrap();
    assert_eq!((text(&member, "mg"), text(&member, "later")), ("g", "of another release"), "the member is kept");
    assert_eq!(world.tell("j2", &uri, json!({"scopes": ["account_email", "profile_nickname", "unknown"]})).await, 202);
    assert_eq!(world.profile(), json!({"points": 7}));
    for (jti, scopes) in [("j3", json!({"scopes": []})), ("j4", json!({})), ("j5", json!({"scopes": {"a": 1}}))] {
        assert_eq!(world.tell(jti, &uri, scopes).await, 202);
        assert_eq!(world.profile(), json!({"points": 7}));
    }
    let shop = World::with(Shop, &[]);
    shop.signs_up(&json!({"mobile": "010", "phone_number": "left alone"}));
    assert_eq!(shop.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(shop.profile(), json!({"phone_number": "left alone"}), "the author says what things are called");
    let nobody = self::world();
    assert_eq!(nobody.tell("j1", &uri, json!({"scopes": ["phone_number"]})).await, 202);
    assert_eq!(nobody.table.items().len(), 1, "of somebody unknown only the token's name is kept");
}

#[tokio::test]
async fn table_3_3_each_event_has_its_reaction() {
    let since = Some(Millis(NOW.0 - 10_000));
    let none = Account::default();
    for (uri, left, expected) in [
        (format!("{O}user-linked"), None, Some(Account { linked: since, ..none.clone() })),
        (format!("{O}user-unlinked"), Some("UNLINK_FROM_SERVICE"), None),
        (format!("{O}user-scope-consent"), None, Some(Account { profile_since: since, ..none.clone() })),
        (format!("{O}user-scope-withdraw"), None, None),
        (format!("{O}tokens-revoked"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{O}token-issued"), None, None),
        (format!("{O}token-revoked"), None, None),
        (format!("{R}account-disabled"), None, Some(Account { disabled: true, ..none.clone() })),
        (format!("{R}account-enabled"), None, Some(none.clone())),
        (format!("{R}account-purged"), Some("ACCOUNT_DELETE"), None),
        (
            format!("{R}account-credential-change-required"),
            None,
            Some(Account { sessions_since: since, ..none.clone() }),
        ),
        (format!("{R}credential-compromise"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{R}sessions-revoked"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (
            format!("{R}identifier-changed"),
            None,
            Some(Account { identifiers_since: since, profile_since: since, ..none.clone() }),
        ),
        (
            format!("{R}identifier-recycled"),
            None,
            Some(Account { identifiers_since: since, profile_since: since, ..none.clone() }),
        ),
        (format!("{C}assurance-level-change"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{C}credential-change"), None, Some(Account { sessions_since: since, ..none.clone() })),
        (format!("{K}user-profile-changed"), None, Some(Account { profile_since: since, ..none.clone() })),
        ("https://schemas.kakao.com/events/oauth/unlinked".to_owned(), None, Some(none.clone())),
        (format!("{O}user-deleted"), None, Some(none.clone())),
    ] {
        let world = world();
        assert_eq!(world.tell("j1", &uri, json!({"reason": "UNLINK_FROM_SERVICE"})).await, 202, "{uri}");
        let job = world.job();
        assert_eq!(job.as_ref().map(|job| text(job, "why")), left, "{uri}");
        assert_eq!(world.account().await, expected, "{uri}");
        assert_eq!(world.table.items_under("IDEM#").len(), 1, "{uri}: its name is remembered");
    }
}

#[tokio::test]
async fn f03_tokens_may_come_in_any_order() {
    let world = world();
    let at = |jti: &str, uri: &str, ago: u64| {
        let mut claims = world.claims(jti, uri, json!({}));
        claims["toe"] = json!(NOW.secs() - ago);
        world.token(&claims)
    };
    for (jti, word, ago) in [
        ("1", "account-enabled", 100),
        ("2", "account-disabled", 300),
        ("3", "sessions-revoked", 50),
        ("4", "sessions-revoked", 500),
        ("5", "account-disabled", 200),
    ] {
        assert_eq!(world.send(&at(jti, &format!("{R}{word}"), ago)).await.status, 202);
    }
    let account = world.account().await.unwrap();
    assert_eq!((account.disabled, account.sessions_since), (false, Some(Millis(NOW.0 - 50_000))));
    assert_eq!(world.send(&at("6", &format!("{R}account-disabled"), 100)).await.status, 202);
    assert!(world.account().await.unwrap().disabled, "on one moment the careful reading counts");
    // A time to come counts as now: it stands against nothing that follows.
    let mut claims = world.claims("7", &format!("{R}sessions-revoked"), json!({}));
    claims["toe"] = json!(4_000_000_000_u64);
    assert_eq!(world.send(&world.token(&claims)).await.status, 202);
    assert_eq!(world.account().await.unwrap().sessions_since, Some(NOW));
    let many = join_all((0..32).map(|number| {
        let token = at(&format!("m{number}"), &format!("{R}sessions-revoked"), 0);
        let world = &world;
        async move { world.send(&token).await.status }
    }))
    .await;
    assert!(many.iter().all(|status| [202, 503].contains(status)), "{many:?}");
}

#[tokio::test]
async fn several_events_in_one_token_are_one_transaction() {
    let world = world();
    world.signs_up(&json!({"phone_number": "x"}));
    let mut claims = world.claims("j1", &unlinked(), json!({}));
    claims["sub"] = Value::Null;
    claims["txm"] = json!("t");
    claims["events"][format!("{O}user-scope-withdraw")] = event(json!({"scopes": ["phone_number"]}));
    claims["events"][format!("{R}sessions-revoked")] = event(json!({}));
    assert_eq!(world.send(&world.token(&claims)).await.status, 202);
    assert!(world.job().is_some() && world.profile() == json!({}));
    assert!(world.account().await.is_some_and(|account| account.sessions_since.is_some()));
}

#[tokio::test]
async fn off_without_an_app_and_closed_to_other_addresses() {
    let off = World::with(Silent, &[("KAKAO_APP_ID", "")]);
    assert_eq!(off.tell("j1", &unlinked(), json!({})).await, 404);
    assert!(off.login.asked().is_empty() && off.table.items().is_empty());
    let closed = World::with(Silent, &[("CALLBACK_ADDRESSES", "10.0.0.0/8")]);
    let token = closed.token(&closed.claims("j1", &unlinked(), json!({})));
    assert_eq!(closed.refused(&token).await, "access_denied");
    assert!(closed.table.items().is_empty());
}

// ---- trouble at the table

#[tokio::test]
async fn f09_f10_f12_what_cannot_be_stored_is_503_and_comes_again() {
    let world = world();
    for (at, fault) in [
        Fault::Error("ProvisionedThroughputExceededException"),
        Fault::Error("AccessDeniedException"),
        Fault::Error("InternalServerError"),
        Fault::Cancelled(&["TransactionConflict", "None", "None"]),
        Fault::CutBefore,
        Fault::Never,
    ]
    .into_iter()
    .enumerate()
    {
        let token = world.token(&world.claims(&format!("j{at}"), &unlinked(), json!({})));
        world.faults.on("TransactWriteItems", ALWAYS, fault);
        let started = Instant::now();
        assert_eq!(world.send(&token).await.status, 503, "{fault:?}");
        assert!(started.elapsed() < Duration::from_millis(2_500), "{fault:?} {:?}", started.elapsed());
        assert!(world.table.items().is_empty(), "{fault:?}");
        world.faults.clear();
        assert_eq!(world.send(&token).await.status, 202, "{fault:?}");
        world.table.items().iter().for_each(|item| world.table.remove(text(item, "PK"), text(item, "SK")));
    }
    world.faults.on("TransactWriteItems", 1, Fault::CutAfter);
    assert_eq!(world.tell("lost", &unlinked(), json!({})).await, 202, "an answer that got lost");
    assert_eq!(number(&world.job().unwrap(), "seq"), Some(1));
}

// ---- the log

/// Everything that can happen, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let world = World::with(Silent, &[("KAKAO_REST_API_KEY", "canary-api-key")]);
    let claims = |jti: &str, uri: &str| {
        let mut claims = world.claims(jti, uri, json!({"reason": "canary-reason", "scopes": ["canary-scope"]}));
        claims["aud"] = json!("canary-api-key");
        claims["canary"] = json!("canary");
        claims
    };
    let good = world.token(&claims("canary-jti", &unlinked()));
    for token in [
        good.clone(),
        good.clone(),
        world.token(&claims("canary-jti-2", "https://canary.example/canary")),
        world.token(&world.claims("canary-jti-3", &unlinked(), json!({}))),
        signed(&key("two"), &RSA_PKCS1_SHA256, &header("canary-kid").to_string(), &claims("x", "y").to_string()),
        STANDARD.encode("canary"),
    ] {
        let _ = world.send(&token).await;
    }
    world.faults.on("TransactWriteItems", ALWAYS, Fault::Error("AccessDeniedException"));
    let _ = world.send(&world.token(&claims("canary-jti-4", &unlinked()))).await;
    world.faults.clear();
    world.login.set_deaf(true);
    world.pass(2 * 86_400);
    let late = world.token(&claims("canary-jti-5", &unlinked()));
    let _ = world.send(&late).await;
    println!("token-parts {}", late.split('.').next_back().unwrap_or_default().len());
}

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["everything_that_is_logged", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let log = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    for secret in ["canary", WHO, "eyJ", API_KEY] {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    for outcome in ["taken", "known", "invalid_audience", "invalid_key", "invalid_request", "not-stored", "not-checked"]
    {
        assert!(log.contains(&format!("\"outcome\":\"{outcome}\"")), "{outcome} is not in\n{log}");
    }
    for kind in ["user-unlinked", "unknown"] {
        assert!(log.contains(&format!("\"kind\":\"{kind}\"")), "{kind} is not in\n{log}");
    }
}
