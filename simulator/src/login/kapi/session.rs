//! `POST /v1/user/unlink`, `POST /v1/user/logout`, `GET /v1/user/access_token_info` (protocol `sync` 5.2 to 5.4).

use serde_json::json;

use super::who;
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;

/// Ends the link with all consents and tokens. No webhook follows an unlink that the service asked for.
pub(crate) fn unlink(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    match who::either(&desk, asked, kakao.now()) {
        Ok(who) => {
            desk.unlink(who.user);
            Answer::ok(&json!({ "id": who.user }))
        }
        Err(error) => error.answer(),
    }
}

/// Ends this login, or with the admin key all of them; the link stays.
pub(crate) fn logout(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    match who::either(&desk, asked, kakao.now()) {
        Ok(who) => {
            match &who.login {
                Some((login, _)) => desk.tokens.end(login),
                None => desk.tokens.void(who.user),
            }
            Answer::ok(&json!({ "id": who.user }))
        }
        Err(error) => error.answer(),
    }
}

/// Whose token it is, of which app, and for how long.
pub(crate) fn token_info(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    match who::token(&desk, asked, kakao.now()) {
        Ok(who) => {
            let left = who.login.map_or(0, |(_, left)| left.as_secs());
            Answer::ok(&json!({ "id": who.user, "expires_in": left, "app_id": desk.app.app_id }))
        }
        Err(error) => error.answer(),
    }
}
