//! Any bytes as a SkillPayload: what parses is written back as it came, and every question has an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::kakao::limits::{self, Severity};
use shared::kakao::parse;
use shared::kakao::skill::SkillRequest;

fuzz_target!(|bytes: &[u8]| {
    let request: SkillRequest = match parse(bytes) {
        Ok(request) => request,
        Err(misfit) => {
            assert!(misfit.path.chars().count() <= 201 && !misfit.path.contains(char::is_control));
            return;
        }
    };
    let written = serde_json::to_value(&request).expect("writes");
    let plain: Value =
        serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).expect("it is JSON");
    assert_eq!(written, plain, "what was read is written back");
    let text = serde_json::to_vec(&request).expect("writes");
    let again: SkillRequest = parse(&text).expect("parses again");
    // A name that is there twice is once on the second reading, which may make a shape of what was none.
    assert_eq!(serde_json::to_value(&again).expect("writes"), written);
    assert!(parse::<SkillRequest>(&text).expect("parses") == again);

    assert_eq!(request.is_test(), request.origin().is_test());
    assert_eq!(request.is_group_chat(), request.group_key().is_some());
    assert!(request.raw_utterance().contains(request.utterance()));
    assert!(!request.bot_key().is_empty() || request.bot_id().is_none_or(|id| id.trim_end_matches('!').is_empty()));
    for nothing in [request.user_key(), request.callback_url(), request.lang(), request.timezone(), request.group_key()]
    {
        assert_ne!(nothing, Some(""), "empty is none");
    }
    assert!(limits::skill_request(&request).iter().all(|finding| finding.severity == Severity::Warning));
    let _ = (request.is_v1(), request.is_fallback(), request.is_knowledge(), request.is_dev_channel());
    let _ = (request.plusfriend_user_key(), request.app_user_id(), request.app_user_status(), request.is_friend());
    let _ = (request.trigger(), request.last_block(), request.referrer_block(), request.block(), request.skill_name());
    let _ = (request.client_extra::<Value>(), request.event_params::<Value>(), request.user_properties::<Value>());
    let _ = (request.otp(), request.chat(), request.media(), request.photos().len(), request.mentions().len());

    let mut names: Vec<&str> = Vec::new();
    for (name, slot) in request.slots() {
        names.push(name);
        assert_eq!(request.param(name), Some(slot.raw()));
        assert!(slot.text().is_none_or(|text| !text.trim().is_empty()), "blanks are none");
        let _ = (slot.origin(), slot.group(), slot.json(), slot.plugin().plugin());
        let _ = (slot.date(), slot.number(), slot.ordinal(), slot.mention(), slot.secure_images(), slot.otp());
    }
    assert!(names.is_sorted());
    for context in request.contexts() {
        let _ = (context.lifespan(), context.ttl());
        for name in context.params.get().into_iter().flat_map(|params| params.keys()) {
            let _ = (context.param(name), context.resolved(name), context.secure_images(name));
        }
    }
});
