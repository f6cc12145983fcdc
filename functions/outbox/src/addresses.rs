//! Once a day Kakao is asked for its own addresses, and the callbacks find its answer in the table (protocol
//! `channel-and-webhooks` 1). Whatever is no whole list leaves there what was told before.

use std::time::Duration;

use serde_json::{Value, json};
use shared::app::Services;
use shared::clock::Millis;
use shared::env::{Addresses, CallbackAddresses};
use shared::kapi::{Failure, system};
use shared::log::Log;
use shared::sign_up;
use shared::store::StoreError;

/// How long a list is good. The schedule comes every hour, so that a day on which Kakao does not answer is an hour.
const DAY: Duration = Duration::from_secs(86_400);

/// How long Kakao may take.
const ANSWER: Duration = Duration::from_secs(3);

/// Asks, if the setting wants Kakao's list and the one that is there is a day old.
pub(crate) async fn renew(services: &Services, until: Millis) -> Value {
    if services.env.callbacks.addresses != CallbackAddresses::Kakaos {
        return json!({ "addresses": "off" });
    }
    let now = services.clock.now();
    match services.store().kakaos_addresses().await {
        Ok(Some(known)) if now < known.told.plus(DAY) => return json!({ "addresses": "fresh" }),
        Ok(_) | Err(StoreError::Undecodable(_)) => {}
        Err(error) => return kept(error.kind()),
    }
    let list = match ask(services, until).await {
        Ok(list) => list,
        Err(failure) => return kept(failure.word()),
    };
    match services.store().keep_kakaos_addresses(&list, now).await {
        Ok(true) => {
            Log::info("outbox.addresses").outcome("stored").count(list.count() as u64).write();
            json!({ "addresses": "stored", "count": list.count() })
        }
        Ok(false) => kept("newer"),
        Err(error) => kept(error.kind()),
    }
}

async fn ask(services: &Services, until: Millis) -> Result<Addresses, Failure> {
    let stop = until.min(services.clock.now().plus(ANSWER));
    let question = |key| async move {
        let left = stop.since(services.clock.now());
        system::ips(services.outbound(), &services.env, &key, left).await
    };
    sign_up::as_app(services, question).await
}

/// What was told before stays, if anything was.
fn kept(why: &str) -> Value {
    Log::error("outbox.addresses").outcome("kept").kind(why).write();
    json!({ "addresses": "kept" })
}
