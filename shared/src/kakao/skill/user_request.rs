//! `userRequest`: what was said, by whom, where.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use std::slice;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Chat, FileUrl, Map, Named, User};
use crate::kakao::field::{Field, Loose, closed_debug};

/// The person's side of a request.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserRequest {
    /// IANA name, `Asia/Seoul`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub timezone: Field<String>,
    /// The matched block; same as `intent`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub block: Field<Named>,
    /// The text as typed; the address of the file for a photo or video. The bot test may append a line break.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub utterance: Field<String>,
    /// `ko` on live calls, `kr` on older ones, `null` in the skill test.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub lang: Field<String>,
    /// `surface`, `ignoreMe`, `media`, and the `params` of an Event API call.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub params: Field<Map>,
    /// Who.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub user: Field<User>,
    /// One-time address for a late answer; only on blocks with the callback option. Secret: whoever has it can answer.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub callback_url: Field<String>,
    /// The room, in a group chat.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub chat: Field<Loose<Chat>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(UserRequest);

/// A photo or video that the person sent: `userRequest.params.media`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Media<'a> {
    /// `image` or another word; empty if the sender did not say.
    pub kind: &'a str,
    /// Where to fetch it; signed and short-lived.
    pub url: &'a str,
}

impl<'a> Media<'a> {
    fn read(media: &'a Value) -> Option<Self> {
        let url = media.get("url")?.as_str().filter(|url| !url.is_empty())?;
        Some(Media { kind: media.get("type").and_then(Value::as_str).unwrap_or_default(), url })
    }

    /// Whether it is a photo.
    pub fn is_image(self) -> bool {
        self.kind == "image"
    }

    /// The address, to be asked whether it may be fetched.
    pub fn file(self) -> FileUrl<'a> {
        FileUrl::new(self.url)
    }
}

impl std::fmt::Debug for Media<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl UserRequest {
    /// A member of `params`; `null` counts as none.
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.params.get()?.get(name).filter(|value| !value.is_null())
    }

    /// The photo or video, if the message was one.
    pub fn media(&self) -> Option<Media<'_>> {
        self.medias().next()
    }

    /// All photos and videos, should a message hold several: `media` is one object on the calls that were seen.
    pub fn medias(&self) -> impl Iterator<Item = Media<'_>> {
        let media = self.param("media");
        let several =
            media.and_then(Value::as_array).map_or_else(|| media.map_or(&[][..], slice::from_ref), Vec::as_slice);
        several.iter().filter_map(Media::read)
    }

    /// Where the request was made: `Kakaotalk.plusfriend` live, `BuilderBotTest` in the bot test. See
    /// [`SkillRequest::origin`](super::SkillRequest::origin).
    pub fn surface(&self) -> Option<&str> {
        self.param("surface")?.as_str()
    }

    /// Whether the platform asks not to count the request: `ignoreMe` of the tests.
    pub fn ignore_me(&self) -> bool {
        match self.param("ignoreMe") {
            Some(Value::String(word)) => word == "true",
            Some(Value::Bool(word)) => *word,
            _ => false,
        }
    }
}
