//! The `sync-redirect` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<sync_redirect::SyncRedirect, _>(bot::Bot)
}
