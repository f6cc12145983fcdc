//! The settings of Kakao Sync and Kakao Login: `SYNC_…`.

use crate::kakao::sync::ContinueRules;

/// The settings of the sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSettings {
    /// `SYNC_REDIRECT_URI`: the registered address of `sync-redirect`, exactly as the console has it, without a query.
    pub redirect_uri: Option<String>,
    /// `SYNC_CONTINUE_HOSTS`: where the browser may be sent back to, comma-separated; hosts below them count. Default
    /// `kakao.com`.
    pub continue_hosts: Vec<String>,
    /// `SYNC_APP_LINKS=on`: `kakaotalk://bizplugin/…` is such a place as well.
    pub app_links: bool,
    /// `SYNC_COMPLETION`: how the plugin is told.
    pub completion: Completion,
    /// `SYNC_COMPLETE_FALSE=on`: the plugin is told of a failure, too. It then says something of its own in the chat that nobody
    /// can replace (protocol `sync` 1.6), so this takes a decision.
    pub complete_false: bool,
    /// `SYNC_CANCELLED=redirect`: whoever says no on the consent screen goes back to where they came from at once, without a page of ours.
    pub cancelled_redirect: bool,
    /// `SYNC_OIDC=on`: the app has OpenID Connect switched on, and ID tokens are asked for and verified.
    pub oidc: bool,
    /// `SYNC_PKCE=on`: the web login proves with a verifier that it began itself.
    pub pkce: bool,
    /// `SYNC_PARAM`: the parameter of the auth block that the plugin fills, and nothing else does. Without it any parameter of the
    /// plugin's shape is looked at, and not believed as far as who somebody is.
    pub param: Option<String>,
    /// `SYNC_TERM_VERSIONS`: which text of each of the service's terms is shown now, `tag=version`, comma-separated: Kakao knows terms
    /// by their tags only.
    pub term_versions: Vec<(String, String)>,
    /// `SYNC_HOME_URL`: where a web login ends; without it on a page of our own.
    pub home_url: Option<String>,
    /// `SYNC_SCOPES`: consent items that a web login asks for beyond those of the app, comma-separated.
    pub scopes: Option<String>,
    /// `SYNC_SERVICE_TERMS`: the tags of the terms that a web login shows, comma-separated; without it those of the app.
    pub service_terms: Option<String>,
    /// `SYNC_CHANNEL_PUBLIC_IDS`: the channels that a web login offers to add, comma-separated.
    pub channel_public_ids: Option<String>,
    /// `SYNC_SHIPPING=on`: the rule is told where the person has parcels sent, if they agreed.
    pub shipping: bool,
    /// `SYNC_CHANNELS=on`: the rule is told which channels the person has added, if they agreed.
    pub channels: bool,
}

/// How the plugin is told that the sign-up is over (protocol `sync` 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completion {
    /// `redirect`: back to the continue URL, byte for byte.
    #[default]
    Redirect,
    /// `redirect_with_complete`: the same with `complete=` and perhaps `user_match_url=` in its query.
    RedirectWithComplete,
    /// `json`: a JSON document instead.
    Json,
}

impl Completion {
    /// As the setting spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::RedirectWithComplete => "redirect_with_complete",
            Self::Json => "json",
        }
    }

    /// An unknown word is the default: what every plugin is known to understand.
    fn read(word: &str) -> Self {
        let all = [Self::Redirect, Self::RedirectWithComplete, Self::Json];
        all.into_iter().find(|completion| completion.as_str() == word).unwrap_or_default()
    }
}

impl SyncSettings {
    /// The settings as `get` tells them: trimmed, and `None` if empty.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let on = |name: &str| get(name).as_deref() == Some("on");
        let hosts = get("SYNC_CONTINUE_HOSTS").unwrap_or_else(|| "kakao.com".to_owned());
        Self {
            redirect_uri: get("SYNC_REDIRECT_URI"),
            continue_hosts: hosts
                .split(',')
                .map(|host| host.trim().to_owned())
                .filter(|host| !host.is_empty())
                .collect(),
            app_links: on("SYNC_APP_LINKS"),
            completion: get("SYNC_COMPLETION").map(|word| Completion::read(&word)).unwrap_or_default(),
            complete_false: on("SYNC_COMPLETE_FALSE"),
            cancelled_redirect: get("SYNC_CANCELLED").as_deref() == Some("redirect"),
            oidc: on("SYNC_OIDC"),
            pkce: on("SYNC_PKCE"),
            param: get("SYNC_PARAM"),
            term_versions: get("SYNC_TERM_VERSIONS").as_deref().map(versions).unwrap_or_default(),
            home_url: get("SYNC_HOME_URL"),
            scopes: get("SYNC_SCOPES").map(|list| compact(&list)),
            service_terms: get("SYNC_SERVICE_TERMS").map(|list| compact(&list)),
            channel_public_ids: get("SYNC_CHANNEL_PUBLIC_IDS").map(|list| compact(&list)),
            shipping: on("SYNC_SHIPPING"),
            channels: on("SYNC_CHANNELS"),
        }
    }

    /// The address of a page beside `/sync/redirect`: the same with another last part. From the setting and not from the request,
    /// whose `Host` is anybody's word.
    pub fn page(&self, name: &str) -> Option<String> {
        let (folder, _) = self.redirect_uri.as_deref()?.trim_end_matches('/').rsplit_once('/')?;
        Some(format!("{folder}/{name}"))
    }
}

