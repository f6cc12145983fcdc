//! `POST /v2/bots/{botId}/talk` and `GET /v1/tasks/{taskId}`: an event for some people, and how it went (protocol `skill` 10).
//!
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>
//!
//! Each delivered message is paid for, so nothing here is sent twice: the caller learns what is known, and decides.

use std::time::Duration;

use http::HeaderValue;

use super::{Answer, CallError, Outbound, Patience};
use crate::kakao;
use crate::kakao::skill::{EventReply, EventRequest, EventStatus, TaskResult};
use crate::secret::Secret;

/// How much of the platform's time and talk is borne. A result lists at most a hundred people.
const PATIENCE: Patience = Patience { time: Duration::from_secs(2), bytes: 256 * 1024 };

/// How telling the platform of an event ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// It was taken; not delivered yet.
    Accepted {
        /// By which it can be asked; `None` if the platform gave none that can be part of an address.
        task_id: Option<String>,
    },
    /// It was not taken, and nothing will be delivered.
    Refused {
        /// Why.
        why: Refusal,
        /// The platform's own words, for a person at a terminal: they may quote the event, and do not belong in a log.
        message: String,
    },
    /// The platform never saw it: it may be sent again.
    NotSent,
    /// Nobody knows whether it was taken. It must not be sent again.
    Unknown,
}

/// Why an event was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 401, 403, or a key that cannot be part of a header.
    Key,
    /// 429: too much at once. Later it may be taken.
    TooMany,
    /// The bot's id cannot be part of an address: nothing was sent.
    BotId,
    /// The platform says `FAIL`, or another 3xx or 4xx: the event, the bot's settings, or the wallet.
    Failed,
}

impl Refusal {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::TooMany => "too-many",
            Self::BotId => "bot-id",
            Self::Failed => "failed",
        }
    }
}

/// Why a result is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoResult {
    /// 401, 403, or a key that cannot be part of a header.
    Key,
    /// 429: too much at once.
    TooMany,
    /// The task's id cannot be part of an address: nothing was sent.
    TaskId,
    /// Any other status that is not 2xx; the platform may not know the task yet.
    Status(u16),
    /// An answer nobody can read.
    Nonsense,
    /// No answer.
    Call(CallError),
}

impl NoResult {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::TooMany => "too-many",
            Self::TaskId => "task-id",
            Self::Status(404) => "not-found",
            Self::Status(500..) => "server",
            Self::Status(_) => "status",
            Self::Nonsense => "nonsense",
            Self::Call(error) => error.kind(),
        }
    }
}

/// Tells the platform at `base` of an event, once. `bot_id` ends in `!` on the development channel.
pub async fn start(outbound: &Outbound, base: &str, key: &Secret, bot_id: &str, event: &EventRequest) -> Started {
    let Some(bot_id) = segment(bot_id) else { return refused(Refusal::BotId) };
    let Some(authorization) = authorization(key) else { return refused(Refusal::Key) };
    let request = serde_json::to_vec(event).ok().and_then(|body| {
        http::Request::post(format!("{base}/v2/bots/{bot_id}/talk"))
            .header("content-type", "application/json")
            .header("authorization", authorization)
            .body(body)
            .ok()
    });
    // A base that is no address is a mistake of the deployment; like no connection, it passes when it is mended.
    let Some(request) = request else { return Started::NotSent };
    match outbound.send(request, PATIENCE).await {
        Ok(answer) => outcome(&answer),
        Err(CallError::NotSent | CallError::BadRequest) => Started::NotSent,
        Err(CallError::Unknown | CallError::TooLarge) => Started::Unknown,
    }
}

/// Asks the platform at `base` how a task went, once. Asking costs nothing and may be repeated.
///
/// # Errors
/// [`NoResult`]
pub async fn task(outbound: &Outbound, base: &str, key: &Secret, task_id: &str) -> Result<TaskResult, NoResult> {
    let task_id = segment(task_id).ok_or(NoResult::TaskId)?;
    let authorization = authorization(key).ok_or(NoResult::Key)?;
    let request = http::Request::get(format!("{base}/v1/tasks/{task_id}")).header("authorization", authorization);
    let request = request.body(Vec::new()).map_err(|_| NoResult::Call(CallError::BadRequest))?;
    let answer = outbound.send(request, PATIENCE).await.map_err(NoResult::Call)?;
    match answer.status {
        401 | 403 => Err(NoResult::Key),
        429 => Err(NoResult::TooMany),
        200..300 => kakao::parse(&answer.body).map_err(|_| NoResult::Nonsense),
        status => Err(NoResult::Status(status)),
    }
}

