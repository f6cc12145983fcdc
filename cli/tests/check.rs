//! `kakao check` from the outside: output, exit codes, languages.
#![allow(clippy::expect_used, reason = "tests")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn sample(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/samples").join(path)
}

/// Runs `kakao check` with these arguments and this standard input.
fn check(args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kakao"))
        .arg("check")
        .args(args)
        .env_remove("LC_ALL")
        .env_remove("LANG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kakao starts");
    // The child may end without reading.
    let _ = child.stdin.take().expect("stdin").write_all(stdin.as_bytes());
    child.wait_with_output().expect("kakao ends")
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("UTF-8")
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("UTF-8")
}

const FINE: &str = r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":"안녕"}}]}}"#;
const EMPTY: &str = r#"{"version":"2.0","template":{"outputs":[{"simpleText":{"text":""}}]}}"#;

#[test]
fn says_nothing_about_a_good_document() {
    let output = check(&["skill-response", "-"], FINE);
    assert_eq!((output.status.code(), out(&output), err(&output)), (Some(0), "", ""));
}

#[test]
fn one_line_per_finding() {
    let output = check(&["skill-response", "--lang", "en", "-"], EMPTY);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(out(&output), "-: E R10 template.outputs[0].simpleText.text the text is empty\n");
}

#[test]
fn warnings_do_not_fail() {
    let long = format!(
        r#"{{"version":"2.0","template":{{"outputs":[{{"simpleText":{{"text":"{}"}}}}]}}}}"#,
        "가".repeat(1001)
    );
    let output = check(&["skill-response", "-"], &long);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).starts_with("-: W R11 template.outputs[0].simpleText.text "));
    assert!(out(&output).contains("1001") && out(&output).contains("1000"));
}

#[test]
fn speaks_korean_unless_told_otherwise() {
    assert!(out(&check(&["skill-response", "-"], EMPTY)).contains("텍스트가 비어 있습니다"));
    assert!(out(&check(&["skill-response", "-", "--lang=en"], EMPTY)).contains("the text is empty"));
    assert!(out(&check(&["--help"], "")).contains("종료 코드"));
    assert!(out(&check(&["--help", "--lang", "en"], "")).contains("Exit code"));
    assert_eq!(check(&["skill-response", "-", "--lang", "fr"], FINE).status.code(), Some(2));
}

#[test]
fn takes_the_language_from_the_environment() {
    let output = Command::new(env!("CARGO_BIN_EXE_kakao"))
        .args(["check", "--help"])
        .env("LC_ALL", "en_US.UTF-8")
        .output()
        .expect("kakao runs");
    assert!(out(&output).contains("Exit code"));
}

#[test]
fn emits_what_it_read_and_nothing_else() {
    for name in ["text", "context", "skill-test", "client-extra-null", "app-user", "photo"] {
        let path = sample(&format!("skill-request/{name}.json"));
        let output = check(&["skill-request", "--emit", path.to_str().expect("path")], "");
        assert_eq!(output.status.code(), Some(0), "{name}");
        let emitted: Value = serde_json::from_str(out(&output)).expect("one document");
        let read: Value = serde_json::from_slice(&std::fs::read(path).expect("sample")).expect("JSON");
        assert_eq!(emitted, read, "{name}");
    }
    let output = check(&["skill-response", "--emit", "-"], EMPTY);
    assert_eq!(output.status.code(), Some(1));
    assert!(serde_json::from_str::<Value>(out(&output)).is_ok());
    assert!(err(&output).contains("R10"));
}

#[test]
fn shows_findings_as_json() {
    let output = check(&["skill-response", "--json", "--lang", "en", "-"], EMPTY);
    let shown: Value = serde_json::from_str(out(&output)).expect("JSON");
    let path = "template.outputs[0].simpleText.text";
    assert_eq!(
        shown,
        json!([{"file": "-", "rule": "R10", "severity": "E", "path": path, "message": "the text is empty"}])
    );
    assert_eq!(out(&check(&["skill-response", "--json", "-"], FINE)).trim(), "[]");
}

#[test]
fn a_file_that_cannot_be_read_is_2_and_the_others_are_still_checked() {
    let good = sample("skill-response/sample-6.json");
    let bad = sample("skill-response/sample-2.json");
    let args =
        ["skill-response", good.to_str().expect("path"), "/no/such/file", bad.to_str().expect("path"), "--lang=en"];
    let output = check(&args, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("/no/such/file") && err(&output).contains("Check the path"));
    assert!(out(&output).contains("sample-2.json: E R82 template.outputs[0].listCard.buttons "));
    assert!(out(&output).contains("sample-2.json: E R83 template.outputs[0].listCard.buttons[0].messageText "));
}

