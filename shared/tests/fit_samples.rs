//! Fitting against answers that other people's servers have sent: `samples/SOURCES.md`.
#![allow(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use shared::kakao::fit::fit;
use shared::kakao::limits::{self, Setting};
use shared::kakao::parse;
use shared::kakao::skill::SkillResponse;

#[test]
fn samples_come_out_good_and_the_good_ones_unchanged() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/skill-response");
    let mut good = 0;
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_stem().expect("name").to_string_lossy().into_owned();
        let response: SkillResponse = parse(&fs::read(&path).expect("sample")).expect("parses");
        for setting in [Setting::default(), Setting::answering(true), Setting::group_chat()] {
            let before = limits::skill_response_in(&response, &setting);
            let fitted = match fit(response.clone(), &setting, None) {
                Ok(fitted) => fitted,
                // Something for sale cannot be shown in a group chat, and there is nothing else in these.
                Err(_) if setting.group_chat && name.contains("commerce") => continue,
                Err(findings) => panic!("{name} in {setting:?}: {findings:?}"),
            };
            assert_eq!(limits::safe_in(&fitted.response, &setting), Ok(()), "{name}");
            if before.is_empty() {
                assert!(fitted.response == response && fitted.mendings.is_empty(), "{name}");
                good += 1;
            }
        }
    }
    assert!(good > 0);
}
