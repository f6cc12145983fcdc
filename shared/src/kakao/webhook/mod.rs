//! What Kakao tells a service by itself: a channel was added or blocked, a link has ended, an account has changed.
//! <https://developers.kakao.com/docs/latest/en/getting-started/callback>
//!
//! All of it is read and, but for the stand-in, none of it is written. A member of another type than documented counts as absent
//! and is kept as it came; only the ids are strict, because an id that was read wrongly is another person.

mod account;
mod channel;
mod unlink;

#[cfg(test)]
mod tests;

pub use account::{AccountClaims, AccountEvent, AccountEventKind, ISSUER, Subject};
pub use channel::{ChannelAction, ChannelEvent, ChannelIdType};
pub use unlink::{Referrer, UnlinkNotice};
