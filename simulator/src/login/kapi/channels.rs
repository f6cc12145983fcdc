//! `GET /v2/api/talk/channels`: whether the person added the app's channels (protocol `channel-and-webhooks` 5.1).

use serde_json::{Value, json};

use super::error::{BAD_PARAMETER, NOT_LINKED, consent_missing};
use super::who;
use crate::login::answer::Answer;
use crate::login::asked::{Asked, list};
use crate::login::kakao::Kakao;
use crate::login::wire::rfc3339;

/// Everybody in the room has added the channel.
pub(crate) fn channels(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    let who = match who::either(&desk, asked, kakao.now()) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let Some(link) = desk.links.get(&who.user) else { return NOT_LINKED.answer() };
    if !link.has("plusfriends") {
        let allowed: Vec<&str> = link.scopes.iter().map(String::as_str).collect();
        return consent_missing("TALK_CHANNELS", &["plusfriends"], &allowed);
    }
    let wanted = asked.get("channel_ids").map(list);
    if wanted.is_some() && asked.get("channel_id_type") != Some("channel_public_id")
        || wanted.iter().flatten().any(|id| !desk.app.channels.contains(id))
    {
        return BAD_PARAMETER.answer();
    }
    let shown = desk.app.channels.iter().filter(|id| wanted.as_ref().is_none_or(|wanted| wanted.contains(id)));
    let channels: Vec<Value> = shown
        .map(|id| {
            json!({
                "channel_uuid": format!("@{}", id.trim_start_matches('_').to_lowercase()),
                "channel_public_id": id,
                "relation": "ADDED",
                "updated_at": rfc3339(link.connected_at),
            })
        })
        .collect();
    Answer::ok(&json!({ "user_id": who.user, "channels": channels }))
}
