//! The sample bot's greeting after a sign-up, with the plugin's value sent by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod harness;

use harness::{Dev, kakao};

const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/seed.json");

#[test]
fn what_the_plugin_left_can_be_sent_by_hand() {
    let dev = Dev::start_with(&["--memory", "--seed", SEED]);
    let url = format!("http://127.0.0.1:{}", dev.port);
    let send = |more: &[&str]| {
        let sent = kakao(&["send", "skill", "--name", "join", "--utterance", "가입하기", "--user", "u", "--url", &url])
            .args(more)
            .output()
            .unwrap();
        assert!(sent.status.success(), "{sent:?}");
        String::from_utf8_lossy(&sent.stdout).into_owned()
    };
    for (more, words) in [
        (&["--param", r#"profile={"saved":true,"app_user_id":2100000101}"#][..], "가입을 마쳤어요"),
        (&["--app-user", "2100000102"], "이미 회원이세요"),
        (&["--param", r#"profile={"saved":false}"#, "--user", "v"], "아직 가입 전이에요"),
        (&["--user", "v"], "가입하시겠어요?"),
    ] {
        assert!(send(more).contains(words), "{more:?} should get {words:?}, got {}", send(more));
    }
}

#[test]
fn the_auth_block_and_its_skill_are_the_authors() {
    let dev = Dev::start_with(&["--memory", "--auth-skill", "tour", "--auth-block", "5ff6c3c4b5c5c8347b3f4c3c"]);
    for block in ["65f0000000000000a07b10c0", "5ff6c3c4b5c5c8347b3f4c3c"] {
        let opened =
            dev.say(&serde_json::json!({ "person": "ga", "skill": "lunch", "text": "가입", "blockId": block }));
        assert_eq!(opened["kind"], "halfView", "{opened}");
    }
}
