//! `GET /sync/redirect` from the browser's request to the page: a gateway event, the function, the table's emulator and a stand-in
//! Kakao. Rows are those of protocol `sync` 1.9.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use shared::app::App;
use shared::bot::{Applicant, Decision, SignUp, Words};
use shared::clock::{Clock, Millis};
use shared::env::Env;
use shared::lambda;
use simulator::login::{self, Endpoint, Fault, Kakao};
use sync_redirect::SyncRedirect;
use tests::faults::{self, ALWAYS, Faults};
use tests::platform::bots::Forgetful;
use tests::platform::wake;
use tests::table::{SWEEP, Table, env, stream_event, text};

/// 2025-10-09.
const NOW: Millis = Millis(1_760_000_000_000);

const REDIRECT_URI: &str = "https://service.example/sync/redirect";
const CONTINUE: &str = "https://talk-plugin.kakao.com/x?a=1&b=2";
const GA: &str = "U#app#1376016924426879191";

/// A bot that says what the test wants.
enum Rule {
    Yes,
    No,
    /// Keeps more of a member than the table takes.
    TooMuch,
    Panics,
}

impl SignUp for Rule {
    async fn decide(&self, who: &Applicant) -> Decision {
        assert!(who.agreed("tos_2025") && who.user().nickname() == Some("가람"), "the rule sees who it is");
        match self {
            Self::Yes => Decision::Accept(Map::new()),
            Self::No => Decision::Refuse("canary-word".to_owned()),
            Self::TooMuch => {
                Decision::Accept([("all".to_owned(), Value::from("x".repeat(9_000)))].into_iter().collect())
            }
            Self::Panics => panic!("canary-panic"),
        }
    }

    fn refusal(&self, _word: &str) -> Words {
        Words { ko: "오늘은 쉬어요.", en: "Closed <today>." }
    }
}

struct World<B> {
    table: Table,
    faults: Faults,
    kakao: Kakao,
    app: App<B>,
    outbox: App<Forgetful>,
}

/// What the browser got.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    status: i64,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Seen {
    fn location(&self) -> Option<&str> {
        self.headers.get("location").map(String::as_str)
    }

    fn leads_back(&self) -> bool {
        self.body.contains("<a href=\"https://talk-plugin.kakao.com/x?a=1&amp;b=2\">")
    }

    fn looks_again(&self) -> bool {
        self.body.contains("http-equiv=\"refresh\"")
    }

    /// Threats T13 and T14, whatever the answer is.
    fn is_safe(&self) -> bool {
        let header = |name: &str| self.headers.get(name).map(String::as_str).unwrap_or_default();
        let confidential = header("cache-control") == "no-store" && header("referrer-policy") == "no-referrer";
        let policy = header("content-security-policy");
        let strict = ["default-src 'none'", "style-src 'sha256-", "base-uri 'none'", "form-action 'none'"];
        let page = strict.iter().all(|rule| policy.contains(rule)) && header("x-content-type-options") == "nosniff";
        match self.status {
            204 | 404 => self.body.is_empty(),
            302 => confidential && self.body.is_empty(),
            200 | 400 => confidential && page && !self.body.contains("<script"),
            _ => false,
        }
    }
}

impl<B: SignUp> World<B> {
    async fn of(bot: B, now: Millis) -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let clock = Clock::at(now);
        let app = login::App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..login::App::default() };
        let kakao = Kakao::start(app, clock.clone()).await.expect("a port");
        let env = settings(&faults, &kakao);
        let app = App::new(bot, env.clone(), clock.clone());
        Self { app, outbox: App::new(Forgetful, env, clock), table, faults, kakao }
    }

    async fn ask(&self, method: &str, query: &str, headers: Value) -> Seen {
        static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let now = self.app.clock.now();
        let event = json!({
            "version": "2.0", "rawPath": "/sync/redirect", "rawQueryString": query, "headers": headers,
            "requestContext": {
                "http": { "method": method, "path": "/sync/redirect" }, "requestId": format!("redirect-{number:08}"), "timeEpoch": now.0
            },
            "isBase64Encoded": false
        });
        let deadline = now.plus(Duration::from_secs(10));
        let reply = Box::pin(lambda::answer::<SyncRedirect, B>(&self.app, &event.to_string(), deadline)).await;
        let reply = serde_json::to_value(reply).expect("a reply is JSON");
        let headers = reply["headers"].as_object().expect("headers").iter();
        let seen = Seen {
            status: reply["statusCode"].as_i64().expect("a status"),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            body: reply["body"].as_str().unwrap_or_default().to_owned(),
        };
        assert!(seen.is_safe(), "{seen:?}");
        seen
    }

    async fn get(&self, query: &str) -> Seen {
        self.ask("GET", query, json!({})).await
    }

    fn code(&self) -> String {
        self.kakao.code("ga", REDIRECT_URI)
    }

    /// A query with a new code.
    fn query(&self) -> String {
        with_continue(&self.code(), CONTINUE)
    }

    fn is_member(&self) -> bool {
        self.table.item(GA, "MEMBER").is_some()
    }

    fn pass(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }

    /// What the stream and the schedule do.
    async fn sweep(&self) {
        let entries = self.table.items_under("OUT#").into_iter().map(|entry| text(&entry, "PK").to_owned());
        let entries: Vec<String> = entries.collect();
        wake(&self.outbox, &stream_event(&entries), &format!("stream-{}", self.app.clock.now().0)).await;
        wake(&self.outbox, SWEEP, &format!("sweep-{}", self.app.clock.now().0)).await;
    }

    fn entries_are_done(&self) -> bool {
        self.table.items_under("OUT#").iter().all(|entry| text(entry, "st") == "DONE")
    }
}

