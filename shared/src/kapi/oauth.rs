//! `POST /oauth/token`: an authorization code for a token, once (protocol `sync` 4.2); and the address where codes are given out (4.1).
//!
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#request-token>
//!
//! A code works once. If the answer is lost nobody knows whether it was used, so nothing here is sent twice.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::{Answer, CallError, Outbound, Patience, form};
use crate::env::Env;
use crate::kakao;
use crate::kakao::login::{OauthError, Token};
use crate::secret::Secret;

/// How much of the login server's time and talk is borne.
const PATIENCE: Patience = Patience { time: Duration::from_secs(2), bytes: 64 * 1_024 };

/// `GET /oauth/authorize`: where a browser is sent for a code. `more` are the parameters besides `client_id`, `redirect_uri` and
/// `response_type`.
pub fn authorize_url(env: &Env, client_id: &str, redirect_uri: &str, more: &[(&str, String)]) -> String {
    let mut pairs = vec![("client_id", client_id), ("redirect_uri", redirect_uri), ("response_type", "code")];
    pairs.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
    format!("{}/oauth/authorize?{}", env.kauth_url, form::encode(&pairs))
}

/// The `code_challenge` of a verifier, method `S256`. <https://www.rfc-editor.org/rfc/rfc7636#section-4.2>
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Exchanged {
    /// The code is used, and here is the token.
    Token(Box<Token>),
    /// The login server says no. Its error has a code, a cause and a cure.
    Refused(Box<OauthError>),
    /// The login server never saw the code: it may be sent again.
    NotSent,
    /// Nobody knows whether the code was used. It must not be sent again.
    Unknown,
}

impl Exchanged {
    /// A word for logs; the error's own code is [`OauthError::word`].
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Refused(_) => "refused",
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
        }
    }
}

/// Exchanges a code. `client_id` is the REST API key, `redirect_uri` the registered one without a query, `verifier` that of PKCE.
pub async fn exchange(
    outbound: &Outbound,
    env: &Env,
    client_id: &str,
    client_secret: Option<&Secret>,
    redirect_uri: &str,
    code: &str,
    verifier: Option<&str>,
) -> Exchanged {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("code", code),
    ];
    pairs.extend(client_secret.map(|secret| ("client_secret", secret.reveal())));
    pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    let request = http::Request::post(format!("{}/oauth/token", env.kauth_url))
        .header("content-type", form::TYPE)
        .header("accept", "application/json")
        .body(form::encode(&pairs).into_bytes());
    // A base that is no address is a mistake of the deployment; the code is as good as before.
    let Ok(request) = request else { return Exchanged::NotSent };
    match outbound.send(request, PATIENCE).await {
        Ok(answer) => outcome(&answer),
        Err(CallError::NotSent | CallError::BadRequest) => Exchanged::NotSent,
        Err(CallError::Unknown | CallError::TooLarge) => Exchanged::Unknown,
    }
}

/// The body decides, whatever the status says; without a readable one, and of a server in trouble, nobody knows anything.
fn outcome(answer: &Answer) -> Exchanged {
    if answer.status >= 500 {
        return Exchanged::Unknown;
    }
    match kakao::parse::<OauthError>(&answer.body) {
        Ok(error) if error.is_error() => return Exchanged::Refused(Box::new(error)),
        Ok(_) => {}
        Err(_) => return Exchanged::Unknown,
    }
    match kakao::parse::<Token>(&answer.body) {
        Ok(token) if answer.status == 200 && token.access_token().is_some() => Exchanged::Token(Box::new(token)),
        _ => Exchanged::Unknown,
    }
}

impl Token {
    /// The access token as the calls to the REST API want it.
    pub fn access(&self) -> Option<Secret> {
        self.access_token().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kakao::login::Koe;

    fn told(status: u16, body: &str) -> Exchanged {
        outcome(&Answer { status, retry_after: None, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn f19_the_body_decides() {
        let refused = r#"{"error":"invalid_grant","error_description":"x","error_code":"KOE320"}"#;
        for status in [200, 400, 401, 429] {
            let Exchanged::Refused(error) = told(status, refused) else { panic!("{status}") };
            assert_eq!(error.koe(), Some(Koe::CodeSpent));
        }
        let Exchanged::Refused(old) = told(401, r#"{"error":"invalid_client"}"#) else { panic!("no refusal") };
        assert_eq!((old.koe(), old.word()), (None, "invalid_client".to_owned()));
        assert!(old.advice().deployment);
        let Exchanged::Token(token) = told(200, r#"{"access_token":"t","refresh_token":null}"#) else {
            panic!("no token")
        };
        assert_eq!(token.access_token(), Some("t"));
    }

    #[test]
    fn f19_of_nonsense_nobody_knows_whether_the_code_was_used() {
        let refused = r#"{"error":"server_error","error_code":"KOE003"}"#;
        for (status, body) in [
            (200, ""),
            (200, "null"),
            (200, "{}"),
            (200, "<html>"),
            (200, r#"{"access_token":"#),
            (200, r#"{"access_token":""}"#),
            (200, r#"{"access_token":5}"#),
            (200, r#"{"access_token":null,"expires_in":1}"#),
            (200, r#"["access_token"]"#),
            (200, r#"{"access_token":"a","access_token":"b"}"#),
            (204, ""),
            (302, ""),
            (302, r#"{"access_token":"t"}"#),
            (400, ""),
            (401, "<html>"),
            (429, ""),
            (500, refused),
            (502, "<html>"),
            (503, r#"{"access_token":"t"}"#),
        ] {
            assert_eq!(told(status, body), Exchanged::Unknown, "{status} {body}");
        }
    }
}
