//! `POST` to the URL of a skill, as the platform writes it: a production call of a live channel.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use serde_json::{Map, Value, json};

/// The stand-in bot's id. The development channel appends `!`.
pub const BOT_ID: &str = "65f0c0ffee0123456789abcd";

/// The auth block: a button that leads there opens the half-view of Kakao Sync.
pub const AUTH_BLOCK_ID: &str = "65f0000000000000a07b10c0";

/// The auth block's parameter that holds what the plugin left behind. A bot's owner may call it anything.
pub const PLUGIN_PARAM: &str = "profile";

/// The stand-in bot's name.
pub const BOT_NAME: &str = "점심 봇 (로컬)";

/// A block: the unit of a conversation in the admin center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// 24 hex digits on the platform; whatever an author wrote in a button here.
    pub id: String,
    /// Its display name.
    pub name: String,
}

impl Block {
    /// The one block that the stand-in has per skill.
    pub fn of_skill(name: &str) -> Self {
        Self { id: hex24(&format!("block {name}")), name: name.to_owned() }
    }

    fn json(&self) -> Value {
        json!({ "id": self.id, "name": self.name })
    }
}

/// One thing that a person said or tapped.
#[derive(Clone, Debug)]
pub struct Utterance<'a> {
    /// `userRequest.user.id`.
    pub bot_user_key: &'a str,
    /// The person's key on the channel, if known.
    pub plusfriend_user_key: Option<&'a str>,
    /// The person's user id of Kakao Login, if they are linked.
    pub app_user_id: Option<&'a str>,
    /// The skill's name, last part of its URL.
    pub skill: &'a str,
    /// What was said.
    pub text: &'a str,
    /// The block that the platform picked.
    pub block: Block,
    /// The `extra` of the button that was tapped.
    pub extra: Option<Value>,
    /// `flow.trigger.type`.
    pub trigger: &'a str,
    /// The block before this one.
    pub last_block: Option<Block>,
    /// Active contexts, as JSON.
    pub contexts: Vec<Value>,
    /// Where a late answer may go, if the block allows one.
    pub callback_url: Option<String>,
    /// Whether it is said on the development channel.
    pub dev_channel: bool,
    /// Further members of `userRequest.params`: those of an event.
    pub params: Map<String, Value>,
    /// Further members of `userRequest.user.properties`: those of an event.
    pub properties: Map<String, Value>,
    /// The block's parameters, as text.
    pub slots: Map<String, Value>,
}

impl<'a> Utterance<'a> {
    /// Typed text on the live channel.
    pub fn typed(skill: &'a str, text: &'a str, bot_user_key: &'a str) -> Self {
        Self {
            bot_user_key,
            plusfriend_user_key: None,
            app_user_id: None,
            skill,
            text,
            block: Block::of_skill(skill),
            extra: None,
            trigger: "TEXT_INPUT",
            last_block: None,
            contexts: Vec::new(),
            callback_url: None,
            dev_channel: false,
            params: Map::new(),
            properties: Map::new(),
            slots: Map::new(),
        }
    }

    /// A photo instead of words: the platform says its address.
    pub fn photo(mut self, url: &'a str) -> Self {
        self.text = url;
        self.trigger = "IMAGE_UPLOAD";
        self.params.insert("media".to_owned(), json!({ "type": "image", "url": url }));
        self
    }

    /// An event for a person. What a live channel writes into `utterance` and `flow` is not documented: here it is the event's name,
    /// and nothing.
    pub fn event(skill: &'a str, name: &'a str, bot_user_key: &'a str) -> Self {
        let block = Block { id: hex24(&format!("event {name}")), name: name.to_owned() };
        Self { block, trigger: "", ..Self::typed(skill, name, bot_user_key) }
    }

