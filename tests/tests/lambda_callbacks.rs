//! F34, F35 for what Kakao calls by itself: the built functions are frozen, their connections die, and they are told to end.

mod lambda_support;

use std::process::Command;
use std::time::{Duration, Instant};

use lambda_support::front::Front;
use lambda_support::{answer, event, now, reply};
use serde_json::Value;
use tests::runtime_api::Bootstrap;
use tests::table::{TABLE, Table, text};

/// As in `template.yaml`.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Promise P2.
const P2: Duration = Duration::from_millis(2_500);

/// What `events/` takes the app and its key for.
fn env(table_url: &str) -> Vec<(&str, &str)> {
    vec![
        ("TABLE_NAME", TABLE),
        ("AWS_ENDPOINT_URL_DYNAMODB", table_url),
        ("KAKAO_APP_ID", "1234567"),
        ("KAKAO_ADMIN_KEYS", "local-admin-key"),
    ]
}

async fn signal(function: &Bootstrap, signal: &str) {
    let pid = function.pid().await.to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
}

/// An event of `events/`, received now.
fn told(function: &str, name: &str) -> String {
    let mut event: Value = serde_json::from_str(&event(function, name, Duration::ZERO)).expect("JSON");
    event["requestContext"]["timeEpoch"] = now().into();
    event.to_string()
}

async fn thaws_well(what_happens: impl Fn(&Front)) {
    for (function, names) in [
        ("channel-callback", ["added", "added-base64", "blocked"]),
        ("unlink-callback", ["get", "post-form", "post-json"]),
    ] {
        let table = Table::start();
        let front = Front::plain(&table.url());
        let url = front.url();
        let callback = Bootstrap::start(function, TIMEOUT, &env(&url)).await;
        callback.ready().await.expect("it starts");
        for name in names {
            let opened = front.opened();
            signal(&callback, "-STOP").await;
            what_happens(&front);
            tokio::time::sleep(Duration::from_secs(1)).await;
            signal(&callback, "-CONT").await;
            let asked = Instant::now();
            let answer = answer(callback.invoke(&told(function, name)).await);
            assert_eq!(answer, reply(function, name), "{name}: {:?}", callback.log().await);
            assert!(asked.elapsed() < P2, "{name}: {:?}", asked.elapsed());
            assert!(front.opened() > opened, "{name}: the old connection still carried: this test shows nothing");
        }
        assert!(!table.items().is_empty(), "{function}: 200 says that it is stored");
    }
}

#[tokio::test]
async fn f34_connections_closed_meanwhile() {
    thaws_well(Front::cut).await;
}

#[tokio::test]
async fn f34_connections_forgotten_meanwhile() {
    thaws_well(Front::silence).await;
}

#[tokio::test]
async fn f35_whoever_is_told_to_end_has_said_what_was_done_and_leaves_nothing_half_done() {
    let table = Table::start();
    let front = Front::plain(&table.url());
    let url = front.url();
    let callback = Bootstrap::start("channel-callback", TIMEOUT, &env(&url)).await;
    callback.ready().await.expect("it starts");
    assert_eq!(answer(callback.invoke(&told("channel-callback", "added")).await)["statusCode"], 200);
    front.silence();
    let blocked = told("channel-callback", "blocked");
    // Whoever waits for it waits in vain: the process is gone.
    tokio::select! {
        _ = callback.invoke(&blocked) => panic!("the table is silent"),
        () = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            signal(&callback, "-TERM").await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        } => {}
    }
    let log = format!("{:?}", callback.log().await);
    assert!(log.contains("channel.callback") && log.contains("added"), "what was answered is in the log: {log}");
    let before = table.items();
    assert!(before.len() == 1 && text(&before[0], "rel") == "added", "{before:?}");

    let next = Bootstrap::start("channel-callback", TIMEOUT, &env(&url)).await;
    next.ready().await.expect("it starts");
    assert_eq!(answer(next.invoke(&told("channel-callback", "blocked")).await)["statusCode"], 200);
    let after = table.items();
    assert!(after.len() == 1 && text(&after[0], "rel") == "blocked", "{after:?}");
}
