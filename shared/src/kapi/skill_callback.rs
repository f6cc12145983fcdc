//! `POST {callbackUrl}`: the real answer of an "AI chatbot" block, once, within its minute (protocol `skill` 8).
//!
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide>

use std::time::Duration;

use http::Uri;
use serde::Deserialize;

use super::{CallError, Outbound, Patience};
use crate::env::Env;
use crate::kakao::skill::SkillResponse;

/// How long a callback URL is valid after the platform issued it (CB).
pub const VALID_FOR: Duration = Duration::from_secs(60);

/// When an answer is sent at the latest: the clocks of two machines and the way there are inside the difference (CB: plan for 50 s).
pub const DELIVER_WITHIN: Duration = Duration::from_secs(50);

const PATIENCE: Patience = Patience { time: Duration::from_secs(2), bytes: 16 * 1024 };

/// A callback URL that may be called: on the platform's own host, or on the stand-in that takes its place.
#[derive(Clone, Debug)]
pub struct CallbackUrl(Uri);

impl CallbackUrl {
    /// Accepts exactly the origin of `BOT_API_URL` and nothing that merely looks like it: a forged payload must not make us call
    /// addresses of its choice (threat T08).
    pub fn parse(text: &str, env: &Env) -> Option<Self> {
        let allowed: Uri = env.bot_api_url.parse().ok()?;
        let asked: Uri = text.parse().ok()?;
        let same = asked.scheme() == allowed.scheme()
            && authority(&asked)? == authority(&allowed)?
            && text.is_ascii()
            && text.starts_with(asked.scheme_str()?);
        same.then_some(Self(asked))
    }
}

/// Host and port as written, so that another spelling of an allowed host is another host; the scheme's own port may be named.
fn authority(uri: &Uri) -> Option<&str> {
    let authority = uri.authority()?.as_str();
    Some(match uri.scheme_str()? {
        "https" => authority.strip_suffix(":443").unwrap_or(authority),
        _ => authority,
    })
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The platform took it.
    Accepted,
    /// The platform answered and did not take it. The URL is spent.
    Refused {
        /// Why.
        why: RefusedBecause,
        /// The platform's number for it, to ask its people about.
        task_id: Option<String>,
    },
    /// The platform never saw it: it may be sent again while the URL is valid.
    NotSent,
    /// Nobody knows whether it arrived. It must not be sent again.
    Unknown,
}

impl Delivered {
    const fn refused(why: RefusedBecause) -> Self {
        Self::Refused { why, task_id: None }
    }
}

/// The platform's reasons (CB), matched on the beginning of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBecause {
    /// A token of the bot test panel: callbacks work on a real channel only.
    TestToken,
    /// Wrong, used or expired token.
    SpentToken,
    /// The acknowledgement lacked `useCallback` or never arrived.
    NotAcknowledged,
    /// The bot id in the URL is wrong.
    BotId,
    /// Our answer is not a valid skill response.
    BadAnswer,
    /// The bubble may not be used for advertising.
    Advertising,
    /// The platform's own fault.
    Platform,
    /// Anything else, or no reason at all.
    Other,
}

impl RefusedBecause {
    /// Message prefixes as the platform writes them, typos included.
    const MESSAGES: &[(&str, Self)] = &[
        ("Invalid callback token for testing purposes", Self::TestToken),
        ("Invalid callback token", Self::SpentToken),
        ("The skill server settings are incorrect", Self::NotAcknowledged),
        ("Invalid bot ID", Self::BotId),
        ("Invalid json response from bot-skill", Self::BadAnswer),
        ("Invalid skill-json format", Self::Advertising),
        ("Internal server error occured", Self::Platform),
    ];

    fn of(message: &str) -> Self {
        Self::MESSAGES.iter().find(|(prefix, _)| message.starts_with(prefix)).map_or(Self::Other, |(_, reason)| *reason)
    }

    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TestToken => "test-token",
            Self::SpentToken => "spent-token",
            Self::NotAcknowledged => "not-acknowledged",
            Self::BotId => "bot-id",
            Self::BadAnswer => "bad-answer",
            Self::Advertising => "advertising",
            Self::Platform => "platform",
            Self::Other => "other",
        }
    }
}

