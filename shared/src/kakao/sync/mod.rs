//! Kakao Sync: the browser that comes from the consent screen, and where it is sent back to.
//! <https://developers.kakao.com/docs/en/kakaosync/plugin>

mod continue_url;
mod query;

pub use continue_url::{ContinueRules, ContinueUrl, NotAllowed};
pub use query::{BadQuery, RedirectQuery};
