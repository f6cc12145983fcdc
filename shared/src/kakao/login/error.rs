//! What the login server and the REST API answer instead of what was asked.
//! <https://developers.kakao.com/docs/latest/en/rest-api/error-code>

use serde_json::Value;

use super::advice::{Advice, UNKNOWN};
use super::message::message;
use super::{KapiCode, Koe};
use crate::kakao::field::Field;
use crate::kakao::skill::open::open_enum;

message! {
    /// Of `kauth.kakao.com`: `{"error":"invalid_grant","error_description":"…","error_code":"KOE320"}`.
    OauthError {
        /// The kind of error. Read it with [`OauthError::kind`].
        error: Value,
        /// For developers. May quote the request, so it belongs neither on a page nor in a log.
        error_description: Value,
        /// What it really is; old answers have none. Read it with [`OauthError::koe`].
        error_code: Value,
    }
}

open_enum! {
    /// `error`.
    OauthErrorKind {
        /// The request is malformed.
        InvalidRequest = "invalid_request",
        /// Key or client secret.
        InvalidClient = "invalid_client",
        /// Consent items.
        InvalidScope = "invalid_scope",
        /// The code, or the redirect URI.
        InvalidGrant = "invalid_grant",
        /// The ID token.
        InvalidToken = "invalid_token",
        /// Settings of the app.
        Misconfigured = "misconfigured",
        /// Not allowed.
        Unauthorized = "unauthorized",
        /// The person said no.
        AccessDenied = "access_denied",
        /// Without a screen nothing can be agreed to.
        ConsentRequired = "consent_required",
        /// Without a screen nobody can log in.
        LoginRequired = "login_required",
        /// Without a screen it does not go on.
        InteractionRequired = "interaction_required",
        /// A failure inside Kakao.
        ServerError = "server_error",
    }
}

impl OauthErrorKind {
    /// The word for a log; `other` for one that is not documented.
    pub fn word(&self) -> &str {
        if matches!(self, Self::Other(_)) { "other" } else { self.as_str() }
    }
}

impl OauthError {
    /// The kind of error.
    pub fn kind(&self) -> Option<OauthErrorKind> {
        self.error.words().map(OauthErrorKind::from)
    }

    /// What it really is.
    pub fn koe(&self) -> Option<Koe> {
        self.error_code.words().map(Koe::from)
    }

    /// Whether this is an error at all: it has a kind or a code.
    pub fn is_error(&self) -> bool {
        self.error.words().is_some() || self.error_code.words().is_some()
    }

    /// Cause and cure. Without a code the kind decides as far as it can.
    pub fn advice(&self) -> Advice {
        match (self.koe(), self.kind()) {
            (Some(koe), _) => koe.advice(),
            (None, Some(OauthErrorKind::InvalidClient)) => Koe::ClientSecret.advice(),
            (None, Some(OauthErrorKind::InvalidGrant)) => Koe::CodeSpent.advice(),
            (None, Some(OauthErrorKind::ServerError)) => Koe::Passing.advice(),
            _ => UNKNOWN,
        }
    }

    /// A word for a log: the code, else the kind.
    pub fn word(&self) -> String {
        let koe = self.koe().map(|koe| koe.word().to_owned());
        koe.or_else(|| Some(self.kind()?.word().to_owned())).unwrap_or_else(|| "none".to_owned())
    }
}

message! {
    /// Of `kapi.kakao.com`: `{"msg":"…","code":-401}`.
    KapiError {
        /// For developers.
        msg: Value,
        /// What it is. Read it with [`KapiError::code`].
        code: Value,
        /// With `-402`: the API that was called.
        api_type: Value,
        /// With `-402`: what the person would have to agree to. Read it with [`KapiError::required_scopes`].
        required_scopes: Value,
        /// With `-402`: what the person agreed to. Read it with [`KapiError::allowed_scopes`].
        allowed_scopes: Value,
    }
}

impl KapiError {
    /// What it is.
    pub fn code(&self) -> Option<KapiCode> {
        match self.code.get()? {
            Value::Number(number) => number.as_i64(),
            Value::String(digits) => digits.parse().ok(),
            _ => None,
        }
        .map(KapiCode::from)
    }

    /// What the person would have to agree to.
    pub fn required_scopes(&self) -> impl Iterator<Item = &str> {
        scopes(&self.required_scopes)
    }

    /// What the person agreed to.
    pub fn allowed_scopes(&self) -> impl Iterator<Item = &str> {
        scopes(&self.allowed_scopes)
    }
}

fn scopes(list: &Field<Value>) -> impl Iterator<Item = &str> {
    list.get().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
