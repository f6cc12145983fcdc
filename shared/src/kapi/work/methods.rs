//! The methods, one by one.

use std::collections::HashSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Call, Envelope, Repeat, WorkApi, WorkError};
use crate::kakao::id::{Id, WorkConversationId, WorkUserId};
use crate::kakao::limits::work::{BATCH_MAX, Checked};
use crate::kakao::work::{BotInfo, Conversation, Department, ErrorCode, Member, Message, SentMessage, Space, To};

/// From when to when, in Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Whose.
    pub member: WorkUserId,
    /// When it begins.
    pub start: u64,
    /// When it ends.
    pub end: u64,
}

/// What is done for many members at once, at most 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Sets working hours.
    WorkTime(Vec<Span>),
    /// Sets vacations.
    VacationTime(Vec<Span>),
    /// Takes working hours away.
    ResetWorkTime(Vec<WorkUserId>),
    /// Takes vacations away.
    ResetVacationTime(Vec<WorkUserId>),
}

impl WorkApi<'_> {
    /// `users.info`
    ///
    /// # Errors
    /// [`WorkError`], as all methods.
    pub async fn member(&self, member: &WorkUserId) -> Result<Member, WorkError> {
        self.call(&Call::get("users.info", &[("user_id", member.as_str())])).await?.entity("user")
    }

    /// `users.find_by_email`: the address is the one they joined with. `None` if nobody did.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn member_by_email(&self, email: &str) -> Result<Option<Member>, WorkError> {
        self.find(&Call::get("users.find_by_email", &[("email", email)])).await
    }

    /// `users.find_by_phone_number`, such as `+82-10-…`. The method may be gone: [`ErrorCode::ApiNotFound`].
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn member_by_phone_number(&self, number: &str) -> Result<Option<Member>, WorkError> {
        self.find(&Call::get("users.find_by_phone_number", &[("phone_number", number)])).await
    }

    async fn find(&self, call: &Call) -> Result<Option<Member>, WorkError> {
        match self.call(call).await {
            Ok(found) => found.entity("user").map(Some),
            Err(WorkError::Refused(ErrorCode::UserNotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `users.list`: everybody.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn members(&self) -> Result<Vec<Member>, WorkError> {
        self.list("users.list", "users").await
    }

    /// `users.set_work_time`
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn set_work_time(&self, span: &Span) -> Result<(), WorkError> {
        self.done("users.set_work_time", &work_time(span), Repeat::Freely).await
    }

    /// `users.set_vacation_time`
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn set_vacation_time(&self, span: &Span) -> Result<(), WorkError> {
        self.done("users.set_vacation_time", &vacation_time(span), Repeat::Freely).await
    }

    /// `batch/…`: nothing is sent for more than 100 members, or for none.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn batch(&self, batch: &Batch) -> Result<(), WorkError> {
        let (method, key, members): (&str, &str, Vec<Value>) = match batch {
            Batch::WorkTime(spans) => ("users.set_work_time", "user_work_times", spans.iter().map(work_time).collect()),
            Batch::VacationTime(spans) => {
                ("users.set_vacation_time", "user_vacation_times", spans.iter().map(vacation_time).collect())
            }
            Batch::ResetWorkTime(ids) => {
                ("users.reset_work_time", "user_ids", ids.iter().map(|id| json!(id)).collect())
            }
            Batch::ResetVacationTime(ids) => {
                ("users.reset_vacation_time", "user_ids", ids.iter().map(|id| json!(id)).collect())
            }
        };
        if !(1..=BATCH_MAX).contains(&members.len()) {
            return Err(WorkError::Unfit("BATCH-COUNT"));
        }
        self.done(&format!("batch/{method}"), &json!({ key: members }), Repeat::Freely).await
    }

    /// `conversations.open` with one member: the room of two, which is asked for once.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn room_with(&self, member: &WorkUserId) -> Result<WorkConversationId, WorkError> {
        if let Some(known) = self.memory.rooms.get(member) {
            return Ok(known);
        }
        let opened =
            self.call(&Call::post("conversations.open", &json!({ "user_id": member }), Repeat::Freely)).await?;
        let room: WorkConversationId = match opened.entity::<Conversation>("conversation") {
            Ok(conversation) => conversation.id.ok_or(WorkError::Nonsense)?,
            // One author wrote an answer down that has the id alone.
            Err(_) => opened.entity("conversation_id")?,
        };
        self.memory.rooms.keep(member, room.clone());
        Ok(room)
    }

    /// `conversations.open` with several members: a new group each time, even if there is one of the same members.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn open_group(&self, members: &[WorkUserId], name: Option<&str>) -> Result<Conversation, WorkError> {
        let mut body = json!({ "user_ids": members });
        if let Some(name) = name {
            body["conversation_name"] = name.into();
        }
        self.call(&Call::post("conversations.open", &body, Repeat::IfNotCarriedOut)).await?.entity("conversation")
    }

    /// `conversations.list`: the bot's rooms.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn conversations(&self) -> Result<Vec<Conversation>, WorkError> {
        self.list("conversations.list", "conversations").await
    }

    /// `conversations/{id}/users`: who is in a room.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn members_of(&self, room: &WorkConversationId) -> Result<Vec<Member>, WorkError> {
        self.call(&Call::get(&in_room(room, "users")?, &[])).await?.entity("users")
    }

    /// `conversations/{id}/invite`: lets members into a group.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn invite(&self, room: &WorkConversationId, members: &[WorkUserId]) -> Result<(), WorkError> {
        self.done(&in_room(room, "invite")?, &json!({ "user_ids": members }), Repeat::Freely).await
    }

    /// `conversations/{id}/kick`: takes members out of a group.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn kick(&self, room: &WorkConversationId, members: &[WorkUserId]) -> Result<(), WorkError> {
        self.done(&in_room(room, "kick")?, &json!({ "user_ids": members }), Repeat::Freely).await
    }

    /// `conversations.edit`: changes a group. Its members are not documented, so they go out as they are.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn edit(&self, settings: &Value) -> Result<Envelope, WorkError> {
        self.call(&Call::post("conversations.edit", settings, Repeat::Freely)).await
    }

    /// `messages.send` or `messages.send_by_email`: says something.
    ///
    /// # Errors
    /// [`WorkError`]; [`WorkError::may_have_arrived`] tells whether it may have been said all the same.
    pub async fn send(&self, to: &To, message: &Checked<Message>) -> Result<SentMessage, WorkError> {
        let message = message.get();
        match to {
            To::Email(email) => self.say("messages.send_by_email", "email", json!(email), message).await,
            To::Room(room) => self.say_in(room, message).await,
            To::Member(member) => {
                let known = self.memory.rooms.get(member);
                let room = self.room_to_speak_in(member).await?;
                let sent = self.say_in(&room, message).await;
                if !matches!(sent, Err(WorkError::Refused(ErrorCode::ConversationNotFound | ErrorCode::UserNotFound))) {
                    return sent;
                }
                self.memory.rooms.forget(&room);
                // A clear no, and a room that was only remembered: there may be another by now.
                match known {
                    Some(_) => self.say_in(&self.room_to_speak_in(member).await?, message).await,
                    None => sent,
                }
            }
        }
    }

    /// Whatever became of the wish for a room, nothing was said yet.
    async fn room_to_speak_in(&self, member: &WorkUserId) -> Result<WorkConversationId, WorkError> {
        let room = self.room_with(member).await;
        room.map_err(|error| if error.may_have_arrived() { WorkError::NoRoom } else { error })
    }

    async fn say_in(&self, room: &WorkConversationId, message: &Message) -> Result<SentMessage, WorkError> {
        self.say("messages.send", "conversation_id", json!(room), message).await
    }

    /// `messages.send_by`: says something to whoever has this key.
    ///
    /// # Errors
    /// [`WorkError`], as [`WorkApi::send`].
    pub async fn send_by_key(&self, key: &str, message: &Checked<Message>) -> Result<SentMessage, WorkError> {
        self.say("messages.send_by", "key", json!(key), message.get()).await
    }

    async fn say(&self, method: &str, key: &str, to: Value, message: &Message) -> Result<SentMessage, WorkError> {
        let mut body = json!({ key: to, "text": message.text });
        if !message.blocks().is_empty() {
            body["blocks"] = serde_json::to_value(message.blocks()).map_err(|_| WorkError::Nonsense)?;
        }
        let answer = self.call(&Call::post(method, &body, Repeat::IfNotCarriedOut)).await?;
        sent(&answer)
    }

    /// All pages of a list.
    async fn list<T: DeserializeOwned>(&self, method: &str, key: &str) -> Result<Vec<T>, WorkError> {
        let mut all: Vec<T> = Vec::new();
        let mut seen = HashSet::new();
        // With a cursor the cursor goes alone: the limit is inside of it.
        let mut page = self.call(&Call::get(method, &[("limit", "100")])).await?;
        loop {
            all.extend(page.entity::<Vec<T>>(key)?);
            let Some(cursor) = page.cursor().map(str::to_owned) else { return Ok(all) };
            if !seen.insert(cursor.clone()) {
                return Err(WorkError::Circle);
            }
            page = self.call(&Call::get(method, &[("cursor", &cursor)])).await?;
        }
    }

    /// `departments.list`: all departments.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn departments(&self) -> Result<Vec<Department>, WorkError> {
        self.list("departments.list", "departments").await
    }

    /// `spaces.info`: the workspace.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn space(&self) -> Result<Space, WorkError> {
        self.call(&Call::get("spaces.info", &[])).await?.entity("space")
    }

    /// `bots.info`: the bot itself. Messages of a deactivated bot are taken and reach nobody.
    ///
    /// # Errors
    /// [`WorkError`]
    pub async fn bot(&self) -> Result<BotInfo, WorkError> {
        self.call(&Call::get("bots.info", &[])).await?.entity("info")
    }

    async fn done(&self, path: &str, body: &Value, repeat: Repeat) -> Result<(), WorkError> {
        self.call(&Call::post(path, body, repeat)).await.map(drop)
    }
}

