//! The `work-callback` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<work_callback::WorkCallback, _>(bot::Bot)
}
