//! Attacks on what mends answers and on what reads bodies.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::kakao::fit::{self, MORE_BYTES_MAX, fit};
use shared::kakao::limits::{self, Setting, Severity};
use shared::kakao::parse;
use shared::kakao::skill::{
    CheckRequest, CheckResponse, EventReply, EventRequest, PluginValue, SkillRequest, SkillResponse, TaskResult,
};
use tests::faults::Dice;

fn samples(folder: &str) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(tests::runtime_api::workspace().join("shared/tests/samples").join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        all.push((path.display().to_string(), serde_json::from_slice(&bytes).unwrap()));
    }
    all
}

fn settings() -> Vec<Setting> {
    let mut no_callback = Setting::default();
    no_callback.callback_offered = Some(false);
    let mut small = Setting::default();
    small.bubble_error = 300;
    small.bubble_warning = 200;
    vec![Setting::default(), Setting::group_chat(), Setting::suppressing(), no_callback, small]
}

fn hostile(dice: &mut Dice) -> Value {
    let text = |dice: &mut Dice| -> String {
        let bits = [
            "",
            " ",
            "\n",
            "\r\n",
            "가",
            "a",
            "12,000원",
            "https://example.com/a?b=c",
            "👨‍👩‍👧",
            "\u{301}",
            "{{#mentions.a}}",
            "{{#mentions.",
            "}}",
            "…",
            "010-1234-5678",
            "\u{200b}",
            "\0",
            "。",
            "\u{2028}",
            ". ",
        ];
        let n = [0, 1, 2, 7, 9, 15, 51, 130, 401, 1001, 3500][dice.below(11) as usize];
        let n = n.min(200 + dice.below(3400));
        let mut out = String::new();
        let fixed = dice.below(3) == 0;
        let one = *dice.pick(&bits);
        for _ in 0..n {
            out.push_str(if fixed { one } else { dice.pick::<&str>(&bits) });
        }
        out
    };
    match dice.below(14) {
        0 => json!(null),
        1 => json!(true),
        2 => json!(false),
        3 => json!(-1),
        4 => json!(u64::MAX),
        5 => json!(i64::MIN),
        6 => json!(1.5),
        7 => json!([]),
        8 => json!({}),
        9 => json!(0),
        10 => json!(*dice.pick(&[
            "block",
            "message",
            "webLink",
            "phone",
            "share",
            "operator",
            "osLink",
            "invite",
            "x",
            "vertical",
            "horizontal",
            "left",
            "won",
            "WON",
            "usd",
            "2.0",
            "basicCard",
            "listCard",
            "itemCard",
            "textCard",
            "commerceCard",
            "simpleText",
            "https://e.com/x",
            "mailto:a",
            "ftp://a",
            "http://"
        ])),
        _ => json!(text(dice)),
    }
}

fn paths(v: &Value, here: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    out.push(here.clone());
    match v {
        Value::Object(m) => {
            for (k, v) in m {
                here.push(format!("k{k}"));
                paths(v, here, out);
                here.pop();
            }
        }
        Value::Array(a) => {
            for (i, v) in a.iter().enumerate() {
                here.push(format!("i{i}"));
                paths(v, here, out);
                here.pop();
            }
        }
        _ => {}
    }
}

fn at<'a>(v: &'a mut Value, path: &[String]) -> &'a mut Value {
    let mut v = v;
    for p in path {
        v = if let Some(k) = p.strip_prefix('k') { &mut v[k] } else { &mut v[p[1..].parse::<usize>().unwrap()] };
    }
    v
}

const COMPONENTS: &[&str] =
    &["simpleText", "simpleImage", "textCard", "basicCard", "commerceCard", "listCard", "itemCard", "carousel"];

