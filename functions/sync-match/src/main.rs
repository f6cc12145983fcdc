//! The `sync-match` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<sync_match::SyncMatch, _>(bot::Bot)
}