#[test]
fn says_where_it_failed_without_quoting() {
    let output = check(&["skill-request", "-", "--lang", "en"], r#"{"userRequest":{"user":{"id":["010-1234-5678"]}}}"#);
    assert_eq!((output.status.code(), out(&output)), (Some(2), ""));
    assert!(err(&output).contains("userRequest.user.id"));
    assert!(!err(&output).contains("010"));
    assert!(err(&check(&["skill-request", "-"], "[]")).contains("위치: 문서 전체"));
    for broken in ["", "{", "[]", "{} {}", "{\"a\":1e999}"] {
        assert_eq!(check(&["skill-request", "-"], broken).status.code(), Some(2), "{broken}");
    }
}

#[test]
fn a_wrong_command_line_is_2() {
    let output = check(&["no-such-kind", "-"], "{}");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("skill-request, skill-response, skill-check-request, skill-check-response"));
    for args in [&[][..], &["skill-request"], &["skill-request", "-", "--no-such-option"]] {
        assert_eq!(check(args, "{}").status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn checks_parameter_checks() {
    let request = sample("skill-check/request-phone.json");
    let response = sample("skill-check/response-success.json");
    assert_eq!(check(&["skill-check-request", request.to_str().expect("path")], "").status.code(), Some(0));
    assert_eq!(check(&["skill-check-response", response.to_str().expect("path")], "").status.code(), Some(0));
    assert_eq!(check(&["skill-check-response", "-"], r#"{"status":"MAYBE"}"#).status.code(), Some(1));
}

#[test]
fn checks_plugin_values_in_each_form() {
    let list =
        "List(https://secure.kakaocdn.net/a?expires=1702641400, https://secure.kakaocdn.net/b?expires=1702641400)";
    let object = json!({"privacyAgreement": "Y", "imageQuantity": "2", "secureUrls": list, "expire": "2023-12-15T11:56:40+0000"});
    for value in [
        object.clone(),
        json!(object.to_string()),
        json!(list),
        json!({"otp": "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile"}),
    ] {
        let output = check(&["plugin-value", "--emit", "-"], &value.to_string());
        assert_eq!((output.status.code(), err(&output)), (Some(0), ""), "{value}");
        assert_eq!(
            serde_json::from_str::<Value>(out(&output)).expect("one document"),
            value,
            "written back as it came"
        );
    }

    // Odd, and never an error: Kakao wrote it. Nothing of it is quoted.
    let odd = json!({"privacyAgreement": "Y", "imageQuantity": "1", "secureUrls": "List()", "expire": "1970-01-19T05:25:58+0900"});
    let output = check(&["plugin-value", "--lang", "en", "-"], &json!(odd.to_string()).to_string());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        out(&output),
        "-: W P05 secureUrls secureUrls holds no address\n-: W P06 imageQuantity imageQuantity says 1, and there are 0 addresses\n"
    );
    let broken = check(&["plugin-value", "--emit", "-"], r#""{\"otp\": }""#);
    assert_eq!((broken.status.code(), out(&broken).trim()), (Some(0), r#""{\"otp\": }""#));
    assert!(err(&broken).starts_with("-: W P02 . "));
    assert_eq!(check(&["plugin-value", "-"], "List(http://a)").status.code(), Some(2), "text is JSON text in quotes");
}

const CHANNEL: &str = r#"{"event":"added","id":2100000001,"id_type":"app_user_id","plus_friend_public_id":"_AbCdE","plus_friend_uuid":"@a","timestamp":1735787045,"x":1}"#;

#[test]
fn what_kakao_tells_by_itself_is_checked_and_comes_out_as_it_went_in() {
    for (kind, document) in [
        ("channel-callback", CHANNEL),
        ("unlink-callback", r#"{"app_id":"7","user_id":18446744073709551615,"referrer_type":"UNLINK_FROM_APPS"}"#),
        (
            "account-event",
            r#"{"iss":"https://kauth.kakao.com","aud":"k","sub":"1","iat":1,"jti":"j","events":{"https://schemas.openid.net/secevent/oauth/event-type/user-linked":{}}}"#,
        ),
    ] {
        let output = check(&[kind, "--emit", "-"], document);
        assert_eq!((output.status.code(), err(&output)), (Some(0), ""), "{kind}");
        let emitted: Value = serde_json::from_str(out(&output)).expect("JSON");
        assert_eq!(emitted, serde_json::from_str::<Value>(document).expect("JSON"), "{kind}");
    }
}

#[test]
fn an_unlink_may_be_a_form_and_an_account_event_a_token() {
    let output = check(&["unlink-callback", "--lang=en", "-"], "app_id=7&user_id=abc&referrer_type=UNLINK_FROM_APPS\n");
    assert_eq!(
        (output.status.code(), out(&output)),
        (Some(1), "-: E U02 user_id user_id is missing or is no whole number\n")
    );
    let twice = check(&["unlink-callback", "--lang=en", "-"], "user_id=1&user_id=2");
    assert_eq!(twice.status.code(), Some(2));
    assert!(err(&twice).contains("user_id") && !err(&twice).contains("=1"));
    // {"alg":"RS256"} . {"iss":"x"} . no signature at all
    let output = check(&["account-event", "--emit", "--lang=en", "-"], "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.x\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(serde_json::from_str::<Value>(out(&output)).expect("JSON"), json!({"iss": "x"}));
    assert!(err(&output).contains("A01") && !err(&output).contains('x'.to_string().repeat(2).as_str()));
    assert_eq!(check(&["account-event", "-"], "a.b.c").status.code(), Some(2));
}
#[test]
fn old_buttons_of_kakao_work_are_nested_by_fix() {
    let flat = sample("work/message-flat.json");
    let flat = flat.to_str().expect("path");
    let told = check(&["work-message", flat], "");
    assert_eq!(told.status.code(), Some(1));
    assert!(out(&told).contains("E BUTTON-ACTION blocks[2].elements[0].action_type"), "{}", out(&told));
    let fixed = check(&["work-message", "--fix", flat], "");
    assert_eq!((fixed.status.code(), err(&fixed)), (Some(0), ""));
    let again = check(&["work-message", "--fix", "-"], out(&fixed));
    assert_eq!((again.status.code(), out(&again)), (Some(0), out(&fixed)), "once is enough");
    let button = r#"{"type":"button","text":"b","action_type":"call_modal","value":"v"}"#;
    let fixed: Value = serde_json::from_str(out(&check(&["work-block", "--fix", "-"], button))).expect("JSON");
    assert_eq!(fixed["action"], json!({"type": "call_modal", "value": "v"}));
}

#[test]
fn modals_of_kakao_work_are_kept_by_emit_and_wrapped_by_fix() {
    let bare = sample("work/modal-bare.json");
    for (option, pointer) in [("--emit", "/title"), ("--fix", "/view/title")] {
        let printed = check(&["work-modal", option, bare.to_str().expect("path")], "");
        assert_eq!(printed.status.code(), Some(0));
        let printed: Value = serde_json::from_str(out(&printed)).expect("JSON");
        assert_eq!(printed.pointer(pointer), Some(&json!("의견")), "{option}");
    }
    for (kind, name) in [("work-callback", "submission-blank"), ("work-api", "api-users"), ("work-api", "api-message")]
    {
        let path = sample(&format!("work/{name}.json"));
        assert_eq!(check(&[kind, path.to_str().expect("path")], "").status.code(), Some(0), "{name}");
    }
}

#[test]
fn a_message_of_kakao_work_is_judged_in_both_languages_and_advice_fails_nothing() {
    let divided = r#"{"text":"t","blocks":[{"type":"divider"},{"type":"text","text":"t"}]}"#;
    for (lang, words) in
        [("en", "a divider stands between two other blocks"), ("ko", "구분선은 다른 두 블록 사이에 둡니다")]
    {
        let told = check(&["work-message", "--lang", lang, "-"], divided);
        assert_eq!((told.status.code(), err(&told)), (Some(0), ""));
        assert_eq!(out(&told), format!("-: A DIVIDER-PLACE blocks[0] {words}\n"));
    }
    let long =
        json!({"text": "t", "blocks": [{"type": "header", "style": "red", "text": "가".repeat(21)}]}).to_string();
    for (lang, words) in
        [("en", "the header has 21 characters; 1..20 are allowed"), ("ko", "헤더가 21자입니다. 1..20자여야 합니다")]
    {
        let told = check(&["work-message", "--lang", lang, "-"], &long);
        assert_eq!(told.status.code(), Some(1));
        assert_eq!(out(&told), format!("-: E HEADER-TEXT blocks[0].text {words}\n"));
    }
}

#[test]
fn a_modal_of_kakao_work_that_would_not_open_fails() {
    let blocks = r#"[{"type":"text","text":"t"},{"type":"input","name":"a"},{"type":"input","name":"a"}]"#;
    let modal = format!(r#"{{"view":{{"title":"t","accept":"a","decline":"d","blocks":{blocks}}}}}"#);
    let told = check(&["work-modal", "--lang", "en", "-"], &modal);
    assert_eq!((told.status.code(), err(&told)), (Some(1), ""));
    let rules: Vec<String> =
        out(&told).lines().map(|line| line.split(' ').skip(1).take(3).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        rules,
        ["E MODAL-FIELDS view.value", "E MODAL-BLOCK-KIND view.blocks[0]", "E MODAL-NAMES view.blocks[2].name"]
    );
}
