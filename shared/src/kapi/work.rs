//! Kakao Work's Web API: what a bot says, to whom, and who they are.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/commonguide/>
//!
//! What may happen twice is tried again while there is time. A message has no key by which the service would know a repeat, so it is
//! sent again only if it certainly did not arrive: if no connection was made, or it was turned away with 429.

mod envelope;
mod methods;
mod pace;
mod upload;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{CallError, Outbound, Patience, form};
use crate::kakao::id::{WorkConversationId, WorkUserId};
use crate::kakao::work::ErrorCode;
use crate::secret::Secret;
pub use envelope::Envelope;
pub use methods::{Batch, Span};
use pace::Pace;
pub use upload::{FileKind, Upload};

/// How long one try may take, and how long an answer is read.
const PATIENCE: Patience = Patience { time: Duration::from_secs(2), bytes: 1024 * 1024 };

/// The wait after a passing trouble, doubled each time, if the service names none.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The wait after a 429 without `retry-after`.
const TOO_MANY_WAIT: Duration = Duration::from_secs(1);

/// Tries of one call (fault F16: never more than two; what is left is the outbox's).
const TRIES: u32 = 2;

/// Why a call did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkError {
    /// The app key is not accepted, cannot be part of a header, or the bot is off.
    Key,
    /// Too much at once, for longer than there was time.
    TooMany {
        /// When the service wants to be asked again, if it says so.
        retry_after: Option<Duration>,
    },
    /// The service has a passing trouble.
    Passing,
    /// A clear no.
    Refused(ErrorCode),
    /// Any other status.
    Status(u16),
    /// An answer nobody can read, or without what was asked for.
    Nonsense,
    /// A list that never ends: its cursor came back.
    Circle,
    /// The room of two could not be opened, and may be later; nothing was said in it.
    NoRoom,
    /// It breaks this rule; nothing was sent.
    Unfit(&'static str),
    /// No answer.
    Call(CallError),
}

impl WorkError {
    /// A word for logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::TooMany { .. } => "too-many",
            Self::Passing => "passing",
            Self::Refused(_) => "refused",
            Self::Status(_) => "status",
            Self::Nonsense => "nonsense",
            Self::Circle => "circle",
            Self::NoRoom => "no-room",
            Self::Unfit(_) => "unfit",
            Self::Call(error) => error.kind(),
        }
    }

    /// Whether the call may have been carried out all the same.
    pub const fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Passing | Self::Nonsense | Self::Call(CallError::Unknown | CallError::TooLarge))
    }

    /// Whether the same call may go well later without anybody doing anything.
    pub const fn is_passing(&self) -> bool {
        let no_answer = matches!(self, Self::Call(CallError::NotSent | CallError::Unknown));
        no_answer || matches!(self, Self::TooMany { .. } | Self::Passing | Self::NoRoom)
    }
}

impl std::fmt::Display for WorkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::error::Error for WorkError {}

/// The rooms of two that are known: a member's room does not change.
#[derive(Debug, Default)]
struct Rooms(Mutex<HashMap<WorkUserId, WorkConversationId>>);

impl Rooms {
    fn get(&self, member: &WorkUserId) -> Option<WorkConversationId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(member).cloned()
    }

    fn keep(&self, member: &WorkUserId, room: WorkConversationId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(member.clone(), room);
    }

    fn forget(&self, room: &WorkConversationId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, known| known != room);
    }
}

/// What one process remembers between calls.
#[derive(Debug, Default)]
pub struct Memory {
    rooms: Rooms,
    pace: Pace,
}

/// One bot at the Web API, for as long as there is time.
#[derive(Clone, Copy, Debug)]
pub struct WorkApi<'a> {
    outbound: &'a Outbound,
    base: &'a str,
    key: &'a Secret,
    memory: &'a Memory,
    until: Instant,
}

/// Whether a call may happen twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    Freely,
    /// Only if it certainly was not carried out.
    IfNotCarriedOut,
}

/// One call.
struct Call {
    method: Method,
    /// After `/v1/`.
    path: String,
    content_type: Option<String>,
    body: Vec<u8>,
    repeat: Repeat,
    patience: Patience,
}

impl Call {
    fn get(method: &str, pairs: &[(&str, &str)]) -> Self {
        let query = form::encode(pairs);
        let path = if query.is_empty() { method.to_owned() } else { format!("{method}?{query}") };
        let (content_type, body) = (None, Vec::new());
        Self { method: Method::GET, path, content_type, body, repeat: Repeat::Freely, patience: PATIENCE }
    }

    fn post(path: impl Into<String>, body: &Value, repeat: Repeat) -> Self {
        let content_type = Some("application/json; charset=utf-8".to_owned());
        let (path, body) = (path.into(), body.to_string().into_bytes());
        Self { method: Method::POST, path, content_type, body, repeat, patience: PATIENCE }
    }
}

impl<'a> WorkApi<'a> {
    /// The bot with this app key at `base` (without `/v1`), for `left`.
    pub fn new(outbound: &'a Outbound, base: &'a str, key: &'a Secret, memory: &'a Memory, left: Duration) -> Self {
        Self { outbound, base, key, memory, until: Instant::now() + left }
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Makes a call, again if that is allowed and there is time.
    async fn call(&self, call: &Call) -> Result<Envelope, WorkError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match self.once(call).await {
                Ok(envelope) => return Ok(envelope),
                Err(error) => error,
            };
            let wait = match &error {
                WorkError::TooMany { retry_after } => retry_after.unwrap_or(TOO_MANY_WAIT),
                WorkError::Call(CallError::NotSent) => jittered(tried),
                WorkError::Passing | WorkError::Call(CallError::Unknown) if call.repeat == Repeat::Freely => {
                    jittered(tried)
                }
                _ => return Err(error),
            };
            // A wait that ends with the time is a wait for nothing.
            if tried == TRIES || wait >= self.left() {
                return Err(error);
            }
            sleep(wait).await;
        }
    }

    async fn once(&self, call: &Call) -> Result<Envelope, WorkError> {
        let authorization = form::authorization("Bearer", self.key).ok_or(WorkError::Key)?;
        let request = http::Request::builder()
            .method(call.method.clone())
            .uri(format!("{}/v1/{}", self.base, call.path))
            .header("authorization", authorization);
        let request = match &call.content_type {
            Some(content_type) => request.header("content-type", content_type),
            None => request,
        };
        let request = request.body(call.body.clone()).map_err(|_| WorkError::Call(CallError::BadRequest))?;
        if !self.memory.pace.turn(self.left()).await {
            return Err(WorkError::TooMany { retry_after: None });
        }
        let patience = Patience { time: call.patience.time.min(self.left()), ..call.patience };
        let answer = self.outbound.send(request, patience).await.map_err(WorkError::Call)?;
        Envelope::read(&answer)
    }
}

/// Longer each time, and never the same for two who met.
fn jittered(tried: u32) -> Duration {
    let mut random = [0_u8; 1];
    // Without random numbers they meet again, which is no reason to fail.
    let _ = getrandom::getrandom(&mut random);
    FIRST_WAIT * (1 << tried.min(4)) / 2 + Duration::from_millis(u64::from(random[0]))
}
