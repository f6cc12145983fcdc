//! `kakao check KIND FILE...`: does a body fit the protocol, and which limits does it break?
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! Findings are about places and numbers and never quote the document, so the output may be shown to anyone.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{json, to_string_pretty};
use shared::kakao::limits::{self, Finding, Severity, work};
use shared::kakao::skill::{CheckRequest, CheckResponse, EventRequest, Map, PluginValue, SkillRequest, SkillResponse};
use shared::kakao::webhook::{AccountClaims, ChannelEvent, UnlinkNotice};
use shared::kakao::work::{Block, Callback, Message, ModalAnswer};
use shared::kakao::{Misfit, Why, parse};

/// Largest document that is read, in bytes. Far beyond any real body; keeps a wrong file from filling the memory.
const DOCUMENT_MAX: u64 = 16 * 1024 * 1024;

/// A broken rule with severity E.
const BROKEN: u8 = 1;
/// A file that could not be read as its kind, or a wrong command line.
const UNREADABLE: u8 = 2;

/// A name, and how to check the bytes of such a document; `true` mends first what can be mended.
type Kind = (&'static str, fn(&[u8], bool) -> Result<Checked, Misfit>);

/// What can be checked. A new kind is one line: how to read it, how to judge it, how to write it.
const KINDS: &[Kind] = &[
    ("skill-request", |bytes, _| check(parse::<SkillRequest>(bytes)?, limits::skill_request, to_string_pretty)),
    ("skill-response", |bytes, _| check(parse::<SkillResponse>(bytes)?, limits::skill_response, to_string_pretty)),
    ("skill-check-request", |bytes, _| check(parse::<CheckRequest>(bytes)?, limits::check_request, to_string_pretty)),
    ("skill-check-response", |bytes, _| {
        check(parse::<CheckResponse>(bytes)?, limits::check_response, to_string_pretty)
    }),
    ("plugin-value", |bytes, _| check(parse::<PluginValue>(bytes)?, limits::plugin_value, to_string_pretty)),
    ("event-request", |bytes, _| check(parse::<EventRequest>(bytes)?, limits::event_request, to_string_pretty)),
    ("channel-callback", |bytes, _| check(parse::<ChannelEvent>(bytes)?, limits::channel_event, to_string_pretty)),
    ("unlink-callback", |bytes, _| check(unlink_notice(bytes)?, limits::unlink_notice, to_string_pretty)),
    ("account-event", |bytes, _| check(account_claims(bytes)?, limits::account_claims, to_string_pretty)),
    ("work-message", |bytes, fix| {
        let mut message = parse::<Message>(bytes)?;
        if fix {
            message.nest_buttons();
        }
        check(message, work::message, to_string_pretty)
    }),
    ("work-block", |bytes, fix| {
        let mut block = parse::<Block>(bytes)?;
        if fix {
            block.nest_buttons();
        }
        check(block, work::block, to_string_pretty)
    }),
    ("work-modal", |bytes, fix| {
        let mut answer = parse::<ModalAnswer>(bytes)?;
        if fix {
            answer.wrap();
        }
        check(answer, work::modal, to_string_pretty)
    }),
    ("work-callback", |bytes, _| check(parse::<Callback>(bytes)?, work::callback, to_string_pretty)),
    ("work-api", |bytes, _| check(parse::<Map>(bytes)?, work::api, to_string_pretty)),
];

/// A document that could be read.
struct Checked {
    findings: Vec<Finding>,
    /// The document as the typed model writes it.
    emitted: String,
}

/// Judges one document and writes it again.
fn check<T>(
    document: T,
    judge: fn(&T) -> Vec<Finding>,
    write: fn(&T) -> serde_json::Result<String>,
) -> Result<Checked, Misfit> {
    // Wire types have text keys only, so writing them cannot fail.
    Ok(Checked { findings: judge(&document), emitted: write(&document).unwrap_or_default() })
}

/// An unlink message is a form, a query, or JSON.
fn unlink_notice(bytes: &[u8]) -> Result<UnlinkNotice, Misfit> {
    UnlinkNotice::read(None, bytes, "")
}

/// The claims of an account event: by themselves, or inside their token, whose signature is nobody's business here.
fn account_claims(bytes: &[u8]) -> Result<AccountClaims, Misfit> {
    let parts: Vec<&[u8]> = bytes.trim_ascii().split(|byte| *byte == b'.').collect();
    match parts.as_slice() {
        [_, claims, _] => parse(&URL_SAFE_NO_PAD.decode(claims).unwrap_or_else(|_| bytes.to_vec())),
        _ => parse(bytes),
    }
}

/// The language of what is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lang {
    Ko,
    En,
}

impl Lang {
    /// The same thing in this language.
    fn of<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        if self == Lang::Ko { ko } else { en }
    }

    /// What the environment says; Korean unless it says English.
    fn from_env() -> Self {
        let said = ["LC_ALL", "LANG"].iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
        match said {
            Some(value) if value.to_string_lossy().starts_with("en") => Lang::En,
            _ => Lang::Ko,
        }
    }
}