/// The message that was sent. One author wrote an answer down that has the id alone.
pub(super) fn sent(answer: &Envelope) -> Result<SentMessage, WorkError> {
    match answer.entity("message") {
        Ok(message) => Ok(message),
        Err(error) => {
            let id = answer.entity("message_id").map_err(|_| error)?;
            Ok(SentMessage { id: Some(id), ..SentMessage::default() })
        }
    }
}

fn work_time(span: &Span) -> Value {
    json!({ "user_id": span.member, "work_start_time": span.start, "work_end_time": span.end })
}

fn vacation_time(span: &Span) -> Value {
    json!({ "user_id": span.member, "vacation_start_time": span.start, "vacation_end_time": span.end })
}

/// A path with a room in it: ids come from outside, and one with a `/` would call something else.
pub(super) fn in_room(room: &WorkConversationId, what: &str) -> Result<String, WorkError> {
    let id = digits(room).ok_or(WorkError::Refused(ErrorCode::ConversationNotFound))?;
    Ok(format!("conversations/{id}/{what}"))
}

fn digits<K>(id: &Id<K>) -> Option<&str> {
    let id = id.as_str();
    ((1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

/// What may stand in a request as JSON.
pub(super) fn json_text(value: &impl Serialize) -> Result<String, WorkError> {
    serde_json::to_string(value).map_err(|_| WorkError::Nonsense)
}
