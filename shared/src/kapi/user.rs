//! The REST API of people: who they are, what they agreed to, and the end of their link (protocol `sync` 5).
//!
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
//!
//! Reading is tried twice if the first try met a passing trouble and there is time left; unlinking is tried once, because what is
//! not done here is done from the outbox. An answer about somebody else than was asked about is no answer.

use std::time::Duration;

use super::ask::Ask;
use super::{CallError, Failure, Outbound, form};
use crate::env::Env;
use crate::kakao::id::AppUserId;
use crate::kakao::login::{Channels, ServiceTerms, ShippingAddresses, TokenInfo, Unlinked, UserIds, UserMe, is_person};
use crate::secret::Secret;

/// How long unlinking may take.
const UNLINK: Duration = Duration::from_secs(2);

/// The most ids on one page.
const PAGE: u8 = 100;

/// In whose name, and about whom.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The person behind this access token, whoever it is.
    Token(&'a Secret),
    /// The person behind this access token, who must be this one.
    TokenOf(&'a Secret, &'a AppUserId),
    /// The app itself, about this person. Server only.
    Admin {
        /// An admin key.
        key: &'a Secret,
        /// Whom.
        target: &'a AppUserId,
    },
}

impl<'a> By<'a> {
    /// Who must be the one in the answer.
    const fn person(self) -> Option<&'a AppUserId> {
        match self {
            Self::Token(_) => None,
            Self::TokenOf(_, person) | Self::Admin { target: person, .. } => Some(person),
        }
    }
}

/// `GET /v2/user/me`: who the person is. `left` is the time for everything, second try included.
///
/// # Errors
/// [`Failure`]
pub async fn me(outbound: &Outbound, env: &Env, by: By<'_>, left: Duration) -> Result<UserMe, Failure> {
    let ask = Ask::get(env, "/v2/user/me").pair("secure_resource", "true").by(by)?;
    let me: UserMe = ask.read(outbound, left).await?;
    about(by.person(), me.id()).map(|()| me)
}

/// `GET /v1/user/access_token_info`: whose token it is, and of which app.
///
/// # Errors
/// [`Failure`]
pub async fn token_info(outbound: &Outbound, env: &Env, token: &Secret, left: Duration) -> Result<TokenInfo, Failure> {
    let ask = Ask::get(env, "/v1/user/access_token_info").by(By::Token(token))?;
    let info: TokenInfo = ask.read(outbound, left).await?;
    about(None, info.id()).map(|()| info)
}

/// `GET /v2/user/service_terms`: all terms of the app, and whether the person agrees to each. Left to itself Kakao names only those
/// that are agreed to, and a withdrawal could not be told from a term that is gone.
///
/// # Errors
/// [`Failure`]; an answer without any list is [`Failure::Nonsense`], because it is not the same as no consent.
pub async fn service_terms(
    outbound: &Outbound,
    env: &Env,
    by: By<'_>,
    left: Duration,
) -> Result<ServiceTerms, Failure> {
    let ask = Ask::get(env, "/v2/user/service_terms").pair("result", "app_service_terms").by(by)?;
    let terms: ServiceTerms = ask.read(outbound, left).await?;
    about(by.person(), terms.id())?;
    if terms.terms().is_none() { Err(Failure::Nonsense) } else { Ok(terms) }
}

/// `GET /v1/user/shipping_address`: the person's addresses, at most ten.
///
/// # Errors
/// [`Failure`]
pub async fn shipping_address(
    outbound: &Outbound,
    env: &Env,
    by: By<'_>,
    left: Duration,
) -> Result<ShippingAddresses, Failure> {
    let addresses: ShippingAddresses = Ask::get(env, "/v1/user/shipping_address").by(by)?.read(outbound, left).await?;
    about(by.person(), addresses.user_id()).map(|()| addresses)
}

/// `GET /v2/api/talk/channels`: which of the app's channels the person has added.
///
/// # Errors
/// [`Failure`]
pub async fn channels(outbound: &Outbound, env: &Env, by: By<'_>, left: Duration) -> Result<Channels, Failure> {
    let channels: Channels = Ask::get(env, "/v2/api/talk/channels").by(by)?.read(outbound, left).await?;
    about(by.person(), channels.user_id()).map(|()| channels)
}

