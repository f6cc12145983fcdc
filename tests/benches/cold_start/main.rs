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

mod errand;
#[path = "../../tests/lambda_support/mod.rs"]
mod lambda_support;
mod process;

use std::process::ExitCode;

use errand::{Errand, Place, Subject};
use lambda_runtime::{LambdaEvent, service_fn};
use process::{cost, instructions, mib, million, per_event, zipped};
use serde_json::Value;
use serde_json::value::RawValue;
use shared::bot::{Desk, Oops, Reply, Skills, Turn};
use shared::kakao::skill::SkillResponse;

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

/// Of each function the errand that says what a start costs, and whether it has a table.
const STARTS: [(Errand, bool); 11] = [
    (Errand::Written("skill", "choose"), true),
    (Errand::Written("skill-check", "phone-accepted"), false),
    (Errand::SignUp, true),
    (Errand::Form, true),
    (Errand::Written("sync-failure", "refused"), true),
    (Errand::Added, true),
    (Errand::Unlinked, true),
    (Errand::AccountEvent, true),
    (Errand::Modal, true),
    (Errand::Submission, true),
    (Errand::Sweep, true),
];

/// What a warm function is asked besides.
const WARM: [(Errand, bool); 5] = [
    (Errand::Written("skill", "help"), true),
    (Errand::Written("skill", "tour-card-8-carousel"), true),
    (Errand::Written("skill", "tour-snack-1-ask"), true),
    (Errand::Written("skill", "vote-1-cast"), true),
    (Errand::Written("skill", "vote-4-result-tied"), true),
];

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
    for (errand, has_table) in STARTS {
        let places: &[&Place] = if has_table { &[&plain, &tls] } else { &[&plain] };
        for place in places {
            let subject = Subject::at(errand, place).await;
            let init = instructions(&subject, 0).await;
            let cost = cost(&subject).await;
            let function = errand.function();
            println!(
                "| {function} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {:.0} | {:.1} |",
                if has_table { place.name } else { "none" },
                mib(&subject.binary),
                zipped(&subject.binary),
                million(init),
                cost.init,
                cost.first,
                cost.warm,
                cost.rss
            );
            if place.name == plain.name && init > INIT {
                over.push(format!("{function}: {} before the first event, budget {}", million(init), million(INIT)));
            }
        }
    }

    println!("\n| one warm event | instructions, table over http | over TLS | CPU us, over http |");
    println!("|---|---|---|---|");
    for (errand, has_table) in WARM.into_iter().chain(STARTS) {
        let subject = Subject::at(errand, &plain).await;
        let http = per_event(&subject).await;
        let warm = cost(&subject).await.warm;
        let https = match has_table {
            true => million(per_event(&Subject::at(errand, &tls).await).await),
            false => "-".to_owned(),
        };
        println!("| {}/{} | {} | {https} | {warm:.0} |", errand.function(), errand.name(), million(http));
    }

    let bare = per_event(&Subject::role("bare", &plain)).await;
    let page = per_event(&Subject::role("page", &plain)).await;
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
