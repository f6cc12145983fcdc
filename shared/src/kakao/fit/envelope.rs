//! Mends the whole response: version, promise, template, contexts.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::mender::Mender;
use super::{context, group, outputs, quick_replies};
use crate::kakao::limits::At;
use crate::kakao::skill::{SkillResponse, Template, VERSION};

/// One round over the response.
pub(super) fn response(m: &mut Mender<'_>, response: &mut SkillResponse) {
    let top = At::top();
    r01_version(m, response, top);
    r07_promise(m, response, top);
    r06_promise_alone(m, response, top);
    if m.setting.group_chat {
        group::mentions(m, response, top);
    }
    if let Some(template) = &mut response.template {
        self::template(m, template, top.key("template"));
    }
    context::control(m, &mut response.context, top.key("context"));
}

fn r01_version(m: &mut Mender<'_>, response: &mut SkillResponse, top: At<'_>) {
    if !m.require(response.version.as_deref() == Some(VERSION), "R01", top.key("version")) {
        response.version = Some(VERSION.to_owned());
    }
}

/// A promise that cannot be kept is taken back if there is an answer beside it.
fn r07_promise(m: &mut Mender<'_>, response: &mut SkillResponse, top: At<'_>) {
    let impossible = response.use_callback == Some(true) && m.setting.callback_offered == Some(false);
    if impossible && !response.outputs().is_empty() {
        response.use_callback = None;
        m.told("R07", top.key("useCallback"));
    }
}

fn r06_promise_alone(m: &mut Mender<'_>, response: &mut SkillResponse, top: At<'_>) {
    if response.use_callback == Some(true) && m.setting.callback_offered != Some(false) && response.template.is_some() {
        response.template = None;
        m.told("R06", top.key("template"));
    }
}

fn template(m: &mut Mender<'_>, template: &mut Template, at: At<'_>) {
    let mut surplus = Vec::new();
    if let Some(outputs) = template.outputs.take() {
        template.outputs = Some(outputs::outputs(m, outputs, &mut surplus, at.key("outputs")));
    }
    quick_replies::quick_replies(m, &mut template.quick_replies, surplus, at.key("quickReplies"));
}
