//! `kakao member`, `kakao reconcile` and `kakao doctor` against a running `kakao dev`: the real programs, a real port.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use shared::clock::Clock;

mod harness;

use harness::{Dev, kakao, soon};

const GA: &str = "1376016924426879191";
const NA: &str = "2305843009213693953";
const BOT: &str = "0123456789abcdef01234567";

/// A member with a name in the bot, a talk and a group.
fn member(app: &str, user: &str) -> Vec<Value> {
    let (s, n) = (|text: &str| json!({ "S": text }), |number: u64| json!({ "N": number.to_string() }));
    let (pk, bot, mg) = (format!("U#app#{app}"), format!("bot#{BOT}#{user}"), format!("{app:0>32}"));
    let named = format!("U#{bot}");
    vec![
        json!({ "PK": s(&pk), "SK": s("MEMBER"), "t": s("MEMBER"), "v": n(1), "st": s("ACTIVE"), "mg": s(&mg), "since": n(1),
            "consents": s(r#"[{"tag":"tos_2025","agreed":true}]"#), "profile": s(r#"{"nickname":"canary-nickname"}"#),
            "DPK": s("MEMBERS#0"), "DSK": s(&format!("{app:0>20}")) }),
        json!({ "PK": s(&pk), "SK": s("LINK"), "t": s("LINK"), "v": n(1), "st": s("ACTIVE"), "own": s(&mg), "rev": n(2), "lease": n(1) }),
        json!({ "PK": s(&pk), "SK": s(&format!("ID#{bot}")), "t": s("ID"), "v": n(1), "mg": s(&mg) }),
        json!({ "PK": s(&named), "SK": s("ALIAS"), "t": s("ALIAS"), "v": n(1), "app": s(app), "mg": s(&mg) }),
        json!({ "PK": s(&named), "SK": s("SESS"), "t": s("SESS"), "v": n(1), "ctx": s(r#"{"step":1}"#), "rev": n(1) }),
        json!({ "PK": s(&named), "SK": s("GRP#aa"), "t": s("GRP"), "v": n(1), "gid": s("aa"), "name": s("lunch"), "code": s("CODE") }),
        json!({ "PK": s("GRP#aa"), "SK": s(&format!("MBR#{bot}")), "t": s("MBR"), "v": n(1) }),
    ]
}

fn seed(folder: &Path, items: &[Value]) -> String {
    let path = folder.join("seed.json");
    std::fs::write(&path, json!({ "items": items }).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A laptop on which `ga` is a member and linked.
fn laptop() -> (tempfile::TempDir, Dev) {
    let folder = tempfile::tempdir().unwrap();
    let seed = seed(folder.path(), &member(GA, "u-of-ga"));
    let dev = Dev::start_with(&["--memory", "--seed", &seed]);
    link(&dev, "ga");
    (folder, dev)
}

fn link(dev: &Dev, who: &str) {
    assert!(dev.request("POST", &format!("/kakao/links/{who}"), &[], b"").0 < 300);
}

fn is_linked(dev: &Dev, who: &str) -> bool {
    let links: Value = serde_json::from_slice(&dev.request("GET", "/kakao/links", &[], b"").1).unwrap();
    links.as_array().unwrap().iter().any(|link| link["id"] == who && link["linked"] == true)
}

fn run(dev: &Dev, arguments: &[&str]) -> Output {
    run_with(dev, arguments, &[])
}

fn run_with(dev: &Dev, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let port = dev.port.to_string();
    let mut command = kakao(arguments);
    command.args(["--local", "--port", &port]).envs(env.iter().copied());
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn document(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("one JSON document: {error} {output:?}"))
}

#[test]
fn a_person_is_shown_whole_by_either_name_and_erased_on_request() {
    let (_folder, dev) = laptop();
    let shown = document(&run(&dev, &["member", "show", GA]));
    assert_eq!(shown["member"]["profile"]["nickname"], "canary-nickname");
    assert_eq!(shown["names"][0]["items"][2]["ctx"]["step"], 1, "{shown}");
    assert_eq!(shown["names"][0]["in_groups"][0]["PK"], "GRP#aa");
    let by_name = document(&run(&dev, &["member", "show", "--bot", BOT, "--key", "u-of-ga"]));
    assert_eq!((&by_name["app_user_id"], &by_name["member"]), (&json!(GA), &shown["member"]));

    let would = run(&dev, &["member", "erase", GA]);
    assert_eq!(would.status.code(), Some(0));
    assert!(told(&would).contains("--yes") && said(&would).lines().count() == 6, "{would:?}");
    assert_eq!(document(&run(&dev, &["member", "show", GA])), shown, "nothing was changed");

    for times in ["once", "and once more"] {
        let erased = run(&dev, &["member", "erase", GA, "--yes"]);
        assert_eq!(erased.status.code(), Some(0), "{times}: {erased:?}");
    }
    assert!(!is_linked(&dev, "ga"));
    let left = run(&dev, &["member", "show", "--bot", BOT, "--key", "u-of-ga"]);
    assert!(!said(&left).contains("canary") && told(&left).contains("there is nothing of this person"), "{left:?}");
}

#[test]
fn a_deployment_is_what_the_environment_names() {
    let (_folder, dev) = laptop();
    let place: Value = serde_json::from_slice(&dev.request("GET", "/laptop", &[], b"").1).unwrap();
    let (table_url, name) = (place["table_url"].as_str().unwrap(), place["table_name"].as_str().unwrap());
    let kapi = format!("http://127.0.0.1:{}/kapi", dev.port);
    let env = [
        ("TABLE_NAME", name),
        ("AWS_ENDPOINT_URL_DYNAMODB", table_url),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
        ("KAPI_URL", &kapi),
        ("KAKAO_ADMIN_KEYS", "local-admin-key"),
        ("TOKEN_SIGNING_KEY", "local-token-signing-key"),
    ];
    let run = |arguments: &[&str]| kakao(arguments).env_clear().envs(env).output().unwrap();
    assert_eq!(document(&run(&["member", "show", GA]))["app_user_id"], GA);
    let members = &["reconcile", "members"];
    for policy in ["", "erased", "KEEP"] {
        let refused = kakao(members).env_clear().envs(env).env("UNLINK_POLICY", policy).output().unwrap();
        assert!(refused.status.code() == Some(2) && told(&refused).contains("UnlinkPolicy와"), "{policy}: {refused:?}");
        assert!(told(&refused).contains("set UNLINK_POLICY=erase or UNLINK_POLICY=keep"), "{refused:?}");
    }
    assert_eq!(document(&run(&["reconcile", "members", "--dry-run"]))["checked"], 1);
    let walked = kakao(members).env_clear().envs(env).env("UNLINK_POLICY", "erase").output().unwrap();
    assert_eq!(document(&walked)["checked"], 1);
    assert_eq!(run(&["member", "erase", GA, "--yes"]).status.code(), Some(0));
    assert!(!is_linked(&dev, "ga"));
}

#[test]
fn a_service_that_keeps_its_former_members_keeps_them_here_too() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start_with(&["--memory", "--seed", &seed(folder.path(), &member(NA, "u-of-na"))]);
    let kept = run_with(&dev, &["reconcile", "members"], &[("UNLINK_POLICY", "keep")]);
    assert_eq!(document(&kept)["left"], 1);
    let kinds: Vec<Value> = items_under(&dev, "U#app#").iter().map(|item| item["SK"]["S"].clone()).collect();
    assert!(kinds.contains(&json!("FORMER")) && !kinds.contains(&json!("MEMBER")), "{kinds:?}");
}

#[test]
fn somebody_who_only_talks_is_erased_by_the_bots_name() {
    let folder = tempfile::tempdir().unwrap();
    let talk: Vec<Value> = member(GA, "u").into_iter().skip(4).collect();
    let dev = Dev::start_with(&["--memory", "--seed", &seed(folder.path(), &talk)]);
    let who = ["--bot", BOT, "--key", "u"];
    let shown = document(&run(&dev, &[&["member", "show"][..], &who].concat()));
    assert_eq!((&shown["app_user_id"], shown["asked_name"]["items"].as_array().unwrap().len()), (&Value::Null, 2));
    let erased = run(&dev, &[&["member", "erase", "--yes"][..], &who].concat());
    assert_eq!(erased.status.code(), Some(0), "{erased:?}");
    let shown = document(&run(&dev, &[&["member", "show"][..], &who].concat()));
    assert_eq!(shown["asked_name"]["items"], json!([]));
}

#[test]
fn an_admin_key_that_kakao_does_not_know_erases_nobody() {
    let (_folder, dev) = laptop();
    let refused = run_with(&dev, &["member", "erase", GA, "--yes"], &[("KAKAO_ADMIN_KEYS", "canary-key")]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(told(&refused).contains("kakao doctor") && !told(&refused).contains("canary"), "{refused:?}");
    assert_eq!(document(&run(&dev, &["member", "show", GA]))["member"]["st"], "ACTIVE");
}

#[test]
fn members_are_reconciled_and_a_dry_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let items = [member(GA, "u-of-ga"), member(NA, "u-of-na")].concat();
    let dev = Dev::start_with(&["--memory", "--seed", &seed(folder.path(), &items)]);
    link(&dev, "ga"); // `na` has left, and nobody told us
    let looked = document(&run(&dev, &["reconcile", "members", "--dry-run"]));
    assert_eq!((&looked["checked"], &looked["left"], &looked["orphans"]), (&json!(2), &json!(1), &json!(0)));
    assert_eq!(document(&run(&dev, &["member", "show", NA]))["member"]["st"], "ACTIVE");

    dev.request(
        "POST",
        "/kakao/faults",
        &[("content-type", "application/json")],
        br#"{"at":"ids","fault":"429:60","times":1}"#,
    );
    let mended = run(&dev, &["reconcile", "members"]);
    assert!(told(&mended).contains("Kakao says not now"), "{mended:?}");
    assert_eq!(document(&mended)["left"], 1);
    soon("na is gone", || {
        document(&run(&dev, &["member", "show", NA]))["names"].as_array().unwrap().is_empty().then_some(())
    });
    assert_eq!(document(&run(&dev, &["member", "show", GA]))["member"]["st"], "ACTIVE");
    assert_eq!(document(&run(&dev, &["reconcile", "members"]))["left"], 0, "it may begin another round at once");
}

#[test]
fn f40_a_round_that_was_stopped_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    // Thirty members who have left, and Kakao takes its time with each.
    let members: Vec<String> = (1..=30_u64).map(|number| (number * 10).to_string()).collect();
    let items: Vec<Value> = members.iter().flat_map(|app| member(app, &format!("u-{app}"))).collect();
    let dev = Dev::start_with(&["--memory", "--seed", &seed(folder.path(), &items)]);
    let slow = json!({ "at": "me", "fault": "slow:400" }).to_string();
    dev.request("POST", "/kakao/faults", &[("content-type", "application/json")], slow.as_bytes());
    let port = dev.port.to_string();
    let stopped = kakao(&["reconcile", "members", "--many", "--local", "--port", &port])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    soon("somebody is erased", || {
        let gone = items_under(&dev, "AUD#").len();
        (gone > 2).then_some(())
    });
    assert!(Command::new("kill").args(["-INT", &stopped.id().to_string()]).status().unwrap().success());
    let stopped = stopped.wait_with_output().unwrap();
    assert!(stopped.status.code() == Some(1) && told(&stopped).contains("go on from here"), "{stopped:?}");
    dev.request("DELETE", "/kakao/faults", &[], b"");
    let ended = document(&run(&dev, &["reconcile", "members", "--many"]));
    assert_eq!((&ended["open"], &ended["pages"]), (&json!(0), &json!(1)), "not a second of waiting for a lease");
    soon("everybody is gone", || {
        items_under(&dev, "U#app#").iter().all(|item| item["SK"]["S"] == "LINK").then_some(())
    });
}

#[test]
fn relations_to_channels_are_reconciled_and_a_dry_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = |text: &str| json!({ "S": text });
    let stored = json!({ "PK": text(&format!("U#app#{GA}")), "SK": text("CH#_LocaL"), "t": text("CH"), "v": {"N": "1"},
        "rel": text("added"), "at": {"N": "1700000000000"}, "ver": {"N": "3400000000000"}, "rid": text("x") });
    let items = [member(GA, "u-of-ga"), member(NA, "u-of-na"), vec![stored]].concat();
    let dev = Dev::start_with(&["--memory", "--seed", &seed(folder.path(), &items)]);
    link(&dev, "ga"); // `na` is not linked: Kakao cannot tell
    let blocked =
        json!({ "channel": "_LocaL", "relation": "BLOCKED", "updated_at": "2025-01-02T03:04:05Z" }).to_string();
    let json = [("content-type", "application/json")];
    assert_eq!(dev.request("POST", "/kakao/channels/ga", &json, blocked.as_bytes()).0, 204);
    let relation = || {
        let all = items_under(&dev, &format!("U#app#{GA}"));
        all.into_iter().find(|item| item["SK"]["S"] == "CH#_LocaL").map(|item| item["rel"]["S"].clone())
    };

    let looked = run(&dev, &["reconcile", "channels", "--dry-run"]);
    let counts = json!({ "pages": 1, "checked": 2, "asked": 2, "learned": 0, "wrong": 1, "silent": 1, "open": 0 });
    assert_eq!(document(&looked), counts);
    assert!(told(&looked).contains("고칠 것 1개") && told(&looked).contains("Nothing was changed"), "{looked:?}");
    assert_eq!(relation(), Some(json!("added")));

    dev.request("POST", "/kakao/faults", &json, br#"{"at":"channels","fault":"429:60","times":1}"#);
    let mended = run(&dev, &["reconcile", "channels"]);
    assert!(told(&mended).contains("Kakao says not now") && told(&mended).contains("1 mended"), "{mended:?}");
    assert_eq!(document(&mended)["wrong"], 1);
    assert_eq!(relation(), Some(json!("blocked")));
    let again = document(&run(&dev, &["reconcile", "channels"]));
    assert_eq!((&again["asked"], &again["wrong"]), (&json!(1), &json!(0)), "only who is not linked");
}

/// What a terminal would have got, and what the command said to somebody who only listens to its result.
fn on_a_terminal(dev: &Dev, arguments: &[&str]) -> String {
    let command = format!("{} {} --local --port {}", env!("CARGO_BIN_EXE_kakao"), arguments.join(" "), dev.port);
    let output = Command::new("script").args(["--quiet", "--return", "--command", &command, "/dev/null"]).output();
    let output = output.expect("script, of bsdutils");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    said(&output)
}

#[test]
fn a_round_on_a_terminal_is_a_bar_and_elsewhere_a_line_a_page() {
    const BACK: &str = "\r\u{1b}[2K";
    let folder = tempfile::tempdir().unwrap();
    // Nobody is linked, so Kakao cannot tell; three pages.
    let items: Vec<Value> =
        (0..60).flat_map(|at| member(&format!("{}", 2_100_000_000 + at), &format!("u{at}"))).collect();
    let dev = Dev::start_with(&["--memory", "--seed", &seed(folder.path(), &items)]);
    let shown = on_a_terminal(&dev, &["reconcile", "channels"]);
    let drawn: Vec<&str> = shown.split(BACK).filter(|part| !part.is_empty()).collect();
    let [first, second, last] = drawn.as_slice() else { panic!("{shown:?}") };
    assert_eq!(*first, format!("kakao: {}{}  41% 25/60", "█".repeat(10), "░".repeat(14)));
    assert_eq!(*second, format!("kakao: {}{}  83% 50/60", "█".repeat(20), "░".repeat(4)));
    assert!(last.starts_with("kakao: 3쪽, 60/60명") && last.contains("\"silent\":60"), "{last:?}");

    let listened = run(&dev, &["reconcile", "channels", "--dry-run"]);
    let lines: Vec<String> = told(&listened).lines().map(str::to_owned).collect();
    assert!(lines.len() >= 3 && !told(&listened).contains(['\u{1b}', '█']), "{listened:?}");
    for (line, so_far) in lines.iter().zip(["25/60 members", "50/60 members", "60/60 members"]) {
        assert!(line.contains(so_far), "{lines:?}");
    }
    assert_eq!(document(&listened)["pages"], 3);
}

#[test]
fn f38_an_older_table_file_loses_the_erased_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, older) = (folder.path().join("data"), folder.path().join("older"));
    let at = |path: &Path| path.to_str().unwrap().to_owned();
    let seed = seed(folder.path(), &[member(GA, "u-of-ga"), member(NA, "u-of-na")].concat());
    Dev::start_with(&["--data", &at(&data), "--seed", &seed]).kill();
    std::fs::create_dir(&older).unwrap();
    for file in std::fs::read_dir(&data).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), older.join(file.file_name())).unwrap();
    }
    let dev = Dev::start(&data);
    link(&dev, "ga");
    assert_eq!(run(&dev, &["member", "erase", GA, "--yes"]).status.code(), Some(0));
    let ledger = items_under(&dev, "AUD#");
    assert_eq!(ledger.len(), 1);
    dev.kill();

    // The ledger is not in the older file. In the cloud it stays in the table beside the restored one.
    let seed = self::seed(folder.path(), &ledger);
    let dev = Dev::start_with(&["--data", &at(&older), "--seed", &seed]);
    assert_eq!(document(&run(&dev, &["member", "show", GA]))["member"]["st"], "ACTIVE", "it is back");
    let dry = document(&run(&dev, &["reconcile", "erasures", "--dry-run"]));
    assert_eq!(dry, json!({ "checked": 2, "erased": 1, "open": 0 }));
    let again = document(&run(&dev, &["reconcile", "erasures", "--since", &Clock::System.now().kst_day()]));
    assert_eq!(again, json!({ "checked": 2, "erased": 1, "open": 0 }));
    assert!(told(&run(&dev, &["member", "show", GA])).contains("there is nothing of this person"));
    assert_eq!(document(&run(&dev, &["member", "show", NA]))["member"]["st"], "ACTIVE");
}

