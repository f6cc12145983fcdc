//! The six things done to the table: one conditional write, several at once, one read, several at once, one query, one look into
//! the index.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Get, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactGetItem, TransactWriteItem, Update,
};

use super::client::UNKNOWN_ISSUER;
use super::item::{n, s};
use super::keys::Key;
use super::{Item, Store, StoreError};

/// Tries for what the SDK does not repeat by itself: two transactions that met on one item.
const CONFLICT_TRIES: u32 = 4;
const CONFLICT_WAIT: Duration = Duration::from_millis(30);

/// The index of what is due.
const DUE: Option<&str> = Some("due");

/// A range of a partition of the table, and of a shard of the index.
const ITEMS: &str = "PK = :pk AND SK BETWEEN :from AND :to";
const LISTED: &str = "DPK = :pk AND DSK BETWEEN :from AND :to";

/// The values of a range.
const fn of_range<'a>(pk: &'a str, (from, to): (&'a str, &'a str)) -> [(&'static str, &'a str); 3] {
    [(":pk", pk), (":from", from), (":to", to)]
}

/// One write with its condition. There is no way to make one without.
#[derive(Clone, Debug)]
pub(super) struct Write {
    key: Key,
    action: Action,
    condition: &'static str,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

#[derive(Clone, Debug)]
enum Action {
    /// The whole item: only for items that no newer release extends.
    Put(Item),
    /// Only the named attributes; unknown ones survive.
    Update(String),
    /// The item goes.
    Delete,
    /// Nothing is written: the condition must hold for what is written beside it. Only in a transaction.
    Check,
}

/// How a conditional write ended.
#[derive(Debug)]
pub(super) enum Written {
    /// Applied; for an update, the item as it is now.
    Done(Item),
    /// The condition did not hold; the item as it is.
    Refused(Item),
}

impl Write {
    pub(super) fn put(key: Key, condition: &'static str) -> Self {
        let item = key.clone().into_attributes();
        Self::new(key, Action::Put(item), condition)
    }

    pub(super) fn update(key: Key, expression: impl Into<String>, condition: &'static str) -> Self {
        Self::new(key, Action::Update(expression.into()), condition)
    }

    pub(super) fn delete(key: Key, condition: &'static str) -> Self {
        Self::new(key, Action::Delete, condition)
    }

    pub(super) fn check(key: Key, condition: &'static str) -> Self {
        Self::new(key, Action::Check, condition)
    }

    fn new(key: Key, action: Action, condition: &'static str) -> Self {
        Self { key, action, condition, names: HashMap::new(), values: HashMap::new() }
    }

    /// An attribute of a put.
    pub(super) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        if let Action::Put(item) = &mut self.action {
            item.insert(name.to_owned(), value);
        }
        self
    }

    /// A value that an expression names, `:like_this`.
    pub(super) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// More assignments of an update, before those it has.
    pub(super) fn also_set(mut self, assignments: &str) -> Self {
        if let Action::Update(expression) = &mut self.action {
            *expression = expression.replacen("SET ", &format!("SET {assignments}, "), 1);
        }
        self
    }

    pub(super) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.value(name, s(text))
    }

    pub(super) fn number(self, name: &str, number: u64) -> Self {
        self.value(name, n(number))
    }

    /// An attribute whose name is a reserved word, as `#like_this`.
    pub(super) fn name(mut self, alias: &str, name: &str) -> Self {
        self.names.insert(alias.to_owned(), name.to_owned());
        self
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    fn into_transact(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let (names, values) = (self.names(), self.values());
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let item = match self.action {
            Action::Put(attributes) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(attributes))
                    .condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()
                    .map_err(invalid)?,
            ),
            Action::Update(expression) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(self.key.into_attributes()))
                    .update_expression(expression)
                    .condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()
                    .map_err(invalid)?,
            ),
            Action::Delete => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(self.key.into_attributes()))
                    .condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()
                    .map_err(invalid)?,
            ),
            Action::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(self.key.into_attributes()))
                    .condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .build()
                    .map_err(invalid)?,
            ),
        };
        Ok(item.build())
    }
}

