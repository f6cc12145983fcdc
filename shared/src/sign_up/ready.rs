//! What the functions of the sign-up need before the first request.

use crate::app::Services;
use crate::secret::SecretName;

/// Whether a function of the sign-up lacks one of these. Without its address the sign-up is off, which is nobody's mistake; and no
/// stranger shall set off an alarm by calling it.
pub fn lacks(services: &Services, secrets: &[SecretName]) -> bool {
    services.env.sync.redirect_uri.is_some() && !secrets.iter().all(|name| services.secrets.is_configured(*name))
}

/// Opens the way to the table and reads the secrets.
pub async fn warm(services: &Services, secrets: &[SecretName]) {
    services.store().warm().await;
    for name in secrets {
        let _ = services.secrets.values(*name).await; // what cannot be read now is read with the first request
    }
}