    /// The SkillPayload.
    pub fn payload(&self) -> Value {
        let mut intent = self.block.json();
        intent["extra"] = json!({ "reason": { "code": 1, "message": "OK" } });
        let mut user_request = json!({
            "timezone": "Asia/Seoul",
            "lang": "ko",
            "utterance": self.text,
            "block": self.block.json(),
            "params": { "surface": "Kakaotalk.plusfriend" },
            "user": { "id": self.bot_user_key, "type": "botUserKey", "properties": self.properties() },
        });
        for (place, more) in [("/params", &self.params), ("/user/properties", &self.properties)] {
            if let Some(Value::Object(members)) = user_request.pointer_mut(place) {
                members.extend(more.clone());
            }
        }
        if let Some(url) = &self.callback_url {
            user_request["callbackUrl"] = url.as_str().into();
        }
        let mut flow = json!({});
        if !self.trigger.is_empty() {
            flow["trigger"] = json!({ "type": self.trigger });
        }
        if let Some(last) = &self.last_block {
            flow["lastBlock"] = last.json();
            if !matches!(self.trigger, "" | "TEXT_INPUT") {
                flow["trigger"]["referrerBlock"] = last.json();
            }
        }
        json!({
            "bot": { "id": self.bot_id(), "name": BOT_NAME },
            "intent": intent,
            "action": {
                "id": hex24(&format!("skill {}", self.skill)),
                "name": self.skill,
                "params": self.slots,
                "detailParams": self.detail_params(),
                "clientExtra": self.extra.clone().unwrap_or_else(|| json!({})),
            },
            "userRequest": user_request,
            "contexts": self.contexts,
            "flow": flow,
        })
    }

    /// `bot.id`, with the mark of the development channel.
    pub fn bot_id(&self) -> String {
        if self.dev_channel { format!("{BOT_ID}!") } else { BOT_ID.to_owned() }
    }

    fn detail_params(&self) -> Map<String, Value> {
        // A plugin's origin is its one-time address alone.
        let otp = |value: &Value| -> Option<Value> {
            serde_json::from_str::<Value>(value.as_str()?).ok()?.get("otp").cloned()
        };
        let detail = |value: &Value| {
            let origin = otp(value).unwrap_or_else(|| value.clone());
            json!({ "origin": origin, "value": value, "groupName": "" })
        };
        self.slots.iter().map(|(name, value)| (name.clone(), detail(value))).collect()
    }

    fn properties(&self) -> Value {
        properties(self.bot_user_key, self.plusfriend_user_key, self.app_user_id)
    }
}

/// `POST` to the URL of a parameter check.
pub fn check(value: &str, bot_user_key: &str) -> Value {
    json!({
        "isInSlotFilling": true,
        "utterance": value,
        "value": { "origin": value, "resolved": value },
        "user": { "id": bot_user_key, "type": "botUserKey", "properties": properties(bot_user_key, None, None) },
        "bot": { "id": BOT_ID, "name": BOT_NAME },
        "params": { "surface": "Kakaotalk.plusfriend" },
        "timezone": "Asia/Seoul",
        "lang": "ko",
    })
}

/// Live calls send each key in both spellings.
fn properties(bot_user_key: &str, plusfriend_user_key: Option<&str>, app_user_id: Option<&str>) -> Value {
    let status = app_user_id.map(|_| "REGISTERED");
    let mut properties = Map::new();
    for (name, value) in [
        ("botUserKey", Some(bot_user_key)),
        ("bot_user_key", Some(bot_user_key)),
        ("plusfriendUserKey", plusfriend_user_key),
        ("plusfriend_user_key", plusfriend_user_key),
        ("appUserId", app_user_id),
        ("app_user_id", app_user_id),
        ("appUserStatus", status),
        ("app_user_status", status),
    ] {
        if let Some(value) = value {
            properties.insert(name.to_owned(), value.into());
        }
    }
    properties.insert("isFriend".to_owned(), true.into());
    Value::Object(properties)
}

/// An id that is the same every time: 64 bits of FNV-1a in 24 digits.
fn hex24(of: &str) -> String {
    let hash =
        of.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("65f0{:020x}", hash)
}

#[cfg(test)]
mod tests {
    use shared::kakao::limits;
    use shared::kakao::skill::SkillRequest;

    use super::*;

    #[test]
    fn a_payload_is_what_a_live_channel_sends() {
        let mut said = Utterance::typed("lunch", "#점심 선택", "abc");
        said.plusfriend_user_key = Some("Ab-12_cdEfGh");
        said.dev_channel = true;
        said.extra = Some(json!({ "page": 2 }));
        let payload = said.payload();
        let request: SkillRequest = shared::kakao::parse(payload.to_string().as_bytes()).unwrap();
        assert_eq!(request.utterance(), "#점심 선택");
        assert_eq!(request.user_key(), Some("abc"));
        assert_eq!(request.bot_id(), Some("65f0c0ffee0123456789abcd!"));
        assert!(request.is_dev_channel() && !request.is_test());
        assert_eq!(request.client_extra(), Some(json!({ "page": 2 })));
        assert_eq!(limits::skill_request(&request), []);
        assert_eq!(request.block().and_then(|block| block.id()).map(str::len), Some(24));
    }
}
