//! What a cold start and a turn cost, measured on the binaries that `make build` left.
//!
//! Instructions are counted by `valgrind --tool=callgrind` and hardly vary; CPU time is the kernel's own account of the process.
//! No wall-clock time is claimed: it says more about the machine's other work than about ours. Prints the tables of
//! `docs/performance.md` and fails if a budget is exceeded.
//!
//! `COLD_START=quick` makes three runs instead of fifteen.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot be made stops, and its result is printed"
)]

#[path = "../tests/lambda_support/mod.rs"]
mod lambda_support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::time::Duration;

use lambda_runtime::{LambdaEvent, service_fn};
use lambda_support::front::{Authority, Front};
use lambda_support::{TIMEOUT, env, event, now, seeded_table};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::bot::{Desk, Oops, Reply, Skills, Turn};
use shared::clock::Clock;
use shared::kakao::skill::SkillResponse;
use simulator::login::{self, Kakao};
use tests::events;
use tests::runtime_api::{Bootstrap, Ended, binary};
use tests::sync::{CONTINUE, REDIRECT_URI, with_continue};
use tests::table::{SWEEP, Table, text};

/// Reading a request and writing its answer, over what the bare runtime does: the most it may cost.
const PARSE_AND_ANSWER: u64 = 1_200_000;

/// From the start of the process to its first question for an event, the table in clear text: the most it may cost.
const INIT: u64 = 3_500_000;

/// How a copy of this program learns that it is a Lambda function, and which.
const ROLE: &str = "COLD_START_ROLE";

fn main() -> ExitCode {
    match std::env::var(ROLE).as_deref() {
        Ok("bare") => bare(),
        Ok("page") => shared::lambda::serve::<skill::Skill, _>(Forgetful).expect("the runtime api"),
        _ => return tokio::runtime::Runtime::new().expect("a runtime").block_on(measure()),
    }
    ExitCode::SUCCESS
}

/// The runtime and nothing else: the floor.
fn bare() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = service_fn(async |_: LambdaEvent<Box<RawValue>>| Ok::<_, lambda_runtime::Error>(Value::Null));
    runtime.block_on(lambda_runtime::run(answer)).expect("the runtime api");
}

/// A bot without memory: a turn is reading the request and writing the answer.
struct Forgetful;

impl Skills for Forgetful {
    type Talk = ();
    type Job = ();

    async fn reply(&self, turn: &Turn<'_, ()>) -> Result<Reply<(), ()>, Oops> {
        Ok(Reply::text(format!("{} 라고 하셨어요.", turn.utterance())))
    }

    async fn work(&self, (): (), _: &Desk<'_>) -> Result<SkillResponse, Oops> {
        Ok(SkillResponse::text(""))
    }
}

/// Somebody who signs up again and again: each time they were never here before.
#[derive(Clone)]
struct Newcomer {
    kakao: Kakao,
    table: Rc<Table>,
}

impl Newcomer {
    async fn before(table: &Rc<Table>) -> Self {
        let app = login::App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..login::App::default() };
        let kakao = Kakao::start(app, Clock::System).await.expect("a free port");
        Self { kakao, table: Rc::clone(table) }
    }

    /// What `sync-redirect` is to know.
    fn env(&self) -> Vec<(String, String)> {
        let (kauth, kapi) = (self.kakao.kauth_url(), self.kakao.kapi_url());
        owned(&[
            ("KAUTH_URL", &kauth),
            ("KAPI_URL", &kapi),
            ("KAKAO_REST_API_KEY", login::LOCAL_REST_API_KEY),
            ("KAKAO_CLIENT_SECRET", login::LOCAL_CLIENT_SECRET),
            ("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY),
            ("TOKEN_SIGNING_KEY", "local-token-signing-key"),
            ("SYNC_REDIRECT_URI", REDIRECT_URI),
        ])
    }

    /// Forgets the person, who then agrees on the consent screen: the browser comes with this query.
    fn query(&self) -> String {
        self.kakao.unlink("ga");
        for item in self.table.items_under("U#app#") {
            self.table.remove(text(&item, "PK"), text(&item, "SK"));
        }
        with_continue(&self.kakao.code("ga", REDIRECT_URI), CONTINUE)
    }
}

