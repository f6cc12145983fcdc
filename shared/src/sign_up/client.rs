//! Who we are to Kakao: the app's key, its client secret and its admin key. Each is read again once Kakao turns it away, because it may
//! have been replaced a moment ago (faults F15 and F37).

use crate::app::Services;
use crate::kapi::{CallError, Failure};
use crate::log::Log;
use crate::secret::{NoSecret, Secret, SecretName};

/// Who exchanges a code.
pub(super) struct Client {
    /// The REST API key.
    pub(super) id: Secret,
    /// An app may have none.
    pub(super) secret: Option<Secret>,
}

impl Client {
    /// The client of this deployment.
    pub(super) async fn of(services: &Services) -> Result<Self, NoSecret> {
        let id = first(services, SecretName::KakaoRestApiKey).await?;
        let secret = match first(services, SecretName::KakaoClientSecret).await {
            Ok(secret) => Some(secret),
            Err(NoSecret::NotConfigured) => None,
            // One that only cannot be read just now must not be left out.
            Err(NoSecret::Unreachable) => return Err(NoSecret::Unreachable),
        };
        Ok(Self { id, secret })
    }

    /// The client after Kakao turned this one away; `None` if nobody has changed anything.
    pub(super) async fn newer(&self, services: &Services) -> Option<Self> {
        let id = newer(services, SecretName::KakaoRestApiKey, &self.id).await;
        let secret = match &self.secret {
            Some(secret) => newer(services, SecretName::KakaoClientSecret, secret).await,
            None => None,
        };
        let changed = id.is_some() || secret.is_some();
        let (id, secret) = (id.unwrap_or_else(|| self.id.clone()), secret.or_else(|| self.secret.clone()));
        changed.then_some(Self { id, secret })
    }
}

/// Asks with the admin key, and once more if Kakao turned it away and there is a newer one.
///
/// # Errors
/// [`Failure`]: what Kakao said, or that it was not asked because no key is to be had.
pub async fn as_admin<T, Asked: Future<Output = Result<T, Failure>>>(
    services: &Services,
    ask: impl Fn(Secret) -> Asked,
) -> Result<T, Failure> {
    with(services, SecretName::KakaoAdminKeys, ask).await
}

/// As [`as_admin`], with the REST API key.
///
/// # Errors
/// Likewise.
pub async fn as_app<T, Asked: Future<Output = Result<T, Failure>>>(
    services: &Services,
    ask: impl Fn(Secret) -> Asked,
) -> Result<T, Failure> {
    with(services, SecretName::KakaoRestApiKey, ask).await
}

async fn with<T, Asked: Future<Output = Result<T, Failure>>>(
    services: &Services,
    name: SecretName,
    ask: impl Fn(Secret) -> Asked,
) -> Result<T, Failure> {
    let Ok(key) = first(services, name).await else { return Err(Failure::Call(CallError::NotSent)) };
    let told = match ask(key.clone()).await {
        Err(Failure::Key) => match newer(services, name, &key).await {
            Some(key) => ask(key).await,
            None => Err(Failure::Key),
        },
        told => told,
    };
    if matches!(told, Err(Failure::Key)) {
        Log::error("secret.refused").kind(name.as_str()).write();
    }
    told
}

/// The current value of a secret of the app, which is the same for every bot.
pub(super) async fn first(services: &Services, name: SecretName) -> Result<Secret, NoSecret> {
    services.secrets.values(name).await?.into_iter().next().ok_or(NoSecret::NotConfigured)
}

/// The current value after `refused` was turned away, if it is another by now.
async fn newer(services: &Services, name: SecretName, refused: &Secret) -> Option<Secret> {
    let values = services.secrets.values_after_refusal(name, refused).await.ok()?;
    values.into_iter().next().filter(|value| value.reveal() != refused.reveal())
}
