//! `GET /oauth/logout`: the browser's session at Kakao ends; the service's tokens do not (protocol `sync` 4.4).

use http::{HeaderValue, header};

use super::koe::{self, Koe};
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;
use crate::login::wire::{SESSION, with_query};

/// Answers it. Logout redirect URIs are those of the login: a laptop has one list.
pub(crate) fn answer(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let refuse = |code| koe::find(code).map_or_else(Answer::dropped, Koe::page);
    let known = asked.query.get("client_id").is_some_and(|id| desk.app.rest_api_keys.iter().any(|key| key == id));
    if !known {
        return refuse("KOE101");
    }
    let registered = |uri: &&str| desk.app.redirect_uris.iter().any(|known| known == uri);
    let Some(uri) = asked.query.get("logout_redirect_uri").filter(registered) else { return refuse("KOE007") };
    if let Some(session) = asked.cookie(SESSION) {
        desk.sessions.remove(session);
    }
    let state: Vec<(&str, &str)> = asked.query.get("state").map(|state| ("state", state)).into_iter().collect();
    let mut answer = Answer::redirect(&with_query(uri, &state), "ok");
    let gone = format!("{SESSION}=; Path=/kauth; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(gone) = HeaderValue::from_str(&gone) {
        answer.response.headers_mut().insert(header::SET_COOKIE, gone);
    }
    answer
}