fn invalid(_: impl std::error::Error) -> StoreError {
    StoreError::Rejected("InvalidRequest".to_owned())
}

impl Store {
    /// One item by its key, strongly consistent.
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        match self.get_once(key).await {
            Err(StoreError::Unavailable(UNKNOWN_ISSUER)) if self.believe_system() => self.get_once(key).await,
            read => read,
        }
    }

    async fn get_once(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let found = self
            .client()
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.clone().into_attributes()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failed(&error))?;
        Ok(found.item)
    }

    /// Several items as they were at one moment, in one call; in the order of the keys.
    pub(super) async fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, StoreError> {
        match keys {
            [] => Ok(Vec::new()),
            [key] => Ok(vec![self.get(key).await?]), // half the price of a transaction
            keys => self.get_at_one_moment(keys).await,
        }
    }

    async fn get_at_one_moment(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, StoreError> {
        let get = |key: &Key| {
            let get = Get::builder().table_name(&self.table).set_key(Some(key.clone().into_attributes()));
            Ok(TransactGetItem::builder().get(get.build().map_err(invalid)?).build())
        };
        let items: Vec<TransactGetItem> = keys.iter().map(get).collect::<Result<_, StoreError>>()?;
        let mut tried = 0;
        loop {
            tried += 1;
            let sent = self.client().transact_get_items().set_transact_items(Some(items.clone())).send().await;
            let error = match sent {
                Ok(found) => return Ok(found.responses.unwrap_or_default().into_iter().map(|one| one.item).collect()),
                Err(error) => error,
            };
            let failure = match error.as_service_error() {
                Some(TransactGetItemsError::TransactionCanceledException(cancelled)) => {
                    match cancelled_because(cancelled) {
                        Cancelled::Invalid(code) => StoreError::Rejected(code),
                        Cancelled::Refused(_) | Cancelled::Busy => StoreError::Unavailable(CONFLICT),
                    }
                }
                _ => failed(&error),
            };
            match failure {
                StoreError::Unavailable(CONFLICT) if tried < CONFLICT_TRIES => wait(tried).await,
                StoreError::Unavailable(UNKNOWN_ISSUER) if self.believe_system() => {}
                failure => return Err(failure),
            }
        }
    }

    /// One page of a partition's items with sort keys from `range.0` to `range.1`, strongly consistent, in order, and where the
    /// next page begins.
    pub(super) async fn page(
        &self,
        pk: &str,
        range: (&str, &str),
        limit: Option<i32>,
        after: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        self.query(None, ITEMS, &of_range(pk, range), limit, after).await
    }

    /// All of a partition's items in `range`: the pages are followed to the end.
    pub(super) async fn all(&self, pk: &str, range: (&str, &str)) -> Result<Vec<Item>, StoreError> {
        self.query_all(None, ITEMS, &of_range(pk, range)).await
    }

    /// Keys in one shard of the `due` index with a sort key below `before`. Eventually consistent: it finds work, it decides nothing.
    pub(super) async fn due_keys(&self, shard: &str, before: &str, limit: i32) -> Result<Vec<Item>, StoreError> {
        let values = [(":pk", shard), (":before", before)];
        Ok(self.query(DUE, "DPK = :pk AND DSK < :before", &values, Some(limit), None).await?.0)
    }

    /// All keys in one shard of the index with a sort key from `range.0` to `range.1`. Eventually consistent, as
    /// [`Store::due_keys`].
    pub(super) async fn listed_keys(&self, shard: &str, range: (&str, &str)) -> Result<Vec<Item>, StoreError> {
        self.query_all(DUE, LISTED, &of_range(shard, range)).await
    }

    /// The first `limit` of them, in order: nothing beyond them is read.
    pub(super) async fn first_listed_keys(
        &self,
        shard: &str,
        range: (&str, &str),
        limit: i32,
    ) -> Result<Vec<Item>, StoreError> {
        Ok(self.query(DUE, LISTED, &of_range(shard, range), Some(limit), None).await?.0)
    }

    async fn query_all(
        &self,
        index: Option<&str>,
        condition: &str,
        values: &[(&str, &str)],
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let (page, next) = self.query(index, condition, values, None, after).await?;
            items.extend(page);
            match next {
                Some(next) => after = Some(next),
                None => return Ok(items),
            }
        }
    }

    /// One page of what meets the condition, and where the next page begins. Strongly consistent, unless it is of an index: which
    /// cannot be.
    async fn query(
        &self,
        index: Option<&str>,
        condition: &str,
        values: &[(&str, &str)],
        limit: Option<i32>,
        after: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), s(*value))).collect();
        let page = self
            .client()
            .query()
            .table_name(&self.table)
            .set_index_name(index.map(str::to_owned))
            .set_consistent_read(index.is_none().then_some(true))
            .set_limit(limit)
            .set_exclusive_start_key(after)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .send()
            .await
            .map_err(|error| failed(&error))?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }

    /// One conditional write.
    pub(super) async fn write(&self, write: Write) -> Result<Written, StoreError> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.write_once(write.clone()).await {
                Err(StoreError::Unavailable(CONFLICT)) if tried < CONFLICT_TRIES => wait(tried).await,
                Err(StoreError::Unavailable(UNKNOWN_ISSUER)) if self.believe_system() => {}
                ended => return ended,
            }
        }
    }

    async fn write_once(&self, write: Write) -> Result<Written, StoreError> {
        let client = self.client();
        let (names, values) = (write.names(), write.values());
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        // The operations have the same shape and unrelated types.
        match write.action {
            Action::Put(item) => {
                let sent = client
                    .put_item()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .send()
                    .await;
                match sent {
                    Ok(_) => Ok(Written::Done(Item::new())),
                    Err(error) => refused(&error, |error| match error {
                        aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
                            refusal,
                        ) => Some(refusal.item.clone()),
                        _ => None,
                    }),
                }
            }
            Action::Update(expression) => {
                let sent = client
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(write.key.into_attributes()))
                    .update_expression(expression)
                    .condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values(ReturnValue::AllNew)
                    .return_values_on_condition_check_failure(all_old)
                    .send()
                    .await;
                match sent {
                    Ok(done) => Ok(Written::Done(done.attributes.unwrap_or_default())),
                    Err(error) => refused(&error, |error| match error {
                        aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                            refusal,
                        ) => Some(refusal.item.clone()),
                        _ => None,
                    }),
                }
            }
            Action::Delete => {
                let sent = client
                    .delete_item()
                    .table_name(&self.table)
                    .set_key(Some(write.key.into_attributes()))
                    .condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(all_old)
                    .send()
                    .await;
                match sent {
                    Ok(_) => Ok(Written::Done(Item::new())),
                    Err(error) => refused(&error, |error| match error {
                        aws_sdk_dynamodb::operation::delete_item::DeleteItemError::ConditionalCheckFailedException(
                            refusal,
                        ) => Some(refusal.item.clone()),
                        _ => None,
                    }),
                }
            }
            Action::Check => Err(StoreError::Rejected("CheckWithoutWrite".to_owned())),
        }
    }

    /// Several conditional writes, all or none. `token` (at most 36 characters) makes a repeat within ten minutes harmless. If refused: for each write
    /// the item that refused it, or nothing.
    pub(super) async fn write_all(
        &self,
        token: &str,
        writes: Vec<Write>,
    ) -> Result<Result<(), Vec<Option<Item>>>, StoreError> {
        let items: Vec<TransactWriteItem> =
            writes.into_iter().map(|write| write.into_transact(&self.table)).collect::<Result<_, _>>()?;
        let mut tried = 0;
        loop {
            tried += 1;
            let sent = self
                .client()
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .client_request_token(token)
                .send()
                .await;
            let error = match sent {
                Ok(_) => return Ok(Ok(())),
                Err(error) => error,
            };
            use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as E;
            let again = match error.as_service_error() {
                Some(E::TransactionCanceledException(canceled)) => match cancelled_because(canceled) {
                    Cancelled::Refused(items) => return Ok(Err(items)),
                    Cancelled::Busy => true,
                    Cancelled::Invalid(code) => return Err(StoreError::Rejected(code)),
                },
                Some(E::TransactionInProgressException(_)) => true,
                _ => false,
            };
            if !again {
                return Err(failed(&error));
            }
            if tried == CONFLICT_TRIES {
                return Err(StoreError::Unavailable(CONFLICT));
            }
            wait(tried).await;
        }
    }
}

