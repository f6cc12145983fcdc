//! The answer of `GET /v1/user/shipping_address`: where a person has parcels sent.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-shipping-address>

use serde_json::Value;

use super::message::message;
use crate::clock::Millis;
use crate::kakao::field::Loose;
use crate::kakao::id::AppUserId;

message! {
    /// The addresses of one person.
    ShippingAddresses {
        /// Whose.
        user_id: AppUserId,
        /// Whether the person would have to agree first. Read it with [`ShippingAddresses::needs_agreement`].
        shipping_addresses_needs_agreement: Value,
        /// The addresses. Read them with [`ShippingAddresses::addresses`].
        shipping_addresses: Loose<Vec<Loose<ShippingAddress>>>,
    }
}

message! {
    /// One address.
    ShippingAddress {
        /// Its number, beyond 2^53 perhaps. Read it with [`ShippingAddress::id`].
        id: Value,
        /// What the person calls it.
        name: Value,
        /// Whether it is the one to use. Read it with [`ShippingAddress::is_default`].
        is_default: Value,
        /// The old name of `is_default`.
        default: Value,
        /// Unix seconds. Read it with [`ShippingAddress::updated_at`].
        updated_at: Value,
        /// `NEW`: by road, `OLD`: by lot.
        r#type: Value,
        /// Up to the building.
        base_address: Value,
        /// Inside the building.
        detail_address: Value,
        /// Who takes it.
        receiver_name: Value,
        /// First number to call.
        receiver_phone_number1: Value,
        /// Second number to call.
        receiver_phone_number2: Value,
        /// Post code of five digits.
        zone_number: Value,
        /// Post code of before 2015.
        zip_code: Value,
    }
}

impl ShippingAddresses {
    /// Whose.
    pub fn user_id(&self) -> Option<&AppUserId> {
        self.user_id.get()
    }

    /// Whether the person would have to agree first.
    pub fn needs_agreement(&self) -> bool {
        self.shipping_addresses_needs_agreement.flag() == Some(true)
    }

    /// The addresses that can be read.
    pub fn addresses(&self) -> impl Iterator<Item = &ShippingAddress> {
        self.shipping_addresses.get().and_then(Loose::fits).into_iter().flatten().filter_map(Loose::fits)
    }

    /// The address to use: the default one, else the first.
    pub fn default_address(&self) -> Option<&ShippingAddress> {
        self.addresses().find(|address| address.is_default()).or_else(|| self.addresses().next())
    }
}

impl ShippingAddress {
    /// Its number.
    pub fn id(&self) -> Option<u64> {
        self.id.whole()
    }

    /// What the person calls it.
    pub fn name(&self) -> Option<&str> {
        self.name.words()
    }

    /// Whether it is the one to use.
    pub fn is_default(&self) -> bool {
        self.is_default.flag().or_else(|| self.default.flag()) == Some(true)
    }

    /// When it was changed last.
    pub fn updated_at(&self) -> Option<Millis> {
        Some(Millis(self.updated_at.whole()?.checked_mul(1_000)?))
    }

    /// Up to the building.
    pub fn base_address(&self) -> Option<&str> {
        self.base_address.words()
    }

    /// Inside the building.
    pub fn detail_address(&self) -> Option<&str> {
        self.detail_address.words()
    }

    /// Who takes it.
    pub fn receiver_name(&self) -> Option<&str> {
        self.receiver_name.words()
    }

    /// Numbers to call, as they came.
    pub fn receiver_phone_numbers(&self) -> impl Iterator<Item = &str> {
        [&self.receiver_phone_number1, &self.receiver_phone_number2].into_iter().filter_map(|number| number.words())
    }

    /// The post code: of five digits, else the old one.
    pub fn post_code(&self) -> Option<&str> {
        self.zone_number.words().or_else(|| self.zip_code.words())
    }
}
