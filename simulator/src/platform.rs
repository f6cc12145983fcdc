//! A stand-in for the chatbot platform: it turns what a person says into a real SkillPayload, calls the skill over HTTP like any
//! stranger, waits no longer than the real one, and takes late answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use shared::clock::Clock;
use shared::env::Env;
use shared::kakao;
use shared::kapi::skill_callback::VALID_FOR;
use shared::kapi::{CallError, Outbound, Patience};

use crate::half_view::HalfViews;
use crate::journal::{Answer, Entry, Happened, Journal};
use crate::login::Kakao;
use crate::memory::Memory;
use crate::payload::{self, Block, Utterance};
use crate::people::{PEOPLE, Person};
use crate::tasks::Tasks;
use crate::tokens::Tokens;
use crate::verdict::{self, Outcome};
use crate::{people, random};

/// The platform's patience (protocol `skill` 2), fixed.
const PATIENCE: Patience = Patience { time: Duration::from_secs(5), bytes: 4 * 1024 * 1024 };

/// Something that a person does in the room.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Saying {
    /// Who: `ga`, `na`, `da`, `ra`, `ma`.
    pub(crate) person: String,
    /// To which skill.
    pub(crate) skill: String,
    /// What the person sees themselves say.
    pub(crate) text: String,
    /// Which block a button leads to.
    #[serde(default)]
    block_id: Option<String>,
    /// What the button carries.
    #[serde(default)]
    extra: Option<Value>,
    /// `flow.trigger.type`; typed text if absent.
    #[serde(default)]
    pub(crate) trigger: Option<String>,
    /// The photo that is sent instead of words.
    #[serde(default)]
    photo: Option<String>,
    /// The block's parameters.
    #[serde(default)]
    pub(crate) slots: Map<String, Value>,
    /// Whether the block lets the skill answer later.
    #[serde(default)]
    callback: bool,
    /// Whether it is said on the development channel.
    #[serde(default)]
    dev_channel: bool,
    /// The turn that goes on, because its half-view is behind it: the platform's own doing, nobody's who says something.
    #[serde(skip)]
    pub(crate) resumed: Option<String>,
}

/// Where the skills are and how the platform introduces itself there.
#[derive(Clone, Debug)]
pub(crate) struct Skills {
    /// `http://127.0.0.1:3000`
    pub(crate) url: String,
    /// The custom header that the admin center was told to send.
    pub(crate) header: String,
    /// Its value.
    pub(crate) secret: String,
    /// The origin that late answers go to, if the functions deliver to this stand-in.
    pub(crate) callbacks: Option<String>,
    /// The app's REST API key.
    pub(crate) api_key: String,
    /// The skill of every event block.
    pub(crate) of_events: String,
    /// The auth block, which a button may also call by the id of the stand-in's own.
    pub(crate) auth_block: String,
    /// Its skill.
    pub(crate) of_auth_block: String,
}

/// The stand-in.
#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) skills: Skills,
    outbound: Outbound,
    pub(crate) journal: Arc<Journal>,
    tokens: Tokens,
    pub(crate) kakao: Kakao,
    pub(crate) half_views: HalfViews,
    pub(crate) tasks: Tasks,
    memories: Mutex<HashMap<&'static str, Memory>>,
}

impl Platform {
    pub(crate) fn new(skills: Skills, journal: Arc<Journal>, kakao: Kakao) -> Self {
        // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
        let env = Env::read(|name| (name == "BOT_API_URL").then(|| skills.url.clone()));
        let outbound = Outbound::new(&env);
        Self {
            skills,
            outbound,
            journal,
            tokens: Tokens::default(),
            kakao,
            half_views: HalfViews::default(),
            tasks: Tasks::default(),
            memories: Mutex::default(),
        }
    }