/// The kind of a [`StoreError::Unavailable`] when another transaction held the item.
const CONFLICT: &str = "conflict";

/// Waits longer each time and never the same: a millisecond clock is random enough to part two that met.
async fn wait(tried: u32) {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    let jitter = Duration::from_micros(u64::from(nanos / 1_000 % 20_000));
    tokio::time::sleep(CONFLICT_WAIT * tried + jitter).await;
}

enum Cancelled {
    Refused(Vec<Option<Item>>),
    Busy,
    Invalid(String),
}

/// Tells a refused condition from a conflict: the first is an answer, the second is bad luck.
fn cancelled_because(cancelled: &TransactionCanceledException) -> Cancelled {
    let reasons = cancelled.cancellation_reasons();
    let code = |reason: &aws_sdk_dynamodb::types::CancellationReason| reason.code().unwrap_or("None").to_owned();
    if reasons.iter().any(|reason| code(reason) == "ConditionalCheckFailed") {
        let items = reasons
            .iter()
            .map(|reason| {
                (code(reason) == "ConditionalCheckFailed").then(|| reason.item().cloned().unwrap_or_default())
            })
            .collect();
        return Cancelled::Refused(items);
    }
    let busy = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    match reasons.iter().map(code).find(|code| code != "None" && !busy.contains(&code.as_str())) {
        Some(code) => Cancelled::Invalid(code),
        None => Cancelled::Busy,
    }
}

