//! The Event API: a server tells the platform to run an event block for up to a hundred people, and asks later how it went.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>
//!
//! ```text
//! POST /v2/bots/{botId}/talk   EventRequest  ->  EventReply    accepted or not, and the task's id
//! GET  /v1/tasks/{taskId}                    ->  TaskResult    who was reached
//! ```

mod reply;
mod request;
mod result;

pub use reply::{EventReply, EventStatus};
pub use request::{Event, EventRequest, EventUser, EventUserType};
pub use result::{TaskFailure, TaskFailures, TaskResult, TaskStatus};

#[cfg(test)]
mod tests;