/// A function to be measured: its binary, the environment that makes it what it is, and who calls it if not a written event.
#[derive(Clone)]
struct Subject {
    name: &'static str,
    binary: PathBuf,
    env: Vec<(String, String)>,
    newcomer: Option<Newcomer>,
}

impl Subject {
    fn deployed(name: &'static str) -> Self {
        Self { name, binary: binary(name), env: Vec::new(), newcomer: None }
    }

    fn role(role: &'static str) -> Self {
        let binary = std::env::current_exe().expect("this program");
        Self { name: "skill", binary, env: vec![(ROLE.to_owned(), role.to_owned())], newcomer: None }
    }

    fn at(mut self, place: &Place) -> Self {
        self.env.extend(place.env.iter().cloned());
        if self.name == "sync-redirect" {
            self.env.extend(place.newcomer.env());
            self.newcomer = Some(place.newcomer.clone());
        }
        self
    }

    async fn start(&self, binary: &Path) -> Bootstrap {
        let env: Vec<(&str, &str)> = self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let bootstrap = Bootstrap::start_binary(binary, self.name, TIMEOUT, &env).await;
        bootstrap.ready().await.expect("it starts");
        bootstrap
    }
}

/// Where the table is.
struct Place {
    name: &'static str,
    env: Vec<(String, String)>,
    newcomer: Newcomer,
    _front: Option<(Front, Authority)>,
}

impl Place {
    async fn plain() -> Self {
        let table = Rc::new(seeded_table());
        Self { name: "http", env: owned(&env(&table.url())), newcomer: Newcomer::before(&table).await, _front: None }
    }

    /// Behind TLS 1.3 with a certificate of an authority that only the system knows, so a start includes one refused handshake and
    /// the reading of the system's roots: more than it ever costs in AWS, where the five built-in roots do.
    async fn tls() -> Self {
        let (table, authority) = (Rc::new(seeded_table()), Authority::new());
        let front = Front::tls(&table.url(), authority.server("127.0.0.1"));
        let (url, file) = (front.url(), authority.file());
        let mut env = env(&url);
        let file = file.to_string_lossy().into_owned();
        env.push(("SSL_CERT_FILE", &file));
        let newcomer = Newcomer::before(&table).await;
        Self { name: "TLS, fallback", env: owned(&env), newcomer, _front: Some((front, authority)) }
    }
}