    /// One turn. The entry that is returned is also in the journal.
    pub(crate) async fn say(self: &Arc<Self>, saying: Saying) -> Result<Entry, String> {
        let person: &Person = people::find(&saying.person).ok_or_else(|| {
            let ids: Vec<&str> = PEOPLE.iter().map(|person| person.id).collect();
            format!("no such person; there are {}", ids.join(", "))
        })?;
        let to_auth_block =
            saying.block_id.as_deref().is_some_and(|id| id == payload::AUTH_BLOCK_ID || id == self.skills.auth_block);
        if to_auth_block && saying.resumed.is_none() {
            return Ok(self.open_half_view(person, saying));
        }
        let turn = saying.resumed.clone().unwrap_or_else(random::hex::<8>);
        let memory = self.remember(person, |memory| memory.clone());
        let mut said = Utterance::typed(&saying.skill, &saying.text, person.bot_user_key);
        said.app_user_id = self.kakao.app_user_id(person.id);
        said.plusfriend_user_key = Some(person.plusfriend_user_key);
        said.trigger = saying.trigger.as_deref().unwrap_or(said.trigger);
        said.dev_channel = saying.dev_channel;
        said.extra = saying.extra.clone();
        said.slots = saying.slots.clone();
        if let Some(url) = &saying.photo {
            said = said.photo(url);
        }
        said.contexts = memory.contexts();
        said.last_block = memory.last_block;
        if let Some(id) = &saying.block_id {
            said.block = Block { id: id.clone(), name: saying.text.clone() };
        }
        let token = match &self.skills.callbacks {
            Some(origin) if saying.callback => {
                let (bot_id, token) = (said.bot_id(), self.tokens.issue(&turn, person.id, &said.bot_id()));
                said.callback_url = Some(format!("{origin}/platform/v1/bots/{bot_id}/callback/{token}"));
                Some(token)
            }
            _ => None,
        };
        if saying.resumed.is_none() {
            self.journal.write(Happened::Said {
                turn: turn.clone(),
                person: person.id.to_owned(),
                skill: saying.skill.clone(),
                text: saying.text.clone(),
                trigger: said.trigger.to_owned(),
            });
        }
        let payload = to_raw_value(&said.payload()).map_err(|error| error.to_string())?;
        let offered = token.is_some();
        let call = self.call(&saying.skill, &payload, |status, body| verdict::judge(status, body, offered)).await;
        if let Some(token) = token {
            self.tokens.settle(&token, call.outcome == Outcome::Waiting);
            if call.outcome == Outcome::Waiting {
                self.clone().watch(token, turn.clone(), person.id);
            }
        }
        self.remember(person, |memory| memory.turn(said.block, kakao::parse(&call.body).ok().as_ref()));
        Ok(self.journal.write(Happened::Answered {
            turn,
            person: person.id.to_owned(),
            skill: saying.skill,
            outcome: call.outcome,
            status: call.status,
            ms: call.ms,
            request: payload,
            answer: Answer::of(&call.body),
            findings: call.findings,
        }))
    }

    fn remember<T>(&self, person: &Person, with: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        with(memories.entry(person.id).or_default())
    }

    /// Runs an event's block for a person: its skill is called, and its answer is shown in their chat.
    pub(crate) async fn tell(&self, person: &Person, mut said: Utterance<'_>) -> Outcome {
        let turn = random::hex::<8>();
        let memory = self.remember(person, |memory| memory.clone());
        said.app_user_id = self.kakao.app_user_id(person.id);
        said.contexts = memory.contexts();
        said.last_block = memory.last_block;
        let (person_id, skill) = (person.id.to_owned(), said.skill.to_owned());
        self.journal.write(Happened::Told {
            turn: turn.clone(),
            person: person_id.clone(),
            skill: skill.clone(),
            event: said.text.to_owned(),
        });
        let Ok(payload) = to_raw_value(&said.payload()) else { return Outcome::Invalid };
        let call = self.call(&skill, &payload, verdict::judge_event).await;
        self.remember(person, |memory| memory.turn(said.block, kakao::parse(&call.body).ok().as_ref()));
        self.journal.write(Happened::Answered {
            turn,
            person: person_id,
            skill,
            outcome: call.outcome,
            status: call.status,
            ms: call.ms,
            request: payload,
            answer: Answer::of(&call.body),
            findings: call.findings,
        });
        call.outcome
    }

