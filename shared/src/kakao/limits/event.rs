//! Rules of an event: one request names one event and 1 to 100 people.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>

use std::collections::HashSet;

use serde_json::Value;

use super::at::At;
use super::report::{Finding, Report, Setting};
use super::rule::{EV, Rule};
use crate::kakao::Field;
use crate::kakao::skill::{EventRequest, EventUser, EventUserType};

/// Most people in one request.
pub const EVENT_USERS_MAX: usize = 100;

/// An event has a name.
pub(super) static V01: Rule =
    Rule::error("V01", EV, "an event needs a name", "이벤트에는 이름(event.name)이 있어야 합니다");
/// An event is for 1 to 100 people.
pub(super) static V02: Rule = Rule::error(
    "V02",
    EV,
    "{found} people in one request: {limit} are allowed",
    "한 요청에 {found}명입니다. {limit}명까지 됩니다",
);
/// Nobody is named twice.
pub(super) static V03: Rule = Rule::error(
    "V03",
    EV,
    "this person is named twice: {found} has the same key",
    "같은 사람이 두 번 있습니다: {found}과 키가 같습니다",
);
/// A person is named by one of three kinds of keys.
pub(super) static V04: Rule = Rule::error(
    "V04",
    EV,
    "type is botUserKey, plusfriendUserKey or appUserId",
    "type은 botUserKey, plusfriendUserKey, appUserId 중 하나여야 합니다",
);
/// A person has a key.
pub(super) static V05: Rule = Rule::error("V05", EV, "a person needs an id", "사람에는 id가 있어야 합니다");
/// Values of the event are an object.
pub(super) static V06: Rule = Rule::error("V06", EV, "data is an object", "data는 객체여야 합니다");
/// Values for the skill are an object.
pub(super) static V07: Rule = Rule::error("V07", EV, "params is an object", "params는 객체여야 합니다");
/// Values of a person are an object.
pub(super) static V08: Rule = Rule::error("V08", EV, "properties is an object", "properties는 객체여야 합니다");
/// Settings are an object.
pub(super) static V09: Rule = Rule::error("V09", EV, "option is an object", "option은 객체여야 합니다");

/// Everything there is to say about an event. [`EventRequest::batches`] keeps V02 (unless there is nobody) and V03.
pub fn event_request(request: &EventRequest) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    let (event, user) = (top.key("event"), top.key("user"));
    report.require(!request.name().trim().is_empty(), &V01, event.key("name"));
    report.within(1, EVENT_USERS_MAX, request.users().len(), &V02, user);
    v03_nobody_twice(request.users(), user, &mut report);
    for (index, person) in request.users().iter().enumerate() {
        let at = user.index(index);
        let known = matches!(person.kind.get(), Some(kind) if !matches!(kind, EventUserType::Other(_)));
        report.require(known, &V04, at.key("type"));
        report.require(person.id.get().is_some_and(|id| !id.as_str().trim().is_empty()), &V05, at.key("id"));
        report.require(is_object(&person.properties), &V08, at.key("properties"));
    }
    report.require(request.event.get().is_none_or(|event| is_object(&event.data)), &V06, event.key("data"));
    report.require(is_object(&request.params), &V07, top.key("params"));
    report.require(is_object(&request.option), &V09, top.key("option"));
    report.findings
}

fn v03_nobody_twice(users: &[EventUser], at: At<'_>, report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    for (index, person) in users.iter().enumerate() {
        let who = person.who();
        // Those without a key are another rule's.
        if !who.1.is_empty() && !seen.insert(who.clone()) {
            let first = users.iter().position(|other| other.who() == who).unwrap_or_default();
            report.tell(&V03, at.index(index), &at.index(first).to_string(), "");
        }
    }
}

/// Whether an optional member is an object, if it is there.
fn is_object(member: &Field<Value>) -> bool {
    member.get().is_none_or(Value::is_object)
}
