//! An answer that Kakao would refuse, refused here.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::report::{Finding, Setting};
use super::safe_in;
use crate::kakao::skill::SkillResponse;

/// The errors of a response. Its text says rules, places and numbers and never quotes the response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// What is wrong: at least one finding, all of severity `E`.
    pub errors: Vec<Finding>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self.errors.iter().map(Finding::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Refused {}

impl SkillResponse {
    /// The finished response, or what Kakao would refuse about it: every broken rule of severity `E`, with its place.
    ///
    /// Builders never refuse, because what is missing may still come. This is the end of building. What a bot returns
    /// is checked once more before it is sent, so this is for tests, and for those who have something else to say.
    ///
    /// ```
    /// use shared::kakao::skill::{SkillResponse, TextCard};
    ///
    /// let answer = SkillResponse::new().output(TextCard::new("예약이 끝났어요")).checked();
    /// assert!(answer.is_ok());
    ///
    /// let refused = SkillResponse::text("").checked().unwrap_err();
    /// assert_eq!(refused.errors[0].rule, "R10");
    /// assert_eq!(refused.to_string(), "E R10 template.outputs[0].simpleText.text the text is empty");
    /// ```
    pub fn checked(self) -> Result<Self, Refused> {
        self.checked_in(&Setting::default())
    }

    /// The same for an answer to something else than a person on an ordinary channel, such as a group chat.
    ///
    /// ```
    /// use shared::kakao::limits::Setting;
    /// use shared::kakao::skill::{Button, SkillResponse, TextCard};
    ///
    /// let answer = SkillResponse::new().output(TextCard::new("같이 해요").button(Button::invite("초대하기")));
    /// assert!(answer.clone().checked().is_err());
    /// assert!(answer.checked_in(&Setting::group_chat()).is_ok());
    /// assert!(SkillResponse::suppress().checked_in(&Setting::suppressing()).is_ok());
    /// ```
    pub fn checked_in(self, setting: &Setting) -> Result<Self, Refused> {
        match safe_in(&self, setting) {
            Ok(()) => Ok(self),
            Err(errors) => Err(Refused { errors }),
        }
    }
}