/// The command line.
struct Options {
    lang: Lang,
    emit: bool,
    /// Print the document mended. Goes with `emit`.
    fix: bool,
    json: bool,
    help: bool,
    /// Kind and files.
    rest: VecDeque<OsString>,
}

impl Options {
    /// Reads the command line; the error is an argument that is not known.
    fn read(mut args: impl Iterator<Item = OsString>) -> Result<Self, (Lang, OsString)> {
        let mut options = Options {
            lang: Lang::from_env(),
            emit: false,
            fix: false,
            json: false,
            help: false,
            rest: VecDeque::new(),
        };
        while let Some(arg) = args.next() {
            match arg.to_str() {
                Some("--emit") => options.emit = true,
                Some("--fix") => (options.emit, options.fix) = (true, true),
                Some("--json") => options.json = true,
                Some("--help" | "-h") => options.help = true,
                Some("--lang") => options.set_lang(args.next().unwrap_or_default())?,
                Some(text) if text.starts_with("--lang=") => options.set_lang(text["--lang=".len()..].into())?,
                Some("--") => options.rest.extend(args.by_ref()),
                Some(text) if text.starts_with('-') && text != "-" => return Err((options.lang, arg)),
                _ => options.rest.push_back(arg),
            }
        }
        Ok(options)
    }

    fn set_lang(&mut self, lang: OsString) -> Result<(), (Lang, OsString)> {
        self.lang = match lang.to_str() {
            Some("ko") => Lang::Ko,
            Some("en") => Lang::En,
            _ => {
                let mut wrong = OsString::from("--lang ");
                wrong.push(lang);
                return Err((self.lang, wrong));
            }
        };
        Ok(())
    }
}

/// Runs the command with the arguments that follow `kakao check`.
pub(crate) fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    // A closed pipe (`| head`) is no reason to fail: what could not be written is dropped, the exit code stays.
    let mut out = io::stdout().lock();
    let mut err = io::stderr().lock();
    let code = run_with(args, &mut out, &mut err);
    let _ = out.flush();
    ExitCode::from(code)
}

fn run_with(args: impl Iterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let mut options = match Options::read(args) {
        Ok(options) => options,
        Err((lang, arg)) => {
            let arg = arg.to_string_lossy();
            let what = lang.of("알 수 없는 옵션입니다", "unknown option");
            let _ = writeln!(err, "{what}: {arg}\n{}", usage(lang));
            return UNREADABLE;
        }
    };
    let lang = options.lang;
    if options.help {
        let _ = write!(out, "{}", help(lang));
        return 0;
    }
    let Some(name) = options.rest.pop_front() else {
        let _ = writeln!(err, "{}", usage(lang));
        return UNREADABLE;
    };
    let Some((_, check)) = KINDS.iter().find(|(kind, _)| OsStr::new(kind) == name) else {
        let what = lang.of("알 수 없는 종류입니다", "unknown kind");
        let choose = lang.of("다음 중에서 고르세요", "choose one of");
        let _ = writeln!(err, "{what}: {}\n{choose}: {}", name.to_string_lossy(), kinds());
        return UNREADABLE;
    };
    if options.rest.is_empty() {
        let what = lang.of("파일이 없습니다. 표준 입력은 `-`입니다.", "no file; `-` is standard input.");
        let _ = writeln!(err, "{what}\n{}", usage(lang));
        return UNREADABLE;
    }

    let mut code = 0;
    let mut all = Vec::new();
    for file in &options.rest {
        let name = file.to_string_lossy().into_owned();
        let checked = read(file)
            .map_err(|error| unreadable(lang, &error))
            .and_then(|bytes| check(&bytes, options.fix).map_err(|misfit| misfitting(lang, &misfit)));
        match checked {
            Ok(Checked { findings, emitted }) => {
                if options.emit {
                    let _ = writeln!(out, "{emitted}");
                }
                if findings.iter().any(|finding| finding.severity == Severity::Error) {
                    code = code.max(BROKEN);
                }
                all.extend(findings.into_iter().map(|finding| (name.clone(), finding)));
            }
            Err(reason) => {
                let _ = writeln!(err, "{name}: {reason}");
                code = UNREADABLE;
            }
        }
    }
    // With --emit the standard output is the document and nothing else.
    show(&all, &options, if options.emit { err } else { out });
    code
}

