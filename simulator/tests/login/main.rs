//! The stand-in for Kakao Login over HTTP, as a service and a browser see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod authorize;
mod browser;
mod callbacks;
mod faults;
mod half_view;
mod kapi;
mod oidc;
mod token;
mod toy;
