//! Trust: who may be listened to. A body can only be read from a [`Verified`] request.

mod elsewhere;

use serde::de::DeserializeOwned;

use crate::app::Services;
use crate::http::{Body, Request};
use crate::kakao;
use crate::kapi::secevent::{self, Expected, NotTaken, SecurityEvent};
use crate::log::Log;
use crate::secret::{Access, NoSecret, Secret, SecretName};
use crate::sign_up::{Keys as ClerkKeys, NoPass, Pass, Purpose};

pub use elsewhere::Published;
use elsewhere::is_from_elsewhere;

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

/// The channel and unlink callbacks: `Authorization: KakaoAK` and one of the app's admin keys (protocol `channel-and-webhooks` 1.1),
/// from an address that is allowed. Who is turned away does not learn for which of the two.
///
/// The address is looked at last: only who shows a good key from elsewhere is told of as that, because then either Kakao has moved
/// or the key is in strange hands, and somebody has to look. Strangers without a key cannot raise that alarm.
///
/// # Errors
/// [`Refused`] if the header is missing, holds more than one value, or the wrong one.
pub async fn admin_key(services: &Services, request: Request) -> Result<Verified, Refused> {
    let Some(presented) = request.header("authorization").and_then(admin_key_of) else {
        Log::warn("verify.refused").request(&request.id).why("header").write();
        return Err(Refused::NotTrusted);
    };
    let access = accepted(services, SecretName::KakaoAdminKeys, presented, &request.id).await?;
    if is_from_elsewhere(services, &request).await {
        Log::warn("verify.refused").request(&request.id).why("address").write();
        return Err(Refused::NotTrusted);
    }
    Ok(Verified { request, access })
}

/// The key in an `Authorization` header. The gateway joins two headers with a comma, which no key holds (threat T02).
fn admin_key_of(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    let one = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
    (scheme.eq_ignore_ascii_case("KakaoAK") && one).then_some(key)
}

/// Longest security event token that is looked at, in bytes.
const TOKEN_MAX: usize = 16 * 1024;

/// The account callback: no key is shown, the signature of what is told is the proof (protocol `channel-and-webhooks` 3.4, checks 1
/// to 7).
///
/// Its address is another matter: see [`tell_of_elsewhere`].
///
/// # Errors
/// [`NotTaken`]
pub async fn security_event(services: &Services, request: &Request) -> Result<SecurityEvent, NotTaken> {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/secevent+jwt") {
        return Err(NotTaken::Request("the content type is not application/secevent+jwt"));
    }
    let token = match &request.body {
        Body::Bytes(bytes) if bytes.len() <= TOKEN_MAX => std::str::from_utf8(bytes.trim_ascii()).ok(),
        Body::Bytes(_) | Body::BadBase64 => None,
    };
    let token = token.ok_or(NotTaken::Request("the body is no token of at most 16 KiB"))?;
    let name = SecretName::KakaoRestApiKey;
    match made_out_to(services, token, services.secrets.values(name).await).await {
        // A refusal is for good, and the REST API key may just have been replaced.
        Err(NotTaken::Audience) => {
            made_out_to(services, token, services.secrets.values_after_mismatch(name).await).await
        }
        told => told,
    }
}

/// A line in the log for an account callback from an address that is not allowed. It refuses nothing: a refusal is for good, and what
/// Kakao signed is Kakao's wherever it comes from. So nobody has to wait for it before they store what was told.
pub async fn tell_of_elsewhere(services: &Services, request: &Request) {
    if is_from_elsewhere(services, request).await {
        Log::warn("verify.elsewhere").request(&request.id).write();
    }
}

/// What a token tells, if it is made out to one of these REST API keys or to the app's number.
async fn made_out_to(
    services: &Services,
    token: &str,
    own: Result<Vec<Secret>, NoSecret>,
) -> Result<SecurityEvent, NotTaken> {
    let incomplete = matches!(own, Err(NoSecret::Unreachable));
    let own = own.unwrap_or_default();
    let app_id = services.env.callbacks.app_id.as_deref();
    let audiences: Vec<&str> = own.iter().map(Secret::reveal).chain(app_id).collect();
    let expected = Expected { audiences: &audiences, incomplete };
    let (env, now) = (&services.env, services.clock.now());
    secevent::verify(&services.account_event_keys, services.outbound(), env, now, token, expected).await
}

/// What a value opens, if it is one of the secret's. If it is not, the secret may just have been replaced.
async fn accepted(services: &Services, name: SecretName, presented: &str, request: &str) -> Result<Access, Refused> {
    let known = services.secrets.keys(name).await.map_err(Refused::CannotTell)?;
    let keys = if known.accept(presented) {
        known
    } else {
        services.secrets.keys_after_mismatch(name).await.map_err(Refused::CannotTell)?
    };
    if !keys.accept(presented) {
        Log::warn("verify.refused").request(request).write();
        return Err(Refused::NotTrusted);
    }
    Ok(keys.access(presented))
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
    let access = accepted(services, SecretName::SkillSecret, presented, &request.id).await?;
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
    accepted(services, SecretName::WorkPathSecret, &presented, &request.id).await?;
    Ok(Verified { request, access: Access::Bots(Vec::new()) })
}

/// A page of ours: whoever comes has the pass that the page before gave them, and only them. The keys that opened it come along: they
/// are newer than `keys` if the signing key was replaced meanwhile (fault F37).
///
/// # Errors
/// [`NoPass`] if there is none that opens this page.
pub async fn pass(
    services: &Services,
    keys: ClerkKeys,
    purpose: Purpose,
    request: Request,
) -> Result<(Verified, Pass, ClerkKeys), NoPass> {
    let read = |keys: &ClerkKeys| {
        let rules = services.env.continue_rules();
        Pass::read(&request.query, &keys.passes, purpose, &rules, services.clock.now())
    };
    let (pass, keys) = match read(&keys) {
        Ok(pass) => (pass, keys),
        Err(NoPass::Forged) => {
            let newer = ClerkKeys::after_mismatch(services).await.map_err(|_| NoPass::Forged)?;
            (read(&newer)?, newer)
        }
        Err(no_pass) => return Err(no_pass),
    };
    Ok((Verified { request, access: Access::Bots(Vec::new()) }, pass, keys))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t02_one_scheme_one_space_one_key() {
        for header in ["KakaoAK abc", "kakaoak abc", "KAKAOAK abc"] {
            assert_eq!(admin_key_of(header), Some("abc"), "{header}");
        }
        for header in [
            "",
            " ",
            "KakaoAK",
            "KakaoAK ",
            "KakaoAK  abc",
            " KakaoAK abc",
            "KakaoAK abc ",
            "KakaoAK\tabc",
            "KakaoAKabc",
            "Bearer abc",
            "abc",
            "KakaoAK abc,KakaoAK abc",
            "KakaoAK abc,",
            "KakaoAK abc, KakaoAK def",
            "KakaoAK abc def",
            "KakaoAK 한글",
            "KakaoAK a\0",
        ] {
            assert_eq!(admin_key_of(header), None, "{header:?}");
        }
    }
}