fn settings(faults: &Faults, kakao: &Kakao) -> Env {
    let (kauth, kapi) = (kakao.kauth_url(), kakao.kapi_url());
    env(
        &faults.url(),
        &[
            ("KAUTH_URL", &kauth),
            ("KAPI_URL", &kapi),
            ("KAKAO_REST_API_KEY", login::LOCAL_REST_API_KEY),
            ("KAKAO_CLIENT_SECRET", login::LOCAL_CLIENT_SECRET),
            ("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY),
            ("TOKEN_SIGNING_KEY", "canary-signing-key"),
            ("SYNC_REDIRECT_URI", REDIRECT_URI),
        ],
    )
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn with_continue(code: &str, url: &str) -> String {
    format!("code={code}&continue={}", encoded(url))
}

async fn world(rule: Rule) -> World<Rule> {
    World::of(rule, NOW).await
}

#[tokio::test]
async fn row_1_a_new_member_goes_back_to_the_chat_byte_for_byte() {
    for url in
        [CONTINUE, "https://kakao.com", "https://a.b.kakao.com:443/%ED%95%9C?x=%2F%2f&&=#a?b", "https://KAKAO.com/+"]
    {
        let world = world(Rule::Yes).await;
        let seen = world.get(&with_continue(&world.code(), url)).await;
        assert_eq!((seen.status, seen.location()), (302, Some(url)));
        assert_eq!(
            world.kakao.called(Endpoint::Token),
            1,
            "with the bare redirect URI: the stand-in compares it as a whole"
        );
        let member = world.table.item(GA, "MEMBER").expect("a member");
        let consents: Value = serde_json::from_str(text(&member, "consents")).expect("a ledger");
        let tos = consents.as_array().expect("lines").iter().find(|line| line["tag"] == "tos_2025").expect("a line");
        assert!(tos["agreed"] == true && tos["agreed_at"].is_string() && tos["synched_at"].is_string(), "{tos}");
        assert_eq!(text(&world.table.item(GA, "FLOW").expect("a note"), "st"), "SIGNED-UP");
        world.sweep().await;
        assert!(world.entries_are_done(), "the welcome is a line in the log");
        assert_eq!(world.kakao.called(Endpoint::Unlink), 0);
    }
}

#[tokio::test]
async fn row_2_t12_fifty_repeats_are_one_token_call_and_one_outcome() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    let all = join_all((0..50).map(|_| world.get(&query))).await;
    assert!(all.iter().all(|seen| seen.location() == Some(CONTINUE) || seen.looks_again()), "{all:?}");
    assert!(all.iter().any(|seen| seen.status == 302));
    for _ in 0..3 {
        assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
    }
    assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 0));
    assert_eq!(world.table.items_under("U#app#").iter().filter(|item| text(item, "SK") == "MEMBER").count(), 1);
}

#[tokio::test]
async fn t12_a_look_ahead_never_uses_the_code() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    assert_eq!(world.ask("HEAD", &query, json!({})).await.status, 204);
    for (name, value) in [("Sec-Purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("Purpose", "prefetch")] {
        assert_eq!(world.ask("GET", &query, json!({ name: value })).await.status, 204);
    }
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
    assert_eq!(world.get(&query).await.status, 302);
}

