//! F04 with real processes: the built `sync-redirect` is killed (SIGKILL) in the middle of a sign-up, at each request to the table and each
//! call to Kakao, before and after it is applied. Somebody comes again or nobody does, the built outbox sweeps and reconciles, and then
//! nothing is lost, nothing is doubled, and member and linked are the same.

mod lambda_support;

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::store::sign_up::rules::SagaState;
use simulator::login::{self, Endpoint, Fault, Kakao};
use tests::faults::{self, ANY, Faults, is_nightly};
use tests::runtime_api::{Bootstrap, Ended};
use tests::table::{SWEEP, TABLE, Table, number, stream_event, text};

const REDIRECT_URI: &str = "https://service.example/sync/redirect";
const CONTINUE: &str = "https://talk-plugin.kakao.com/x";
const GA: &str = "U#app#1376016924426879191";

/// The function timeouts of `template.yaml`.
const REDIRECT: Duration = Duration::from_secs(10);
const OUTBOX: Duration = Duration::from_secs(60);

/// Kakao's links are older than the reconciler's patience from the start.
const LONG_AGO: Duration = Duration::from_secs(7_200);

/// The least number of deaths in a night; in a build each moment has one.
const DEATHS_NIGHTLY: usize = 200;

/// How many processes are at work at once, on a machine of two cores.
const AT_ONCE: usize = 4;

/// Where it dies.
#[derive(Clone, Copy, Debug)]
enum Point {
    /// At this request to the table: not applied, or applied and not answered.
    Table(u64, bool),
    /// While Kakao takes its time with the answer.
    Kakao(Endpoint),
}

struct World {
    table: Table,
    faults: Faults,
    kakao: Kakao,
    query: String,
}

impl World {
    async fn new() -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let app = login::App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..login::App::default() };
        let clock = Clock::at(Clock::System.now().minus(LONG_AGO));
        let kakao = Kakao::start(app, clock).await.expect("a port");
        let code = kakao.code("ga", REDIRECT_URI);
        Self { table, faults, kakao, query: format!("code={code}&continue=https%3A%2F%2Ftalk-plugin.kakao.com%2Fx") }
    }

    async fn start(&self, function: &str, timeout: Duration) -> Bootstrap {
        let (url, kauth, kapi) = (self.faults.url(), self.kakao.kauth_url(), self.kakao.kapi_url());
        let env = [
            ("TABLE_NAME", TABLE),
            ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
            ("KAUTH_URL", kauth.as_str()),
            ("KAPI_URL", kapi.as_str()),
            ("KAKAO_REST_API_KEY", login::LOCAL_REST_API_KEY),
            ("KAKAO_CLIENT_SECRET", login::LOCAL_CLIENT_SECRET),
            ("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY),
            ("TOKEN_SIGNING_KEY", "a-signing-key-of-the-tests"),
            ("SYNC_REDIRECT_URI", REDIRECT_URI),
        ];
        let started = Bootstrap::start(function, timeout, &env).await;
        started.ready().await.expect("the function starts");
        started
    }

    /// The browser arrives.
    async fn asks(&self, redirect: &Bootstrap, id: &str) -> Value {
        let event = json!({
            "version": "2.0", "rawPath": "/sync/redirect", "rawQueryString": self.query, "headers": {},
            "requestContext": {
                "http": { "method": "GET", "path": "/sync/redirect" }, "requestId": id, "timeEpoch": Clock::System.now().0
            },
            "isBase64Encoded": false
        });
        match redirect.invoke(&event.to_string()).await {
            Ended::Answer(answer) => answer,
            Ended::Error(error) => panic!("a runtime error: {error}"),
        }
    }

    /// An hour goes by: for the processes, which have the machine's clock, whatever is to come has come.
    fn pass_an_hour(&self) {
        let earlier = |at: u64| at.saturating_sub(3_600_000);
        for item in self.table.items() {
            self.table.edit(text(&item, "PK"), text(&item, "SK"), |changed| {
                if let Some(lease) = number(&item, "lease") {
                    changed.insert("lease".to_owned(), json!({ "N": earlier(lease).to_string() }));
                }
                if text(&item, "DPK").starts_with("DUE#")
                    && let Some((due, id)) = text(&item, "DSK").split_once('#')
                {
                    let due = earlier(due.parse().expect("milliseconds"));
                    changed.insert("DSK".to_owned(), json!({ "S": format!("{due:013}#{id}") }));
                }
            });
        }
    }

    async fn clean_up(&self, outbox: &Bootstrap) {
        for event in [SWEEP, SWEEP, r#"{"reconcile":"members"}"#, SWEEP, SWEEP] {
            self.pass_an_hour();
            outbox.invoke(event).await;
            let entries: Vec<String> =
                self.table.items_under("OUT#").iter().map(|entry| text(entry, "PK").to_owned()).collect();
            outbox.invoke(&stream_event(&entries)).await;
        }
    }

    /// What is not as it must be when everything is done.
    fn wrong(&self, outbox_log: &[String]) -> Vec<String> {
        let mut wrong = Vec::new();
        let (member, linked) = (self.table.item(GA, "MEMBER").is_some(), self.kakao.is_linked("ga"));
        if member != linked {
            wrong.push(format!("member {member}, linked {linked}"));
        }
        for saga in self.table.items_under("SAGA#") {
            let over = SagaState::parse(text(&saga, "st")).is_some_and(SagaState::is_over);
            if !over || saga.get("tok").is_some() {
                wrong.push(format!("a saga stays: {saga}"));
            }
        }
        let due = self.table.items().into_iter().filter(|item| text(item, "DPK").starts_with("DUE#"));
        wrong.extend(due.map(|item| format!("unfinished: {item}")));
        let undone = self.table.items_under("OUT#").into_iter().filter(|entry| text(entry, "st") != "DONE");
        wrong.extend(undone.map(|entry| format!("an effect is not done: {entry}")));
        let welcomes = outbox_log.iter().filter(|line| line.contains("\"sign-up.welcome\"")).count();
        if welcomes != usize::from(member) {
            wrong.push(format!("welcomed {welcomes} times, member {member}"));
        }
        wrong
    }
}

