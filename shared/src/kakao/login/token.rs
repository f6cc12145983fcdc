//! The answer of `POST /oauth/token`: what a code or a refresh token was exchanged for.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#request-token>

use std::time::Duration;

use serde_json::Value;

use super::message::message;

message! {
    /// Tokens of one person. Secrets all of them: nothing shows in debug output.
    Token {
        /// `bearer`.
        token_type: Value,
        /// Opens the REST API in the person's name. Read it with [`Token::access_token`].
        access_token: Value,
        /// Seconds from the moment the request was sent. Read it with [`Token::expires_in`].
        expires_in: Value,
        /// Gets another access token. Absent after a refresh if the old one is still good.
        refresh_token: Value,
        /// Seconds. Read it with [`Token::refresh_token_expires_in`].
        refresh_token_expires_in: Value,
        /// Consent items, separated by spaces; may be absent. Read it with [`Token::scopes`].
        scope: Value,
        /// With OpenID Connect: who it is, signed. Read it with [`Token::id_token`].
        id_token: Value,
    }
}

impl Token {
    /// Opens the REST API in the person's name.
    pub fn access_token(&self) -> Option<&str> {
        self.access_token.words()
    }

    /// How long the access token is good, from the moment the request was sent. Differs from app to app.
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in.whole().map(Duration::from_secs)
    }

    /// Gets another access token.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.words()
    }

    /// How long the refresh token is good.
    pub fn refresh_token_expires_in(&self) -> Option<Duration> {
        self.refresh_token_expires_in.whole().map(Duration::from_secs)
    }

    /// The consent items that the token is good for. None does not mean none: Kakao may leave them out.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.words().unwrap_or_default().split_ascii_whitespace()
    }

    /// Who it is, signed.
    pub fn id_token(&self) -> Option<&str> {
        self.id_token.words()
    }
}
