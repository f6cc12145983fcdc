//! The SDK's client, built for a fast cold start: no configuration chain, one TLS stack, five roots, our own clocks.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use super::Store;
use super::keys::Key;
use crate::env::Env;
use crate::log::Log;

/// The SDK's own limits (3.1 s to connect, none for the rest) outlive Kakao's clocks (threats-and-faults, section 3).
const CONNECT: Duration = Duration::from_millis(300);
const ATTEMPT: Duration = Duration::from_millis(400);
const OPERATION: Duration = Duration::from_millis(1_200);
const TRIES: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(25);
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// The roots that sign AWS endpoints: <https://www.amazontrust.com/repository/>. Loading only these is 94 % less work before
/// the first request than loading the system's.
const AMAZON_ROOTS: &[u8] = include_bytes!("roots/amazon.pem");

/// Which certificate authorities are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// Amazon's five.
    Amazon,
    /// The operating system's: should AWS ever change its authority, or a proxy stand in between.
    System,
}

pub(super) fn build(env: &Env, roots: Roots) -> Client {
    let trust = match roots {
        Roots::Amazon => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
        Roots::System => TrustStore::empty().with_native_roots(true),
    };
    #[expect(clippy::expect_used, reason = "the embedded certificates are parsed by a test")]
    let tls = TlsContext::builder().with_trust_store(trust).build().expect("the trust store is readable");
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https();
    let aws = &env.aws;
    let session = aws.session_token.as_ref().map(|token| token.reveal().to_owned());
    let credentials =
        Credentials::new(&aws.access_key_id, aws.secret_access_key.reveal(), session, None, "environment");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(TRIES)
        .with_initial_backoff(FIRST_WAIT)
        .with_max_backoff(LONGEST_WAIT);
    // The SDK's allowance of retries is for many callers at once; one sandbox has one, and an outage must not use up the
    // retries of the time after it.
    let partition = RetryPartition::custom("table").token_bucket(TokenBucket::unlimited()).build();
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(env.region.clone()))
        .credentials_provider(credentials)
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(retries)
        .retry_partition(partition);
    if let Some(url) = &env.dynamodb_url {
        config = config.endpoint_url(url);
    }
    Client::from_conf(config.build())
}

impl Store {
    /// Opens the connection before the first request comes: a cheap read of nothing. Never fails; a table that cannot be reached
    /// now is tried again on demand.
    pub async fn warm(&self) {
        if let Err(error) = self.get(&Key::warm()).await {
            Log::warn("store.cold").kind(error.kind()).write();
        }
    }

    /// Takes the system's roots from now on, because AWS showed a certificate that none of the five signed. `false` if that was
    /// done before: then nobody known signed it.
    pub(super) fn believe_system(&self) -> bool {
        let first = !self.believes_system.swap(true, Ordering::SeqCst);
        if first {
            Log::warn("store.system-roots").write();
            *self.client.write().unwrap_or_else(PoisonError::into_inner) = build(&self.env, Roots::System);
        }
        first
    }
}

/// The kind of a [`super::StoreError::Unavailable`] after a handshake with a certificate of an unknown authority.
pub(super) const UNKNOWN_ISSUER: &str = "unknown-issuer";
