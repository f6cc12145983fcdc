//! DynamoDB: an emulator in this process that speaks its protocol over HTTP, with the one table in it.
//!
//! ```text
//! Store ── HTTP ──> Faults (if the test wants a bad day) ── HTTP ──> Table
//! test ─────────── in process, past all faults ───────────────────────^
//! ```
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::errors::DynoxideError;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::env::Env;
use tokio::sync::oneshot;

/// The table's name.
pub const TABLE: &str = "kakao-tests";

/// The skill secret of every test that does not say otherwise.
pub const SECRET: &str = "a-secret-of-the-tests";

/// The REST API key of every test that does not say otherwise.
pub const API_KEY: &str = "0123456789abcdef-key-of-the-tests";

/// A table of its own for one test; gone when it is dropped.
pub struct Table {
    database: Database,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // Its thread is not joined: a connection that a test left open would hold it up.
        drop(self.stop.take());
    }
}

/// What `template.yaml` declares, as far as a test can tell the difference.
fn declaration() -> Value {
    let string = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let keys = |hash: &str, range: &str| json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }]);
    json!({
        "TableName": TABLE,
        "AttributeDefinitions": [string("PK"), string("SK"), string("DPK"), string("DSK")],
        "KeySchema": keys("PK", "SK"),
        "GlobalSecondaryIndexes": [
            { "IndexName": "due", "KeySchema": keys("DPK", "DSK"), "Projection": { "ProjectionType": "KEYS_ONLY" } }
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "KEYS_ONLY" }
    })
}

impl Table {
    /// Makes the table and serves it on a free port, on a thread of its own so that no test can slow it down by computing.
    pub fn start() -> Self {
        let database = Database::memory().expect("a database in memory");
        let request = CreateTableRequest::deserialize(declaration()).expect("the declaration is a request");
        database.create_table(request).expect("the table is made");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener for tokio");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    () = dynoxide::server::serve_on(listener, served) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { database, address, stop: Some(stop) }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// One item as DynamoDB JSON, read past all faults.
    pub fn item(&self, pk: &str, sk: &str) -> Option<Value> {
        let request = json!({ "TableName": TABLE, "Key": key(pk, sk), "ConsistentRead": true });
        let request = GetItemRequest::deserialize(request).expect("a request");
        let found = self.database.get_item(request).expect("the item can be read");
        found.item.map(|item| serde_json::to_value(item).expect("an item is JSON"))
    }

    /// Puts an item, unconditionally: how a test says "let there be".
    pub fn put(&self, item: &Value) {
        let request = PutItemRequest::deserialize(json!({ "TableName": TABLE, "Item": item })).expect("a request");
        self.database.put_item(request).expect("the item can be put");
    }

    /// Applies an `UpdateItem` as the store has sent it, past HTTP and all faults; whether its condition held. For tests of so many writes
    /// that the way to the table is what would take the time.
    pub fn update(&self, request: &Value) -> bool {
        let request = UpdateItemRequest::deserialize(request).expect("a request");
        match self.database.update_item(request) {
            Ok(_) => true,
            Err(DynoxideError::ConditionalCheckFailedException(..)) => false,
            Err(error) => panic!("the update can be applied: {error}"),
        }
    }

    /// Changes an item by hand, as an operator or a newer release would.
    pub fn edit(&self, pk: &str, sk: &str, change: impl FnOnce(&mut serde_json::Map<String, Value>)) {
        let mut item = self.item(pk, sk).expect("there is such an item");
        change(item.as_object_mut().expect("an item is an object"));
        self.put(&item);
    }

    /// Removes an item.
    pub fn remove(&self, pk: &str, sk: &str) {
        let request =
            DeleteItemRequest::deserialize(json!({ "TableName": TABLE, "Key": key(pk, sk) })).expect("a request");
        self.database.delete_item(request).expect("the item can be removed");
    }

    /// Everything in the table, in the order of the keys.
    pub fn items(&self) -> Vec<Value> {
        let mut items = BTreeMap::new();
        let mut after: Option<Value> = None;
        loop {
            let mut request = json!({ "TableName": TABLE });
            if let Some(after) = after {
                request["ExclusiveStartKey"] = after;
            }
            let page = self.database.scan(ScanRequest::deserialize(request).expect("a request")).expect("a page");
            for item in page.items.unwrap_or_default() {
                let item = serde_json::to_value(item).expect("an item is JSON");
                items.insert((text(&item, "PK").to_owned(), text(&item, "SK").to_owned()), item);
            }
            match page.last_evaluated_key {
                Some(last) => after = Some(serde_json::to_value(last).expect("a key is JSON")),
                None => return items.into_values().collect(),
            }
        }
    }

    /// The items whose partition key begins so.
    pub fn items_under(&self, prefix: &str) -> Vec<Value> {
        self.items().into_iter().filter(|item| text(item, "PK").starts_with(prefix)).collect()
    }

    /// Does at once what DynamoDB does within days: removes what is past its `ttl`. Returns how many.
    pub fn expire(&self, now_secs: u64) -> usize {
        let gone: Vec<Value> =
            self.items().into_iter().filter(|item| number(item, "ttl").is_some_and(|ttl| ttl <= now_secs)).collect();
        for item in &gone {
            self.remove(text(item, "PK"), text(item, "SK"));
        }
        gone.len()
    }
}

fn key(pk: &str, sk: &str) -> Value {
    json!({ "PK": { "S": pk }, "SK": { "S": sk } })
}

/// A text attribute of an item in DynamoDB JSON; empty if there is none.
pub fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}

/// A number attribute of an item in DynamoDB JSON.
pub fn number(item: &Value, name: &str) -> Option<u64> {
    item[name]["N"].as_str()?.parse().ok()
}

/// The settings of a function whose table is behind `table_url`; `more` wins over what is set here.
pub fn env(table_url: &str, more: &[(&str, &str)]) -> Env {
    let settings = [
        ("TABLE_NAME", TABLE),
        ("AWS_ENDPOINT_URL_DYNAMODB", table_url),
        ("SKILL_SECRET", SECRET),
        ("KAKAO_REST_API_KEY", API_KEY),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ];
    let settings: BTreeMap<&str, &str> = settings.into_iter().chain(more.iter().copied()).collect();
    Env::read(|name| settings.get(name).map(|value| (*value).to_owned()))
}

/// The event with which the table's stream wakes the outbox: one record for each partition key, numbered from 1.
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
pub fn stream_event<K: AsRef<str>>(pks: impl IntoIterator<Item = K>) -> String {
    let records: Vec<Value> = pks
        .into_iter()
        .enumerate()
        .map(|(at, pk)| {
            json!({
                "eventID": format!("{at}"), "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
                "awsRegion": "ap-northeast-2",
                "dynamodb": {
                    "Keys": { "PK": { "S": pk.as_ref() }, "SK": { "S": "OUT" } },
                    "SequenceNumber": (at + 1).to_string(), "SizeBytes": 60, "StreamViewType": "KEYS_ONLY"
                }
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}

/// The event with which the schedule wakes the outbox.
pub const SWEEP: &str = r#"{"sweep":"due"}"#;
