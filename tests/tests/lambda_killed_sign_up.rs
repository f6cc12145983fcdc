//! F04 with real processes: the built `sync-redirect` is killed (SIGKILL) in the middle of a sign-up, at each request to the table, before
//! and after it is applied, and while it waits for Kakao at each call. Somebody comes again or nobody does, the built outbox sweeps and
//! reconciles, and then nothing is lost, nothing is doubled, and member and linked are the same. What Kakao has done by then shows at the
//! next request to the table, and at every point of `sign_up_crashes`.

mod killed_support;

use std::time::Duration;

use serde_json::json;
use shared::clock::Clock;
use simulator::login::{Endpoint, Fault};
use tests::faults::ANY;
use tests::table::SWEEP;

use killed_support::{CONTINUE, Point, World, die, partition};

/// How many requests to the table a sign-up makes after the start; and that it goes well.
async fn requests() -> u64 {
    let world = World::new().await;
    let redirect = world.redirect().await;
    world.faults.reset_counts();
    let answer = world.asks(&redirect, &world.consents("ga"), "well").await;
    assert_eq!((&answer["statusCode"], &answer["headers"]["location"]), (&json!(302), &json!(CONTINUE)));
    world.faults.count(ANY)
}

async fn dies(point: Point, again: bool) -> Vec<String> {
    let world = World::new().await;
    let redirect = world.redirect().await;
    let query = world.consents("ga");
    if let Err(answer) = world.kills(&redirect, point, world.asks(&redirect, &query, "first")).await {
        return vec![format!("nobody died: {answer}")];
    }
    if again {
        let redirect = world.redirect().await;
        let early = world.asks(&redirect, &query, "reload").await;
        world.pass_an_hour();
        let late = world.asks(&redirect, &query, "reload-later").await;
        for answer in [early, late] {
            if answer["statusCode"] != 200 && answer["statusCode"] != 302 {
                return vec![format!("the browser got {answer}")];
            }
        }
    }
    let outbox = world.outbox().await;
    world.clean_up(&outbox).await;
    let mut wrong = world.wrong(&["ga"]);
    let log = outbox.log().await;
    let welcomes = log.iter().filter(|line| line.contains("\"sign-up.welcome\"")).count();
    if welcomes != usize::from(world.is_member("ga")) {
        wrong.push(format!("welcomed {welcomes} times"));
    }
    wrong
}

#[tokio::test]
async fn f04_the_process_is_killed_at_each_moment_of_a_sign_up() {
    let table = (0..requests().await).flat_map(|at| [Point::Table(ANY, at, false), Point::Table(ANY, at, true)]);
    let kakao = [Endpoint::Token, Endpoint::Me, Endpoint::ServiceTerms, Endpoint::AccessTokenInfo];
    let points = table.chain(kakao.map(|at| Point::Kakao(at, 0)));
    let runs: Vec<(Point, bool)> = points.flat_map(|point| [(point, false), (point, true)]).collect();
    assert!(runs.len() >= 20, "only {} deaths: a sign-up has become shorter than it was", runs.len());
    die(runs, async |(point, again)| dies(*point, *again).await).await;
}

#[tokio::test]
async fn p7_an_erasure_that_is_an_hour_late_says_so() {
    let world = World::new().await;
    let outbox = world.outbox().await;
    world.kakao.plan(Endpoint::Me, Fault::Status(503), None);
    for (minutes, late) in [(30, false), (61, true)] {
        let since = Clock::System.now().minus(Duration::from_secs(minutes * 60)).0;
        world.table.put(&json!({
            "PK": { "S": partition("ga") }, "SK": { "S": "JOB#UNLINK" }, "t": { "S": "JOB" }, "v": { "N": "1" }, "first": { "S": "a" },
            "seq": { "N": "1" }, "tries": { "N": "6" }, "ca": { "N": since.to_string() },
            "DPK": { "S": "DUE#0" }, "DSK": { "S": "0000000000001#1376016924426879191" }
        }));
        outbox.invoke(SWEEP).await;
        let said = outbox.log().await.iter().any(|line| line.contains("\"erasure.late\""));
        assert_eq!(said, late, "{minutes} minutes");
    }
}
