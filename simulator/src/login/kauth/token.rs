//! `POST /oauth/token`: a code or a refresh token becomes an access token (protocol `sync` 4.2, 4.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::koe;
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::desk::Desk;
use crate::login::id_token::Claims;
use crate::login::kakao::Kakao;
use crate::login::token::{ACCESS_FOR, Login, Pair, REFRESH_FOR};
use crate::login::{Fault, Flaw, account};
use crate::random;

/// Answers it. `fault`: one that changes the answer and not only delays it.
pub(crate) fn answer(kakao: &Kakao, asked: &Asked, fault: Option<Fault>) -> Answer {
    let mut desk = kakao.desk();
    let exchanged = match asked.form.get("grant_type") {
        // Who is asking comes first: a made-up code tells whether the key and the secret are good.
        Some("authorization_code") => known(&desk, asked).and_then(|()| of_code(kakao, &mut desk, asked)),
        Some("refresh_token") => known(&desk, asked).and_then(|()| of_refresh_token(kakao, &mut desk, asked)),
        _ => Err(Refused::Koe("KOE310")),
    };
    match exchanged {
        Ok(_) if fault == Some(Fault::UsedCode) => Refused::Koe("KOE320").answer(),
        Ok((login, pair)) => Answer::ok(&body(kakao, &desk, &login, &pair, fault)),
        Err(refused) => refused.answer(),
    }
}

enum Refused {
    Koe(&'static str),
    Words(&'static str, &'static str),
}

impl Refused {
    fn answer(&self) -> Answer {
        match self {
            Self::Koe(code) => koe::find(code).map_or_else(Answer::dropped, koe::Koe::answer),
            Self::Words(error, description) => koe::without_code(error, description),
        }
    }
}

fn known(desk: &Desk, asked: &Asked) -> Result<(), Refused> {
    let is_one_of =
        |name: &str, known: &[String]| asked.form.get(name).is_some_and(|given| known.iter().any(|one| one == given));
    if !is_one_of("client_id", &desk.app.rest_api_keys) {
        return Err(Refused::Koe("KOE101"));
    }
    if !desk.app.client_secrets.is_empty() && !is_one_of("client_secret", &desk.app.client_secrets) {
        return Err(Refused::Koe("KOE010"));
    }
    Ok(())
}

fn of_code(kakao: &Kakao, desk: &mut Desk, asked: &Asked) -> Result<(Login, Pair), Refused> {
    let now = kakao.now();
    let uri = asked.form.get("redirect_uri").unwrap_or_default();
    if !desk.app.redirect_uris.iter().any(|registered| registered == uri) {
        return Err(Refused::Koe("KOE303"));
    }
    let Some(code) = asked.form.get("code") else {
        return Err(Refused::Words("invalid_request", "code is missing"));
    };
    let grant = desk.codes.look(code, now).cloned().ok_or(Refused::Koe("KOE320"))?;
    if grant.redirect_uri != uri {
        return Err(Refused::Koe("KOE303"));
    }
    if Some(grant.client_id.as_str()) != asked.form.get("client_id") {
        return Err(Refused::Koe("KOE320"));
    }
    if let Some(challenge) = &grant.challenge {
        let verifier = asked.form.get("code_verifier").unwrap_or_default();
        let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
        if URL_SAFE_NO_PAD.encode(digest) != *challenge {
            return Err(Refused::Words("invalid_grant", "code_verifier does not match code_challenge"));
        }
    }
    desk.codes.spend(code);
    let login = Login {
        user: grant.user,
        client_id: grant.client_id,
        openid: grant.openid,
        nonce: grant.nonce,
        auth_time: grant.auth_time,
        id: random::hex::<8>(),
    };
    let pair = desk.tokens.issue(login.clone(), now);
    Ok((login, pair))
}

fn of_refresh_token(kakao: &Kakao, desk: &mut Desk, asked: &Asked) -> Result<(Login, Pair), Refused> {
    let token = asked.form.get("refresh_token").ok_or(Refused::Koe("KOE319"))?;
    desk.tokens.refresh(token, kakao.now()).ok_or(Refused::Koe("KOE322"))
}

fn body(kakao: &Kakao, desk: &Desk, login: &Login, pair: &Pair, fault: Option<Fault>) -> Value {
    let agreed = |scope: &str| desk.links.get(&login.user).is_some_and(|link| link.has(scope));
    let mut body = json!({
        "token_type": "bearer",
        "access_token": pair.access,
        "expires_in": ACCESS_FOR.as_secs(),
    });
    if let Some(refresh) = pair.refresh.as_ref().filter(|_| fault != Some(Fault::NoRefresh)) {
        body["refresh_token"] = json!(refresh);
        body["refresh_token_expires_in"] = json!(REFRESH_FOR.as_secs());
    }
    if fault != Some(Fault::NoScope) {
        let openid = login.openid.then_some("openid");
        let scopes = desk.app.scopes.iter().map(|scope| scope.id).filter(|id| agreed(id));
        body["scope"] = json!(openid.into_iter().chain(scopes).collect::<Vec<_>>().join(" "));
    }
    if login.openid {
        let flaw: Option<Flaw> = if let Some(Fault::IdToken(flaw)) = fault { Some(flaw) } else { None };
        let claims = Claims {
            issuer: &kakao.kauth_url(),
            audience: &login.client_id,
            subject: login.user,
            now: kakao.now(),
            lives: ACCESS_FOR.as_secs(),
            auth_time: login.auth_time,
            nonce: login.nonce.as_deref(),
            more: account::of(login.user).map(|account| account.claims(agreed)).unwrap_or_default(),
        };
        if let Some(token) = desk.signers.sign(&claims, flaw) {
            body["id_token"] = json!(token);
        }
    }
    body
}