fn mutate(dice: &mut Dice, v: &mut Value, pool: &[Value]) {
    let mut all = Vec::new();
    paths(v, &mut Vec::new(), &mut all);
    let path = dice.pick(&all).clone();
    let members = [
        "title",
        "description",
        "thumbnail",
        "buttons",
        "items",
        "head",
        "profile",
        "imageTitle",
        "itemList",
        "itemListSummary",
        "header",
        "link",
        "action",
        "label",
        "messageText",
        "blockId",
        "extra",
        "quickReplies",
        "outputs",
        "context",
        "data",
        "useCallback",
        "buttonLayout",
        "forwardable",
        "price",
        "currency",
        "discountRate",
        "discountedPrice",
        "thumbnails",
        "fixedRatio",
        "width",
        "height",
        "type",
        "imageUrl",
        "altText",
        "text",
        "values",
        "name",
        "lifeSpan",
        "params",
        "mentions",
        "template",
        "version",
        "webLinkUrl",
        "phoneNumber",
        "itemListAlignment",
    ];
    match dice.below(9) {
        0 | 1 => *at(v, &path) = hostile(dice),
        2 => *at(v, &path) = dice.pick(pool).clone(),
        3 | 4 => {
            if let Value::Array(a) = at(v, &path)
                && let Some(x) = a.first().cloned()
            {
                for _ in 0..dice.below(14) {
                    a.push(x.clone());
                }
            }
        }
        5 => {
            if let Value::Array(a) = at(v, &path) {
                a.push(dice.pick(pool).clone());
            }
        }
        6 => {
            if let Value::Object(m) = at(v, &path) {
                m.insert((*dice.pick(&members)).to_owned(), hostile(dice));
            }
        }
        7 => {
            if let Value::Object(m) = at(v, &path) {
                m.insert((*dice.pick(&members)).to_owned(), dice.pick(pool).clone());
            }
        }
        _ => {
            if let Value::Object(m) = at(v, &path) {
                let ks: Vec<String> = m.keys().cloned().collect();
                if !ks.is_empty() {
                    m.remove(dice.pick(&ks));
                }
            }
        }
    }
}