fn owned(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An event as the gateway would send it now, with an id that was not there before: a repeated request would be recognised.
fn fresh(subject: &Subject, name: &str, number: usize) -> String {
    if subject.name == "outbox" {
        return SWEEP.to_owned();
    }
    let written = if subject.newcomer.is_some() { "code-missing" } else { name };
    let mut event: Value = serde_json::from_str(&event(subject.name, written, Duration::ZERO)).expect("JSON");
    if let Some(newcomer) = &subject.newcomer {
        event["rawQueryString"] = newcomer.query().into();
    }
    event["requestContext"]["requestId"] = format!("bench-{}-{number}=", now()).into();
    event.to_string()
}

/// Gives the function one event. `Err` if it could not answer it as a healthy function with a healthy table does.
async fn invoke(bootstrap: &Bootstrap, subject: &Subject, name: &str, number: usize) -> Result<(), String> {
    let function = subject.name;
    match bootstrap.invoke(&fresh(subject, name, number)).await {
        Ended::Answer(answer) => {
            let plain = events::plain(answer.clone());
            let lost = subject.newcomer.is_some() && plain["headers"]["location"] != json!(CONTINUE);
            let unwell = lambda_support::is_apology(&plain) || answer["statusCode"] == 401 || lost;
            if unwell { Err(format!("{function}/{name}: {answer} {:?}", bootstrap.log().await)) } else { Ok(()) }
        }
        Ended::Error(error) => Err(format!("{function}/{name}: {error}")),
    }
}

/// Instructions from the start of the process until it has answered so many events and asked for the next.
///
/// A clock does not slow down with the processor: under callgrind a try of the store's may run out of time, and is then made again
/// or given up. The smallest count of three good runs has the fewest of those.
async fn instructions(subject: &Subject, name: &str, events: usize) -> u64 {
    let (mut counts, mut bad) = (Vec::new(), Vec::new());
    while counts.len() < 3 {
        match count_once(subject, name, events).await {
            Ok(count) => counts.push(count),
            Err(why) => bad.push(why),
        }
        assert!(bad.len() < 6, "{bad:#?}");
    }
    counts.into_iter().min().unwrap_or_default()
}

async fn count_once(subject: &Subject, name: &str, events: usize) -> Result<u64, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let wrapper = folder.path().join("bootstrap");
    let script = format!(
        "#!/bin/sh\nexec {} --tool=callgrind --callgrind-out-file=/dev/null {}\n",
        lambda_support::valgrind("NOTHING WAS MEASURED").expect("valgrind").display(),
        subject.binary.display()
    );
    std::fs::write(&wrapper, script).expect("a writable file");
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).expect("an executable file");

    let bootstrap = subject.start(&wrapper).await;
    for number in 0..events {
        invoke(&bootstrap, subject, name, number).await?;
    }
    // The answer has arrived; the question for the next event follows at once.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let pid = bootstrap.pid().await.to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    for _ in 0..200 {
        let log = bootstrap.log().await;
        if let Some(trouble) = log.iter().find(|line| line.contains("\"level\":\"ERROR\"")) {
            return Err(trouble.clone());
        }
        if let Some(count) = log.iter().find_map(|line| line.split("Collected :").nth(1)) {
            return Ok(count.trim().parse().expect("a number"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(format!("callgrind said nothing: {:?}", bootstrap.log().await))
}

/// Instructions of one event more.
async fn per_event(subject: &Subject, name: &str) -> u64 {
    let (one, eleven) = (instructions(subject, name, 1).await, instructions(subject, name, 11).await);
    eleven.saturating_sub(one) / 10
}

/// What the kernel says about a process.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// CPU milliseconds until the first question for an event.
    init: f64,
    /// CPU milliseconds until the first answer.
    first: f64,
    /// CPU microseconds of one event more.
    warm: f64,
    /// Most memory ever held, in MiB.
    rss: f64,
}

/// CPU time of all threads so far, in milliseconds.
fn cpu_ms(pid: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("a running process");
    let spent = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    spent.sum::<f64>() / 1e6
}

async fn settled_cpu_ms(pid: u32) -> f64 {
    tokio::time::sleep(Duration::from_millis(20)).await;
    cpu_ms(pid)
}

async fn cost_once(subject: &Subject, name: &str) -> Cost {
    const WARM: usize = 20;
    let bootstrap = subject.start(&subject.binary).await;
    let pid = bootstrap.pid().await;
    let init = settled_cpu_ms(pid).await;
    invoke(&bootstrap, subject, name, 0).await.expect("an answer");
    let first = settled_cpu_ms(pid).await;
    for number in 1..=WARM {
        invoke(&bootstrap, subject, name, number).await.expect("an answer");
    }
    let warm = (settled_cpu_ms(pid).await - first) * 1_000.0 / WARM as f64;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    let rss = peak.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0;
    Cost { init, first, warm, rss }
}

async fn cost(subject: &Subject, name: &str) -> Cost {
    let runs = if std::env::var("COLD_START").as_deref() == Ok("quick") { 3 } else { 15 };
    let mut all = Vec::new();
    for _ in 0..runs {
        all.push(cost_once(subject, name).await);
    }
    let median = |of: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { init: median(|c| c.init), first: median(|c| c.first), warm: median(|c| c.warm), rss: median(|c| c.rss) }
}

fn mib(path: &Path) -> f64 {
    std::fs::metadata(path).expect("a file").len() as f64 / 1_048_576.0
}

/// Of the archive that is uploaded, in MiB.
fn zipped(binary: &Path) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("function.zip");
    let zip = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&archive).arg(binary).status();
    assert!(zip.expect("python3 runs").success());
    mib(&archive)
}

