//! The answer to `POST /v2/bots/{botId}/talk`: whether the platform took the event, and under which number.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kakao::field::{Field, closed_debug};
use crate::kakao::id::TaskId;
use crate::kakao::skill::Map;
use crate::kakao::skill::open::open_enum;

/// Says whether an event was taken. Taken is not delivered: that is the task's business.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventReply {
    /// The task, in the page's spelling. Read it with [`EventReply::task_id`].
    #[serde(default, rename = "taskId", skip_serializing_if = "Field::is_absent")]
    pub task_id: Field<TaskId>,
    /// Other spelling of `taskId`.
    #[serde(default, rename = "taskID", skip_serializing_if = "Field::is_absent")]
    pub task_id_caps: Field<TaskId>,
    /// Whether it was taken.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub status: Field<EventStatus>,
    /// Why not, in words that are not for logs. Nothing hangs on its shape.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub message: Field<Value>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub timestamp: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `status` of the answer to an event.
    EventStatus {
        /// Taken; not delivered yet.
        Success = "SUCCESS",
        /// Not taken.
        Fail = "FAIL",
        /// The platform's own fault.
        Error = "ERROR",
    }
}

closed_debug!(EventReply);

impl EventReply {
    /// The platform's words; empty if there are none.
    pub fn message(&self) -> &str {
        self.message.get().and_then(Value::as_str).unwrap_or_default()
    }

    /// The task, in whichever spelling it came.
    pub fn task_id(&self) -> Option<&str> {
        let id = self.task_id.get().or(self.task_id_caps.get())?.as_str();
        (!id.is_empty()).then_some(id)
    }
}
