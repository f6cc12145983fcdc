//! Forms that open over a room.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/reactive/>

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::cut::cut_line;
use super::{Block, InModal};
use crate::kakao::field::closed_debug;
use crate::kakao::limits::work::{MODAL_BUTTON_SANE, MODAL_TITLE_SANE};
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;

/// A form.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Modal {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the button says that submits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
    /// What the button says that closes it; phones do not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decline: Option<String>,
    /// Comes back with the submission. Without it the client fails to open the modal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Labels, inputs and selects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Vec<Block>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

/// The answer to `request_modal`: `{"view": {…}}`, or `{}` for no modal at all. The Block Kit Builder exports the modal without
/// the wrapper; that is read too and kept, and [`ModalAnswer::wrap`] puts it on. What is built here has it.
#[derive(Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ModalAnswer {
    /// The modal.
    pub view: Option<Modal>,
    /// Whether it came without the wrapper.
    pub bare: bool,
    /// Members beside `view`.
    pub rest: Map,
}

closed_debug!(Modal, ModalAnswer);
generous!(Modal { title = "title", accept = "accept", decline = "decline", value = "value", blocks = "blocks" });

impl Modal {
    /// A form without blocks yet. Its buttons say 확인 and 취소; `value` comes back with the submission.
    pub fn new(title: impl Into<String>, value: impl Into<String>) -> Self {
        let value = Some(value.into());
        let modal = Modal { title: Some(cut_line(title, MODAL_TITLE_SANE)), value, ..Self::default() };
        modal.accept("확인").decline("취소")
    }

    /// Sets what the button says that submits it.
    pub fn accept(self, words: impl Into<String>) -> Self {
        Modal { accept: Some(cut_line(words, MODAL_BUTTON_SANE)), ..self }
    }

    /// Sets what the button says that closes it.
    pub fn decline(self, words: impl Into<String>) -> Self {
        Modal { decline: Some(cut_line(words, MODAL_BUTTON_SANE)), ..self }
    }

    /// Adds a label, an input or a select.
    pub fn block(mut self, block: impl InModal) -> Self {
        self.blocks.get_or_insert_default().push(block.into());
        self
    }

    /// The blocks; empty if there are none.
    pub fn blocks(&self) -> &[Block] {
        self.blocks.as_deref().unwrap_or_default()
    }
}

impl ModalAnswer {
    /// Puts the wrapper on. Whether the service takes a modal without it is not documented.
    pub fn wrap(&mut self) {
        self.bare = false;
    }
}

impl From<Modal> for ModalAnswer {
    fn from(modal: Modal) -> Self {
        ModalAnswer { view: Some(modal), ..Self::default() }
    }
}

impl Serialize for ModalAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let (Some(view), true) = (&self.view, self.bare) {
            return view.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(view) = &self.view {
            map.serialize_entry("view", view)?;
        }
        for (key, value) in &self.rest {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ModalAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut rest = Map::deserialize(deserializer)?;
        let modal = |members: Map| Modal::deserialize(Value::Object(members)).map_err(D::Error::custom);
        match rest.remove("view") {
            Some(Value::Object(view)) => Ok(ModalAnswer { view: Some(modal(view)?), bare: false, rest }),
            // Without a modal, whatever it is.
            Some(other) => {
                rest.insert("view".to_owned(), other);
                Ok(ModalAnswer { rest, ..Self::default() })
            }
            None if ["title", "accept", "decline", "blocks"].iter().any(|key| rest.contains_key(*key)) => {
                Ok(ModalAnswer { view: Some(modal(rest)?), bare: true, rest: Map::new() })
            }
            None => Ok(ModalAnswer { rest, ..Self::default() }),
        }
    }
}
