//! The `account-callback` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<account_callback::AccountCallback, _>(bot::Bot)
}
