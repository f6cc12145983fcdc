//! Every rule at its edge: the last value that is allowed, the first that is not.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod button;
mod card;
mod carousel;
mod envelope;
mod event;
mod item;
mod list;
mod plugin;
mod text;
mod types;
mod webhook;
mod words;

use serde_json::{Value, json};

use super::{RULES, Rule, Setting, Severity, safe_in, skill_response_in};
use crate::kakao::skill::SkillResponse;

/// What is found in a body, as `E R10 template.outputs[0].simpleText.text`.
fn found_in(body: &Value, setting: &Setting) -> Vec<String> {
    let response: SkillResponse = crate::kakao::parse(body.to_string().as_bytes()).expect("parses");
    let findings = skill_response_in(&response, setting);
    let errors = safe_in(&response, setting).err().unwrap_or_default();
    let also: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
    assert_eq!(errors, also, "the short way finds the same errors");
    findings
        .iter()
        .map(|finding| {
            for text in [&finding.message.ko, &finding.message.en] {
                assert!(!text.contains(['{', '}']), "a number is missing in {text:?}");
            }
            format!("{} {} {}", finding.severity, finding.rule, finding.path)
        })
        .collect()
}

/// What is found in a response with these outputs, without the common beginning of the paths.
fn found(outputs: Value) -> Vec<String> {
    let body = json!({"version": "2.0", "template": {"outputs": outputs}});
    let shorten = |line: String| line.replace("template.outputs[0].", "");
    found_in(&body, &Setting::default()).into_iter().map(shorten).collect()
}

/// What is found in one bubble.
fn bubble(key: &str, card: Value) -> Vec<String> {
    let prefix = format!("{key}.");
    found(json!([{ key: card }])).into_iter().map(|line| line.replacen(&prefix, "", 1)).collect()
}

/// What is found in the only card of a carousel.
fn in_carousel(key: &str, card: Value) -> Vec<String> {
    let lines = bubble("carousel", json!({"type": key, "items": [card]}));
    lines.into_iter().map(|line| line.replacen("items[0].", "", 1)).collect()
}

/// `base` with the members of `more` put over it; `null` takes a member away.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    for (key, value) in more.as_object().expect("an object") {
        let members = all.as_object_mut().expect("an object");
        if value.is_null() {
            members.remove(key);
        } else {
            members.insert(key.clone(), value.clone());
        }
    }
    all
}

/// A text of so many characters that ends in an emoji, which is two.
fn long(chars: usize) -> String {
    let text = "가".repeat(chars - 2) + "😀";
    assert_eq!(super::chars(&text), chars);
    text
}

const NOTHING: [&str; 0] = [];

#[test]
fn the_register_is_complete_and_in_order() {
    let number = |rule: &&Rule| rule.id[1..].parse::<u32>().expect("a number");
    let page: Vec<u32> = RULES.iter().filter(|rule| rule.id.starts_with('R')).map(number).collect();
    let mut sections: Vec<u32> = page.clone();
    sections.dedup();
    let mut sorted = sections.clone();
    sorted.sort_unstable();
    sorted.dedup();
    // R93 is about buttons and comes after R92, so the table is in order as a whole.
    assert_eq!(sections, sorted);
    let ranges = [(1, 9), (10, 14), (20, 22), (30, 32), (40, 46), (50, 55), (60, 69), (70, 76), (80, 88), (90, 94)];
    let expected: Vec<u32> = ranges.into_iter().flat_map(|(first, last)| first..=last).collect();
    assert_eq!(sections, expected);
}

#[test]
fn every_rule_speaks_both_languages_with_the_same_numbers() {
    for rule in RULES {
        for number in ["{found}", "{limit}"] {
            assert_eq!(rule.en.contains(number), rule.ko.contains(number), "{} {number}", rule.id);
        }
        assert!(rule.ko.chars().any(|c| ('가'..='힣').contains(&c)), "{}", rule.id);
        assert!(rule.source.starts_with("https://") || rule.source.starts_with("Kakao "), "{}", rule.id);
    }
}
