//! Bots that misbehave, seen from the person's side of the chat.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::bot::{Applicant, Checks, Decision, Desk, Oops, Reply, SignUp, Skills, Turn};
use shared::env::Env;
use shared::kakao::skill::{CheckRequest, CheckResponse, SkillResponse};
use shared::kapi::{Outbound, Patience};
use simulator::{Laptop, Options};

/// Does what it is told to, however bad.
struct Toy;

impl shared::bot::Notices for Toy {}

impl Skills for Toy {
    type Talk = ();
    type Job = String;

    async fn reply(&self, turn: &Turn<'_, ()>) -> Result<Reply<(), String>, Oops> {
        match turn.utterance() {
            "panic" => panic!("as told"),
            "block" => std::thread::sleep(Duration::from_millis(5_500)),
            "slow" => tokio::time::sleep(Duration::from_secs(4)).await,
            "later" => return Ok(Reply::later("wait", "done".to_owned())),
            "bad job" => return Ok(Reply::later("wait", "panic".to_owned())),
            _ => {}
        }
        Ok(Reply::text("here"))
    }

    async fn work(&self, job: String, _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        assert_ne!(job, "panic");
        Ok(SkillResponse::text(job))
    }
}

impl shared::bot::work::WorkModals for Toy {}

impl SignUp for Toy {
    async fn decide(&self, _who: &Applicant) -> Decision {
        Decision::Accept(serde_json::Map::new())
    }
}

impl Checks for Toy {
    async fn check(&self, _name: &str, _value: &CheckRequest) -> Result<CheckResponse, Oops> {
        Ok(CheckResponse::error())
    }
}

struct Room {
    url: String,
    outbound: Outbound,
}

impl Room {
    /// A laptop of its own, in memory.
    async fn open() -> Self {
        let options = Options { port: 0, data: None, ..Options::default() };
        let laptop = Laptop::start(Toy, &options, |_| None).await.unwrap();
        let url = laptop.url.clone();
        tokio::spawn(laptop.serve(std::future::pending()));
        let outbound = Outbound::new(&Env::read(|name| (name == "BOT_API_URL").then(|| url.clone())));
        Self { url, outbound }
    }

    async fn call(&self, request: http::Result<http::Request<Vec<u8>>>) -> Value {
        let patience = Patience { time: Duration::from_secs(10), bytes: 1 << 20 };
        serde_json::from_slice(&self.outbound.send(request.unwrap(), patience).await.unwrap().body).unwrap()
    }

    async fn say(&self, text: &str, callback: bool) -> Value {
        let body = json!({ "person": "ga", "skill": "toy", "text": text, "callback": callback });
        let request = http::Request::post(format!("{}/room/say", self.url)).header("content-type", "application/json");
        self.call(request.body(body.to_string().into_bytes())).await
    }

    /// The answer that follows a promise.
    async fn late_answer(&self, turn: &Value) -> Value {
        assert_eq!(turn["outcome"], "waiting", "{turn}");
        let url = format!("{}/room/turns/{}", self.url, turn["turn"].as_str().unwrap());
        let started = Instant::now();
        loop {
            let entries = self.call(http::Request::get(&url).body(Vec::new())).await;
            if let Some(found) = entries.as_array().unwrap().iter().find(|entry| entry["kind"] == "delivered") {
                assert_eq!(found["result"], "SUCCESS", "{found}");
                return found["answer"]["template"]["outputs"][0]["simpleText"]["text"].clone();
            }
            assert!(started.elapsed() < Duration::from_secs(20), "nothing was delivered");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_an_apology() {
    let room = Room::open().await;
    let turn = room.say("panic", false).await;
    assert_eq!(turn["outcome"], "answered", "{turn}");
    assert!(turn["answer"].to_string().contains(shared::bot::SORRY), "{turn}");
    assert_eq!(room.say("hi", false).await["outcome"], "answered", "and life goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promised_answer_follows() {
    let room = Room::open().await;
    let turn = room.say("later", true).await;
    assert_eq!(turn["answer"]["data"]["text"], "wait");
    assert_eq!(room.late_answer(&turn).await, "done");
    // Work that panics still ends the waiting with a word.
    let turn = room.say("bad job", true).await;
    assert_eq!(room.late_answer(&turn).await, shared::bot::TOO_LATE);
    // Without a callback the work is done at once.
    let turn = room.say("later", false).await;
    assert!(turn["answer"].to_string().contains("done"), "{turn}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_runs_late_is_carried_over() {
    let room = Room::open().await;
    let (slow, other) = tokio::join!(room.say("slow", true), room.say("hi", false));
    assert_eq!(room.late_answer(&slow).await, "here");
    assert!(other["ms"].as_u64().unwrap() < 3_000, "a slow neighbour holds nobody up: {other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_waits_five_seconds() {
    let room = Room::open().await;
    let started = Instant::now();
    let turn = room.say("block", false).await;
    assert_eq!(turn["outcome"], "timeout", "{turn}");
    assert!(started.elapsed() >= Duration::from_secs(5) && started.elapsed() < Duration::from_millis(5_400));
}
