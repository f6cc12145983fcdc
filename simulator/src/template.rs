//! What `template.yaml` says about the table and the functions, read from the file itself so that the laptop cannot drift from the
//! cloud.

use std::time::Duration;

use serde_json::{Map, Value, json};

const TEXT: &str = include_str!("../../template.yaml");

/// What Lambda does if a function's `Timeout` is left out.
const DEFAULT_TIMEOUT: u64 = 3;

/// How a table's stream wakes a function. What is left out is as Lambda has it.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    /// Which records wake it: any of these patterns.
    pub(crate) patterns: Vec<Value>,
    /// At most so many records at once.
    pub(crate) batch: usize,
    /// So many batches of one partition at once.
    pub(crate) parallel: u64,
    /// How often a batch is tried again.
    pub(crate) retries: u64,
    /// Older records are skipped.
    pub(crate) max_age: Duration,
}

/// The template as JSON. CloudFormation's tags (`!Ref x`) become objects (`{"!Ref": "x"}`) that nobody here asks for.
#[derive(Clone, Debug)]
pub(crate) struct Template(Value);

impl Template {
    /// The template this program was built with.
    pub(crate) fn built_in() -> Result<Self, String> {
        let yaml: serde_yaml_ng::Value =
            serde_yaml_ng::from_str(TEXT).map_err(|error| format!("template.yaml: {error}"))?;
        serde_json::to_value(yaml).map(Self).map_err(|error| format!("template.yaml: {error}"))
    }

    /// The table as a CreateTable request. Left out is what a laptop has no use for: TTL, encryption, backups, tags, ceilings.
    pub(crate) fn table(&self, name: &str) -> Option<Value> {
        let properties = self.resources("AWS::DynamoDB::Table").next()?;
        let mut request = Map::new();
        for kept in ["KeySchema", "AttributeDefinitions", "BillingMode"] {
            request.insert(kept.to_owned(), properties.get(kept)?.clone());
        }
        if let Some(indexes) = properties.get("GlobalSecondaryIndexes").and_then(Value::as_array) {
            let kept = ["IndexName", "KeySchema", "Projection"];
            let indexes = indexes
                .iter()
                .map(|index| kept.iter().map(|name| ((*name).to_owned(), index[*name].clone())).collect());
            request.insert("GlobalSecondaryIndexes".to_owned(), Value::Array(indexes.map(Value::Object).collect()));
        }
        if let Some(view) = properties.pointer("/StreamSpecification/StreamViewType") {
            // CloudFormation switches the stream on by naming what it shows; the API wants both.
            let stream = json!({ "StreamEnabled": true, "StreamViewType": view });
            request.insert("StreamSpecification".to_owned(), stream);
        }
        request.insert("TableName".to_owned(), name.into());
        Some(Value::Object(request))
    }

    /// When Lambda stops the function.
    pub(crate) fn timeout(&self, function: &str) -> Duration {
        let seconds = self.function(function).and_then(|properties| properties.get("Timeout")?.as_u64());
        Duration::from_secs(seconds.unwrap_or(DEFAULT_TIMEOUT))
    }

    /// How the table's stream wakes the function, if it does.
    pub(crate) fn mapping(&self, function: &str) -> Option<Mapping> {
        let mapping = self.stream(function)?;
        let number = |name: &str, default: u64| mapping[name].as_u64().unwrap_or(default);
        Some(Mapping {
            patterns: self.stream_filters(function),
            batch: usize::try_from(number("BatchSize", 100)).unwrap_or(100),
            parallel: number("ParallelizationFactor", 1),
            retries: number("MaximumRetryAttempts", u64::MAX),
            max_age: Duration::from_secs(number("MaximumRecordAgeInSeconds", 86_400)),
        })
    }

    /// Which stream records wake the function: any of these patterns.
    pub(crate) fn stream_filters(&self, function: &str) -> Vec<Value> {
        let filters = self.stream(function).and_then(|mapping| mapping.pointer("/FilterCriteria/Filters")?.as_array());
        let patterns = filters.into_iter().flatten();
        patterns.filter_map(|filter| serde_json::from_str(filter["Pattern"].as_str()?).ok()).collect()
    }

    /// The properties of the event that is a table's stream.
    fn stream(&self, function: &str) -> Option<&Value> {
        let events = self.function(function)?.get("Events")?.as_object()?;
        events.values().find(|event| event["Type"] == "DynamoDB").map(|event| &event["Properties"])
    }

    fn function(&self, name: &str) -> Option<&Value> {
        let code = format!("target/lambda/{name}/");
        self.resources("AWS::Serverless::Function").find(|properties| properties["CodeUri"] == code.as_str())
    }

    /// The properties of every resource of a type.
    fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        let all = self.0["Resources"].as_object();
        let fitting = all.into_iter().flat_map(Map::values).filter(move |resource| resource["Type"] == kind);
        fitting.map(|resource| &resource["Properties"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_templates() {
        let table = Template::built_in().unwrap().table("kakao").unwrap();
        assert_eq!(table["TableName"], "kakao");
        assert_eq!(table["KeySchema"][0]["AttributeName"], "PK");
        assert_eq!(table["GlobalSecondaryIndexes"][0]["IndexName"], "due");
        assert!(table["GlobalSecondaryIndexes"][0].get("OnDemandThroughput").is_none());
        assert_eq!(table["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
    }

    #[test]
    fn timeouts_and_streams_are_the_templates() {
        let template = Template::built_in().unwrap();
        assert!(template.timeout("skill") >= Duration::from_secs(5));
        assert!(template.timeout("outbox") > template.timeout("skill"));
        let mapping = template.mapping("outbox").unwrap();
        assert_eq!(mapping.patterns.len(), 2);
        assert_eq!((mapping.batch, mapping.parallel, mapping.retries), (10, 10, 5));
        assert_eq!(mapping.max_age, Duration::from_secs(3_600));
        assert!(template.mapping("skill").is_none());
    }
}
