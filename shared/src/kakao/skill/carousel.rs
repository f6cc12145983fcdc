//! `carousel`: cards side by side.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::generous::{Generous, generous, take};
use super::open::open_enum;
use super::{BasicCard, CommerceCard, ItemCard, ListCard, Map, TextCard, Thumbnail};
use crate::kakao::field::closed_debug;

/// Cards of one type side by side: up to 10, list cards up to 5.
///
/// ```
/// use shared::kakao::skill::{BasicCard, Carousel, CarouselHeader, SkillResponse};
/// let card = Carousel::of_basic_cards(["https://example.com/1.png", "https://example.com/2.png"].map(BasicCard::new))
///     .header(CarouselHeader::new("메뉴", "골라 주세요.", "https://example.com/menu.png"));
/// # assert!(SkillResponse::new().output(card).checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Carousel {
    /// What the cards are. Required.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<CarouselType>,
    /// The cards. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<CarouselItem>>,
    /// A first page; not with text or list cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<CarouselHeader>,
    /// Has no effect in a carousel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwardable: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `carousel.type`.
    CarouselType {
        /// Text cards. Listed for the items and not for the type; accepted.
        TextCard = "textCard",
        /// Basic cards.
        BasicCard = "basicCard",
        /// Commerce cards.
        CommerceCard = "commerceCard",
        /// List cards.
        ListCard = "listCard",
        /// Item cards.
        ItemCard = "itemCard",
    }
}

/// One card of a carousel. On the wire it is the bare card; the type of the carousel says which.
#[derive(Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "ten cards at most; a box would only make them awkward to build")]
pub enum CarouselItem {
    /// A text card.
    TextCard(TextCard),
    /// A basic card.
    BasicCard(BasicCard),
    /// A commerce card.
    CommerceCard(CommerceCard),
    /// A list card.
    ListCard(ListCard),
    /// An item card.
    ItemCard(ItemCard),
    /// Something that is not what the carousel says, kept as it came.
    Unknown(Value),
}

/// `carousel.header`: the first page.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct CarouselHeader {
    /// At most 2 lines. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At most 3 lines. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Background; only its `imageUrl` counts. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Thumbnail>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Carousel, CarouselItem, CarouselHeader);
generous!(CarouselHeader { title = "title", description = "description", thumbnail = "thumbnail" });

impl CarouselHeader {
    /// A first page; all three are required.
    pub fn new(title: impl Into<String>, description: impl Into<String>, image_url: impl Into<String>) -> Self {
        CarouselHeader {
            title: Some(title.into()),
            description: Some(description.into()),
            thumbnail: Some(Thumbnail::new(image_url)),
            ..Self::default()
        }
    }
}

impl Carousel {
    fn of(kind: CarouselType, items: impl Iterator<Item = CarouselItem>) -> Self {
        Carousel { kind: Some(kind), items: Some(items.collect()), ..Self::default() }
    }

    /// Text cards.
    pub fn of_text_cards(cards: impl IntoIterator<Item = TextCard>) -> Self {
        Carousel::of(CarouselType::TextCard, cards.into_iter().map(CarouselItem::TextCard))
    }

    /// Basic cards; their pictures must be all square or all 2:1.
    pub fn of_basic_cards(cards: impl IntoIterator<Item = BasicCard>) -> Self {
        Carousel::of(CarouselType::BasicCard, cards.into_iter().map(CarouselItem::BasicCard))
    }

    /// Commerce cards; their pictures must be all square or all 2:1.
    pub fn of_commerce_cards(cards: impl IntoIterator<Item = CommerceCard>) -> Self {
        Carousel::of(CarouselType::CommerceCard, cards.into_iter().map(CarouselItem::CommerceCard))
    }

    /// List cards, at most 5 of up to 4 items.
    pub fn of_list_cards(cards: impl IntoIterator<Item = ListCard>) -> Self {
        Carousel::of(CarouselType::ListCard, cards.into_iter().map(CarouselItem::ListCard))
    }

    /// Item cards; all must use the same parts.
    pub fn of_item_cards(cards: impl IntoIterator<Item = ItemCard>) -> Self {
        Carousel::of(CarouselType::ItemCard, cards.into_iter().map(CarouselItem::ItemCard))
    }

    /// Sets the first page.
    pub fn header(mut self, header: CarouselHeader) -> Self {
        self.header = Some(header);
        self
    }
}

impl CarouselItem {
    /// Reads a card as what the carousel says it is. One that does not fit is kept and left to the limits.
    pub(crate) fn read(kind: Option<&CarouselType>, value: Value) -> Self {
        let card = match kind {
            Some(CarouselType::TextCard) => TextCard::deserialize(&value).map(CarouselItem::TextCard),
            Some(CarouselType::BasicCard) => BasicCard::deserialize(&value).map(CarouselItem::BasicCard),
            Some(CarouselType::CommerceCard) => CommerceCard::deserialize(&value).map(CarouselItem::CommerceCard),
            Some(CarouselType::ListCard) => ListCard::deserialize(&value).map(CarouselItem::ListCard),
            Some(CarouselType::ItemCard) => ItemCard::deserialize(&value).map(CarouselItem::ItemCard),
            Some(CarouselType::Other(_)) | None => return CarouselItem::Unknown(value),
        };
        card.unwrap_or(CarouselItem::Unknown(value))
    }
}

impl<'de> Deserialize<'de> for Carousel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut rest = Map::deserialize(deserializer)?;
        // First, wherever it stands: it says what the cards are.
        let kind: Option<CarouselType> = take(&mut rest, "type");
        let read = |items: Vec<Value>| items.into_iter().map(|item| CarouselItem::read(kind.as_ref(), item)).collect();
        let items = take(&mut rest, "items").map(read);
        let (header, forwardable) = (take(&mut rest, "header"), take(&mut rest, "forwardable"));
        Ok(Carousel { kind, items, header, forwardable, rest })
    }
}

impl Generous for Carousel {
    const MEMBERS: &'static [&'static str] = &["type", "items", "header", "forwardable"];

    fn rest(&self) -> &Map {
        &self.rest
    }
}
