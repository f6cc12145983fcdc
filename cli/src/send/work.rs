//! `kakao send work`: one callback of Kakao Work to a running bot, and its answer.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lexopt::{Arg, Parser, ValueExt as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use shared::env::Env;
use shared::kakao::limits::{Finding, Severity, work};
use shared::kakao::parse;
use shared::kakao::work::ModalAnswer;
use shared::kapi::{Answer, CallError, Outbound, Patience};

use crate::MISUSED;
use crate::say::{Misuse, err, out, trouble};

const HELP: &str = "\
kakao send work: 카카오워크의 콜백 하나를 보내고 답을 봅니다.

  kakao send work request-modal --value vacation
  kakao send work submit-action --name approve --value VALUE
  kakao send work submission --value VALUE --field when=내일 --field why=

  --value TEXT       버튼이나 모달의 value (모달의 것은 request-modal의 답에 있어요)
  --name TEXT        버튼의 action_name (submit-action)
  --field NAME=TEXT  모달에 적은 것, 비우면 null (submission, 여러 번)
  --user ID          누른 사람 (기본 1001)
  --room ID          대화방 (기본 1)
  --message ID       버튼이 달린 메시지 (기본 1)
  --file FILE        직접 쓴 본문 (- 는 표준 입력)
  --url URL          봇의 주소 (기본 http://127.0.0.1:3000)
  --secret TEXT      주소의 비밀값 (기본 local-work-secret)

끝 코드: 0 답이 유효함, 1 아니거나 답이 없음, 2 명령이 잘못됨

kakao send work: one callback of Kakao Work, and the answer.

  --value TEXT       value of the button or modal (a modal's is in the answer to request-modal)
  --name TEXT        action_name of the button (submit-action)
  --field NAME=TEXT  what was filled in, empty for null (submission, as often as you like)
  --user ID          who pressed (1001)
  --room ID          the room (1)
  --message ID       the message with the button (1)
  --file FILE        a body of your own (- is standard input)
  --url URL          where the bot is (http://127.0.0.1:3000)
  --secret TEXT      the secret of the address (local-work-secret)

exit code: 0 the answer is valid, 1 it is not or there is none, 2 wrong command line";

const PATIENCE: Patience = Patience { time: Duration::from_secs(10), bytes: 1024 * 1024 };

const OPTIONS: [&str; 8] = ["value", "name", "user", "room", "message", "file", "url", "secret"];

/// The callbacks there are: the word on the command line, `type`, and the address.
const KINDS: [(&str, &str, &str); 3] = [
    ("submit-action", "submit_action", "callback"),
    ("submission", "submission", "callback"),
    ("request-modal", "request_modal", "request"),
];

/// Everything that was said on the command line.
struct Errand {
    kind: &'static str,
    address: &'static str,
    options: HashMap<&'static str, String>,
    fields: Map<String, Value>,
}

/// Sends and shows.
pub(super) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let misused = |misuse: Misuse| {
        misuse.tell("send work");
        ExitCode::from(MISUSED)
    };
    let errand = match read(Parser::from_args(arguments)) {
        Ok(Some(errand)) => errand,
        Ok(None) => {
            out(HELP);
            return ExitCode::SUCCESS;
        }
        Err(misuse) => return misused(misuse),
    };
    let body = match errand.body() {
        Ok(body) => body,
        Err(misuse) => return misused(misuse),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            trouble("시작하지 못했어요.", &format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
    let outbound = Outbound::new(&Env::read(|name| (name == "WORK_API_URL").then(|| errand.base().to_owned())));
    match runtime.block_on(errand.send(&outbound, body)) {
        Ok(answer) => show(&answer),
        Err(error) => {
            let why = if error == CallError::NotSent { "is it running?" } else { error.kind() };
            trouble("봇에 닿지 못했어요. kakao dev를 먼저 실행하세요.", &format!("the bot did not answer: {why}"));
            ExitCode::FAILURE
        }
    }
}

fn read(mut parser: Parser) -> Result<Option<Errand>, Misuse> {
    let (mut kind, mut options, mut fields) = (None, HashMap::new(), Map::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("field") => {
                let field = parser.value()?.string()?;
                let (name, text) = field
                    .split_once('=')
                    .ok_or_else(|| Misuse::new("--field는 이름=값으로 적어요.", "--field is NAME=TEXT."))?;
                fields.insert(name.to_owned(), if text.is_empty() { Value::Null } else { text.into() });
            }
            Arg::Long(name) => match OPTIONS.into_iter().find(|known| *known == name) {
                Some(known) => drop(options.insert(known, parser.value()?.string()?)),
                None => return Err(Arg::Long(name).unexpected().into()),
            },
            Arg::Value(word) if kind.is_none() => {
                let known = KINDS.into_iter().find(|(known, ..)| word == *known);
                let known = known.ok_or_else(|| {
                    let words = KINDS.map(|(word, ..)| word).join(", ");
                    Misuse::new(format!("다음 중에서 고르세요: {words}"), format!("choose one of {words}"))
                })?;
                kind = Some(known);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let Some((_, kind, address)) = kind else {
        return Err(Misuse::new("무엇을 보낼지 적어 주세요.", "what is to be sent?"));
    };
    Ok(Some(Errand { kind, address, options, fields }))
}

impl Errand {
    fn option(&self, name: &str, fallback: &'static str) -> &str {
        self.options.get(name).map_or(fallback, String::as_str)
    }

    fn base(&self) -> &str {
        self.option("url", "http://127.0.0.1:3000").trim_end_matches('/')
    }

    /// An id as the service sends it: a number if it is one.
    fn id(&self, name: &str, fallback: &'static str) -> Value {
        let text = self.option(name, fallback);
        text.parse::<u64>().map_or_else(|_| text.into(), Value::from)
    }

    fn body(&self) -> Result<Vec<u8>, Misuse> {
        if let Some(file) = self.options.get("file") {
            return super::read_file(file);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut body = json!({
            "type": self.kind, "action_time": now.as_millis() as u64, "react_user_id": self.id("user", "1001"),
            "value": self.option("value", ""),
            "message": {"id": self.id("message", "1"), "text": "", "user_id": 1, "conversation_id": self.id("room", "1")}
        });
        match self.kind {
            "submit_action" => body["action_name"] = self.option("name", "").into(),
            "submission" => body["actions"] = self.fields.clone().into(),
            _ => {}
        }
        Ok(body.to_string().into_bytes())
    }

    async fn send(&self, outbound: &Outbound, body: Vec<u8>) -> Result<Answer, CallError> {
        let secret = utf8_percent_encode(self.option("secret", "local-work-secret"), NON_ALPHANUMERIC).to_string();
        let request = http::Request::post(format!("{}/work/{}/{secret}", self.base(), self.address))
            .header("content-type", "application/json;charset=utf-8")
            .body(body)
            .map_err(|_| CallError::BadRequest)?;
        outbound.send(request, PATIENCE).await
    }
}

/// Shows the answer, and what the client would make of it.
fn show(answer: &Answer) -> ExitCode {
    let body = String::from_utf8_lossy(&answer.body);
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(json) => out(&format!("{json:#}")),
        Err(_) => out(&body),
    }
    if answer.status != 200 {
        trouble(
            &format!("카카오워크는 200만 성공으로 봅니다: {}", answer.status),
            &format!("Kakao Work takes nothing but 200 for a success: {}", answer.status),
        );
        return ExitCode::FAILURE;
    }
    let findings: Vec<Finding> = match parse::<ModalAnswer>(&answer.body) {
        Ok(modal) if modal.view.is_some() => work::modal(&modal),
        Ok(_) => Vec::new(),
        Err(_) => {
            trouble("답이 JSON 객체가 아니에요.", "the answer is no JSON object.");
            return ExitCode::FAILURE;
        }
    };
    for finding in &findings {
        err(&format!("{} {} {} {}", finding.severity, finding.rule, finding.path, finding.message.ko));
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
