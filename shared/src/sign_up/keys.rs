//! What a clerk works with besides the table and Kakao: made from our own signing key.

use crate::app::Services;
use crate::secret::{NoSecret, Seal, Secret, SecretName};

/// The keys of a clerk.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Seals the person's token for the table.
    pub seal: Seal,
    /// Seals what our pages hand from one to the next: [`super::Pass`].
    pub passes: Seal,
    /// Makes the ledger of erasures.
    pub ledger: Secret,
}

impl Keys {
    /// The keys of this deployment. While a signing key is being replaced, what the older one sealed still opens. A token whose key has
    /// gone altogether cannot be opened any more; its link is then undone with the admin key.
    ///
    /// # Errors
    /// [`NoSecret`] if the signing key is not to be had.
    pub async fn of(services: &Services) -> Result<Self, NoSecret> {
        let keys = services.secrets.values(SecretName::TokenSigningKey).await?;
        let (current, older) = keys.split_first().ok_or(NoSecret::NotConfigured)?;
        let seal = |purpose| Some(Seal::derive(current, purpose)?.with_older(older, purpose));
        let (Some(tokens), Some(passes)) = (seal("sign-up"), seal("pass")) else { return Err(NoSecret::NotConfigured) };
        Ok(Self { seal: tokens, passes, ledger: current.clone() })
    }
}

/// The current value of a secret of the app, which is the same for every bot.
pub(super) async fn first(services: &Services, name: SecretName) -> Result<Secret, NoSecret> {
    services.secrets.values(name).await?.into_iter().next().ok_or(NoSecret::NotConfigured)
}
