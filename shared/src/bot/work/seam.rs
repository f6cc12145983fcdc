//! The seam of Kakao Work: what a bot opens, hears and says.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{NoTicket, Signer, Ticket};
use crate::app::Services;
use crate::bot::Oops;
use crate::clock::Millis;
use crate::kakao::id::{WorkConversationId, WorkUserId};
use crate::kakao::limits::work::Checked;
use crate::kakao::skill::Map;
use crate::kakao::work::{Callback, Label, Message, Modal, To};
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

    /// Somebody wrote `/<bot name> words` in a group room: [`WorkTurn::words`]. Who, is not known. Kakao does not document it.
    ///
    /// # Errors
    /// An [`Oops`] is said in the room, unless the table is behind it.
    fn called(&self, _turn: &WorkTurn<'_>) -> impl Future<Output = Result<Heard, Oops>> {
        async { Ok(Heard::default()) }
    }
}

/// What a bot has to say about what it heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub(crate) says: Vec<Said>,
}

#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The occasion; `None`: this very callback.
    pub(crate) key: Option<String>,
    pub(crate) to: To,
    pub(crate) message: Message,
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

/// A modal that only says something, such as why there is nothing to fill in.
///
/// # Errors
/// An [`Oops`] if there are no words.
pub fn notice_modal(title: &str, words: &str) -> Result<Checked<Modal>, Oops> {
    Ok(notice(title, words).checked()?)
}
