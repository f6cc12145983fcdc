//! The calls we make: to Kakao, and to the parameter store.
//!
//! Kakao's services are reached at the base URLs of [`crate::env`]; a stand-in takes their place by setting one variable.

mod address;
mod ask;
pub mod event;
mod failure;
mod form;
mod jws;
mod keys;
pub mod oauth;
pub mod oidc;
pub mod otp;
mod outbound;
pub mod secevent;
pub mod skill_callback;
pub mod ssm;
pub mod system;
mod twins;
pub mod user;
pub mod work;

pub use failure::Failure;
pub use outbound::{Answer, CallError, Outbound, Patience};
