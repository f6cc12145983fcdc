//! Wire types of Kakao's services: what is read, what is written, and nothing that talks to a network.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide>
//!
//! Reading is generous and keeps what it does not know; writing is exact. Parsing and judging are two steps: a body
//! that breaks a limit still parses, [`limits`] says what is wrong with it, and [`fit`](mod@fit) mends what can be mended.

pub mod field;
pub mod fit;
pub mod id;
pub mod limits;
pub mod login;
mod parse;
pub mod skill;
pub mod sync;
pub mod webhook;
pub mod work;

pub use field::{Field, Loose};
pub use id::Id;
pub use parse::{Misfit, Why, parse};
