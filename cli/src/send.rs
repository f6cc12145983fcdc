//! `kakao send`: one real request to a running bot, the answer, and what the platform would make of it.

mod event;
mod late;
mod webhook;
mod work;

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lexopt::{Arg, Parser, ValueExt as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use shared::env::{Env, SKILL_SECRET_HEADER};
use shared::kapi::{CallError, Outbound, Patience};
use simulator::payload::{self, Utterance};
use simulator::verdict::{self, Outcome};
use simulator::{LOCAL_SKILL_SECRET, people};

use crate::MISUSED;
use crate::say::{Misuse, err, out, trouble};

const HELP: &str = "\
kakao send: 실행 중인 봇에 요청 하나를 보내고 답을 봅니다.

  kakao send skill --name lunch --utterance '#점심 선택'
  kakao send skill-check --name phone --value 010-1234-5678
  kakao send event ...   이벤트 API: kakao send event --help
  kakao send channel | unlink | account ...   카카오가 먼저 부르는 것: kakao send channel --help
  kakao send work ...    카카오워크: kakao send work --help

  --name NAME        스킬 이름: URL의 마지막 부분 (기본 skill은 lunch, skill-check는 phone)
  --utterance TEXT   말한 것 (skill)
  --value TEXT       검증할 값 (skill-check)
  --user WHO         누가: ga, na, da, ra, ma 또는 아무 botUserKey (기본 ga)
  --extra JSON       버튼이 들고 있던 extra
  --block ID         버튼이 가리킨 블록
  --param NAME=VALUE 블록의 파라미터 (여러 번 적을 수 있어요). 플러그인이 남긴 값도 이렇게:
                     --name join --param 'profile={\"saved\":false}'
  --app-user ID      카카오 로그인의 사용자 id(appUserId): 앱에 연결된 사람의 말
  --photo URL        말 대신 사진 보내기
  --callback         콜백 블록에서 말하기: 늦은 답까지 기다려요 (kakao dev에서만)
  --file FILE        직접 쓴 요청 본문 (- 는 표준 입력)
  --url URL          봇의 주소 (기본 http://127.0.0.1:3000)
  --secret TEXT      스킬 헤더의 값 (기본 local-skill-secret)

끝 코드: 0 답이 유효함, 1 아니거나 답이 없음, 2 명령이 잘못됨

kakao send: one request to a running bot, and its answer.
  kakao send event ...   the Event API: kakao send event --help
  kakao send channel | unlink | account ...   what Kakao calls by itself: kakao send channel --help
  kakao send work ...    Kakao Work: kakao send work --help

  --name NAME        the skill's name, last part of its URL (lunch; phone for skill-check)
  --utterance TEXT   what is said (skill)
  --value TEXT       the value to check (skill-check)
  --user WHO         ga, na, da, ra, ma or any botUserKey (ga)
  --extra JSON       the extra of the button that was tapped
  --block ID         the block that the button leads to
  --param NAME=VALUE a parameter of the block (as often as you like), and what a plugin left:
                     --name join --param 'profile={\"saved\":false}'
  --app-user ID      user id of Kakao Login (appUserId): somebody who is linked to the app
  --photo URL        a photo instead of words
  --callback         say it in a callback block and wait for the late answer (kakao dev only)
  --file FILE        a request body of your own (- is standard input)
  --url URL          where the bot is (http://127.0.0.1:3000)
  --secret TEXT      value of the skill header (local-skill-secret)

exit code: 0 the answer is valid, 1 it is not or there is none, 2 wrong command line";

/// The platform waits five seconds, this a little longer, to show answers that came too late.
const PATIENCE: Patience = Patience { time: Duration::from_secs(10), bytes: 4 * 1024 * 1024 };
const TOO_LATE: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Skill,
    SkillCheck,
}

/// Everything that was said on the command line.
struct Errand {
    kind: Kind,
    callback: bool,
    options: HashMap<&'static str, String>,
    slots: Map<String, Value>,
}

const OPTIONS: [&str; 11] =
    ["app-user", "name", "utterance", "value", "user", "extra", "block", "photo", "file", "url", "secret"];

/// Sends and shows.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.peekable();
    if arguments.next_if(|word| word == "event").is_some() {
        return event::run(arguments);
    }
    if arguments.next_if(|word| word == "work").is_some() {
        return work::run(arguments);
    }
    if let Some(surface) = arguments.peek().and_then(webhook::surface) {
        return webhook::run(surface, arguments.skip(1));
    }
    let errand = match read(Parser::from_args(arguments)) {
        Ok(Some(errand)) => errand,
        Ok(None) => {
            out(HELP);
            return ExitCode::SUCCESS;
        }
        Err(misuse) => {
            misuse.tell("send");
            return ExitCode::from(MISUSED);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            trouble("시작하지 못했어요.", &format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
    let outbound = Outbound::new(&Env::read(|name| (name == "BOT_API_URL").then(|| errand.base().to_owned())));
    if errand.callback {
        return runtime.block_on(late::say(&errand, &outbound));
    }
    let body = match errand.body() {
        Ok(body) => body,
        Err(misuse) => {
            misuse.tell("send");
            return ExitCode::from(MISUSED);
        }
    };
    runtime.block_on(send(&errand, &outbound, body))
}

fn read(mut arguments: Parser) -> Result<Option<Errand>, Misuse> {
    let (mut kind, mut callback) = (None, false);
    let mut options = HashMap::new();
    let mut slots = Map::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("callback") => callback = true,
            Arg::Long("param") => {
                let said = arguments.value()?.string()?;
                let Some((name, value)) = said.split_once('=').filter(|(name, _)| !name.is_empty()) else {
                    return Err(Misuse::new(
                        format!("--param 값은 이름=값 꼴이에요. 받은 값: {said}"),
                        format!("--param takes NAME=VALUE, not `{said}`."),
                    ));
                };
                slots.insert(name.to_owned(), value.into());
            }
            Arg::Long(name) => {
                let Some(known) = OPTIONS.iter().find(|known| **known == name) else {
                    return Err(argument.unexpected().into());
                };
                options.insert(*known, arguments.value()?.string()?);
            }
            Arg::Value(word) if kind.is_none() => {
                kind = Some(match word.to_str() {
                    Some("skill") => Kind::Skill,
                    Some("skill-check") => Kind::SkillCheck,
                    _ => {
                        let word = word.to_string_lossy();
                        return Err(Misuse::new(
                            format!(
                                "{word} 말고 skill, skill-check, event, channel, unlink, account 가운데 하나를 적어 주세요."
                            ),
                            format!(
                                "there is no `{word}` to send to: skill, skill-check, event, channel, unlink or account."
                            ),
                        ));
                    }
                });
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let Some(kind) = kind else {
        return Err(Misuse::new(
            "무엇에 보낼지 빠졌어요: kakao send 다음에 skill, skill-check, event, channel, unlink, account 가운데 하나를 적어 주세요.",
            "say what to send to: kakao send skill, skill-check, event, channel, unlink or account.",
        ));
    };
    let errand = Errand { kind, callback, options, slots };
    if callback && (kind == Kind::SkillCheck || errand.option("file").is_some()) {
        return Err(Misuse::new(
            "--callback은 skill에만, --file 없이 쓸 수 있어요.",
            "--callback is for skill only, and not together with --file.",
        ));
    }
    if !errand.has_address() {
        let url = errand.base();
        return Err(Misuse::new(
            format!("--url 값은 http:// 또는 https:// 주소예요. 받은 값: {url}"),
            format!("--url takes an http:// or https:// address, not `{url}`."),
        ));
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

    /// The button's `extra`, if there is one.
    fn extra(&self) -> Result<Option<Value>, Misuse> {
        self.option("extra").map(serde_json::from_str).transpose().map_err(|error| {
            Misuse::new(format!("--extra 값이 JSON이 아니에요: {error}"), format!("--extra is not JSON: {error}"))
        })
    }

    /// What is said; a photo says its address.
    fn said(&self) -> Result<&str, Misuse> {
        self.option("photo").map_or_else(|| self.needed("utterance"), Ok)
    }

    /// The request body.
    fn body(&self) -> Result<Vec<u8>, Misuse> {
        if let Some(file) = self.option("file") {
            return read_file(file);
        }
        let who = self.option("user").unwrap_or("ga");
        let person = people::find(who);
        let key = person.map_or(who, |person| person.bot_user_key);
        let body = match self.kind {
            Kind::SkillCheck => payload::check(self.needed("value")?, key),
            Kind::Skill => {
                let text = self.said()?;
                let mut said = Utterance::typed(self.name(), text, key);
                said.plusfriend_user_key = person.map(|person| person.plusfriend_user_key);
                said.app_user_id = self.option("app-user");
                if let Some(id) = self.option("block") {
                    said.block = payload::Block { id: id.to_owned(), name: text.to_owned() };
                    said.trigger = "CARD_BUTTON_BLOCK";
                }
                said.extra = self.extra()?;
                said.slots = self.slots.clone();
                if let Some(url) = self.option("photo") {
                    said = said.photo(url);
                }
                said.payload()
            }
        };
        Ok(body.to_string().into_bytes())
    }

    fn name(&self) -> &str {
        self.option("name").unwrap_or(match self.kind {
            Kind::Skill => "lunch",
            Kind::SkillCheck => "phone",
        })
    }

    fn base(&self) -> &str {
        self.option("url").unwrap_or("http://127.0.0.1:3000").trim_end_matches('/')
    }

    /// Whether there is anything at all that could be called.
    fn has_address(&self) -> bool {
        self.base().parse::<http::Uri>().is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")))
    }

    fn url(&self) -> String {
        let base = self.base();
        let surface = match self.kind {
            Kind::Skill => "skill",
            Kind::SkillCheck => "skill-check",
        };
        format!("{base}/{surface}/{}", utf8_percent_encode(self.name(), NON_ALPHANUMERIC))
    }
}

/// Whether this is an address of this very machine.
fn is_here(url: &http::Uri) -> bool {
    let host = url.host().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]")
}

/// The bytes of a file; `-` is standard input.
fn read_file(file: &str) -> Result<Vec<u8>, Misuse> {
    let read = if file == "-" { read_stdin() } else { std::fs::read(file) };
    read.map_err(|error| {
        Misuse::new(format!("파일을 읽을 수 없어요: {file} ({error})"), format!("{file} cannot be read: {error}"))
    })
}

fn read_stdin() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
    Ok(bytes)
}

async fn send(errand: &Errand, outbound: &Outbound, body: Vec<u8>) -> ExitCode {
    let url = errand.url();
    let callback_offered = shared::kakao::parse::<shared::kakao::skill::SkillRequest>(&body)
        .is_ok_and(|request| request.callback_url().is_some());
    let request = http::Request::post(&url)
        .header("content-type", "application/json")
        .header("user-agent", "AHC/2.1")
        .header(SKILL_SECRET_HEADER, errand.option("secret").unwrap_or(LOCAL_SKILL_SECRET))
        .body(body);
    let Ok(request) = request else {
        trouble(&format!("주소가 아니에요: {url}"), &format!("{url} is no address."));
        return ExitCode::from(MISUSED);
    };
    let started = Instant::now();
    match outbound.send(request, PATIENCE).await {
        Ok(answer) => {
            let took = started.elapsed();
            let valid = show(errand.kind, answer.status, &answer.body, callback_offered, took);
            if valid { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => unreached(&url, error),
    }
}

fn unreached(url: &str, error: CallError) -> ExitCode {
    if error == CallError::NotSent {
        let ko = format!("{url} 에 아무도 없어요. 먼저 `kakao dev`를 실행하세요.");
        trouble(&ko, &format!("nobody answers at {url}. Run `kakao dev` first."));
    } else {
        trouble(&format!("답이 오지 않았어요({}).", error.kind()), &format!("no answer ({}).", error.kind()));
    }
    ExitCode::FAILURE
}

/// Prints the answer and what is to be said about it. Whether it is one that the platform would take.
fn show(kind: Kind, status: u16, body: &[u8], callback_offered: bool, took: Duration) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(answer) => out(&serde_json::to_string_pretty(&answer).unwrap_or_default()),
        Err(_) => out(&String::from_utf8_lossy(body)),
    }
    let (outcome, findings) = match kind {
        Kind::Skill => verdict::judge(status, body, callback_offered),
        Kind::SkillCheck => verdict::judge_check(status, body),
    };
    for found in &findings {
        finding(found.severity, found.rule, &found.path, &found.ko, &found.en);
    }
    let valid = matches!(outcome, Outcome::Answered | Outcome::Waiting | Outcome::Silent);
    let late = took > TOO_LATE;
    let (ko, en) = match (valid, late) {
        (true, false) => ("좋은 답이에요.", "a good answer."),
        (true, true) => ("좋은 답이지만 카카오는 5초만 기다려요.", "a good answer, but Kakao waits 5 s only."),
        (false, _) if status == 401 => {
            ("스킬 헤더의 값이 달라요(--secret).", "the skill header's value is wrong (--secret).")
        }
        (false, _) if status == 404 => {
            ("그런 주소가 없어요(--url, --name).", "there is no such address (--url, --name).")
        }
        (false, _) => ("카카오는 이 답을 보여 주지 않아요.", "Kakao would not show this answer."),
    };
    err(&format!("{status}  {} ms  {ko} | {en}", took.as_millis()));
    valid && !late
}

fn finding(severity: &str, rule: &str, path: &str, ko: &str, en: &str) {
    err(&format!("{severity} {rule} {path}\n    {ko}\n    {en}"));
}
