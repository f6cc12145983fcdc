//! The answer of `GET /v2/api/talk/channels`: which of the app's channels a person has added.
//! <https://developers.kakao.com/docs/latest/en/kakaotalk-channel/rest-api#check-relationship>

use serde_json::Value;

use super::message::message;
use crate::clock::Millis;
use crate::kakao::field::Loose;
use crate::kakao::id::AppUserId;
use crate::kakao::skill::open::open_enum;

message! {
    /// The channels of one person.
    Channels {
        /// Whose.
        user_id: AppUserId,
        /// The channels. Read them with [`Channels::channels`].
        channels: Loose<Vec<Loose<Channel>>>,
        /// Their name on the first version of the API.
        plus_friends: Loose<Vec<Loose<Channel>>>,
    }
}

message! {
    /// One channel, and how the person stands to it.
    Channel {
        /// Its search id, with an `@`.
        channel_uuid: Value,
        /// Its id in addresses: `_AbCdE`.
        channel_public_id: Value,
        /// The first version's name of `channel_uuid`.
        plus_friend_uuid: Value,
        /// The first version's name of `channel_public_id`.
        plus_friend_public_id: Value,
        /// How the person stands to it. Read it with [`Channel::relation`].
        relation: Value,
        /// Since when; absent if never. Read it with [`Channel::updated_at`].
        updated_at: Value,
    }
}

open_enum! {
    /// How a person stands to a channel.
    Relation {
        /// Added it.
        Added = "ADDED",
        /// Blocked it.
        Blocked = "BLOCKED",
        /// Neither.
        None = "NONE",
    }
}

impl Channels {
    /// Whose.
    pub fn user_id(&self) -> Option<&AppUserId> {
        self.user_id.get()
    }

    /// The channels that can be read; `None` if there is no list at all.
    pub fn channels(&self) -> Option<impl Iterator<Item = &Channel>> {
        let list = self.channels.get().or_else(|| self.plus_friends.get())?.fits()?;
        Some(list.iter().filter_map(Loose::fits))
    }
}

impl Channel {
    /// Its search id.
    pub fn uuid(&self) -> Option<&str> {
        self.channel_uuid.words().or_else(|| self.plus_friend_uuid.words())
    }

    /// Its id in addresses.
    pub fn public_id(&self) -> Option<&str> {
        self.channel_public_id.words().or_else(|| self.plus_friend_public_id.words())
    }

    /// How the person stands to it.
    pub fn relation(&self) -> Option<Relation> {
        self.relation.words().map(Relation::from)
    }

    /// Since when.
    pub fn updated_at(&self) -> Option<Millis> {
        self.updated_at.moment()
    }
}
