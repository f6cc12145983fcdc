//! `GET /v2/user/service_terms`, `POST /v2/user/revoke/service_terms`, `POST /v2/user/upgrade/service_terms` (protocol `sync` 5.6 to 5.8).

use serde_json::{Value, json};

use super::error::{BAD_PARAMETER, NO_TERMS, NOT_LINKED};
use super::who;
use crate::login::Term;
use crate::login::answer::Answer;
use crate::login::asked::{Asked, list};
use crate::login::kakao::Kakao;
use crate::login::link::{Agreed, Link};
use crate::login::wire::rfc3339;

/// The terms that were agreed to, or all of the app.
pub(crate) fn terms(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    let who = match who::either(&desk, asked, kakao.now()) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let Some(link) = desk.links.get(&who.user) else { return NOT_LINKED.answer() };
    let wanted = asked.get("tags").map(list);
    if wanted.iter().flatten().any(|tag| desk.app.term(tag).is_none()) {
        return NO_TERMS.answer();
    }
    let all = match asked.get("result") {
        None | Some("agreed_service_terms") => false,
        Some("app_service_terms") => true,
        Some(_) => return BAD_PARAMETER.answer(),
    };
    let shown = desk.app.terms.iter().filter(|term| {
        (all || link.terms.contains_key(term.tag))
            && wanted.as_ref().is_none_or(|tags| tags.iter().any(|tag| tag == term.tag))
    });
    let shown: Vec<Value> = shown.map(|term| document(term, link)).collect();
    Answer::ok(&json!({ "id": who.user, "service_terms": shown }))
}

fn document(term: &Term, link: &Link) -> Value {
    let agreed = link.terms.get(term.tag);
    let mut body = json!({
        "tag": term.tag,
        "required": term.required,
        "agreed": agreed.is_some(),
        "revocable": agreed.is_some() && term.revocable,
    });
    if let Some(agreed) = agreed {
        body["agreed_at"] = rfc3339(agreed.at).into();
        body["agreed_by"] = agreed.by.into();
    }
    body
}

/// Takes agreements back. What is not revocable, or was not agreed to, is left out of the answer.
pub(crate) fn revoke_terms(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let who = match who::token(&desk, asked, kakao.now()) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let Some(tags) = asked.form.get("tags").map(list) else { return BAD_PARAMETER.answer() };
    let revocable: Vec<String> =
        tags.into_iter().filter(|tag| desk.app.term(tag).is_some_and(|term| term.revocable)).collect();
    let Some(link) = desk.links.get_mut(&who.user) else { return NOT_LINKED.answer() };
    let revoked: Vec<Value> = revocable
        .iter()
        .filter(|tag| link.terms.remove(*tag).is_some())
        .map(|tag| json!({ "tag": tag, "agreed": false }))
        .collect();
    Answer::ok(&json!({ "id": who.user, "revoked_service_terms": revoked }))
}

/// Writes down agreements that were given inside of the service.
pub(crate) fn upgrade_terms(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let now = kakao.now();
    let who = match who::token(&desk, asked, now) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let Some(tags) = asked.form.get("tags").map(list) else { return BAD_PARAMETER.answer() };
    let known: Vec<String> = tags.into_iter().filter(|tag| desk.app.term(tag).is_some()).collect();
    let Some(link) = desk.links.get_mut(&who.user) else { return NOT_LINKED.answer() };
    let fresh: Vec<String> = known.into_iter().filter(|tag| !link.terms.contains_key(tag)).collect();
    link.terms.extend(fresh.iter().map(|tag| (tag.clone(), Agreed { at: now, by: "KAPI" })));
    let agreed: Vec<Value> = fresh
        .iter()
        .map(|tag| json!({ "tag": tag, "agreed": true, "agreed_at": rfc3339(now), "agreed_by": "KAPI" }))
        .collect();
    Answer::ok(&json!({ "id": who.user, "agreed_service_terms": agreed }))
}
