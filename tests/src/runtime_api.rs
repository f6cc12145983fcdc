//! Lambda's Runtime API, for a built `bootstrap` to run under.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Segments, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

/// How long an invocation may take before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a function did with an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// It answered.
    Answer(serde_json::Value),
    /// It reported an error to the Runtime API: HTTP 500 or worse for whoever called.
    Error(String),
}

/// One running `bootstrap`.
#[derive(Debug)]
pub struct Bootstrap {
    child: Mutex<Child>,
    api: Arc<Api>,
    timeout: Duration,
    numbers: AtomicU64,
    log: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug)]
struct Api {
    events: Mutex<mpsc::UnboundedReceiver<Invocation>>,
    send: mpsc::UnboundedSender<Invocation>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Ended>>>,
    ready: Notify,
    init_error: Mutex<Option<String>>,
}

#[derive(Debug)]
struct Invocation {
    id: String,
    event: String,
    deadline_ms: u64,
}

/// The binary that `make build` left for `function`.
///
/// # Panics
/// If there is none: these tests are about that very file.
pub fn binary(function: &str) -> PathBuf {
    let path = workspace().join("target/lambda").join(function).join("bootstrap");
    assert!(path.exists(), "{} is missing: run `make build` first", path.display());
    path
}

/// The top folder of the project.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

impl Bootstrap {
    /// Starts `function` as Lambda does, with nothing in its environment but Lambda's own variables and `env`.
    pub async fn start(function: &str, timeout: Duration, env: &[(&str, &str)]) -> Self {
        Self::start_binary(&binary(function), function, timeout, env).await
    }

    /// As [`Bootstrap::start`], with a binary from elsewhere.
    pub async fn start_binary(binary: &Path, function: &str, timeout: Duration, env: &[(&str, &str)]) -> Self {
        let (send, events) = mpsc::unbounded_channel();
        let api = Arc::new(Api {
            events: Mutex::new(events),
            send,
            waiting: Mutex::default(),
            ready: Notify::new(),
            init_error: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });

        let mut child = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", function)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_REGION", "ap-northeast-2")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .envs(env.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the bootstrap starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        collect(child.stdout.take().expect("stdout"), log.clone());
        collect(child.stderr.take().expect("stderr"), log.clone());
        Self { child: Mutex::new(child), api, timeout, numbers: AtomicU64::new(0), log }
    }

    /// Waits until the function asks for its first event, which is when Lambda counts it as started.
    pub async fn ready(&self) -> Result<(), String> {
        let gone = async {
            let status = self.child.lock().await.wait().await;
            let told = self.api.init_error.lock().await.clone().unwrap_or_default();
            format!("ended before the first event: {status:?} {told}")
        };
        tokio::select! {
            () = self.api.ready.notified() => { self.api.ready.notify_one(); Ok(()) }
            why = gone => Err(why),
            () = tokio::time::sleep(PATIENCE) => Err("not ready in time".to_owned()),
        }
    }

    /// Gives the function one event and waits for what it does with it.
    ///
    /// # Panics
    /// If it does nothing.
    pub async fn invoke(&self, event: &str) -> Ended {
        let id = format!("{:08x}-0000-4000-8000-000000000000", self.numbers.fetch_add(1, Ordering::Relaxed));
        let (tell, told) = oneshot::channel();
        self.api.waiting.lock().await.insert(id.clone(), tell);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        let deadline_ms = (now + self.timeout).as_millis() as u64;
        self.api.send.send(Invocation { id, event: event.to_owned(), deadline_ms }).expect("the api is there");
        tokio::time::timeout(PATIENCE, told).await.expect("an answer in time").expect("an answer")
    }

    /// What the function wrote so far, line by line.
    pub async fn log(&self) -> Vec<String> {
        tokio::time::sleep(Duration::from_millis(30)).await; // what was just written is still in the pipe
        self.log.lock().await.clone()
    }

    /// The process id.
    pub async fn pid(&self) -> u32 {
        self.child.lock().await.id().expect("a running process")
    }

    /// Kills it as a crash does.
    pub async fn kill(&self) {
        let _ = self.child.lock().await.kill().await;
    }
}

fn collect(pipe: impl tokio::io::AsyncRead + Unpin + Send + 'static, log: Arc<Mutex<Vec<String>>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            log.lock().await.push(line);
        }
    });
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    api.ready.notify_one();
    let Some(invocation) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).expect("a header value");
    headers.insert("lambda-runtime-aws-request-id", value(&invocation.id));
    headers.insert("lambda-runtime-deadline-ms", value(&invocation.deadline_ms.to_string()));
    headers.insert("lambda-runtime-trace-id", value("Root=1-00000000-000000000000000000000000"));
    headers.insert(
        "lambda-runtime-invoked-function-arn",
        value("arn:aws:lambda:ap-northeast-2:000000000000:function:test"),
    );
    (headers, invocation.event).into_response()
}

async fn response(State(api): State<Arc<Api>>, Segments(id): Segments<String>, body: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(serde_json::Value::Null);
    ended(&api, &id, Ended::Answer(answer)).await
}

async fn error(State(api): State<Arc<Api>>, Segments(id): Segments<String>, body: Bytes) -> StatusCode {
    ended(&api, &id, Ended::Error(String::from_utf8_lossy(&body).into_owned())).await
}

async fn ended(api: &Api, id: &str, ended: Ended) -> StatusCode {
    match api.waiting.lock().await.remove(id) {
        Some(tell) => {
            let _ = tell.send(ended);
            StatusCode::ACCEPTED
        }
        None => StatusCode::NOT_FOUND,
    }
}

async fn init_error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    *api.init_error.lock().await = Some(String::from_utf8_lossy(&body).into_owned());
    StatusCode::ACCEPTED
}
