//! `commerceCard`: something for sale.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};

use super::{Button, ButtonLayout, Map, Profile, Thumbnail};
use crate::kakao::field::closed_debug;

/// Something for sale. Prices are whole won.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CommerceCard {
    /// Up to 30 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Up to 40 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Price before any discount, in won. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// `won`; nothing else is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Amount off, in won.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<i64>,
    /// Per cent off; shown only together with `discountedPrice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_rate: Option<i64>,
    /// Final price in won; shown whatever the others say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discounted_price: Option<i64>,
    /// Exactly one picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnails: Option<Vec<Thumbnail>>,
    /// Who sells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
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

closed_debug!(CommerceCard);

impl CommerceCard {
    /// A card with this picture and price in won.
    pub fn new(thumbnail: impl Into<Thumbnail>, price: i64) -> Self {
        CommerceCard {
            price: Some(price),
            currency: Some("won".to_owned()),
            thumbnails: Some(vec![thumbnail.into()]),
            ..Self::default()
        }
    }

    /// Sets the title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the text under the title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Takes so many won off the price.
    pub fn discount(mut self, won: i64) -> Self {
        self.discount = Some(won);
        self
    }

    /// Takes so many per cent off; the platform does not compute the final price, so it is given too.
    pub fn discount_rate(mut self, percent: i64, discounted_price: i64) -> Self {
        self.discount_rate = Some(percent);
        self.discounted_price = Some(discounted_price);
        self
    }

    /// Says who sells.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }
}
