//! Something has happened to a person's Kakao account: the claims of a security event token.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/callback#account-status>
//! <https://www.rfc-editor.org/rfc/rfc8417>
//!
//! Only the document: [`crate::kapi::secevent`] tells whether it may be believed.

use serde_json::Value;

use super::Referrer;
use crate::clock::Millis;
use crate::kakao::field::Loose;
use crate::kakao::id::{AppId, AppUserId};
use crate::kakao::login::message::message;
use crate::kakao::skill::Map;
use crate::kakao::skill::open::open_enum;

/// Who makes out the tokens.
pub const ISSUER: &str = "https://kauth.kakao.com";

message! {
    /// The second part of a security event token. It has no end: a token may come late. Any JSON object is one: who made it out is
    /// looked at before what it says.
    AccountClaims {
        /// Who says so: `https://kauth.kakao.com`.
        iss: Value,
        /// To whom: one text, or a list. Read it with [`AccountClaims::audiences`].
        aud: Value,
        /// About whom; may be missing, then the events say it. Read it with [`AccountClaims::person`].
        sub: Loose<AppUserId>,
        /// When it was made out, Unix seconds. Read it with [`AccountClaims::issued`].
        iat: Value,
        /// When it happened, Unix seconds. Read it with [`AccountClaims::at`].
        toe: Value,
        /// The token's own name: once believed, not again.
        jti: Value,
        /// A transaction of Kakao's.
        txn: Value,
        /// Another spelling of `txn` that has been seen.
        txm: Value,
        /// The app, seen once.
        app_id: Loose<AppId>,
        /// What happened, by address. Read it with [`AccountClaims::events`].
        events: Value,
    }
}

message! {
    /// One thing that happened.
    AccountEvent {
        /// To whom.
        subject: Loose<Subject>,
        /// Why a link has ended. Read it with [`AccountEvent::reason`].
        reason: Value,
        /// Which consent items. Read it with [`AccountEvent::scopes`].
        scopes: Value,
    }
}

message! {
    /// To whom something happened.
    Subject {
        /// `iss-sub`.
        subject_type: Value,
        /// Whose number `sub` is.
        iss: Value,
        /// The app user id.
        sub: AppUserId,
    }
}

open_enum! {
    /// What can happen to an account.
    AccountEventKind {
        /// The person was linked to the app. Never a withdrawal.
        Linked = "https://schemas.openid.net/secevent/oauth/event-type/user-linked",
        /// The link has ended.
        Unlinked = "https://schemas.openid.net/secevent/oauth/event-type/user-unlinked",
        /// The person agreed to more.
        ScopeConsent = "https://schemas.openid.net/secevent/oauth/event-type/user-scope-consent",
        /// The person took consent back.
        ScopeWithdraw = "https://schemas.openid.net/secevent/oauth/event-type/user-scope-withdraw",
        /// All tokens are void.
        TokensRevoked = "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked",
        /// A token was made out.
        TokenIssued = "https://schemas.openid.net/secevent/oauth/event-type/token-issued",
        /// A token is void.
        TokenRevoked = "https://schemas.openid.net/secevent/oauth/event-type/token-revoked",
        /// The account is blocked.
        AccountDisabled = "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
        /// The account is released.
        AccountEnabled = "https://schemas.openid.net/secevent/risc/event-type/account-enabled",
        /// The account is deleted.
        AccountPurged = "https://schemas.openid.net/secevent/risc/event-type/account-purged",
        /// The person must change their password.
        CredentialChangeRequired = "https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required",
        /// Somebody else knows the password.
        CredentialCompromise = "https://schemas.openid.net/secevent/risc/event-type/credential-compromise",
        /// The person was logged out everywhere.
        SessionsRevoked = "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked",
        /// Mail address or telephone number changed.
        IdentifierChanged = "https://schemas.openid.net/secevent/risc/event-type/identifier-changed",
        /// Mail address or telephone number is somebody else's now.
        IdentifierRecycled = "https://schemas.openid.net/secevent/risc/event-type/identifier-recycled",
        /// How strongly the person logs in changed.
        AssuranceLevelChange = "https://schemas.openid.net/secevent/caep/event-type/assurance-level-change",
        /// The password changed.
        CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change",
        /// The profile changed.
        ProfileChanged = "https://schemas.kakao.com/platevent/kakao/event-type/user-profile-changed",
    }
}