#[tokio::test]
async fn row_3_t09_nobody_is_sent_elsewhere_and_the_code_is_not_used() {
    let world = world(Rule::Yes).await;
    let code = world.code();
    for url in [
        "https://talk-plugin.kakao.com.evil.example/",
        "https://kakao.com@evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https:\\\\kakao.com",
        "https://evil.example\\@kakao.com/",
        "http://kakao.com/",
        "https://kakao.com:8443/",
        "https://kakao.com./",
        "https://xkakao.com/",
        "https://kakao.com/\r\nset-cookie: a=b",
        "https://kakao.com/%0d%0a",
        "kakaotalk://bizplugin/continue",
        "https://카카오.com/",
        " ",
    ] {
        let seen = world.get(&with_continue(&code, url)).await;
        assert_eq!((seen.status, seen.location()), (400, None), "{url}");
        assert!(!seen.body.contains("evil") && !seen.body.contains("<a "), "{}", seen.body);
    }
    for twice in [
        format!("code={code}&code=b"),
        format!("code={code}&continue=https%3A%2F%2Fkakao.com&continue=https%3A%2F%2Fevil.example"),
        format!("code={code}&continue=%FF"),
        format!("code={code}&x={}", "x".repeat(9_000)),
        String::new(),
        "code=".to_owned(),
    ] {
        assert_eq!(world.get(&twice).await.status, 400);
    }
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
}

#[tokio::test]
async fn t14_t25_whatever_bytes_the_query_has_it_ends_in_a_page() {
    let world = world(Rule::Yes).await;
    for hostile in [
        "code=<script>alert(1)</script>",
        "code=한글 빈칸&again=<script>",
        "code=%3Cscript%3E&continue=https%3A%2F%2Fkakao.com%2F%22%3E%3Cscript%3E",
        "code=a&error=<script>&error_description=<script>",
        "&&&=&=&%&%zz&code=%",
        "\u{0}\u{1b}[2J&code=\u{7f}",
        "code=a&state=\"><script>",
    ] {
        let seen = world.get(hostile).await;
        assert!(matches!(seen.status, 200 | 400), "{hostile}: {seen:?}");
    }
}

#[tokio::test]
async fn row_4_f20_a_code_that_kakao_refuses_starts_again_and_unlinks_nobody() {
    for koe in ["KOE320", "KOE010", "KOE101", "KOE237", "KOE303", "KOE9999"] {
        let world = world(Rule::Yes).await;
        let query = world.query();
        world.kakao.plan(Endpoint::Token, Fault::Koe(koe), None);
        for _ in 0..2 {
            let seen = world.get(&query).await;
            assert!(seen.status == 200 && seen.leads_back() && !seen.looks_again(), "{koe}: {seen:?}");
            assert!(!seen.body.contains("KOE"), "a person is not told codes");
        }
        assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 0), "{koe}");
        assert!(world.kakao.is_linked("ga") && !world.is_member());
    }
}

#[tokio::test]
async fn row_5_a_member_that_cannot_be_written_is_unlinked_once() {
    let world = world(Rule::TooMuch).await;
    let query = world.query();
    let seen = world.get(&query).await;
    assert!(seen.status == 200 && seen.leads_back() && seen.body.contains("가입하지 못했어요"), "{seen:?}");
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
    world.sweep().await;
    let again = world.get(&query).await;
    assert!(again.status == 200 && again.leads_back() && !again.looks_again(), "{again:?}");
    assert_eq!((world.kakao.called(Endpoint::Token), world.kakao.called(Endpoint::Unlink)), (1, 1));
    assert!(world.entries_are_done());
}

#[tokio::test]
async fn row_5_a_table_that_refuses_the_member_leaves_nobody_linked() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.faults.on("TransactWriteItems", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    assert!(world.get(&query).await.looks_again(), "nobody knows yet how it ends");
    world.faults.clear();
    world.pass(60);
    world.sweep().await;
    world.sweep().await;
    assert!(!world.kakao.is_linked("ga") && !world.is_member() && world.entries_are_done());
    assert_eq!(world.kakao.called(Endpoint::Unlink), 1);
    let seen = world.get(&query).await;
    assert!(seen.status == 200 && seen.leads_back() && !seen.looks_again(), "{seen:?}");
}

#[tokio::test]
async fn row_6_an_unlink_that_fails_is_repeated_until_it_is_done() {
    let world = world(Rule::No).await;
    world.kakao.plan(Endpoint::Unlink, Fault::Status(503), None);
    let seen = world.get(&world.query()).await;
    assert!(seen.status == 200 && seen.leads_back(), "{seen:?}");
    world.pass(3_600);
    world.sweep().await;
    assert!(world.kakao.is_linked("ga") && !world.entries_are_done());
    world.kakao.heal();
    world.pass(3_600);
    world.sweep().await;
    world.pass(3_600);
    world.sweep().await;
    assert!(!world.kakao.is_linked("ga") && world.entries_are_done());
}

