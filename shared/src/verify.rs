//! Trust: who may be listened to. A body can only be read from a [`Verified`] request.

use serde::de::DeserializeOwned;

use crate::app::Services;
use crate::http::{Body, Request};
use crate::kakao;
use crate::log::Log;
use crate::secret::{NoSecret, SecretName};

/// A request whose sender showed what was agreed. The only way to its body.
#[derive(Debug)]
pub struct Verified {
    request: Request,
}

/// Why a body cannot be had although the sender is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBody {
    /// Longer than the surface allows: bytes found.
    TooLarge(usize),
    /// Marked as base64, and it is not.
    BadBase64,
}

impl Verified {
    /// The bytes as they came, if there are at most `limit` of them.
    pub fn body(&self, limit: usize) -> Result<&[u8], NoBody> {
        match &self.request.body {
            Body::BadBase64 => Err(NoBody::BadBase64),
            Body::Bytes(bytes) if bytes.len() > limit => Err(NoBody::TooLarge(bytes.len())),
            Body::Bytes(bytes) => Ok(bytes),
        }
    }

    /// The body as a typed document of at most `limit` bytes. What cannot be read is one log line called `unreadable` that names
    /// the member, never its value.
    pub fn read<T: DeserializeOwned>(&self, limit: usize, unreadable: &'static str) -> Option<T> {
        let log = || Log::warn(unreadable).request(&self.request.id);
        let body = self.body(limit).map_err(|no_body| match no_body {
            NoBody::TooLarge(bytes) => log().why("too-large").count(bytes as u64).write(),
            NoBody::BadBase64 => log().why("base64").write(),
        });
        kakao::parse(body.ok()?).map_err(|misfit| log().why(misfit.why.word()).field(&misfit.path).write()).ok()
    }

    /// The rest of the request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}

/// Why a request is not listened to.
#[derive(Debug)]
pub enum Refused {
    /// The sender did not show an accepted secret.
    NotTrusted,
    /// The secret itself is out of reach: nobody can be trusted just now. The request is the sender's to repeat.
    CannotTell(NoSecret),
}

/// Whether [`skill_secret`] has anything to compare with. Nothing to compare with is a mistake, not an open door.
///
/// # Errors
/// What to do about it.
pub fn skill_secret_configured(services: &Services) -> Result<(), &'static str> {
    if services.env.skill_secret_check && !services.secrets.is_configured(SecretName::SkillSecret) {
        return Err("no SKILL_SECRET and no SECRETS_PREFIX: set one, or SKILL_SECRET_CHECK=off to let anybody in");
    }
    Ok(())
}

/// The skill and its parameter check: a header that the console was told to send along (protocol `skill` 2).
///
/// Kakao signs nothing; this header is all there is. Two values are accepted while one is being replaced.
///
/// # Errors
/// [`Refused`] if the header is missing, repeated or wrong.
pub async fn skill_secret(services: &Services, request: Request) -> Result<Verified, Refused> {
    if !services.env.skill_secret_check {
        return Ok(Verified { request });
    }
    let presented = request.header(&services.env.skill_secret_header).unwrap_or_default();
    let name = SecretName::SkillSecret;
    let known = services.secrets.keys(name).await.map_err(Refused::CannotTell)?;
    let trusted = known.accept(presented)
        || services.secrets.keys_after_mismatch(name).await.map_err(Refused::CannotTell)?.accept(presented);
    if trusted {
        Ok(Verified { request })
    } else {
        Log::warn("verify.refused").request(&request.id).write();
        Err(Refused::NotTrusted)
    }
}

/// The bot allow-list (`BOT_IDS`): a secret that got out does not open one bot to another's people (threat T07). `bot` is an id
/// without the development channel's `!`. An empty list lets every bot in that knows the secret.
pub fn is_known_bot(services: &Services, bot: &str) -> bool {
    services.env.bot_ids.is_empty() || services.env.bot_ids.iter().any(|known| known == bot)
}
