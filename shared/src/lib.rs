//! The common crate of the bundle.
//!
//! Floors, bottom to top; no arrow runs back up:
//!
//! ```text
//! kakao (wire types), clock, log
//! http, env, kapi (calls we make), secret, store (the table)
//! app, verify
//! bot (the seam an author writes against), effect, converse, sign_up, endpoint, lambda
//! ```
//!
//! A bot author reads [`bot`]; a maintainer reads `functions/skill/src/lib.rs` first and follows the names down.

pub mod app;
pub mod bot;
pub mod clock;
pub mod converse;
pub mod effect;
pub mod endpoint;
pub mod env;
pub mod hear;
pub mod http;
pub mod kakao;
pub mod kapi;
pub mod lambda;
pub mod log;
pub mod secret;
pub mod sign_up;
pub mod store;
pub mod verify;
