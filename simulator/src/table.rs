//! The table, in process: made from `template.yaml`, kept in a file or in memory, and listening for anybody who speaks DynamoDB.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, GetRecordsResponse};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::actions::put_item::PutItemRequest;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::template::Template;

/// The database and the one table in it that matters.
#[derive(Clone)]
pub(crate) struct Table {
    database: Database,
    name: String,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Table {
    /// Opens the database file, or one in memory, and makes the table unless it is there already.
    pub(crate) fn open(file: Option<&Path>, name: &str, template: &Template) -> Result<Self, String> {
        let database = match file {
            Some(path) => Database::new(path.to_str().ok_or("the path is not UTF-8")?),
            None => Database::memory(),
        };
        let database = database.map_err(|error| error.to_string())?;
        let wanted = template.table(name).ok_or("template.yaml has no table")?;
        match database.get_table_metadata(name).map_err(|error| error.to_string())? {
            Some(found) => same_indexes(found.gsi_definitions.as_deref(), &wanted["GlobalSecondaryIndexes"])?,
            None => {
                let request = CreateTableRequest::deserialize(wanted).map_err(|error| error.to_string())?;
                database.create_table(request).map_err(|error| error.to_string())?;
            }
        }
        Ok(Self { database, name: name.to_owned() })
    }

    /// Serves the DynamoDB protocol until the process ends.
    pub(crate) async fn serve(self, listener: tokio::net::TcpListener) {
        let _ = dynoxide::server::serve_with_shutdown(listener, self.database, std::future::pending()).await;
    }

    /// Puts items written as DynamoDB JSON: `{ "items": [ { "PK": { "S": "…" }, … } ] }`. Returns how many.
    pub(crate) fn seed(&self, text: &str) -> Result<usize, String> {
        #[derive(Deserialize)]
        struct Seed {
            items: Vec<Value>,
        }
        let seed: Seed = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for (index, item) in seed.items.iter().enumerate() {
            let put = json!({ "TableName": self.name, "Item": item });
            let put = PutItemRequest::deserialize(put).map_err(|error| format!("items[{index}]: {error}"))?;
            self.database.put_item(put).map_err(|error| format!("items[{index}]: {error}"))?;
        }
        Ok(seed.items.len())
    }

    /// Where the oldest record of the table's stream is.
    pub(crate) fn stream_start(&self) -> Result<String, String> {
        let list = ListStreamsRequest { table_name: Some(self.name.clone()), ..Default::default() };
        let streams = self.database.list_streams(list).map_err(|error| error.to_string())?.streams;
        let stream_arn = streams.into_iter().next().ok_or("the table has no stream")?.stream_arn;
        let describe = DescribeStreamRequest { stream_arn: stream_arn.clone(), ..Default::default() };
        let described = self.database.describe_stream(describe).map_err(|error| error.to_string())?;
        let shard = described.stream_description.shards.into_iter().next().ok_or("the stream has no shard")?;
        let start = GetShardIteratorRequest {
            stream_arn,
            shard_id: shard.shard_id,
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            ..Default::default()
        };
        let iterator = self.database.get_shard_iterator(start).map_err(|error| error.to_string())?;
        iterator.shard_iterator.ok_or_else(|| "the stream cannot be read".to_owned())
    }

    /// The next records of the stream.
    pub(crate) fn stream_next(&self, iterator: &str) -> Result<GetRecordsResponse, String> {
        let next = GetRecordsRequest { shard_iterator: iterator.to_owned(), limit: None };
        self.database.get_records(next).map_err(|error| error.to_string())
    }
}

/// A table that an older release made cannot be asked by indexes that it does not have.
fn same_indexes(found: Option<&str>, wanted: &Value) -> Result<(), String> {
    let names = |indexes: &Value| -> BTreeSet<String> {
        let indexes = indexes.as_array().map(Vec::as_slice).unwrap_or_default();
        indexes.iter().filter_map(|index| index["IndexName"].as_str().map(str::to_owned)).collect()
    };
    let found = found.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let (found, wanted) = (names(&found), names(wanted));
    if found == wanted { Ok(()) } else { Err(format!("its indexes are {found:?}, template.yaml has {wanted:?}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(pk: &str) -> String {
        json!({ "items": [{ "PK": { "S": pk }, "SK": { "S": "-" } }] }).to_string()
    }

    #[test]
    fn what_was_put_is_in_the_stream() {
        let table = Table::open(None, "kakao", &Template::built_in().unwrap()).unwrap();
        assert_eq!(table.seed(&item("OUT#1")), Ok(1));
        let start = table.stream_start().unwrap();
        let read = table.stream_next(&start).unwrap();
        assert_eq!(read.records.len(), 1);
        assert_eq!(read.records[0].event_name, "INSERT");
        assert!(table.stream_next(&read.next_shard_iterator.unwrap()).unwrap().records.is_empty());
    }

    #[test]
    fn a_table_is_found_again_unless_its_indexes_are_others() {
        let indexes = json!([{ "IndexName": "due", "KeySchema": [] }]);
        assert_eq!(same_indexes(Some(&indexes.to_string()), &indexes), Ok(()));
        assert!(same_indexes(None, &indexes).is_err());
        assert_eq!(same_indexes(None, &Value::Null), Ok(()));
    }

    #[test]
    fn a_bad_seed_says_which_item() {
        let table = Table::open(None, "kakao", &Template::built_in().unwrap()).unwrap();
        let refused = table.seed(r#"{"items":[{"PK":{"S":"a"}}]}"#).unwrap_err();
        assert!(refused.starts_with("items[0]"), "{refused}");
    }
}
