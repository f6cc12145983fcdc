//! What a clerk works with besides the table and Kakao: made from our own signing key.

use crate::app::Services;
use crate::secret::{NoSecret, Seal, Secret, SecretName};

use super::web_login::WebLogins;

/// The keys of a clerk.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Seals the person's token for the table.
    pub seal: Seal,
    /// Seals what our pages hand from one to the next: [`super::Pass`].
    pub passes: Seal,
    /// Signs the logins that begin with us.
    pub logins: WebLogins,
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
        Self::derive(&services.secrets.values(SecretName::TokenSigningKey).await?)
    }

    /// The keys after something could not be opened that looks like ours: read again unless that was done within the last minute. A
    /// sandbox beside this one may know a newer key already (fault F37).
    ///
    /// # Errors
    /// As [`Keys::of`].
    pub async fn after_mismatch(services: &Services) -> Result<Self, NoSecret> {
        Self::derive(&services.secrets.values_after_mismatch(SecretName::TokenSigningKey).await?)
    }

    fn derive(keys: &[Secret]) -> Result<Self, NoSecret> {
        let (current, older) = keys.split_first().ok_or(NoSecret::NotConfigured)?;
        let seal = |purpose| Some(Seal::derive(current, purpose)?.with_older(older, purpose));
        let (Some(tokens), Some(passes)) = (seal("sign-up"), seal("pass")) else { return Err(NoSecret::NotConfigured) };
        Ok(Self { seal: tokens, passes, logins: WebLogins::derive(keys), ledger: current.clone() })
    }
}
