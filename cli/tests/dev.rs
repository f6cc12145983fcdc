//! `kakao dev` as a whole: the real program, a real port, a real file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::kakao::limits;
use shared::kakao::skill::SkillResponse;

mod harness;

use harness::{Dev, kakao, soon};

#[test]
fn it_says_what_one_needs_to_know_and_then_ready() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let said = dev.said.join("\n");
    for needed in [
        "x-skill-secret: local-skill-secret",
        folder.path().to_str().unwrap(),
        "POST /skill/{name}",
        "POST /skill-check/{name}",
        "local-rest-api-key",
        "local-client-secret",
        "local-admin-key",
        "/kakao",
    ] {
        assert!(said.contains(needed), "{needed} is not in\n{said}");
    }
    assert_eq!(dev.request("GET", "/healthz", &[], b"").0, 200);
    assert!(dev.started_in < Duration::from_secs(5), "started in {:?}", dev.started_in);
}

#[test]
fn the_stand_in_for_kakao_login_knows_the_local_secrets() {
    let dev = Dev::start_with(&["--memory"]);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let exchange = |secret: &str| {
        let uri = format!("http://127.0.0.1:{}/sync/redirect", dev.port);
        let body = format!(
            "grant_type=authorization_code&client_id=local-rest-api-key&client_secret={secret}&redirect_uri={uri}&code=made-up"
        );
        let (_, body) = dev.request("POST", "/kauth/oauth/token", &form, body.as_bytes());
        serde_json::from_slice::<Value>(&body).unwrap()["error_code"].clone()
    };
    assert_eq!((exchange("local-client-secret"), exchange("x")), (json!("KOE320"), json!("KOE010")));
    let key = [("authorization", "KakaoAK local-admin-key")];
    let (status, body) = dev.request("GET", "/kapi/v1/user/ids", &key, b"");
    assert_eq!((status, serde_json::from_slice::<Value>(&body).unwrap()["total_count"].clone()), (200, json!(0)));
}

#[test]
fn every_known_request_is_answered_validly() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/samples/skill-request");
    let mut seen = 0;
    for sample in std::fs::read_dir(samples).unwrap() {
        let path = sample.unwrap().path();
        let (status, body) = dev.skill(&std::fs::read(&path).unwrap());
        assert_eq!(status, 200, "{}", path.display());
        let response: SkillResponse = shared::kakao::parse(&body).unwrap();
        assert_eq!(response.version.as_deref(), Some("2.0"));
        assert_eq!(limits::safe(&response), Ok(()), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 12, "{seen} samples");
}

#[test]
fn a_value_is_checked() {
    let dev = Dev::start_with(&["--memory"]);
    let url = format!("http://127.0.0.1:{}", dev.port);
    let check = |value: &str| {
        let sent =
            kakao(&["send", "skill-check", "--name", "phone", "--value", value, "--url", &url]).output().unwrap();
        assert!(sent.status.success(), "{sent:?}");
        serde_json::from_slice::<Value>(&sent.stdout).unwrap()["status"].clone()
    };
    assert_eq!(check("010-1234-5678"), "SUCCESS");
    assert_eq!(check("12"), "FAIL");
}

