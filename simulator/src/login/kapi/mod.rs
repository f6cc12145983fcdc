//! `kapi.kakao.com`: what the service asks about a person, and does for them (protocol `sync` 5).

mod addresses;
mod channels;
pub(crate) mod error;
mod ids;
mod me;
mod scopes;
mod session;
mod system_ips;
mod terms;
mod userinfo;
mod who;

pub(crate) use addresses::addresses;
pub(crate) use channels::channels;
pub(crate) use ids::ids;
pub(crate) use me::me;
pub(crate) use scopes::{revoke_scopes, scopes};
pub(crate) use session::{logout, token_info, unlink};
pub(crate) use system_ips::system_ips;
pub(crate) use terms::{revoke_terms, terms, upgrade_terms};
pub(crate) use userinfo::userinfo;
