//! `commerceCard`: something for sale.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Serialize;

use super::generous::{generous, optional};
use super::{Button, ButtonLayout, Map, Profile, Thumbnail};
use crate::kakao::field::closed_debug;

/// Something for sale. Prices are whole won.
///
/// ```
/// use shared::kakao::skill::{CommerceCard, SkillResponse};
/// let card = CommerceCard::new("https://example.com/kimbap.png", 4_000)
///     .title("참치김밥")
///     .discount_rate(10, 3_600)
///     .profile("김밥천국");
/// # assert!(SkillResponse::new().output(card).checked().is_ok());
/// ```
#[derive(Clone, PartialEq, Default, Serialize)]
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
generous!(CommerceCard { title = "title", description = "description", price = "price", currency = "currency", discount = "discount", discount_rate = "discountRate", discounted_price = "discountedPrice", thumbnails = "thumbnails", profile = "profile", buttons = "buttons", button_layout = "buttonLayout", forwardable = "forwardable" });

impl CommerceCard {
    /// A card with this picture and price in won. Prices are whole and never negative.
    pub fn new(thumbnail: impl Into<Thumbnail>, price: u32) -> Self {
        CommerceCard {
            price: Some(price.into()),
            currency: Some("won".to_owned()),
            thumbnails: Some(vec![thumbnail.into()]),
            ..Self::default()
        }
    }

    /// Sets the title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = optional(title);
        self
    }

    /// Sets the text under the title.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = optional(description);
        self
    }

    /// Takes so many won off the price, instead of any discount set before.
    pub fn discount(mut self, won: u32) -> Self {
        (self.discount, self.discount_rate, self.discounted_price) = (Some(won.into()), None, None);
        self
    }

    /// Takes so many per cent off, instead of any discount set before. The platform does not compute the final price,
    /// so it is given too.
    pub fn discount_rate(mut self, percent: u32, discounted_price: u32) -> Self {
        self.discount = None;
        (self.discount_rate, self.discounted_price) = (Some(percent.into()), Some(discounted_price.into()));
        self
    }

    /// Sets the final price without saying how it came about, instead of any discount set before.
    pub fn discounted_price(mut self, won: u32) -> Self {
        (self.discount, self.discount_rate, self.discounted_price) = (None, None, Some(won.into()));
        self
    }

    /// Says who sells: a name, or a [`Profile`] with a picture.
    pub fn profile(mut self, profile: impl Into<Profile>) -> Self {
        self.profile = Some(profile.into());
        self
    }
}
