//! Copies of a turn: the platform gives a request no id, and posts some of them twice (protocol `skill` 2).
//!
//! A copy is the same person saying the same in the same block, soon after a turn whose reply was [`crate::bot::Reply::once`]. It
//! gets the answer of that turn. If that turn was kept when this one recalled the talk, the bot is not asked; else it is, and its
//! reply is thrown away when it cannot be kept.

use super::{Asked, Spoken};
use crate::bot::{Answer, DONE_BEFORE, Reply};
use crate::kakao::skill::SkillResponse;
use crate::store::{Answered, MAX_ANSWERED, Recalled, hash};

/// The answer of the turn that this one is a copy of, if it is one.
pub(super) fn answer(seen: &Recalled, asked: &Asked<'_>) -> Option<Spoken> {
    let before = seen.answered.as_ref()?;
    let apart = asked.at.0.abs_diff(before.at.0);
    if apart > before.window || before.turn != digest(asked) {
        return None;
    }
    Some(serde_json::from_str(&before.answer).unwrap_or_else(|_| SkillResponse::text(DONE_BEFORE).into()))
}

/// What is remembered of a turn for its copies; `None` if the author did not ask for it.
pub(super) fn remember<T, J>(reply: &Reply<T, J>, asked: &Asked<'_>) -> Option<Answered> {
    let window = reply.once?;
    let spoken = match &reply.answer {
        Answer::Now(response) => Spoken { response: response.clone(), as_is: reply.as_is },
        // The answer itself reaches the person through the first request's callback.
        Answer::Later { waiting, .. } if !waiting.is_empty() => SkillResponse::text(waiting).into(),
        Answer::Later { .. } => SkillResponse::text(DONE_BEFORE).into(),
    };
    let answer = serde_json::to_string(&spoken).unwrap_or_default();
    Some(Answered {
        turn: digest(asked),
        at: asked.at,
        window: u64::try_from(window.as_millis()).unwrap_or(u64::MAX),
        answer: if answer.len() > MAX_ANSWERED { String::new() } else { answer },
    })
}

/// What was said, where, and about what: a room is another place, and parameters say what the words do not. Whose it is says the
/// item that keeps it.
fn digest(asked: &Asked<'_>) -> String {
    let request = asked.request;
    let action = request.action.get();
    let block = request.block().and_then(|block| block.id().or_else(|| block.name())).unwrap_or_default();
    let extra = action.and_then(|action| action.client_extra()).map(ToString::to_string);
    let params = action.and_then(|action| serde_json::to_string(action.params.get()?).ok());
    let event = request.user_request.get().into_iter().flat_map(|said| said.event_params());
    let event: String = event.map(|(name, value)| format!("{name}={value}\n")).collect();
    let room = request.group_key().unwrap_or_default();
    let said = request.raw_utterance();
    hash(&["turn", asked.skill, room, block, said, &extra.unwrap_or_default(), &params.unwrap_or_default(), &event])
}