/// What one segment of an address may be: ids come from outside, and one with a `/` would call something else.
fn segment(id: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_!".contains(&byte);
    ((1..=128).contains(&id.len()) && id.bytes().all(fits)).then_some(id)
}

fn authorization(key: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("KakaoAK {}", key.reveal())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn refused(why: Refusal) -> Started {
    Started::Refused { why, message: String::new() }
}

/// The HTTP status of a failure is not documented: the body's `status` decides. Without one a 3xx or 4xx is a refusal, and of
/// anything else nobody knows what it means.
fn outcome(answer: &Answer) -> Started {
    let reply: EventReply = kakao::parse(&answer.body).unwrap_or_default();
    let message = reply.message().to_owned();
    let why = match answer.status {
        401 | 403 => Refusal::Key,
        429 => Refusal::TooMany,
        _ => Refusal::Failed,
    };
    match reply.status.get() {
        Some(EventStatus::Success) => {
            Started::Accepted { task_id: reply.task_id().and_then(segment).map(str::to_owned) }
        }
        Some(EventStatus::Fail) => Started::Refused { why, message },
        _ if (300..500).contains(&answer.status) => Started::Refused { why, message },
        _ => Started::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> Started {
        outcome(&Answer { status, retry_after: None, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn the_bodys_status_decides() {
        let accepted = |task: &str| Started::Accepted { task_id: Some(task.to_owned()) };
        assert_eq!(told(200, r#"{"taskId":"3f1c-1","status":"SUCCESS","timestamp":1}"#), accepted("3f1c-1"));
        assert_eq!(told(200, r#"{"taskID":"3f1c-1","status":"SUCCESS"}"#), accepted("3f1c-1"));
        assert_eq!(told(400, r#"{"taskId":"t","status":"SUCCESS"}"#), accepted("t"));
        assert_eq!(told(200, r#"{"taskId":"t","status":"SUCCESS","message":{"odd":1}}"#), accepted("t"));
        let wallet = told(400, r#"{"status":"FAIL","message":"no balance"}"#);
        assert_eq!(wallet, Started::Refused { why: Refusal::Failed, message: "no balance".to_owned() });
        for strange in [r#"{"status":"SUCCESS"}"#, r#"{"status":"SUCCESS","taskId":"../x"}"#] {
            assert_eq!(told(200, strange), Started::Accepted { task_id: None }, "{strange}");
        }
        for (status, refusal) in [
            (200, Refusal::Failed),
            (400, Refusal::Failed),
            (500, Refusal::Failed),
            (401, Refusal::Key),
            (403, Refusal::Key),
            (429, Refusal::TooMany),
        ] {
            assert_eq!(told(status, r#"{"taskId":"t","status":"FAIL"}"#), refused(refusal), "{status}");
        }
    }

    #[test]
    fn without_a_status_in_the_body_only_a_clear_no_is_a_no() {
        for (status, refusal) in [
            (302, Refusal::Failed),
            (400, Refusal::Failed),
            (401, Refusal::Key),
            (403, Refusal::Key),
            (404, Refusal::Failed),
            (429, Refusal::TooMany),
        ] {
            for body in ["", "<html>", r#"{"code":-401,"msg":"x"}"#, r#"{"status":"ERROR"}"#] {
                assert_eq!(told(status, body), refused(refusal), "{status} {body}");
            }
        }
        for status in [200, 204, 500, 502, 504] {
            for body in ["", "<html>", "{}", r#"{"status":"ERROR"}"#, r#"{"status":"MAYBE"}"#] {
                assert_eq!(told(status, body), Started::Unknown, "{status} {body}");
            }
        }
    }

    #[test]
    fn t08_an_id_is_one_segment_of_an_address() {
        for good in
            ["5ae9b76d7409b11ec845b746", "5ae9b76d7409b11ec845b746!", "3f1c7c1e-0000-4000-8000-000000000000", "a_b"]
        {
            assert_eq!(segment(good), Some(good));
        }
        let long = "a".repeat(129);
        for bad in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "a\r\nb", "a@b", "봇", &long] {
            assert_eq!(segment(bad), None, "{bad:?}");
        }
    }
}
