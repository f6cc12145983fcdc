//! Somebody who speaks HTTP: a service, or a person's browser that follows nothing by itself.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use shared::clock::{Clock, Millis};
use simulator::login::{App, Kakao, LOCAL_ADMIN_KEY, LOCAL_CLIENT_SECRET, LOCAL_REST_API_KEY};

pub(crate) const REDIRECT: &str = "https://service.example/sync/redirect";
/// 2025-01-02T03:04:05Z
pub(crate) const NOW: Millis = Millis(1_735_787_045_000);

pub(crate) struct Browser {
    pub(crate) kakao: Kakao,
    client: Client<HttpConnector, Full<Bytes>>,
}

#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) text: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a parameter of the redirect.
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        let query = self.location.as_ref()?.split_once('?')?.1;
        let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
        Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
    }

    /// The hidden field of the page's form.
    pub(crate) fn ticket(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("no form: {self:?}"));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut App)) -> Self {
        let mut app = App { redirect_uris: vec![REDIRECT.to_owned()], ..App::default() };
        set(&mut app);
        Self::of(Kakao::start(app, Clock::at(NOW)).await.unwrap())
    }

    pub(crate) fn of(kakao: Kakao) -> Self {
        Self { kakao, client: Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http() }
    }

    pub(crate) fn wait(&self, kakao_clock: &Clock, span: Duration) {
        kakao_clock.set(kakao_clock.now().plus(span));
    }

    /// `None`: the connection ended without an answer.
    pub(crate) async fn send(&self, request: http::request::Builder, body: &str) -> Option<Seen> {
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        let answer = self.client.request(request).await.ok()?;
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (location, cookie, retry_after) = (header("location"), header("set-cookie"), header("retry-after"));
        let (status, policy) = (answer.status().as_u16(), header("content-security-policy"));
        let bytes = answer.into_body().collect().await.ok()?.to_bytes();
        Some(Seen { status, location, cookie, retry_after, policy, text: String::from_utf8_lossy(&bytes).into_owned() })
    }

    pub(crate) async fn get(&self, url: &str) -> Seen {
        self.send(http::Request::get(url), "").await.unwrap()
    }

    pub(crate) async fn authorize(&self, query: &str) -> Seen {
        self.get(&format!("{}/oauth/authorize?{query}", self.kakao.kauth_url())).await
    }

    pub(crate) async fn post(&self, url: &str, pairs: &[(&str, &str)]) -> Seen {
        self.maybe_post(url, pairs).await.unwrap()
    }

    pub(crate) async fn maybe_post(&self, url: &str, pairs: &[(&str, &str)]) -> Option<Seen> {
        let request =
            http::Request::post(url).header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
        self.send(request, &form(pairs)).await
    }

    /// A call of kapi with this Authorization header.
    pub(crate) async fn kapi(&self, key: &str, method: &str, path: &str, pairs: &[(&str, &str)]) -> Seen {
        let url = format!("{}{path}", self.kakao.kapi_url());
        let request = |url: &str| http::Request::builder().method(method).uri(url).header("authorization", key);
        if method == "POST" {
            self.send(request(&url), &form(pairs)).await.unwrap()
        } else {
            self.send(request(&format!("{url}?{}", form(pairs))), "").await.unwrap()
        }
    }

    /// An exchange with everything right but what `change` changes.
    pub(crate) async fn exchange(&self, code: &str, change: &[(&str, &str)]) -> Seen {
        let right = [
            ("grant_type", "authorization_code"),
            ("client_id", LOCAL_REST_API_KEY),
            ("client_secret", LOCAL_CLIENT_SECRET),
            ("redirect_uri", REDIRECT),
            ("code", code),
        ];
        self.post(&format!("{}/oauth/token", self.kakao.kauth_url()), &changed(&right, change)).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Seen {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("client_id", LOCAL_REST_API_KEY),
            ("client_secret", LOCAL_CLIENT_SECRET),
            ("refresh_token", token),
        ];
        self.post(&format!("{}/oauth/token", self.kakao.kauth_url()), &pairs).await
    }

    /// `Bearer ...` of a person who agreed to everything.
    pub(crate) async fn token(&self, who: &str) -> String {
        let seen = self.exchange(&self.kakao.code(who, REDIRECT), &[]).await;
        format!("Bearer {}", seen.json()["access_token"].as_str().unwrap())
    }
}

pub(crate) fn admin() -> String {
    format!("KakaoAK {LOCAL_ADMIN_KEY}")
}

/// An empty value takes the pair away.
fn changed<'a>(right: &[(&'a str, &'a str)], change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let new = |name: &str| change.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
    let mut pairs: Vec<_> = right.iter().map(|(name, value)| (*name, new(name).unwrap_or(value))).collect();
    pairs.extend(change.iter().filter(|(name, _)| !right.iter().any(|(known, _)| known == name)));
    pairs.retain(|(_, value)| !value.is_empty());
    pairs
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// A good authorize request, and more.
pub(crate) fn request(more: &[(&str, &str)]) -> String {
    let right = [("client_id", LOCAL_REST_API_KEY), ("redirect_uri", REDIRECT), ("response_type", "code")];
    form(&changed(&right, more))
}
