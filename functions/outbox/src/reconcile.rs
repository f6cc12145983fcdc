//! Once a day our list of members is laid beside Kakao's, and how they stand to our channels beside what Kakao says of each. A schedule
//! wakes the function for one or the other; it walks on with the round for as long as it may.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::app::Services;
use shared::clock::Millis;
use shared::log::Log;
use shared::sign_up::{ChannelClerk, PACE, Repair, Rounds, Walk, walk};

use crate::member::Office;

/// What is reconciled: the schedule's own word, in `template.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// The members and Kakao's list of linked people.
    Members,
    /// The members' relations to our channels.
    Channels,
}

/// Walks on until `until`.
pub(crate) async fn reconcile(services: &Services, what: What, me: &str, until: Millis) -> Value {
    match what {
        What::Members => match Office::open_until(services, me, until).await {
            Some(office) => walk_on(&office.clerk()).await,
            None => json!({ "reconcile": null }),
        },
        What::Channels => walk_on(&ChannelClerk { services, me, until }).await,
    }
}

async fn walk_on<R: Rounds>(walker: &R) -> Value {
    let how = Walk { at_once: false, repair: Repair::Mend, pace: PACE };
    match walk(walker, how, |_, _| ()).await {
        Ok(walked) => match walked.tally() {
            Some(tally) => json!({ "reconcile": walked.word(), "tally": tally }),
            None => json!({ "reconcile": walked.word() }),
        },
        Err(error) => {
            Log::error("outbox.reconcile").kind(error.kind()).write();
            json!({ "reconcile": null })
        }
    }
}
