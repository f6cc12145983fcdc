//! Blocks: the parts of messages and modals.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/uxguide/>

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::cut::{cut, cut_line};
use super::{Action, Button, Input, Label, Select, TextBlock};
use crate::kakao::field::closed_debug;
use crate::kakao::limits::work::{DESCRIPTION_TERM_MAX, HEADER_MAX};
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;
use crate::kakao::skill::open::open_enum;

/// Declares the blocks: the variant, its `type` on the wire, and the conversion from the part.
macro_rules! blocks {
    ($($(#[$doc:meta])+ $part:ident = $word:literal,)+) => {
        /// One block.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Block {
            $($(#[$doc])+ $part($part),)+
            /// Of a type that is not known, or no object at all: kept as it came.
            Unknown(Value),
        }

        $(impl From<$part> for Block {
            fn from(part: $part) -> Self {
                Block::$part(part)
            }
        })+

        impl Block {
            /// `type`, if it is known.
            pub fn kind(&self) -> Option<&'static str> {
                match self {
                    $(Block::$part(_) => Some($word),)+
                    Block::Unknown(_) => None,
                }
            }

            fn read<E: Error>(kind: &str, rest: Map) -> Result<Self, E> {
                match kind {
                    $($word => part(rest).map(Block::$part),)+
                    _ => Ok(Block::Unknown(Value::Object(rest))),
                }
            }
        }

        impl Serialize for Block {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Block::$part(part) => Tagged { kind: $word, part }.serialize(serializer),)+
                    Block::Unknown(value) => value.serialize(serializer),
                }
            }
        }
    };
}

blocks! {
    /// A coloured title; first block only.
    Header = "header",
    /// A text.
    TextBlock = "text",
    /// A line.
    Divider = "divider",
    /// A picture.
    ImageLink = "image_link",
    /// A button.
    Button = "button",
    /// Two or three buttons side by side.
    ActionRow = "action",
    /// A term and what it means.
    Description = "description",
    /// A text with a picture at its right.
    Section = "section",
    /// Small print with an icon.
    Context = "context",
    /// Words of a modal.
    Label = "label",
    /// A line to fill in, of a modal.
    Input = "input",
    /// A choice, of a modal.
    Select = "select",
}

/// A block with its `type` in front: people read these.
#[derive(Serialize)]
struct Tagged<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    part: &'a T,
}

/// The members of a block besides its `type`. Parts are read generously, so this does not fail.
fn part<T: DeserializeOwned, E: Error>(mut members: Map) -> Result<T, E> {
    members.remove("type");
    T::deserialize(Value::Object(members)).map_err(E::custom)
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match (value["type"].as_str().map(str::to_owned), value) {
            (Some(kind), Value::Object(members)) => Self::read(&kind, members),
            (_, value) => Ok(Block::Unknown(value)),
        }
    }
}

/// What may stand in a message.
pub trait InMessage: Into<Block> {}
impl InMessage for TextBlock {}
impl InMessage for ImageLink {}
impl InMessage for Button {}
impl InMessage for ActionRow {}
impl InMessage for Description {}
impl InMessage for Section {}
impl InMessage for Context {}

/// A coloured title. [`Message::header`](super::Message::header) puts it where it belongs.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Header {
    /// One line of 1 to 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The colour. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<HeaderStyle>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `style` of a header.
    HeaderStyle {
        /// White.
        White = "white",
        /// Blue.
        Blue = "blue",
        /// Red.
        Red = "red",
        /// Yellow.
        Yellow = "yellow",
    }
}

/// A line between two blocks.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Divider {
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// A picture.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct ImageLink {
    /// Absolute, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// Buttons side by side.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct ActionRow {
    /// 2 or 3 buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements: Option<Vec<Block>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// A term and what it means.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// 1 to 10 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// A text block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Box<Block>>,
    /// Whether the term is bold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// A text with a picture at its right, which may be pressed.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// A text block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Box<Block>>,
    /// An image block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessory: Option<Box<Block>>,
    /// What happens when it is pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// Small print with an icon of 24 by 24 pixels.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Context {
    /// A text block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Box<Block>>,
    /// An image block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Box<Block>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Block, Header, Divider, ImageLink, ActionRow, Description, Section, Context);
generous!(Header { text = "text", style = "style" });
generous!(ImageLink { url = "url" });
generous!(ActionRow { elements = "elements" });
generous!(Description { term = "term", content = "content", accent = "accent" });
generous!(Section { content = "content", accessory = "accessory", action = "action" });
generous!(Context { content = "content", image = "image" });

impl Header {
    /// A title, on one line and cut to 20 characters.
    pub fn new(text: impl Into<String>, style: HeaderStyle) -> Self {
        Header { text: Some(cut_line(text, HEADER_MAX)), style: Some(style), rest: Map::new() }
    }
}

impl ImageLink {
    /// A picture from an http or https address.
    pub fn new(url: impl Into<String>) -> Self {
        ImageLink { url: Some(url.into()), rest: Map::new() }
    }
}

impl ActionRow {
    /// Two buttons side by side.
    pub fn two(left: Button, right: Button) -> Self {
        Self::of(vec![left.into(), right.into()])
    }

    /// Three buttons side by side.
    pub fn three(left: Button, middle: Button, right: Button) -> Self {
        Self::of(vec![left.into(), middle.into(), right.into()])
    }

    fn of(elements: Vec<Block>) -> Self {
        ActionRow { elements: Some(elements), rest: Map::new() }
    }
}

impl Description {
    /// A term, cut to 10 characters, and what it means.
    pub fn new(term: impl Into<String>, content: impl Into<TextBlock>) -> Self {
        let content = Some(Box::new(content.into().into()));
        Description { term: Some(cut(term, DESCRIPTION_TERM_MAX)), content, ..Self::default() }
    }

    /// With a bold term.
    pub fn accent(self) -> Self {
        Description { accent: Some(true), ..self }
    }
}

impl Section {
    /// A text.
    pub fn new(content: impl Into<TextBlock>) -> Self {
        Section { content: Some(Box::new(content.into().into())), ..Self::default() }
    }

    /// With a picture at its right.
    pub fn image(self, image: ImageLink) -> Self {
        Section { accessory: Some(Box::new(image.into())), ..self }
    }

    /// That can be pressed.
    pub fn action(self, action: Action) -> Self {
        Section { action: Some(action), ..self }
    }
}

impl Context {
    /// Small print and its icon.
    pub fn new(content: impl Into<TextBlock>, image: ImageLink) -> Self {
        let (content, image) = (content.into().into(), image.into());
        Context { content: Some(Box::new(content)), image: Some(Box::new(image)), rest: Map::new() }
    }
}
