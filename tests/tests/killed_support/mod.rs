//! What the tests that kill built functions share: a table, a stand-in Kakao, processes before both, and what must be true when
//! everything that was left undone is done.
#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::panic, clippy::expect_used, reason = "a test falls over by panicking")]

use std::fmt::Debug;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::store::sign_up::rules::SagaState;
use simulator::login::{self, Endpoint, Fault, Kakao};
use simulator::people;
use tests::faults::{self, Faults, is_nightly};
use tests::runtime_api::{Bootstrap, Ended};
use tests::table::{SWEEP, TABLE, Table, number, stream_event, text};

pub(crate) const REDIRECT_URI: &str = "https://service.example/sync/redirect";
pub(crate) const CONTINUE: &str = "https://talk-plugin.kakao.com/x";

/// The function timeouts of `template.yaml`.
const REDIRECT: Duration = Duration::from_secs(10);
const OUTBOX: Duration = Duration::from_secs(60);

/// Longer than the reconciler's patience with a link that has no member.
const LONG_AGO: Duration = Duration::from_secs(7_200);

/// The least number of deaths in a night; in a build each moment has one.
const DEATHS_NIGHTLY: usize = 200;

/// How many processes are at work at once, on a machine of two cores.
const AT_ONCE: usize = 4;

/// Where a process dies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Point {
    /// At this request to the table, of this operation: not applied, or applied and not answered.
    Table(&'static str, u64, bool),
    /// While Kakao takes its time with the answer to this call, counted from 0.
    Kakao(Endpoint, usize),
}

pub(crate) struct World {
    pub(crate) table: Table,
    pub(crate) faults: Faults,
    pub(crate) kakao: Kakao,
    /// Kakao's clock.
    clock: Clock,
}

/// The partition of somebody, by the short name of a stand-in account.
pub(crate) fn partition(who: &str) -> String {
    format!("U#app#{}", people::find(who).expect("a person").app_user_id)
}

impl World {
    pub(crate) async fn new() -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let app = login::App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..login::App::default() };
        let clock = Clock::at(Clock::System.now());
        let kakao = Kakao::start(app, clock.clone()).await.expect("a port");
        Self { table, faults, kakao, clock }
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

    pub(crate) async fn redirect(&self) -> Bootstrap {
        self.start("sync-redirect", REDIRECT).await
    }

    pub(crate) async fn outbox(&self) -> Bootstrap {
        self.start("outbox", OUTBOX).await
    }

    /// What the browser of somebody who consented brings.
    pub(crate) fn consents(&self, who: &str) -> String {
        let code = self.kakao.code(who, REDIRECT_URI);
        format!("code={code}&continue=https%3A%2F%2Ftalk-plugin.kakao.com%2Fx")
    }

    /// The browser arrives.
    pub(crate) async fn asks(&self, redirect: &Bootstrap, query: &str, id: &str) -> Value {
        let event = json!({
            "version": "2.0", "rawPath": "/sync/redirect", "rawQueryString": query, "headers": {},
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

    /// The process dies at this point of `work`. `Err` if the work was done before.
    pub(crate) async fn kills<T>(
        &self,
        process: &Bootstrap,
        point: Point,
        work: impl Future<Output = T>,
    ) -> Result<(), T> {
        match point {
            Point::Table(operation, at, after) => {
                let fault = if after { faults::Fault::NeverAnswer } else { faults::Fault::Never };
                self.faults.after(operation, at, 1, fault);
            }
            Point::Kakao(at, before) => {
                if before > 0 {
                    self.kakao.plan(at, Fault::Slow(0), Some(u32::try_from(before).unwrap_or(u32::MAX)));
                }
                self.kakao.plan(at, Fault::Slow(60_000), Some(1));
            }
        }
        let injected = self.faults.injected();
        let killed = async {
            match point {
                Point::Table(..) => soon("the request", || self.faults.injected() > injected).await,
                Point::Kakao(..) => soon("the call", || self.kakao.planned().is_empty()).await,
            }
            tokio::time::sleep(Duration::from_millis(10)).await; // what is applied without an answer is applied by now
            process.kill().await;
        };
        let died = tokio::select! {
            done = work => Err(done),
            () = killed => Ok(()),
        };
        self.faults.clear();
        self.kakao.heal();
        died
    }

    /// An hour goes by: for the processes, which have the machine's clock, whatever is to come has come.
    pub(crate) fn pass_an_hour(&self) {
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

    /// Somebody has linked long ago.
    pub(crate) fn linked_long_ago(&self, who: &str) {
        self.clock.set(Clock::System.now().minus(LONG_AGO));
        self.kakao.link(who);
    }

    /// What the stream would wake the outbox for.
    pub(crate) fn entries(&self) -> String {
        let entries = self.table.items_under("OUT#");
        stream_event(entries.iter().map(|entry| text(entry, "PK")))
    }

    pub(crate) async fn clean_up(&self, outbox: &Bootstrap) {
        for event in [SWEEP, SWEEP, RECONCILE, SWEEP, SWEEP] {
            self.pass_an_hour();
            if event == RECONCILE {
                // Until then whatever can be undone is, by those who know of it. The reconciler finds the rest.
                for who in people::PEOPLE.iter().map(|person| person.id).filter(|who| self.kakao.is_linked(who)) {
                    self.kakao.unlink(who);
                    self.linked_long_ago(who);
                }
            }
            outbox.invoke(event).await;
            outbox.invoke(&self.entries()).await;
        }
    }

    pub(crate) fn is_member(&self, who: &str) -> bool {
        self.table.item(&partition(who), "MEMBER").is_some()
    }

    /// What is not as it must be when everything is done.
    pub(crate) fn wrong(&self, people: &[&str]) -> Vec<String> {
        let mut wrong = Vec::new();
        for who in people {
            let (member, linked) = (self.is_member(who), self.kakao.is_linked(who));
            if member != linked {
                wrong.push(format!("{who}: member {member}, linked {linked}"));
            }
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
        wrong
    }
}

/// The schedule's event of the members' round.
pub(crate) const RECONCILE: &str = r#"{"reconcile":"members"}"#;

async fn soon(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not happen");
}

/// Each of these deaths, a few of them at once, and in a night again and again; fails with what went wrong.
pub(crate) async fn die<R: Copy + Debug>(runs: Vec<R>, one: impl AsyncFn(&R) -> Vec<String>) {
    let times = if is_nightly() { DEATHS_NIGHTLY.div_ceil(runs.len()) } else { 1 };
    let runs = runs.repeat(times);
    println!("{} deaths", runs.len());
    let mut wrong = Vec::new();
    for some in runs.chunks(AT_ONCE) {
        let ended = join_all(some.iter().map(|run| one(run))).await;
        let told =
            some.iter().zip(ended).flat_map(|(run, ended)| ended.into_iter().map(move |why| format!("{run:?}: {why}")));
        wrong.extend(told);
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}
