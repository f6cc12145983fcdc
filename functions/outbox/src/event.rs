//! Events: told to the platform once, because each delivery is paid for, and asked about a minute later (protocol `skill` 10).
//!
//! ```text
//! event ─ claim the sending ─ POST ─┬─ accepted ─ write down the task ─ event_result, a minute later ─ GET ─ log
//!                                   ├─ refused: key, too many   ─ give the claim back ─ again
//!                                   ├─ refused: anything else   ─ give the claim back ─ dropped
//!                                   ├─ never left this machine  ─ give the claim back ─ again
//!                                   └─ nobody knows ─ keep the claim ─ parked: a person looks
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use shared::app::Services;
use shared::clock::Millis;
use shared::effect::{Effect, Push, Question};
use shared::kakao::id::production;
use shared::kakao::limits::{self, Severity};
use shared::kakao::skill::{TaskFailure, TaskResult, TaskStatus};
use shared::kapi::event::{self, NoResult, Refusal, Started};
use shared::log::Log;
use shared::secret::{Secret, SecretName};
use shared::store::{Entry, EntryId, EventClaim, Outcome, StoreError};
use tokio::sync::Semaphore;

use crate::at_the_table;

/// What sending takes at most, a second try with a fresh key included: who has less time left does not begin.
const SENDING: Duration = Duration::from_secs(7);

/// How long after it was taken an event is asked about: its skill has had its five seconds many times over.
const ASK_AFTER: Duration = Duration::from_secs(60);

/// How many reasons of a result become lines of the log.
const REASONS: usize = 10;

/// On whose behalf, with what, until when.
pub(super) struct Way<'a> {
    pub(super) services: &'a Services,
    /// This very attempt: nobody else has its name.
    pub(super) owner: &'a str,
    pub(super) until: Millis,
    pub(super) table: &'a Semaphore,
}

/// Tells the platform of an event, unless somebody may have done so.
pub(super) async fn push(way: &Way<'_>, id: &EntryId, push: &Push) -> Outcome {
    if !fits(push) {
        return Outcome::Parked;
    }
    if way.time_left() < SENDING {
        return Outcome::Again;
    }
    let Some(key) = way.key(&push.bot_id).await else { return Outcome::Again };
    match way.claim(id).await {
        Ok(EventClaim::Ours) => {}
        Ok(EventClaim::Sent) => {
            Log::info("outbox.event").outcome("sent-before").item(&id.hash()).write();
            return Outcome::Done;
        }
        Ok(EventClaim::Unknown) => return unknown(id, push),
        Err(error) => {
            Log::error("outbox.store").item(&id.hash()).kind(error.kind()).write();
            // The claim may have been applied although we never heard of it. Nothing was sent.
            way.release(id).await;
            return Outcome::Again;
        }
    }
    match way.start(push, key).await {
        Started::Accepted { task_id } => {
            way.accepted(id, push, task_id).await;
            Outcome::Done
        }
        Started::Refused { why, .. } => {
            // Too much at once is no failure: it comes again by itself.
            let log = match why {
                Refusal::TooMany => Log::warn("outbox.event").outcome("deferred"),
                _ => Log::error("outbox.event").outcome("refused"),
            };
            log.kind(why.word()).item(&id.hash()).count(push.request.users().len() as u64).write();
            way.release(id).await;
            match why {
                Refusal::Key | Refusal::TooMany => Outcome::Again,
                Refusal::BotId | Refusal::Failed => Outcome::Dropped,
            }
        }
        Started::NotSent => {
            Log::warn("outbox.event").outcome("not-sent").item(&id.hash()).write();
            way.release(id).await;
            Outcome::Again
        }
        Started::Unknown => unknown(id, push),
    }
}

/// Asks how an event went, and writes it to the log.
pub(super) async fn ask(way: &Way<'_>, question: &Question) -> Outcome {
    let Some(key) = way.key(&question.bot_id).await else { return Outcome::Again };
    match way.task(question, key).await {
        Ok(result) => tell(&question.task_id, &result),
        Err(why) => {
            Log::warn("outbox.event").outcome("no-result").kind(why.word()).task(&question.task_id).write();
            if why == NoResult::TaskId { Outcome::Parked } else { Outcome::Again }
        }
    }
}

