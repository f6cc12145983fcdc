//! `kakao send channel`, `unlink` and `account` against a running `kakao dev`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::Output;

use serde_json::Value;

mod harness;

use harness::{Dev, kakao};

fn send(dev: &Dev, arguments: &[&str]) -> Output {
    let (surface, rest) = arguments.split_first().unwrap();
    let url = format!("http://127.0.0.1:{}", dev.port);
    kakao(&["send", surface, "--url", &url]).args(rest).output().unwrap()
}

/// The status of each answer, and the exit code.
fn statuses(output: &Output) -> (Vec<String>, Option<i32>) {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = text.lines().filter(|line| line.contains(" ms  ")).map(|line| line[..3].to_owned());
    (lines.collect(), output.status.code())
}

fn all(status: &str, count: usize, code: i32) -> (Vec<String>, Option<i32>) {
    (vec![status.to_owned(); count], Some(code))
}

#[test]
fn each_surface_takes_what_is_good_and_refuses_what_is_forged() {
    let dev = Dev::start_with(&["--memory"]);
    for (line, status, count) in [
        ("channel", "200", 1),
        ("channel --event blocked --user na --copies 3", "200", 3),
        ("channel --old-names --open --ago 60", "200", 1),
        ("channel --late 600 --copies 2", "200", 4),
        ("channel --event removed", "200", 1),
        ("unlink", "200", 1),
        ("unlink --as get --user 7", "200", 1),
        ("unlink --as json --reason SOMETHING_NEW --copies 2", "200", 2),
        ("unlink --late 600 --copies 2", "200", 2),
        ("account", "202", 1),
        ("account --late 600", "202", 2),
        ("account --event account-disabled --late 600 --copies 2", "202", 4),
        ("account --event sessions-revoked --late 600", "202", 2),
        ("account --event user-scope-withdraw --scopes phone_number,account_email --copies 3", "202", 3),
        ("account --event https://example.com/new --ago 100", "202", 1),
        ("channel --forge key", "401", 1),
        ("channel --forge unsigned", "401", 1),
        ("unlink --forge key --as get", "401", 1),
        ("unlink --forge app", "403", 1),
        ("account --forge key", "400", 1),
        ("account --forge unsigned", "400", 1),
        ("account --forge signature", "400", 1),
        ("account --forge app", "400", 1),
        ("account --forge issuer", "400", 1),
        ("account --forge typ", "400", 1),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(statuses(&send(&dev, &words)), all(status, count, 0), "{line}");
    }
    let wrong = send(&dev, &["unlink", "--key", "another-key"]);
    assert_eq!(statuses(&wrong), all("401", 1, 1));
    let refused = send(&dev, &["account", "--forge", "issuer"]);
    assert!(String::from_utf8_lossy(&refused.stdout).contains("\"invalid_issuer\""), "the answer is shown");
}

#[test]
fn a_link_is_gone_when_its_end_is_told() {
    let dev = Dev::start_with(&["--memory"]);
    let linked = |who: &str| {
        let links: Value = serde_json::from_slice(&dev.request("GET", "/kakao/links", &[], b"").1).unwrap();
        links.as_array().unwrap().iter().any(|link| link["id"] == who && link["linked"] == true)
    };
    for who in ["ga", "na"] {
        assert!(dev.request("POST", &format!("/kakao/links/{who}"), &[], b"").0 < 300);
    }
    // Nobody must believe the one, and the others are over: their people have been linked again since.
    for line in ["unlink --forge key", "unlink --late 600", "account --event user-linked --late 600", "channel"] {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(send(&dev, &words).status.code(), Some(0), "{line}");
        assert!(linked("ga"), "{line}");
    }
    let told = send(&dev, &["unlink"]);
    assert!(!linked("ga") && linked("na"));
    assert!(String::from_utf8_lossy(&told.stderr).contains("the stand-in's link of ga has ended"), "{told:?}");
    // Somebody may also be named by the number that the service knows.
    send(&dev, &["account", "--user", "2305843009213693953"]);
    assert!(!linked("na"));
    let again = send(&dev, &["unlink"]);
    assert_eq!(statuses(&again), all("200", 1, 0));
    assert!(!String::from_utf8_lossy(&again.stderr).contains("stand-in"), "there was no link: {again:?}");
}

#[test]
fn a_wrong_command_line_says_what_is_right() {
    for (line, words) in [
        ("channel --ago soon", "--ago"),
        ("account --event user-gone", "user-unlinked"),
        ("unlink --as smoke", "get, form, json"),
        ("unlink --late soon", "--late"),
        ("account --forge badly", "signature"),
        ("channel --forge signature", "key, unsigned"),
        ("channel --nothing x", "--nothing"),
    ] {
        let output = kakao(&["send"]).args(line.split(' ')).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{line}: {output:?}");
    }
    let help = kakao(&["send", "account", "--help"]).output().unwrap();
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("--forge"));
    let nobody = kakao(&["send", "channel", "--url", "http://127.0.0.1:9"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(1), "nobody is there");
}