/// A comma list as Kakao wants it: without spaces.
fn compact(list: &str) -> String {
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>().join(",")
}

/// What has no version is left out.
fn versions(list: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        pair.trim().split_once('=').map(|(tag, version)| (tag.trim().to_owned(), version.trim().to_owned()))
    };
    list.split(',').filter_map(pair).filter(|(tag, version)| !tag.is_empty() && !version.is_empty()).collect()
}

impl super::Env {
    /// Where a browser may be sent back to: the allowed hosts, and a stand-in for the plugin's server if there is one.
    pub fn continue_rules(&self) -> ContinueRules {
        let stand_in = (self.talk_plugin_url != super::TALK_PLUGIN_URL).then_some(self.talk_plugin_url.as_str());
        let rules = ContinueRules::new(self.sync.continue_hosts.iter().map(String::as_str));
        let rules = if self.sync.app_links { rules.with_app_links() } else { rules };
        stand_in.into_iter().fold(rules, ContinueRules::with_stand_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;

    fn read(settings: &[(&str, &str)]) -> Env {
        Env::read(|name| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn everything_that_takes_a_decision_is_off() {
        let sync = read(&[]).sync;
        assert_eq!(sync.continue_hosts, ["kakao.com"]);
        assert_eq!(sync.completion, Completion::Redirect);
        assert!(
            !sync.app_links && !sync.complete_false && !sync.oidc && !sync.pkce && !sync.shipping && !sync.channels
        );
        assert!(!sync.cancelled_redirect);
        assert_eq!((sync.redirect_uri, sync.home_url), (None, None));
        assert_eq!((sync.scopes, sync.service_terms, sync.channel_public_ids), (None, None, None));
    }

    #[test]
    fn lists_are_written_without_spaces() {
        let sync = read(&[("SYNC_SCOPES", " gender, birthday ,"), ("SYNC_SERVICE_TERMS", "tos_2025")]).sync;
        assert_eq!(sync.scopes.as_deref(), Some("gender,birthday"));
        assert_eq!(sync.service_terms.as_deref(), Some("tos_2025"));
    }

    #[test]
    fn the_pages_are_beside_the_redirect() {
        let page = |uri: &str| read(&[("SYNC_REDIRECT_URI", uri)]).sync.page("match");
        for uri in ["https://a.example/sync/redirect", "https://a.example/sync/redirect/"] {
            assert_eq!(page(uri).as_deref(), Some("https://a.example/sync/match"));
        }
        assert_eq!(page("https://a.example/dev/sync/redirect").as_deref(), Some("https://a.example/dev/sync/match"));
        assert_eq!(page(""), None);
    }

    #[test]
    fn a_word_that_is_unknown_changes_nothing() {
        for (word, completion) in [
            ("json", Completion::Json),
            ("redirect_with_complete", Completion::RedirectWithComplete),
            ("JSON", Completion::Redirect),
            ("", Completion::Redirect),
        ] {
            assert_eq!(read(&[("SYNC_COMPLETION", word)]).sync.completion, completion, "{word}");
        }
        let versions = read(&[("SYNC_TERM_VERSIONS", " tos=2 ,ads, =1,x=,b=c=d")]).sync.term_versions;
        let versions: Vec<_> = versions.iter().map(|(tag, version)| (tag.as_str(), version.as_str())).collect();
        assert_eq!(versions, [("tos", "2"), ("b", "c=d")]);
        assert!(!read(&[("SYNC_PKCE", "yes")]).sync.pkce, "only the word on switches on");
        assert!(!read(&[("SYNC_CANCELLED", "on")]).sync.cancelled_redirect, "neither of its words");
        let hosts = read(&[("SYNC_CONTINUE_HOSTS", " kakao.com ,, Example.KR")]).sync.continue_hosts;
        assert_eq!(hosts, ["kakao.com", "Example.KR"]);
    }

    #[test]
    fn t09_a_stand_in_is_one_origin() {
        let rules = read(&[("TALK_PLUGIN_URL", "http://127.0.0.1:4010/plugin")]).continue_rules();
        let allowed = |url| crate::kakao::sync::ContinueUrl::parse(url, &rules).is_ok();
        assert!(allowed("http://127.0.0.1:4010/continue/1") && allowed("https://talk-plugin.kakao.com/x"));
        assert!(!allowed("http://127.0.0.1:4011/continue/1") && !allowed("http://127.0.0.1:40100/"));
    }
}