#[test]
fn f29_mutated_samples_fit_or_are_refused() {
    let seed: u64 = std::env::var("ADV_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let rounds: u64 = std::env::var("ADV_ROUNDS").ok().and_then(|s| s.parse().ok()).unwrap_or(3000);
    let mut dice = Dice::new(seed);
    let mut base: Vec<Value> = samples("skill-response").into_iter().map(|(_, v)| v).collect();
    base.push(json!({"version":"2.0","template":{"outputs":[{"carousel":{"type":"itemCard","items":[{"itemList":[{"title":"a","description":"b"}],"head":{"title":"x"},"thumbnail":{"imageUrl":"https://e.com/a","width":800,"height":400}},{"itemList":[{"title":"a","description":"b"}],"profile":{"title":"p"},"description":"d"}]}}],"quickReplies":[{"label":"a","action":"message","messageText":"b"}]}}));
    base.push(json!({"version":"2.0","template":{"outputs":[{"carousel":{"type":"listCard","items":[{"header":{"title":"h"},"items":[{"title":"a"}],"buttons":[{"label":"a","action":"block","blockId":"b"}]}]}}, {"listCard":{"header":{"title":"h"},"items":[{"title":"a","action":"block","blockId":"x","extra":{"a":1}}]}}, {"textCard":{"title":"t","buttons":[{"label":"message me now please","action":"block","blockId":"b"}]}}]}}));
    base.push(json!({"version":"2.0","extra":{"mentions":{"a":{"type":"botUserKey","id":"x"}}},"template":{"outputs":[{"simpleText":{"text":"{{#mentions.a}} 안녕"}},{"textCard":{"title":"{{#mentions.a}}"}}]}}));
    let mut pool = Vec::new();
    for b in &base {
        let mut all = Vec::new();
        paths(b, &mut Vec::new(), &mut all);
        for p in all {
            pool.push(at(&mut b.clone(), &p).clone());
        }
    }
    for c in COMPONENTS {
        pool.push(json!({*c: {}}));
    }
    let settings = settings();
    let (mut ok, mut no) = (0, 0);
    let mut worst = (Duration::ZERO, Value::Null);
    for round in 0..rounds {
        let mut body = dice.pick(&base).clone();
        for _ in 0..=dice.below(12) {
            mutate(&mut dice, &mut body, &pool);
        }
        if let Some(t) = body.get("template").and_then(|t| t.get("quickReplies")).cloned() {
            let _ = t;
        }
        let Ok(response) = serde_json::from_value::<SkillResponse>(body.clone()) else { continue };
        // Round trip.
        let again = serde_json::to_value(&response).unwrap();
        let re: SkillResponse = serde_json::from_value(again.clone()).unwrap();
        assert_eq!(serde_json::to_value(&re).unwrap(), again, "{round}: {body}");
        for (n, setting) in settings.iter().enumerate() {
            let before = limits::skill_response_in(&response, setting);
            let start = Instant::now();
            let result = fit(response.clone(), setting, Some("b"));
            let took = start.elapsed();
            if took > worst.0 {
                worst = (took, body.clone());
            }
            match result {
                Ok(fitted) => {
                    ok += 1;
                    let errors: Vec<_> = limits::skill_response_in(&fitted.response, setting)
                        .into_iter()
                        .filter(|f| f.severity == Severity::Error)
                        .collect();
                    assert!(
                        errors.is_empty(),
                        "{round} {n} {errors:?}\n{body}\n{}",
                        serde_json::to_string(&fitted.response).unwrap()
                    );
                    let wire: SkillResponse =
                        serde_json::from_value(serde_json::to_value(&fitted.response).unwrap()).unwrap();
                    assert!(limits::safe_in(&wire, setting).is_ok(), "{round} {n} after the wire\n{body}");
                    let twice = fit(fitted.response.clone(), setting, Some("b"))
                        .unwrap_or_else(|e| panic!("{round} {n} second: {e:?}\n{body}"));
                    assert!(
                        twice.response == fitted.response,
                        "{round} {n} not idempotent {:?}\n{body}\n{}\n{}",
                        twice.mendings,
                        serde_json::to_string(&fitted.response).unwrap(),
                        serde_json::to_string(&twice.response).unwrap()
                    );
                    assert!(
                        twice.mendings.is_empty(),
                        "{round} {n} told twice {:?}\n{body}\n{}",
                        twice.mendings,
                        serde_json::to_string(&fitted.response).unwrap()
                    );
                    // What is `null` goes without a word: it was missing already.
                    if !body.to_string().contains(":null") && fitted.mendings.is_empty() {
                        assert!(fitted.response == response, "{round} {n} changed in silence\n{body}");
                    }
                }
                Err(findings) => {
                    no += 1;
                    assert!(!findings.is_empty(), "{round} {n} refused without a reason\n{body}");
                    let blank = body
                        .to_string()
                        .contains("\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}");
                    assert!(
                        blank || before.iter().any(|f| f.severity == Severity::Error),
                        "{round} {n} only warnings and refused {findings:?}\n{body}"
                    );
                }
            }
        }
    }
    println!("ok {ok} refused {no} worst {:?}", worst.0);
}

#[test]
fn requests_survive_the_round_trip() {
    for (name, body) in samples("skill-request") {
        let request: SkillRequest = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), body, "{name}");
    }
    for (name, body) in samples("skill-response") {
        let response: SkillResponse = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(&response).unwrap(), body, "{name}");
        assert!(limits::safe(&response).is_ok() || !name.contains("official"), "{name}");
        let f = fit(response, &Setting::default(), None).expect("can be fitted");
        println!("{name} {:?}", f.mendings);
    }
}

#[test]
fn f29_mutated_requests_never_panic_and_survive() {
    let mut dice = Dice::new(7);
    let base: Vec<Value> = samples("skill-request").into_iter().map(|(_, v)| v).collect();
    let mut pool = Vec::new();
    for b in &base {
        let mut all = Vec::new();
        paths(b, &mut Vec::new(), &mut all);
        for p in all {
            pool.push(at(&mut b.clone(), &p).clone());
        }
    }
    let mut read = 0;
    for round in 0..20_000 {
        let mut body = dice.pick(&base).clone();
        for _ in 0..=dice.below(4) {
            mutate(&mut dice, &mut body, &pool);
        }
        let bytes = serde_json::to_vec(&body).unwrap();
        let Ok(request) = parse::<SkillRequest>(&bytes) else { continue };
        read += 1;
        assert_eq!(serde_json::to_value(&request).unwrap(), body, "{round}");
        let _ = (
            request.utterance(),
            request.user_key(),
            request.photos().len(),
            request.group_key(),
            request.callback_url(),
            request.origin(),
            request.trigger(),
            request.knowledges().len(),
            request.is_test(),
            request.media().is_some(),
        );
        let _ = request.secure_images("secureimage").map(|i| (i.urls().len(), i.expires(), i.quantity()));
        let _ = fit::next_page(&request);
        let _ = limits::skill_request(&request);
        for key in ["sys_date", "sys_number", "date", "a"] {
            let _ = (
                request.date(key).and_then(|d| d.ymd()),
                request.number(key).and_then(|n| n.whole()),
                request.param_json(key),
            );
        }
    }
    println!("read {read}");
}

