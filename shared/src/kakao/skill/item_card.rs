//! `itemCard`: a receipt, a ticket, a table of names and values.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::generous::{generous, optional};
use super::open::open_enum;
use super::{Button, ButtonLayout, Link, Map};
use crate::kakao::field::closed_debug;

/// A table of names and values with a head, a picture and a sum.
///
/// ```
/// use shared::kakao::skill::{ItemCard, SkillResponse};
/// let card = ItemCard::new().head("주문 내역").item("메뉴", "김밥").summary("합계", "4,000원");
/// # assert!(SkillResponse::new().output(card).checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemCard {
    /// The picture: 2:1 or 1:1; 2:1 in a carousel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<ItemThumbnail>,
    /// A headline. Not together with `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<ItemHead>,
    /// Who speaks. Not together with `head`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<ItemProfile>,
    /// A line beside a small picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_title: Option<ImageTitle>,
    /// The table: up to 10 lines, 5 in a carousel. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_list: Option<Vec<Item>>,
    /// Where the values stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_list_alignment: Option<ItemListAlignment>,
    /// The sum under the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_list_summary: Option<ItemSummary>,
    /// Title under the table; required if there is a description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Text under the table; with the title up to 200 characters and 12 lines, 100 characters in a carousel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At most 2 side by side or 3 one under the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<Button>>,
    /// Direction of the buttons; without it the picture decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_layout: Option<ButtonLayout>,
    /// Whether the bubble shows the forward icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwardable: Option<bool>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `itemCard.thumbnail`.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemThumbnail {
    /// Address of the picture. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// What a screen reader says, up to 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_text: Option<String>,
    /// Pixels; without both the picture is shown 1:1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Page to open when tapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `itemCard.head`.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemHead {
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `itemCard.profile`. Other than [`Profile`](super::Profile) it has a title.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemProfile {
    /// Up to 15 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Square picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `itemCard.imageTitle`.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImageTitle {
    /// At most 2 lines. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// One line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Picture at the right, about 108 by 108 pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One line of the table.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Item {
    /// Name, up to 6 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Value, at most 2 lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `itemCard.itemListSummary`: the sum.
#[derive(Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemSummary {
    /// Up to 6 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// An amount with its currency, up to 14 characters and 2 decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `itemCard.itemListAlignment`.
    ItemListAlignment {
        /// At the left; so if nothing is said.
        Left = "left",
        /// At the right.
        Right = "right",
    }
}

closed_debug!(ItemCard, ItemThumbnail, ItemHead, ItemProfile, ImageTitle, Item, ItemSummary);
generous!(ItemCard { thumbnail = "thumbnail", head = "head", profile = "profile", image_title = "imageTitle", item_list = "itemList", item_list_alignment = "itemListAlignment", item_list_summary = "itemListSummary", title = "title", description = "description", buttons = "buttons", button_layout = "buttonLayout", forwardable = "forwardable" });
generous!(ItemThumbnail { image_url = "imageUrl", alt_text = "altText", width = "width", height = "height", link = "link" });
generous!(ItemHead { title = "title" });
generous!(ItemProfile { title = "title", image_url = "imageUrl", width = "width", height = "height" });
generous!(ImageTitle { title = "title", description = "description", image_url = "imageUrl" });
generous!(Item { title = "title", description = "description" });
generous!(ItemSummary { title = "title", description = "description" });

impl ItemCard {
    /// An empty table.
    pub fn new() -> Self {
        ItemCard { item_list: Some(Vec::new()), ..Self::default() }
    }

    /// Adds a line to the table.
    pub fn item(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        let item = Item { title: Some(title.into()), description: Some(description.into()), ..Item::default() };
        self.item_list.get_or_insert_default().push(item);
        self
    }

    /// Adds lines to the table.
    pub fn items<T: Into<String>, D: Into<String>>(self, items: impl IntoIterator<Item = (T, D)>) -> Self {
        items.into_iter().fold(self, |card, (title, description)| card.item(title, description))
    }