/// Items as DynamoDB JSON, from the table's own door.
fn items_under(dev: &Dev, prefix: &str) -> Vec<Value> {
    let told: Value = serde_json::from_slice(&dev.request("GET", "/laptop", &[], b"").1).unwrap();
    let port = told["table_url"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    let key = "AWS4-HMAC-SHA256 Credential=local/20251120/ap-northeast-2/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "DynamoDB_20120810.Scan"),
        ("x-amz-date", "20251120T000000Z"),
        ("authorization", key),
    ];
    let body = json!({ "TableName": told["table_name"] }).to_string();
    let (status, body) = harness::request(port, "POST", "/", &headers, body.as_bytes());
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let found: Value = serde_json::from_slice(&body).unwrap();
    let items = found["Items"].as_array().unwrap().iter();
    items.filter(|item| item["PK"]["S"].as_str().unwrap().starts_with(prefix)).cloned().collect()
}

#[test]
fn the_doctor_proves_keys_and_address_and_says_what_is_wrong_with_each() {
    let dev = Dev::start_with(&["--memory"]);
    let well = run(&dev, &["doctor"]);
    assert_eq!(well.status.code(), Some(0), "{well:?}");
    assert_eq!(said(&well).matches("  ok ").count(), 4, "{well:?}");
    for (name, value, words) in [
        ("KAKAO_CLIENT_SECRET", "canary-secret", "KOE010"),
        ("KAKAO_REST_API_KEY", "canary-key", "KOE101"),
        ("SYNC_REDIRECT_URI", "https://other.example/sync/redirect", "https://other.example/sync/redirect"),
        ("KAKAO_ADMIN_KEYS", "canary-admin", "[앱] > [플랫폼 키] > [어드민 키]"),
        ("KAUTH_URL", "http://127.0.0.1:1", "Kakao does not answer"),
        ("KAPI_URL", "http://127.0.0.1:1", "Kakao does not answer"),
        ("TOKEN_SIGNING_KEY", ",", "TOKEN_SIGNING_KEY is not set"),
    ] {
        let found = run_with(&dev, &["doctor"], &[(name, value)]);
        assert_eq!(found.status.code(), Some(1), "{name}: {found:?}");
        assert!(said(&found).contains(words) && said(&found).contains("할 일"), "{name}: {found:?}");
        assert!(!said(&found).contains("canary") && !told(&found).contains("canary"), "{name} is shown: {found:?}");
    }
    for (fault, words) in [
        ("KOE303", "KOE303 http://127.0.0.1"),
        ("KOE006", "KOE006 http://127.0.0.1"),
        ("KOE004", "Usage settings"),
        ("503", "does not answer"),
        ("html", "does not answer"),
    ] {
        let plan = json!({ "at": "token", "fault": fault, "times": 1 }).to_string();
        dev.request("POST", "/kakao/faults", &[("content-type", "application/json")], plan.as_bytes());
        let found = run(&dev, &["doctor"]);
        assert!(found.status.code() == Some(1) && said(&found).contains(words), "{fault}: {found:?}");
    }
}

