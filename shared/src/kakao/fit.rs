//! Stub until the real one is merged.
use super::limits::{self, Finding, Setting};
use super::skill::{SkillRequest, SkillResponse};
/// x
#[derive(Debug)]
pub struct Fitted {
    /** x */
    pub response: SkillResponse,
    /** x */
    pub mendings: Vec<Mending>,
}
/// x
#[derive(Debug)]
pub struct Mending {
    /** x */
    pub rule: &'static str,
    /** x */
    pub path: String,
}
/// x
pub fn fit(response: SkillResponse, setting: &Setting, _block: Option<&str>) -> Result<Fitted, Vec<Finding>> {
    limits::safe_in(&response, setting).map(|()| Fitted { response, mendings: Vec::new() })
}
/// x
pub fn next_page(_request: &SkillRequest) -> Option<SkillResponse> {
    None
}