/// Sends the answer. Never repeats: the caller decides, and only after [`Delivered::NotSent`].
pub async fn deliver(outbound: &Outbound, to: &CallbackUrl, answer: &SkillResponse) -> Delivered {
    let Ok(body) = serde_json::to_vec(answer) else {
        return Delivered::refused(RefusedBecause::BadAnswer);
    };
    let request = http::Request::post(to.0.clone()).header("content-type", "application/json").body(body);
    let Ok(request) = request else {
        return Delivered::refused(RefusedBecause::BadAnswer);
    };
    match outbound.send(request, PATIENCE).await {
        Ok(answer) => outcome(answer.status, &answer.body),
        Err(CallError::NotSent | CallError::BadRequest) => Delivered::NotSent,
        Err(CallError::Unknown | CallError::TooLarge) => Delivered::Unknown,
    }
}

/// The HTTP status of a failure is not documented: the body's `status` decides, and a refusal without a body is a refusal.
fn outcome(status: u16, body: &[u8]) -> Delivered {
    #[derive(Deserialize)]
    struct Outcome {
        status: String,
        #[serde(default)]
        message: Option<String>,
        #[serde(default, rename = "taskId")]
        task_id: Option<String>,
    }
    match serde_json::from_slice::<Outcome>(body) {
        Ok(outcome) if outcome.status == "SUCCESS" => Delivered::Accepted,
        Ok(outcome) => {
            let why = RefusedBecause::of(outcome.message.as_deref().unwrap_or_default());
            Delivered::Refused { why, task_id: outcome.task_id }
        }
        Err(_) if (200..300).contains(&status) => Delivered::Unknown,
        Err(_) if status >= 500 => Delivered::Unknown,
        Err(_) => Delivered::refused(RefusedBecause::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(bot_api_url: Option<&str>) -> Env {
        Env::read(|name| (name == "BOT_API_URL").then(|| bot_api_url.map(str::to_owned)).flatten())
    }

    #[test]
    fn the_platforms_own_urls_are_called() {
        for good in [
            "https://bot-api.kakao.com/v1/bots/5ae9b76d7409b11ec845b746!/callback/-damddEwVMRHufi6",
            "https://bot-api.kakao.com/v1/bots/0123/callback/cbtoken:0123456789abcdef",
            "https://bot-api.kakao.com:443/v1/bots/0123/callback/x",
        ] {
            assert!(CallbackUrl::parse(good, &env(None)).is_some(), "{good}");
        }
    }

    #[test]
    fn a_stand_in_takes_the_platforms_place_and_no_other() {
        let env = env(Some("http://127.0.0.1:4010"));
        assert!(CallbackUrl::parse("http://127.0.0.1:4010/callback/1", &env).is_some());
        for other in
            ["http://127.0.0.1:4011/callback/1", "http://127.0.0.1/", "https://bot-api.kakao.com/v1/bots/x/callback/y"]
        {
            assert!(CallbackUrl::parse(other, &env).is_none(), "{other}");
        }
    }

    #[test]
    fn every_documented_refusal_is_understood() {
        let cases = [
            ("Invalid callback token for testing purposes.", RefusedBecause::TestToken),
            ("Invalid callback token. Check your callback token.", RefusedBecause::SpentToken),
            (
                "The skill server settings are incorrect. Use callback true setting required.",
                RefusedBecause::NotAcknowledged,
            ),
            ("Invalid bot ID. Check your Bot ID.", RefusedBecause::BotId),
            ("Invalid json response from bot-skill.", RefusedBecause::BadAnswer),
            (
                "Invalid skill-json format. This talk bubble is not suitable for advertising.",
                RefusedBecause::Advertising,
            ),
            ("Internal server error occured. Please contact technical support. 501", RefusedBecause::Platform),
            ("", RefusedBecause::Other),
        ];
        for (message, reason) in cases {
            let body =
                serde_json::json!({"taskId": "t", "status": "FAIL", "message": message, "timestamp": 1}).to_string();
            let refused = Delivered::Refused { why: reason, task_id: Some("t".to_owned()) };
            assert_eq!(outcome(400, body.as_bytes()), refused, "{message}");
        }
        assert_eq!(outcome(200, br#"{"taskId":"t","status":"SUCCESS","timestamp":1}"#), Delivered::Accepted);
        assert_eq!(outcome(404, b""), Delivered::refused(RefusedBecause::Other));
        assert_eq!(outcome(502, b"<html>"), Delivered::Unknown);
        assert_eq!(outcome(200, b"<html>"), Delivered::Unknown);
    }
}