#[test]
fn the_doctor_asks_for_kakaos_addresses_where_callbacks_are_held_against_them() {
    let dev = Dev::start_with(&["--memory"]);
    let kakaos = ("CALLBACK_ADDRESSES", "kakao");
    let well = run_with(&dev, &["doctor"], &[kakaos]);
    assert_eq!((well.status.code(), said(&well).matches("  ok ").count()), (Some(0), 5), "{well:?}");
    assert!(said(&well).contains("카카오의 주소 목록"), "{well:?}");
    let stranger = run_with(&dev, &["doctor"], &[kakaos, ("KAKAO_REST_API_KEY", "canary-key")]);
    assert!(said(&stranger).contains("does not know this REST API key"), "{stranger:?}");
    assert!(!said(&stranger).contains("canary"), "{stranger:?}");
    for (fault, words) in [("html", "no list of addresses"), ("drop-before", "does not answer"), ("-10", "too-many")] {
        let plan = json!({ "at": "system-ips", "fault": fault, "times": 2 }).to_string();
        dev.request("POST", "/kakao/faults", &[("content-type", "application/json")], plan.as_bytes());
        let found = run_with(&dev, &["doctor"], &[kakaos]);
        assert!(found.status.code() == Some(1) && said(&found).contains(words), "{fault}: {found:?}");
        dev.request("DELETE", "/kakao/faults", &[], b"");
    }
}

