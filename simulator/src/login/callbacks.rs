//! What the stand-in calls the service with by itself: as the console's page wishes it, and what was answered.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use shared::clock::Millis;
use shared::env::Env;
use shared::kakao::login::Relation;
use shared::kapi::Outbound;

use super::app::App;
use super::kakao::Kakao;
use crate::people::Person;
use crate::webhook::{self, Account, Channel, Forgery, Form, Message, Proof, Surface, Unlink, Verdict};

/// How many answers are remembered. Old ones are forgotten.
const KEPT: usize = 100;

/// How much earlier that happened which is told late.
pub(crate) const LATE: Duration = Duration::from_secs(600);

/// Why a link has ended, if nothing else is said.
pub(crate) const FROM_APPS: &str = "UNLINK_FROM_APPS";

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// To which of the service's addresses.
    pub(crate) surface: Surface,
    /// `blocked`; of an unlink why: `ACCOUNT_DELETE`; of an account event its last word.
    pub(crate) event: &'static str,
    /// About whom.
    pub(crate) person: &'static Person,
    /// How an unlink travels.
    pub(crate) form: Form,
    /// The consent item, for events about consent.
    pub(crate) scope: &'static str,
    /// How it goes out.
    pub(crate) how: How,
}

/// How a message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As it should be.
    Once,
    /// The same bytes twice, at once.
    Doubled,
    /// When it is not true any more.
    Late,
    /// With something wrong.
    Forged(Forgery),
}

impl How {
    /// In a form, and in the list.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Doubled => "doubled",
            Self::Late => "late",
            Self::Forged(forgery) => forgery.word(),
        }
    }

    const fn forgery(self) -> Option<Forgery> {
        match self {
            Self::Forged(forgery) => Some(forgery),
            _ => None,
        }
    }

    /// All that there are for this address.
    pub(crate) fn all(surface: Surface) -> impl Iterator<Item = Self> {
        let forged = surface.forgeries().iter().copied().map(Self::Forged);
        [Self::Once, Self::Doubled, Self::Late].into_iter().chain(forged)
    }
}

impl Wish {
    /// Somebody has ended their link in their own settings.
    pub(crate) const fn unlinked(person: &'static Person) -> Self {
        Self { surface: Surface::Unlink, event: FROM_APPS, person, form: Form::Form, scope: "", how: How::Once }
    }
}

/// One message, and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// When it was answered.
    pub(crate) at: Millis,
    /// What was wished for.
    pub(crate) wish: Wish,
    /// What was told: the event that was wished for, or its opposite, which came late.
    pub(crate) event: String,
    /// Whether it came late.
    pub(crate) late: bool,
    /// HTTP status; 0 if there was no answer.
    pub(crate) status: u16,
    /// How long it took.
    pub(crate) took: Duration,
    /// What is to be thought of it.
    pub(crate) verdict: Verdict,
}

/// The way to the service, and what went over it.
pub(crate) struct Callbacks {
    outbound: Outbound,
    sent: Mutex<VecDeque<Sent>>,
}

impl Callbacks {
    /// To the service at this address.
    pub(crate) fn to(url: &str) -> Self {
        // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
        let env = Env::read(|name| (name == "BOT_API_URL").then(|| url.to_owned()));
        Self { outbound: Outbound::new(&env), sent: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Sent>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, sent: Sent) {
        let mut kept = self.kept();
        kept.push_back(sent);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// In the order in which they were sent.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.kept().iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.kept().clear();
    }
}

/// What a message says that nobody chooses.
struct Own {
    app: App,
    app_id: String,
    issuer: String,
    now: Millis,
}

impl Wish {
    fn message<'a>(&'a self, own: &'a Own) -> Message<'a> {
        let (event, user) = (self.event, self.person.app_user_id);
        match self.surface {
            Surface::Channel => Message::Channel(Channel {
                event,
                id: user,
                open: false,
                channel: own.app.channels.first().map_or("", String::as_str),
                at: own.now,
                old_names: false,
            }),
            Surface::Unlink => Message::Unlink(Unlink { app_id: &own.app_id, user, reason: event, form: self.form }),
            Surface::Account => Message::Account(Account {
                issuer: &own.issuer,
                audience: own.app.rest_api_key(),
                user,
                event: Account::address(event).unwrap_or(event),
                scopes: if event.starts_with("user-scope-") { std::slice::from_ref(&self.scope) } else { &[] },
                reason: Some(FROM_APPS),
                at: own.now,
            }),
        }
    }
}

impl Kakao {
    /// Tells it, and waits for the answers. What is true of it has happened before: a link is gone, a channel is blocked.
    pub(crate) async fn tell(&self, wish: Wish) {
        let (app, signers) = {
            let desk = self.desk();
            (desk.app.clone(), desk.signers)
        };
        let key = app.admin_keys.first().map_or("", String::as_str);
        let proof = Proof::new(key, wish.how.forgery()).signed_by(signers);
        let own = Own { app_id: app.app_id.to_string(), issuer: self.kauth_url(), now: self.now(), app };
        let message = wish.message(&own);
        let is_late = wish.how == How::Late;
        if proof.is_good() {
            self.happens(&message, is_late, wish.person);
        }
        let copies = if wish.how == How::Doubled { 2 } else { 1 };
        for (place, message) in message.with_late(is_late.then_some(LATE)).into_iter().enumerate() {
            let Some(request) = message.request(&self.url, &proof) else { continue };
            let late = is_late && (place > 0 || wish.surface == Surface::Unlink);
            let started = Instant::now();
            let copies = std::iter::repeat_n(request, copies);
            let answers = join_all(copies.map(|request| webhook::send(&self.callbacks.outbound, request))).await;
            for answer in answers {
                let (status, took, verdict) = match answer {
                    Ok(answered) => (answered.status, answered.took, Verdict::of(&answered, !proof.is_good())),
                    Err(_) => (0, started.elapsed(), Verdict::Unanswered),
                };
                let event = message.event().to_owned();
                self.callbacks.write(Sent { at: self.now(), wish, event, late, status, took, verdict });
            }
        }
    }

    /// What the message tells is so here, too: whoever asks about the person afterwards is not told the contrary.
    fn happens(&self, message: &Message<'_>, is_late: bool, person: &Person) {
        if message.ends_the_link(is_late) {
            self.unlink(person.id);
        }
        if let (Message::Channel(told), Ok(user)) = (message, person.app_user_id.parse()) {
            self.relate(user, told.channel, Relation::from(told.event.to_uppercase().as_str()), told.at);
        }
    }
}