#[test]
fn t24_hostile_bytes_are_refused_or_read() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let deep_o = |n: usize| format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n));
    let mut bodies = vec![
        deep(126),
        deep(127),
        deep(128),
        deep(100_000),
        deep_o(126),
        deep_o(127),
        deep_o(128),
        format!("{{\"userRequest\":{{\"params\":{{\"x\":{}}}}}}}", deep(120)),
        format!(
            "{{\"action\":{{\"clientExtra\":{{\"fit.more\":{{\"page\":2,\"replies\":[{{\"label\":\"a\",\"action\":\"block\",\"blockId\":\"b\",\"extra\":{}}}]}}}}}}}}",
            deep(110)
        ),
        format!(
            "{{\"template\":{{\"outputs\":[{{\"carousel\":{{\"type\":\"listCard\",\"items\":[{}]}}}}]}}}}",
            deep_o(118)
        ),
    ];
    bodies.extend(
        [
            r#"{"a":1,"a":2}"#,
            r#"{"userRequest":{},"userRequest":{}}"#,
            r#"{"version":"2.0","version":"1.0"}"#,
            r#"{"version":1e400}"#,
            r#"{"x":1e400}"#,
            r#"{"x":-0.0,"y":1E5,"z":12345678901234567890123}"#,
            r#"{"userRequest":{"user":{"id":18446744073709551615}}}"#,
            r#"{"userRequest":{"user":{"id":18446744073709551616}}}"#,
            r#"{"userRequest":{"user":{"id":1.5}}}"#,
            r#"{"userRequest":{"user":{"id":-1}}}"#,
            r#"{"userRequest":{"utterance":"\ud800"}}"#,
            r#"{"userRequest":{"utterance":"\u0000"}}"#,
            r#"{"userRequest":{"utterance":"\udc00\ud800"}}"#,
            "\u{feff}{}",
            "null",
            "[]",
            "\"\"",
            "0",
            "true",
            "",
            " ",
            "{",
            "{}x",
            "\"{\\\"secureUrls\\\":\\\"List(http://a)\\\"}\"",
            r#"{"fail":{"list":[1,null,{"errorMsg":{"errorType":{}}}]},"status":"99999999999999999999999 FAIL"}"#,
            r#"{"status":"-1 FAIL","allRequestCount":-1,"successCount":1.5}"#,
            r#"{"event":{"name":null,"data":[]},"user":[{"id":1},{"id":"1"}]}"#,
        ]
        .map(str::to_owned),
    );
    for body in &bodies {
        let b = body.as_bytes();
        let show = &body[..body.char_indices().nth(80).map_or(body.len(), |(i, _)| i)];
        let v: Result<Value, _> = serde_json::from_slice(b);
        macro_rules! one {
            ($t:ty) => {
                if let Ok(x) = parse::<$t>(b) {
                    let out = serde_json::to_value(&x).unwrap();
                    if let Ok(v) = &v {
                        if out != *v {
                            println!("{} {show} -> {}", stringify!($t), out);
                        }
                    }
                }
            };
        }
        one!(SkillRequest);
        one!(SkillResponse);
        one!(EventRequest);
        one!(EventReply);
        one!(TaskResult);
        one!(PluginValue);
        one!(CheckRequest);
        one!(CheckResponse);
        if let Ok(x) = parse::<TaskResult>(b) {
            let _ = (
                x.status(),
                x.successes(),
                x.all_requests(),
                x.unresolved(),
                x.failures().filter(|failure| !failure.error_type().is_empty()).count(),
            );
        }
        if let Ok(x) = parse::<EventRequest>(b) {
            let _ = limits::event_request(&x);
            let _ = x.batches();
        }
        if let Ok(x) = parse::<PluginValue>(b) {
            let _ = (x.plugin(), limits::plugin_value(&x));
        }
        if let Ok(x) = parse::<SkillRequest>(b) {
            let _ = fit::next_page(&x).map(|r| fit(r, &Setting::default(), Some("b")));
        }
    }
}

