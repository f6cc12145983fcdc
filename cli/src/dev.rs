//! `kakao dev`: everything in one process, until Ctrl-C.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use lexopt::{Arg, Parser, ValueExt as _};
use simulator::{Laptop, NotStarted, Options};

use crate::MISUSED;
use crate::say::{Misuse, out, trouble};

const HELP: &str = "\
kakao dev: 함수, 테이블, 가짜 카카오, 채팅방을 한꺼번에 실행합니다. 끝내려면 Ctrl-C.

  --port N          채팅방과 함수의 포트 (기본 3000, 0이면 빈 포트)
  --data DIR        테이블을 둘 폴더 (기본 .kakao)
  --memory          테이블을 메모리에만 두기: 끝나면 사라져요
  --seed FILE       시작할 때 넣을 항목: {\"items\": [DynamoDB JSON, ...]}
  --event-skill N   이벤트가 부를 스킬 (기본 lunch)
  --auth-skill N    인증 블록이 부를 스킬 (기본 join)
  --auth-block ID   여러분 봇의 인증 블록 id: 그 블록을 부르는 버튼이 가입 화면을 열어요
  --open            브라우저로 채팅방 열기
  --table-port N    DynamoDB 프로토콜의 포트 (기본 빈 포트)
  --table-host H    DynamoDB 프로토콜의 주소 (기본 127.0.0.1; Docker에서 쓰려면 0.0.0.0)

kakao dev: functions, table, a stand-in Kakao and a chat room, until Ctrl-C.

  --port N          port of the room and the functions (3000; 0 picks a free one)
  --data DIR        where the table is kept (.kakao)
  --memory          keep the table in memory only: it is gone afterwards
  --seed FILE       items to put first: {\"items\": [DynamoDB JSON, ...]}
  --event-skill N   the skill that events call (lunch)
  --auth-skill N    the skill that the auth block calls (join)
  --auth-block ID   your bot's auth block: buttons that call it open the sign-up
  --open            open the room in a browser
  --table-port N    port of the DynamoDB protocol (a free one)
  --table-host H    address of the DynamoDB protocol (127.0.0.1; 0.0.0.0 for containers)";

/// What was asked for.
enum Asked {
    Help,
    Run { options: Options, open: bool },
}

/// Runs until it is told to end.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (options, open) = match read(Parser::from_args(arguments)) {
        Ok(Asked::Help) => {
            out(HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Asked::Run { options, open }) => (options, open),
        Err(misuse) => {
            misuse.tell("dev");
            return ExitCode::from(MISUSED);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            trouble("시작하지 못했어요.", &format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(serve(&options, open));
    // The room's event streams never end by themselves; what they show is in the table.
    runtime.shutdown_background();
    code
}

fn read(mut arguments: Parser) -> Result<Asked, Misuse> {
    let (mut options, mut open) = (Options::default(), false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("port") => options.port = port("--port", &arguments.value()?)?,
            Arg::Long("data") => options.data = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("memory") => options.data = None,
            Arg::Long("seed") => options.seed = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("event-skill") => options.event_skill = arguments.value()?.string()?,
            Arg::Long("auth-block") => options.auth_block = arguments.value()?.string()?,
            Arg::Long("auth-skill") => options.auth_skill = arguments.value()?.string()?,
            Arg::Long("open") => open = true,
            Arg::Long("table-port") => options.table_port = port("--table-port", &arguments.value()?)?,
            Arg::Long("table-host") => options.table_host = host("--table-host", &arguments.value()?)?,
            Arg::Long("help") | Arg::Short('h') => return Ok(Asked::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Asked::Run { options, open })
}

fn port(option: &str, given: &OsString) -> Result<u16, Misuse> {
    given.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
        let given = given.to_string_lossy();
        Misuse::new(
            format!("{option} 값은 0부터 65535까지의 수예요(0은 빈 포트). 받은 값: {given}"),
            format!("{option} takes a number from 0 to 65535 (0 picks a free port), not `{given}`."),
        )
    })
}

fn host(option: &str, given: &OsString) -> Result<IpAddr, Misuse> {
    given.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
        let given = given.to_string_lossy();
        Misuse::new(
            format!("{option} 값은 IP 주소예요(예: 127.0.0.1, 0.0.0.0). 받은 값: {given}"),
            format!("{option} takes an IP address (such as 127.0.0.1 or 0.0.0.0), not `{given}`."),
        )
    })
}

async fn serve(options: &Options, open: bool) -> ExitCode {
    let laptop = match Laptop::start(bot::Bot, options, |name| std::env::var(name).ok()).await {
        Ok(laptop) => laptop,
        Err(why) => {
            explain(&why);
            return ExitCode::FAILURE;
        }
    };
    introduce(&laptop, options);
    // Whoever waits for it may knock at once: the door is open, the kernel keeps those who come before we look.
    out(&format!("ready {}", laptop.url));
    if open {
        browse(&laptop.url);
    }
    match laptop.serve(told_to_end()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            trouble("서버가 멈췄어요.", &format!("the server broke: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn introduce(laptop: &Laptop, options: &Options) {
    let header = &laptop.skill_header;
    match &laptop.skill_secret {
        Some(secret) => out(&format!("스킬 헤더   skill header   {header}: {secret}")),
        None => out(&format!("스킬 헤더   skill header   {header}: $SKILL_SECRET")),
    }
    let api_key = laptop.api_key.as_deref().unwrap_or("$KAKAO_REST_API_KEY");
    out(&format!(
        "REST API 키 REST API key   {api_key}  (이벤트 → 스킬 {0} | events call the skill {0})",
        laptop.event_skill
    ));
    let client_secret = laptop.client_secret.as_deref().unwrap_or("$KAKAO_CLIENT_SECRET");
    out(&format!("시크릿      client secret  {client_secret}"));
    let admin_key = laptop.admin_key.as_deref().unwrap_or("$KAKAO_ADMIN_KEYS");
    out(&format!("어드민 키   admin key      {admin_key}"));
    let work_secret = laptop.work_secret.as_deref().unwrap_or("$WORK_PATH_SECRET");
    out(&format!("카카오워크  Kakao Work     {work_secret}  ({}/room/work)", laptop.url));
    match &options.data {
        Some(data) => out(&format!("데이터      data           {}", shown(data))),
        None => out("데이터      data           메모리 | in memory"),
    }
    out(&format!("테이블      table          {}  ({})", laptop.table_url, laptop.table_name));
    if laptop.seeded > 0 {
        out(&format!("미리 넣음   seeded         {}", laptop.seeded));
    }
    for (route, function) in &laptop.routes {
        out(&format!("함수        function       {route}  →  {function}"));
    }
    out(&format!("채팅방      chat room      {}/", laptop.url));
    match laptop.login_elsewhere.join(", ") {
        elsewhere if elsewhere.is_empty() => out(&format!("로그인      login          {}/kakao", laptop.url)),
        elsewhere => out(&format!(
            "로그인      login          {0}이 정해져 있어 가짜 카카오로 오지 않아요 | {0} set: not to the stand-in",
            elsewhere
        )),
    }
    if !laptop.callbacks {
        out(
            "콜백        callbacks      BOT_API_URL이 정해져 있어 채팅방으로 오지 않아요 | go to BOT_API_URL, not to the room",
        );
    }
}

fn shown(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// What went wrong, and what to do about it.
fn explain(why: &NotStarted) {
    match why {
        NotStarted::PortTaken(option, port) => trouble(
            &format!(
                "{port}번 포트를 다른 프로그램이 쓰고 있어요. 그 프로그램을 끄거나 {option}로 다른 번호를 주세요(0은 빈 포트)."
            ),
            &format!(
                "port {port} is taken by another program. Stop it, or give another {option} (0 picks a free one)."
            ),
        ),
        NotStarted::PortRefused(option, port, error) => trouble(
            &format!("{port}번 포트를 열 수 없어요: {error}. {option}로 다른 번호를 주세요."),
            &format!("port {port} cannot be opened: {error}. Give another {option}."),
        ),
        NotStarted::HostElsewhere(option, host) => trouble(
            &format!("이 컴퓨터의 주소가 아니에요: {host}. {option} 값으로 127.0.0.1이나 0.0.0.0을 주세요."),
            &format!("{host} is not an address of this machine. Give {option} 127.0.0.1 or 0.0.0.0."),
        ),
        NotStarted::DataTaken(data, url) => {
            let data = shown(data);
            let at = url.as_deref().unwrap_or("?");
            trouble(
                &format!(
                    "다른 kakao dev({at})가 이 폴더를 쓰고 있어요: {data}. 그것을 끄거나 --data로 다른 폴더를 주세요."
                ),
                &format!("another kakao dev uses {data} ({at}). Stop it, or give another --data."),
            );
        }
        NotStarted::Data(data, error) => {
            let data = shown(data);
            trouble(
                &format!("{data} 폴더를 쓸 수 없어요: {error}. --data로 다른 폴더를 주세요."),
                &format!("the folder {data} cannot be used: {error}. Give another --data."),
            );
        }
        NotStarted::Broken(file) => {
            let file = shown(file);
            trouble(
                &format!(
                    "테이블 파일이 깨졌거나 테이블이 아니에요: {file}. 파일을 옮기거나 지우면 빈 테이블로 시작해요."
                ),
                &format!(
                    "the table's file is broken, or is no table: {file}. Move or delete it to start with an empty one."
                ),
            );
        }
        NotStarted::Table(Some(file), error) => {
            let file = shown(file);
            trouble(
                &format!("테이블 파일을 열 수 없어요: {file} ({error}). 파일을 옮기거나 지우면 빈 테이블로 시작해요."),
                &format!(
                    "the table's file cannot be opened: {file} ({error}). Move or delete it to start with an empty one."
                ),
            );
        }
        NotStarted::Table(None, error) => {
            trouble("테이블을 만들 수 없어요.", &format!("the table cannot be made: {error}"));
        }
        NotStarted::Seed(file, error) => {
            let file = shown(file);
            trouble(&format!("항목을 넣을 수 없어요: {file} ({error})"), &format!("{file} cannot be put: {error}"));
        }
        NotStarted::Other(error) => trouble("시작하지 못했어요.", &format!("could not start: {error}")),
    }
}

/// Opens the browser, if the system knows how.
fn browse(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened = Command::new(opener).arg(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if opened.is_err() {
        trouble(
            &format!("브라우저를 열지 못했어요. {url} 을 직접 열어 주세요."),
            &format!("could not open a browser: open {url}"),
        );
    }
}

/// Ctrl-C, or a polite `kill`.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
