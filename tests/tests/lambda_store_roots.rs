//! The table's certificate. A function carries only Amazon's five roots; should the table ever show a certificate of another
//! authority, it believes the system's. Either way the handshake is over before the first event is asked for.

mod lambda_support;

use std::time::{Duration, Instant};

use lambda_support::front::{Authority, Front};
use lambda_support::{P1, TIMEOUT, answer, env, event, is_apology, reply, seeded_table};
use tests::runtime_api::Bootstrap;

const NOW: Duration = Duration::ZERO;

async fn start(function: &str, front: &Front, known: &Authority) -> Bootstrap {
    let (url, file) = (front.url(), known.file());
    let file = file.to_string_lossy();
    let mut env = env(&url);
    env.push(("SSL_CERT_FILE", &file));
    let bootstrap = Bootstrap::start(function, TIMEOUT, &env).await;
    bootstrap.ready().await.expect("a certificate is no reason not to start");
    bootstrap
}

#[tokio::test]
async fn an_authority_of_the_system_is_believed_before_the_first_event() {
    let (table, authority) = (seeded_table(), Authority::new());
    let front = Front::tls(&table.url(), authority.server("127.0.0.1"));
    let skill = start("skill", &front, &authority).await;
    assert_eq!(front.opened(), 1, "the handshake is over before the first event: {:?}", skill.log().await);
    for _ in 0..3 {
        let answer = answer(skill.invoke(&event("skill", "choose", NOW)).await);
        assert_eq!(answer, reply("skill", "choose"), "{:?}", skill.log().await);
    }
    assert_eq!(front.opened(), 1, "and the connection is kept");
}

#[tokio::test]
async fn the_outbox_believes_it_too() {
    let (table, authority) = (seeded_table(), Authority::new());
    let front = Front::tls(&table.url(), authority.server("127.0.0.1"));
    let outbox = start("outbox", &front, &authority).await;
    assert_eq!(front.opened(), 1, "{:?}", outbox.log().await);
    let swept = answer(outbox.invoke(tests::table::SWEEP).await);
    assert_eq!(swept["failed"], 0, "{swept}");
}

#[tokio::test]
async fn an_authority_that_nobody_knows_is_not_believed() {
    let (table, authority, other) = (seeded_table(), Authority::new(), Authority::new());
    let front = Front::tls(&table.url(), authority.server("127.0.0.1"));
    let skill = start("skill", &front, &other).await;
    let asked = Instant::now();
    let answer = answer(skill.invoke(&event("skill", "choose", NOW)).await);
    assert!(is_apology(&answer), "{answer}");
    assert!(asked.elapsed() < P1);
    assert!(
        front.accepted() >= 2 && front.opened() == 0,
        "tried {} times, opened {}",
        front.accepted(),
        front.opened()
    );
}

#[tokio::test]
async fn a_certificate_of_another_host_is_not_believed() {
    let (table, authority) = (seeded_table(), Authority::new());
    let front = Front::tls(&table.url(), authority.server("dynamodb.example.com"));
    let skill = start("skill", &front, &authority).await;
    let answer = answer(skill.invoke(&event("skill", "choose", NOW)).await);
    assert!(is_apology(&answer), "{answer}");
    assert!(
        front.accepted() >= 2 && front.opened() == 0,
        "tried {} times, opened {}",
        front.accepted(),
        front.opened()
    );
}

#[tokio::test]
async fn an_authority_of_the_system_is_believed_also_if_the_table_was_out_of_reach_at_the_start() {
    let (table, authority) = (seeded_table(), Authority::new());
    let front = Front::tls(&table.url(), authority.server("127.0.0.1"));
    front.set_deaf(true);
    let skill = start("skill", &front, &authority).await;
    front.set_deaf(false);
    // The first turn may find out; the second must know.
    let _ = skill.invoke(&event("skill", "choose", NOW)).await;
    let answer = answer(skill.invoke(&event("skill", "choose", NOW)).await);
    assert_eq!(answer, reply("skill", "choose"), "{:?}", skill.log().await);
}
