//! The link between a person and the app has ended, and the service did not do it itself.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/callback#unlink>

use percent_encoding::percent_decode;
use serde_json::Value;

use crate::kakao::id::{AppId, AppUserId};
use crate::kakao::login::message::message;
use crate::kakao::skill::open::open_enum;
use crate::kakao::{Field, Misfit, Why, parse};

message! {
    /// Who has left, and why. A form, a query, or JSON.
    UnlinkNotice {
        /// The app whose link it was.
        app_id: AppId,
        /// The person.
        user_id: AppUserId,
        /// Why. Read it with [`UnlinkNotice::referrer`].
        referrer_type: Value,
        /// For apps in a group only.
        group_user_token: Value,
    }
}

open_enum! {
    /// Why a link has ended.
    Referrer {
        /// The person deleted their account.
        AccountDelete = "ACCOUNT_DELETE",
        /// Kakao deleted the account.
        ForcedAccountDelete = "FORCED_ACCOUNT_DELETE",
        /// By customer service, or in the console.
        Admin = "UNLINK_FROM_ADMIN",
        /// By the person, in the account's settings.
        Apps = "UNLINK_FROM_APPS",
        /// The service did not finish the sign-up within a day.
        IncompleteSignUp = "INCOMPLETE_SIGN_UP",
        /// By the service itself: an account event echoes it, this message never comes.
        Service = "UNLINK_FROM_SERVICE",
        /// The person withdrew from the terms of their account.
        RevokeTerms = "REVOKE_ACCOUNT_SERVICE_TERMS",
    }
}

impl Referrer {
    /// Whether the account is gone, and its id never comes back (protocol `channel-and-webhooks` 2.3): there is nobody to keep a
    /// membership for.
    pub const fn is_for_good(&self) -> bool {
        matches!(self, Self::AccountDelete | Self::ForcedAccountDelete)
    }
}

impl UnlinkNotice {
    /// Why.
    pub fn referrer(&self) -> Option<Referrer> {
        self.referrer_type.words().map(Referrer::from)
    }

    /// Reads a message as it came: by the type of its body, and from the query if there is no body. A body without a type is taken for
    /// what it looks like.
    ///
    /// # Errors
    /// [`Misfit`]; also for a body of another type than form and JSON, and for another character set than UTF-8.
    pub fn read(content_type: Option<&str>, body: &[u8], query: &str) -> Result<Self, Misfit> {
        if body.trim_ascii().is_empty() {
            return Self::from_form(query.as_bytes());
        }
        let kind = content_type.unwrap_or_default().to_ascii_lowercase();
        let (kind, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
        let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
        let utf8 = charset.is_none_or(|charset| ["utf-8", "utf8"].contains(&charset.trim_matches('"')));
        match kind.trim() {
            "application/json" if utf8 => parse(body),
            "application/x-www-form-urlencoded" if utf8 => Self::from_form(body.trim_ascii()),
            "" if body.trim_ascii().starts_with(b"{") => parse(body),
            "" => Self::from_form(body.trim_ascii()),
            _ => Err(Misfit { path: "content-type".to_owned(), why: Why::WrongValue }),
        }
    }

    /// Reads a form, or a query without its `?`. Empty values count as absent; names that are not known are left out.
    /// <https://url.spec.whatwg.org/#urlencoded-parsing>
    ///
    /// # Errors
    /// [`Misfit`] if something is not UTF-8, or if a name is there twice with two values: nobody knows which one counts.
    pub fn from_form(form: &[u8]) -> Result<Self, Misfit> {
        let mut notice = Self::default();
        for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &b""[..]),
            };
            let (name, value) = (decoded(name)?, decoded(value)?);
            match name.as_str() {
                _ if value.is_empty() => {}
                "app_id" => put(&mut notice.app_id, AppId::new(value), "app_id")?,
                "user_id" => put(&mut notice.user_id, AppUserId::new(value), "user_id")?,
                "referrer_type" => put(&mut notice.referrer_type, Value::from(value), "referrer_type")?,
                "group_user_token" => put(&mut notice.group_user_token, Value::from(value), "group_user_token")?,
                _ => {}
            }
        }
        Ok(notice)
    }
}

fn put<T: PartialEq>(member: &mut Field<T>, value: T, name: &str) -> Result<(), Misfit> {
    if member.get().is_some_and(|there| *there != value) {
        return Err(Misfit { path: name.to_owned(), why: Why::Duplicate });
    }
    *member = Field::Is(value);
    Ok(())
}

fn decoded(text: &[u8]) -> Result<String, Misfit> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let not_utf8 = |_| Misfit { path: ".".to_owned(), why: Why::NotUtf8 };
    percent_decode(&spaced).decode_utf8().map(Into::into).map_err(not_utf8)
}