#[tokio::test]
async fn row_7_a_member_is_never_unlinked() {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.status, 302);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "already a member is as good");
    for (at, fault) in [
        (Endpoint::AccessTokenInfo, Fault::Status(503)),
        (Endpoint::Me, Fault::Html),
        (Endpoint::ServiceTerms, Fault::DropAfter),
        (Endpoint::Token, Fault::Status(500)),
    ] {
        world.kakao.plan(at, fault, None);
        let seen = world.get(&world.query()).await;
        assert!(seen.status == 200 && seen.leads_back(), "{at:?}: {seen:?}");
        world.kakao.heal();
        world.pass(120);
        world.sweep().await;
    }
    world.faults.on("UpdateItem", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    assert!(world.get(&world.query()).await.looks_again());
    world.faults.clear();
    world.pass(120);
    world.sweep().await;
    assert!(world.is_member() && world.kakao.is_linked("ga"));
    assert_eq!(world.kakao.called(Endpoint::Unlink), 0);
}

#[tokio::test]
async fn a_deployment_without_a_registered_address_signs_nobody_up() {
    let mut world = world(Rule::Yes).await;
    let mut env = world.app.env.clone();
    env.sync.redirect_uri = None;
    world.app = App::new(Rule::Yes, env, world.app.clock.clone());
    assert_eq!(world.get(&world.query()).await.status, 404);
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
}

#[tokio::test]
async fn row_8_without_a_chat_to_go_back_to_it_ends_on_a_page() {
    let world = world(Rule::Yes).await;
    let seen = world.get(&format!("code={}&state=x", world.code())).await;
    assert!(seen.status == 200 && seen.body.contains("가입을 마쳤어요") && seen.body.contains("You are signed up"));
    assert!(world.is_member());
}

#[tokio::test]
async fn row_9_a_cancelled_consent_calls_nobody() {
    let world = world(Rule::Yes).await;
    let seen = world.get(&format!("error=access_denied&error_description=x&continue={}", encoded(CONTINUE))).await;
    assert!(seen.status == 200 && seen.leads_back() && seen.body.contains("가입을 취소했어요"), "{seen:?}");
    assert_eq!(world.get("error=server_error&code=a").await.status, 200);
    assert!(world.kakao.calls().is_empty() && world.table.items().is_empty());
}

#[tokio::test]
async fn a_refusal_is_told_in_the_bots_words_and_undone() {
    let world = world(Rule::No).await;
    let seen = world.get(&world.query()).await;
    assert!(seen.body.contains("오늘은 쉬어요.") && seen.body.contains("Closed &lt;today&gt;."), "{}", seen.body);
    assert!(!seen.body.contains("canary-word"));
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
}

#[tokio::test]
async fn a_rule_that_panics_is_a_failure_like_any_other() {
    let world = world(Rule::Panics).await;
    let seen = world.get(&world.query()).await;
    assert!(seen.status == 200 && seen.leads_back(), "{seen:?}");
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
}

#[tokio::test]
async fn the_sample_rule_turns_away_who_may_be_under_fourteen() {
    let in_2022 = Millis::from_rfc3339("2022-12-31T23:00:00+09:00").expect("a moment");
    for (at, status) in [(in_2022, 200), (in_2022.plus(Duration::from_secs(7_200)), 302)] {
        let world = World::of(bot::Bot, at).await;
        let seen = world.get(&with_continue(&world.kakao.code("da", REDIRECT_URI), CONTINUE)).await;
        assert_eq!(seen.status, status, "born in 2008: {seen:?}");
        assert_eq!(world.kakao.is_linked("da"), status == 302);
    }
}

#[tokio::test]
async fn f17_kakao_in_trouble_gets_a_code_once_and_the_person_a_page() {
    for (at, fault) in [
        (Endpoint::Token, Fault::Status(500)),
        (Endpoint::Token, Fault::Html),
        (Endpoint::Token, Fault::Slow(2_500)),
        (Endpoint::Me, Fault::Status(503)),
        (Endpoint::Me, Fault::Kapi(-401)),
        (Endpoint::ServiceTerms, Fault::Empty),
        (Endpoint::ServiceTerms, Fault::Slow(3_000)),
        (Endpoint::AccessTokenInfo, Fault::DropBefore),
    ] {
        let world = world(Rule::Yes).await;
        let query = world.query();
        world.kakao.plan(at, fault, None);
        let started = std::time::Instant::now();
        let seen = world.get(&query).await;
        assert!(seen.status == 200 && started.elapsed() < Duration::from_secs(8), "{at:?} {fault}: {seen:?}");
        assert!(!world.is_member());
        world.kakao.heal();
        world.pass(120);
        world.sweep().await;
        // The stand-in writes down what it has answered: a call that we gave up is not on its list.
        let given_up = usize::from(at == Endpoint::Token && fault == Fault::Slow(2_500));
        assert_eq!(world.kakao.called(Endpoint::Token), 1 - given_up, "{at:?} {fault}");
        assert!(!world.is_member() && world.entries_are_done(), "{at:?} {fault}");
        assert_eq!(world.get(&world.query()).await.status, 302, "{at:?} {fault}: one can start again");
    }
}

