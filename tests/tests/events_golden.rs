//! Every event of `events/`, given to the built `bootstrap` of its function under the Runtime API, gets exactly the reply beside it.
//!
//! After a wanted change `KAKAO_EVENTS=write cargo test -p tests --test events_golden` writes the replies anew; read the diff.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use simulator::{Laptop, Options};
use tests::events::{self, Event};
use tests::runtime_api::{Bootstrap, Ended};

/// As in `template.yaml`.
const TIMEOUT: Duration = Duration::from_secs(6);

async fn table() -> String {
    let options =
        Options { port: 0, data: None, seed: Some(events::folder("").join("seed.json")), ..Options::default() };
    let laptop = Laptop::start(bot::Bot, &options, |_| None).await.expect("the table starts");
    let url = laptop.table_url.clone();
    tokio::spawn(laptop.serve(std::future::pending()));
    url
}

/// The gateway stamps each request with the time it came in; a written event cannot.
fn stamped(event: &str) -> String {
    let mut event: Value = serde_json::from_str(event).expect("an event is JSON");
    if let Some(context) = event.get_mut("requestContext") {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        context["timeEpoch"] = (now as u64).into();
    }
    event.to_string()
}

async fn replies_are_exact(function: &str) {
    let table_url = table().await;
    let env = [
        ("TABLE_NAME", "kakao"),
        ("AWS_ENDPOINT_URL_DYNAMODB", table_url.as_str()),
        ("SKILL_SECRET", "local-skill-secret"),
        // For the sign-up. Nothing of a test may reach Kakao: what would be called ends at a port where nobody listens.
        ("KAUTH_URL", "http://127.0.0.1:9"),
        ("KAPI_URL", "http://127.0.0.1:9"),
        ("KAKAO_REST_API_KEY", "local-rest-api-key"),
        ("KAKAO_CLIENT_SECRET", "local-client-secret"),
        ("KAKAO_ADMIN_KEYS", "local-admin-key"),
        ("WORK_PATH_SECRET", "local-work-secret"),
        ("TOKEN_SIGNING_KEY", "local-token-signing-key"),
        ("SYNC_REDIRECT_URI", "https://service.example/sync/redirect"),
        ("SYNC_PARAM", "profile"),
        // For what Kakao calls by itself.
        ("KAKAO_APP_ID", "1234567"),
    ];
    let bootstrap = Bootstrap::start(function, TIMEOUT, &env).await;
    bootstrap.ready().await.expect("the function starts");
    let mut wrong = Vec::new();
    let events = events::of(function);
    assert!(!events.is_empty(), "events/{function} is empty");
    for Event { name, event, reply } in events {
        match bootstrap.invoke(&stamped(&event)).await {
            Ended::Answer(answer) if std::env::var("KAKAO_EVENTS").as_deref() == Ok("write") => {
                let text = serde_json::to_string_pretty(&events::plain(answer)).expect("JSON") + "\n";
                std::fs::write(events::folder(function).join(format!("{name}.reply.json")), text)
                    .expect("a writable folder");
            }
            Ended::Answer(answer) if events::plain(answer.clone()) == reply => {}
            Ended::Answer(answer) => {
                wrong.push(format!("{name}\n  expected {reply}\n  got      {}", events::plain(answer)))
            }
            Ended::Error(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{} of events/{function} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn skill() {
    replies_are_exact("skill").await;
}

#[tokio::test]
async fn skill_check() {
    replies_are_exact("skill-check").await;
}

#[tokio::test]
async fn outbox() {
    replies_are_exact("outbox").await;
}

#[tokio::test]
async fn channel_callback() {
    replies_are_exact("channel-callback").await;
}

#[tokio::test]
async fn unlink_callback() {
    replies_are_exact("unlink-callback").await;
}

#[tokio::test]
async fn account_callback() {
    replies_are_exact("account-callback").await;
}

#[tokio::test]
async fn sync_redirect() {
    replies_are_exact("sync-redirect").await;
}

#[tokio::test]
async fn sync_match() {
    replies_are_exact("sync-match").await;
}

#[tokio::test]
async fn sync_failure() {
    replies_are_exact("sync-failure").await;
}

#[tokio::test]
async fn work_request() {
    replies_are_exact("work-request").await;
}

#[tokio::test]
async fn work_callback() {
    replies_are_exact("work-callback").await;
}
