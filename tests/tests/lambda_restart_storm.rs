//! F36: many cold starts at once, and a parameter store that has a bad day just then.

mod lambda_support;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lambda_support::{P1, SECRET, TIMEOUT, answer, env, event, is_apology, reply, seeded_table};
use serde_json::json;
use tests::faults::wire::{Told, Wire};
use tests::parameters::{Mood, Parameters};
use tests::runtime_api::Bootstrap;
use tokio::net::TcpListener;

const PREFIX: &str = "/kakao/dev";
const NOW: Duration = Duration::ZERO;

async fn start(function: &str, table_url: &str, ssm_url: &str) -> Bootstrap {
    let mut env = env(table_url);
    env.retain(|(name, _)| *name != "SKILL_SECRET");
    env.extend([("SECRETS_PREFIX", PREFIX), ("AWS_ENDPOINT_URL_SSM", ssm_url)]);
    let bootstrap = Bootstrap::start(function, TIMEOUT, &env).await;
    bootstrap.ready().await.expect("a passing error is no reason not to start");
    bootstrap
}

fn with_the_secret() -> Parameters {
    let parameters = Parameters::start();
    parameters.set(&format!("{PREFIX}/SKILL_SECRET"), &json!({ "current": SECRET, "previous": null }).to_string());
    parameters
}

#[tokio::test]
async fn f36_fifty_cold_starts_read_the_secret_once_each() {
    const STARTS: usize = 50;
    let (table, parameters) = (seeded_table(), with_the_secret());
    let (table_url, ssm_url) = (table.url(), parameters.url());
    let functions = join_all((0..STARTS).map(|_| start("skill", &table_url, &ssm_url))).await;
    assert_eq!(parameters.calls(), STARTS as u64, "each reads it before its first event, and once");

    let answers =
        join_all(functions.iter().map(async |skill| skill.invoke(&event("skill", "choose", NOW)).await)).await;
    for (skill, ended) in functions.iter().zip(answers) {
        assert_eq!(answer(ended), reply("skill", "choose"), "{:?}", skill.log().await);
    }
    assert_eq!(parameters.calls(), STARTS as u64, "and nobody reads it again");
}

#[tokio::test]
async fn f36_a_slow_parameter_store_is_waited_for_before_the_first_event() {
    let (table, parameters) = (seeded_table(), with_the_secret());
    let behind = parameters.url();
    // Its answers are real ones, half a second late.
    let slow = Wire::listen(move |asked| {
        let behind = behind.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            forward(&behind, &asked).await
        }
    });
    for function in ["skill", "skill-check"] {
        let before = parameters.calls();
        let started = Instant::now();
        let bootstrap = start(function, &table.url(), &slow.url()).await;
        assert!(started.elapsed() >= Duration::from_millis(500), "{function} did not wait: this test shows nothing");
        assert_eq!(parameters.calls() - before, 1);
        let name = if function == "skill" { "choose" } else { "phone-accepted" };
        let answer = answer(bootstrap.invoke(&event(function, name, NOW)).await);
        assert_eq!(answer, reply(function, name));
        assert_eq!(parameters.calls() - before, 1, "{function}: the first turn did not have to read it");
    }
}

/// One call of the parameter store's protocol, as it came.
async fn forward(to: &str, asked: &tests::faults::wire::Asked) -> Told {
    use http_body_util::{BodyExt, Full};
    use hyper_util::client::legacy::Client;
    let client = Client::builder(hyper_util::rt::TokioExecutor::new()).build_http::<Full<hyper::body::Bytes>>();
    let mut request = hyper::Request::post(to);
    for name in ["x-amz-target", "authorization", "content-type", "x-amz-date"] {
        request = request.header(name, asked.header(name).unwrap_or_default());
    }
    let request = request.body(Full::from(asked.body.clone())).expect("a request");
    let response = client.request(request).await.expect("an answer");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    Told::answer(status, "application/x-amz-json-1.1", body.to_vec())
}

#[tokio::test]
async fn f36_a_parameter_store_in_trouble_stops_nobody_from_starting() {
    for mood in [Mood::Denies, Mood::Silent, Mood::Nonsense] {
        let (table, parameters) = (seeded_table(), with_the_secret());
        parameters.feel(mood);
        let skill = start("skill", &table.url(), &parameters.url()).await;
        assert!(parameters.calls() >= 1, "it was not even asked");
        // Nobody can be believed just now, and nobody is turned away for good.
        let asked = Instant::now();
        let sorry = answer(skill.invoke(&event("skill", "choose", NOW)).await);
        assert!(is_apology(&sorry), "{mood:?}: {sorry}");
        assert!(asked.elapsed() < P1, "{mood:?}: {:?}", asked.elapsed());
        // After two failures in a row it is left alone for two seconds; once it is back, turns are verified soon after.
        parameters.feel(Mood::Well);
        let back = Instant::now();
        let mut first = answer(skill.invoke(&event("skill", "choose", NOW)).await);
        while is_apology(&first) && back.elapsed() < Duration::from_secs(4) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            first = answer(skill.invoke(&event("skill", "choose", NOW)).await);
        }
        assert_eq!(first, reply("skill", "choose"), "{mood:?}");
        let stranger = answer(skill.invoke(&event("skill", "secret-wrong", NOW)).await);
        assert_eq!(stranger["statusCode"], 401, "{mood:?}: {stranger}");
    }
}

#[tokio::test]
async fn f36_a_throttled_start_recovers_with_the_first_turn() {
    // The first call of each start is throttled; SSM's own limit is 40 a second, far below a storm.
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let (table, parameters) = (seeded_table(), with_the_secret());
    let (behind, counted) = (parameters.url(), calls.clone());
    let throttled = Wire::listen(move |asked| {
        let (behind, first) = (behind.clone(), counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0);
        async move {
            if first {
                let refusal = br#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
                return Told::answer(400, "application/x-amz-json-1.1", refusal.to_vec());
            }
            forward(&behind, &asked).await
        }
    });
    let skill = start("skill", &table.url(), &throttled.url()).await;
    assert_eq!(answer(skill.invoke(&event("skill", "choose", NOW)).await), reply("skill", "choose"));
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test]
async fn f36_a_parameter_store_out_of_reach_stops_nobody_from_starting() {
    let table = seeded_table();
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    let ssm_url = format!("http://{closed}");
    let skill = start("skill", &table.url(), &ssm_url).await;
    let sorry = answer(skill.invoke(&event("skill", "choose", NOW)).await);
    assert!(is_apology(&sorry), "{sorry}");

    let check = start("skill-check", &table.url(), &ssm_url).await;
    let sorry = answer(check.invoke(&event("skill-check", "phone-accepted", NOW)).await);
    assert_eq!((&sorry["statusCode"], &sorry["body"]["status"]), (&json!(200), &json!("ERROR")), "{sorry}");
}