/// A refused condition with its item, or the failure it really was.
fn refused<E: ProvideErrorMetadata>(
    error: &SdkError<E>,
    condition: impl FnOnce(&E) -> Option<Option<Item>>,
) -> Result<Written, StoreError> {
    match error.as_service_error().and_then(condition) {
        Some(item) => Ok(Written::Refused(item.unwrap_or_default())),
        None => Err(failed(error)),
    }
}

/// What an SDK error means for us. Its message is never used: it may quote keys.
fn failed<E: ProvideErrorMetadata>(error: &SdkError<E>) -> StoreError {
    match error {
        SdkError::TimeoutError(_) => StoreError::Unavailable("timeout"),
        SdkError::DispatchFailure(failure) => {
            let text = format!("{failure:?}");
            if text.contains("UnknownIssuer") {
                StoreError::Unavailable(UNKNOWN_ISSUER)
            } else if failure.is_timeout() {
                StoreError::Unavailable("timeout")
            } else {
                StoreError::Unavailable("unreachable")
            }
        }
        SdkError::ResponseError(_) => StoreError::Unavailable("unreadable-answer"),
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            match service.err().code() {
                Some("TransactionConflictException" | "TransactionInProgressException") => {
                    StoreError::Unavailable(CONFLICT)
                }
                Some(
                    "ProvisionedThroughputExceededException"
                    | "ThrottlingException"
                    | "RequestLimitExceeded"
                    | "Throttling",
                ) => StoreError::Unavailable("throttled"),
                Some("InternalServerError" | "ServiceUnavailable") => StoreError::Unavailable("server"),
                _ if status >= 500 => StoreError::Unavailable("server"),
                Some(code) => StoreError::Rejected(code.to_owned()),
                None => StoreError::Unavailable("unreadable-answer"),
            }
        }
        _ => StoreError::Rejected("InvalidRequest".to_owned()),
    }
}
