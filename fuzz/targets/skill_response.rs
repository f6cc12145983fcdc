//! Any bytes as a SkillResponse: written once it does not change any more, the quick check finds what the full one finds,
//! and what is fitted may be sent and is not fitted again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::kakao::limits::{self, Severity};
use shared::kakao::{fit, parse};
use shared::kakao::skill::SkillResponse;

fuzz_target!(|bytes: &[u8]| {
    let Ok(response) = parse::<SkillResponse>(bytes) else { return };
    let text = serde_json::to_vec(&response).expect("writes");
    let again: SkillResponse = parse(&text).expect("parses again");
    assert!(again == response, "what is written is what was read");
    assert_eq!(serde_json::to_vec(&again).expect("writes"), text);

    let mut suppressing = limits::Setting::suppressing();
    suppressing.callback_offered = Some(true);
    for setting in [limits::Setting::default(), limits::Setting::group_chat(), suppressing] {
        let findings = limits::skill_response_in(&response, &setting);
        for finding in &findings {
            assert!(!finding.path.is_empty() && !finding.path.contains(char::is_control));
            assert!(!finding.message.en.contains(['{', '}']) && !finding.message.ko.contains(['{', '}']));
        }
        let errors: Vec<_> = findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert_eq!(limits::safe_in(&response, &setting).err().unwrap_or_default(), errors);
        if let Ok(fitted) = fit::fit(response.clone(), &setting, Some("block")) {
            assert_eq!(limits::safe_in(&fitted.response, &setting), Ok(()));
            let twice = fit::fit(fitted.response.clone(), &setting, Some("block")).expect("what is fitted fits");
            assert!(twice.response == fitted.response && twice.mendings.is_empty(), "{:?}", twice.mendings);
        }
    }
});
