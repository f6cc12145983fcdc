//! `GET /v2/user/scopes`, `POST /v2/user/revoke/scopes` (protocol `sync` 5.5).

use serde_json::{Value, json};

use super::error::BAD_PARAMETER;
use super::who;
use crate::login::answer::Answer;
use crate::login::asked::{Asked, list};
use crate::login::desk::Desk;
use crate::login::kakao::Kakao;

/// The items of the app, or those of `scopes`.
pub(crate) fn scopes(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    let wanted = asked.get("scopes").map(list);
    match who::either(&desk, asked, kakao.now()) {
        Ok(who) => Answer::ok(&document(&desk, who.user, wanted.as_deref())),
        Err(error) => error.answer(),
    }
}

/// Takes consents back. Which code a required item is refused with is not documented: here `-2`, and nothing is taken back.
pub(crate) fn revoke_scopes(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let who = match who::either(&desk, asked, kakao.now()) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let wanted = asked.form.get("scopes").map(list).unwrap_or_default();
    let revocable = |id: &String| desk.app.scope(id).is_some_and(|scope| !scope.required);
    if wanted.is_empty() || !wanted.iter().all(revocable) {
        return BAD_PARAMETER.answer();
    }
    if let Some(link) = desk.links.get_mut(&who.user) {
        link.scopes.retain(|scope| !wanted.contains(scope));
    }
    Answer::ok(&document(&desk, who.user, Some(&wanted)))
}

fn document(desk: &Desk, user: u64, wanted: Option<&[String]>) -> Value {
    let link = desk.links.get(&user);
    let items =
        desk.app.scopes.iter().filter(|scope| wanted.is_none_or(|wanted| wanted.iter().any(|id| id == scope.id)));
    let items = items.map(|scope| {
        let agreed = link.is_some_and(|link| link.has(scope.id));
        json!({
            "id": scope.id,
            "display_name": scope.name,
            "type": if scope.private { "PRIVACY" } else { "SERVICE" },
            "using": true,
            "delegated": false,
            "agreed": agreed,
            "revocable": agreed && !scope.required,
        })
    });
    json!({ "id": user, "scopes": items.collect::<Vec<_>>() })
}
