//! `action`: the skill that is called and its parameters.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Map, Slot};
use crate::kakao::field::{Field, Loose, closed_debug};
use crate::kakao::id::SkillId;

/// The skill and what the block hands to it.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Action {
    /// Id of the skill; may be empty.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub id: Field<SkillId>,
    /// Name of the skill; a random word in the skill test.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub name: Field<String>,
    /// Parameters with their resolved values. System entities and plugins are JSON inside a string.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub params: Field<Map>,
    /// The same parameters with the words that were typed. Need not have the same names.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub detail_params: Field<BTreeMap<String, Loose<DetailParam>>>,
    /// The `extra` of the tapped button, quick reply or list item. `{}` live, `null` or the word `"null"` elsewhere.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub client_extra: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// One entry of `action.detailParams`. A sender may put plain text in its place.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DetailParam {
    /// The words as typed.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub origin: Field<Value>,
    /// The value, as in `action.params`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub value: Field<Value>,
    /// Group of the entity; empty if it has none.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub group_name: Field<Value>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Action, DetailParam);

impl Action {
    /// A parameter: from `params`, else from `detailParams`. `null` and blanks count as none.
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.slot(name).map(Slot::raw)
    }

    /// The words that the person typed for a parameter.
    pub fn origin(&self, name: &str) -> Option<&str> {
        self.detail_params.get()?.get(name)?.fits()?.origin.get()?.as_str()
    }

    /// What the tapped button carried. `null`, the word `"null"` and absent are all nothing.
    pub fn client_extra(&self) -> Option<&Value> {
        self.client_extra.get().filter(|value| !value.is_null() && value.as_str() != Some("null"))
    }
}