#[test]
fn the_doctor_says_what_is_not_configured() {
    let output = kakao(&["doctor"]).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    for words in ["the sign-up is off", "KAKAO_ADMIN_KEYS is not set", "TOKEN_SIGNING_KEY is not set", "TABLE_NAME"] {
        assert!(said(&output).contains(words), "{words}: {output:?}");
    }
}

#[test]
fn a_wrong_command_line_says_what_to_do() {
    let nobody: &[(&[&str], &str)] = &[
        (&["member"], "show or erase"),
        (&["member", "shwo", GA], "show or erase"),
        (&["member", "show"], "one ID"),
        (&["member", "show", "ga"], "--bot ID --key KEY"),
        (&["member", "show", GA, "--bot", BOT], "one ID"),
        (&["member", "show", GA, "--yes"], "erase only"),
        (&["member", "show", "--bot", "a#b", "--key", "c"], "nothing that Kakao"),
        (&["reconcile"], "members, channels or erasures"),
        (&["reconcile", "all"], "members, channels or erasures"),
        (&["reconcile", "members", "--since", "2026-11-20"], "erasures only"),
        (&["reconcile", "erasures", "--since", "20-11-2026", "--local"], "2026-11-20"),
        (&["reconcile", "erasures", "--many"], "members only"),
        (&["reconcile", "channels", "--many"], "members only"),
        (&["reconcile", "channels", "--ledger", "old"], "erasures only"),
        (&["reconcile", "members", "--port", "x"], "--port"),
        (&["reconcile", "members", "--port", "3000"], "--local"),
        (&["reconcile", "members", "--local", "--port", "1"], "make dev"),
        (&["member", "show", GA], "TABLE_NAME"),
        (&["doctor", "--verbose"], "--verbose"),
    ];
    for (arguments, words) in nobody {
        let output = kakao(arguments).env_clear().output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(told(&output).contains(words) && told(&output).contains("--help"), "{arguments:?}: {output:?}");
    }
    for command in ["member", "reconcile", "doctor"] {
        let help = kakao(&[command, "--help"]).output().unwrap();
        assert!(help.status.success() && said(&help).contains("exit code") && said(&help).contains("끝 코드"));
    }
}