    async fn call(
        &self,
        skill: &str,
        payload: &RawValue,
        judge: impl Fn(u16, &[u8]) -> (Outcome, Vec<verdict::Found>),
    ) -> Call {
        let url = format!("{}/skill/{}", self.skills.url, utf8_percent_encode(skill, NON_ALPHANUMERIC));
        let request = http::Request::post(url)
            .header("content-type", "application/json")
            .header("accept", "*/*")
            .header("user-agent", "AHC/2.1")
            .header("x-request-id", format!("chp-{}", random::hex::<16>()))
            .header(&self.skills.header, &self.skills.secret)
            .body(payload.get().as_bytes().to_vec());
        let started = Instant::now();
        let answer = match request {
            Ok(request) => self.outbound.send(request, PATIENCE).await,
            Err(_) => Err(CallError::BadRequest),
        };
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match answer {
            Ok(answer) => {
                let (outcome, findings) = judge(answer.status, &answer.body);
                Call { outcome, status: answer.status, ms, body: answer.body, findings }
            }
            Err(error) => {
                let outcome = match error {
                    CallError::TooLarge => Outcome::Invalid,
                    CallError::Unknown if started.elapsed() >= PATIENCE.time => Outcome::Timeout,
                    _ => Outcome::Unreachable,
                };
                Call { outcome, status: 0, ms, body: Vec::new(), findings: Vec::new() }
            }
        }
    }

    /// Says so if a promise is not kept within its minute.
    fn watch(self: Arc<Self>, token: String, turn: String, person: &'static str) {
        tokio::spawn(async move {
            tokio::time::sleep(VALID_FOR).await;
            if self.tokens.expire(&token) {
                self.journal.write(Happened::Expired { turn, person: person.to_owned() });
            }
        });
    }

    async fn deliver(&self, bot: &str, token: &str, body: &[u8]) -> Result<(), &'static str> {
        let turn = self.tokens.take(token).await?;
        let (outcome, findings) = verdict::judge(200, body, false);
        let refused = if turn.bot_id != bot {
            Some("Invalid bot ID. Check your Bot ID.")
        } else if outcome != Outcome::Answered {
            Some("Invalid json response from bot-skill.")
        } else {
            None
        };
        self.journal.write(Happened::Delivered {
            turn: turn.turn,
            person: turn.person,
            outcome: if refused.is_some() { Outcome::Refused } else { outcome },
            ms: u64::try_from(turn.issued.elapsed().as_millis()).unwrap_or(u64::MAX),
            answer: Answer::of(body),
            findings,
            result: refused.unwrap_or("SUCCESS").to_owned(),
        });
        refused.map_or(Ok(()), Err)
    }
}

/// How a call of a skill ended.
struct Call {
    outcome: Outcome,
    status: u16,
    ms: u64,
    body: Vec<u8>,
    findings: Vec<verdict::Found>,
}

/// `POST /platform/v1/bots/{bot}/callback/{token}`: a late answer (protocol `skill` 8).
pub(crate) async fn callback(
    State(platform): State<Arc<Platform>>,
    Path((bot, token)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> (StatusCode, Json<Value>) {
    let delivered = platform.deliver(&bot, &token, &body).await;
    // Which HTTP status a refusal has is not documented; whoever asks goes by `status`.
    let (status, word, message) = match delivered {
        Ok(()) => (StatusCode::OK, "SUCCESS", ""),
        Err(message) => (StatusCode::BAD_REQUEST, "FAIL", message),
    };
    let result = json!({
        "taskId": task_id(),
        "status": word,
        "message": message,
        "timestamp": Clock::System.now().0,
    });
    (status, Json(result))
}

/// In the shape of a random UUID.
pub(crate) fn task_id() -> String {
    let hex = random::hex::<16>();
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
