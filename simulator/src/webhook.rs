//! What Kakao calls a service with by itself, as the stand-in makes it: channel events, unlinks, account events; good ones, and such as
//! nobody must believe.

use http::Request;
use serde_json::{Value, json};
use shared::clock::Millis;

use crate::login::id_token::Signers;
use crate::login::wire::{query, rfc3339};
use crate::random;

/// What is wrong with a message that is otherwise good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Another admin key; of an account event: a key that Kakao does not publish.
    Key,
    /// No admin key; of an account event: no signature, `alg` is `none`.
    Unsigned,
    /// Signed by somebody else under the name of Kakao's key.
    Signature,
    /// Of another app: an unlink's `app_id`, an account event's `aud`.
    App,
    /// Made out by somebody else than Kakao.
    Issuer,
    /// A token of another kind: `JWT`.
    Typ,
}

impl Forgery {
    /// All of them, as a command line calls them.
    pub const ALL: [(&str, Self); 6] = [
        ("key", Self::Key),
        ("unsigned", Self::Unsigned),
        ("signature", Self::Signature),
        ("app", Self::App),
        ("issuer", Self::Issuer),
        ("typ", Self::Typ),
    ];

    /// The one that is called so.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, forgery)| *forgery)
    }
}

/// How an unlink travels: the console lets one choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `GET` with a query.
    Get,
    /// `POST` with a form.
    #[default]
    Form,
    /// `POST` with JSON.
    Json,
}

/// `POST /channel/callback`
#[derive(Clone, Debug)]
pub struct Channel<'a> {
    /// `added` or `blocked`, or anything else.
    pub event: &'a str,
    /// Whose.
    pub id: &'a str,
    /// Named by an id that says nothing about the app user.
    pub open: bool,
    /// The channel's public id.
    pub channel: &'a str,
    /// When it happened.
    pub at: Millis,
    /// With the members' older names.
    pub old_names: bool,
}

/// `GET` or `POST /account/unlink`
#[derive(Clone, Debug)]
pub struct Unlink<'a> {
    /// The app.
    pub app_id: &'a str,
    /// Who.
    pub user: &'a str,
    /// Why.
    pub reason: &'a str,
    /// How.
    pub form: Form,
}

/// `POST /account/events`
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// Who says so.
    pub issuer: &'a str,
    /// To whom.
    pub audience: &'a str,
    /// About whom.
    pub user: &'a str,
    /// The event's address.
    pub event: &'a str,
    /// Consent items, for events about consent.
    pub scopes: &'a [&'a str],
    /// Why, for the end of a link.
    pub reason: Option<&'a str>,
    /// When it happened.
    pub at: Millis,
}

impl Channel<'_> {
    /// The request to the service at `base`; `None` if that is no address.
    pub fn request(&self, base: &str, key: &str, forgery: Option<Forgery>) -> Option<Request<Vec<u8>>> {
        let (id, search, at) = (self.channel, format!("@{}", self.channel.trim_start_matches('_')), rfc3339(self.at));
        let mut body = json!({
            "event": self.event, "id": self.id, "id_type": if self.open { "open_id" } else { "app_user_id" }
        });
        let named = if self.old_names {
            json!({ "plus_friend_public_id": id, "plus_friend_uuid": search, "timestamp": at })
        } else {
            json!({ "channel_public_id": id, "channel_uuid": search, "updated_at": at })
        };
        if let (Value::Object(body), Value::Object(named)) = (&mut body, named) {
            body.extend(named);
        }
        let request = with_key(Request::post(format!("{base}/channel/callback")), key, forgery)
            .header("content-type", "application/json")
            .header("user-agent", "KakaoOpenAPI/1.0")
            .header("x-kakao-resource-id", random::hex::<12>());
        request.body(body.to_string().into_bytes()).ok()
    }
}

impl Unlink<'_> {
    /// The request to the service at `base`; `None` if that is no address.
    pub fn request(&self, base: &str, key: &str, forgery: Option<Forgery>) -> Option<Request<Vec<u8>>> {
        let app = if forgery == Some(Forgery::App) { "1" } else { self.app_id };
        let pairs = [("app_id", app), ("user_id", self.user), ("referrer_type", self.reason)];
        let url = format!("{base}/account/unlink");
        let (request, body) = match self.form {
            Form::Get => (Request::get(format!("{url}?{}", query(&pairs))), Vec::new()),
            Form::Form => {
                let request = Request::post(url);
                let request = request.header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
                (request, query(&pairs).into_bytes())
            }
            Form::Json => {
                let body: Value = pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
                (Request::post(url).header("content-type", "application/json"), body.to_string().into_bytes())
            }
        };
        with_key(request, key, forgery).body(body).ok()
    }
}

impl Account<'_> {
    /// The request to the service at `base`; `None` if that is no address.
    pub fn request(&self, base: &str, forgery: Option<Forgery>) -> Option<Request<Vec<u8>>> {
        let request = Request::post(format!("{base}/account/events"))
            .header("content-type", "application/secevent+jwt")
            .header("accept", "application/json");
        request.body(self.token(forgery)?.into_bytes()).ok()
    }

    /// The token, with a name that no other has.
    fn token(&self, forgery: Option<Forgery>) -> Option<String> {
        let wrong = |which| forgery == Some(which);
        let mut event = json!({ "subject": { "subject_type": "iss-sub", "iss": self.issuer, "sub": self.user } });
        if !self.scopes.is_empty() {
            event["scopes"] = json!(self.scopes);
        }
        if let Some(reason) = self.reason {
            event["reason"] = json!(reason);
        }
        let claims = json!({
            "iss": if wrong(Forgery::Issuer) { "https://kauth.kakao.com.evil.example" } else { self.issuer },
            "aud": if wrong(Forgery::App) { "another-rest-api-key" } else { self.audience },
            "sub": self.user, "iat": self.at.secs(), "toe": self.at.secs(), "jti": random::hex::<16>(), "txn": random::hex::<8>(),
            "events": { self.event: event },
        });
        let typ = if wrong(Forgery::Typ) { "JWT" } else { "secevent+jwt" };
        Signers::default().sign_as(typ, claims, forgery)
    }
}

fn with_key(request: http::request::Builder, key: &str, forgery: Option<Forgery>) -> http::request::Builder {
    match forgery {
        Some(Forgery::Unsigned) => request,
        Some(Forgery::Key | Forgery::Signature) => request.header("authorization", "KakaoAK another-admin-key"),
        _ => request.header("authorization", format!("KakaoAK {key}")),
    }
}
