//! The addresses of the stand-in, each with the short name that faults and the list of calls use.

/// Whose base URL it is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// `KAUTH_URL`
    Kauth,
    /// `KAPI_URL`
    Kapi,
    /// `TALK_PLUGIN_URL`
    TalkPlugin,
}

/// One address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is documented by its path, below")]
pub enum Endpoint {
    Authorize,
    Token,
    KauthLogout,
    OpenidConfiguration,
    Jwks,
    Me,
    Unlink,
    Logout,
    AccessTokenInfo,
    UserInfo,
    Scopes,
    RevokeScopes,
    ServiceTerms,
    RevokeServiceTerms,
    UpgradeServiceTerms,
    ShippingAddress,
    Ids,
    Channels,
    SystemIps,
    Otp,
}

/// Where it is and how it is called.
pub(crate) struct Spec {
    /// `access-token-info`
    pub(crate) name: &'static str,
    /// `GET`, `POST` or both.
    pub(crate) methods: &'static [&'static str],
    /// With its prefix, as a route.
    pub(crate) path: &'static str,
}

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const BOTH: &[&str] = &["GET", "POST"];

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Authorize,
        Self::Token,
        Self::KauthLogout,
        Self::OpenidConfiguration,
        Self::Jwks,
        Self::Me,
        Self::Unlink,
        Self::Logout,
        Self::AccessTokenInfo,
        Self::UserInfo,
        Self::Scopes,
        Self::RevokeScopes,
        Self::ServiceTerms,
        Self::RevokeServiceTerms,
        Self::UpgradeServiceTerms,
        Self::ShippingAddress,
        Self::Ids,
        Self::Channels,
        Self::SystemIps,
        Self::Otp,
    ];

    pub(crate) const fn spec(self) -> Spec {
        let (name, methods, path) = match self {
            Self::Authorize => ("authorize", GET, "/kauth/oauth/authorize"),
            Self::Token => ("token", POST, "/kauth/oauth/token"),
            Self::KauthLogout => ("kauth-logout", GET, "/kauth/oauth/logout"),
            Self::OpenidConfiguration => ("openid-configuration", GET, "/kauth/.well-known/openid-configuration"),
            Self::Jwks => ("jwks", GET, "/kauth/.well-known/jwks.json"),
            Self::Me => ("me", BOTH, "/kapi/v2/user/me"),
            Self::Unlink => ("unlink", POST, "/kapi/v1/user/unlink"),
            Self::Logout => ("logout", POST, "/kapi/v1/user/logout"),
            Self::AccessTokenInfo => ("access-token-info", GET, "/kapi/v1/user/access_token_info"),
            Self::UserInfo => ("userinfo", BOTH, "/kapi/v1/oidc/userinfo"),
            Self::Scopes => ("scopes", GET, "/kapi/v2/user/scopes"),
            Self::RevokeScopes => ("revoke-scopes", POST, "/kapi/v2/user/revoke/scopes"),
            Self::ServiceTerms => ("service-terms", GET, "/kapi/v2/user/service_terms"),
            Self::RevokeServiceTerms => ("revoke-service-terms", POST, "/kapi/v2/user/revoke/service_terms"),
            Self::UpgradeServiceTerms => ("upgrade-service-terms", POST, "/kapi/v2/user/upgrade/service_terms"),
            Self::ShippingAddress => ("shipping-address", GET, "/kapi/v1/user/shipping_address"),
            Self::Ids => ("ids", GET, "/kapi/v1/user/ids"),
            Self::Channels => ("channels", GET, "/kapi/v2/api/talk/channels"),
            Self::SystemIps => ("system-ips", GET, "/kapi/v1/system/ips"),
            Self::Otp => ("otp", GET, "/talk-plugin/otp/{id}/profile"),
        };
        Spec { name, methods, path }
    }

    /// `token`
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The one of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }

    pub(crate) fn side(self) -> Side {
        let path = self.spec().path;
        if path.starts_with("/kauth/") {
            Side::Kauth
        } else if path.starts_with("/kapi/") {
            Side::Kapi
        } else {
            Side::TalkPlugin
        }
    }
}
