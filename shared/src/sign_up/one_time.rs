//! Whose a one-time address of a plugin is: redeemed by one turn, and known to every other that carries it (protocol `sync` 2.1).

use std::fmt;
use std::time::Duration;

use crate::app::Services;
use crate::kakao::login::OtpProfile;
use crate::kapi::CallError;
use crate::kapi::otp::{NotVerified, OtpUrl, redeem};
use crate::log::Log;
use crate::secret::{Secret, SecretName};
use crate::store::{AppUser, OneTime, StoreError, hash};

/// How long, and how often in between, a turn looks whether another one has found out.
const WAIT: Duration = Duration::from_millis(1_000);
const LOOK: Duration = Duration::from_millis(100);

/// What came of a one-time address.
#[derive(Clone, Default)]
pub struct Redeemed {
    /// Whose it is.
    pub app: Option<AppUser>,
    /// What Kakao said, if it was redeemed just now: that is not kept anywhere.
    pub profile: Option<OtpProfile>,
}

impl fmt::Debug for Redeemed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redeemed(..)")
    }
}

/// Redeems an address unless somebody has: then whose it was, if that is known. Never an error: what cannot be found out is not known.
/// `bot` is in whose name, `turn` whose turn it is.
pub async fn redeem_once(services: &Services, url: &OtpUrl, bot: &str, turn: &str) -> Redeemed {
    let told = |kind: &str| Log::warn("sync.one-time").request(turn).kind(kind).write();
    // A turn that is taken again is another attempt: what the first one did is not known.
    let me = hash(&[turn, &services.clock.now().0.to_string()]);
    // The key first: without one nothing can be redeemed, and a claim would spend the address.
    let Ok(key) = services.secrets.value(SecretName::KakaoRestApiKey, bot).await else {
        told("no-key");
        return Redeemed::default();
    };
    let claimed = match services.store().claim_one_time(url.as_str(), &me, services.clock.now()).await {
        Ok(OneTime::Ours) => Box::pin(redeem_now(services, url, &key, &me)).await,
        Ok(OneTime::Working) => Box::pin(wait(services, url)).await,
        Ok(OneTime::Spent(app)) => Ok(Redeemed { app, profile: None }),
        Err(error) => Err(error.kind().to_owned()),
    };
    claimed.unwrap_or_else(|kind| {
        told(&kind);
        Redeemed::default()
    })
}

async fn redeem_now(services: &Services, url: &OtpUrl, key: &Secret, me: &str) -> Result<Redeemed, String> {
    let redeemed = Box::pin(redeem(services.outbound(), url, key.reveal())).await;
    let app = redeemed.as_ref().ok().and_then(|profile| AppUser::of(profile.app_user_id()?));
    let kept = match redeemed {
        // Nobody has seen the address: the next turn that carries it may have it.
        Err(NotVerified::Call(CallError::NotSent)) => {
            services.store().give_back_one_time(url.as_str(), me, services.clock.now()).await
        }
        _ => services.store().finish_one_time(url.as_str(), me, app.as_ref()).await,
    };
    if let Err(error) = kept {
        Log::warn("sync.one-time").kind(error.kind()).write(); // known here, and to nobody else
    }
    let profile = redeemed.map_err(|why| why.word().to_owned())?;
    Ok(Redeemed { app, profile: Some(profile) })
}

/// Another turn is at it: what it finds out is good for this one, too.
async fn wait(services: &Services, url: &OtpUrl) -> Result<Redeemed, String> {
    let look = async {
        loop {
            tokio::time::sleep(LOOK).await;
            if let OneTime::Spent(app) = services.store().one_time(url.as_str(), services.clock.now()).await? {
                return Ok::<_, StoreError>(app);
            }
        }
    };
    match tokio::time::timeout(WAIT, look).await {
        Ok(Ok(app)) => Ok(Redeemed { app, profile: None }),
        Ok(Err(error)) => Err(error.kind().to_owned()),
        Err(_) => Err("working".to_owned()),
    }
}
