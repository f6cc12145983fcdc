//! A stand-in for everything around the functions, in one process on a laptop.
//!
//! ```text
//!  browser --- room ----> platform -- HTTP --> gateway --> functions --> table
//!                ^            ^                                            |
//!                '--- journal-'<-------------- outbox <------ stream ------'
//! ```
//!
//! Nothing is mocked between a function's handler and the database protocol: the gateway builds the event that AWS would build,
//! the functions answer it on their production path, and the table speaks DynamoDB. What is different is only who is outside.

mod event;
mod event_api;
mod filter;
mod function;
mod gateway;
mod half_view;
mod journal;
mod laptop;
pub mod login;
mod memory;
pub mod payload;
pub mod people;
mod platform;
mod random;
mod room;
mod stream;
mod table;
mod tasks;
mod template;
mod tokens;
pub mod verdict;
pub mod webhook;
mod work_api;

pub use laptop::{LOCAL_REST_API_KEY, LOCAL_SKILL_SECRET, Laptop, NotStarted, Options, surroundings};
