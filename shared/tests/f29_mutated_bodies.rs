//! F29 at the level of the parser: every node of every sample request is removed, made null, made another type, doubled,
//! joined by a stranger, filled with Hangul, with 10 kB, with the ends of the integers. Nothing panics, `null` is absent,
//! strangers change nothing, and what parses comes out as it went in.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::kakao::limits::work;
use shared::kakao::parse;
use shared::kakao::skill::{CheckRequest, Map, SkillRequest};
use shared::kakao::work::{Callback, Message, ModalAnswer};

/// Planted as a value; must never show up in a reason.
const CANARY: &str = "010-1234-5678";

#[derive(Clone)]
enum Mutation {
    Removed,
    Doubled,
    Joined,
    Replaced(Value),
}

fn replacements() -> Vec<Value> {
    vec![
        Value::Null,
        json!(CANARY),
        json!({"canary": CANARY}),
        json!([CANARY]),
        json!(true),
        json!(1.5),
        json!(0),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!("뷁😀"),
        json!("가".repeat(10_000 / 3)),
    ]
}

/// One step of the way to a node.
#[derive(Clone, PartialEq, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// The ways to all nodes below `value`.
fn nodes(value: &Value, way: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let children: Vec<(Step, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, child)| (Step::Key(key.clone()), child)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, child)| (Step::Index(i), child)).collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        way.push(step);
        all.push(way.clone());
        nodes(child, way, all);
        way.pop();
    }
}

/// The text of `value` with the node at the end of `way` changed. Text, because a `Value` cannot hold a key twice.
fn mutate(value: &Value, way: &[Step], mutation: &Mutation) -> String {
    let Some((step, rest)) = way.split_first() else { return value.to_string() };
    let parts = |name: &str, here: bool, child: &Value| -> Vec<String> {
        if !here {
            return vec![format!("{name}{child}")];
        }
        if !rest.is_empty() {
            return vec![format!("{name}{}", mutate(child, rest, mutation))];
        }
        match mutation {
            Mutation::Removed => Vec::new(),
            Mutation::Doubled => vec![format!("{name}{child}"); 2],
            Mutation::Joined if name.is_empty() => vec![child.to_string()],
            Mutation::Joined => {
                vec![format!("{name}{child}"), format!("\"낯선 것\":{{\"a\":[null,{}]}}", json!(CANARY))]
            }
            Mutation::Replaced(by) => vec![format!("{name}{by}")],
        }
    };
    match value {
        Value::Object(map) => {
            let members = map
                .iter()
                .flat_map(|(key, child)| parts(&format!("{}:", json!(key)), *step == Step::Key(key.clone()), child));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(list) => {
            let elements = list.iter().enumerate().flat_map(|(i, child)| parts("", *step == Step::Index(i), child));
            format!("[{}]", elements.collect::<Vec<_>>().join(","))
        }
        _ => unreachable!("the way ends at a leaf"),
    }
}

/// Everything the accessors say, so that two requests can be compared and every accessor is exercised.
fn seen(request: &SkillRequest, names: &[String]) -> String {
    let mut all = format!(
        "{:?}",
        (
            (request.utterance(), request.raw_utterance(), request.user_key(), request.plusfriend_user_key()),
            (request.app_user_id(), request.is_friend(), request.bot_id(), request.bot_key()),
            (request.is_dev_channel(), request.is_test(), request.skill_name(), request.callback_url()),
            (request.block().map(|block| (block.id(), block.name())), request.trigger()),
            (request.client_extra::<Value>(), request.media().map(|media| (media.kind, media.url))),
            request.intent.get().map(|intent| intent.knowledges().len()).unwrap_or_default(),
        )
    );
    for name in names {
        let context = request.context(name);
        all += &format!(
            "{:?}",
            (
                (request.param(name), request.param_text(name), request.param_json(name)),
                context.map(|context| (context.lifespan(), context.ttl())),
                context
                    .map(|context| names.iter().map(|p| (context.param(p), context.resolved(p))).collect::<Vec<_>>()),
            )
        );
    }
    all
}

fn samples(kind: &str) -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(kind);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_slice(&fs::read(path).expect("sample")).expect("JSON")).collect()
}

fn all_nodes(body: &Value) -> Vec<Vec<Step>> {
    let mut ways = Vec::new();
    nodes(body, &mut Vec::new(), &mut ways);
    ways
}

