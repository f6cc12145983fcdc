//! Somebody added a channel or blocked it (protocol `channel-and-webhooks` 4).

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use shared::clock::Millis;

use super::{Proof, Surface};
use crate::login::wire::rfc3339;
use crate::random;

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

impl Channel<'_> {
    /// The request to the service at `base`; `None` if that is no address.
    pub fn request(&self, base: &str, proof: &Proof) -> Option<Request<Vec<u8>>> {
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
        let request = proof
            .on(Request::post(format!("{base}{}", Surface::Channel.path())))
            .header("content-type", "application/json")
            .header("user-agent", "KakaoOpenAPI/1.0")
            .header("x-kakao-resource-id", random::hex::<12>());
        request.body(body.to_string().into_bytes()).ok()
    }

    /// What the person did that much earlier.
    pub(super) fn opposite(&self, earlier: Duration) -> Self {
        let event = if self.event == "added" { "blocked" } else { "added" };
        Self { event, at: self.at.minus(earlier), ..self.clone() }
    }
}
