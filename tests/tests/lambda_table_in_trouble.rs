//! F11, F22 with the real process: whatever the table does, the function starts, and the person has an answer within four seconds
//! of the gateway's receiving the request, also after a slow cold start.

mod lambda_support;

use std::time::Duration;

use lambda_support::front::Front;
use lambda_support::{P1, TIMEOUT, answer, env, event, is_apology, now, reply, seeded_table};
use serde_json::Value;
use tests::faults::wire::{Told, Wire};
use tests::faults::{ALWAYS, ANY, Fault, Faults};
use tests::runtime_api::Bootstrap;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How old a request is when the function sees it: warm, and after the longest cold start believed.
const AGES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(2_500), Duration::from_millis(2_950)];

async fn start(function: &str, table_url: &str) -> Bootstrap {
    let bootstrap = Bootstrap::start(function, TIMEOUT, &env(table_url)).await;
    bootstrap.ready().await.expect("a table in trouble is no reason not to start");
    bootstrap
}

/// Asks with a request that the gateway received `ago` and returns the answer, which must have left in time.
async fn ask(skill: &Bootstrap, ago: Duration) -> Value {
    let received = now() - ago.as_millis() as u64;
    let answer = answer(skill.invoke(&event("skill", "choose", ago)).await);
    let took = Duration::from_millis(now() - received);
    assert!(took <= P1, "{took:?} after a cold start of {ago:?}: {:?}", skill.log().await);
    answer
}

async fn apologises_in_time(skill: &Bootstrap) {
    for ago in AGES {
        let answer = ask(skill, ago).await;
        assert!(is_apology(&answer), "{answer}");
    }
}

#[tokio::test]
async fn f11_a_table_that_never_answers() {
    let silent = Wire::listen(|_| async { Told::Never });
    let skill = start("skill", &silent.url()).await;
    apologises_in_time(&skill).await;
    assert!(silent.connections() > 1, "the table was asked again");
}

#[tokio::test]
async fn f11_a_table_that_refuses_connections() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    let skill = start("skill", &format!("http://{closed}")).await;
    apologises_in_time(&skill).await;
}

#[tokio::test]
async fn f11_a_table_to_which_packets_get_lost() {
    // A listener whose queue is full: the kernel drops further requests to connect, as a black hole does.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let listener = socket.listen(1).expect("a listener");
    let hole = listener.local_addr().expect("an address");
    let mut queued = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(hole)).await {
        queued.push(stream);
        assert!(queued.len() < 64, "the queue never fills: this test shows nothing");
    }
    let skill = start("skill", &format!("http://{hole}")).await;
    apologises_in_time(&skill).await;
}

#[tokio::test]
async fn f11_a_table_that_is_slow_at_everything() {
    let table = seeded_table();
    let faults = Faults::before(&table);
    let skill = start("skill", &faults.url()).await;
    for delay in [50, 300, 1_000] {
        faults.clear();
        faults.on(ANY, ALWAYS, Fault::Slow(Duration::from_millis(delay)));
        for ago in AGES {
            let answer = ask(&skill, ago).await;
            assert_eq!(answer["statusCode"], 200, "{answer}");
            // 50 ms is ordinary weather.
            assert!(delay != 50 || ago != AGES[0] || answer == reply("skill", "choose"), "{answer}");
        }
    }
    assert!(faults.injected() > 0);
}

#[tokio::test]
async fn f11_a_table_that_comes_back_is_used_by_the_very_next_turn() {
    let table = seeded_table();
    let faults = Faults::before(&table);
    for fault in
        [Fault::Never, Fault::CutBefore, Fault::Error("InternalServerError"), Fault::Error("ThrottlingException")]
    {
        faults.clear();
        faults.on(ANY, ALWAYS, fault);
        let skill = start("skill", &faults.url()).await;
        assert!(is_apology(&ask(&skill, Duration::ZERO).await), "{fault:?}");
        faults.clear();
        assert_eq!(ask(&skill, Duration::ZERO).await, reply("skill", "choose"), "{fault:?}");
    }
}

#[tokio::test]
async fn f22_a_slow_cold_start_with_a_good_table_gets_the_real_answer() {
    let table = seeded_table();
    let front = Front::plain(&table.url());
    let skill = start("skill", &front.url()).await;
    for ago in AGES {
        assert_eq!(ask(&skill, ago).await, reply("skill", "choose"), "{ago:?}");
    }
    // A clock that is ahead or absurd neither starves the turn nor gives it more than it has.
    let mut wrong: Value = serde_json::from_str(&event("skill", "choose", Duration::ZERO)).expect("JSON");
    for time in [Value::from(0), Value::from(now() + 3_600_000), Value::from(u64::MAX), Value::Null] {
        wrong["requestContext"]["timeEpoch"] = time.clone();
        assert_eq!(answer(skill.invoke(&wrong.to_string()).await), reply("skill", "choose"), "{time}");
    }
}

#[tokio::test]
async fn f11_the_outbox_starts_without_its_table_and_reports_what_it_could_not_do() {
    let silent = Wire::listen(|_| async { Told::Never });
    let outbox = start("outbox", &silent.url()).await;
    let event = tests::table::stream_event(["OUT#0123456789abcdef0123456789abcdef"]);
    let told = answer(outbox.invoke(&event).await);
    assert_eq!(told["batchItemFailures"], serde_json::json!([{ "itemIdentifier": "1" }]), "{told}");
}
