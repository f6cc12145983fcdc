//! `POST` to the URL of a skill: the SkillPayload.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! Every member may be missing and `null` counts as missing. Wrong types are refused only where nothing sensible can
//! be made of them; the rest is kept as it came.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Action, Chat, Context, FileUrl, Flow, Knowledge, Map, Media, Named, TriggerType, User, UserRequest};
use crate::kakao::field::{Field, Loose, closed_debug};
use crate::kakao::id::{kind, production};

/// One call of a skill.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SkillRequest {
    /// The matched block. On live calls with an `extra`: see [`Named::knowledges`].
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub intent: Field<Named>,
    /// What was said, by whom, where.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub user_request: Field<UserRequest>,
    /// The bot.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub bot: Field<Named<kind::Bot>>,
    /// The skill and its parameters.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub action: Field<Action>,
    /// Active contexts.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub contexts: Field<Vec<Field<Context>>>,
    /// How the utterance came about.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub flow: Field<Loose<Flow>>,
    /// Never sent by the platform; some testers put it here.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub callback_url: Field<String>,
    /// `skillOption` and members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

closed_debug!(SkillRequest);

impl SkillRequest {
    fn user(&self) -> Option<&User> {
        self.user_request.get()?.user.get()
    }

    /// The utterance without blanks at its ends; empty if there is none. For a photo or video it is an address.
    pub fn utterance(&self) -> &str {
        self.raw_utterance().trim()
    }

    /// The utterance exactly as it came.
    pub fn raw_utterance(&self) -> &str {
        self.user_request.get().and_then(|user_request| user_request.utterance.text()).unwrap_or_default()
    }

    /// Key of the person on this bot: `user.id`, else `properties.botUserKey`.
    pub fn user_key(&self) -> Option<&str> {
        self.user()?.key()
    }

    /// Key of the person on the channel.
    pub fn plusfriend_user_key(&self) -> Option<&str> {
        self.user()?.plusfriend_user_key()
    }

    /// User id of Kakao Login, as text.
    pub fn app_user_id(&self) -> Option<&str> {
        self.user()?.app_user_id()
    }

    /// State of the person in the app of Kakao Login; `REGISTERED` has been seen.
    pub fn app_user_status(&self) -> Option<&str> {
        self.user()?.app_user_status()
    }

    /// `user.type`: `botUserKey`, and other words in tests and old versions of the protocol.
    pub fn user_type(&self) -> Option<&str> {
        self.user()?.kind()
    }

    /// Language of the person, `ko`. Old calls write `kr` for the same; the skill test does not say.
    pub fn lang(&self) -> Option<&str> {
        let lang = self.user_request.get()?.lang.text().filter(|lang| !lang.is_empty());
        lang.map(|lang| if lang == "kr" { "ko" } else { lang })
    }

    /// IANA name of the person's time zone, `Asia/Seoul`. Some live calls do not say.
    pub fn timezone(&self) -> Option<&str> {
        self.user_request.get()?.timezone.text().filter(|timezone| !timezone.is_empty())
    }

    /// Whether the person has added the channel; `None` means no or unknown.
    pub fn is_friend(&self) -> Option<bool> {
        self.user()?.is_friend()
    }

    /// Id of the bot as it came, on the development channel with a trailing `!`.
    pub fn bot_id(&self) -> Option<&str> {
        self.bot.get()?.id()
    }

    /// Id of the bot without the mark of the development channel; empty if there is none. State is kept by this.
    pub fn bot_key(&self) -> &str {
        production(self.bot_id().unwrap_or_default())
    }

    /// Whether the development channel called.
    pub fn is_dev_channel(&self) -> bool {
        self.bot_id().is_some_and(|id| id.ends_with('!'))
    }

    /// Whether a test of the admin center called: the bot test panel or the skill test button. See
    /// [`SkillRequest::origin`].
    pub fn is_test(&self) -> bool {
        self.user_request.get().is_some_and(UserRequest::is_test)
    }

