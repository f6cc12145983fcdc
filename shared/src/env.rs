//! Everything the environment can say, read once and in one place.
//!
//! `template.yaml` declares these variables; `kakao dev` fills them for the laptop. Empty means unset, because `sam local` can
//! only override variables that the template declares.

mod addresses;
mod callbacks;
mod sync;

use std::collections::BTreeMap;

use crate::kakao::id::production;
use crate::secret::{Secret, SecretName};

pub use addresses::{Addresses, PUBLISHED_MAX};
pub use callbacks::{CallbackAddresses, CallbackSettings, UnlinkPolicy};
pub use sync::{Completion, SyncSettings};

/// Where Kakao's bot platform is: the Event API and the skill callbacks.
pub const BOT_API_URL: &str = "https://bot-api.kakao.com";

/// Where Kakao Login is: codes, tokens and the keys of ID tokens.
pub const KAUTH_URL: &str = "https://kauth.kakao.com";

/// Where Kakao's REST API is: users, their terms, addresses and channels.
pub const KAPI_URL: &str = "https://kapi.kakao.com";

/// Where the plugins' server is: the one-time addresses.
pub const TALK_PLUGIN_URL: &str = "https://talk-plugin.kakao.com";

/// Where Kakao Work's Web API is, without its version.
pub const WORK_API_URL: &str = "https://api.kakaowork.com";

/// The header in which the skill's secret arrives, unless `SKILL_SECRET_HEADER` says otherwise.
pub const SKILL_SECRET_HEADER: &str = "x-skill-secret";

