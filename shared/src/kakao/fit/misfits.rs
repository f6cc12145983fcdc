//! Mends members of another JSON type than documented: nobody can say what was meant, so they go, and what depends on them is
//! mended like anything else that is missing. Members that are `null` go without a word: they are missing already.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde::Deserialize;
use serde_json::Value;

use super::mender::Mender;
use crate::kakao::limits::Finding;
use crate::kakao::skill::SkillResponse;

/// The rule that names such members.
const RULE: &str = "R09";

/// Without one of these a card would show another price. So it loses its price, and with that its place.
const MONEY: &[&str] = &["discount", "discountRate", "discountedPrice", "currency"];

/// The answer without them. A body that cannot be taken apart stays as it is, and is refused for them later.
pub(super) fn drop_misfits(m: &mut Mender<'_>, response: &mut SkillResponse, findings: &[Finding], nulls: &[String]) {
    let misfits: Vec<&Finding> = findings.iter().filter(|finding| finding.rule == RULE).collect();
    if misfits.is_empty() && nulls.is_empty() {
        return;
    }
    let Ok(mut body) = serde_json::to_value(&*response) else { return };
    for path in nulls {
        remove(&mut body, path, &[]);
    }
    let gone: Vec<_> =
        misfits.into_iter().filter(|finding| remove(&mut body, &finding.path, MONEY).is_some()).collect();
    if let Ok(mended) = SkillResponse::deserialize(body) {
        *response = mended;
        for finding in gone {
            m.tell(RULE, finding.path.clone());
        }
    }
}

/// Takes the member at a path such as `template.outputs[0].listCard.header` out, and the price with it if it is one of `money`.
fn remove(body: &mut Value, path: &str, money: &[&str]) -> Option<Value> {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut steps = parent.split(['.', '[']).filter(|step| !step.is_empty());
    let place = steps.try_fold(body, |place, step| match step.strip_suffix(']') {
        Some(index) => place.get_mut(index.parse::<usize>().ok()?),
        None => place.get_mut(step),
    })?;
    let members = place.as_object_mut()?;
    if money.contains(&name) {
        members.remove("price");
    }
    members.remove(name)
}
