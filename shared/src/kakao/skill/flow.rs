//! `flow`: how the utterance came about.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};

use super::open::open_enum;
use super::{Map, Named};
use crate::kakao::field::{Field, Loose, closed_debug};

/// Where the person came from. Only on newer calls, and often only in part.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Flow {
    /// What the person did.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub trigger: Field<Loose<Trigger>>,
    /// The block that ran before this one.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub last_block: Field<Loose<Named>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// `flow.trigger`: what the person did.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Trigger {
    /// The kind of act.
    #[serde(default, rename = "type", skip_serializing_if = "Field::is_absent")]
    pub kind: Field<Loose<TriggerType>>,
    /// The block whose bubble was tapped.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub referrer_block: Field<Loose<Named>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Flow, Trigger);

impl Flow {
    /// What the person did.
    pub fn trigger(&self) -> Option<&TriggerType> {
        self.trigger.get()?.fits()?.kind.get()?.fits()
    }

    /// The block that ran before this one.
    pub fn last_block(&self) -> Option<&Named> {
        self.last_block.get()?.fits()
    }

    /// The block whose bubble was tapped.
    pub fn referrer_block(&self) -> Option<&Named> {
        self.trigger.get()?.fits()?.referrer_block.get()?.fits()
    }
}

open_enum! {
    /// `flow.trigger.type`: typed, tapped, or sent a picture.
    TriggerType {
        /// Typed text.
        TextInput = "TEXT_INPUT",
        /// Button of a card that speaks.
        CardButtonMessage = "CARD_BUTTON_MESSAGE",
        /// Button of a card that calls a block.
        CardButtonBlock = "CARD_BUTTON_BLOCK",
        /// Item of a list card that speaks.
        ListItemMessage = "LIST_ITEM_MESSAGE",
        /// Item of a list card that calls a block.
        ListItemBlock = "LIST_ITEM_BLOCK",
        /// Entry of the chat room's menu that speaks.
        ListMenuMessage = "LISTMENU_MESSAGE",
        /// Entry of the chat room's menu that calls a block.
        ListMenuBlock = "LISTMENU_BLOCK",
        /// Quick reply that speaks.
        QuickReplyMessage = "QUICKREPLY_BUTTON_MESSAGE",
        /// Quick reply that calls a block.
        QuickReplyBlock = "QUICKREPLY_BUTTON_BLOCK",
        /// Sent a photo. Seen on live calls, not documented.
        ImageUpload = "IMAGE_UPLOAD",
    }
}
