//! Which door of Kakao's a request came through, told by what differs between them.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/bot_test>
//!
//! None of this is proof: whoever knows the URL of a skill can write any of it. Whether the caller is Kakao is decided
//! before a body is read.

use super::{SkillRequest, UserRequest};

/// `userRequest.params.surface` of a live channel.
const SURFACE_LIVE: &str = "Kakaotalk.plusfriend";
/// `userRequest.params.surface` of the bot test panel.
const SURFACE_BOT_TEST: &str = "BuilderBotTest";
/// `userRequest.user.type` of the skill test button.
const TYPE_SKILL_TEST: &str = "accountId";
/// `userRequest.user.type` of the first version of the protocol.
/// <https://i.kakao.com/docs/skill-compare>
const TYPE_V1: &str = "talk_user_id";
/// Names of the block that runs when no other matched; the second on old bots.
const FALLBACK: [&str; 2] = ["폴백 블록", "FALLBACK INTENT"];
/// `intent.name` of an answer from the knowledge base.
const KNOWLEDGE: &str = "지식+";

/// Where a request came from. Whether it is about a group chat, or in the first version of the protocol, is beside
/// that: see [`SkillRequest::is_group_chat`] and [`SkillRequest::is_v1`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// People on the live channel: `surface` is `Kakaotalk.plusfriend`, or there is a group chat, or the first version of
    /// the protocol is spoken.
    Production,
    /// The development channel: `bot.id` ends in `!`. The bot need not be deployed. Otherwise as in production.
    Development,
    /// The bot test panel of the admin center: `surface` is `BuilderBotTest`. There are no keys of the channel, and the
    /// token of a callback address does not work.
    BotTest,
    /// The "skill test" button of the skill editor: `user.type` is `accountId`, or `ignoreMe` is `true` without a `surface`
    /// of the bot test. Names and utterance are made up.
    SkillTest,
    /// None of these: replays, other people's testers, bodies written by hand, and doors that are newer than this.
    Unknown,
}

impl Origin {
    /// Where in one word, for a field of a log line.
    pub const fn word(self) -> &'static str {
        match self {
            Origin::Production => "production",
            Origin::Development => "development",
            Origin::BotTest => "bot-test",
            Origin::SkillTest => "skill-test",
            Origin::Unknown => "unknown",
        }
    }

    /// Whether it is a test of the admin center.
    pub const fn is_test(self) -> bool {
        matches!(self, Origin::BotTest | Origin::SkillTest)
    }
}

impl SkillRequest {
    /// Where the request came from, by the first of the marks in the order of: bot test, skill test, development,
    /// production.
    pub fn origin(&self) -> Origin {
        let said = self.user_request.get();
        if let Some(test) = said.and_then(UserRequest::test) {
            test
        } else if self.is_dev_channel() {
            Origin::Development
        } else if said.and_then(UserRequest::surface) == Some(SURFACE_LIVE) || self.is_group_chat() || self.is_v1() {
            Origin::Production
        } else {
            Origin::Unknown
        }
    }

    /// Whether it was said in a group chat.
    pub fn is_group_chat(&self) -> bool {
        self.group_key().is_some()
    }

    /// Whether it is written in the first version of the protocol. Everything that is in it is read; there is less.
    pub fn is_v1(&self) -> bool {
        self.user_type() == Some(TYPE_V1)
    }

    /// Whether no block matched, so that the fallback block was run. Told by the name, which authors can change.
    pub fn is_fallback(&self) -> bool {
        self.block_names().any(|name| FALLBACK.contains(&name))
    }

    /// Whether the knowledge base has answers: see [`SkillRequest::knowledges`].
    pub fn is_knowledge(&self) -> bool {
        self.block_names().any(|name| name == KNOWLEDGE) || !self.knowledges().is_empty()
    }

    /// Both places of the block's name. Blanks at the ends have been seen.
    fn block_names(&self) -> impl Iterator<Item = &str> {
        let block = self.user_request.get().and_then(|said| said.block.get());
        [block, self.intent.get()].into_iter().flatten().filter_map(|named| named.name()).map(str::trim)
    }
}

impl UserRequest {
    /// Which test of the admin center this is, if it is one.
    fn test(&self) -> Option<Origin> {
        if self.surface() == Some(SURFACE_BOT_TEST) {
            Some(Origin::BotTest)
        } else if self.ignore_me() || self.user.get().is_some_and(|user| user.kind() == Some(TYPE_SKILL_TEST)) {
            Some(Origin::SkillTest)
        } else {
            None
        }
    }

    /// Whether the request comes from a test of the admin center: the bot test panel or the skill test button.
    pub fn is_test(&self) -> bool {
        self.test().is_some()
    }
}
