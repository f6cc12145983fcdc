//! `itemCard`: a receipt, a ticket, a table of names and values.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};

use super::open::open_enum;
use super::{Button, ButtonLayout, Link, Map};
use crate::kakao::field::closed_debug;

/// A table of names and values with a head, a picture and a sum.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
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

    /// Sets the headline.
    pub fn head(mut self, title: impl Into<String>) -> Self {
        self.head = Some(ItemHead { title: Some(title.into()), ..ItemHead::default() });
        self
    }

    /// Says who speaks.
    pub fn profile(mut self, title: impl Into<String>, image_url: Option<String>) -> Self {
        self.profile = Some(ItemProfile { title: Some(title.into()), image_url, ..ItemProfile::default() });
        self
    }

    /// Sets the picture; width and height in pixels, 2:1 or 1:1.
    pub fn thumbnail(mut self, image_url: impl Into<String>, width: i64, height: i64) -> Self {
        self.thumbnail = Some(ItemThumbnail {
            image_url: Some(image_url.into()),
            width: Some(width),
            height: Some(height),
            ..ItemThumbnail::default()
        });
        self
    }

    /// Sets the line above the table.
    pub fn image_title(mut self, title: impl Into<String>, description: Option<String>) -> Self {
        self.image_title = Some(ImageTitle { title: Some(title.into()), description, ..ImageTitle::default() });
        self
    }

    /// Says where the values stand.
    pub fn alignment(mut self, alignment: ItemListAlignment) -> Self {
        self.item_list_alignment = Some(alignment);
        self
    }

    /// Sets the sum under the table.
    pub fn summary(mut self, title: impl Into<String>, amount: impl Into<String>) -> Self {
        self.item_list_summary =
            Some(ItemSummary { title: Some(title.into()), description: Some(amount.into()), ..ItemSummary::default() });
        self
    }

    /// Sets the title under the table.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the text under the table; it needs a title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
