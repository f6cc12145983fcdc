//! The calls we make: to Kakao, and to the parameter store.
//!
//! Kakao's services are reached at the base URLs of [`crate::env`]; a stand-in takes their place by setting one variable.

mod address;
pub mod event;
mod outbound;
pub mod skill_callback;
pub mod ssm;

pub use outbound::{Answer, CallError, Outbound, Patience};
