//! Everything that the stand-in remembers, behind one lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use shared::clock::Millis;
use shared::kakao::login::Relation;

use super::app::App;
use super::code::Codes;
use super::id_token::Signers;
use super::link::Link;
use super::otp::Otps;
use super::pending::Waiting;
use super::token::Tokens;
use crate::random;

/// `/v1/user/ids` may be called so often within a minute.
const IDS_A_MINUTE: usize = 100;

/// A half-view that is open.
#[derive(Clone, Copy)]
pub(crate) struct HalfView {
    pub(crate) user: u64,
    /// Whether they agreed in it, now or before: a code was made out.
    pub(crate) agreed: bool,
}

/// The memory.
pub(crate) struct Desk {
    pub(crate) app: App,
    pub(crate) links: BTreeMap<u64, Link>,
    /// By person and channel. It is KakaoTalk's own, and outlives a link.
    pub(crate) relations: BTreeMap<(u64, String), (Relation, Millis)>,
    pub(crate) codes: Codes,
    pub(crate) tokens: Tokens,
    pub(crate) otps: Otps,
    pub(crate) waiting: Waiting,
    pub(crate) signers: Signers,
    /// Browsers that are logged in at Kakao: cookie to person.
    pub(crate) sessions: HashMap<String, u64>,
    /// In whose hand the half-view is that will go on at this address.
    pub(crate) half_views: HashMap<String, HalfView>,
    ids_calls: VecDeque<Millis>,
}

impl Desk {
    pub(crate) fn new(app: App) -> Self {
        Self {
            app,
            links: BTreeMap::new(),
            relations: BTreeMap::new(),
            codes: Codes::default(),
            tokens: Tokens::default(),
            otps: Otps::default(),
            waiting: Waiting::default(),
            signers: Signers::default(),
            sessions: HashMap::new(),
            half_views: HashMap::new(),
            ids_calls: VecDeque::new(),
        }
    }

    /// A browser logs in.
    pub(crate) fn log_in(&mut self, user: u64) -> String {
        let session = random::hex::<16>();
        self.sessions.insert(session.clone(), user);
        session
    }

    /// Ends the link, all consents and all tokens. Whether there was one.
    pub(crate) fn unlink(&mut self, user: u64) -> bool {
        self.codes.void(user);
        self.tokens.void(user);
        self.links.remove(&user).is_some()
    }

    /// Counts a call of `/v1/user/ids`. Whether it is one too many.
    pub(crate) fn ids_over_the_limit(&mut self, now: Millis) -> bool {
        self.ids_calls.retain(|at| now.since(*at) < Duration::from_secs(60));
        self.ids_calls.push_back(now);
        self.ids_calls.len() > IDS_A_MINUTE
    }
}
