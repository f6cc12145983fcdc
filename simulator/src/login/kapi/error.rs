//! The errors of kapi: `{"msg","code"}` (protocol `sync` 7.1, 7.3).

use serde_json::{Value, json};

use crate::login::answer::Answer;

/// One error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KapiError {
    pub(crate) code: i32,
    status: u16,
    msg: &'static str,
}

const fn error(code: i32, status: u16, msg: &'static str) -> KapiError {
    KapiError { code, status, msg }
}

pub(crate) const BAD_PARAMETER: KapiError = error(-2, 400, "invalid parameter");
pub(crate) const NO_TERMS: KapiError =
    error(-2, 400, "There is no tags to get service terms. Check the tags parameter.");
pub(crate) const QUOTA: KapiError = error(-10, 429, "API limit has been exceeded.");
pub(crate) const NOT_LINKED: KapiError = error(-101, 400, "NotRegisteredUserException");
pub(crate) const NO_TOKEN: KapiError = error(-401, 401, "this access token does not exist");
pub(crate) const EXPIRED_TOKEN: KapiError = error(-401, 401, "this access token is already expired");
pub(crate) const NO_KEY: KapiError = error(-401, 401, "invalid app key.");

/// The rest of the table: an app cannot bring these about, only a fault can.
const OTHERS: [KapiError; 18] = [
    error(-1, 400, "internal error"),
    error(-3, 403, "this feature is not set up"),
    error(-4, 403, "this account is blocked"),
    error(-5, 403, "no permission"),
    error(-7, 400, "under maintenance"),
    error(-8, 400, "bad header"),
    error(-9, 400, "this API has ended"),
    error(-12, 403, "this app is suspended"),
    error(-102, 400, "already registered"),
    error(-103, 400, "dormant or missing account"),
    error(-201, 400, "no such property key"),
    error(-301, 400, "no such app"),
    error(-405, 401, "age check is needed"),
    error(-406, 401, "under the age limit"),
    error(-501, 400, "given account is not connected to any talk user."),
    error(-603, 400, "internal timeout"),
    error(-903, 400, "no such developer"),
    error(-9798, 503, "under maintenance"),
];

fn known() -> impl Iterator<Item = KapiError> {
    [BAD_PARAMETER, QUOTA, NOT_LINKED, NO_TOKEN].into_iter().chain(OTHERS)
}

/// The error of this code; `-402` is [`consent_missing`].
pub(crate) fn find(code: i32) -> Option<KapiError> {
    known().find(|error| error.code == code)
}

/// Every code that an answer may have.
pub(crate) fn codes() -> impl Iterator<Item = i32> {
    known().map(|error| error.code).chain([CONSENT_MISSING])
}

impl KapiError {
    pub(crate) fn answer(self) -> Answer {
        Answer::json(self.status, self.code.to_string(), &json!({ "msg": self.msg, "code": self.code }))
    }
}

/// The person has not agreed to what was asked for.
const CONSENT_MISSING: i32 = -402;

/// `-402`: what was asked for needs a consent that the person has not given.
pub(crate) fn consent_missing(api_type: &str, required: &[&str], allowed: &[&str]) -> Answer {
    let body: Value = json!({
        "msg": "insufficient scopes.",
        "code": CONSENT_MISSING,
        "api_type": api_type,
        "required_scopes": required,
        "allowed_scopes": allowed,
    });
    Answer::json(403, "-402", &body)
}