impl Way<'_> {
    fn time_left(&self) -> Duration {
        self.until.since(self.services.clock.now())
    }

    /// The REST API key of the app that is linked to this bot.
    async fn key(&self, bot_id: &str) -> Option<Secret> {
        let key = self.services.secrets.value(SecretName::KakaoRestApiKey, production(bot_id)).await;
        if key.is_err() {
            Log::error("outbox.event").outcome("refused").kind("no-key").write();
        }
        key.ok()
    }

    /// Another key than the one that was just turned away, if the parameter store has one by now.
    async fn other_key(&self, bot_id: &str, refused: &Secret) -> Option<Secret> {
        let (secrets, name) = (&self.services.secrets, SecretName::KakaoRestApiKey);
        let fresh = secrets.value_after_refusal(name, production(bot_id), refused).await.ok()?;
        (fresh.reveal() != refused.reveal()).then_some(fresh)
    }

    async fn claim(&self, id: &EntryId) -> Result<EventClaim, StoreError> {
        let store = self.services.store();
        at_the_table(self.table, store.claim_event(id, self.owner, self.services.clock.now())).await
    }

    /// If this fails, the next try finds a claim whose holder never said how it ended, and leaves the event to a person.
    async fn release(&self, id: &EntryId) {
        let store = self.services.store();
        let released = at_the_table(self.table, store.release_event(id, self.owner, self.services.clock.now())).await;
        if let Err(error) = released {
            Log::error("outbox.store").item(&id.hash()).kind(error.kind()).write();
        }
    }

    /// Posts once; a second time only with another key after a key was turned away, because then nothing was delivered.
    async fn start(&self, push: &Push, key: Secret) -> Started {
        let (outbound, base) = (self.services.outbound(), &self.services.env.bot_api_url);
        let started = event::start(outbound, base, &key, &push.bot_id, &push.request).await;
        if !matches!(started, Started::Refused { why: Refusal::Key, .. }) {
            return started;
        }
        match self.other_key(&push.bot_id, &key).await {
            Some(fresh) => event::start(outbound, base, &fresh, &push.bot_id, &push.request).await,
            None => started,
        }
    }

    async fn task(&self, question: &Question, key: Secret) -> Result<TaskResult, NoResult> {
        let (outbound, base) = (self.services.outbound(), &self.services.env.bot_api_url);
        let task_id = &question.task_id;
        let result = event::task(outbound, base, &key, task_id).await;
        match result {
            Err(NoResult::Key) => match self.other_key(&question.bot_id, &key).await {
                Some(fresh) => event::task(outbound, base, &fresh, task_id).await,
                None => result,
            },
            _ => result,
        }
    }

    /// Says so first: whatever happens to the table afterwards, the log knows the task.
    async fn accepted(&self, id: &EntryId, push: &Push, task_id: Option<String>) {
        let task = task_id.as_deref().unwrap_or_default();
        let log = || Log::info("outbox.event").item(&id.hash()).task(task);
        log().outcome("accepted").count(push.request.users().len() as u64).write();
        let now = self.services.clock.now();
        let question = task_id.as_ref().and_then(|task_id| question(id, push, task_id, now.plus(ASK_AFTER)));
        let store = self.services.store();
        let sent = store.event_sent(id, self.owner, task_id.as_deref(), question.as_ref(), now);
        if let Err(error) = at_the_table(self.table, sent).await {
            Log::error("outbox.event").outcome("unrecorded").kind(error.kind()).item(&id.hash()).task(task).write();
        }
    }
}

fn question(id: &EntryId, push: &Push, task_id: &str, at: Millis) -> Option<Entry> {
    let question = Question { event: id.to_string(), bot_id: push.bot_id.clone(), task_id: task_id.to_owned() };
    Some(Effect::EventResult(question).entry().ok()?.not_before(at))
}

/// Whether the platform could take it at all; each rule that it breaks is a line.
fn fits(push: &Push) -> bool {
    let mut broken = limits::event_request(&push.request);
    broken.retain(|finding| finding.severity == Severity::Error);
    for finding in &broken {
        Log::error("outbox.event").outcome("unfit").rule(finding.rule).field(&finding.path).write();
    }
    broken.is_empty()
}

fn unknown(id: &EntryId, push: &Push) -> Outcome {
    let log = Log::error("outbox.event").outcome("unknown").item(&id.hash());
    log.count(push.request.users().len() as u64).write();
    Outcome::Parked
}

/// How many were reached, and for each reason how many were not. Keys and messages of the result stay where they are.
fn tell(task_id: &str, result: &TaskResult) -> Outcome {
    let failed = match result.status() {
        TaskStatus::Unknown => {
            Log::info("outbox.event").outcome("pending").task(task_id).write();
            return Outcome::Again;
        }
        TaskStatus::AllSuccess => 0,
        TaskStatus::Failed(failed) => failed,
    };
    let delivered = result.successes().or_else(|| result.all_requests()?.checked_sub(failed)).unwrap_or_default();
    Log::info("outbox.event").outcome("delivered").task(task_id).count(delivered).write();
    for (kind, count) in reasons(result, failed) {
        Log::warn("outbox.event").outcome("undelivered").kind(&kind).task(task_id).count(count).write();
    }
    Outcome::Done
}

/// Why `failed` people were not reached: the listed reasons, keys that are nobody's, and the rest.
fn reasons(result: &TaskResult, failed: u64) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for word in result.failures().map(TaskFailure::error_type) {
        let room = reasons.len() < REASONS || reasons.contains_key(&word);
        *reasons.entry(if room { word } else { "other".to_owned() }).or_default() += 1;
    }
    let rest = failed.saturating_sub(reasons.values().sum());
    let nobodys = result.unresolved().min(rest);
    for (word, count) in [("nobody", nobodys), ("unlisted", rest - nobodys)] {
        if count > 0 {
            reasons.insert(word.to_owned(), count);
        }
    }
    reasons
}
