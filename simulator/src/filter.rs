//! Event filter patterns, as far as `template.yaml` uses them: `{"a": {"b": ["literal", {"prefix": "x"}]}}`.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>

use serde_json::Value;

/// Whether `record` fits `pattern`: every member that the pattern names must have one of the values it lists.
pub(crate) fn fits(pattern: &Value, record: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, pattern)| fits(pattern, &record[name])),
        Value::Array(choices) => choices.iter().any(|choice| match choice.get("prefix").and_then(Value::as_str) {
            Some(prefix) => record.as_str().is_some_and(|text| text.starts_with(prefix)),
            None => choice == record,
        }),
        _ => false, // no other form is a pattern
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::Template;

    #[test]
    fn the_templates_patterns_let_through_what_wakes_the_outbox() {
        let patterns = Template::built_in().unwrap().stream_filters("outbox");
        let record = |name: &str, pk: &str, sk: &str| {
            let record = json!({ "eventName": name, "dynamodb": { "Keys": { "PK": { "S": pk }, "SK": { "S": sk } } } });
            patterns.iter().any(|pattern| fits(pattern, &record))
        };
        assert!(record("INSERT", "OUT#1", "OUT"));
        assert!(record("MODIFY", "U#1", "JOB#1"));
        assert!(!record("MODIFY", "OUT#1", "OUT"), "finishing an entry does not wake anybody");
        assert!(!record("REMOVE", "U#1", "JOB#1"));
        assert!(!record("INSERT", "U#1", "SESS"));
    }
}
