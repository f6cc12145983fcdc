//! `kauth.kakao.com`: consent and tokens (protocol `sync` 4, 6).

pub(crate) mod authorize;
pub(crate) mod consent;
pub(crate) mod koe;
pub(crate) mod logout;
pub(crate) mod oidc;
pub(crate) mod token;
