//! A stand-in for Kakao Login and Kakao Sync: consent screen, tokens, user information, terms, unlinking, one-time profiles.
//!
//! ```text
//!  browser -- /kauth/oauth/authorize --> consent --> code --> redirect URI
//!  service -- /kauth/oauth/token ------> code once  --> token
//!  service -- /kapi/v2/user/me ... ----> what the person agreed to, and no more
//!  service -- /talk-plugin/otp/... ----> the profile, once
//!  tester  -- /kakao ------------------> who is linked, what was called, what is to go wrong
//!  service <- /channel/callback ... ---- what Kakao tells by itself, as the tester presses it at /kakao/callbacks
//! ```
//!
//! It says what Kakao is documented to say (protocol `sync`); where that is open, the choice stands in a comment. Everything is kept in
//! memory: who was linked on this laptop yesterday is not linked today.

mod account;
mod answer;
mod app;
pub(crate) mod asked;
mod callbacks;
mod calls;
mod code;
mod console;
mod desk;
mod endpoint;
mod fault;
mod flaw;
pub(crate) mod id_token;
mod kakao;
mod kapi;
mod kauth;
mod link;
mod otp;
pub(crate) mod page;
mod pending;
mod routes;
mod talk_plugin;
mod token;
pub(crate) mod wire;

pub use app::{App, LOCAL_ADMIN_KEY, LOCAL_APP_ID, LOCAL_CLIENT_SECRET, LOCAL_REST_API_KEY, Scope, Term};
pub use calls::Call;
pub use endpoint::Endpoint;
pub use fault::{Fault, NoSuchFault, Planned};
pub use flaw::Flaw;
pub use kakao::Kakao;
