//! The metadata and the keys of OpenID Connect (protocol `sync` 6).

use serde_json::json;

use crate::login::answer::Answer;
use crate::login::kakao::Kakao;

/// `GET /.well-known/openid-configuration`. The issuer is `KAUTH_URL`, as it is at Kakao.
pub(crate) fn metadata(kakao: &Kakao) -> Answer {
    let issuer = kakao.kauth_url();
    Answer::ok(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "userinfo_endpoint": format!("{}/v1/oidc/userinfo", kakao.kapi_url()),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "request_uri_parameter_supported": false,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["iss", "aud", "sub", "auth_time", "exp", "iat", "nonce", "nickname", "email"],
    }))
}

/// `GET /.well-known/jwks.json`
pub(crate) fn keys(kakao: &Kakao) -> Answer {
    Answer::ok(&kakao.desk().signers.published())
}
