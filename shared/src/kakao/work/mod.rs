//! Kakao Work: what a bot says in a room ([`Message`]), the forms it opens ([`Modal`]), and what comes back ([`Callback`]).
//! <https://docs.kakaoi.ai/kakao_work/>
//!
//! Reading is generous, as everywhere: a member of another type than documented stays in `rest`, an unknown block stays what
//! it was. Whatever is built here is nested, wrapped and cut to fit; see [`Checked`](crate::kakao::limits::work::Checked) for the last step
//! before sending.

mod action;
mod api;
mod block;
mod button;
mod callback;
mod cut;
mod message;
mod modal;
mod modal_block;
mod text;

pub use action::{Action, ActionType};
pub use api::{
    BotInfo, BotStatus, Conversation, ConversationType, Department, ErrorCode, Identification, Member, SentMessage,
    Space,
};
pub use block::{ActionRow, Block, Context, Description, Divider, Header, HeaderStyle, ImageLink, InMessage, Section};
pub use button::{Button, ButtonStyle};
pub(crate) use callback::entered;
pub use callback::{Callback, CallbackKind, CallbackMessage};
pub use message::{Message, To};
pub use modal::{Modal, ModalAnswer};
pub use modal_block::{InModal, Input, Label, Select, SelectOption};
pub use text::{Color, Inline, InlineType, Mentioned, TextBlock};