/// Walks all the pages and gathers what was offered.
fn walk(first: SkillResponse, block: Option<&str>) -> (Vec<Value>, usize) {
    let mut offered = Vec::new();
    let mut pages = 0;
    let mut answer = fit(first, &Setting::default(), block).unwrap().response;
    loop {
        pages += 1;
        assert!(pages < 2_000);
        let body = serde_json::to_value(&answer).unwrap();
        let replies = body["template"]["quickReplies"].as_array().cloned().unwrap_or_default();
        assert!(replies.len() <= 10);
        let mut next = None;
        for reply in replies {
            if reply["extra"]["fit.more"].is_object() && reply["label"] == "더 보기" {
                next = Some(reply);
            } else {
                offered.push(reply);
            }
        }
        let Some(next) = next else { return (offered, pages) };
        let bytes = serde_json::to_vec(&next["extra"]).unwrap().len();
        assert!(bytes <= MORE_BYTES_MAX + 64, "{bytes}");
        let request: SkillRequest = serde_json::from_value(json!({"userRequest":{"utterance":"더 보기","block":{"id":next["blockId"]}},"action":{"clientExtra":next["extra"]}})).unwrap();
        answer = fit::next_page(&request)
            .map(|r| fit(r, &Setting::default(), block).unwrap().response)
            .unwrap_or_else(|| panic!("page {pages} is not read"));
    }
}

#[test]
fn no_reply_is_lost_on_the_pages() {
    for n in [9, 10, 11, 18, 19, 20, 21, 28, 29, 55, 100] {
        for block in [Some("b"), None, Some("")] {
            let replies: Vec<Value> = (0..n).map(|i| json!({"label":format!("{i}"),"action":"block","blockId":"b","messageText":"m","extra":{"n":i,"fit.more":{"page":2,"replies":[{"label":"x","action":"message","messageText":"y"}]}}})).collect();
            let response: SkillResponse = serde_json::from_value(
                json!({"version":"2.0","template":{"outputs":[{"simpleText":{"text":"x"}}],"quickReplies":replies}}),
            )
            .unwrap();
            let bytes = serde_json::to_vec(&replies).unwrap().len();
            let (offered, _) = walk(response, block);
            if bytes < MORE_BYTES_MAX {
                assert_eq!(offered, replies, "{n}");
            } else {
                println!("{n}: {bytes} bytes, {} offered", offered.len());
            }
        }
    }
}

#[test]
fn nothing_is_told_twice() {
    let mut dice = Dice::new(5);
    let base: Vec<Value> = samples("skill-response").into_iter().map(|(_, v)| v).collect();
    let mut pool = Vec::new();
    for b in &base {
        let mut all = Vec::new();
        paths(b, &mut Vec::new(), &mut all);
        for p in all {
            pool.push(at(&mut b.clone(), &p).clone());
        }
    }
    let mut twice = std::collections::BTreeMap::new();
    for _ in 0..6_000 {
        let mut body = dice.pick(&base).clone();
        for _ in 0..=dice.below(8) {
            mutate(&mut dice, &mut body, &pool);
        }
        let Ok(response) = serde_json::from_value::<SkillResponse>(body.clone()) else { continue };
        for setting in settings() {
            let mut seen = std::collections::HashSet::new();
            for f in limits::skill_response_in(&response, &setting) {
                if !seen.insert((f.rule, f.path.clone(), f.message.en.clone())) {
                    twice
                        .entry((f.rule, f.path.rsplit('.').next().unwrap_or_default().to_owned()))
                        .or_insert(body.to_string().chars().take(300).collect::<String>());
                }
            }
        }
    }
    // A carousel that mentions someone breaks R94 in two ways.
    twice.retain(|(rule, _), _| *rule != "R94");
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn a_member_that_the_action_does_not_use_is_told_once() {
    let body = json!({"version":"2.0","template":{"outputs":[{"textCard":{"title":"t","buttons":[{"label":"a","action":"message","messageText":"m","phoneNumber":"1","webLinkUrl":"https://e.com","blockId":"b","osLink":{"web":"https://e.com"}}]}}]}});
    let findings = limits::skill_response(&serde_json::from_value(body).unwrap());
    let paths: Vec<_> = findings.iter().map(|f| f.path.rsplit('.').next().unwrap()).collect();
    assert_eq!(paths, ["webLinkUrl", "phoneNumber", "blockId", "osLink"]);
}
