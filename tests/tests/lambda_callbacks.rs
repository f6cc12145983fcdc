//! F34, F35 for what Kakao calls by itself: the built functions are frozen, their connections die, and they are told to end.

mod account_support;
mod lambda_support;

use std::process::Command;
use std::time::{Duration, Instant};

use account_support::{JWKS, TYPE, WHO, jwk, key, signed, unlinked};
use lambda_support::front::Front;
use lambda_support::{answer, event, freezes, now, reply};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use shared::clock::Millis;
use tests::login::Login;
use tests::runtime_api::Bootstrap;
use tests::table::{API_KEY, TABLE, Table, number, text};
use tests::webhooks::Knock;

/// As in `template.yaml`.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Promise P2.
const P2: Duration = Duration::from_millis(2_500);

/// The callbacks, each with what it is told one after another.
const CALLBACKS: [(&str, [&str; 3]); 3] = [
    ("channel-callback", ["added", "blocked", "added-base64"]),
    ("unlink-callback", ["get", "post-form", "post-json"]),
    ("account-callback", ["j1", "j2", "j3"]),
];

/// What the functions find outside: Kakao's keys, and a table that can be cut off.
struct World {
    table: Table,
    front: Front,
    login: Login,
}

impl World {
    fn new() -> Self {
        let (table, login) = (Table::start(), Login::default());
        login.json(JWKS, 200, json!({"keys": [jwk("k1", &key("one"))]}));
        Self { front: Front::plain(&table.url()), table, login }
    }

    /// What `events/` takes the app and its key for; and the account events of this file.
    async fn starts(&self, function: &str) -> Bootstrap {
        let (url, kauth) = (self.front.url(), self.kauth());
        let env = [
            ("TABLE_NAME", TABLE),
            ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
            ("KAKAO_APP_ID", "1234567"),
            ("KAKAO_ADMIN_KEYS", "local-admin-key"),
            ("KAKAO_REST_API_KEY", API_KEY),
            ("KAUTH_URL", kauth.as_str()),
        ];
        let callback = Bootstrap::start(function, TIMEOUT, &env).await;
        callback.ready().await.expect("it starts");
        callback
    }

    fn kauth(&self) -> String {
        format!("{}/kauth", self.login.url())
    }

    /// What the function is told, received now, and the answer that it must give. An account event is signed now: an old one is taken
    /// by nobody, so none can be written down.
    fn told(&self, function: &str, name: &str) -> (String, Value) {
        if function == "account-callback" {
            return (self.signed_by("one", name), json!({"statusCode": 202}));
        }
        let mut event: Value = serde_json::from_str(&event(function, name, Duration::ZERO)).expect("JSON");
        event["requestContext"]["timeEpoch"] = now().into();
        (event.to_string(), reply(function, name))
    }

    /// Somebody has left, as the token of this name says it under the name of Kakao's key.
    fn signed_by(&self, whose: &str, jti: &str) -> String {
        let claims = json!({
            "iss": self.kauth(), "aud": API_KEY, "sub": WHO, "iat": now() / 1_000, "toe": now() / 1_000, "jti": jti, "txn": "t",
            "events": { unlinked(): account_support::event(json!({})) }
        });
        let header = account_support::header("k1").to_string();
        let token = signed(&key(whose), &RSA_PKCS1_SHA256, &header, &claims.to_string());
        Knock::post("/account/events").header("authorization", None).body(TYPE, token).event(Millis(now()))
    }

    /// How far the table has come: the relation, how often an unlink was told, how many tokens were taken.
    fn state(&self, function: &str) -> String {
        let items = self.table.items();
        match function {
            "channel-callback" => items.iter().map(|item| text(item, "rel")).collect(),
            "unlink-callback" => {
                items.iter().filter_map(|item| number(item, "seq")).map(|seq| seq.to_string()).collect()
            }
            _ => self.table.items_under("IDEM#jti#").len().to_string(),
        }
    }
}

async fn signal(function: &Bootstrap, signal: &str) {
    let pid = function.pid().await.to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
}

