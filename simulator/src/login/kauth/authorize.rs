//! `GET /oauth/authorize`: looks at the request, and goes as far as it can without asking the person (protocol `sync` 4.1).

use super::consent;
use super::koe::{self, Koe};
use crate::login::account;
use crate::login::answer::Answer;
use crate::login::asked::{Asked, Params, list};
use crate::login::code::Grant;
use crate::login::desk::Desk;
use crate::login::kakao::Kakao;
use crate::login::link::Link;
use crate::login::pending::Request;
use crate::login::wire::{SESSION, with_query};

/// What `prompt` asks for.
#[derive(Clone, Copy, Debug, Default)]
struct Prompt {
    /// Nothing may be shown.
    none: bool,
    /// Log in, even if somebody is logged in.
    login: bool,
}

/// Answers it.
pub(crate) fn answer(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let request = match read(&desk, &asked.query) {
        Ok(request) => request,
        Err(code) => return koe::find(code).map_or_else(Answer::dropped, Koe::page),
    };
    let prompt = prompt(asked.query.get("prompt"));
    let in_hand =
        request.resume.as_ref().and_then(|resume| desk.half_views.get(resume)).map(|half_view| half_view.user);
    let logged_in = asked.cookie(SESSION).and_then(|session| desk.sessions.get(session)).copied();
    let user = in_hand.or_else(|| logged_in.filter(|_| !prompt.login));
    match user {
        Some(user) => go_on(kakao, &mut desk, request, user, prompt.none),
        None if prompt.none => refuse(&request, "login_required", "user login required."),
        None => {
            let ticket = desk.waiting.put(request.clone(), None, kakao.now());
            consent::who(&request, &ticket)
        }
    }
}

/// The person is known: a code if they agreed to all of it before, otherwise the consent screen.
pub(crate) fn go_on(kakao: &Kakao, desk: &mut Desk, request: Request, user: u64, silent: bool) -> Answer {
    let linked = desk.links.get(&user);
    let complete = linked.is_some_and(|link| request.scopes.iter().all(|scope| link.has(scope)));
    if complete {
        return finish(kakao, desk, &request, user);
    }
    if silent {
        return refuse(&request, "consent_required", "user consent required.");
    }
    let (scopes, terms) = (asked_scopes(desk, &request, user), asked_terms(desk, &request, user));
    let ticket = desk.waiting.put(request.clone(), Some(user), kakao.now());
    let name = account::of(user).map_or("", |account| account.person.name);
    consent::what(&request, &ticket, name, &scopes, &terms, false)
}

/// The code, and back to the service.
pub(crate) fn finish(kakao: &Kakao, desk: &mut Desk, request: &Request, user: u64) -> Answer {
    let now = kakao.now();
    let grant = Grant {
        user,
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        openid: request.openid,
        nonce: request.nonce.clone(),
        challenge: request.challenge.clone(),
        auth_time: now,
    };
    let code = desk.codes.issue(grant, now);
    if let Some(half_view) = request.resume.as_ref().and_then(|resume| desk.half_views.get_mut(resume)) {
        half_view.agreed = true;
    }
    back(request, &[("code", &code)], "code")
}

/// Back to the service without a code.
pub(crate) fn refuse(request: &Request, error: &str, description: &str) -> Answer {
    back(request, &[("error", error), ("error_description", description)], error)
}

fn back(request: &Request, what: &[(&str, &str)], outcome: &str) -> Answer {
    let more = [("state", &request.state), ("continue", &request.resume)];
    let more = more.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let pairs: Vec<(&str, &str)> = what.iter().copied().chain(more).collect();
    Answer::redirect(&with_query(&request.redirect_uri, &pairs), outcome)
}