/// The settings of one process.
#[derive(Clone, Debug)]
pub struct Env {
    /// `TABLE_NAME`: the one table. Default `kakao`.
    pub table_name: String,
    /// `AWS_REGION`. Default `ap-northeast-2` (Seoul).
    pub region: String,
    /// `AWS_ENDPOINT_URL_DYNAMODB`: another endpoint than the region's own, for the laptop.
    pub dynamodb_url: Option<String>,
    /// `AWS_ENDPOINT_URL_SSM`: likewise for the parameter store.
    pub ssm_url: Option<String>,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`: fixed for the life of a Lambda sandbox.
    pub aws: AwsCredentials,
    /// `SECRETS_PREFIX`: where in SSM the secrets are that are not variables themselves.
    pub secrets_prefix: Option<String>,
    /// The secrets that are variables: laptop and tests only.
    pub secrets: BTreeMap<SecretName, Secret>,
    /// `SKILL_SECRET_HEADER`, in lower case.
    pub skill_secret_header: String,
    /// `SKILL_SECRET_CHECK=off` switches the check off. Anything else leaves it on.
    pub skill_secret_check: bool,
    /// `BOT_IDS`: the bots that may call, comma-separated, each `id` or `name=id`; empty: any that knows the secret.
    pub bots: Vec<KnownBot>,
    /// `BOT_API_URL`: where callbacks and events may be sent.
    pub bot_api_url: String,
    /// `KAUTH_URL`: where codes become tokens. No slash at its end, like the two that follow.
    pub kauth_url: String,
    /// `KAPI_URL`: where users are asked about.
    pub kapi_url: String,
    /// `TALK_PLUGIN_URL`: where one-time addresses lead.
    pub talk_plugin_url: String,
    /// `WORK_API_URL`: where Kakao Work is told what the bot says.
    pub work_api_url: String,
    /// `SYNC_…`: the sign-up.
    pub sync: SyncSettings,
    /// What Kakao calls by itself.
    pub callbacks: CallbackSettings,
}

/// One bot of this deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownBot {
    /// What the deployment calls it; secrets of its own are listed under this name, or under its id.
    pub name: Option<String>,
    /// Its id, without the development channel's `!`.
    pub id: String,
}

/// The sandbox's own AWS credentials.
#[derive(Clone, Debug, Default)]
pub struct AwsCredentials {
    /// Public half.
    pub access_key_id: String,
    /// Secret half.
    pub secret_access_key: Secret,
    /// Present with temporary credentials, which is what Lambda has.
    pub session_token: Option<Secret>,
}

impl Env {
    /// The process's environment.
    pub fn from_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// The settings as `lookup` tells them. An empty value counts as unset.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let or = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        let base = |name: &str, default: &str| or(name, default).trim_end_matches('/').to_owned();
        Self {
            table_name: or("TABLE_NAME", "kakao"),
            region: or("AWS_REGION", "ap-northeast-2"),
            dynamodb_url: get("AWS_ENDPOINT_URL_DYNAMODB"),
            ssm_url: get("AWS_ENDPOINT_URL_SSM"),
            aws: AwsCredentials {
                access_key_id: or("AWS_ACCESS_KEY_ID", "local"),
                secret_access_key: Secret::new(or("AWS_SECRET_ACCESS_KEY", "local")),
                session_token: get("AWS_SESSION_TOKEN").map(Secret::new),
            },
            secrets_prefix: get("SECRETS_PREFIX"),
            secrets: SecretName::ALL
                .iter()
                .filter_map(|name| Some((*name, Secret::new(get(name.as_str())?))))
                .collect(),
            skill_secret_header: or("SKILL_SECRET_HEADER", SKILL_SECRET_HEADER).to_ascii_lowercase(),
            skill_secret_check: get("SKILL_SECRET_CHECK").as_deref() != Some("off"),
            bots: get("BOT_IDS").map(|list| KnownBot::read_all(&list)).unwrap_or_default(),
            bot_api_url: or("BOT_API_URL", BOT_API_URL),
            kauth_url: base("KAUTH_URL", KAUTH_URL),
            kapi_url: base("KAPI_URL", KAPI_URL),
            talk_plugin_url: base("TALK_PLUGIN_URL", TALK_PLUGIN_URL),
            work_api_url: base("WORK_API_URL", WORK_API_URL),
            sync: SyncSettings::read(get),
            callbacks: CallbackSettings::read(get),
        }
    }
}

impl Env {
    /// The base URLs that were set to something else than Kakao's own: stand-ins.
    pub fn stand_ins(&self) -> impl Iterator<Item = &str> {
        let bases = [
            (&self.bot_api_url, BOT_API_URL),
            (&self.kauth_url, KAUTH_URL),
            (&self.kapi_url, KAPI_URL),
            (&self.talk_plugin_url, TALK_PLUGIN_URL),
            (&self.work_api_url, WORK_API_URL),
        ];
        bases.into_iter().filter(|(base, own)| base.as_str() != *own).map(|(base, _)| base.as_str())
    }

    /// The bot with this id, if it is listed.
    pub fn bot(&self, id: &str) -> Option<&KnownBot> {
        self.bots.iter().find(|bot| bot.id == id)
    }
}

impl KnownBot {
    /// Reads a list. A name that is another bot's id is no name: what is listed under it is that other bot's.
    fn read_all(list: &str) -> Vec<Self> {
        let mut bots: Vec<Self> = list.split(',').filter_map(Self::read).collect();
        let ids: Vec<String> = bots.iter().map(|bot| bot.id.clone()).collect();
        for bot in &mut bots {
            bot.name.take_if(|name| ids.contains(name));
        }
        bots
    }

    /// Reads `id` or `name=id`. An id pasted from the development channel is the bot's all the same.
    fn read(text: &str) -> Option<Self> {
        let (name, id) = match text.split_once('=') {
            Some((name, id)) => (Some(name.trim().to_owned()).filter(|name| !name.is_empty()), id),
            None => (None, text),
        };
        let id = production(id.trim());
        (!id.is_empty()).then(|| Self { name, id: id.to_owned() })
    }

    /// Whether `listed` means this bot: its name or its id.
    pub fn is_called(&self, listed: &str) -> bool {
        self.id == listed || self.name.as_deref() == Some(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_are_listed_with_or_without_a_name() {
        let env = Env::read(|name| (name == "BOT_IDS").then(|| " 점심 = a1!, b2 ,, =c3, =".to_owned()));
        let listed: Vec<_> = env.bots.iter().map(|bot| (bot.name.as_deref(), bot.id.as_str())).collect();
        assert_eq!(listed, [(Some("점심"), "a1"), (None, "b2"), (None, "c3")]);
        assert!(env.bot("a1").is_some_and(|bot| bot.is_called("점심") && bot.is_called("a1") && !bot.is_called("b2")));
        assert!(env.bot("점심").is_none(), "a name is no id");
    }

    #[test]
    fn t07_a_name_that_is_another_bots_id_is_no_name() {
        let env = Env::read(|name| (name == "BOT_IDS").then(|| "b2=a1,b2,c3=c3".to_owned()));
        assert!(env.bot("a1").is_some_and(|bot| bot.is_called("a1") && !bot.is_called("b2")));
        assert!(["b2", "c3"].into_iter().all(|id| env.bot(id).is_some_and(|bot| bot.is_called(id))));
    }

    #[test]
    fn an_empty_variable_is_an_unset_one() {
        let env = Env::read(|_| Some(String::new()));
        assert_eq!(env.dynamodb_url, None);
        assert_eq!(env.bot_api_url, BOT_API_URL);
        assert!(env.skill_secret_check, "only the word off switches the check off");
        assert!(env.secrets.is_empty(), "an empty secret is no secret");
    }

    #[test]
    fn without_settings_it_is_kakao_that_is_asked() {
        let env = Env::read(|_| None);
        assert_eq!(
            [&env.bot_api_url, &env.kauth_url, &env.kapi_url, &env.talk_plugin_url, &env.work_api_url],
            [
                "https://bot-api.kakao.com",
                "https://kauth.kakao.com",
                "https://kapi.kakao.com",
                "https://talk-plugin.kakao.com",
                "https://api.kakaowork.com"
            ]
        );
    }

    #[test]
    fn t05_secrets_do_not_show_in_debug_output() {
        let env = Env::read(|name| Some(format!("canary-{name}")));
        let shown = format!("{env:?}");
        let names =
            SecretName::ALL.iter().map(|name| name.as_str()).chain(["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]);
        for name in names {
            assert!(!shown.contains(&format!("\"canary-{name}\"")), "{name} is shown");
        }
    }
}
