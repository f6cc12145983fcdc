//! The `outbox` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::consume::<outbox::Outbox, _>(bot::Bot)
}