    /// The matched block: `userRequest.block`, else `intent`.
    pub fn block(&self) -> Option<&Named> {
        let block = self.user_request.get().and_then(|user_request| user_request.block.get());
        block.or_else(|| self.intent.get())
    }

    /// Name of the skill, `action.name`.
    pub fn skill_name(&self) -> Option<&str> {
        self.action.get()?.name.text()
    }

    /// What the knowledge base found, best first; empty for an ordinary block.
    pub fn knowledges(&self) -> Vec<Knowledge> {
        self.intent.get().map(Named::knowledges).unwrap_or_default()
    }

    /// A parameter of the block. `null` and blanks count as none: it depends on the sender how an empty one looks.
    pub fn param(&self, name: &str) -> Option<&Value> {
        self.action.get()?.param(name)
    }

    /// A parameter that is text. A system entity is JSON text: see [`SkillRequest::param_json`].
    pub fn param_text(&self, name: &str) -> Option<&str> {
        self.param(name)?.as_str()
    }

    /// A parameter that is JSON inside text. Text that is no JSON gives `None`, unless `detailParams` has it better: the
    /// documentation itself has such a sample.
    pub fn param_json(&self, name: &str) -> Option<Value> {
        self.slot(name)?.json()
    }

    /// What the tapped button, quick reply or list item carried, if it has the shape of `T`.
    pub fn client_extra<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.action.get()?.client_extra()?).ok()
    }

    /// Where a late answer goes: `userRequest.callbackUrl`, else `callbackUrl`. Not checked: whoever posts to it must
    /// make sure it is one of Kakao's.
    pub fn callback_url(&self) -> Option<&str> {
        let inner = self.user_request.get().and_then(|user_request| user_request.callback_url.text());
        inner.or_else(|| self.callback_url.text()).filter(|url| !url.is_empty())
    }

    /// What the person did: typed, tapped, sent a picture. Only on newer calls.
    pub fn trigger(&self) -> Option<&TriggerType> {
        self.flow.get()?.fits()?.trigger()
    }

    /// The block whose bubble was tapped. Only on newer calls.
    pub fn referrer_block(&self) -> Option<&Named> {
        self.flow.get()?.fits()?.referrer_block()
    }

    /// The block that ran before this one. Only on newer calls.
    pub fn last_block(&self) -> Option<&Named> {
        self.flow.get()?.fits()?.last_block()
    }

    /// The active contexts.
    pub fn contexts(&self) -> impl Iterator<Item = &Context> {
        self.contexts.get().into_iter().flatten().filter_map(Field::get)
    }

    /// An active context by its name.
    pub fn context(&self, name: &str) -> Option<&Context> {
        self.contexts().find(|context| context.name.text() == Some(name))
    }

    /// The photo or video, if the message was one.
    pub fn media(&self) -> Option<Media<'_>> {
        self.user_request.get()?.media()
    }

    /// Where the photos are that the person sent; empty for any other message. Ask each [`FileUrl::is_kakao_cdn`] before
    /// fetching it.
    pub fn photos(&self) -> Vec<FileUrl<'_>> {
        let Some(said) = self.user_request.get() else { return Vec::new() };
        let photos: Vec<_> = said.medias().filter(|media| media.is_image()).map(Media::file).collect();
        // A photo message may come without `media`: its utterance is the address.
        let bare =
            photos.is_empty() && said.medias().next().is_none() && self.trigger() == Some(&TriggerType::ImageUpload);
        if bare && self.utterance().starts_with("http") { vec![FileUrl::new(self.utterance())] } else { photos }
    }

    /// Key of the room, in a group chat.
    pub fn group_key(&self) -> Option<&str> {
        let key = self.chat().and_then(Chat::key).filter(|key| !key.is_empty());
        key.or_else(|| self.user()?.group_key())
    }

    /// The room, in a group chat.
    pub fn chat(&self) -> Option<&Chat> {
        self.user_request.get()?.chat.get()?.fits()
    }
}
