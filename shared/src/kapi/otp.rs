//! `GET {otp}?rest_api_key=…`: what a one-time address of a plugin stands for (protocol `sync` 2.1).
//!
//! <https://developers.kakao.com/docs/en/kakaosync/plugin>
//!
//! The address arrives in a request from outside and we fetch it: it is looked at first, and what is fetched is bounded.

use std::fmt;
use std::time::Duration;

use http::Uri;

use super::{CallError, Outbound, Patience, form};
use crate::env::{Env, TALK_PLUGIN_URL};
use crate::kakao;
use crate::kakao::login::{OtpProfile, is_person};
use crate::kakao::skill::is_one_time_path;

/// The plugins' servers. The second is in a capture of 2022.
const ORIGINS: [&str; 2] = [TALK_PLUGIN_URL, "https://talk-plugin-capi.kakao.com"];

/// How much of the plugin's time and talk is borne: a person, or a parameter check, waits.
const PATIENCE: Patience = Patience { time: Duration::from_millis(800), bytes: 64 * 1_024 };

/// A one-time address that may be fetched.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpUrl(String);

/// The address is a secret as long as nobody has used it.
impl fmt::Debug for OtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtpUrl(..)")
    }
}

impl OtpUrl {
    /// Accepts `https`, exactly one of the plugins' hosts, no port, no user information, a path of the known form, and nothing
    /// behind it. A stand-in takes the place of both hosts.
    pub fn parse(text: &str, env: &Env) -> Option<Self> {
        let stand_in = (env.talk_plugin_url != TALK_PLUGIN_URL).then_some([env.talk_plugin_url.as_str(); 2]);
        let origins = stand_in.unwrap_or(ORIGINS);
        let path = origins.iter().find_map(|origin| text.strip_prefix(origin))?;
        is_one_time_path(path).then(|| Self(text.to_owned()))
    }

    /// Whether it stands for a person: the last word is `profile`, or there is none. Another plugin's, as `/location`, is not ours to spend.
    pub fn is_profile(&self) -> bool {
        let last = self.0.rsplit('/').next().unwrap_or_default();
        last == "profile" || self.0.ends_with(&format!("/otp/{last}"))
    }

    /// The address, for a digest of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why nobody knows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotVerified {
    /// Any status but 200: spent, expired, or not for this app.
    Status(u16),
    /// 200, and nobody in it.
    Nobody,
    /// No answer.
    Call(CallError),
}

impl NotVerified {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status(500..) => "server",
            Self::Status(_) => "status",
            Self::Nobody => "nobody",
            Self::Call(error) => error.kind(),
        }
    }
}

/// Redeems an address, once and within 800 ms. It is taken for spent afterwards, whatever came of it.
///
/// # Errors
/// [`NotVerified`]
pub async fn redeem(outbound: &Outbound, url: &OtpUrl, rest_api_key: &str) -> Result<OtpProfile, NotVerified> {
    let uri: Uri = format!("{}?{}", url.0, form::encode(&[("rest_api_key", rest_api_key)]))
        .parse()
        .map_err(|_| NotVerified::Call(CallError::BadRequest))?;
    let request = http::Request::get(uri).header("accept", "application/json").body(Vec::new());
    let request = request.map_err(|_| NotVerified::Call(CallError::BadRequest))?;
    let answer = outbound.send(request, PATIENCE).await.map_err(NotVerified::Call)?;
    if answer.status != 200 {
        return Err(NotVerified::Status(answer.status));
    }
    let profile: OtpProfile = kakao::parse(&answer.body).map_err(|_| NotVerified::Nobody)?;
    if profile.app_user_id().is_some_and(is_person) { Ok(profile) } else { Err(NotVerified::Nobody) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, env: &Env) -> bool {
        OtpUrl::parse(text, env).is_some()
    }

    #[test]
    fn t08_only_the_plugins_own_addresses_are_fetched() {
        let env = Env::read(|_| None);
        for good in [
            "https://talk-plugin.kakao.com/otp/0123456789abcdef01234567/profile",
            "https://talk-plugin-capi.kakao.com/otp/62247d59d36c554596ea60eb/profile",
            "https://talk-plugin.kakao.com/otp/01234567",
            "https://talk-plugin.kakao.com/otp/ABCdef0123456789/some_Word",
        ] {
            assert!(allowed(good, &env), "{good}");
        }
        let long = format!("https://talk-plugin.kakao.com/otp/{}", "a".repeat(65));
        for bad in [
            "http://talk-plugin.kakao.com/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com:443/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com:8443/otp/0123456789abcdef/profile",
            "https://user@talk-plugin.kakao.com/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com@evil.example/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com./otp/0123456789abcdef/profile",
            "https://TALK-plugin.kakao.com/otp/0123456789abcdef/profile",
            "https://other.kakao.com/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com.evil.example/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile?x=1",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile#x",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile/more",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/pro-file",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/",
            "https://talk-plugin.kakao.com/otp/0123456",
            "https://talk-plugin.kakao.com/otp/../admin/0123456789",
            "https://talk-plugin.kakao.com/otp/0123456789%2e%2e",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile\r\nx: y",
            "https://talk-plugin.kakao.com\\otp\\0123456789abcdef",
            " https://talk-plugin.kakao.com/otp/0123456789abcdef",
            "https://127.0.0.1/otp/0123456789abcdef",
            "//talk-plugin.kakao.com/otp/0123456789abcdef",
            &long,
            "",
        ] {
            assert!(!allowed(bad, &env), "{bad}");
        }
    }

    #[test]
    fn only_a_profile_stands_for_a_person() {
        let env = Env::read(|_| None);
        for (path, is_profile) in [
            ("/otp/0123456789abcdef/profile", true),
            ("/otp/0123456789abcdef", true),
            ("/otp/0123456789abcdef/location", false),
            ("/otp/0123456789abcdef/otp", false),
        ] {
            let url = OtpUrl::parse(&format!("{TALK_PLUGIN_URL}{path}"), &env).expect("an address of the plugin's");
            assert_eq!(url.is_profile(), is_profile, "{path}");
        }
    }

    #[test]
    fn a_stand_in_takes_the_plugins_place_and_no_other() {
        let env = Env::read(|name| (name == "TALK_PLUGIN_URL").then(|| "http://127.0.0.1:4010/plugin/".to_owned()));
        assert!(allowed("http://127.0.0.1:4010/plugin/otp/0123456789abcdef/profile", &env));
        for other in [
            "http://127.0.0.1:4010/otp/0123456789abcdef/profile",
            "http://127.0.0.1:40101/plugin/otp/0123456789abcdef/profile",
            "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile",
        ] {
            assert!(!allowed(other, &env), "{other}");
        }
    }
}