    /// Sets the headline, instead of a profile set before: a card has one or the other.
    pub fn head(mut self, title: impl Into<String>) -> Self {
        self.profile = None;
        self.head = Some(ItemHead { title: Some(title.into()), ..ItemHead::default() });
        self
    }

    /// Says who speaks, instead of a headline set before: a name, or an [`ItemProfile`] with a picture.
    pub fn profile(mut self, profile: impl Into<ItemProfile>) -> Self {
        self.head = None;
        self.profile = Some(profile.into());
        self
    }

    /// Sets the picture.
    pub fn thumbnail(mut self, thumbnail: ItemThumbnail) -> Self {
        self.thumbnail = Some(thumbnail);
        self
    }

    /// Sets the line above the table: words, or an [`ImageTitle`] with a second line and a picture.
    pub fn image_title(mut self, image_title: impl Into<ImageTitle>) -> Self {
        self.image_title = Some(image_title.into());
        self
    }

    /// Says where the values stand.
    pub fn alignment(mut self, alignment: ItemListAlignment) -> Self {
        self.item_list_alignment = Some(alignment);
        self
    }

    /// Sets the sum under the table, such as `8,000원`.
    pub fn summary(mut self, title: impl Into<String>, amount: impl Into<String>) -> Self {
        self.item_list_summary =
            Some(ItemSummary { title: Some(title.into()), description: Some(amount.into()), ..ItemSummary::default() });
        self
    }

    /// Sets the title under the table.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = optional(title);
        self
    }

    /// Sets the title and the text under the table. There is no text without a title.
    pub fn text(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        self.description = optional(description);
        self.title(title)
    }
}

impl ItemThumbnail {
    fn sized(image_url: impl Into<String>, width: i64, height: i64) -> Self {
        let (image_url, width, height) = (Some(image_url.into()), Some(width), Some(height));
        ItemThumbnail { image_url, width, height, ..Self::default() }
    }

    /// A picture of 800 by 400 pixels, or of that shape. The only one for a carousel.
    pub fn wide(image_url: impl Into<String>) -> Self {
        ItemThumbnail::sized(image_url, 800, 400)
    }

    /// A picture of 800 by 800 pixels, or of that shape.
    pub fn square(image_url: impl Into<String>) -> Self {
        ItemThumbnail::sized(image_url, 800, 800)
    }

    /// Says what a screen reader says.
    pub fn alt_text(mut self, alt_text: impl Into<String>) -> Self {
        self.alt_text = optional(alt_text);
        self
    }

    /// Opens a page when tapped.
    pub fn link(mut self, link: impl Into<Link>) -> Self {
        self.link = link.into().some();
        self
    }
}

impl ItemProfile {
    /// A name, up to 15 characters.
    pub fn new(title: impl Into<String>) -> Self {
        ItemProfile { title: Some(title.into()), ..Self::default() }
    }

    /// Sets the picture, a square one.
    pub fn image(mut self, image_url: impl Into<String>) -> Self {
        self.image_url = optional(image_url);
        self
    }
}

impl ImageTitle {
    /// A line, at most 2 lines on the screen.
    pub fn new(title: impl Into<String>) -> Self {
        ImageTitle { title: Some(title.into()), ..Self::default() }
    }

    /// Sets the second line.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = optional(description);
        self
    }

    /// Sets the picture at the right.
    pub fn image(mut self, image_url: impl Into<String>) -> Self {
        self.image_url = optional(image_url);
        self
    }
}

impl From<&str> for ItemProfile {
    fn from(title: &str) -> Self {
        ItemProfile::new(title)
    }
}

impl From<String> for ItemProfile {
    fn from(title: String) -> Self {
        ItemProfile::new(title)
    }
}

impl From<&str> for ImageTitle {
    fn from(title: &str) -> Self {
        ImageTitle::new(title)
    }
}

impl From<String> for ImageTitle {
    fn from(title: String) -> Self {
        ImageTitle::new(title)
    }
}
