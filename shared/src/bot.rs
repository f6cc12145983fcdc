//! The seam: what a bot author writes against. One small trait per surface; a function links only the one it answers with.
//!
//! The return value is the answer; there is nothing to remember to call. A bot is a struct, a conversation is an enum, routing is
//! a `match`:
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use shared::bot::{Desk, Oops, Reply, Skills, Turn};
//! use shared::kakao::skill::{QuickReply, SkillResponse};
//!
//! struct Bot;
//!
//! /// Where a conversation stands. Kept between turns, for thirty minutes after the last word.
//! #[derive(Default, Serialize, Deserialize)]
//! enum Talk {
//!     #[default]
//!     Idle,
//!     AskedName,
//! }
//!
//! impl Skills for Bot {
//!     type Talk = Talk;
//!     type Job = String;
//!
//!     async fn reply(&self, turn: &Turn<'_, Talk>) -> Result<Reply<Talk, String>, Oops> {
//!         Ok(match (turn.talk(), turn.utterance()) {
//!             (Talk::AskedName, name) => Reply::text(format!("반가워요, {name} 님!")).talk(Talk::Idle),
//!             (_, "운세") => Reply::later("점을 치고 있어요…", "오늘의 운세".to_owned()),
//!             _ => Reply::from(SkillResponse::text("이름이 뭐예요?").quick_reply(QuickReply::message("운세", "운세")))
//!                 .talk(Talk::AskedName),
//!         })
//!     }
//!
//!     async fn work(&self, job: String, _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
//!         Ok(SkillResponse::text(format!("{job}: 맑음")))
//!     }
//! }
//! ```
//!
//! A bot that remembers nothing has `type Talk = ()` and never touches the table; one without slow work has `type Job = ()`.

mod channels;
mod consent;
mod desk;
mod form;
mod groups;
mod notices;
mod oops;
mod plugin;
mod reply;
mod sign_up;
mod sync;
mod turn;
mod visit;
pub mod work;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kakao::skill::{CheckRequest, CheckResponse, SkillResponse};

pub use desk::Desk;
pub use form::{Answers, Field, Form, Kind, MAX_ANSWER, Wrong};
pub use groups::{AddedPlace, Groups, JoinOutcome, MAX_NAME, MAX_PLACES, Menu};
pub use notices::{ChannelFriend, Notices};
pub use oops::Oops;
pub use reply::{Answer, REPEATS_WITHIN, REPEATS_WITHIN_MAX, Reply};
pub(crate) use sign_up::Extras;
pub use sign_up::{Applicant, Decision, REFUSED, SignUp, Trouble, Words};
pub use sync::{SyncOutcome, Synced};
pub use turn::Turn;
pub(crate) use visit::Visit;

pub use crate::store::Relation;
pub use crate::store::sign_up::{Consent, Member, Wish};

/// The words a person reads when nothing better can be said.
pub const SORRY: &str = "죄송해요, 지금은 답을 드리지 못했어요. 잠시 뒤에 다시 말씀해 주세요.";

/// The last word of a [`Reply::later`] whose work failed or would have come too late.
pub const TOO_LATE: &str = "죄송해요, 답을 제때 준비하지 못했어요. 한 번만 더 말씀해 주시겠어요?";

/// Follows what [`Desk::progress`] was told, if time ran out or the work failed before the rest.
pub const CUT_SHORT: &str = "(여기까지만 준비됐어요.)";

/// The answer to a copy of a turn ([`Reply::once`]) whose own answer was too long to be remembered.
pub const DONE_BEFORE: &str = "방금 하신 말씀은 이미 처리했어요.";

/// `POST /skill/{name}`: the conversations of a KakaoTalk channel.
pub trait Skills {
    /// Where the conversation stands: the author's enum. It is recalled before a turn and kept after it, with
    /// [`Skills::TALK_VERSION`] and for thirty minutes. `()` remembers nothing and costs nothing.
    type Talk: Default + Serialize + DeserializeOwned;

    /// Slow work as a value, so that another function can do it: see [`Reply::later`]. `()` if there is none.
    type Job: Serialize + DeserializeOwned;

    /// Raise it when [`Skills::Talk`] changes so that older talks no longer fit, and say in [`Skills::upgrade`] what becomes of them.
    const TALK_VERSION: u32 = 1;

    /// Answers one turn. It may be asked twice for one turn: if two turns of a person overlap, if a turn in a callback block ran
    /// out of time, and if the platform posts the request twice ([`Reply::once`]). So what it changes should be changed the same
    /// way twice.
    ///
    /// # Errors
    /// An [`Oops`] becomes an apology; nothing is kept.
    fn reply(&self, turn: &Turn<'_, Self::Talk>) -> impl Future<Output = Result<Reply<Self::Talk, Self::Job>, Oops>>;

    /// Does the slow work of a [`Reply::later`], somewhere else and at least once. What it returns is delivered once, within the
    /// callback's minute. If time runs out, what [`Desk::progress`] was told is delivered instead.
    ///
    /// # Errors
    /// An [`Oops`] becomes a polite last word.
    fn work(&self, job: Self::Job, desk: &Desk<'_>) -> impl Future<Output = Result<SkillResponse, Oops>>;

    /// A talk kept by an older version of the bot, as JSON. `None` starts the conversation over.
    fn upgrade(_version: u32, _talk: serde_json::Value) -> Option<Self::Talk> {
        None
    }

    /// What a person reads when something broke.
    fn sorry(&self) -> SkillResponse {
        SkillResponse::text(SORRY)
    }
}

/// `POST /skill-check/{name}`: is this parameter's value acceptable?
pub trait Checks {
    /// Accepts (perhaps in a tidier form), refuses with a message, or leaves the value alone. `name` is the last part of the URL.
    ///
    /// # Errors
    /// An [`Oops`] is answered as a technical failure: the platform then asks again.
    fn check(&self, name: &str, value: &CheckRequest) -> impl Future<Output = Result<CheckResponse, Oops>>;
}
