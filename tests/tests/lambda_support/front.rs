//! A proxy before the table, with or without TLS, that counts connections and can do to them what networks do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

#[derive(Clone, Copy, Debug)]
enum Order {
    Cut,
    Silence,
}

/// The proxy. It listens on a thread of its own: a test that waits for a process must not hold up what that process waits for.
#[derive(Debug)]
pub(crate) struct Front {
    address: SocketAddr,
    scheme: &'static str,
    accepted: Arc<AtomicU64>,
    opened: Arc<AtomicU64>,
    deaf: Arc<AtomicBool>,
    orders: broadcast::Sender<Order>,
}

impl Front {
    /// In clear text before `url`.
    pub(crate) fn plain(url: &str) -> Self {
        Self::listen(url, None)
    }

    /// With a certificate before `url`.
    pub(crate) fn tls(url: &str, certificate: ServerConfig) -> Self {
        Self::listen(url, Some(TlsAcceptor::from(Arc::new(certificate))))
    }

    fn listen(url: &str, tls: Option<TlsAcceptor>) -> Self {
        let to: SocketAddr = url.strip_prefix("http://").and_then(|to| to.parse().ok()).expect("http://ADDRESS");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener for tokio");
        let front = Self {
            address: listener.local_addr().expect("an address"),
            scheme: if tls.is_some() { "https" } else { "http" },
            accepted: Arc::default(),
            opened: Arc::default(),
            deaf: Arc::default(),
            orders: broadcast::channel(16).0,
        };
        let (accepted, opened, orders) = (front.accepted.clone(), front.opened.clone(), front.orders.downgrade());
        let deaf = front.deaf.clone();
        let accept = async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                let Some(orders) = orders.upgrade() else { return }; // the front was dropped
                if deaf.load(Ordering::SeqCst) {
                    continue; // closed unread
                }
                let (tls, opened, orders) = (tls.clone(), opened.clone(), orders.subscribe());
                tokio::spawn(async move {
                    let _ = stream.set_nodelay(true);
                    match tls {
                        None => carry(stream, to, &opened, orders).await,
                        // If the certificate is not believed there is nothing to carry.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                carry(stream, to, &opened, orders).await;
                            }
                        }
                    }
                });
            }
        };
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(accept);
        });
        front
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// TCP connections so far.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Connections so far over which requests could be sent: with TLS, those whose certificate was believed.
    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::SeqCst)
    }

    /// Whether connections are closed as soon as they are made.
    pub(crate) fn set_deaf(&self, deaf: bool) {
        self.deaf.store(deaf, Ordering::SeqCst);
    }

    /// Closes all connections there are; new ones may be made.
    pub(crate) fn cut(&self) {
        let _ = self.orders.send(Order::Cut);
    }

    /// Forgets all connections there are without a word, as a gateway does that has been idle for long; new ones may be made.
    pub(crate) fn silence(&self) {
        let _ = self.orders.send(Order::Silence);
    }
}

async fn carry<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    to: SocketAddr,
    opened: &AtomicU64,
    mut orders: broadcast::Receiver<Order>,
) {
    let Ok(mut table) = TcpStream::connect(to).await else { return };
    let _ = table.set_nodelay(true);
    opened.fetch_add(1, Ordering::SeqCst);
    let order = tokio::select! {
        _ = copy_bidirectional(&mut stream, &mut table) => return,
        order = orders.recv() => order,
    };
    if let Ok(Order::Silence) = order {
        std::future::pending::<()>().await; // open, and nobody reads
    }
}

/// A certificate authority of one test, and a file in which a system would keep it.
pub(crate) struct Authority {
    certificate: rcgen::Certificate,
    key: KeyPair,
    folder: TempDir,
}

impl Authority {
    /// A new one that nobody knows.
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("a writable file");
        Self { certificate, key, folder }
    }

    /// The file that makes it known: `SSL_CERT_FILE`.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The certificate of a server that is `name`, and its key.
    pub(crate) fn server(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.certificate, &self.key).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key is the certificate's")
    }
}
