//! What a function holds: built once per cold start, used by every request after it.

use std::ops::Deref;
use std::sync::OnceLock;

use crate::clock::Clock;
use crate::env::Env;
use crate::kapi::Outbound;
use crate::kapi::oidc::KeyCache;
use crate::kapi::work;
use crate::secret::Secrets;
use crate::sign_up::Seen;
use crate::store::Store;
use crate::verify::Published;

/// The bot and everything it stands on.
#[derive(Debug)]
pub struct App<B> {
    /// The author's bot.
    pub bot: B,
    services: Services,
}

impl<B> App<B> {
    /// The app of a process with this environment. Connects to nothing yet.
    pub fn new(bot: B, env: Env, clock: Clock) -> Self {
        Self { bot, services: Services::new(env, clock) }
    }
}

impl<B> Deref for App<B> {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

/// The part that does not depend on the bot.
///
/// The table and the calls outside are made on first use: a function that never asks for them does not even link them.
#[derive(Debug)]
pub struct Services {
    /// The settings.
    pub env: Env,
    /// The time.
    pub clock: Clock,
    /// The secrets.
    pub secrets: Secrets,
    /// The keys that ID tokens are signed with.
    pub id_token_keys: KeyCache,
    /// The people whose names were looked after lately.
    pub seen: Seen,
    /// The same keys for account events, kept at another pace.
    pub account_event_keys: KeyCache,
    /// The addresses that Kakao publishes.
    pub published: Published,
    /// The rooms of Kakao Work that are known, and how fast a bot speaks there.
    pub work: work::Memory,
    store: OnceLock<Store>,
    outbound: OnceLock<Outbound>,
}

impl Services {
    fn new(env: Env, clock: Clock) -> Self {
        let secrets = Secrets::new(env.clone(), clock.clone());
        Self {
            env,
            clock,
            secrets,
            id_token_keys: KeyCache::default(),
            seen: Seen::default(),
            account_event_keys: KeyCache::for_events(),
            published: Published::default(),
            work: work::Memory::default(),
            store: OnceLock::new(),
            outbound: OnceLock::new(),
        }
    }

    /// The table.
    pub fn store(&self) -> &Store {
        self.store.get_or_init(|| Store::new(&self.env))
    }

    /// The way out to Kakao.
    pub fn outbound(&self) -> &Outbound {
        self.outbound.get_or_init(|| Outbound::new(&self.env))
    }
}
