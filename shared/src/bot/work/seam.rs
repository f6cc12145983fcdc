//! The seam of Kakao Work: what a bot opens, hears and says.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{NoTicket, Signer, Ticket};
use crate::app::{App, Services};
use crate::bot::Oops;
use crate::clock::Millis;
use crate::effect::{Effect, WorkJob};
use crate::endpoint::catch_panic;
use crate::kakao::id::{WorkConversationId, WorkUserId};
use crate::kakao::limits::work::Checked;
use crate::kakao::skill::Map;
use crate::kakao::work::{Callback, Label, Message, Modal, To};
use crate::kapi::work::WorkApi;
use crate::log::Log;
use crate::secret::{Secret, SecretName};
use crate::store::{Approval, ApprovalId, Attempt, Decided, Entry, Requested, StoreError};

/// `POST /work/request/{secret}` and `POST /work/callback/{secret}`: a bot of Kakao Work. Each has about two seconds. Nothing that is
/// returned is the answer to the member: what a bot says goes out right after, through the outbox, once however often the callback comes.
pub trait WorkModals {
    /// A member pressed a button that opens a modal. `None`: there is nothing to open, and the client says so.
    ///
    /// # Errors
    /// An [`Oops`] becomes a modal that apologizes.
    fn open(&self, _turn: &WorkTurn<'_>) -> impl Future<Output = Result<Option<Checked<Modal>>, Oops>> {
        async { Ok(None) }
    }

    /// A member submitted a modal: [`WorkTurn::form`] is what was filled in.
    ///
    /// # Errors
    /// An [`Oops`] is said in the room, unless the table is behind it.
    fn submitted(&self, _turn: &WorkTurn<'_>) -> impl Future<Output = Result<Heard, Oops>> {
        async { Ok(Heard::default()) }
    }

    /// A member pressed a button that tells the bot.
    ///
    /// # Errors
    /// An [`Oops`] is said in the room, unless the table is behind it.
    fn acted(&self, _turn: &WorkTurn<'_>) -> impl Future<Output = Result<Heard, Oops>> {
        async { Ok(Heard::default()) }
    }

    /// Somebody wrote `/<bot name> words` in a group room: [`WorkTurn::words`]. Who, is not known. Kakao does not document it. The
    /// same words in the same room within one minute by the clock are one call.
    ///
    /// # Errors
    /// An [`Oops`] is said in the room, unless the table is behind it.
    fn called(&self, _turn: &WorkTurn<'_>) -> impl Future<Output = Result<Heard, Oops>> {
        async { Ok(Heard::default()) }
    }

    /// Does what [`Heard::later`] put off, with all of the Web API at hand and most of a minute. A function that dies begins anew: a job
    /// may be done twice, what is said about it is said once.
    ///
    /// # Errors
    /// An [`Oops`] is tried again later, eight times at most.
    fn run(&self, _job: Value, _desk: &WorkDesk<'_>) -> impl Future<Output = Result<Heard, Oops>> {
        async { Ok(Heard::default()) }
    }
}

/// What a bot has to say about what it heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    says: Vec<Said>,
    jobs: Vec<Value>,
}

#[derive(Clone, Debug)]
struct Said {
    /// The occasion; `None`: this very callback.
    key: Option<String>,
    to: To,
    message: Message,
}

impl Heard {
    /// Nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Says something, once for this callback however often it comes.
    pub fn say(mut self, to: To, message: Message) -> Self {
        self.says.push(Said { key: None, to, message });
        self
    }

    /// Says something once for an occasion, such as `approved-A-17`, whatever callbacks lead to it.
    pub fn say_once(mut self, key: impl Into<String>, to: To, message: Message) -> Self {
        self.says.push(Said { key: Some(key.into()), to, message });
        self
    }

    /// Puts slow work off: [`WorkModals::run`] gets `job` back after the answer, whatever is said meanwhile.
    ///
    /// # Errors
    /// If `job` is no JSON.
    pub fn later(mut self, job: &impl Serialize) -> Result<Self, serde_json::Error> {
        self.jobs.push(serde_json::to_value(job)?);
        Ok(self)
    }

    /// What happens besides the answer to `occasion`: a copy of it has the same. What breaks a rule is left out and in the log.
    pub(crate) fn entries(self, occasion: &str, request: &str) -> Vec<Entry> {
        let mut effects = Vec::new();
        for (number, said) in self.says.into_iter().enumerate() {
            let key = said.key.unwrap_or_else(|| format!("{occasion}-{number}"));
            match said.message.checked() {
                Ok(message) => effects.push(Effect::work(key, said.to, message)),
                Err(refused) => {
                    for broken in refused.errors {
                        Log::error("work.unfit").request(request).rule(broken.rule).field(&broken.path).write();
                    }
                }
            }
        }
        let jobs = self.jobs.into_iter().enumerate();
        effects.extend(
            jobs.map(|(number, job)| Effect::WorkJob(WorkJob { key: format!("{occasion}-job-{number}"), job })),
        );
        effects.iter().filter_map(|effect| effect.entry().ok()).collect()
    }
}

/// One callback, and what a bot may do about it.
#[derive(Debug)]
pub struct WorkTurn<'a> {
    services: &'a Services,
    signer: Signer,
    callback: &'a Callback,
    /// What makes this callback the one it is.
    id: &'a str,
    owner: &'a str,
}