fn million(count: u64) -> String {
    format!("{:.2} M", count as f64 / 1e6)
}

async fn measure() -> ExitCode {
    if lambda_support::valgrind("NOTHING WAS MEASURED").is_none() {
        return ExitCode::SUCCESS;
    }
    let (plain, tls) = (Place::plain().await, Place::tls().await);
    let mut over = Vec::new();

    println!(
        "\n| function | table | binary MiB | zip MiB | start to ready, instructions | start to ready, CPU ms | start to first answer, CPU ms | warm event, CPU us | RSS MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, event, places) in [
        ("skill", "choose", &[&plain, &tls][..]),
        ("outbox", "sweep", &[&plain, &tls]),
        ("sync-redirect", "sign-up", &[&plain, &tls]),
        ("skill-check", "phone-accepted", &[&plain]), // has no table
    ] {
        for place in places {
            let subject = Subject::deployed(name).at(place);
            let init = instructions(&subject, event, 0).await;
            let cost = cost(&subject, event).await;
            let table = if name == "skill-check" { "none" } else { place.name };
            println!(
                "| {name} | {table} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {:.0} | {:.1} |",
                mib(&subject.binary),
                zipped(&subject.binary),
                million(init),
                cost.init,
                cost.first,
                cost.warm,
                cost.rss
            );
            if place.name == "http" && init > INIT {
                over.push(format!(
                    "{name}: {} instructions before the first event, budget {}",
                    million(init),
                    million(INIT)
                ));
            }
        }
    }

    println!("\n| one warm event | instructions, table over http | over TLS | CPU us, over http |");
    println!("|---|---|---|---|");
    for (function, name) in [
        ("skill", "help"),
        ("skill", "tour-card-8-carousel"),
        ("skill", "tour-snack-1-ask"),
        ("skill", "choose"),
        ("skill", "vote-1-cast"),
        ("skill", "vote-4-result-tied"),
        ("skill-check", "phone-accepted"),
        ("outbox", "sweep"),
        ("sync-redirect", "sign-up"),
    ] {
        let subject = Subject::deployed(function).at(&plain);
        let http = per_event(&subject, name).await;
        let warm = cost(&subject, name).await.warm;
        let https = match function {
            "skill-check" => "-".to_owned(),
            _ => million(per_event(&Subject::deployed(function).at(&tls), name).await),
        };
        println!("| {function}/{name} | {} | {https} | {warm:.0} |", million(http));
    }

    let bare = per_event(&Subject::role("bare"), "help").await;
    let page = per_event(&Subject::role("page").at(&plain), "help").await;
    let ours = page.saturating_sub(bare);
    println!("\n| one event, no table | instructions |");
    println!("|---|---|");
    println!("| the bare runtime (`lambda_runtime`, answers null) | {} |", million(bare));
    println!("| `skill` with a bot without memory | {} |", million(page));
    println!(
        "| so ours: read, verify, parse, ask, check, write, log | **{}** (budget {}) |",
        million(ours),
        million(PARSE_AND_ANSWER)
    );
    if ours == 0 || ours > PARSE_AND_ANSWER {
        over.push(format!("parse and answer: {ours} instructions, budget {PARSE_AND_ANSWER}"));
    }

    for line in &over {
        println!("OVER BUDGET: {line}");
    }
    if over.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
