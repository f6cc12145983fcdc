//! `{id, name}`: `userRequest.block`, `bot`, `flow.lastBlock`, `flow.trigger.referrerBlock`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};

use super::Map;
use crate::kakao::Field;
use crate::kakao::id::{Id, kind};

/// Something with an id and a name; a block unless the type says otherwise.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
#[non_exhaustive]
pub struct Named<K = kind::Block> {
    /// The id, 24 hex digits on live calls.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub id: Field<Id<K>>,
    /// The name as people gave it; blanks at either end are possible.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub name: Field<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

impl<K> Named<K> {
    /// The id as text.
    pub fn id(&self) -> Option<&str> {
        self.id.get().map(Id::as_str)
    }

    /// The name.
    pub fn name(&self) -> Option<&str> {
        self.name.text()
    }
}

impl<K> Default for Named<K> {
    fn default() -> Self {
        Named { id: Field::Absent, name: Field::Absent, rest: Map::new() }
    }
}

impl<K> std::fmt::Debug for Named<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Named").finish_non_exhaustive()
    }
}
