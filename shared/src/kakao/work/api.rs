//! What the Web API answers with.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/commonguide/>
//!
//! Ids are digits as a number or as text, whichever was sent. Of members, only what a bot works with has a name; everything else is
//! in `rest`.

use serde::Serialize;
use serde_json::Value;

use crate::kakao::field::closed_debug;
use crate::kakao::id::{WorkConversationId, WorkMessageId, WorkUserId};
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;
use crate::kakao::skill::open::open_enum;

/// Declares an entity whose members may each be missing, `null` or of another type; what does not fit stays in `rest`.
macro_rules! entity {
    ($(#[$doc:meta])+ $name:ident { $($(#[$member_doc:meta])+ $member:ident $key:literal: $type:ty,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, PartialEq, Default, Serialize)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$member_doc])+
                #[serde(rename = $key, skip_serializing_if = "Option::is_none")]
                pub $member: Option<$type>,
            )+
            /// Members this version does not know.
            #[serde(flatten)]
            pub rest: Map,
        }

        closed_debug!($name);
        generous!($name { $($member = $key),+ });
    };
}

entity! {
    /// A member of the workspace.
    Member {
        /// Their id.
        id "id": WorkUserId,
        /// Their name.
        name "name": String,
        /// Their name as it is shown.
        display_name "display_name": String,
        /// Addresses by which they joined.
        identifications "identifications": Vec<Identification>,
        /// Addresses; may be empty while `identifications` has one.
        emails "emails": Vec<String>,
        /// What colleagues call them.
        nickname "nickname": String,
        /// Their department.
        department "department": String,
        /// Their position.
        position "position": String,
        /// What they are responsible for.
        responsibility "responsibility": String,
        /// When their working day begins, in Unix seconds; so the others.
        work_start_time "work_start_time": u64,
        /// When it ends.
        work_end_time "work_end_time": u64,
        /// When their vacation begins.
        vacation_start_time "vacation_start_time": u64,
        /// When it ends.
        vacation_end_time "vacation_end_time": u64,
        /// Such as `activated`.
        status "status": String,
    }
}

entity! {
    /// One of them.
    Identification {
        /// Such as `email`.
        kind "type": String,
        /// The address.
        value "value": String,
    }
}

entity! {
    /// A room.
    Conversation {
        /// Its id.
        id "id": WorkConversationId,
        /// For two, or for more.
        kind "type": ConversationType,
        /// How many are in it.
        users_count "users_count": u64,
        /// Its name; rooms without one have none.
        name "name": String,
    }
}

open_enum! {
    /// `type` of a room.
    ConversationType {
        /// For two.
        Dm = "dm",
        /// For more.
        Group = "group",
    }
}

entity! {
    /// A message that was sent.
    SentMessage {
        /// Its id, up to 18 digits.
        id "id": WorkMessageId,
        /// The room.
        conversation_id "conversation_id": WorkConversationId,
        /// The bot.
        user_id "user_id": WorkUserId,
        /// When, in Unix seconds.
        send_time "send_time": u64,
    }
}

entity! {
    /// A department.
    Department {
        /// Its id.
        id "id": Value,
        /// The department above it: `0`, empty, or an id.
        parent_id "parent_id": Value,
        /// The ids from the top to this one, with `/` between them.
        ids_path "ids_path": String,
        /// Its name.
        name "name": String,
        /// How many are in it.
        user_count "user_count": u64,
        /// Who is in it.
        users_ids "users_ids": Vec<WorkUserId>,
        /// Who leads it.
        leader_ids "leader_ids": Vec<WorkUserId>,
    }
}

entity! {
    /// The workspace.
    Space {
        /// Its id.
        id "id": Value,
        /// Its name.
        name "name": String,
    }
}

entity! {
    /// The bot itself.
    BotInfo {
        /// Its id.
        bot_id "bot_id": Value,
        /// Its name.
        title "title": String,
        /// Messages of a bot that is not `activated` are taken and reach nobody.
        status "status": BotStatus,
    }
}

open_enum! {
    /// `status` of a bot.
    BotStatus {
        /// It speaks.
        Activated = "activated",
        /// It does not.
        Deactivated = "deactivated",
    }
}

open_enum! {
    /// `error.code` of an answer.
    ErrorCode {
        /// A field or block is wrong; which, is not said.
        InvalidParameter = "invalid_parameter",
        /// A field is missing.
        MissingParameter = "missing_parameter",
        /// The request makes no sense.
        BadRequest = "bad_request",
        /// The request makes no sense in this representation.
        InvalidRepresentation = "invalid_representation",
        /// Not JSON where JSON is needed.
        InvalidContentType = "invalid_content_type",
        /// The blocks are wrong.
        InvalidBlocks = "invalid_blocks",
        /// The text is too long.
        TextTooLong = "text_too_long",
        /// The app key is wrong, or the bot is off.
        InvalidAuthentication = "invalid_authentication",
        /// The app key is too old.
        ExpiredAuthentication = "expired_authentication",
        /// The bot may not do this.
        Unauthorized = "unauthorized",
        /// The app key is wrong.
        InvalidToken = "invalid_token",
        /// There is no such method.
        ApiNotFound = "api_not_found",
        /// There is no such member.
        UserNotFound = "user_not_found",
        /// There is no such room.
        ConversationNotFound = "conversation_not_found",
        /// Too much at once.
        TooManyRequests = "too_many_requests",
        /// The service has a trouble of its own.
        InternalServerError = "internal_server_error",
    }
}