#[test]
fn a_skill_is_sent_something_by_hand() {
    let dev = Dev::start_with(&["--memory"]);
    let url = format!("http://127.0.0.1:{}", dev.port);
    let send = |arguments: &[&str]| kakao(&["send", "skill", "--url", &url]).args(arguments).output().unwrap();
    let sent = send(&["--utterance", "#점심 선택"]);
    assert!(sent.status.success(), "{sent:?}");
    assert_eq!(serde_json::from_slice::<Value>(&sent.stdout).unwrap()["version"], "2.0");
    let refused = send(&["--utterance", "안녕", "--secret", "wrong"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert_eq!(send(&["--nonsense"]).status.code(), Some(2));
    assert_misused(&send(&[]), &["--utterance 값이", "--utterance is needed"]);
}

#[test]
fn strangers_get_nothing() {
    let dev = Dev::start_with(&["--memory"]);
    let json = ("content-type", "application/json");
    assert_eq!(dev.request("POST", "/skill/lunch", &[json, ("x-skill-secret", "wrong")], b"{}").0, 401);
    assert_eq!(dev.request("POST", "/skill/lunch", &[json], b"{}").0, 401);
    let (status, body) = dev.request("GET", "/nowhere", &[], b"");
    assert_eq!((status, body.as_slice()), (404, br#"{"message":"Not Found"}"#.as_slice()));
    let other_site = [json, ("origin", "http://evil.example")];
    assert_eq!(dev.request("POST", "/room/say", &other_site, b"{}").0, 403, "another site's script");
}

#[test]
fn a_body_that_is_too_large_is_refused_at_once() {
    let dev = Dev::start_with(&["--memory"]);
    let started = Instant::now();
    let (status, _) = dev.skill(&vec![b' '; 10 * 1024 * 1024]);
    assert_eq!(status, 413);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(dev.skill(&vec![b' '; 1024 * 1024]).0, 200, "what fits reaches the function, which answers politely");
}

#[test]
fn what_was_said_survives_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    dev.hear("ga", "#그룹 만들기");
    dev.hear("ga", "우리 팀");
    let founded = dev.hear("ga", "#설정");
    assert!(founded.contains("우리 팀"), "{founded}");
    dev.kill();
    let dev = Dev::start(folder.path());
    let again = dev.hear("ga", "#설정");
    assert_eq!(founded, again);
}

#[test]
fn a_late_answer_is_delivered_to_the_room() {
    let dev = Dev::start_with(&["--memory"]);
    dev.hear("na", "#그룹 만들기");
    dev.hear("na", "우리 팀");
    dev.hear("na", "#식당 추가");
    dev.hear("na", "국밥집");
    let turn = dev.say(&json!({ "person": "na", "skill": "lunch", "text": "#추천", "callback": true }));
    assert_eq!(turn["outcome"], "waiting", "{turn}");
    let became = format!("/room/turns/{}", turn["turn"].as_str().unwrap());
    let delivered = soon("the delivery", || {
        let entries: Vec<Value> = serde_json::from_slice(&dev.request("GET", &became, &[], b"").1).unwrap();
        entries.into_iter().find(|entry| entry["kind"] == "delivered")
    });
    assert_eq!(delivered["result"], "SUCCESS", "{delivered}");
    assert_eq!(delivered["turn"], turn["turn"]);
    assert!(delivered["answer"].to_string().contains("국밥집"), "{delivered}");

    // The address is spent now; and it was never anybody's who guesses.
    let url = turn["request"]["userRequest"]["callbackUrl"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://127.0.0.1:{}", dev.port)).unwrap();
    for path in [path, "/platform/v1/bots/x/callback/cbtoken:0"] {
        let (_, body) = dev.request("POST", path, &[("content-type", "application/json")], b"{}");
        let result: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(result["status"], "FAIL");
        assert_eq!(result["message"], "Invalid callback token. Check your callback token.");
    }
}

#[test]
fn a_late_answer_can_be_waited_for_by_hand() {
    let dev = Dev::start_with(&["--memory"]);
    for text in ["#그룹 만들기", "우리 팀", "#식당 추가", "국밥집"] {
        dev.hear("ga", text);
    }
    let url = format!("http://127.0.0.1:{}", dev.port);
    let sent = kakao(&["send", "skill", "--callback", "--utterance", "#추천", "--url", &url]).output().unwrap();
    assert!(sent.status.success(), "{sent:?}");
    let shown = String::from_utf8_lossy(&sent.stdout);
    assert!(shown.contains("useCallback") && shown.contains("국밥집"), "{shown}");
    let at_once = kakao(&["send", "skill", "--callback", "--utterance", "안녕", "--url", &url]).output().unwrap();
    let words = String::from_utf8_lossy(&at_once.stderr);
    assert!(at_once.status.success() && words.contains("at once") && !words.contains("answered"), "{words}");
}

#[test]
fn a_wrong_command_line_is_told_what_is_wrong() {
    let said = |arguments: &[&str]| kakao(arguments).output().unwrap();
    for port in ["abc", "99999", "-1"] {
        assert_misused(
            &said(&["dev", "--port", port]),
            &["--port 값은 0부터 65535까지", "--port takes a number", port],
        );
    }
    assert_misused(&said(&["dev", "--table-port", "x"]), &["--table-port 값은", "--table-port takes"]);
    assert_misused(&said(&["dev", "--table-host", "here"]), &["--table-host 값은 IP", "--table-host takes", "here"]);
    assert_misused(&said(&["dev", "--data"]), &["--data 뒤에 값이", "--data needs a value"]);
    assert_misused(&said(&["dev", "--nonsense"]), &["그런 옵션은 없어요: --nonsense", "no option --nonsense"]);
    assert_misused(
        &said(&["send"]),
        &[
            "무엇에 보낼지 빠졌어요",
            "say what to send to: kakao send skill, skill-check, event, channel, unlink or account.",
        ],
    );
    assert_misused(
        &said(&["send", "foo"]),
        &["foo 말고", "no `foo` to send to: skill, skill-check, event, channel, unlink or account"],
    );
    let ftp = ["send", "skill", "--utterance", "안녕", "--url", "ftp://x"];
    assert_misused(&said(&ftp), &["--url 값은 http://", "not `ftp://x`"]);
    let late = ["send", "skill", "--callback", "--utterance", "안녕", "--url", "ftp://x"];
    assert_misused(&said(&late), &["--url 값은 http://"]);
    assert_misused(&said(&["send", "skill", "--callback"]), &["--utterance is needed"]);
}

fn assert_misused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in\n{said}");
    }
    assert!(said.lines().count() <= 4, "short:\n{said}");
}

#[test]
fn a_double_click_counts_once() {
    let dev = Dev::start_with(&["--memory"]);
    for text in ["#그룹 만들기", "우리 팀", "#식당 추가", "국밥집"] {
        dev.hear("da", text);
    }
    let choice = dev.say(&json!({ "person": "da", "skill": "lunch", "text": "#점심 선택" }));
    let button = &choice["answer"]["template"]["quickReplies"][0];
    let tap = json!({
        "person": "da", "skill": "lunch", "trigger": "QUICKREPLY_BUTTON_MESSAGE",
        "text": button["messageText"], "extra": button["extra"],
    });
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_eq!(dev.say(&tap)["outcome"], "answered"));
        }
    });
    let result = dev.hear("da", "#결과 보기");
    assert!(result.contains("모두 1표"), "{result}");
}

