//! What became of the events that were taken: `GET /v1/tasks/{taskId}` tells (protocol `skill` 10).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use shared::clock::Clock;

use crate::verdict::Outcome;

/// How many tasks are remembered. Old ones are forgotten.
const KEPT: usize = 200;

/// The tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Mutex<VecDeque<Task>>);

#[derive(Debug)]
struct Task {
    id: String,
    all: usize,
    unresolved: usize,
    succeeded: usize,
    failures: Vec<Value>,
}

impl Tasks {
    fn all(&self) -> MutexGuard<'_, VecDeque<Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new task for `all` people, `unresolved` of whom are nobody.
    pub(crate) fn begin(&self, id: &str, all: usize, unresolved: usize) {
        let mut tasks = self.all();
        tasks.push_back(Task { id: id.to_owned(), all, unresolved, succeeded: 0, failures: Vec::new() });
        if tasks.len() > KEPT {
            tasks.pop_front();
        }
    }

    /// How it went for one person.
    pub(crate) fn count(&self, id: &str, kind: &str, key: &str, outcome: Outcome) {
        let mut tasks = self.all();
        let Some(task) = tasks.iter_mut().find(|task| task.id == id) else { return };
        let error = match outcome {
            // No bubbles at all suppress the message: the block ran.
            Outcome::Answered | Outcome::Silent => {
                task.succeeded += 1;
                return;
            }
            // The documents' two shapes.
            Outcome::BadStatus => json!({ "errorType": 201, "msg": "The skill server answered with an HTTP error." }),
            Outcome::Timeout => json!("The skill server did not answer in time."),
            Outcome::Unreachable => json!("The skill server cannot be reached."),
            Outcome::Waiting | Outcome::Invalid | Outcome::Refused => json!("Invalid json response from bot-skill."),
        };
        let now = Clock::System.now().secs();
        task.failures.push(json!({ "userId": key, "reqUserType": kind, "createdAt": now, "errorMsg": error }));
    }

    /// How it went so far; `None` for a task that is not known. What the platform says before a task is over is not documented.
    pub(crate) fn result(&self, id: &str) -> Option<Value> {
        let tasks = self.all();
        let task = tasks.iter().find(|task| task.id == id)?;
        let failed = task.unresolved + task.failures.len();
        let status = match failed {
            _ if task.succeeded + failed < task.all => "IN PROGRESS".to_owned(),
            0 => "ALL SUCCESS".to_owned(),
            failed => format!("{failed} FAIL"),
        };
        Some(json!({
            "taskId": task.id,
            "status": status,
            "allRequestCount": task.all,
            "successCount": task.succeeded,
            "userKeyResolvingFailCount": task.unresolved,
            "fail": { "count": failed, "list": task.failures },
        }))
    }
}

#[cfg(test)]
mod tests {
    use shared::kakao::skill::{TaskResult, TaskStatus};

    use super::*;

    #[test]
    fn a_task_is_over_when_everybody_was_told() {
        let tasks = Tasks::default();
        let result = || -> TaskResult { serde_json::from_value(tasks.result("t").unwrap()).unwrap() };
        tasks.begin("t", 4, 1);
        assert_eq!(result().status(), TaskStatus::Unknown);
        for outcome in [Outcome::Answered, Outcome::BadStatus, Outcome::Timeout] {
            tasks.count("t", "botUserKey", "u", outcome);
        }
        let end = result();
        assert_eq!((end.status(), end.successes(), end.unresolved()), (TaskStatus::Failed(3), Some(1), 1));
        assert_eq!(end.failures().map(|failure| failure.error_type()).collect::<Vec<_>>(), ["201", "text"]);
        assert!(tasks.result("x").is_none());
    }
}
