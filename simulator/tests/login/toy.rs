//! A bot to which nothing matters.

use shared::bot::{Applicant, Checks, Decision, Desk, Oops, Reply, SignUp, Skills, Turn};
use shared::kakao::skill::{CheckRequest, CheckResponse, SkillResponse};

/// Answers one thing, takes everybody as a member.
pub(crate) struct Toy;

impl shared::bot::Notices for Toy {}

impl Skills for Toy {
    type Talk = ();
    type Job = String;

    async fn reply(&self, _turn: &Turn<'_, ()>) -> Result<Reply<(), String>, Oops> {
        Ok(Reply::text("here"))
    }

    async fn work(&self, job: String, _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        Ok(SkillResponse::text(job))
    }
}

impl shared::bot::work::WorkModals for Toy {}

impl SignUp for Toy {
    async fn decide(&self, _who: &Applicant) -> Decision {
        Decision::Accept(serde_json::Map::new())
    }
}

impl Checks for Toy {
    async fn check(&self, _name: &str, _value: &CheckRequest) -> Result<CheckResponse, Oops> {
        Ok(CheckResponse::error())
    }
}