/// How many requests to the table a sign-up makes after the start; and that it goes well.
async fn requests() -> u64 {
    let world = World::new().await;
    let redirect = world.start("sync-redirect", REDIRECT).await;
    world.faults.reset_counts();
    let answer = world.asks(&redirect, "well").await;
    assert_eq!((&answer["statusCode"], &answer["headers"]["location"]), (&json!(302), &json!(CONTINUE)));
    world.faults.count(ANY)
}

async fn soon(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not happen");
}

async fn dies(point: Point, again: bool) -> Vec<String> {
    let world = World::new().await;
    let redirect = world.start("sync-redirect", REDIRECT).await;
    match point {
        Point::Table(at, after) => {
            let fault = if after { faults::Fault::NeverAnswer } else { faults::Fault::Never };
            world.faults.after(ANY, at, 1, fault);
        }
        Point::Kakao(at) => world.kakao.plan(at, Fault::Slow(60_000), Some(1)),
    }
    let killed = async {
        match point {
            Point::Table(..) => soon("the request", || world.faults.injected() > 0).await,
            Point::Kakao(_) => soon("the call", || world.kakao.planned().is_empty()).await,
        }
        tokio::time::sleep(Duration::from_millis(10)).await; // what is applied without an answer is applied by now
        redirect.kill().await;
    };
    tokio::select! {
        answer = world.asks(&redirect, "first") => return vec![format!("nobody died: {answer}")],
        () = killed => {}
    }
    world.faults.clear();
    world.kakao.heal();
    if again {
        let redirect = world.start("sync-redirect", REDIRECT).await;
        let early = world.asks(&redirect, "reload").await;
        world.pass_an_hour();
        let late = world.asks(&redirect, "reload-later").await;
        for answer in [early, late] {
            if answer["statusCode"] != 200 && answer["statusCode"] != 302 {
                return vec![format!("the browser got {answer}")];
            }
        }
    }
    let outbox = world.start("outbox", OUTBOX).await;
    world.clean_up(&outbox).await;
    world.wrong(&outbox.log().await)
}

#[tokio::test]
async fn f04_the_process_is_killed_at_each_moment_of_a_sign_up() {
    let requests = requests().await;
    let table = (0..requests).flat_map(|at| [Point::Table(at, false), Point::Table(at, true)]);
    let kakao = [Endpoint::Token, Endpoint::Me, Endpoint::ServiceTerms, Endpoint::AccessTokenInfo].map(Point::Kakao);
    let runs: Vec<(Point, bool)> = table.chain(kakao).flat_map(|point| [(point, false), (point, true)]).collect();
    assert!(runs.len() >= 20, "only {} deaths: a sign-up has become shorter than it was", runs.len());
    let times = if is_nightly() { DEATHS_NIGHTLY.div_ceil(runs.len()) } else { 1 };
    let runs = runs.repeat(times);
    println!("{} deaths", runs.len());
    let mut wrong = Vec::new();
    for some in runs.chunks(AT_ONCE) {
        let ended = some.iter().map(|(point, again)| async move {
            let ended = dies(*point, *again).await;
            ended.into_iter().map(move |why| format!("{point:?} again={again}: {why}")).collect::<Vec<_>>()
        });
        wrong.extend(join_all(ended).await.into_iter().flatten());
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn p7_an_erasure_that_is_an_hour_late_says_so() {
    let world = World::new().await;
    let outbox = world.start("outbox", OUTBOX).await;
    world.kakao.plan(Endpoint::Me, Fault::Status(503), None);
    for (minutes, late) in [(30, false), (61, true)] {
        let since = Clock::System.now().minus(Duration::from_secs(minutes * 60)).0;
        world.table.put(&json!({
            "PK": { "S": GA }, "SK": { "S": "JOB#UNLINK" }, "t": { "S": "JOB" }, "v": { "N": "1" }, "first": { "S": "a" },
            "seq": { "N": "1" }, "tries": { "N": "6" }, "ca": { "N": since.to_string() },
            "DPK": { "S": "DUE#0" }, "DSK": { "S": "0000000000001#1376016924426879191" }
        }));
        outbox.invoke(SWEEP).await;
        let said = outbox.log().await.iter().any(|line| line.contains("\"erasure.late\""));
        assert_eq!(said, late, "{minutes} minutes");
    }
}