/// Consent items of the screen: at first all of the app, later those that are asked for.
pub(crate) fn asked_scopes(desk: &Desk, request: &Request, user: u64) -> Vec<crate::login::Scope> {
    let link = desk.links.get(&user);
    let open = |scope: &&crate::login::Scope| {
        link.is_none_or(|link| request.scopes.iter().any(|asked| asked == scope.id) && !link.has(scope.id))
    };
    desk.app.scopes.iter().filter(open).copied().collect()
}

/// Terms of the screen: on the first link only, and none unless a required one is among those that are asked for.
pub(crate) fn asked_terms(desk: &Desk, request: &Request, user: u64) -> Vec<crate::login::Term> {
    if desk.links.contains_key(&user) {
        return Vec::new();
    }
    let wanted = |tag: &str| request.terms.as_ref().is_none_or(|tags| tags.iter().any(|wanted| wanted == tag));
    let shown: Vec<_> = desk.app.terms.iter().filter(|term| wanted(term.tag)).copied().collect();
    if shown.iter().any(|term| term.required) { shown } else { Vec::new() }
}

/// What was ticked is written down. Whether it was enough: a required item that is missing keeps the screen open.
pub(crate) fn agree(kakao: &Kakao, desk: &mut Desk, request: &Request, user: u64, ticked: &Params, all: bool) -> bool {
    let (scopes, terms) = (asked_scopes(desk, request, user), asked_terms(desk, request, user));
    let has = |name: &str, id: &str| all || ticked.all(name).any(|value| value == id);
    let missing = scopes.iter().any(|scope| scope.required && !has("scope", scope.id))
        || terms.iter().any(|term| term.required && !has("term", term.tag));
    if missing {
        return false;
    }
    let now = kakao.now();
    let of = |ids: Vec<&'static str>, name: &str| -> Vec<String> {
        ids.into_iter().filter(|id| has(name, id)).map(str::to_owned).collect()
    };
    let scopes = of(scopes.iter().map(|scope| scope.id).collect(), "scope");
    let terms = of(terms.iter().map(|term| term.tag).collect(), "term");
    desk.links.entry(user).or_insert_with(|| Link::new(now)).agree(&scopes, &terms, now);
    true
}

/// The request, or the code of the page that Kakao shows instead.
fn read(desk: &Desk, query: &Params) -> Result<Request, &'static str> {
    let text = |name| query.get(name).map(str::to_owned);
    if query.repeats() {
        return Err("KOE001");
    }
    let client_id = text("client_id").filter(|id| desk.app.rest_api_keys.contains(id)).ok_or("KOE101")?;
    let redirect_uri = text("redirect_uri").filter(|uri| desk.app.redirect_uris.contains(uri)).ok_or("KOE006")?;
    if query.get("response_type") != Some("code") {
        return Err("KOE201");
    }
    let mut scopes = query.get("scope").map(list).unwrap_or_default();
    let openid = desk.app.oidc && scopes.iter().any(|scope| scope == "openid");
    scopes.retain(|scope| scope != "openid");
    if scopes.iter().any(|scope| desk.app.scope(scope).is_none()) {
        return Err("KOE205");
    }
    let channels = query.get("channel_public_id").map(list).unwrap_or_default();
    if channels.iter().any(|channel| !desk.app.channels.contains(channel)) {
        return Err("KOE102");
    }
    let challenge = text("code_challenge");
    // Whether Kakao takes PKCE is not known; the metadata lists S256 and nothing else.
    if challenge.is_some() && query.get("code_challenge_method") != Some("S256") {
        return Err("KOE001");
    }
    Ok(Request {
        client_id,
        redirect_uri,
        state: text("state"),
        nonce: text("nonce"),
        challenge,
        openid,
        scopes,
        terms: query.get("service_terms").map(list),
        resume: text("continue"),
        hint: text("login_hint"),
    })
}

fn prompt(text: Option<&str>) -> Prompt {
    let words = text.map(list).unwrap_or_default();
    let has = |word: &str| words.iter().any(|said| said == word);
    Prompt { none: has("none"), login: has("login") || has("select_account") || has("create") }
}
