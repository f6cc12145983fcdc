//! Contexts.

use serde_json::{Value, json};

use super::fitted_in;
use crate::kakao::limits::Setting;

fn context(values: Value) -> (Value, Vec<String>) {
    let answer = json!({
        "version": "2.0", "template": {"outputs": [{"simpleText": {"text": "가"}}]}, "context": {"values": values}
    });
    let (mut answer, told) = fitted_in(&answer, &Setting::default());
    (answer["context"].take(), told)
}

#[test]
fn parameters_become_text() {
    let (kept, told) = context(json!([{"name": "a", "lifeSpan": 1, "params": {
        "n": 5, "b": true, "none": null, "o": {"가": [1]}, "t": "1"
    }}]));
    assert_eq!(kept["values"][0]["params"], json!({"n": "5", "b": "true", "o": "{\"가\":[1]}", "t": "1"}));
    assert_eq!(told.len(), 4);
    assert!(told.contains(&"R91 context.values[0].params.none".to_owned()));
}

#[test]
fn nameless_and_endless_contexts_go_and_the_last_of_a_name_counts() {
    let (kept, told) = context(json!([
        {"name": "a", "lifeSpan": 1}, {"name": "", "lifeSpan": 1}, {"name": "b", "lifeSpan": -1}, {"name": "c"},
        {"name": "a", "lifeSpan": 2}
    ]));
    assert_eq!(kept, json!({"values": [{"name": "a", "lifeSpan": 2}]}));
    assert_eq!(told.len(), 4);
    let (kept, _) = context(json!([{"name": ""}]));
    assert_eq!(kept, json!(null));
    let (kept, _) = context(json!(null));
    assert_eq!(kept, json!(null));
}
