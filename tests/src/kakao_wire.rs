//! A bad day at Kakao: a proxy between our calls and the stand-in that counts what is sent, when it is sent, and answers in the
//! stand-in's place what no server should.
//!
//! What the stand-in can do badly itself ([`simulator::login::Fault`]) is planned there.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use shared::clock::Clock;
use simulator::login::{App, Kakao};

use crate::faults::wire::{Asked, Told, Wire};

#[derive(Debug, Default)]
struct State {
    instead: Vec<(String, Told)>,
    asked: Vec<Asked>,
}

/// The wire, and the stand-in at its other end. Its addresses are the wire's.
#[derive(Debug)]
pub struct KakaoWire {
    wire: Wire,
    state: Arc<Mutex<State>>,
}

impl KakaoWire {
    /// A stand-in behind a wire, for as long as the runtime lives.
    pub async fn start(app: App, clock: Clock) -> (Self, Kakao) {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let wire = Wire::listen(move |asked| {
            let instead = lock(&shared).take(&asked);
            let (url, client) = (url.clone(), client.clone());
            async move {
                match instead {
                    Some(told) => told,
                    None => forward(asked, &url, &client).await,
                }
            }
        });
        let kakao = Kakao::new(&wire.url(), app, clock);
        let router = kakao.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (Self { wire, state }, kakao)
    }

    /// From now on this is the answer at every address that ends so; the stand-in does not hear of it.
    pub fn answer_with(&self, path: &str, told: Told) {
        lock(&self.state).instead.push((path.to_owned(), told));
    }

    /// The stand-in answers again.
    pub fn heal(&self) {
        lock(&self.state).instead.clear();
    }

    /// How many requests to addresses that end so were sent, whatever became of them.
    pub fn sent(&self, path: &str) -> usize {
        lock(&self.state).asked.iter().filter(|asked| bare(&asked.path).ends_with(path)).count()
    }

    /// What was sent to addresses that end so.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        lock(&self.state).asked.iter().filter(|asked| bare(&asked.path).ends_with(path)).cloned().collect()
    }

    /// The last keys and tokens that were shown to Kakao, at most so many.
    pub fn bearers(&self, newest: usize) -> Vec<String> {
        let state = lock(&self.state);
        let shown = state.asked.iter().rev().filter_map(|asked| asked.header("authorization")?.split_once(' '));
        shown.take(newest).map(|(_, key)| key.to_owned()).collect()
    }

    /// Forgets what was sent.
    pub fn forget(&self) {
        lock(&self.state).asked.clear();
    }

    /// Whether connections end as soon as they are made, unread.
    pub fn set_deaf(&self, deaf: bool) {
        self.wire.set_deaf(deaf);
    }
}

impl State {
    fn take(&mut self, asked: &Asked) -> Option<Told> {
        self.asked.push(asked.clone());
        let path = bare(&asked.path);
        self.instead.iter().find(|(end, _)| path.ends_with(end.as_str())).map(|(_, told)| told.clone())
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or_default()
}

async fn forward(asked: Asked, url: &str, client: &Client<HttpConnector, Full<Bytes>>) -> Told {
    let mut request = hyper::Request::builder().method(asked.method.as_str()).uri(format!("{url}{}", asked.path));
    for name in ["content-type", "authorization", "cookie"] {
        if let Some(value) = asked.header(name) {
            request = request.header(name, value);
        }
    }
    let request = request.body(Full::new(Bytes::from(asked.body))).expect("a request");
    let Ok(response) = client.request(request).await else { return Told::Cut };
    let (head, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return Told::Cut };
    let header = |name: &'static str| Some((name, head.headers.get(name)?.to_str().ok()?.to_owned()));
    let headers = ["content-type", "retry-after", "location", "set-cookie"].into_iter().filter_map(header).collect();
    Told::Answer { status: head.status.as_u16(), headers, body: body.to_bytes().to_vec() }
}
