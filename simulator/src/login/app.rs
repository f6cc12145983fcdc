//! The app that the stand-in knows: its keys, its redirect URIs, its consent items and its terms. One console, already filled in.

use std::fmt;

/// The app's REST API key on a laptop: `client_id`.
pub const LOCAL_REST_API_KEY: &str = "local-rest-api-key";

/// Its client secret on a laptop.
pub const LOCAL_CLIENT_SECRET: &str = "local-client-secret";

/// Its admin key on a laptop.
pub const LOCAL_ADMIN_KEY: &str = "local-admin-key";

/// Its number on a laptop.
pub const LOCAL_APP_ID: u64 = 1_234_567;

/// What the app is set to. A test may set it otherwise before or while the stand-in runs.
#[derive(Clone)]
pub struct App {
    /// `app_id` of `/v1/user/access_token_info`, and of what Kakao tells by itself.
    pub app_id: u64,
    /// REST API keys that are accepted as `client_id`; the first is the one that is shown.
    pub rest_api_keys: Vec<String>,
    /// Client secrets that are accepted; empty switches the check off.
    pub client_secrets: Vec<String>,
    /// Admin keys that are accepted.
    pub admin_keys: Vec<String>,
    /// The registered redirect URIs, each compared as a whole; the first one is the plugin's.
    pub redirect_uris: Vec<String>,
    /// Consent items, in the order of the consent screen.
    pub scopes: Vec<Scope>,
    /// Service terms, likewise.
    pub terms: Vec<Term>,
    /// Whether OpenID Connect is on: a token answer then carries an ID token if `openid` was asked for.
    pub oidc: bool,
    /// Public ids of the channels that are linked to the app.
    pub channels: Vec<String>,
    /// The addresses where Kakao is called, of `/v1/system/ips`.
    pub inbound: Vec<String>,
    /// Those from which it calls: at first this machine's own, where the stand-in is.
    pub outbound: Vec<String>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

/// One consent item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `account_email`
    pub id: &'static str,
    /// What the consent screen calls it.
    pub name: &'static str,
    /// Whether one cannot go on without it.
    pub required: bool,
    /// `PRIVACY`, or else `SERVICE`.
    pub private: bool,
}

/// One document that a person agrees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its tag, as the console has it.
    pub tag: &'static str,
    /// What the consent screen calls it.
    pub name: &'static str,
    /// Whether one cannot go on without it.
    pub required: bool,
    /// Whether the agreement can be taken back with `/v2/user/revoke/service_terms`.
    pub revocable: bool,
}

const fn private(id: &'static str, name: &'static str, required: bool) -> Scope {
    Scope { id, name, required, private: true }
}

const SCOPES: [Scope; 10] = [
    private("profile_nickname", "닉네임", true),
    private("profile_image", "프로필 사진", false),
    private("account_email", "카카오계정(이메일)", true),
    private("name", "이름", false),
    private("gender", "성별", false),
    private("age_range", "연령대", false),
    private("birthday", "생일", false),
    private("birthyear", "출생 연도", false),
    private("phone_number", "카카오계정(전화번호)", true),
    private("shipping_address", "배송지 정보", false),
];

/// Not a matter of privacy: whether the channel was added.
const CHANNELS: Scope =
    Scope { id: "plusfriends", name: "카카오톡 채널 추가 상태", required: false, private: false };

const TERMS: [Term; 3] = [
    Term { tag: "tos_2025", name: "서비스 이용약관", required: true, revocable: false },
    Term { tag: "privacy_2025", name: "개인정보 수집 및 이용", required: true, revocable: false },
    Term { tag: "ads_2025", name: "광고성 정보 수신", required: false, revocable: true },
];

impl Default for App {
    fn default() -> Self {
        Self {
            app_id: LOCAL_APP_ID,
            rest_api_keys: vec![LOCAL_REST_API_KEY.to_owned()],
            client_secrets: vec![LOCAL_CLIENT_SECRET.to_owned()],
            admin_keys: vec![LOCAL_ADMIN_KEY.to_owned()],
            redirect_uris: Vec::new(),
            scopes: SCOPES.into_iter().chain([CHANNELS]).collect(),
            terms: TERMS.to_vec(),
            oidc: true,
            channels: vec!["_LocaL".to_owned()],
            inbound: vec!["211.249.221.0/24".to_owned()],
            outbound: vec!["127.0.0.0/8".to_owned(), "::1".to_owned()],
        }
    }
}

impl App {
    /// The key that is shown.
    pub(crate) fn rest_api_key(&self) -> &str {
        self.rest_api_keys.first().map_or(LOCAL_REST_API_KEY, String::as_str)
    }

    pub(crate) fn scope(&self, id: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.id == id)
    }

    pub(crate) fn term(&self, tag: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.tag == tag)
    }
}
