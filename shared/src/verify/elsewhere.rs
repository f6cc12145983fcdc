//! Whether somebody comes from elsewhere than is allowed, and the list that Kakao publishes as one process knows it.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::app::Services;
use crate::clock::Millis;
use crate::env::{Addresses, CallbackAddresses};
use crate::http::Request;
use crate::log::Log;

/// How long a list is used before the table is asked for a newer one. The outbox renews it once a day.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// How long the table is left alone after it had no list or did not answer: callbacks wait for it no more often than that.
const AGAIN: Duration = Duration::from_secs(30);

/// How long the table may take. A callback has two seconds: half of one is the bot's, and storing may take 1.2.
const WAIT: Duration = Duration::from_millis(300);

/// The list that Kakao publishes, as this process read it last.
#[derive(Debug, Default)]
pub struct Published(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    list: Option<Addresses>,
    /// When the table is asked next.
    next: Millis,
}

/// Whether there is a list of addresses, and this request's is not on it.
pub(super) async fn is_from_elsewhere(services: &Services, request: &Request) -> bool {
    match &services.env.callbacks.addresses {
        CallbackAddresses::Anywhere => false,
        CallbackAddresses::Listed(list) => !list.contain(request.source),
        CallbackAddresses::Kakaos => services.published.lacks(services, request).await,
    }
}

impl Published {
    /// Reads the list before anybody asks for it, where it is wanted. Never fails; what cannot be read now is read later.
    pub async fn warm(&self, services: &Services) {
        if services.env.callbacks.addresses == CallbackAddresses::Kakaos {
            self.0.lock().await.refresh(services).await;
        }
    }

    /// Whether the request's address is not on the list. Without a list nobody is from elsewhere: the key or the signature was good,
    /// the address is only an extra, and a refusal would lose what Kakao may never tell again. Each time is a line in the log.
    async fn lacks(&self, services: &Services, request: &Request) -> bool {
        // The lock is held over the read on purpose: whoever waits finds the list instead of reading it once more.
        let mut known = self.0.lock().await;
        known.refresh(services).await;
        match &known.list {
            Some(list) => !list.contain(request.source),
            None => {
                Log::warn("verify.unlisted").request(&request.id).write();
                false
            }
        }
    }
}

impl Known {
    /// Reads the list, unless that was done lately. What was known stays known if there is none to be had.
    async fn refresh(&mut self, services: &Services) {
        if services.clock.now() < self.next {
            return;
        }
        let read = timeout(WAIT, services.store().kakaos_addresses()).await;
        let why = match &read {
            Ok(Ok(Some(_))) => None,
            Ok(Ok(None)) => Some("none"),
            Ok(Err(error)) => Some(error.kind()),
            Err(_) => Some("late"),
        };
        let now = services.clock.now();
        self.next = now.plus(if why.is_none() { FRESH } else { AGAIN });
        if let Some(kind) = why {
            Log::warn("verify.no-addresses").kind(kind).write();
        }
        if let Ok(Ok(Some(stored))) = read {
            self.list = Some(stored.list);
        }
    }
}
