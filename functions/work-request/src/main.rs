//! The `work-request` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<work_request::WorkRequest, _>(bot::Bot)
}
