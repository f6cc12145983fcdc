//! `template.outputs[]`: one bubble, `{"simpleText": {...}}`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{BasicCard, Carousel, CommerceCard, ItemCard, ListCard, Map, SimpleImage, SimpleText, TextCard};
use crate::kakao::field::closed_debug;

/// Declares the bubbles: the variant, its key on the wire, and the conversion from the card.
macro_rules! outputs {
    ($($(#[$doc:meta])+ $card:ident = $key:literal,)+) => {
        /// One bubble.
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "three bubbles at most; a box would only make them awkward to build")]
        pub enum Output {
            $($(#[$doc])+ $card($card),)+
            /// Not exactly one known bubble: kept as it came, without members that are `null`.
            Unknown(Map),
        }

        $(impl From<$card> for Output {
            fn from(card: $card) -> Self {
                Output::$card(card)
            }
        })+

        impl Output {
            /// Key of the bubble on the wire; `None` if it is not exactly one known bubble.
            pub fn key(&self) -> Option<&'static str> {
                match self {
                    $(Output::$card(_) => Some($key),)+
                    Output::Unknown(_) => None,
                }
            }

            /// Whether this is the key of a bubble.
            pub(crate) fn is_key(key: &str) -> bool {
                matches!(key, $($key)|+)
            }

            /// Reads the member `key`; `None` if it is `null`.
            fn read<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Option<Output>, A::Error> {
                let Some(value) = map.next_value::<Option<Value>>()? else { return Ok(None) };
                let known = match key {
                    $($key => $card::deserialize(&value).ok().map(Output::$card),)+
                    _ => None,
                };
                Ok(Some(known.unwrap_or_else(|| Output::Unknown(Map::from_iter([(key.to_owned(), value)])))))
            }
        }

        impl Serialize for Output {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Output::$card(card) => {
                        let mut map = serializer.serialize_map(Some(1))?;
                        map.serialize_entry($key, card)?;
                        map.end()
                    })+
                    Output::Unknown(map) => map.serialize(serializer),
                }
            }
        }
    };
}

outputs! {
    /// A text.
    SimpleText = "simpleText",
    /// A picture.
    SimpleImage = "simpleImage",
    /// Words with buttons.
    TextCard = "textCard",
    /// A picture with words and buttons.
    BasicCard = "basicCard",
    /// Something for sale.
    CommerceCard = "commerceCard",
    /// A list.
    ListCard = "listCard",
    /// A table.
    ItemCard = "itemCard",
    /// Cards side by side.
    Carousel = "carousel",
}

closed_debug!(Output);

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneKey;

        impl<'de> Visitor<'de> for OneKey {
            type Value = Output;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the name of a bubble as its only member")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Output, A::Error> {
                let mut found: Option<Output> = None;
                while let Some(key) = map.next_key::<String>()? {
                    let Some(next) = Output::read(&key, &mut map)? else { continue };
                    found = Some(match found {
                        None => next,
                        Some(before) => Output::Unknown(
                            before.into_map::<A::Error>()?.into_iter().chain(next.into_map()?).collect(),
                        ),
                    });
                }
                Ok(found.unwrap_or_else(|| Output::Unknown(Map::new())))
            }
        }

        deserializer.deserialize_map(OneKey)
    }
}

impl Output {
    /// The bubble as a plain object, for a body that has more than one in one place.
    fn into_map<E: Error>(self) -> Result<Map, E> {
        match self {
            Output::Unknown(map) => Ok(map),
            known => match serde_json::to_value(&known) {
                Ok(serde_json::Value::Object(map)) => Ok(map),
                _ => Err(E::custom("the bubble cannot be kept")),
            },
        }
    }
}
