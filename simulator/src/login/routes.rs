//! Every address of the stand-in, and the one way through which each call goes: read, go wrong if that is planned, answer, write down.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, any, on, post};
use http::{HeaderValue, StatusCode, header};

use super::answer::Answer;
use super::asked::Asked;
use super::endpoint::{Endpoint, Side};
use super::fault::Fault;
use super::kakao::Kakao;
use super::kapi::error::{self as kapi_error, consent_missing};
use super::kauth::{authorize, consent, koe, logout, oidc, token};
use super::{console, kapi, talk_plugin};

/// All of them.
pub(crate) fn router(kakao: Kakao) -> Router {
    let mut router = Router::new();
    for endpoint in Endpoint::ALL {
        let spec = endpoint.spec();
        let filter = spec.methods.iter().filter_map(|method| match *method {
            "GET" => Some(MethodFilter::GET),
            "POST" => Some(MethodFilter::POST),
            _ => None,
        });
        let Some(filter) = filter.reduce(MethodFilter::or) else { continue };
        let handler = move |State(kakao): State<Kakao>, request: Request| call(kakao, endpoint, request);
        router = router.route(spec.path, on(filter, handler));
    }
    router
        .route(consent::LOGIN, post(async |state, request| person(state, request, consent::logged_in).await))
        .route(consent::CONSENT, post(async |state, request| person(state, request, consent::decided).await))
        // What nobody is at does not become the bot's business.
        .route("/kauth/{*path}", any(async || StatusCode::NOT_FOUND))
        .route("/kapi/{*path}", any(async || StatusCode::NOT_FOUND))
        .merge(console::routes())
        .with_state(kakao)
}

/// A page of the person's own was sent. Nothing goes wrong there: faults are for the service's calls.
async fn person(
    State(kakao): State<Kakao>,
    request: Request,
    handle: impl FnOnce(&Kakao, &Asked) -> Answer,
) -> Response {
    match Asked::read(request).await {
        Ok(asked) => {
            let answer = handle(&kakao, &asked);
            let status = answer.response.status().as_u16();
            kakao.calls.write(kakao.now(), Endpoint::Authorize, status, answer.outcome, None);
            answer.response
        }
        Err(status) => status.into_response(),
    }
}

async fn call(kakao: Kakao, endpoint: Endpoint, request: Request) -> Response {
    let asked = match Asked::read(request).await {
        Ok(asked) => asked,
        Err(status) => return status.into_response(),
    };
    let fault = kakao.faults.take(endpoint);
    tokio::time::sleep(fault.map_or_else(Default::default, Fault::delay)).await;
    let answer = match fault.and_then(|fault| instead(endpoint, fault)) {
        Some(answer) => answer,
        None => {
            let answer = handle(&kakao, endpoint, &asked, fault);
            if fault == Some(Fault::DropAfter) { Answer::dropped() } else { answer }
        }
    };
    let dropped = matches!(fault, Some(Fault::DropBefore | Fault::DropAfter));
    let status = if dropped { 0 } else { answer.response.status().as_u16() };
    kakao.calls.write(kakao.now(), endpoint, status, answer.outcome, fault);
    answer.response
}

/// What is answered in place of the right answer, with nothing done.
fn instead(endpoint: Endpoint, fault: Fault) -> Option<Answer> {
    let page = endpoint == Endpoint::Authorize || endpoint == Endpoint::KauthLogout;
    let answer = match fault {
        Fault::Koe(code) if page => koe::find(code)?.page(),
        Fault::Koe(code) => koe::find(code)?.answer(),
        Fault::Kapi(-402) => consent_missing("USER", &["account_email"], &["profile_nickname"]),
        Fault::Kapi(code) => kapi_error::find(code)?.answer(),
        Fault::Status(status) => with_status(endpoint, status),
        Fault::TooMany(seconds) => {
            let mut answer = with_status(endpoint, 429);
            answer.response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            answer
        }
        Fault::Html => words(StatusCode::OK, "html", "<!doctype html><title>Kakao</title><h1>점검 중</h1>"),
        Fault::Empty => words(StatusCode::OK, "empty", ""),
        Fault::DropBefore => Answer::dropped(),
        _ => return None,
    };
    Some(answer)
}

/// A status of this side's own, or of some gateway before it.
fn with_status(endpoint: Endpoint, status: u16) -> Answer {
    let number = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let own = match (endpoint.side(), status) {
        (Side::Kapi, 401) => Some(kapi_error::NO_TOKEN.answer()),
        (Side::Kapi, 429) => Some(kapi_error::QUOTA.answer()),
        (Side::Kauth, 401) => koe::find("KOE010").map(koe::Koe::answer),
        (Side::Kauth, 429) => koe::find("KOE237").map(koe::Koe::answer),
        _ => None,
    };
    let text = format!("<html><body><h1>{number}</h1></body></html>");
    own.unwrap_or_else(|| words(number, status.to_string(), &text))
}

fn words(status: StatusCode, outcome: impl Into<String>, text: &str) -> Answer {
    let response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text.to_owned()).into_response();
    Answer { response, outcome: outcome.into() }
}

fn handle(kakao: &Kakao, endpoint: Endpoint, asked: &Asked, fault: Option<Fault>) -> Answer {
    match endpoint {
        Endpoint::Authorize => authorize::answer(kakao, asked),
        Endpoint::Token => token::answer(kakao, asked, fault),
        Endpoint::KauthLogout => logout::answer(kakao, asked),
        Endpoint::OpenidConfiguration => oidc::metadata(kakao),
        Endpoint::Jwks => oidc::keys(kakao),
        Endpoint::Me => kapi::me(kakao, asked),
        Endpoint::Unlink => kapi::unlink(kakao, asked),
        Endpoint::Logout => kapi::logout(kakao, asked),
        Endpoint::AccessTokenInfo => kapi::token_info(kakao, asked),
        Endpoint::UserInfo => kapi::userinfo(kakao, asked),
        Endpoint::Scopes => kapi::scopes(kakao, asked),
        Endpoint::RevokeScopes => kapi::revoke_scopes(kakao, asked),
        Endpoint::ServiceTerms => kapi::terms(kakao, asked),
        Endpoint::RevokeServiceTerms => kapi::revoke_terms(kakao, asked),
        Endpoint::UpgradeServiceTerms => kapi::upgrade_terms(kakao, asked),
        Endpoint::ShippingAddress => kapi::addresses(kakao, asked),
        Endpoint::Ids => kapi::ids(kakao, asked),
        Endpoint::Channels => kapi::channels(kakao, asked),
        Endpoint::SystemIps => kapi::system_ips(kakao, asked),
        Endpoint::Otp => talk_plugin::redeem(kakao, asked),
    }
}
