//! T25: what a stranger can make the gateway hand over. The stock event conversion panics on many of these before any code of ours
//! runs; here each gets a reply, and the process lives on.

mod lambda_support;

use std::time::{Duration, Instant};

use lambda_support::{TIMEOUT, answer, env, event, reply, seeded_table};
use serde_json::{Value, json};
use tests::runtime_api::{Bootstrap, Ended, workspace};

const NOW: Duration = Duration::ZERO;

/// A good event with changes.
fn changed(good: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut event: Value = serde_json::from_str(good).expect("JSON");
    change(&mut event);
    event.to_string()
}

/// Name and event. What JSON cannot express through a `Value` (doubled members, lone surrogates) is put in by hand.
fn corpus(good: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();

    // Values with which no URL, header or path can be built.
    let bytes = [
        ("markup", "<script>\"'&"),
        ("Hangul", "한글 호스트"),
        ("spaces", "  a b  c "),
        ("control", "\u{0}\u{1}\u{7f}\r\nx-injected: 1"),
        ("empty", ""),
        ("colons", "::::///@@@??##[[]]"),
        ("percent", "%%%zz%ff%00%ed%a0%80"),
        ("BOM and bidi", "\u{feff}\u{202e}\u{2028}"),
        ("astral", "🍚\u{10ffff}"),
    ];
    for (name, value) in bytes {
        for header in ["host", "x-forwarded-proto", "x-forwarded-for", "content-type", "cookie", "user-agent"] {
            all.push((format!("{header}: {name}"), changed(good, |event| event["headers"][header] = value.into())));
        }
        all.push((format!("header name: {name}"), changed(good, |event| event["headers"][value] = "x".into())));
        all.push((format!("secret: {name}"), changed(good, |event| event["headers"]["x-skill-secret"] = value.into())));
        all.push((format!("query: {name}"), changed(good, |event| event["rawQueryString"] = value.into())));
        all.push((format!("path: {name}"), changed(good, |event| event["rawPath"] = value.into())));
        all.push((
            format!("path end: {name}"),
            changed(good, |event| {
                let path = event["rawPath"]
                    .as_str()
                    .unwrap_or_default()
                    .rsplit_once('/')
                    .map_or("", |(head, _)| head)
                    .to_owned();
                event["rawPath"] = format!("{path}/{value}").into();
            }),
        ));
        all.push((
            format!("method: {name}"),
            changed(good, |event| event["requestContext"]["http"]["method"] = value.into()),
        ));
        all.push((
            format!("request id: {name}"),
            changed(good, |event| event["requestContext"]["requestId"] = value.into()),
        ));
        all.push((
            format!("domain: {name}"),
            changed(good, |event| event["requestContext"]["domainName"] = value.into()),
        ));
        all.push((format!("stage: {name}"), changed(good, |event| event["requestContext"]["stage"] = value.into())));
        all.push((format!("body: {name}"), changed(good, |event| event["body"] = value.into())));
        all.push((
            format!("base64: {name}"),
            changed(good, |event| {
                event["body"] = value.into();
                event["isBase64Encoded"] = true.into();
            }),
        ));
    }

    // Each member missing, null and of each other type.
    let members = [
        "/version",
        "/routeKey",
        "/rawPath",
        "/rawQueryString",
        "/headers",
        "/requestContext",
        "/requestContext/http",
        "/requestContext/http/method",
        "/requestContext/http/path",
        "/requestContext/requestId",
        "/requestContext/timeEpoch",
        "/requestContext/stage",
        "/pathParameters",
        "/body",
        "/isBase64Encoded",
        "/headers/host",
        "/headers/x-skill-secret",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!("1"),
        json!("true"),
        json!([]),
        json!([null]),
        json!({}),
        json!({ "a": { "b": [] } }),
    ];
    for member in members {
        let (parent, name) = member.rsplit_once('/').expect("a pointer");
        all.push((
            format!("no {member}"),
            changed(good, |event| {
                if let Some(Value::Object(parent)) = event.pointer_mut(parent) {
                    parent.remove(name);
                }
            }),
        ));
        for value in &values {
            all.push((
                format!("{member} = {value}"),
                changed(good, |event| {
                    if let Some(Value::Object(parent)) = event.pointer_mut(parent) {
                        parent.insert(name.to_owned(), value.clone());
                    }
                }),
            ));
        }
    }

    // No event at all.
    for nothing in [
        "{}",
        "[]",
        "null",
        "0",
        "-0",
        "1e308",
        "true",
        "\"\"",
        "\"{}\"",
        "[{}]",
        "[[[[]]]]",
        " \t\r\n{ } ",
        r#"{"":""}"#,
    ] {
        all.push((format!("only {nothing}"), nothing.to_owned()));
    }

    // What a Value cannot hold.
    let raw = |from: &str, to: &str| {
        assert!(good.contains(from), "there is no {from} in the event");
        good.replacen(from, to, 1)
    };
    let (host, path, body) = (r#""host":""#, r#""rawPath":""#, r#""body":""#);
    for escape in [r"\ud800", r"\udfff", r"\udc00\ud800", r"\ud83d", r"\u0000", r"\ufffe"] {
        all.push((format!("host {escape}"), raw(host, &format!("{host}{escape}"))));
        all.push((format!("path {escape}"), raw(path, &format!("{path}{escape}"))));
        all.push((format!("body {escape}"), raw(body, &format!("{body}{escape}"))));
        all.push((format!("name {escape}"), raw(host, &format!(r#""{escape}":"x",{host}"#))));
    }
    all.push(("two bodies".to_owned(), raw(body, &format!(r#""body":"first",{body}"#))));
    all.push(("two hosts".to_owned(), raw(host, &format!(r#""host":"first",{host}"#))));
    all.push(("two paths".to_owned(), raw(path, &format!(r#""rawPath":"/first",{path}"#))));
    all.push(("two contexts".to_owned(), raw(r#""requestContext":"#, r#""requestContext":null,"requestContext":"#)));
    all.push(("1e400".to_owned(), raw(r#""timeEpoch":"#, r#""timeEpoch":1e400,"x":"#)));
    all.push((
        "a long number".to_owned(),
        raw(r#""timeEpoch":"#, &format!(r#""timeEpoch":{},"x":"#, "9".repeat(5_000))),
    ));
    for depth in [100, 127, 128, 129, 1_000, 100_000] {
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        all.push((format!("{depth} deep"), raw(path, &format!(r#""x":{deep},{path}"#))));
        all.push((format!("header {depth} deep"), raw(host, &format!(r#""x":{deep},{host}"#))));
    }

    // Long.
    let long = |length: usize| "가".repeat(length / 3);
    all.push(("a header of 1 MiB".to_owned(), changed(good, |event| event["headers"]["host"] = long(1 << 20).into())));
    all.push((
        "a secret of 1 MiB".to_owned(),
        changed(good, |event| event["headers"]["x-skill-secret"] = long(1 << 20).into()),
    ));
    all.push((
        "a header name of 1 MiB".to_owned(),
        changed(good, |event| event["headers"][long(1 << 20)] = "x".into()),
    ));
    all.push((
        "10,000 headers".to_owned(),
        changed(good, |event| {
            for number in 0..10_000 {
                event["headers"][format!("x-{number}")] = "x".into();
            }
        }),
    ));
    all.push(("a path of 1 MiB".to_owned(), changed(good, |event| event["rawPath"] = long(1 << 20).into())));
    all.push(("100,000 slashes".to_owned(), changed(good, |event| event["rawPath"] = "/".repeat(100_000).into())));
    all.push(("a query of 1 MiB".to_owned(), changed(good, |event| event["rawQueryString"] = long(1 << 20).into())));
    all.push(("a body of 10 MiB".to_owned(), changed(good, |event| event["body"] = "x".repeat(10 << 20).into())));
    all.push((
        "base64 of 10 MiB".to_owned(),
        changed(good, |event| {
            event["body"] = "QUJD".repeat((10 << 20) / 4).into();
            event["isBase64Encoded"] = true.into();
        }),
    ));
    all.push((
        "a request id of 1 MiB".to_owned(),
        changed(good, |event| event["requestContext"]["requestId"] = long(1 << 20).into()),
    ));
    all
}

/// What is wrong with a reply, if anything is: it must be one that the gateway can send on, and no server error.
fn wrong(function: &str, ended: &Ended) -> Option<String> {
    let Ended::Answer(answer) = ended else {
        return Some(format!("a runtime error: {ended:?}"));
    };
    match answer["statusCode"].as_u64() {
        Some(200) => {
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
            let good = match function {
                "skill" => {
                    body["version"] == "2.0"
                        && body["template"]["outputs"].as_array().is_some_and(|all| !all.is_empty())
                }
                _ => ["SUCCESS", "FAIL", "ERROR", "IGNORE"].iter().any(|status| body["status"] == *status),
            };
            (!good).then(|| format!("200 with a body that is no answer: {answer}"))
        }
        Some(401 | 404) => None,
        _ => Some(format!("no status of ours: {answer}")),
    }
}

async fn survives(function: &str, good: &str) {
    let table = seeded_table();
    let url = table.url();
    let bootstrap = Bootstrap::start(function, TIMEOUT, &env(&url)).await;
    bootstrap.ready().await.expect("it starts");
    let pid = bootstrap.pid().await;

    let good_event = event(function, good, NOW);
    let corpus = corpus(&good_event);
    assert!(corpus.len() >= 40, "{}", corpus.len());
    let (mut bad, mut slowest) = (Vec::new(), (Duration::ZERO, ""));
    for (name, hostile) in &corpus {
        let asked = Instant::now();
        let ended = bootstrap.invoke(hostile).await;
        slowest = slowest.max((asked.elapsed(), name));
        bad.extend(wrong(function, &ended).map(|why| format!("{name}: {why}")));
    }
    println!("{function}: {} events, the slowest took {:?} ({})", corpus.len(), slowest.0, slowest.1);
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), corpus.len(), bad.join("\n"));

    let log = bootstrap.log().await;
    let panics: Vec<_> = log.iter().filter(|line| line.contains("\"panic") || line.contains("panicked")).collect();
    assert!(panics.is_empty(), "{panics:?}");
    assert!(log.iter().all(|line| line.len() < 2_000), "a hostile value made a long log line");
    assert_eq!(bootstrap.pid().await, pid, "it is the same process");
    let answer = answer(bootstrap.invoke(&event(function, good, NOW)).await);
    assert_eq!(answer, reply(function, good), "a good event is answered as ever");
}

#[tokio::test]
async fn t25_hostile_gateway_events_to_the_skill() {
    survives("skill", "choose").await;
}

#[tokio::test]
async fn t25_hostile_gateway_events_to_the_check() {
    survives("skill-check", "phone-accepted").await;
}

#[tokio::test]
async fn t23_the_largest_event_costs_little_memory_and_leaves_nothing_behind() {
    let table = seeded_table();
    let url = table.url();
    let skill = Bootstrap::start("skill", TIMEOUT, &env(&url)).await;
    skill.ready().await.expect("it starts");
    let _ = skill.invoke(&event("skill", "choose", NOW)).await;
    let before = peak_mib(&skill).await;
    // Lambda takes no larger request than this one.
    let large = changed(&event("skill", "choose", NOW), |event| event["body"] = "x".repeat(6 << 20).into());
    for _ in 0..5 {
        assert!(lambda_support::is_apology(&answer(skill.invoke(&large).await)));
    }
    let grown = peak_mib(&skill).await - before;
    println!("6 MiB cost {grown:.1} MiB over {before:.1} MiB");
    assert!(grown > 6.0, "it was not even read: this test shows nothing");
    assert!(grown <= 32.0, "6 MiB cost {grown:.1} MiB");
}

/// The most memory the process has ever had.
async fn peak_mib(function: &Bootstrap) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", function.pid().await)).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

/// The text of a section of a TOML file.
fn section<'a>(toml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = toml.split_once(&format!("\n[{name}]\n"))?;
    Some(rest.split_once("\n[").map_or(rest, |(section, _)| section))
}

/// The value of a key in a section.
fn value<'a>(section: &'a str, key: &str) -> Option<&'a str> {
    let lines = section.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.filter_map(|line| line.split_once('=')).find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
}

#[test]
fn t25_the_release_profile_unwinds_and_checks_for_overflow() {
    let read =
        |path: &str| std::fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let manifest = read("Cargo.toml");
    let release = section(&manifest, "profile.release").expect("[profile.release]");
    assert_eq!(value(release, "panic"), Some("\"unwind\""), "a panic must become an apology, not a dead sandbox");
    assert_eq!(value(release, "overflow-checks"), Some("true"));
    // And nothing takes it back: neither a package's own section, nor cargo's configuration, nor the build itself.
    for (_, rest) in manifest.match_indices("\n[profile.").map(|(at, _)| manifest.split_at(at)) {
        let name = rest[2..].split(']').next().unwrap_or_default();
        let own = section(&manifest, name).unwrap_or_default();
        assert!(!matches!(value(own, "panic"), Some(mode) if mode != "\"unwind\""), "[{name}] sets panic");
        assert!(value(own, "overflow-checks") != Some("false"), "[{name}] switches the checks off");
    }
    for path in [".cargo/config.toml", "scripts/build"] {
        let text = read(path);
        for word in [
            "panic=abort",
            "panic = \"abort\"",
            "overflow-checks=off",
            "overflow-checks=no",
            "_PANIC",
            "_OVERFLOW_CHECKS",
        ] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}
