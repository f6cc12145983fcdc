//! The `unlink-callback` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<unlink_callback::UnlinkCallback, _>(bot::Bot)
}
