//! Bots that do what they are told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::bot::work::WorkModals;
use shared::bot::{AddedPlace, Checks, Desk, JoinOutcome, Oops, Reply, Skills, Turn};
use shared::kakao::skill::{
    CheckRequest, CheckResponse, ContextValue, EventRequest, EventUser, QuickReply, SkillResponse,
};
use shared::store::{Group, PlaceId};

/// Does what the utterance says; the words are in [`Obedient::reply`].
#[derive(Debug, Default)]
pub struct Obedient {
    asked: AtomicU64,
    worked: AtomicU64,
}

impl Obedient {
    /// How often it was asked.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// How often it worked.
    pub fn worked(&self) -> u64 {
        self.worked.load(Ordering::SeqCst)
    }
}

/// How far it has counted for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Turns that said `count`.
    pub count: u64,
}

/// Slow work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// Says this.
    Say(String),
    /// Says `slept` after so many milliseconds.
    Sleep(u64),
    /// Panics, quoting this.
    Panic(String),
    /// Fails.
    Fail,
    /// Says what no person would ever see.
    Unfit,
    /// Says `1 2 3 …`, a number every so many milliseconds, and `done` after the tenth.
    Stream(u64),
    /// Says this, and fails.
    StreamAndFail(String),
    /// Offers so many quick replies.
    Many(String),
}

/// An error whose message quotes what a person wrote.
#[derive(Debug)]
pub struct Quoting(pub String);

impl std::fmt::Display for Quoting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Quoting {}

/// Nothing that could be shown, and nothing that could be mended.
pub fn unfit() -> SkillResponse {
    SkillResponse::new()
}

/// So many quick replies; a person is shown ten at a time.
pub fn many(count: &str) -> SkillResponse {
    let count = count.parse().unwrap_or(0);
    SkillResponse::text("many").quick_replies((0..count).map(|n| QuickReply::message(format!("{n}"), format!("x{n}"))))
}

/// An event for so many people.
fn event(people: &str) -> EventRequest {
    let people = 0..people.parse().unwrap_or(1);
    EventRequest::new("parcel_shipped").to_all(people.map(|n| EventUser::bot_user_key(format!("key-{n}"))))
}

#[expect(clippy::panic, reason = "told to")]
fn panics(words: &str) -> ! {
    panic!("told to panic: {words}")
}

async fn sleeps(millis: &str) {
    tokio::time::sleep(Duration::from_millis(millis.parse().unwrap_or_default())).await;
}

fn errand(words: &str) -> Errand {
    match words.split_once(' ').unwrap_or((words, "")) {
        ("sleep", millis) => Errand::Sleep(millis.parse().unwrap_or_default()),
        ("panic", why) => Errand::Panic(why.to_owned()),
        ("fail", _) => Errand::Fail,
        ("unfit", _) => Errand::Unfit,
        ("stream", "fail") => Errand::StreamAndFail("1 2 3".to_owned()),
        ("stream", "long") => Errand::StreamAndFail("말이 길어요. ".repeat(2_000)),
        ("stream", millis) => Errand::Stream(millis.parse().unwrap_or_default()),
        ("many", count) => Errand::Many(count.to_owned()),
        _ => Errand::Say(words.to_owned()),
    }
}

async fn work(errand: Errand, desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
    match errand {
        Errand::Say(text) => Ok(SkillResponse::text(text)),
        Errand::Sleep(millis) => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(SkillResponse::text("slept"))
        }
        Errand::Panic(why) => panics(&why),
        Errand::Fail => Err(Quoting("errand".to_owned()).into()),
        Errand::Unfit => Ok(unfit()),
        Errand::Stream(millis) => {
            for number in 1..=10 {
                desk.progress(&format!("{number} "));
                tokio::time::sleep(Duration::from_millis(millis)).await;
            }
            Ok(SkillResponse::text("done"))
        }
        Errand::StreamAndFail(text) => {
            desk.progress(&text);
            Err(Quoting("errand".to_owned()).into())
        }
        Errand::Many(count) => Ok(many(&count)),
    }
}

/// The groups of this person; the test's payloads always name one.
async fn in_group<T>(turn: &Turn<'_, T>, words: &str) -> Result<Reply<T, Errand>, Oops> {
    let Some(groups) = turn.groups() else { return Ok(Reply::text("nobody")) };
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    let mine = || async { Ok::<Option<Group>, Oops>(groups.mine().await?.into_iter().next()) };
    Ok(Reply::text(match verb {
        "found" => groups.found("group", rest).await?.map_or("taken", |_| "founded").to_owned(),
        "join" => match groups.join(rest).await? {
            JoinOutcome::New(_) => "new",
            JoinOutcome::Already(_) => "already",
            JoinOutcome::UnknownCode => "unknown",
            JoinOutcome::TooManyTries => "too many",
        }
        .to_owned(),
        "code" => groups.new_code()?,
        "mine" => format!("{}", groups.mine().await?.len()),
        "place" => match mine().await? {
            Some(group) => match groups.add_place(&group, rest).await? {
                AddedPlace::Added => "added",
                AddedPlace::Exists => "exists",
                AddedPlace::BadName => "bad name",
                AddedPlace::Full => "full",
            }
            .to_owned(),
            None => "no group".to_owned(),
        },
        "vote" => match mine().await? {
            Some(group) => format!("{:?}", groups.vote(&group, &PlaceId::of_name(rest)).await?),
            None => "no group".to_owned(),
        },
        "result" => match mine().await? {
            Some(group) => {
                let (menu, tally) = groups.result(&group).await?;
                let name =
                    |id: &PlaceId| menu.places.iter().find(|place| place.id == *id).map_or("?", |place| &place.name);
                let short = |name: &str| name.chars().take(20).collect::<String>();
                let lines =
                    tally.standings.iter().map(|place| format!("{}={}", short(name(&place.place)), place.votes));
                lines.chain(["end".to_owned()]).collect::<Vec<_>>().join(" ")
            }
            None => "no group".to_owned(),
        },
        _ => "what?".to_owned(),
    }))
}

