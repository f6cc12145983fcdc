//! One HTTP request out: bounded in time and in the size of the answer, no redirects, no repeats, no connection kept.
//!
//! No connection is kept because a frozen sandbox wakes up with dead ones, and a request on a dead connection is a request
//! of which nobody knows whether it arrived.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

use super::address::is_public;
use crate::env::Env;

/// How long a TCP connection may take (threats-and-faults, section 3). A TLS handshake that stalls is part of the whole.
const CONNECT: Duration = Duration::from_millis(500);

/// How much of a neighbour's time and talk is borne.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first packet to the last byte of the answer.
    pub time: Duration,
    /// Bytes of answer body.
    pub bytes: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds, if there is one and it is a number of seconds; a date is not read.
    pub retry_after: Option<Duration>,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The connection was never made: the other side has seen nothing, the call may be made again.
    NotSent,
    /// Bytes may have arrived. Only a call that may happen twice can be made again.
    Unknown,
    /// The answer is longer than allowed; the call itself arrived.
    TooLarge,
    /// The request could not be built: a mistake on our side.
    BadRequest,
}

impl CallError {
    /// A word for logs.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
            Self::TooLarge => "too-large",
            Self::BadRequest => "bad-request",
        }
    }
}

/// The client.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    inner: Inner,
}

impl Outbound {
    /// The way to Kakao: every host must be at a public address, but for the stand-ins that were configured.
    pub fn new(env: &Env) -> Self {
        Self::reaching(Inner::stand_ins(env))
    }

    /// The way to AWS, which a VPC endpoint may put at a private address.
    pub(super) fn to_aws() -> Self {
        Self::reaching(Inner::All)
    }

    fn reaching(inner: Inner) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(inner.clone()));
        tcp.enforce_http(false); // the TLS layer above decides the scheme
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client =
            Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).retry_canceled_requests(false).build(https);
        Self { client, inner }
    }

    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// [`CallError`], which says whether the other side may have seen the request.
    pub async fn send(&self, request: http::Request<Vec<u8>>, patience: Patience) -> Result<Answer, CallError> {
        // An address in the place of a name never comes by the resolver.
        if !self.inner.allows_literal(request.uri()) {
            return Err(CallError::NotSent);
        }
        let exchange = async {
            let request = request.map(|body| Full::new(Bytes::from(body)));
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| if error.is_connect() { CallError::NotSent } else { CallError::Unknown })?;
            let status = response.status().as_u16();
            let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
            let body = Limited::new(response.into_body(), patience.bytes).collect().await.map_err(|error| {
                if error.is::<http_body_util::LengthLimitError>() { CallError::TooLarge } else { CallError::Unknown }
            })?;
            Ok(Answer { status, retry_after: retry_after.map(Duration::from_secs), body: body.to_bytes().to_vec() })
        };
        tokio::time::timeout(patience.time, exchange).await.unwrap_or(Err(CallError::Unknown))
    }
}

fn tls() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    #[expect(
        clippy::expect_used,
        reason = "ring supports the default protocol versions; there is nothing to go on with if not"
    )]
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Which hosts may be at an inner address.
#[derive(Clone, Debug)]
enum Inner {
    All,
    /// These, in lower case as a URL has them.
    Only(Arc<[Box<str>]>),
}

impl Inner {
    /// Kakao is on the public internet; a stand-in for one of its services may be anywhere, and only that one.
    fn stand_ins(env: &Env) -> Self {
        let host = |base: &str| Some(base.parse::<Uri>().ok()?.host()?.to_ascii_lowercase().into_boxed_str());
        Self::Only(env.stand_ins().filter_map(host).collect())
    }

    fn holds(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(hosts) => hosts.iter().any(|inner| inner.eq_ignore_ascii_case(host)),
        }
    }

    /// Whether the host is a name, or an address that may be called.
    fn allows_literal(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return true };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        bare.parse::<IpAddr>().map_or(true, |address| is_public(address) || self.holds(host))
    }
}

/// The system's resolver, whose answers are looked at before anybody connects to them: a name that resolves to an inner
/// address (DNS rebinding) resolves to nothing.
#[derive(Clone, Debug)]
struct Resolver(Inner);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let inner = self.0.holds(name.as_str());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| inner || is_public(address.ip())).collect();
            Ok(allowed.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(settings: &[(&str, &str)]) -> Env {
        Env::read(|name| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    async fn resolve(settings: &[(&str, &str)], name: &str) -> usize {
        Resolver(Inner::stand_ins(&env(settings))).call(name.parse().expect("a name")).await.map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn t08_a_name_that_resolves_to_an_inner_address_resolves_to_nothing() {
        assert_eq!(resolve(&[], "localhost").await, 0);
        assert!(resolve(&[("BOT_API_URL", "http://localhost:4010")], "localhost").await > 0);
        assert!(resolve(&[("KAPI_URL", "http://LOCALHOST:4010/kapi/")], "localhost").await > 0);
        let elsewhere = [("KAUTH_URL", "http://stand-in.example:4010"), ("BOT_API_URL", "https://bot-api.kakao.com")];
        assert_eq!(resolve(&elsewhere, "localhost").await, 0, "a stand-in lifts the rule for itself alone");
    }

    #[tokio::test]
    async fn t08_an_inner_address_in_the_place_of_a_name_is_not_called() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let patience = Patience { time: Duration::from_millis(200), bytes: 1_000 };
        let other = env(&[("KAPI_URL", "http://stand-in.example")]);
        for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"] {
            let request = http::Request::get(format!("http://{host}:{port}/")).body(Vec::new()).expect("a request");
            let sent = Outbound::new(&other).send(request, patience).await;
            assert_eq!(sent.err(), Some(CallError::NotSent), "{host}");
        }
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "somebody connected");
    }

    #[tokio::test]
    async fn t08_nothing_is_sent_to_a_name_that_resolves_to_an_inner_address() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://localhost:{}/", listener.local_addr().expect("an address").port());
        let patience = Patience { time: Duration::from_millis(500), bytes: 1_000 };
        let request = || http::Request::post(&url).body(Vec::new()).expect("a request");
        let sent = Outbound::new(&Env::read(|_| None)).send(request(), patience).await;
        assert_eq!(sent.err(), Some(CallError::NotSent));
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "somebody connected");
    }
}
