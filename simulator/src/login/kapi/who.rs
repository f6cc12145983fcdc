//! For whom a call is made: the person of an access token, or the one whom the admin key names.

use std::time::Duration;

use super::error::{BAD_PARAMETER, EXPIRED_TOKEN, KapiError, NO_KEY, NO_TOKEN, NOT_LINKED};
use crate::login::asked::Asked;
use crate::login::desk::Desk;
use crate::login::token::NotGood;
use shared::clock::Millis;

/// A caller.
pub(crate) struct Who {
    pub(crate) user: u64,
    /// The login, if it is a token that speaks, and how long it still may.
    pub(crate) login: Option<(String, Duration)>,
}

/// With a token or the admin key.
pub(crate) fn either(desk: &Desk, asked: &Asked, now: Millis) -> Result<Who, KapiError> {
    if asked.authorization("KakaoAK").is_none() {
        return token(desk, asked, now);
    }
    admin(desk, asked)?;
    let user = match (asked.get("target_id_type"), asked.get("target_id")) {
        (Some("user_id"), Some(id)) => id.parse::<u64>().map_err(|_| BAD_PARAMETER)?,
        _ => return Err(BAD_PARAMETER),
    };
    if desk.links.contains_key(&user) { Ok(Who { user, login: None }) } else { Err(NOT_LINKED) }
}

/// With a token only.
pub(crate) fn token(desk: &Desk, asked: &Asked, now: Millis) -> Result<Who, KapiError> {
    let token = asked.authorization("Bearer").ok_or(NO_TOKEN)?;
    match desk.tokens.look(token, now) {
        Ok((login, left)) => Ok(Who { user: login.user, login: Some((login.id.clone(), left)) }),
        Err(NotGood::Unknown) => Err(NO_TOKEN),
        Err(NotGood::Expired) => Err(EXPIRED_TOKEN),
    }
}

/// With the admin key only.
pub(crate) fn admin(desk: &Desk, asked: &Asked) -> Result<(), KapiError> {
    let key = asked.authorization("KakaoAK").ok_or(NO_KEY)?;
    if desk.app.admin_keys.iter().any(|known| known == key) { Ok(()) } else { Err(NO_KEY) }
}

/// With the REST API key only.
pub(crate) fn app(desk: &Desk, asked: &Asked) -> Result<(), KapiError> {
    let key = asked.authorization("KakaoAK").ok_or(NO_KEY)?;
    if desk.app.rest_api_keys.iter().any(|known| known == key) { Ok(()) } else { Err(NO_KEY) }
}