/// `GET /v1/user/ids`: a page of everybody who is linked, in ascending order from `from_id` on; `limit` is at most 100. Kakao allows
/// a hundred such calls in a minute, and does not say whether `from_id` is on the page itself: it may come twice.
///
/// # Errors
/// [`Failure`]; a page without a list, or with anything in it that is no id, is [`Failure::Nonsense`].
pub async fn ids(
    outbound: &Outbound,
    env: &Env,
    key: &Secret,
    from_id: Option<&AppUserId>,
    limit: u8,
    left: Duration,
) -> Result<UserIds, Failure> {
    let limit = limit.clamp(1, PAGE).to_string();
    let ask = Ask::get(env, "/v1/user/ids").pair("limit", &limit).pair("order", "asc").app(key)?;
    let ask = from_id.into_iter().fold(ask, |ask, id| ask.pair("from_id", id.as_str()));
    let ids: UserIds = ask.read(outbound, left).await?;
    let complete = ids.elements.get().is_some_and(|all| all.iter().all(is_person));
    if complete { Ok(ids) } else { Err(Failure::Nonsense) }
}

/// How an unlink ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlink {
    /// The link is gone.
    Done,
    /// There was none (-101): the goal was reached before.
    WasNotLinked,
}

/// `POST /v1/user/unlink`: ends the link, withdraws all consents, voids all tokens. Tried once, for at most two seconds; may be
/// called again. Kakao does not tell our own webhook about it.
///
/// # Errors
/// [`Failure`]. After [`Failure::Key`] with a token the admin key may still do it.
pub async fn unlink(outbound: &Outbound, env: &Env, by: By<'_>) -> Result<Unlink, Failure> {
    let ask = Ask::post(env, "/v1/user/unlink").by(by)?;
    match ask.once::<Unlinked>(outbound, UNLINK).await {
        Ok(unlinked) => about(by.person(), unlinked.id()).map(|()| Unlink::Done),
        Err(Failure::NotLinked) => Ok(Unlink::WasNotLinked),
        Err(failure) => Err(failure),
    }
}

/// Whether an answer is about the person that was asked about, or about a person at all. Ids are compared as decimal text.
fn about(asked: Option<&AppUserId>, told: Option<&AppUserId>) -> Result<(), Failure> {
    let told = told.filter(|id| is_person(id)).ok_or(Failure::Nonsense)?;
    if asked.is_none_or(|asked| asked == told) { Ok(()) } else { Err(Failure::OtherPerson) }
}

impl<'a> Ask<'a> {
    fn by(self, by: By<'a>) -> Result<Self, Failure> {
        match by {
            By::Token(token) | By::TokenOf(token, _) => {
                let authorization = form::authorization("Bearer", token).ok_or(Failure::Key)?;
                Ok(self.authorized(authorization))
            }
            // An id that is none would ask about nobody, or about somebody else.
            By::Admin { target, .. } if !is_person(target) => Err(Failure::Call(CallError::BadRequest)),
            By::Admin { key, target } => {
                self.pair("target_id_type", "user_id").pair("target_id", target.as_str()).app(key)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f19_an_answer_is_about_the_one_who_was_asked_about() {
        let id = |text: &str| serde_json::from_str::<AppUserId>(text).expect("an id");
        let (number, text) = (id("18446744073709551615"), id(r#""18446744073709551615""#));
        assert_eq!(about(Some(&number), Some(&text)), Ok(()));
        assert_eq!(about(None, Some(&id("1"))), Ok(()));
        assert_eq!(about(Some(&number), Some(&id("18446744073709551614"))), Err(Failure::OtherPerson));
        for nobody in ["0", "-1", r#""""#, r#""01""#, r#""1e3""#, r#""18446744073709551616""#] {
            assert_eq!(about(None, Some(&id(nobody))), Err(Failure::Nonsense), "{nobody}");
        }
        assert_eq!(about(Some(&number), None), Err(Failure::Nonsense));
    }
}
