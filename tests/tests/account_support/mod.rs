//! What the tests of the account callback share: keys, tokens, a table, and a stand-in for Kakao's keys.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::time::Duration;

use account_callback::AccountCallback;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::Notices;
use shared::clock::{Clock, Millis};
use shared::store::sign_up::Profile;
use shared::store::{Account, AppUser};
use tests::faults::Faults;
use tests::login::Login;
use tests::table::{API_KEY, Table, env, text};
use tests::webhooks::{APP_ID, Answered, Knock};

pub(crate) const NOW: Millis = Millis(1_760_000_000_000);
pub(crate) const WHO: &str = "2100000001";
pub(crate) const PK: &str = "U#app#2100000001";
pub(crate) const JWKS: &str = "/kauth/.well-known/jwks.json";
pub(crate) const TYPE: &str = "application/secevent+jwt";

pub(crate) const O: &str = "https://schemas.openid.net/secevent/oauth/event-type/";
pub(crate) const R: &str = "https://schemas.openid.net/secevent/risc/event-type/";
pub(crate) const C: &str = "https://schemas.openid.net/secevent/caep/event-type/";
pub(crate) const K: &str = "https://schemas.kakao.com/platevent/kakao/event-type/";

/// A bot that calls the telephone number something of its own.
pub(crate) struct Shop;

impl Notices for Shop {
    fn withdrawn(&self, scope: &str, profile: &mut Profile) {
        if scope == "phone_number" {
            profile.remove("mobile");
        }
    }
}

/// A bot to which nothing matters.
pub(crate) struct Silent;

impl Notices for Silent {}

pub(crate) struct World<B> {
    pub(crate) table: Table,
    pub(crate) faults: Faults,
    pub(crate) login: Login,
    pub(crate) app: App<B>,
}

/// Made for these tests; they sign nothing else.
pub(crate) fn key(name: &str) -> RsaKeyPair {
    let pkcs8 = std::fs::read(format!("{}/keys/{name}.pk8", env!("CARGO_MANIFEST_DIR"))).unwrap();
    RsaKeyPair::from_pkcs8(&pkcs8).unwrap()
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn jwk(kid: &str, key: &RsaKeyPair) -> Value {
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key.public_key());
    json!({"kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": b64(public.n), "e": b64(public.e)})
}

pub(crate) fn signed(key: &RsaKeyPair, padding: &'static dyn RsaEncoding, header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", b64(header), b64(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", b64(signature))
}

pub(crate) fn header(kid: &str) -> Value {
    json!({"alg": "RS256", "typ": "secevent+jwt", "kid": kid})
}

pub(crate) fn event(more: Value) -> Value {
    let mut event = json!({"subject": {"subject_type": "iss-sub", "iss": "https://kauth.kakao.com", "sub": WHO}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

impl<B: Notices> World<B> {
    pub(crate) fn with(bot: B, more: &[(&str, &str)]) -> Self {
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

    pub(crate) fn claims(&self, jti: &str, uri: &str, more: Value) -> Value {
        json!({
            "iss": format!("{}/kauth", self.login.url()), "aud": API_KEY, "sub": WHO, "iat": self.app.clock.now().secs() - 5,
            "toe": self.app.clock.now().secs() - 10, "jti": jti, "txn": "t", "events": { uri: event(more) }
        })
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        signed(&key("one"), &RSA_PKCS1_SHA256, &header("k1").to_string(), &claims.to_string())
    }

    pub(crate) async fn send(&self, token: &str) -> Answered {
        self.knock(&Knock::post("/account/events").header("authorization", None).body(TYPE, token)).await
    }

    pub(crate) async fn knock(&self, knock: &Knock) -> Answered {
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
    pub(crate) async fn tell(&self, jti: &str, uri: &str, more: Value) -> i64 {
        self.send(&self.token(&self.claims(jti, uri, more))).await.status
    }

    pub(crate) async fn refused(&self, token: &str) -> String {
        err(&self.send(token).await)
    }

    pub(crate) async fn account(&self) -> Option<Account> {
        self.app.store().account(&AppUser::parse(WHO).unwrap(), self.app.clock.now()).await.unwrap()
    }

    pub(crate) fn job(&self) -> Option<Value> {
        self.table.item(PK, "JOB#UNLINK")
    }

    pub(crate) fn signs_up(&self, profile: &Value) {
        self.table.put(&json!({
            "PK": {"S": PK}, "SK": {"S": "MEMBER"}, "st": {"S": "ACTIVE"}, "mg": {"S": "g"}, "consents": {"S": "[]"},
            "profile": {"S": profile.to_string()}, "since": {"N": NOW.0.to_string()}, "later": {"S": "of another release"}
        }));
    }

    pub(crate) fn profile(&self) -> Value {
        serde_json::from_str(text(&self.table.item(PK, "MEMBER").expect("a member"), "profile")).unwrap()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }
}

pub(crate) fn world() -> World<Silent> {
    World::with(Silent, &[])
}

pub(crate) fn err(answered: &Answered) -> String {
    assert_eq!(answered.status, 400, "{answered:?}");
    serde_json::from_str::<Value>(&answered.body).unwrap()["err"].as_str().unwrap().to_owned()
}

pub(crate) fn unlinked() -> String {
    format!("{O}user-unlinked")
}