impl<'a> WorkTurn<'a> {
    pub(crate) fn new(
        services: &'a Services,
        signer: Signer,
        callback: &'a Callback,
        id: &'a str,
        owner: &'a str,
    ) -> Self {
        Self { services, signer, callback, id, owner }
    }

    /// The callback as it came. Nothing in it is proven.
    pub fn callback(&self) -> &Callback {
        self.callback
    }

    /// What makes this callback the one it is: a copy of it has the same.
    pub fn id(&self) -> &str {
        self.id
    }

    /// Who pressed or submitted, by their own account.
    pub fn member(&self) -> Option<&WorkUserId> {
        self.callback.react_user_id.as_ref()
    }

    /// The room, by the callback's own account.
    pub fn room(&self) -> Option<WorkConversationId> {
        self.callback.conversation_id()
    }

    /// The value of the button or modal.
    pub fn value(&self) -> &str {
        self.callback.value.as_deref().unwrap_or_default()
    }

    /// The name of the button's action.
    pub fn action_name(&self) -> &str {
        self.callback.action_name.as_deref().unwrap_or_default()
    }

    /// The words of a bot call.
    pub fn words(&self) -> &str {
        self.callback.text.as_deref().unwrap_or_default()
    }

    /// What was filled in; a form reads it: [`WorkForm::read`](super::WorkForm::read).
    pub fn form(&self) -> Map {
        self.callback.actions.clone().unwrap_or_default()
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.services.clock.now()
    }

    /// A moment so far from now.
    pub fn after(&self, span: Duration) -> Millis {
        self.now().plus(span)
    }

    /// Signs the value of a button or modal.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// What the value of this callback carries, if it is ours, for `purpose`, and good here and now.
    ///
    /// # Errors
    /// [`NoTicket`]
    pub fn ticket<T: DeserializeOwned>(&self, purpose: &'static str) -> Result<Ticket<T>, NoTicket> {
        self.signer.open(purpose, self.callback, self.now())
    }

    /// Writes a request for an approval down, and with it the messages that ask for it ([`Effect::work`](crate::effect::Effect::work)):
    /// both or neither. A repeat finds them there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn request_approval(&self, approval: &Approval, messages: &[Entry]) -> Result<(), StoreError> {
        self.services.store().request_approval(approval, messages, self.owner, self.now()).await.map(drop)
    }

    /// How an approval stands.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn approval(&self, id: &ApprovalId) -> Result<Option<Requested>, StoreError> {
        self.services.store().approval(id).await
    }

    /// Decides, if this is the one decision. [`Attempt::press`] is this callback's [`WorkTurn::id`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn decide(&self, id: &ApprovalId, attempt: &Attempt<'_>) -> Result<Decided, StoreError> {
        self.services.store().decide(id, attempt, self.owner, self.now()).await
    }
}

/// Value of a modal that only says something. Its button submits it like any other, and nobody is asked what that means.
pub(crate) const NOTICE: &str = "-";

/// A modal that only says something.
pub(crate) fn notice(title: &str, words: &str) -> Modal {
    Modal::new(title, NOTICE).block(Label::new(words))
}

/// Where slow work of Kakao Work is done.
#[derive(Debug)]
pub struct WorkDesk<'a> {
    services: &'a Services,
    key: Secret,
    until: Millis,
}

impl WorkDesk<'_> {
    /// The bot at the Web API: members, rooms, files, everything, for as long as there is time.
    pub fn api(&self) -> WorkApi<'_> {
        let Services { env, work, .. } = self.services;
        WorkApi::new(self.services.outbound(), &env.work_api_url, &self.key, work, self.time_left())
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.services.clock.now()
    }

    /// How much time is left.
    pub fn time_left(&self) -> Duration {
        self.until.since(self.now())
    }
}

/// Why slow work is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// The app key cannot be read.
    NoKey,
    /// The bot broke down.
    Panicked,
    /// It could not do it; this kind of error is behind it.
    Failed(&'static str),
    /// Time ran out.
    Late,
}

impl Unfinished {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::Panicked => "panicked",
            Self::Failed(kind) => kind,
            Self::Late => "late",
        }
    }
}

/// Lets the bot do a job of Kakao Work until then: what happens besides.
///
/// # Errors
/// [`Unfinished`]: it is to be tried again.
pub async fn work_off<B: WorkModals>(
    app: &App<B>,
    work: &WorkJob,
    request: &str,
    until: Millis,
) -> Result<Vec<Entry>, Unfinished> {
    // The app key is the workspace's, not one of a KakaoTalk bot.
    let key = app.secrets.value(SecretName::WorkAppKey, "").await.map_err(|_| Unfinished::NoKey)?;
    let desk = WorkDesk { services: app, key, until };
    let worked = tokio::time::timeout(desk.time_left(), catch_panic(Box::pin(app.bot.run(work.job.clone(), &desk))));
    match worked.await {
        Ok(Some(Ok(heard))) => Ok(heard.entries(&work.key, request)),
        Ok(Some(Err(oops))) => Err(Unfinished::Failed(oops.kind())),
        Ok(None) => Err(Unfinished::Panicked),
        Err(_) => Err(Unfinished::Late),
    }
}

/// A modal that only says something, such as why there is nothing to fill in.
///
/// # Errors
/// An [`Oops`] if there are no words.
pub fn notice_modal(title: &str, words: &str) -> Result<Checked<Modal>, Oops> {
    Ok(notice(title, words).checked()?)
}
