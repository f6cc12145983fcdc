//! A KakaoTalk channel was added or blocked.
//! <https://developers.kakao.com/docs/latest/en/kakaotalk-channel/callback>

use serde_json::Value;

use crate::clock::Millis;
use crate::kakao::Field;
use crate::kakao::id::ChannelUserId;
use crate::kakao::login::message::message;
use crate::kakao::skill::open::open_enum;

/// Numbers below this are seconds, the others milliseconds: as seconds it would be the year 5138.
const SECONDS_BELOW: u64 = 100_000_000_000;

message! {
    /// One event of one person and one channel. Three members have an older name, too; both may be there.
    ChannelEvent {
        /// What happened. Read it with [`ChannelEvent::action`].
        event: Value,
        /// Who; what kind of id it is, says `id_type`.
        id: ChannelUserId,
        /// Read it with [`ChannelEvent::id_type`].
        id_type: Value,
        /// The channel's id in addresses: `_AbCdE`. Read it with [`ChannelEvent::channel`].
        channel_public_id: Value,
        /// Its older name.
        plus_friend_public_id: Value,
        /// The channel's search id, with an `@`. Read it with [`ChannelEvent::search_id`].
        channel_uuid: Value,
        /// Its older name.
        plus_friend_uuid: Value,
        /// When. Read it with [`ChannelEvent::at`].
        updated_at: Value,
        /// Its older name; perhaps a number.
        timestamp: Value,
    }
}

open_enum! {
    /// What a person did with a channel.
    ChannelAction {
        /// Added it.
        Added = "added",
        /// Blocked it: no advertising from now on.
        Blocked = "blocked",
    }
}

open_enum! {
    /// What kind of id a person is named by. The same number under two of them need not be the same person.
    ChannelIdType {
        /// The person agreed to be known by their app user id.
        AppUserId = "app_user_id",
        /// They did not.
        OpenId = "open_id",
    }
}

impl ChannelEvent {
    /// What happened.
    pub fn action(&self) -> Option<ChannelAction> {
        self.event.words().map(ChannelAction::from)
    }

    /// What kind of id [`ChannelEvent::id`] is.
    pub fn id_type(&self) -> Option<ChannelIdType> {
        self.id_type.words().map(ChannelIdType::from)
    }

    /// The channel's id in addresses.
    pub fn channel(&self) -> Option<&str> {
        self.channel_public_id.words().or_else(|| self.plus_friend_public_id.words())
    }

    /// The channel's search id.
    pub fn search_id(&self) -> Option<&str> {
        self.channel_uuid.words().or_else(|| self.plus_friend_uuid.words())
    }

    /// When it happened.
    pub fn at(&self) -> Option<Millis> {
        moment(&self.updated_at).or_else(|| moment(&self.timestamp))
    }

    /// The members that say something else than their older name does. The newer name counts.
    pub fn differing(&self) -> impl Iterator<Item = &'static str> {
        let differ = |new: Option<&str>, old: Option<&str>| new.is_some() && old.is_some() && new != old;
        let (new, old) = (moment(&self.updated_at), moment(&self.timestamp));
        let all = [
            ("channel_public_id", differ(self.channel_public_id.words(), self.plus_friend_public_id.words())),
            ("channel_uuid", differ(self.channel_uuid.words(), self.plus_friend_uuid.words())),
            ("updated_at", new.is_some() && old.is_some() && new != old),
        ];
        all.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name)
    }
}

/// RFC 3339, or seconds or milliseconds since 1970: which of them the oldest name carries is not documented.
fn moment(member: &Field<Value>) -> Option<Millis> {
    member.moment().or_else(|| {
        let number = member.whole()?;
        Some(Millis(if number < SECONDS_BELOW { number * 1_000 } else { number }))
    })
}