async fn thaws_well(what_happens: impl Fn(&Front)) {
    for (function, names) in CALLBACKS {
        let world = World::new();
        let callback = world.starts(function).await;
        for (name, frozen) in names.into_iter().zip(freezes()) {
            let opened = world.front.opened();
            signal(&callback, "-STOP").await;
            what_happens(&world.front);
            tokio::time::sleep(frozen).await;
            signal(&callback, "-CONT").await;
            let (event, expected) = world.told(function, name);
            let asked = Instant::now();
            let answer = answer(callback.invoke(&event).await);
            assert_eq!(answer, expected, "{name}: {:?}", callback.log().await);
            assert!(asked.elapsed() < P2, "{name}: {:?}", asked.elapsed());
            assert!(world.front.opened() > opened, "{name}: the old connection still carried: this test shows nothing");
        }
        assert!(!world.table.items().is_empty(), "{function}: an answer says that it is stored");
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

/// Within which a function that is told to end has said what it had to say, and is gone.
const ENDS: Duration = Duration::from_millis(300);

/// Whether the process has not ended: one that nobody has asked about its end is kept as `Z`.
fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().and_then(|rest| rest.chars().next()).is_some_and(|state| state != 'Z')
}

#[tokio::test]
async fn f35_whoever_is_told_to_end_right_after_an_answer_is_gone_and_its_last_line_is_there() {
    let lines = ["channel.callback", "unlink.callback", "account.callback"];
    for ((function, names), line) in CALLBACKS.into_iter().zip(lines) {
        let world = World::new();
        let callback = world.starts(function).await;
        let pid = callback.pid().await;
        for (at, name) in names.into_iter().enumerate() {
            let (event, expected) = world.told(function, name);
            assert_eq!(answer(callback.invoke(&event).await), expected, "{function}");
            if at == names.len() - 1 {
                signal(&callback, "-TERM").await;
            }
        }
        let told = Instant::now();
        while is_running(pid) {
            assert!(told.elapsed() < ENDS, "{function} is still there");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let log = callback.log().await;
        let said = log.iter().filter(|said| said.contains(&format!("\"event\":\"{line}\""))).count();
        assert_eq!(said, names.len(), "{function}: {log:?}");
    }
}

#[tokio::test]
async fn f35_whoever_is_told_to_end_has_said_what_was_done_and_leaves_nothing_half_done() {
    let ends = [
        (["channel.callback", "added"], ["added", "blocked"]),
        (["unlink.callback", "stored"], ["1", "2"]),
        (["account.callback", "taken"], ["1", "2"]),
    ];
    for ((function, [first, second, _]), (said, states)) in CALLBACKS.into_iter().zip(ends) {
        let world = World::new();
        let callback = world.starts(function).await;
        let (event, expected) = world.told(function, first);
        assert_eq!(answer(callback.invoke(&event).await), expected, "{function}");
        world.front.silence();
        let (event, _) = world.told(function, second);
        // Whoever waits for it waits in vain: the process is gone.
        tokio::select! {
            _ = callback.invoke(&event) => panic!("{function}: the table is silent"),
            () = async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                signal(&callback, "-TERM").await;
                tokio::time::sleep(Duration::from_millis(300)).await;
            } => {}
        }
        let log = format!("{:?}", callback.log().await);
        assert!(said.iter().all(|word| log.contains(word)), "{function}: what was answered is in the log: {log}");
        assert_eq!(world.state(function), states[0], "{function}: {:?}", world.table.items());

        let next = world.starts(function).await;
        let (event, expected) = world.told(function, second);
        assert_eq!(answer(next.invoke(&event).await), expected, "{function}");
        assert_eq!(world.state(function), states[1], "{function}: {:?}", world.table.items());
    }
}

#[tokio::test]
async fn t30_a_token_that_another_key_has_signed_under_the_name_of_kakaos_is_refused() {
    let world = World::new();
    let callback = world.starts("account-callback").await;
    let refused = answer(callback.invoke(&world.signed_by("two", "j1")).await);
    assert_eq!((&refused["statusCode"], &refused["body"]["err"]), (&json!(400), &json!("invalid_key")), "{refused}");
    assert!(world.table.items().is_empty());
}
