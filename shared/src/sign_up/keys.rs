//! What a clerk works with besides the table and Kakao: made from our own signing key.

use crate::app::Services;
use crate::secret::{NoSecret, Seal, Secret, SecretName};

/// The keys of a clerk.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Seals the person's token for the table.
    pub seal: Seal,
    /// Makes the ledger of erasures.
    pub ledger: Secret,
}

impl Keys {
    /// The keys of this deployment. A token that was sealed under a signing key that has gone since cannot be opened any more; its
    /// link is then undone with the admin key.
    ///
    /// # Errors
    /// [`NoSecret`] if the signing key is not to be had.
    pub async fn of(services: &Services) -> Result<Self, NoSecret> {
        let key = first(services, SecretName::TokenSigningKey).await?;
        let seal = Seal::derive(&key, "sign-up").ok_or(NoSecret::NotConfigured)?;
        Ok(Self { seal, ledger: key })
    }
}

/// The current value of a secret of the app, which is the same for every bot.
pub(super) async fn first(services: &Services, name: SecretName) -> Result<Secret, NoSecret> {
    services.secrets.values(name).await?.into_iter().next().ok_or(NoSecret::NotConfigured)
}
