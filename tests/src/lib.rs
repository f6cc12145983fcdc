//! What the whole-app tests stand on: real HTTP, a real DynamoDB protocol, and stand-ins for what is not ours.
//!
//! | module | stands in for |
//! |---|---|
//! | [`table`] | DynamoDB: an emulator that speaks its protocol |
//! | [`faults`] | a bad day at DynamoDB: a proxy that delays, cuts and refuses |
//! | [`platform`] | Kakao's bot platform: takes callbacks, well or badly |
//! | `browser` | a person's browser: Chromium (feature `browser`) |
//! | [`login`] | Kakao's login server, REST API and plugin server |
//! | [`kakao_wire`] | a bad day at Kakao: a proxy before the simulator's stand-in |
//! | [`sync`] | a browser on its way through the sign-up's functions |
//! | [`payloads`] | somebody who wants a script of theirs in our pages |
//! | [`parameters`] | the SSM parameter store |
//! | [`sign_up`] | the functions around a sign-up: a store, a clock, an outbox driven by hand |
//! | [`tiny_kakao`] | Kakao, as far as a sign-up needs it |
//! | [`webhooks`] | Kakao, when it calls by itself |
//! | [`work`] | Kakao Work's Web API: records what a bot says, well or badly |
//! | [`runtime_api`] | Lambda's Runtime API, under which a built `bootstrap` runs |
//! | [`mutations`] | a Kakao that has changed one thing about what it sends |
//! | [`log`] | whoever reads what a function has logged |
//! | [`events`] | `events/`: real requests and our exact replies |

#[cfg(feature = "browser")]
pub mod browser;
pub mod events;
pub mod faults;
pub mod kakao_wire;
pub mod log;
pub mod login;
pub mod mutations;
pub mod parameters;
pub mod payloads;
pub mod platform;
pub mod runtime_api;
pub mod sign_up;
pub mod sync;
pub mod table;
pub mod tiny_kakao;
pub mod webhooks;
pub mod work;
