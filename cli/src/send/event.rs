//! `kakao send event`: tells the platform of an event, as the outbox would, and asks how it went.

mod place;

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lexopt::{Arg, Parser, ValueExt as _};
use serde_json::Value;
use shared::env::Env;
use shared::kakao;
use shared::kakao::limits::{self, Severity};
use shared::kakao::skill::{EventRequest, EventUser, EventUserType, TaskStatus};
use shared::kapi::Outbound;
use shared::kapi::event::{self, NoResult, Refusal, Started};
use shared::secret::{self, Secret};
use simulator::payload::BOT_ID;
use simulator::{LOCAL_REST_API_KEY, people};

use self::place::Place;
use super::{finding, read_file};
use crate::MISUSED;
use crate::say::{Misuse, err, out, trouble};

const HELP: &str = "\
kakao send event: 이벤트 API로 이벤트를 보냅니다. 100명씩 나누고, 같은 사람은 한 번만 보냅니다.

  kakao send event --event parcel_shipped --user ga --data '{\"no\":\"A-17\"}' --wait

  --event NAME       블록에 적은 이벤트 이름
  --user KEY,...     누구에게: 키를 쉼표로 (kakao dev에서는 ga, na, da, ra, ma도)
  --type TYPE        키의 종류: botUserKey(기본), plusfriendUserKey, appUserId
  --data JSON        말풍선의 {{#current.event.data.…}}
  --params JSON      스킬의 userRequest.params
  --file FILE        직접 쓴 본문 (- 는 표준 입력). 위의 옵션과 함께 쓰지 않아요
  --bot ID           봇의 id. 개발 채널은 끝에 ! (기본은 kakao dev의 봇)
  --key KEY          REST API 키 (기본 환경 변수 KAKAO_REST_API_KEY, 없으면 local-rest-api-key)
  --url BASE         kakao dev의 주소 또는 https://bot-api.kakao.com (기본 http://127.0.0.1:3000)
  --wait             결과가 나올 때까지 기다리기 (2분)
  --yes              진짜 카카오로 보내기: 한 사람에 15원(부가세 별도)이 들어요

표준 출력: 작업 id 한 줄씩, --wait면 결과 JSON
끝 코드: 0 모두 받아들여짐(--wait면 모두 전달됨), 1 아님, 2 명령이 잘못됨

kakao send event: sends an event through the Event API, a hundred people at a time, nobody twice.

  --event NAME       the event's name, as set on the block
  --user KEY,...     for whom: keys separated by commas (with kakao dev also ga, na, da, ra, ma)
  --type TYPE        kind of the keys: botUserKey (default), plusfriendUserKey, appUserId
  --data JSON        {{#current.event.data.…}} of the bubbles
  --params JSON      userRequest.params of the skill
  --file FILE        a body of your own (- is standard input), instead of the above
  --bot ID           the bot's id; with ! at its end the development channel (kakao dev's bot)
  --key KEY          REST API key ($KAKAO_REST_API_KEY, else local-rest-api-key)
  --url BASE         a running kakao dev, or https://bot-api.kakao.com (http://127.0.0.1:3000)
  --wait             wait for the results (two minutes)
  --yes              really send through Kakao: each delivery costs 15 KRW (ex VAT)

standard output: one task id a line; with --wait the results as JSON
exit code: 0 everything was accepted (with --wait: delivered), 1 it was not, 2 wrong command line";

/// What a delivered message costs, in won, without VAT.
/// <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api>
const PRICE: usize = 15;

/// How long `--wait` waits for each result, and how often it asks.
const WAIT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_secs(1);

const OPTIONS: [&str; 9] = ["event", "user", "type", "data", "params", "file", "bot", "key", "url"];

/// Everything that was said on the command line.
struct Errand {
    options: HashMap<&'static str, String>,
    wait: bool,
    yes: bool,
}

/// What is to be sent, and to where.
struct Plan {
    base: String,
    key: Secret,
    bot_id: String,
    batches: Vec<EventRequest>,
}

/// Sends and shows.
pub(super) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (errand, plan) = match read(Parser::from_args(arguments)).and_then(|errand| {
        let plan = errand.as_ref().map(Errand::plan).transpose()?;
        Ok(errand.zip(plan))
    }) {
        Ok(Some(both)) => both,
        Ok(None) => {
            out(HELP);
            return ExitCode::SUCCESS;
        }
        Err(misuse) => {
            misuse.tell("send event");
            return ExitCode::from(MISUSED);
        }
    };
    if !fits(&plan) {
        return ExitCode::FAILURE;
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            trouble("시작하지 못했어요.", &format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(send(&plan, errand.wait))
}

fn read(mut arguments: Parser) -> Result<Option<Errand>, Misuse> {
    let mut errand = Errand { options: HashMap::new(), wait: false, yes: false };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("wait") => errand.wait = true,
            Arg::Long("yes") => errand.yes = true,
            Arg::Long(name) => {
                let Some(known) = OPTIONS.iter().find(|known| **known == name) else {
                    return Err(argument.unexpected().into());
                };
                errand.options.insert(known, arguments.value()?.string()?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(errand))
}

impl Errand {
    fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    fn needed(&self, option: &str) -> Result<&str, Misuse> {
        self.option(option)
            .ok_or_else(|| Misuse::new(format!("--{option} 값이 빠졌어요."), format!("--{option} is needed.")))
    }

    /// What is to be sent; nothing real without a word of consent.
    fn plan(&self) -> Result<Plan, Misuse> {
        let place = Place::read(self.option("url").unwrap_or("http://127.0.0.1:3000"))?;
        let batches = self.request(&place)?.batches();
        let people: usize = batches.iter().map(|batch| batch.users().len()).sum();
        if people == 0 {
            return Err(Misuse::new("받을 사람이 없어요.", "there is nobody to send it to."));
        }
        // The environment's key is Kakao's: no stand-in elsewhere gets to see it.
        let bot = self.option("bot").unwrap_or_default();
        let from_env = || std::env::var("KAKAO_REST_API_KEY").ok().and_then(|text| secret::current(&text, bot));
        let key = self.option("key").map(Secret::new);
        let key = if place.real || place.here { key.or_else(from_env) } else { key };
        let (key, bot_id) = if place.real {
            if !self.yes {
                let won = people * PRICE;
                return Err(Misuse::new(
                    format!(
                        "진짜 카카오예요: 전달마다 {PRICE}원(부가세 별도), {people}명이면 {won}원까지 들어요. 보내려면 --yes를 붙이세요."
                    ),
                    format!(
                        "this is the real Kakao: each delivery costs {PRICE} KRW (ex VAT), up to {won} KRW for {people} people. Add --yes to send."
                    ),
                ));
            }
            let missing = || Misuse::new("--key 값이 빠졌어요.", "--key is needed.");
            (key.ok_or_else(missing)?, self.needed("bot")?.to_owned())
        } else {
            (key.unwrap_or_else(|| Secret::new(LOCAL_REST_API_KEY)), self.option("bot").unwrap_or(BOT_ID).to_owned())
        };
        Ok(Plan { base: place.base, key, bot_id, batches })
    }

    fn request(&self, place: &Place) -> Result<EventRequest, Misuse> {
        if let Some(file) = self.option("file") {
            if let Some(also) =
                ["event", "user", "type", "data", "params"].iter().find(|name| self.option(name).is_some())
            {
                return Err(Misuse::new(
                    format!("--file과 --{also} 가운데 하나만 쓰세요."),
                    format!("--file and --{also} cannot be used together."),
                ));
            }
            return kakao::parse(&read_file(file)?).map_err(|misfit| {
                let (path, why) = (&misfit.path, misfit.why);
                Misuse::new(
                    format!("{file} 은 이벤트가 아니에요. {path}: {}", why.ko()),
                    format!("{file} is no event. {path}: {}", why.en()),
                )
            });
        }
        let kind = EventUserType::from(self.option("type").unwrap_or("botUserKey"));
        if let EventUserType::Other(word) = &kind {
            return Err(Misuse::new(
                format!("--type 값은 botUserKey, plusfriendUserKey, appUserId 가운데 하나예요. 받은 값: {word}"),
                format!("--type takes botUserKey, plusfriendUserKey or appUserId, not `{word}`."),
            ));
        }
        let mut request = EventRequest::new(self.needed("event")?);
        for (name, value) in self.object("data")? {
            request = request.data(name, value);
        }
        for (name, value) in self.object("params")? {
            request = request.param(name, value);
        }
        let keys = self.needed("user")?.split(',').map(str::trim).filter(|key| !key.is_empty());
        Ok(request.to_all(keys.map(|key| {
            let person = people::find(key).filter(|_| !place.real);
            EventUser::of(kind.clone(), person.map_or(key, |person| person.key(&kind)))
        })))
    }

    /// The members of an option that is a JSON object.
    fn object(&self, option: &str) -> Result<serde_json::Map<String, Value>, Misuse> {
        let Some(text) = self.option(option) else { return Ok(serde_json::Map::new()) };
        serde_json::from_str(text).map_err(|error| {
            Misuse::new(
                format!("--{option} 값은 JSON 객체예요: {error}"),
                format!("--{option} takes a JSON object: {error}"),
            )
        })
    }
}

/// Whether the platform could take it at all; what it could not is said.
fn fits(plan: &Plan) -> bool {
    let mut fits = true;
    for found in plan.batches.iter().flat_map(limits::event_request) {
        finding(found.severity.as_str(), found.rule, &found.path, &found.message.ko, &found.message.en);
        fits &= found.severity != Severity::Error;
    }
    fits
}

async fn send(plan: &Plan, wait: bool) -> ExitCode {
    let outbound = Outbound::new(&Env::read(|name| (name == "BOT_API_URL").then(|| plan.base.clone())));
    let mut tasks = Vec::new();
    for (at, batch) in plan.batches.iter().enumerate() {
        let people = batch.users().len();
        let left: usize = plan.batches[at..].iter().map(|batch| batch.users().len()).sum();
        match event::start(&outbound, &plan.base, &plan.key, &plan.bot_id, batch).await {
            Started::Accepted { task_id } => {
                out(task_id.as_deref().unwrap_or("-"));
                err(&format!("{people}명: 받아들여졌어요. | {people} people: accepted."));
                tasks.push(task_id);
            }
            Started::Refused { why, message } => return refused(plan, why, &message, left),
            Started::NotSent => {
                trouble(
                    &format!("{} 에 아무도 없어요. 먼저 `kakao dev`를 실행하세요. 남은 사람: {left}", plan.base),
                    &format!("nobody answers at {}. Run `kakao dev` first. People left: {left}", plan.base),
                );
                return ExitCode::FAILURE;
            }
            Started::Unknown => {
                trouble(
                    &format!(
                        "{people}명에게 갔는지 알 수 없어요. 다시 보내면 두 번 갈 수 있어요. 이 묶음부터 남은 사람: {left}"
                    ),
                    &format!(
                        "nobody knows whether it was taken for {people} people; to send it again may deliver it twice. People left, these included: {left}"
                    ),
                );
                return ExitCode::FAILURE;
            }
        }
    }
    if !wait {
        return ExitCode::SUCCESS;
    }
    let mut good = true;
    for task in &tasks {
        good &= match task {
            Some(task) => result(plan, &outbound, task).await,
            None => {
                trouble("작업 id가 없어서 결과를 물을 수 없어요.", "there is no task id to ask by.");
                false
            }
        };
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refused(plan: &Plan, why: Refusal, message: &str, left: usize) -> ExitCode {
    let (ko, en) = match why {
        Refusal::Key => ("REST API 키가 달라요(--key).", "the REST API key is wrong (--key)."),
        Refusal::TooMany => ("너무 자주 보냈어요. 잠시 뒤에 다시 하세요.", "too much at once; try again later."),
        Refusal::BotId => ("봇의 id가 아니에요(--bot).", "this is no bot's id (--bot)."),
        Refusal::Failed => ("카카오가 받지 않았어요.", "Kakao did not take it."),
    };
    trouble(&format!("{ko} {message} 남은 사람: {left}"), &format!("{en} {message} People left: {left}"));
    if why == Refusal::BotId {
        err(&format!("       --bot {}", plan.bot_id));
        return ExitCode::from(MISUSED);
    }
    ExitCode::FAILURE
}

/// Waits for a result and shows it. Whether everybody was reached.
async fn result(plan: &Plan, outbound: &Outbound, task: &str) -> bool {
    let started = Instant::now();
    let mut trouble_was = "";
    while started.elapsed() < WAIT {
        match event::task(outbound, &plan.base, &plan.key, task).await {
            Ok(result) if result.status() != TaskStatus::Unknown => {
                out(&serde_json::to_string_pretty(&result).unwrap_or_default());
                let (reached, all) =
                    (result.successes().unwrap_or_default(), result.all_requests().unwrap_or_default());
                err(&format!("{all}명 가운데 {reached}명에게 갔어요. | {reached} of {all} people were reached."));
                return result.status() == TaskStatus::AllSuccess;
            }
            Ok(_) => {}
            Err(why @ (NoResult::Key | NoResult::TaskId)) => {
                trouble(
                    &format!("결과를 물을 수 없어요({}).", why.word()),
                    &format!("cannot ask for the result ({}).", why.word()),
                );
                return false;
            }
            Err(why) => trouble_was = why.word(),
        }
        tokio::time::sleep(POLL).await;
    }
    trouble(
        &format!("결과가 2분 안에 나오지 않았어요: {task} {trouble_was}"),
        &format!("no result within two minutes: {task} {trouble_was}"),
    );
    false
}
