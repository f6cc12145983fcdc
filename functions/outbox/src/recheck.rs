//! Kakao is asked how a person stands to a channel: two events of one second, one of the far future, or an open id that may be
//! somebody we know (protocol `channel-and-webhooks` 4.1, 5.1).

use std::time::Duration;

use shared::app::Services;
use shared::clock::Millis;
use shared::effect::Recheck;
use shared::kakao::id::AppUserId;
use shared::kakao::login::{Channel, Channels, Relation};
use shared::kapi::Failure;
use shared::kapi::user::{self, By};
use shared::log::Log;
use shared::sign_up;
use shared::store::{ChannelChange, ChannelId, ChannelUser, Outcome, StoreError};

/// How long the question may take.
const ANSWER: Duration = Duration::from_secs(3);

/// So long it may take until somebody whom only an open id names is a member: the channel is added in the course of the sign-up
/// itself, and the event may come before it has ended. Twice the time that a person has to answer our questions.
const SIGNING_UP: Duration = Duration::from_secs(30 * 60);

/// Asks, and writes down what Kakao says. `since`: when the question was put.
pub(crate) async fn carry_out(services: &Services, recheck: &Recheck, since: Millis, until: Millis) -> Outcome {
    let (word, outcome) = match ask(services, recheck, since, until).await {
        Ok(ended) => ended,
        Err(error) => {
            Log::error("outbox.recheck").outcome("store").kind(error.kind()).write();
            return Outcome::Again;
        }
    };
    Log::info("outbox.recheck").outcome(word).write();
    outcome
}

async fn ask(
    services: &Services,
    recheck: &Recheck,
    since: Millis,
    until: Millis,
) -> Result<(&'static str, Outcome), StoreError> {
    let (store, clock) = (services.store(), &services.clock);
    if recheck.candidate && store.member(&recheck.app).await?.is_none() {
        let signing_up = clock.now().since(since) < SIGNING_UP;
        return Ok(if signing_up { ("nobody-yet", Outcome::Again) } else { ("nobody", Outcome::Dropped) });
    }
    let Some(channel) = ChannelId::parse(&recheck.channel) else { return Ok(("unreadable", Outcome::Parked)) };
    let target = &AppUserId::new(recheck.app.as_str());
    let stop = until.min(clock.now().plus(ANSWER));
    let question = |key| async move {
        let left = stop.since(clock.now());
        user::channels(services.outbound(), &services.env, By::Admin { key: &key, target }, left).await
    };
    let channels = match sign_up::as_admin(services, question).await {
        Ok(channels) => channels,
        // Nobody may know this: neither we, nor anybody who asks again.
        Err(Failure::NotLinked) => return Ok(("not-linked", Outcome::Dropped)),
        Err(Failure::Consent(_)) => return Ok(("no-consent", Outcome::Dropped)),
        Err(failure) => {
            Log::warn("outbox.recheck").outcome("no-answer").kind(failure.word()).write();
            return Ok(("later", Outcome::Again));
        }
    };
    let Some((blocked, at)) = relation(&channels, &channel) else { return Ok(("none", Outcome::Done)) };
    let (who, delivery) = (ChannelUser::App(recheck.app.clone()), recheck.delivery.clone());
    let told = ChannelChange { who, channel, blocked, at, delivery };
    store.confirm_channel(&told, clock.now()).await?;
    Ok(("confirmed", Outcome::Done))
}

/// What Kakao says about this channel, if it says anything: without a time there is nothing to compare it with.
fn relation(channels: &Channels, wanted: &ChannelId) -> Option<(bool, Millis)> {
    let this = |channel: &&Channel| channel.public_id() == Some(wanted.as_str());
    let channel = channels.channels()?.find(this)?;
    let blocked = match channel.relation()? {
        Relation::Added => false,
        Relation::Blocked => true,
        _ => return None,
    };
    Some((blocked, channel.updated_at()?))
}
