//! The chatbot skill: `POST` of a [`SkillRequest`] by the platform, answered with a [`SkillResponse`] within 5 seconds.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! The parameter check ([`CheckRequest`], [`CheckResponse`]) is a second, smaller exchange of the same bot; in the third the
//! server speaks first: an event ([`EventRequest`]).

mod action;
mod basic_card;
mod button;
mod card;
mod carousel;
mod chat;
mod check;
mod commerce_card;
mod context;
mod event;
mod event_params;
mod flow;
pub(crate) mod generous;
mod intent;
mod item_card;
mod link;
mod list_card;
mod mention;
mod named;
pub(crate) mod open;
mod origin;
mod output;
mod profile;
mod quick_reply;
mod request;
mod response;
mod simple_image;
mod simple_text;
mod slots;
mod template;
mod text_card;
mod thumbnail;
mod user;
mod user_request;
mod value;

#[cfg(test)]
mod tests;

pub use action::{Action, DetailParam};
pub use basic_card::{BasicCard, Social};
pub use button::{Button, ButtonAction, ButtonLayout};
pub use carousel::{Carousel, CarouselHeader, CarouselItem, CarouselType};
pub use chat::{Chat, ChatProperties};
pub use check::{CheckRequest, CheckResponse, CheckStatus, CheckValue};
pub use commerce_card::CommerceCard;
pub use context::{Context, ContextControl, ContextParam, ContextValue};
pub use event::{
    Event, EventReply, EventRequest, EventStatus, EventUser, EventUserType, TaskFailure, TaskFailures, TaskResult,
    TaskStatus,
};
pub use flow::{Flow, Trigger, TriggerType};
pub use intent::Knowledge;
pub use item_card::{ImageTitle, Item, ItemCard, ItemHead, ItemListAlignment, ItemProfile, ItemSummary, ItemThumbnail};
pub use link::Link;
pub use list_card::{ListCard, ListItem};
pub use mention::Mention;
pub use named::Named;
pub use origin::Origin;
pub use output::Output;
pub use profile::Profile;
pub use quick_reply::QuickReply;
pub use request::SkillRequest;
pub use response::{SkillResponse, VERSION};
pub use simple_image::SimpleImage;
pub use simple_text::SimpleText;
pub use template::Template;
pub use text_card::TextCard;
pub use thumbnail::Thumbnail;
pub use user::{User, UserProperties};
pub use user_request::{Media, UserRequest};
pub(crate) use value::is_one_time_path;
pub use value::{
    CalendarType, FileUrl, Mentioned, Otp, Plugin, PluginValue, SecureImages, Slot, SysDate, SysNumber, SysOrdinal, Ymd,
};

/// A JSON object whose members have no fixed names.
pub type Map = serde_json::Map<String, serde_json::Value>;
