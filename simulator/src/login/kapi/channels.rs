//! `GET /v2/api/talk/channels`: whether the person added the app's channels (protocol `channel-and-webhooks` 5.1).

use serde_json::{Value, json};
use shared::kakao::login::Relation;

use super::error::{BAD_PARAMETER, NOT_LINKED, consent_missing};
use super::who;
use crate::login::answer::Answer;
use crate::login::asked::{Asked, list};
use crate::login::kakao::Kakao;
use crate::login::wire::rfc3339;

/// Of whom nothing else is known, they added the channels on the consent screen.
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
    let on_the_consent_screen = (Relation::Added, link.connected_at);
    let channels: Vec<Value> = shown
        .map(|id| {
            let (relation, at) = desk.relations.get(&(who.user, id.clone())).unwrap_or(&on_the_consent_screen);
            let mut channel = json!({
                "channel_uuid": format!("@{}", id.trim_start_matches('_').to_lowercase()),
                "channel_public_id": id,
                "relation": relation.as_str(),
            });
            if *relation != Relation::None {
                channel["updated_at"] = rfc3339(*at).into();
            }
            channel
        })
        .collect();
    Answer::ok(&json!({ "user_id": who.user, "channels": channels }))
}
