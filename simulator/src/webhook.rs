//! What Kakao calls a service with by itself, as the stand-in makes it: channel events, unlinks, account events; good ones, and such as
//! nobody must believe. The console's page and `kakao send` say the same things with it.
//!
//! ```text
//!  Message ── with_late ──> messages ── request, with a Proof ──> send ──> Answered ──> Verdict
//! ```

mod account;
mod channel;
mod delivery;
mod proof;
mod unlink;

use std::time::Duration;

use http::Request;

pub use account::Account;
pub use channel::Channel;
pub use delivery::{Answered, KAKAO_WAITS, Verdict, send};
pub use proof::{Forgery, Proof};
pub use unlink::{Form, Unlink};

/// Which of the service's addresses is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Somebody added or blocked the channel.
    Channel,
    /// Somebody has ended their link.
    Unlink,
    /// Something has happened to somebody's account.
    Account,
}

impl Surface {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Channel, Self::Unlink, Self::Account];

    /// As a command line calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Unlink => "unlink",
            Self::Account => "account",
        }
    }

    /// The one that is called so.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.word() == word)
    }

    /// Where it is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Channel => "/channel/callback",
            Self::Unlink => "/account/unlink",
            Self::Account => "/account/events",
        }
    }

    /// What can be wrong with a message of this kind.
    pub const fn forgeries(self) -> &'static [Forgery] {
        match self {
            Self::Channel => &[Forgery::Key, Forgery::Unsigned],
            Self::Unlink => &[Forgery::Key, Forgery::Unsigned, Forgery::App],
            Self::Account => {
                &[Forgery::Signature, Forgery::Key, Forgery::Unsigned, Forgery::App, Forgery::Issuer, Forgery::Typ]
            }
        }
    }
}

/// One thing that Kakao tells.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// `POST /channel/callback`
    Channel(Channel<'a>),
    /// `GET` or `POST /account/unlink`
    Unlink(Unlink<'a>),
    /// `POST /account/events`
    Account(Account<'a>),
}

impl Message<'_> {
    /// The request to the service at `base`; `None` if that is no address. Each is another delivery; copies of one are copies of this.
    pub fn request(&self, base: &str, proof: &Proof) -> Option<Request<Vec<u8>>> {
        match self {
            Self::Channel(channel) => channel.request(base, proof),
            Self::Unlink(unlink) => unlink.request(base, proof),
            Self::Account(account) => account.request(base, proof),
        }
    }

    /// What it tells, in a word; of an unlink, why.
    pub fn event(&self) -> &str {
        match self {
            Self::Channel(channel) => channel.event,
            Self::Unlink(unlink) => unlink.reason,
            Self::Account(account) => account.word(),
        }
    }

    /// It, and then what happened that much before it and comes only now: the opposite. An unlink carries no time, so a late one looks
    /// like any other.
    pub fn with_late(self, late: Option<Duration>) -> Vec<Self> {
        let before = late.and_then(|late| match &self {
            Self::Channel(channel) => Some(Self::Channel(channel.opposite(late))),
            Self::Unlink(_) => None,
            Self::Account(account) => Some(Self::Account(account.opposite(late))),
        });
        [self].into_iter().chain(before).collect()
    }

    /// Whether the link is gone when Kakao tells of it. Whom a late unlink is about has been linked again since.
    pub fn ends_the_link(&self, is_late: bool) -> bool {
        match self {
            Self::Channel(_) => false,
            Self::Unlink(_) => !is_late,
            Self::Account(account) => account.ends_the_link(),
        }
    }
}
