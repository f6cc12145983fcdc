//! The plugin in the chat room: from the auth block's button to its skill.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::payload::AUTH_BLOCK_ID;
use simulator::{Laptop, Options};

use crate::browser::Browser;
use crate::toy::Toy;

struct Room {
    url: String,
    browser: Browser,
}

impl Room {
    async fn open() -> Self {
        let options = Options { port: 0, data: None, ..Options::default() };
        let laptop = Laptop::start(Toy, &options, |_| None).await.unwrap();
        let (url, browser) = (laptop.url.clone(), Browser::of(laptop.kakao.clone()));
        tokio::spawn(laptop.serve(std::future::pending()));
        Self { url, browser }
    }

    async fn tap(&self, block: Option<&str>) -> Value {
        let body = json!({ "person": "ga", "skill": "toy", "text": "가입하기", "blockId": block, "trigger": "CARD_BUTTON_BLOCK" });
        let request = http::Request::post(format!("{}/room/say", self.url)).header("content-type", "application/json");
        self.browser.send(request, &body.to_string()).await.unwrap().json()
    }

    /// Taps the auth block's button and agrees. Where the browser is sent, and the turn.
    async fn agree(&self) -> (String, String, String) {
        let opened = self.tap(Some(AUTH_BLOCK_ID)).await;
        assert_eq!(opened["kind"], "halfView", "{opened}");
        let turn = opened["turn"].as_str().unwrap().to_owned();
        let mut seen = self.browser.get(&format!("{}{}", self.url, opened["url"].as_str().unwrap())).await;
        if seen.status == 200 {
            assert!(seen.text.contains("가람 님"), "the phone knows who it is");
            let pairs = [("ticket", seen.ticket()), ("decision", "all".to_owned())];
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            seen = self.browser.post(&format!("{}/kauth/consent", self.url), &pairs).await;
        }
        assert!(seen.location.as_ref().unwrap().starts_with(&format!("{}/sync/redirect?", self.url)), "{seen:?}");
        (seen.sent("code").unwrap(), seen.sent("continue").unwrap(), turn)
    }

    async fn entries(&self, turn: &str) -> Vec<Value> {
        self.browser.get(&format!("{}/room/turns/{turn}", self.url)).await.json().as_array().unwrap().clone()
    }

    async fn answered(&self, turn: &str) -> Value {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            if let Some(found) = self.entries(turn).await.into_iter().find(|entry| entry["kind"] == "answered") {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("no answer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auth_block_goes_on_when_the_half_view_closes() {
    let room = Room::open().await;
    let before = room.tap(None).await;
    assert!(before["request"]["userRequest"]["user"]["properties"]["appUserId"].is_null());

    let (code, resume, turn) = room.agree().await;
    assert!(!code.is_empty() && resume.starts_with(&format!("{}/talk-plugin/continue/", room.url)));
    assert_eq!(room.entries(&turn).await.len(), 2, "the skill waits for the half-view");
    assert_eq!(room.browser.get(&resume).await.status, 200);
    let answered = room.answered(&turn).await;
    assert_eq!(answered["outcome"], "answered", "{answered}");
    let request = &answered["request"];
    assert_eq!(request["userRequest"]["user"]["properties"]["appUserId"], "1376016924426879191");
    assert_eq!(request["userRequest"]["user"]["properties"]["app_user_status"], "REGISTERED");
    let text = request["action"]["params"]["profile"].as_str().expect("a document in a text");
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&value["saved"], &value["app_user_id"]), (&json!(true), &json!("1376016924426879191")));
    assert_eq!(request["action"]["detailParams"]["profile"]["origin"], value["otp"]);
    let parsed: shared::kakao::skill::SkillRequest = serde_json::from_value(request.clone()).unwrap();
    assert_eq!(parsed.app_user_id(), Some("1376016924426879191"));

    assert_eq!(room.browser.get(&resume).await.status, 410, "once");
    // The second time nobody is asked, and the platform shows who it is in every turn.
    let (_, resume, _) = room.agree().await;
    assert_eq!(room.browser.get(&format!("{resume}?complete=true")).await.status, 200);
    let after = room.tap(None).await;
    assert_eq!(after["request"]["userRequest"]["user"]["properties"]["app_user_id"], "1376016924426879191");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_half_view_goes_through_our_own_redirect_and_back_to_the_chat() {
    let room = Room::open().await;
    let (code, resume, turn) = room.agree().await;
    let query = crate::browser::form(&[("code", &code), ("continue", &resume)]);
    let seen = room.browser.get(&format!("{}/sync/redirect?{query}", room.url)).await;
    assert_eq!((seen.status, seen.location.as_deref()), (302, Some(resume.as_str())), "{}", seen.text);
    let again = room.browser.get(&format!("{}/sync/redirect?{query}", room.url)).await;
    assert_eq!(again.location.as_deref(), Some(resume.as_str()), "a reload");
    assert_eq!(room.browser.kakao.called(simulator::login::Endpoint::Token), 1);
    assert_eq!(room.browser.get(&resume).await.status, 200);
    assert_eq!(room.answered(&turn).await["outcome"], "answered");
    assert!(room.browser.kakao.is_linked("ga"));

    let query = crate::browser::form(&[("error", "access_denied"), ("continue", &resume)]);
    let seen = room.browser.get(&format!("{}/sync/redirect?{query}", room.url)).await;
    assert!(seen.status == 200 && seen.policy.unwrap().contains("frame-ancestors 'self'"), "the room frames it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_sign_up_ends_with_the_platforms_own_words() {
    let room = Room::open().await;
    let (_, resume, turn) = room.agree().await;
    assert_eq!(room.browser.get(&format!("{resume}?complete=false")).await.status, 200);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let entries = room.entries(&turn).await;
    assert_eq!((entries.len(), &entries[2]["how"]), (3, &json!("failed")), "the skill is not called: {entries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn account_matching_keeps_the_half_view_open() {
    let room = Room::open().await;
    let (_, resume, turn) = room.agree().await;
    let to = "https%3A%2F%2Fservice.example%2Fsync%2Fmatch%3Ft%3D1";
    let seen = room.browser.get(&format!("{resume}?complete=false&user_match_url={to}")).await;
    assert_eq!((seen.status, seen.location.as_deref()), (302, Some("https://service.example/sync/match?t=1")));
    assert_eq!(room.entries(&turn).await.len(), 2);
    assert_eq!(room.browser.get(&resume).await.status, 200);
    room.answered(&turn).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_unlinked_leaves_nothing_saved() {
    let room = Room::open().await;
    let (_, resume, turn) = room.agree().await;
    room.browser.kakao.unlink("ga");
    room.browser.get(&resume).await;
    let answered = room.answered(&turn).await;
    let value: Value =
        serde_json::from_str(answered["request"]["action"]["params"]["profile"].as_str().unwrap()).unwrap();
    assert_eq!((&value["saved"], &value["app_user_id"]), (&json!(false), &json!("1376016924426879191")), "they agreed");
    assert!(value["otp"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_view_that_is_closed_by_hand_leads_nowhere() {
    let room = Room::open().await;
    let (_, resume, turn) = room.agree().await;
    let close = format!("{}/room/half-views/{turn}/close", room.url);
    assert_eq!(room.browser.post(&close, &[]).await.status, 204);
    assert_eq!(room.browser.post(&close, &[]).await.status, 404);
    assert_eq!(room.browser.get(&resume).await.status, 410);
    assert_eq!(room.entries(&turn).await[2]["how"], "dismissed");
}