impl AccountEventKind {
    /// The address of each that is documented.
    pub const ALL: [&'static str; 18] = [
        "https://schemas.openid.net/secevent/oauth/event-type/user-linked",
        "https://schemas.openid.net/secevent/oauth/event-type/user-unlinked",
        "https://schemas.openid.net/secevent/oauth/event-type/user-scope-consent",
        "https://schemas.openid.net/secevent/oauth/event-type/user-scope-withdraw",
        "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked",
        "https://schemas.openid.net/secevent/oauth/event-type/token-issued",
        "https://schemas.openid.net/secevent/oauth/event-type/token-revoked",
        "https://schemas.openid.net/secevent/risc/event-type/account-disabled",
        "https://schemas.openid.net/secevent/risc/event-type/account-enabled",
        "https://schemas.openid.net/secevent/risc/event-type/account-purged",
        "https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required",
        "https://schemas.openid.net/secevent/risc/event-type/credential-compromise",
        "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked",
        "https://schemas.openid.net/secevent/risc/event-type/identifier-changed",
        "https://schemas.openid.net/secevent/risc/event-type/identifier-recycled",
        "https://schemas.openid.net/secevent/caep/event-type/assurance-level-change",
        "https://schemas.openid.net/secevent/caep/event-type/credential-change",
        "https://schemas.kakao.com/platevent/kakao/event-type/user-profile-changed",
    ];
}

impl AccountClaims {
    /// Who made it out.
    pub fn issuer(&self) -> Option<&str> {
        self.iss.words()
    }

    /// To whom it was made out.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        let one = self.aud.words().into_iter();
        let list = self.aud.get().and_then(Value::as_array).into_iter().flatten();
        one.chain(list.filter_map(Value::as_str))
    }

    /// When it was made out.
    pub fn issued(&self) -> Option<Millis> {
        seconds(self.iat.get()?)
    }

    /// When it happened.
    pub fn at(&self) -> Option<Millis> {
        self.toe.get().and_then(seconds).or_else(|| self.issued())
    }

    /// The token's own name.
    pub fn token_id(&self) -> Option<&str> {
        self.jti.words()
    }

    /// What happened; normally one thing. `None` if there is no list of events, or if one of them is no object.
    pub fn events(&self) -> Option<Vec<(AccountEventKind, AccountEvent)>> {
        let events: &Map = self.events.get()?.as_object().filter(|events| !events.is_empty())?;
        let read = |(kind, event): (&String, &Value)| {
            let event = serde_json::from_value(event.clone()).ok()?;
            Some((AccountEventKind::from(kind.as_str()), event))
        };
        events.iter().map(read).collect()
    }

    /// About whom, if everything that says so says the same.
    pub fn person(&self) -> Option<AppUserId> {
        let events = self.events()?;
        let named = events.iter().filter_map(|(_, event)| event.subject.get()?.fits()?.sub.get());
        // One that is no id names nobody, whatever the events say.
        let mut all = self.sub.get().map(Loose::fits).into_iter().chain(named.map(Some));
        let first = all.next()??;
        all.all(|other| other == Some(first)).then(|| first.clone())
    }
}

impl AccountEvent {
    /// Why a link has ended.
    pub fn reason(&self) -> Option<Referrer> {
        self.reason.words().map(Referrer::from)
    }

    /// Which consent items; one alone may come as a text.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let one = self.scopes.words().into_iter().flat_map(str::split_whitespace);
        let list = self.scopes.get().and_then(Value::as_array).into_iter().flatten();
        one.chain(list.filter_map(Value::as_str))
    }
}

/// Whole seconds since 1970, as a number: text is another type than documented. Fractions are let go, as RFC 7519 allows them.
fn seconds(value: &Value) -> Option<Millis> {
    let whole =
        value.as_u64().or_else(|| value.as_f64().filter(|number| (0.0..1e12).contains(number)).map(|n| n as u64))?;
    Some(Millis(whole.checked_mul(1_000)?))
}