/// Prints the findings, one a line or as one JSON array.
fn show(all: &[(String, Finding)], options: &Options, to: &mut dyn Write) {
    let message = |finding: &Finding| options.lang.of(&finding.message.ko, &finding.message.en).to_owned();
    if options.json {
        let shown = all.iter().map(|(file, finding)| {
            let Finding { rule, severity, path, .. } = finding;
            json!({"file": file, "rule": rule, "severity": severity.as_str(), "path": path, "message": message(finding)})
        });
        let _ = writeln!(to, "{:#}", shown.collect::<serde_json::Value>());
        return;
    }
    for (file, finding) in all {
        let Finding { severity, rule, path, .. } = finding;
        let _ = writeln!(to, "{file}: {severity} {rule} {path} {}", message(finding));
    }
}

/// The bytes of a file; `-` is standard input.
fn read(file: &OsStr) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: Box<dyn Read> =
        if file == "-" { Box::new(io::stdin().lock()) } else { Box::new(std::fs::File::open(file)?) };
    source.take(DOCUMENT_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > DOCUMENT_MAX {
        return Err(io::Error::other("the file is larger than 16 MiB"));
    }
    Ok(bytes)
}

/// Why a file could not be read, and what to do.
fn unreadable(lang: Lang, error: &io::Error) -> String {
    let what = lang.of("파일을 읽을 수 없습니다", "the file cannot be read");
    let next = lang.of("경로와 권한을 확인하세요.", "Check the path and the permissions.");
    format!("{what} ({error}). {next}")
}

/// Why a document is not of its kind, where, and what to do.
fn misfitting(lang: Lang, misfit: &Misfit) -> String {
    let what = lang.of("이 종류로 읽을 수 없습니다", "cannot be read as this kind");
    let at = lang.of("위치", "Where");
    let why = lang.of(misfit.why.ko(), misfit.why.en());
    let next = match misfit.why {
        Why::NotUtf8 => lang.of("파일을 UTF-8로 저장하세요.", "Save the file as UTF-8."),
        Why::NotJson => lang.of(
            "JSON 문법을 확인하고, 파일 하나에 문서 하나만 넣으세요.",
            "Check the JSON syntax; one file holds one document.",
        ),
        Why::TooDeep => lang.of("중첩을 줄이세요.", "Nest less deeply."),
        Why::Duplicate => lang.of("하나만 남기세요.", "Keep one of them."),
        _ => lang.of("그 위치의 값을 프로토콜 문서와 비교하세요.", "Compare the value there with the protocol page."),
    };
    let path = if misfit.path == "." { lang.of("문서 전체", "the document itself") } else { &misfit.path };
    format!("{what}. {at}: {path}. {why}. {next}")
}

/// The names of the kinds.
fn kinds() -> String {
    KINDS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>().join(", ")
}

fn usage(lang: Lang) -> &'static str {
    lang.of(
        "사용법: kakao check KIND FILE... [--emit | --fix] [--json] [--lang ko|en]  (자세히: kakao check --help)",
        "usage: kakao check KIND FILE... [--emit | --fix] [--json] [--lang ko|en]  (more: kakao check --help)",
    )
}

fn help(lang: Lang) -> String {
    let text = lang.of(
        "\
kakao check KIND FILE... - 문서가 프로토콜과 제한을 지키는지 확인합니다

  KIND        {kinds}
  FILE        JSON 문서 하나가 든 파일, `-`는 표준 입력
              plugin-value는 파라미터 값 하나: 객체, 또는 객체나 List(...)가 든 문자열
              unlink-callback은 JSON이나 폼(이름=값&...), account-event는 JSON이나 토큰 그대로(서명은 보지 않음)

  --emit      읽은 문서를 그대로 다시 출력합니다 (결과는 표준 오류로)
  --fix       고칠 수 있는 것을 고쳐서 출력합니다: 카카오워크의 예전 버튼을 action 안에, 모달을 view 안에 넣습니다
  --json      결과를 JSON 배열로 출력합니다
  --lang L    ko 또는 en
  --help      이 도움말

결과는 한 줄에 하나씩: FILE: E|W|A 규칙 위치 설명
  E  보내면 안 됩니다    W  보낼 수 있지만 의도대로 보이지 않을 수 있습니다    A  디자인 가이드의 권고입니다
종료 코드: 0 문제 없음, 1 E가 있음, 2 읽을 수 없는 파일이 있음
",
        "\
kakao check KIND FILE... - checks that a document fits the protocol and its limits

  KIND        {kinds}
  FILE        a file with one JSON document, `-` is standard input;
              for plugin-value the value of one parameter: an object, or a string with an object or List(...) in it;
              for unlink-callback JSON or a form (name=value&...), for account-event JSON or the token (its signature is not checked)

  --emit      print the document again as it was read (findings go to standard error)
  --fix       print it mended where that is possible: Kakao Work's old flat buttons go into action, modals into view
  --json      print findings as a JSON array
  --lang L    ko or en
  --help      this text

One finding a line: FILE: E|W|A RULE PATH message
  E  must not be sent    W  can be sent, but may not show as meant    A  the design guide would do otherwise
Exit code: 0 no E, 1 some E, 2 a file could not be read
",
    );
    text.replace("{kinds}", &kinds())
}
