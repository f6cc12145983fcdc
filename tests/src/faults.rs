//! A bad day at DynamoDB: a proxy between the store and the table that delays, cuts, refuses, hides and counts.
//!
//! It knows the protocol by the `x-amz-target` header: `faults.on("UpdateItem", 2, Fault::Error("ThrottlingException"))`
//! throttles the next two updates and lets the third through. A write that may not be made twice fails the test that made it.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use self::wire::{Asked, Told, Wire};
use crate::table::Table;

/// For ever, as the number of times a rule holds.
pub const ALWAYS: u64 = u64::MAX;

/// Any operation, as the name in a rule.
pub const ANY: &str = "*";

/// The operations that change the table.
pub const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

/// The operations that the store uses.
pub const OPERATIONS: [&str; 5] = ["GetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems"];

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused with this error of DynamoDB's; not applied.
    Error(&'static str),
    /// A transaction cancelled for these reasons, one per write; not applied.
    Cancelled(&'static [&'static str]),
    /// Waits, then applies and answers.
    Slow(Duration),
    /// Applies at once and answers late.
    SlowAnswer(Duration),
    /// A black hole: not applied, never answered, connection open.
    Never,
    /// Applied, never answered, connection open.
    NeverAnswer,
    /// The connection is cut before the request is applied.
    CutBefore,
    /// Applied, then the connection is cut: the response is lost.
    CutAfter,
    /// Applied, and answered with what is no JSON.
    Garbage,
}

#[derive(Clone, Debug)]
struct Rule {
    operation: &'static str,
    skip: u64,
    times: u64,
    fault: Fault,
}

#[derive(Debug)]
struct Random {
    dice: Dice,
    percent: u64,
    fault: Fault,
}

#[derive(Debug, Default)]
struct State {
    rules: Mutex<Vec<Rule>>,
    random: Mutex<Option<Random>>,
    hide_index: AtomicBool,
    counts: Mutex<BTreeMap<String, u64>>,
    writes: Mutex<Vec<(String, Value)>>,
    careless: Mutex<Vec<String>>,
    items_read: AtomicU64,
    injected: AtomicU64,
    at_once: AtomicU64,
    most_at_once: AtomicU64,
}

/// The proxy.
#[derive(Debug)]
pub struct Faults {
    wire: Wire,
    state: Arc<State>,
}

impl Faults {
    /// Stands in front of `table`; without rules it only counts.
    pub fn before(table: &Table) -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let url = table.url();
        let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let wire = Wire::listen(move |asked| {
            let (state, url, client) = (Arc::clone(&shared), url.clone(), client.clone());
            async move {
                let at_once = state.at_once.fetch_add(1, Ordering::SeqCst) + 1;
                state.most_at_once.fetch_max(at_once, Ordering::SeqCst);
                let told = state.answer(asked, &url, &client).await;
                state.at_once.fetch_sub(1, Ordering::SeqCst);
                told
            }
        });
        Self { wire, state }
    }

    /// Where it listens: the table's address for the store.
    pub fn url(&self) -> String {
        self.wire.url()
    }

    /// The next `times` requests of `operation` meet `fault`. Rules hold in the order in which they were made.
    pub fn on(&self, operation: &'static str, times: u64, fault: Fault) {
        self.after(operation, 0, times, fault);
    }

    /// As [`Faults::on`], after letting `skip` requests of the operation through.
    pub fn after(&self, operation: &'static str, skip: u64, times: u64, fault: Fault) {
        lock(&self.state.rules).push(Rule { operation, skip, times, fault });
    }

    /// Of all writes so many percent meet `fault`, the same ones for the same seed and order.
    pub fn randomly(&self, seed: u64, percent: u64, fault: Fault) {
        *lock(&self.state.random) = Some(Random { dice: Dice::new(seed), percent, fault });
    }

    /// Queries of an index find nothing, until shown again.
    pub fn hide_index(&self, hidden: bool) {
        self.state.hide_index.store(hidden, Ordering::SeqCst);
    }

    /// No more faults.
    pub fn clear(&self) {
        lock(&self.state.rules).clear();
        *lock(&self.state.random) = None;
        self.hide_index(false);
    }

    /// Requests of one operation, or of [`ANY`].
    pub fn count(&self, operation: &str) -> u64 {
        let counts = lock(&self.state.counts);
        if operation == ANY { counts.values().sum() } else { counts.get(operation).copied().unwrap_or_default() }
    }

    /// The writes that came by, as operation and request; the first thousand.
    pub fn writes(&self) -> Vec<(String, Value)> {
        lock(&self.state.writes).clone()
    }

    /// Items that queries have read.
    pub fn items_read(&self) -> u64 {
        self.state.items_read.load(Ordering::SeqCst)
    }

    /// The most requests that were under way at one moment.
    pub fn most_at_once(&self) -> u64 {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// Faults that really happened: a test that injected none has tested nothing.
    pub fn injected(&self) -> u64 {
        self.state.injected.load(Ordering::SeqCst)
    }

    /// Forgets what was counted.
    pub fn reset_counts(&self) {
        lock(&self.state.counts).clear();
        lock(&self.state.writes).clear();
        self.state.items_read.store(0, Ordering::SeqCst);
        self.state.injected.store(0, Ordering::SeqCst);
        self.state.most_at_once.store(0, Ordering::SeqCst);
    }
}

