//! The answer to `GET /v1/tasks/{taskId}`: who was reached by an event, and why somebody was not.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kakao::field::{Field, Loose, closed_debug};
use crate::kakao::id::{EventUserId, TaskId};
use crate::kakao::skill::Map;

/// How a task went.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskResult {
    /// The task, in the page's spelling. Read it with [`TaskResult::task_id`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub task_id: Field<TaskId>,
    /// Other spelling of `taskId`.
    #[serde(default, rename = "taskID", skip_serializing_if = "Field::is_absent")]
    pub task_id_caps: Field<TaskId>,
    /// `ALL SUCCESS` or `{n} FAIL`. Read it with [`TaskResult::status`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub status: Field<String>,
    /// How many people the event was for.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub all_request_count: Field<Value>,
    /// How many of them got the message.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub success_count: Field<Value>,
    /// How many keys are nobody's.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub user_key_resolving_fail_count: Field<Value>,
    /// Who was not reached.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub fail: Field<Loose<TaskFailures>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `fail`.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaskFailures {
    /// How many.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub count: Field<Value>,
    /// Each of them; may be shorter than `count`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub list: Field<Vec<Loose<TaskFailure>>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One person who was not reached.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskFailure {
    /// The key, in the page's spelling. Read it with [`TaskFailure::user_id`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub user_id: Field<EventUserId>,
    /// Other spelling of `userId`.
    #[serde(default, rename = "userID", skip_serializing_if = "Field::is_absent")]
    pub user_id_caps: Field<EventUserId>,
    /// What kind of key it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub req_user_type: Field<String>,
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub created_at: Field<Value>,
    /// `{errorType, msg}`, or plain text. Read it with [`TaskFailure::error_type`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub error_msg: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(TaskResult, TaskFailures, TaskFailure);

/// `status` of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Everybody was reached.
    AllSuccess,
    /// So many were not.
    Failed(u64),
    /// A word that is not in the documentation, or none: perhaps it is not over.
    Unknown,
}

impl TaskResult {
    /// The task, in whichever spelling it came.
    pub fn task_id(&self) -> Option<&str> {
        let id = self.task_id.get().or(self.task_id_caps.get())?.as_str();
        (!id.is_empty()).then_some(id)
    }

    /// How it ended, if it did.
    pub fn status(&self) -> TaskStatus {
        let word = self.status.text().unwrap_or_default().trim();
        match word.split_once(' ') {
            Some(("ALL", "SUCCESS")) => TaskStatus::AllSuccess,
            Some((number, "FAIL")) => number.parse().map_or(TaskStatus::Unknown, TaskStatus::Failed),
            _ => TaskStatus::Unknown,
        }
    }

    /// How many people the event was for.
    pub fn all_requests(&self) -> Option<u64> {
        number(self.all_request_count.get()?)
    }

    /// How many of them got the message.
    pub fn successes(&self) -> Option<u64> {
        number(self.success_count.get()?)
    }

    /// How many keys are nobody's; 0 if it does not say.
    pub fn unresolved(&self) -> u64 {
        self.user_key_resolving_fail_count.get().and_then(number).unwrap_or_default()
    }

    /// Those who were not reached, as far as they are listed.
    pub fn failures(&self) -> impl Iterator<Item = &TaskFailure> {
        let list = self.fail.get().and_then(Loose::fits).and_then(|fail| fail.list.get());
        list.into_iter().flatten().filter_map(Loose::fits)
    }
}

impl TaskFailure {
    /// The person's key, in whichever spelling it came.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.get().or(self.user_id_caps.get()).map(EventUserId::as_str)
    }

    /// `errorMsg.errorType` as a word that may be logged: a number of up to six digits, or a short word of letters. `text` if
    /// the platform wrote plain text, `other` for anything else.
    pub fn error_type(&self) -> String {
        let word = match self.error_msg.get() {
            Some(Value::String(_)) => return "text".to_owned(),
            Some(error) => match &error["errorType"] {
                Value::String(word) => word.clone(),
                Value::Number(number) => number.to_string(),
                _ => String::new(),
            },
            None => String::new(),
        };
        let is_number = (1..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_word =
            (1..=32).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        if is_number || is_word { word } else { "other".to_owned() }
    }
}

/// A count, also if it was written as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}
