//! F34: after an answer Lambda freezes the process; the world goes on, and its connections die. The first turn after the thaw
//! succeeds all the same.

mod lambda_support;

use std::process::Command;
use std::time::{Duration, Instant};

use lambda_support::front::Front;
use lambda_support::{P1, TIMEOUT, answer, env, event, freezes, reply, seeded_table};
use tests::runtime_api::Bootstrap;

async fn signal(function: &Bootstrap, signal: &str) {
    let pid = function.pid().await.to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
}

/// The state letter of the process: `T` when it is stopped.
async fn state(function: &Bootstrap) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", function.pid().await)).expect("a running process");
    stat.rsplit(") ").next().and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned()
}

async fn thaws_well(what_happens: impl Fn(&Front)) {
    let table = seeded_table();
    let front = Front::plain(&table.url());
    let url = front.url();
    let skill = Bootstrap::start("skill", TIMEOUT, &env(&url)).await;
    skill.ready().await.expect("it starts");
    for (round, frozen) in freezes().into_iter().enumerate() {
        let opened = front.opened();
        signal(&skill, "-STOP").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(state(&skill).await, "T", "it is not frozen: this test shows nothing");
        what_happens(&front);
        tokio::time::sleep(frozen).await;
        signal(&skill, "-CONT").await;

        let asked = Instant::now();
        let answer = answer(skill.invoke(&event("skill", "choose", Duration::ZERO)).await);
        assert_eq!(answer, reply("skill", "choose"), "round {round}: {:?}", skill.log().await);
        assert!(asked.elapsed() < P1, "round {round}: {:?}", asked.elapsed());
        assert!(front.opened() > opened, "round {round}: the old connection still carried: this test shows nothing");
    }
}

#[tokio::test]
async fn f34_connections_closed_meanwhile() {
    thaws_well(Front::cut).await;
}

#[tokio::test]
async fn f34_connections_forgotten_meanwhile() {
    // No packet says so: the network in between just drops what comes.
    thaws_well(Front::silence).await;
}
