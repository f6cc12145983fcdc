//! `intent`: the block that matched the utterance, and on a knowledge answer what was found.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Map, Named};
use crate::kakao::field::{Field, closed_debug};

/// One entry of `intent.extra.knowledge.matchedKnowledges`: a question that the bot's knowledge base knows.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Knowledge {
    /// The stored answer.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub answer: Field<String>,
    /// The stored question.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub question: Field<String>,
    /// Category path, outermost first.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub categories: Field<Vec<String>>,
    /// Page to read on.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub landing_url: Field<String>,
    /// Picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub image_url: Field<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(Knowledge);

impl Named {
    /// What the knowledge base found, best first; empty for an ordinary block. An entry of another shape is left out.
    pub fn knowledges(&self) -> Vec<Knowledge> {
        let extra = self.rest.get("extra");
        // The text of the documentation says `knowledges`, its sample `knowledge`.
        let found = ["knowledge", "knowledges"]
            .iter()
            .find_map(|name| extra?.get(name)?.get("matchedKnowledges").and_then(Value::as_array));
        found.into_iter().flatten().filter_map(|entry| Knowledge::deserialize(entry).ok()).collect()
    }
}