impl WorkModals for Obedient {}

impl Skills for Obedient {
    type Talk = Count;
    type Job = Errand;

    async fn reply(&self, turn: &Turn<'_, Count>) -> Result<Reply<Count, Errand>, Oops> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (verb, rest) = turn.utterance().split_once(' ').unwrap_or((turn.utterance(), ""));
        let next = Count { count: turn.talk().count + 1 };
        Ok(match verb {
            "count" => Reply::text(next.count.to_string()).talk(next),
            "look" => Reply::text(turn.talk().count.to_string()),
            "later" => Reply::later("one moment", errand(rest)),
            "count-later" => Reply::later("one moment", errand(rest)).talk(next),
            "once" => Reply::text(next.count.to_string()).talk(next).once(),
            "once-for-a-minute" => Reply::text(next.count.to_string()).talk(next).once_within(Duration::MAX),
            "later-with-values" => Reply::later("one moment", errand(rest))
                .meanwhile(SkillResponse::text("not shown").data("eta", 30).context(ContextValue::new("c", 2))),
            "once-later" => Reply::later("one moment", errand(rest)).talk(next).once(),
            "once-long" => Reply::text("x".repeat(20_000)).talk(next).once().as_is(),
            "event" => Reply::text(next.count.to_string()).talk(next).event(event(rest)),
            "once-event" => Reply::text(next.count.to_string()).talk(next).once().event(event(rest)),
            "count-event-once" => Reply::text(next.count.to_string())
                .talk(next)
                .event_once("occasion", event(rest))
                .event_once("occasion", event(rest)),
            "event-once" => Reply::text("told").event_once("occasion", event(rest)),
            "many" => Reply::from(many(rest)),
            "many-as-is" => Reply::from(many(rest)).as_is(),
            "as-is-later" => Reply::later("one moment", errand(rest)).as_is(),
            "bot" => Reply::text(format!("{} {}", turn.bot_name().unwrap_or("?"), turn.bot_id())),
            "sleep" => {
                sleeps(rest).await;
                Reply::text("slept").talk(next)
            }
            "panic" => panics(rest),
            "fail" => return Err(Quoting(rest.to_owned()).into()),
            "oops" => return Err(Oops::say(rest)),
            "unfit" => Reply::from(unfit()),
            "echo" => Reply::text(rest),
            "skill" => Reply::text(turn.skill()),
            "group" => in_group(turn, rest).await?,
            _ => Reply::text("what?"),
        })
    }

    async fn work(&self, job: Errand, desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        self.worked.fetch_add(1, Ordering::SeqCst);
        work(job, desk).await
    }
}

impl Checks for Obedient {
    async fn check(&self, name: &str, value: &CheckRequest) -> Result<CheckResponse, Oops> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match name {
            "panic" => panics(value.value()),
            "fail" => Err(Quoting(value.value().to_owned()).into()),
            "sleep" => {
                sleeps(value.value()).await;
                Ok(CheckResponse::success_as_is())
            }
            _ => Ok(CheckResponse::success(value.value())),
        }
    }
}

/// Remembers nothing and so never touches the table, unless work waits.
#[derive(Debug, Default)]
pub struct Forgetful;

impl WorkModals for Forgetful {}

impl Skills for Forgetful {
    type Talk = ();
    type Job = Errand;

    async fn reply(&self, turn: &Turn<'_, ()>) -> Result<Reply<(), Errand>, Oops> {
        let (verb, rest) = turn.utterance().split_once(' ').unwrap_or((turn.utterance(), ""));
        Ok(match verb {
            "sleep" => {
                sleeps(rest).await;
                Reply::text("slept")
            }
            "later" => Reply::later("one moment", errand(rest)),
            "once" => Reply::text(turn.at().0.to_string()).once(),
            "event" => Reply::text("yes").event(event("1")),
            _ => Reply::text("yes"),
        })
    }

    async fn work(&self, job: Errand, desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        work(job, desk).await
    }
}

impl Checks for Forgetful {
    async fn check(&self, _name: &str, value: &CheckRequest) -> Result<CheckResponse, Oops> {
        sleeps(value.value()).await;
        Ok(CheckResponse::success_as_is())
    }
}
