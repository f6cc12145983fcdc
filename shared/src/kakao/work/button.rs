//! `button` blocks, in both of their forms.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/buttonblock/>

use serde::Serialize;

use super::cut::cut_line;
use super::{Action, ActionType};
use crate::kakao::field::closed_debug;
use crate::kakao::limits::work::BUTTON_TEXT_MAX;
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;
use crate::kakao::skill::open::open_enum;

/// A button. Since client 1.11 what it does is nested in `action`; the flat form of before is read and kept, and
/// [`Button::nest`] turns it into the nested one.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Button {
    /// 1 to 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How it looks. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<ButtonStyle>,
    /// What it does. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Flat form: `action.type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<ActionType>,
    /// Flat form: `action.name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_name: Option<String>,
    /// Flat form: `action.value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `style` of a button.
    ButtonStyle {
        /// Grey.
        Default = "default",
        /// Blue.
        Primary = "primary",
        /// Red.
        Danger = "danger",
    }
}

closed_debug!(Button);
generous!(Button { text = "text", style = "style", action = "action", action_type = "action_type", action_name = "action_name", value = "value" });

impl Button {
    /// A grey button. The words are cut to 20 characters.
    pub fn new(text: impl Into<String>, action: Action) -> Self {
        let text = Some(cut_line(text, BUTTON_TEXT_MAX));
        Button { text, style: Some(ButtonStyle::Default), action: Some(action), ..Self::default() }
    }

    /// Blue.
    pub fn primary(self) -> Self {
        Button { style: Some(ButtonStyle::Primary), ..self }
    }

    /// Red.
    pub fn danger(self) -> Self {
        Button { style: Some(ButtonStyle::Danger), ..self }
    }

    /// Whether the action stands beside the text, as before client 1.11.
    pub fn is_flat(&self) -> bool {
        self.action.is_none() && self.action_type.is_some()
    }

    /// Turns the flat form into the nested one. A nested button, and one without any action, stay as they are.
    pub fn nest(&mut self) {
        if self.is_flat() {
            // A null, or what was no action and no style, stood under these names.
            self.rest.retain(|name, _| name != "action" && name != "style");
            self.action = Some(Action {
                kind: self.action_type.take(),
                name: self.action_name.take(),
                value: self.value.take(),
                ..Action::default()
            });
            self.style.get_or_insert(ButtonStyle::Default);
        }
    }
}