impl Drop for Faults {
    /// The lint of state design, rule 2, over everything that any test writes.
    fn drop(&mut self) {
        let careless = lock(&self.state.careless);
        assert!(careless.is_empty() || std::thread::panicking(), "writes that may not be repeated: {careless:#?}");
    }
}

/// What keeps a write from being harmless when it is made twice: it says no condition, does not ask what was there, counts, or is a
/// transaction without a token.
fn careless(request: &Value) -> Vec<String> {
    let writes: Vec<&Value> = match request["TransactItems"].as_array() {
        Some(items) => items.iter().filter_map(Value::as_object).flat_map(|item| item.values()).collect(),
        None => vec![request],
    };
    let mut careless = Vec::new();
    let text = |write: &Value, name: &str| write[name].as_str().unwrap_or_default().to_owned();
    if request.get("TransactItems").is_some() && !(1..=36).contains(&text(request, "ClientRequestToken").len()) {
        careless.push(format!("a transaction without a token: {request}"));
    }
    for write in writes {
        if text(write, "ConditionExpression").is_empty() {
            careless.push(format!("no condition: {write}"));
        }
        if text(write, "ReturnValuesOnConditionCheckFailure") != "ALL_OLD" {
            careless.push(format!("does not ask what was there: {write}"));
        }
        if text(write, "UpdateExpression").to_uppercase().split_whitespace().any(|word| word == "ADD") {
            careless.push(format!("adds: {write}"));
        }
    }
    careless
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn fault(&self, operation: &str) -> Option<Fault> {
        for rule in lock(&self.rules).iter_mut() {
            if rule.operation != operation && rule.operation != ANY {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if rule.times > 0 {
                rule.times = if rule.times == ALWAYS { ALWAYS } else { rule.times - 1 };
                return Some(rule.fault);
            }
        }
        if !WRITES.contains(&operation) {
            return None;
        }
        let mut random = lock(&self.random);
        let random = random.as_mut()?;
        (random.dice.below(100) < random.percent).then_some(random.fault)
    }

    async fn answer(&self, asked: Asked, url: &str, client: &Client<HttpConnector, Full<Bytes>>) -> Told {
        let target = asked.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        *lock(&self.counts).entry(operation.clone()).or_default() += 1;
        if WRITES.contains(&operation.as_str()) {
            let request: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
            lock(&self.careless).extend(careless(&request));
            let mut writes = lock(&self.writes);
            if writes.len() < 1_000 {
                writes.push((operation.clone(), request));
            }
        }
        if operation == "Query" && self.hide_index.load(Ordering::SeqCst) {
            let query: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
            if query.get("IndexName").is_some() {
                return dynamodb(200, &json!({ "Count": 0, "ScannedCount": 0, "Items": [] }));
            }
        }
        let fault = self.fault(&operation);
        if fault.is_some() {
            self.injected.fetch_add(1, Ordering::SeqCst);
        }
        match fault {
            Some(Fault::Error(name)) => return refusal(name),
            Some(Fault::Cancelled(reasons)) => return cancelled(reasons),
            Some(Fault::Never) => return Told::Never,
            Some(Fault::CutBefore) => return Told::Cut,
            Some(Fault::Slow(delay)) => tokio::time::sleep(delay).await,
            _ => {}
        }
        let told = forward(asked, url, client).await;
        if operation == "Query" {
            let page: Value = serde_json::from_slice(told.body()).unwrap_or_default();
            self.items_read.fetch_add(page["Count"].as_u64().unwrap_or_default(), Ordering::SeqCst);
        }
        match fault {
            Some(Fault::CutAfter) => Told::Cut,
            Some(Fault::NeverAnswer) => Told::Never,
            Some(Fault::Garbage) => {
                Told::answer(200, "application/x-amz-json-1.0", b"{\"Attributes\":{\"PK\":<html>".to_vec())
            }
            Some(Fault::SlowAnswer(delay)) => {
                tokio::time::sleep(delay).await;
                told
            }
            _ => told,
        }
    }
}

async fn forward(asked: Asked, url: &str, client: &Client<HttpConnector, Full<Bytes>>) -> Told {
    let mut request = hyper::Request::post(url);
    for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
        if let Some(value) = asked.header(name) {
            request = request.header(name, value);
        }
    }
    let request = request.body(Full::new(Bytes::from(asked.body))).expect("a request");
    let Ok(response) = client.request(request).await else { return Told::Cut };
    let status = response.status().as_u16();
    let Ok(body) = response.into_body().collect().await else { return Told::Cut };
    Told::answer(status, "application/x-amz-json-1.0", body.to_bytes().to_vec())
}

