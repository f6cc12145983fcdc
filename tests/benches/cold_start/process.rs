//! One process at a time: its instructions, its CPU time, its memory.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::errand::Subject;
use crate::lambda_support;

/// Instructions from the start of the process until it has answered so many events and asked for the next.
///
/// A clock does not slow down with the processor: under callgrind a try of the store's may run out of time, and is then made again
/// or given up. The smallest count of three good runs has the fewest of those.
pub(crate) async fn instructions(subject: &Subject<'_>, events: usize) -> u64 {
    let (mut counts, mut bad) = (Vec::new(), Vec::new());
    while counts.len() < 3 {
        match count_once(subject, events).await {
            Ok(count) => counts.push(count),
            Err(why) => bad.push(why),
        }
        assert!(bad.len() < 6, "{bad:#?}");
    }
    counts.into_iter().min().unwrap_or_default()
}

async fn count_once(subject: &Subject<'_>, events: usize) -> Result<u64, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let wrapper = folder.path().join("bootstrap");
    let script = format!(
        "#!/bin/sh\nexec {} --tool=callgrind --callgrind-out-file=/dev/null {}\n",
        lambda_support::valgrind("NOTHING WAS MEASURED").expect("valgrind").display(),
        subject.binary.display()
    );
    std::fs::write(&wrapper, script).expect("a writable file");
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).expect("an executable file");

    let bootstrap = subject.bootstrap(&wrapper).await;
    for number in 0..events {
        subject.invoke(&bootstrap, number).await?;
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
pub(crate) async fn per_event(subject: &Subject<'_>) -> u64 {
    let (one, eleven) = (instructions(subject, 1).await, instructions(subject, 11).await);
    eleven.saturating_sub(one) / 10
}

/// What the kernel says about a process.
#[derive(Clone, Copy, Default)]
pub(crate) struct Cost {
    /// CPU milliseconds until the first question for an event.
    pub(crate) init: f64,
    /// CPU milliseconds until the first answer.
    pub(crate) first: f64,
    /// CPU microseconds of one event more.
    pub(crate) warm: f64,
    /// Most memory ever held, in MiB.
    pub(crate) rss: f64,
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

async fn cost_once(subject: &Subject<'_>) -> Cost {
    const WARM: usize = 20;
    let bootstrap = subject.bootstrap(&subject.binary).await;
    let pid = bootstrap.pid().await;
    let init = settled_cpu_ms(pid).await;
    subject.invoke(&bootstrap, 0).await.expect("an answer");
    let first = settled_cpu_ms(pid).await;
    for number in 1..=WARM {
        subject.invoke(&bootstrap, number).await.expect("an answer");
    }
    let warm = (settled_cpu_ms(pid).await - first) * 1_000.0 / WARM as f64;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    let rss = peak.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0;
    Cost { init, first, warm, rss }
}

pub(crate) async fn cost(subject: &Subject<'_>) -> Cost {
    let runs = if std::env::var("COLD_START").as_deref() == Ok("quick") { 3 } else { 15 };
    let mut all = Vec::new();
    for _ in 0..runs {
        all.push(cost_once(subject).await);
    }
    let median = |of: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { init: median(|c| c.init), first: median(|c| c.first), warm: median(|c| c.warm), rss: median(|c| c.rss) }
}

pub(crate) fn mib(path: &Path) -> f64 {
    std::fs::metadata(path).expect("a file").len() as f64 / 1_048_576.0
}

/// Of the archive that is uploaded, in MiB.
pub(crate) fn zipped(binary: &Path) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("function.zip");
    let zip = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&archive).arg(binary).status();
    assert!(zip.expect("python3 runs").success());
    mib(&archive)
}

pub(crate) fn million(count: u64) -> String {
    format!("{:.2} M", count as f64 / 1e6)
}
