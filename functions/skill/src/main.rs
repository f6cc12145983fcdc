//! The `skill` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<skill::Skill, _>(bot::Bot)
}