fn dynamodb(status: u16, body: &Value) -> Told {
    Told::answer(status, "application/x-amz-json-1.0", body.to_string().into_bytes())
}

fn refusal(name: &str) -> Told {
    let status = match name {
        "InternalServerError" => 500,
        "ServiceUnavailable" => 503,
        _ => 400,
    };
    dynamodb(status, &json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "planted" }))
}

fn cancelled(reasons: &[&str]) -> Told {
    let list: Vec<Value> = reasons.iter().map(|code| json!({ "Code": code, "Message": "planted" })).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        reasons.join(", ")
    );
    dynamodb(
        400,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": message, "CancellationReasons": list
        }),
    )
}

/// How many runs a test makes: the figure of the build, times `KAKAO_TEST_SCALE` (`make nightly`: 10).
pub fn scaled(runs: u64) -> u64 {
    ((runs as f64 * scale()) as u64).max(1)
}

/// Whether there is a night's time: `make nightly`.
pub fn is_nightly() -> bool {
    scale() >= 10.0
}

fn scale() -> f64 {
    std::env::var("KAKAO_TEST_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1.0)
}

/// Numbers that look random and are the same for the same seed (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins at `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// The same things in another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            things.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

/// A small HTTP/1.1 server that can also misbehave, which a good one cannot.
pub mod wire {
    use super::*;

    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::oneshot;

    /// One request as it came.
    #[derive(Clone, Debug)]
    pub struct Asked {
        /// `POST`.
        pub method: String,
        /// With the query, if any.
        pub path: String,
        /// Names in lower case.
        pub headers: BTreeMap<String, String>,
        /// All of it.
        pub body: Vec<u8>,
    }

    impl Asked {
        /// A header's value.
        pub fn header(&self, name: &str) -> Option<&str> {
            self.headers.get(name).map(String::as_str)
        }
    }

    /// What the server does about it.
    #[derive(Clone, Debug)]
    pub enum Told {
        /// Answers.
        Answer {
            /// HTTP status.
            status: u16,
            /// Name and value, besides the length.
            headers: Vec<(&'static str, String)>,
            /// The body.
            body: Vec<u8>,
        },
        /// Closes the connection without a word.
        Cut,
        /// Keeps the connection and says nothing.
        Never,
        /// Answers with status 200 and so many bytes of body.
        Flood(u64),
        /// Answers with status 200 and one byte of body every so often, without end.
        Drip(Duration),
    }

    impl Told {
        /// An ordinary answer.
        pub fn answer(status: u16, content_type: &str, body: Vec<u8>) -> Self {
            Self::Answer { status, headers: vec![("content-type", content_type.to_owned())], body }
        }

        /// The body of an answer.
        pub fn body(&self) -> &[u8] {
            match self {
                Self::Answer { body, .. } => body,
                _ => &[],
            }
        }
    }

    /// The server; gone when dropped.
    pub struct Wire {
        address: std::net::SocketAddr,
        connections: Arc<AtomicU64>,
        deaf: Arc<AtomicBool>,
        stop: Option<oneshot::Sender<()>>,
    }

    impl fmt::Debug for Wire {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Wire").field("address", &self.address).finish_non_exhaustive()
        }
    }

    impl Drop for Wire {
        fn drop(&mut self) {
            drop(self.stop.take());
        }
    }

    impl Wire {
        /// Listens on a free port of this machine, on a thread of its own.
        pub fn listen<A, F>(answer: A) -> Self
        where
            A: Fn(Asked) -> F + Send + Sync + 'static,
            F: Future<Output = Told> + Send + 'static,
        {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.set_nonblocking(true).expect("a listener for tokio");
            let address = listener.local_addr().expect("its address");
            let (stop, stopped) = oneshot::channel::<()>();
            let (connections, deaf) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
            let (counted, deafness) = (Arc::clone(&connections), Arc::clone(&deaf));
            let answer = Arc::new(answer);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                let accept = async move {
                    let listener = TcpListener::from_std(listener).expect("a listener");
                    while let Ok((stream, _)) = listener.accept().await {
                        counted.fetch_add(1, Ordering::SeqCst);
                        if deafness.load(Ordering::SeqCst) {
                            continue; // dropped unread
                        }
                        let answer = Arc::clone(&answer);
                        tokio::spawn(async move {
                            let _ = serve(stream, &*answer).await;
                        });
                    }
                };
                runtime.block_on(async {
                    tokio::select! {
                        () = accept => {}
                        _ = stopped => {}
                    }
                });
            });
            Self { address, connections, deaf, stop: Some(stop) }
        }

        /// Where it listens.
        pub fn url(&self) -> String {
            format!("http://{}", self.address)
        }

        /// Connections that were made, whatever came over them.
        pub fn connections(&self) -> u64 {
            self.connections.load(Ordering::SeqCst)
        }

        /// Whether connections are dropped as soon as they are made.
        pub fn set_deaf(&self, deaf: bool) {
            self.deaf.store(deaf, Ordering::SeqCst);
        }
    }

    async fn serve<A, F>(stream: TcpStream, answer: &A) -> std::io::Result<()>
    where
        A: Fn(Asked) -> F,
        F: Future<Output = Told>,
    {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        while let Some(asked) = read(&mut stream).await? {
            match answer(asked).await {
                Told::Answer { status, headers, body } => {
                    let mut head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n", body.len());
                    for (name, value) in headers {
                        head.push_str(&format!("{name}: {value}\r\n"));
                    }
                    head.push_str("\r\n");
                    let mut all = head.into_bytes();
                    all.extend(body);
                    stream.get_mut().write_all(&all).await?;
                }
                Told::Cut => return Ok(()),
                Told::Never => {
                    // Until the other side has had enough.
                    while stream.read(&mut [0_u8; 512]).await? > 0 {}
                    return Ok(());
                }
                Told::Flood(bytes) => {
                    let head = format!("HTTP/1.1 200 -\r\ncontent-length: {bytes}\r\n\r\n");
                    stream.get_mut().write_all(head.as_bytes()).await?;
                    let chunk = vec![b' '; 64 * 1024];
                    let mut left = bytes;
                    while left > 0 {
                        let some = left.min(chunk.len() as u64);
                        stream.get_mut().write_all(&chunk[..some as usize]).await?;
                        left -= some;
                    }
                }
                Told::Drip(pause) => {
                    stream.get_mut().write_all(b"HTTP/1.1 200 -\r\ntransfer-encoding: chunked\r\n\r\n").await?;
                    loop {
                        stream.get_mut().write_all(b"1\r\n \r\n").await?;
                        tokio::time::sleep(pause).await;
                    }
                }
            }
        }
        Ok(())
    }

    async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Asked>> {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let mut words = line.split_ascii_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        Ok(Some(Asked { method, path, headers, body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(condition: &str, change: &str) -> Value {
        json!({
            "ConditionExpression": condition, "UpdateExpression": change,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
        })
    }

    #[test]
    fn f08_a_careless_write_is_seen() {
        let (good, blind) = (write("a = :a", "SET a = :a"), json!({ "ConditionExpression": "a = :a" }));
        let together = |token: &str| json!({ "TransactItems": [{ "Update": &good }], "ClientRequestToken": token });
        for request in [good.clone(), together("t")] {
            assert_eq!(careless(&request), Vec::<String>::new());
        }
        let half = json!({ "TransactItems": [{ "Update": &good }, { "Put": {} }], "ClientRequestToken": "t" });
        for request in [write("", "SET a = :a"), write("a = :a", "SET a = :a ADD n :one"), blind, together(""), half] {
            assert!(!careless(&request).is_empty(), "{request}");
        }
    }
}
