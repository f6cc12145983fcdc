//! `GET /v1/system/ips`: the addresses of Kakao's own, asked for with the REST API key (protocol `channel-and-webhooks` 1).

use std::time::Duration;

use super::ask::Ask;
use super::{Failure, Outbound};
use crate::env::{Addresses, Env};
use crate::kakao::login::SystemIps;
use crate::secret::Secret;

/// From where Kakao may call. `left` is the time for everything, second try included.
///
/// # Errors
/// [`Failure`]; a list that cannot be believed as a whole ([`Addresses::published`]) is [`Failure::Nonsense`].
pub async fn ips(outbound: &Outbound, env: &Env, key: &Secret, left: Duration) -> Result<Addresses, Failure> {
    let ips: SystemIps = Ask::get(env, "/v1/system/ips").app(key)?.read(outbound, left).await?;
    ips.all().and_then(Addresses::published).ok_or(Failure::Nonsense)
}
