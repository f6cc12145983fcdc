//! The `sync-failure` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<sync_failure::SyncFailure, _>(bot::Bot)
}
