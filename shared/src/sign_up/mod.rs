//! The story of a sign-up, step by step as the state design tells it (section 4): the redirect, the undoing of what failed, the
//! job of an unlink message, the reconciler. The `sync-*` functions, the outbox and the CLI all run what is here.
//!
//! The order of the steps is the point. A link at Kakao exists from the moment of consent, before we know whose it is; it may be
//! ended from outside at any time; and any of us may die between any two steps. [`crate::store::sign_up::rules`] says why that is
//! safe, and a model that tries every order checks it.

mod again;
mod client;
mod ending;
mod forget;
mod kakao;
mod keys;
mod login;
mod names;
mod one_time;
mod pages;
mod pass;
mod ready;
mod reconcile;
mod redirect;
mod relations;
mod rounds;
mod undo;
mod unlink;
mod web_login;

use std::time::Duration;

use crate::clock::{Clock, Millis};
use crate::effect::{Effect, Undo};
use crate::secret::{Seal, Secret};
use crate::store::sign_up::SagaId;
use crate::store::{Entry, Store, StoreError};

pub use again::{ErasedAgain, erase_again};
pub use client::{as_admin, as_app};
pub use ending::{Ending, back_at_once};
pub use forget::{Forgotten, forget};
pub use kakao::{Brought, Kakao, Linked, LinkedPage, Tokens, Told, Who};
pub use keys::Keys;
pub use login::KakaoLogin;
pub use names::{Names, Seen};
pub use one_time::{Redeemed, redeem_once};
pub use pages::{no_pass, to_chat, unknown};
pub use pass::{NoPass, Pass, Purpose};
pub use ready::{lacks, warm};
pub use reconcile::{Mended, Reconciled, Repair, reconcile_one, reconcile_page};
pub use redirect::{Accepted, Decision, Redirected, answer, question, redirect};
pub use relations::{ASK_EVERY, ChannelClerk, Compared, MEMBERS_A_PAGE};
pub use rounds::{Halt, PACE, Page, Rounds, Walk, Walked, walk};
pub use undo::{Undone, compensate};
pub use unlink::{Left, erase, new_unlink_job, unlink_job};
pub use web_login::{NoLogin, WebLogin, WebLogins};

/// What every step needs. `me` is whoever works: the gateway's id of a request, or an attempt of the outbox; two that may run at
/// the same time must not share it.
#[derive(Debug)]
pub struct Clerk<'a, K> {
    /// The table.
    pub store: &'a Store,
    /// Kakao.
    pub kakao: &'a K,
    /// Seals the person's token for the table.
    pub seal: &'a Seal,
    /// Makes the ledger of erasures: nobody without it knows who was erased.
    pub ledger: &'a Secret,
    /// The time.
    pub clock: &'a Clock,
    /// Who works.
    pub me: &'a str,
    /// When this function will be stopped.
    pub until: Millis,
}

/// What undoing takes at most: who has less time left leaves it to the outbox.
const UNDOING: Duration = Duration::from_secs(5);

impl<K> Clerk<'_, K> {
    fn now(&self) -> Millis {
        self.clock.now()
    }

    fn has_time_to_undo(&self) -> bool {
        self.now().plus(UNDOING) < self.until
    }
}

/// The effect that undoes a failed sign-up.
fn undo_entry(saga: &SagaId) -> Result<Entry, StoreError> {
    entry(&Effect::Undo(Undo { saga: saga.clone() }))
}

fn entry(effect: &Effect) -> Result<Entry, StoreError> {
    effect.entry().map_err(|_| StoreError::Rejected("InvalidJson".to_owned()))
}