#[test]
fn f29_mutated_skill_requests() {
    let mut bodies = 0;
    for sample in samples("skill-request") {
        let ways = all_nodes(&sample);
        // Names of parameters and contexts that the accessors are asked for.
        let mut names: Vec<String> = ways
            .iter()
            .filter_map(|way| match way.last() {
                Some(Step::Key(key)) => Some(key.clone()),
                _ => None,
            })
            .chain(["product".to_owned()])
            .collect();
        names.sort();
        names.dedup();
        let original: SkillRequest = parse(sample.to_string().as_bytes()).expect("parses");
        let original = seen(&original, &names);

        for way in &ways {
            let member = matches!(way.last(), Some(Step::Key(_)));
            let read = |mutation: &Mutation| {
                let text = mutate(&sample, way, mutation);
                let parsed = parse::<SkillRequest>(text.as_bytes());
                match &parsed {
                    Ok(request) => {
                        let written = serde_json::to_value(request).expect("writes");
                        assert_eq!(written, serde_json::from_str::<Value>(&text).expect("JSON"), "{way:?}");
                    }
                    Err(misfit) => {
                        assert!(!misfit.path.is_empty() && !misfit.to_string().contains(CANARY), "{misfit}");
                    }
                }
                parsed.map(|request| seen(&request, &names))
            };
            bodies += 4 + replacements().len();
            let removed = read(&Mutation::Removed).expect("every member may be missing");
            let null = read(&Mutation::Replaced(Value::Null)).expect("every member may be null");
            if member {
                assert_eq!(null, removed, "null is absent: {way:?}");
            }
            assert_eq!(read(&Mutation::Joined).expect("strangers are welcome"), original, "{way:?}");
            let _ = read(&Mutation::Doubled);
            for by in replacements() {
                let _ = read(&Mutation::Replaced(by));
            }
        }
    }
    assert!(bodies > 5_000, "{bodies} bodies");
}

#[test]
fn f29_mutated_check_requests() {
    for sample in samples("skill-check").into_iter().filter(|sample| sample.get("utterance").is_some()) {
        for way in all_nodes(&sample) {
            let others = [Mutation::Removed, Mutation::Doubled, Mutation::Joined];
            for mutation in replacements().into_iter().map(Mutation::Replaced).chain(others) {
                let text = mutate(&sample, &way, &mutation);
                match parse::<CheckRequest>(text.as_bytes()) {
                    Ok(request) => {
                        let _ = (request.value().len(), request.user_key().map(str::len), request.bot_key().len());
                        let written = serde_json::to_value(&request).expect("writes");
                        assert_eq!(written, serde_json::from_str::<Value>(&text).expect("JSON"), "{way:?}");
                    }
                    Err(misfit) => assert!(!misfit.to_string().contains(CANARY)),
                }
            }
        }
    }
}

#[test]
fn f29_cut_off_bodies() {
    for sample in samples("skill-request") {
        let text = sample.to_string();
        for end in 0..text.len() {
            assert!(parse::<SkillRequest>(&text.as_bytes()[..end]).is_err());
        }
    }
}

/// Every mutation of every node of a body of Kakao Work is read and written again as it came.
fn survives<T: DeserializeOwned + Serialize>(sample: &Value, look: impl Fn(&T)) -> usize {
    let mut bodies = 0;
    for way in all_nodes(sample) {
        let others = [Mutation::Removed, Mutation::Doubled, Mutation::Joined];
        for mutation in replacements().into_iter().map(Mutation::Replaced).chain(others) {
            let text = mutate(sample, &way, &mutation);
            let read: T = parse(text.as_bytes()).unwrap_or_else(|misfit| panic!("{way:?}: {misfit}"));
            look(&read);
            let written = serde_json::to_value(&read).expect("writes");
            assert_eq!(written, serde_json::from_str::<Value>(&text).expect("JSON"), "{way:?}");
            bodies += 1;
        }
    }
    bodies
}

#[test]
fn f29_mutated_bodies_of_kakao_work() {
    let mut bodies = 0;
    for sample in samples("work").into_iter().chain(samples("work-public")) {
        bodies += survives(&sample, |callback: &Callback| {
            let _ = (callback.kind(), callback.acted_at(), callback.conversation_id(), callback.entered("reason"));
            let _ = work::callback(callback);
        });
        bodies += survives(&sample, |message: &Message| drop(work::message(message)));
        bodies += survives(&sample, |answer: &ModalAnswer| drop(work::modal(answer)));
        bodies += survives(&sample, |body: &Map| drop(work::api(body)));
    }
    assert!(bodies > 10_000, "{bodies} bodies");
}