#[test]
fn items_can_be_put_first() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.json");
    let start = |items: &str| {
        std::fs::write(&seed, items).unwrap();
        ["--memory", "--seed", seed.to_str().unwrap()]
    };
    let dev = Dev::start_with(&start(r#"{"items":[{"PK":{"S":"U#x"},"SK":{"S":"-"}}]}"#));
    assert!(dev.said.iter().any(|line| line.contains("seeded") && line.ends_with('1')), "{:?}", dev.said);
    let refused = kakao(&["dev", "--port", "0"]).args(start(r#"{"items":[{"PK":{"S":"a"}}]}"#)).output().unwrap();
    assert_refused(&refused, "items[0]");
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = kakao(&["dev", "--memory", "--port", &port]).output().unwrap();
    assert_refused(&refused, &port);
    assert_refused(&refused, "--port");
}

#[test]
fn an_address_of_another_machine_is_named() {
    // 192.0.2.0/24 is for documentation: nobody has it.
    let refused = kakao(&["dev", "--memory", "--port", "0", "--table-host", "192.0.2.1"]).output().unwrap();
    assert_refused(&refused, "이 컴퓨터의 주소가 아니에요: 192.0.2.1. --table-host");
    assert_refused(&refused, "192.0.2.1 is not an address of this machine. Give --table-host");
}

#[test]
fn a_folder_serves_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let path = folder.path().to_str().unwrap();
    let refused = kakao(&["dev", "--port", "0", "--data", path]).output().unwrap();
    assert_refused(&refused, path);
    assert_refused(&refused, &format!("http://127.0.0.1:{}", dev.port));
}

#[test]
fn a_file_that_is_no_table_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for start in ["", "SQLite format 3\0"] {
        let mut bytes = vec![b'x'; 8192];
        bytes[..start.len()].copy_from_slice(start.as_bytes());
        std::fs::write(folder.path().join("table.db"), bytes).unwrap();
        let refused = kakao(&["dev", "--port", "0", "--data", folder.path().to_str().unwrap()]).output().unwrap();
        assert_refused(&refused, "table.db");
        assert_refused(&refused, "is broken, or is no table");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!said.contains("encrypt") && !said.contains(".."), "{said}");
    }
}

fn assert_refused(output: &Output, because: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(because), "{because} is not in\n{said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("ready "), "it is not ready");
}

#[cfg(unix)]
#[test]
fn it_ends_politely() {
    for signal in ["-INT", "-TERM"] {
        let mut dev = Dev::start_with(&["--memory"]);
        // An open page must not keep it alive.
        let mut page = TcpStream::connect(("127.0.0.1", dev.port)).unwrap();
        write!(page, "GET /room/events HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n", dev.port).unwrap();
        page.read_exact(&mut [0; 12]).unwrap();
        Command::new("kill").args([signal, &dev.process.id().to_string()]).status().unwrap();
        let ended = soon("the end", || dev.process.try_wait().unwrap());
        assert_eq!(ended.code(), Some(0), "{signal}");
    }
}

#[test]
fn an_unknown_command_is_not_guessed() {
    let said = kakao(&["dve"]).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    let words = String::from_utf8_lossy(&said.stderr);
    assert!(words.contains("`dve`") && words.contains("kakao dev"), "{words}");
    let help = kakao(&["--help"]).output().unwrap();
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).starts_with("kakao: 카카오톡"));
    for command in ["dev", "check", "send"] {
        assert!(kakao(&[command, "--help"]).output().unwrap().status.success(), "{command} --help");
    }
}
