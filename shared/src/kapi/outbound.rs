//! One HTTP request out: bounded in time and in the size of the answer, no redirects, no repeats, no connection kept.
//!
//! No connection is kept because a frozen sandbox wakes up with dead ones, and a request on a dead connection is a request
//! of which nobody knows whether it arrived.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

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
use crate::env::{BOT_API_URL, Env};

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
}

impl Outbound {
    /// The way to Kakao: host names must resolve to public addresses, unless a stand-in was configured.
    pub fn new(env: &Env) -> Self {
        Self::with_resolver(Resolver::to_kakao(env))
    }

    /// The way to AWS, which a VPC endpoint may put at a private address.
    pub(super) fn to_aws() -> Self {
        Self::with_resolver(Resolver { public_only: false })
    }

    fn with_resolver(resolver: Resolver) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
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
        Self { client }
    }

    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// [`CallError`], which says whether the other side may have seen the request.
    pub async fn send(&self, request: http::Request<Vec<u8>>, patience: Patience) -> Result<Answer, CallError> {
        let exchange = async {
            let request = request.map(|body| Full::new(Bytes::from(body)));
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| if error.is_connect() { CallError::NotSent } else { CallError::Unknown })?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), patience.bytes).collect().await.map_err(|error| {
                if error.is::<http_body_util::LengthLimitError>() { CallError::TooLarge } else { CallError::Unknown }
            })?;
            Ok(Answer { status, body: body.to_bytes().to_vec() })
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

/// The system's resolver, whose answers are looked at before anybody connects to them: a name that resolves to an inner
/// address (DNS rebinding) resolves to nothing.
#[derive(Clone, Debug)]
struct Resolver {
    public_only: bool,
}

impl Resolver {
    /// Kakao is on the public internet; a stand-in may be anywhere.
    fn to_kakao(env: &Env) -> Self {
        Self { public_only: env.bot_api_url == BOT_API_URL }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let public_only = self.public_only;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| !public_only || is_public(address.ip())).collect();
            Ok(allowed.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(mut resolver: Resolver, name: &str) -> usize {
        resolver.call(name.parse().expect("a name")).await.map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn t08_a_name_that_resolves_to_an_inner_address_resolves_to_nothing() {
        let real = Env::read(|_| None);
        assert_eq!(resolve(Resolver::to_kakao(&real), "localhost").await, 0);
        let stand_in = Env::read(|name| (name == "BOT_API_URL").then(|| "http://localhost:4010".to_owned()));
        assert!(resolve(Resolver::to_kakao(&stand_in), "localhost").await > 0);
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
