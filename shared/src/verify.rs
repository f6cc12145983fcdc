//! Trust: who may be listened to. A body can only be read from a [`Verified`] request.

use serde::de::DeserializeOwned;

use crate::app::Services;
use crate::http::{Body, Request};
use crate::kakao;
use crate::log::Log;
use crate::secret::{Access, NoSecret, Seal, SecretName};
use crate::sign_up::{NoPass, Pass, Purpose};

/// A request whose sender showed what was agreed. The only way to its body.
#[derive(Debug)]
pub struct Verified {
    request: Request,
    access: Access,
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
        return Ok(Verified { request, access: Access::Everything });
    }
    let presented = request.header(&services.env.skill_secret_header).unwrap_or_default();
    let name = SecretName::SkillSecret;
    let known = services.secrets.keys(name).await.map_err(Refused::CannotTell)?;
    let keys = if known.accept(presented) {
        known
    } else {
        services.secrets.keys_after_mismatch(name).await.map_err(Refused::CannotTell)?
    };
    if !keys.accept(presented) {
        Log::warn("verify.refused").request(&request.id).write();
        return Err(Refused::NotTrusted);
    }
    let access = keys.access(presented);
    Ok(Verified { request, access })
}

/// Kakao Work: the secret is the last part of the path, or `token` in the query. Kakao Work calls the address as it was registered and
/// signs nothing. Two values are accepted while one is being replaced. Neither path nor query is ever logged.
///
/// # Errors
/// [`Refused`] if the secret is missing or wrong.
pub async fn work_secret(services: &Services, request: Request, in_path: Option<&str>) -> Result<Verified, Refused> {
    let in_query = || form_urlencoded::parse(request.query.as_bytes()).find(|(name, _)| name == "token");
    let presented = match in_path {
        Some(secret) => secret.to_owned(),
        None => in_query().map(|(_, secret)| secret.into_owned()).unwrap_or_default(),
    };
    let name = SecretName::WorkPathSecret;
    let known = services.secrets.keys(name).await.map_err(Refused::CannotTell)?;
    let keys = if known.accept(&presented) {
        known
    } else {
        services.secrets.keys_after_mismatch(name).await.map_err(Refused::CannotTell)?
    };
    if !keys.accept(&presented) {
        Log::warn("verify.refused").request(&request.id).write();
        return Err(Refused::NotTrusted);
    }
    Ok(Verified { request, access: Access::Bots(Vec::new()) })
}

/// A page of ours: whoever comes has the pass that the page before gave them, and only them.
///
/// # Errors
/// [`NoPass`] if there is none that opens this page.
pub fn pass(services: &Services, seal: &Seal, purpose: Purpose, request: Request) -> Result<(Verified, Pass), NoPass> {
    let pass = Pass::read(&request.query, seal, purpose, &services.env.continue_rules(), services.clock.now())?;
    Ok((Verified { request, access: Access::Bots(Vec::new()) }, pass))
}

/// Whether `bot`, an id without the development channel's `!`, may speak: it is listed in `BOT_IDS` (an empty list lets every bot
/// in), and the value shown is its own or everybody's. So a secret that got out does not open one bot to another's people (threat
/// T07).
pub fn is_known_bot(services: &Services, verified: &Verified, bot: &str) -> bool {
    let known = services.env.bot(bot);
    let listed = services.env.bots.is_empty() || known.is_some();
    let opened = match &verified.access {
        Access::Everything => true,
        Access::Bots(bots) => bots.iter().any(|name| name == bot || known.is_some_and(|known| known.is_called(name))),
    };
    listed && opened
}
