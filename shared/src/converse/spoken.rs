//! What a bot said, on its way out: fitted to the limits unless the author wants it as it is.

use serde::{Deserialize, Serialize};

use crate::bot::{SORRY, Skills};
use crate::kakao::fit::{self, Fitted};
use crate::kakao::limits::{self, Setting, Severity};
use crate::kakao::skill::{SkillRequest, SkillResponse};
use crate::log::Log;

/// What a bot said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spoken {
    /// The answer.
    pub response: SkillResponse,
    /// Whether it is sent as it is ([`crate::bot::Reply::as_is`]).
    #[serde(default)]
    pub as_is: bool,
}

/// Where an answer will be read: what it must fit, and which block goes on with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The block that answers; what does not fit into one answer is asked of it again.
    #[serde(default)]
    pub block: Option<String>,
    /// A group chat shows less than a channel.
    #[serde(default)]
    pub group_chat: bool,
    /// Whether the answer may be a promise. Where a late answer is read it may not, so it is not kept.
    #[serde(skip)]
    pub callback: bool,
}

impl From<SkillResponse> for Spoken {
    fn from(response: SkillResponse) -> Self {
        Self { response, as_is: false }
    }
}

impl Place {
    /// Where the answer to this request will be read.
    pub fn of(request: &SkillRequest) -> Self {
        let block = request.block().and_then(|block| block.id()).filter(|id| !id.is_empty());
        let Setting { callback_offered, group_chat, .. } = Setting::replying_to(request);
        Self { block: block.map(str::to_owned), group_chat, callback: callback_offered == Some(true) }
    }

    /// What an answer here must keep. One without bubbles is meant, if that is what the author built.
    fn setting(&self, response: &SkillResponse) -> Setting {
        let mut setting = Setting::answering(self.callback);
        setting.group_chat = self.group_chat;
        setting.suppress = response.is_suppressed();
        setting
    }
}

/// What leaves: what breaks a limit is mended; what cannot be mended is not sent, for the person would see nothing. Each rule is a
/// line of its own, and an answer that is not sent is one more: that one is counted.
pub fn fit<B: Skills>(bot: &B, spoken: Spoken, place: &Place, request: &str) -> SkillResponse {
    let setting = place.setting(&spoken.response);
    if spoken.as_is {
        for finding in limits::skill_response_in(&spoken.response, &setting) {
            let log = if finding.severity == Severity::Error { Log::error } else { Log::info };
            log("answer.as-is").request(request).rule(finding.rule).field(&finding.path).write();
        }
        return spoken.response;
    }
    match fit::fit(spoken.response, &setting, place.block.as_deref()) {
        Ok(Fitted { response, mendings }) => {
            for mending in mendings {
                Log::warn("answer.mended").request(request).rule(mending.rule).field(&mending.path).write();
            }
            response
        }
        Err(findings) => {
            for finding in &findings {
                Log::error("answer.broken").request(request).rule(finding.rule).field(&finding.path).write();
            }
            Log::error("answer.unfit").request(request).count(findings.len() as u64).write();
            sorry(bot, place)
        }
    }
}

/// What a person reads when something broke: the bot's own words, unless the platform would refuse even those.
pub fn sorry<B: Skills>(bot: &B, place: &Place) -> SkillResponse {
    let words = bot.sorry();
    let setting = place.setting(&words);
    fit::fit(words, &setting, place.block.as_deref())
        .map_or_else(|_| SkillResponse::text(SORRY), |fitted| fitted.response)
}