#[tokio::test]
async fn f21_a_token_that_got_lost_costs_a_new_start() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.kakao.plan(Endpoint::Token, Fault::DropAfter, Some(1));
    for _ in 0..2 {
        let seen = world.get(&query).await;
        assert!(seen.status == 200 && seen.leads_back() && !seen.looks_again(), "{seen:?}");
    }
    assert_eq!(world.kakao.called(Endpoint::Token), 1);
    assert_eq!(world.get(&world.query()).await.status, 302);
}

#[tokio::test]
async fn f12_a_page_looks_again_five_times_and_not_for_ever() {
    let world = world(Rule::Yes).await;
    let query = world.query();
    world.faults.on("*", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    let mut next = query.clone();
    for _ in 0..5 {
        let seen = world.get(&next).await;
        let (_, rest) = seen.body.split_once("content=\"1;url=?").expect("it looks again");
        next = rest.split_once('"').expect("the end").0.replace("&amp;", "&");
    }
    for last in [next, format!("{query}&again=9"), format!("{query}&again=x"), format!("{query}&again=1&again=7")] {
        let seen = world.get(&last).await;
        assert!(seen.status == 200 && seen.leads_back() && !seen.looks_again(), "{last}: {seen:?}");
    }
    world.faults.clear();
    assert_eq!(world.get(&query).await.status, 302, "the code was not lost");
}

/// Everything that can happen, with canaries wherever something could be copied from. Runs in a process of its own, so that its
/// output is the log.
#[tokio::test]
#[ignore = "run by t05_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    for rule in [Rule::Yes, Rule::No, Rule::TooMuch, Rule::Panics] {
        let world = world(rule).await;
        let url = "https://talk-plugin.kakao.com/canary?canary=canary";
        let code = world.code();
        println!("CODE {code}");
        world.get(&with_continue(&code, url)).await;
        world.get("code=canary-code&continue=https%3A%2F%2Fevil.example%2Fcanary%3Fcanary").await;
        world.get("code=canary-code&code=canary").await;
        world.get("error=canary&error_description=canary&state=canary").await;
        for fault in [Fault::Koe("KOE010"), Fault::Koe("KOE320"), Fault::DropAfter] {
            world.kakao.plan(Endpoint::Token, fault, Some(1));
            world.get(&with_continue(&world.code(), url)).await;
        }
        world.kakao.plan(Endpoint::Me, Fault::Kapi(-2), Some(1));
        world.get(&with_continue(&world.code(), url)).await;
        world.sweep().await;
    }
}

#[test]
fn t05_the_log_tells_how_it_went_and_of_whom_nothing() {
    let run = Command::new(std::env::current_exe().expect("this test"))
        .args(["everything_that_is_logged", "--exact", "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    assert!(run.status.success(), "{run:?}");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let codes: Vec<&str> = said.lines().filter_map(|line| line.split_once("CODE ").map(|(_, code)| code)).collect();
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let lines: Vec<Value> = lines.into_iter().filter(|line| line["event"].is_string()).collect();
    let log = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ids = ["canary", "1376016924426879191", "가람", "talk-plugin", "service.example", "local-"];
    for secret in ids.into_iter().chain(codes) {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
    let known = ["level", "event", "request", "outcome", "why", "kind", "item", "place", "ms", "count", "source"];
    for line in &lines {
        assert!(line.as_object().expect("an object").keys().all(|name| known.contains(&name.as_str())), "{line}");
    }
    let has = |event: &str, member: &str, value: &str| {
        assert!(lines.iter().any(|line| line["event"] == event && line[member] == value), "{event} {value}\n{log}");
    };
    for outcome in ["signed-up", "failed", "start-again", "cancelled", "bad-query", "continue-rejected"] {
        has("sync.redirect", "outcome", outcome);
    }
    has("sync.continue-rejected", "place", "https://evil.example");
    has("sync.koe", "kind", "KOE010");
    has("sync.koe", "kind", "KOE320");
    has("sign-up.failed", "kind", "REFUSED");
}
