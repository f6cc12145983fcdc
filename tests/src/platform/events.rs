//! The Event API as the platform has it: takes events, keeps what a task came to, and says so when it is asked.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::{Takes, lock};
use crate::faults::wire::{Asked, Told};
use crate::table::API_KEY;

/// An event that arrived.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// `/v2/bots/…/talk`
    pub path: String,
    /// `authorization`
    pub key: String,
    /// The body.
    pub body: Value,
    /// The task, if it was taken.
    pub task: Option<String>,
}

/// The desk where events are taken.
#[derive(Debug, Default)]
pub struct Desk {
    takes: Mutex<Takes>,
    answers: Mutex<Takes>,
    key: Mutex<Option<String>>,
    result: Mutex<Option<Value>>,
    told: Mutex<Vec<Occasion>>,
    asked: Mutex<Vec<String>>,
}

impl Desk {
    /// Whether a request is about events.
    pub fn is_for(asked: &Asked) -> bool {
        asked.path.starts_with("/v2/bots/") || asked.path.starts_with("/v1/tasks/")
    }

    /// How it takes events from now on.
    pub fn take(&self, takes: Takes) {
        *lock(&self.takes) = takes;
    }

    /// How it answers questions about tasks from now on.
    pub fn answer(&self, answers: Takes) {
        *lock(&self.answers) = answers;
    }

    /// The only key it knows from now on, instead of [`API_KEY`].
    pub fn know(&self, key: &str) {
        *lock(&self.key) = Some(key.to_owned());
    }

    /// What every task comes to from now on; everybody is reached if it is not said otherwise.
    pub fn come_to(&self, result: Value) {
        *lock(&self.result) = Some(result);
    }

    /// Every event that arrived, taken or not.
    pub fn told(&self) -> Vec<Occasion> {
        lock(&self.told).clone()
    }

    /// How many of them were taken: each is paid for.
    pub fn paid(&self) -> usize {
        lock(&self.told).iter().filter(|told| told.task.is_some()).count()
    }

    /// The tasks that were asked about, in order.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }

    pub(super) async fn handle(&self, asked: Asked) -> Told {
        let key = asked.header("authorization").unwrap_or_default().to_owned();
        let known = lock(&self.key).clone().unwrap_or_else(|| API_KEY.to_owned());
        let trusted = key == format!("KakaoAK {known}");
        match asked.path.strip_prefix("/v1/tasks/") {
            Some(task) => {
                lock(&self.asked).push(task.to_owned());
                let result = lock(&self.result).clone();
                let takes = lock(&self.answers).clone();
                let all = json!({ "taskId": task, "status": "ALL SUCCESS", "allRequestCount": 1, "successCount": 1 });
                odd(&takes, trusted).await.unwrap_or_else(|| json_answer(200, &result.unwrap_or(all)))
            }
            None => self.event(asked, key, trusted).await,
        }
    }

    async fn event(&self, asked: Asked, key: String, trusted: bool) -> Told {
        let takes = lock(&self.takes).clone();
        let good = !matches!(takes, Takes::Fails(..) | Takes::Status(_) | Takes::Redirects(_) | Takes::DiesBefore);
        let task = {
            let mut told = lock(&self.told);
            let task = (good && trusted).then(|| format!("00000000-0000-4000-8000-{:012}", told.len()));
            let body = serde_json::from_slice(&asked.body).unwrap_or_default();
            told.push(Occasion { path: asked.path.clone(), key, body, task: task.clone() });
            task
        };
        let taken = json!({ "taskId": task, "status": "SUCCESS", "message": "", "timestamp": 1_700_000_000_000_u64 });
        odd(&takes, trusted).await.unwrap_or_else(|| json_answer(200, &taken))
    }
}

/// Everything but a good answer; `None`: that one.
async fn odd(takes: &Takes, trusted: bool) -> Option<Told> {
    let fail = |status, message| json_answer(status, &json!({ "taskId": "", "status": "FAIL", "message": message }));
    match takes {
        _ if !trusted => Some(json_answer(401, &json!({ "code": -401, "msg": "wrong appKey(canary) format" }))),
        Takes::Well => None,
        Takes::Slowly(delay) => {
            tokio::time::sleep(*delay).await;
            None
        }
        Takes::DiesBefore | Takes::DiesAfter => Some(Told::Cut),
        Takes::Silently => Some(Told::Never),
        Takes::Fails(status, message) => Some(fail(*status, message)),
        Takes::Status(status) => Some(Told::answer(*status, "text/plain", Vec::new())),
        Takes::Redirects(to) => {
            Some(Told::Answer { status: 302, headers: vec![("location", to.clone())], body: Vec::new() })
        }
        Takes::Floods(bytes) => Some(Told::Flood(*bytes)),
        Takes::Drips(pause) => Some(Told::Drip(*pause)),
    }
}

fn json_answer(status: u16, body: &Value) -> Told {
    Told::answer(status, "application/json", body.to_string().into_bytes())
}
