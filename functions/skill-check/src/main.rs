//! The `skill-check` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<skill_check::SkillCheck, _>(bot::Bot)
}
