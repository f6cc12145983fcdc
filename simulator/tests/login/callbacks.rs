//! `/kakao/callbacks`: the console calls the functions as Kakao does, and shows what they answer.

use std::time::{Duration, Instant};

use serde_json::Value;
use shared::clock::Clock;
use shared::store::{AppUser, Store};
use simulator::login::Endpoint;
use simulator::webhook::{Account, Surface};
use simulator::{Laptop, Options, surroundings};

use crate::browser::{Browser, Seen, admin, form};
use crate::toy::Toy;

/// 가람, 나은 and 다온 as a service knows them.
const GA: u64 = 1_376_016_924_426_879_191;
const NA: u64 = 2_305_843_009_213_693_953;
const DA: u64 = 4_611_686_018_427_387_907;

struct Console {
    url: String,
    browser: Browser,
    store: Store,
}

impl Console {
    async fn open() -> Self {
        let options = Options { port: 0, data: None, ..Options::default() };
        let laptop = Laptop::start(Toy, &options, |_| None).await.unwrap();
        let (url, browser) = (laptop.url.clone(), Browser::of(laptop.kakao.clone()));
        let store = Store::new(&surroundings(&url, &laptop.table_url, |_| None));
        tokio::spawn(laptop.serve(std::future::pending()));
        Self { url, browser, store }
    }

    /// Presses the button of one form. The status of each answer, and what is thought of it.
    async fn tell(&self, surface: &str, event: &str, person: &str, how: &str) -> Vec<(u64, String)> {
        let pairs = [("surface", surface), ("event", event), ("person", person), ("how", how), ("scope", "gender")];
        let seen = self.browser.post(&format!("{}/kakao/callbacks", self.url), &pairs).await;
        assert_eq!((seen.status, seen.location.as_deref()), (303, Some("/kakao/callbacks#sent")), "{seen:?}");
        let sent = self.sent().await;
        self.browser.post(&format!("{}/kakao/callbacks", self.url), &[("what", "forget")]).await;
        let answer = |sent: &Value| (sent["status"].as_u64().unwrap(), sent["verdict"].as_str().unwrap().to_owned());
        sent.iter().map(answer).collect()
    }

    async fn sent(&self) -> Vec<Value> {
        self.browser.get(&format!("{}/kakao/callbacks/sent", self.url)).await.json().as_array().unwrap().clone()
    }

    async fn page(&self) -> Seen {
        self.browser.get(&format!("{}/kakao/callbacks", self.url)).await
    }

    /// Makes 가람 a member, as the consent screen does.
    async fn signs_up(&self) {
        let code = self.browser.kakao.code("ga", &format!("{}/sync/redirect", self.url));
        let back = format!("{}/talk-plugin/continue/x", self.url);
        let query = form(&[("code", &code), ("continue", &back)]);
        let seen = self.browser.get(&format!("{}/sync/redirect?{query}", self.url)).await;
        assert_eq!((seen.status, seen.location), (302, Some(back)), "{}", seen.text);
        assert!(self.is_member().await);
    }

    async fn is_member(&self) -> bool {
        self.store.member(&AppUser::new(GA)).await.unwrap().is_some()
    }
}

/// Waits until it is so.
async fn soon(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}: not so");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn all(status: u64, verdict: &str, count: usize) -> Vec<(u64, String)> {
    vec![(status, verdict.to_owned()); count]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_is_taken_and_each_forgery_refused() {
    let console = Console::open().await;
    let unlinks = ["UNLINK_FROM_APPS", "UNLINK_FROM_ADMIN", "ACCOUNT_DELETE", "FORCED_ACCOUNT_DELETE"];
    let unlinks = unlinks.into_iter().chain(["INCOMPLETE_SIGN_UP", "REVOKE_ACCOUNT_SERVICE_TERMS"]);
    let events = ["added", "blocked"].map(|event| (Surface::Channel, event)).into_iter();
    let events = events.chain(unlinks.map(|event| (Surface::Unlink, event)));
    let events = events.chain(Account::words().map(|event| (Surface::Account, event)));
    for (surface, event) in events {
        let status = if surface == Surface::Account { 202 } else { 200 };
        let late = if surface == Surface::Unlink { 1 } else { 2 };
        for (how, count) in [("once", 1), ("doubled", 2), ("late", late)] {
            let told = console.tell(surface.word(), event, "ga", how).await;
            assert_eq!(told, all(status, "taken", count), "{event} {how}");
        }
        for forgery in surface.forgeries() {
            let status = match (surface, forgery.word()) {
                (Surface::Account, _) => 400,
                (_, "app") => 403,
                _ => 401,
            };
            let told = console.tell(surface.word(), event, "ga", forgery.word()).await;
            assert_eq!(told, all(status, "refused", 1), "{event} {forgery:?}");
        }
    }
    for form in ["form", "get", "json"] {
        let pairs =
            [("surface", "unlink"), ("event", "ACCOUNT_DELETE"), ("person", "na"), ("how", "once"), ("as", form)];
        console.browser.post(&format!("{}/kakao/callbacks", console.url), &pairs).await;
        assert_eq!(console.sent().await.last().unwrap()["status"], 200, "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_doubled_counts_once_and_what_is_late_does_not_count() {
    let console = Console::open().await;
    let blocked = async |who| {
        let relations = console.store.channels_of(&AppUser::new(who)).await.unwrap();
        relations.iter().map(|relation| relation.blocked).collect::<Vec<_>>()
    };
    console.tell("channel", "added", "ga", "late").await;
    console.tell("channel", "blocked", "na", "doubled").await;
    console.tell("channel", "blocked", "da", "key").await;
    assert_eq!((blocked(GA).await, blocked(NA).await, blocked(DA).await), (vec![false], vec![true], vec![]));

    // Whoever asks Kakao is told the same.
    let relation = async |who: u64| {
        let about = [("target_id_type", "user_id"), ("target_id", &*who.to_string())];
        console.browser.kakao.link(if who == NA { "na" } else { "da" });
        let told = console.browser.kapi(&admin(), "GET", "/v2/api/talk/channels", &about).await.json();
        told["channels"][0]["relation"].as_str().unwrap().to_owned()
    };
    assert_eq!((relation(NA).await.as_str(), relation(DA).await.as_str()), ("BLOCKED", "ADDED"));

    let disabled = async |who| {
        let account = console.store.account(&AppUser::new(who), Clock::System.now()).await.unwrap();
        account.map(|account| account.disabled)
    };
    console.tell("account", "account-disabled", "ga", "late").await;
    console.tell("account", "account-enabled", "na", "late").await;
    console.tell("account", "account-disabled", "da", "signature").await;
    assert_eq!((disabled(GA).await, disabled(NA).await, disabled(DA).await), (Some(true), Some(false), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_link_has_ended_is_no_member_any_more_unless_it_is_an_old_story() {
    let console = Console::open().await;
    let kakao = &console.browser.kakao;
    console.signs_up().await;
    console.tell("unlink", "UNLINK_FROM_APPS", "ga", "key").await;
    assert!(kakao.is_linked("ga"), "a forger ends nothing");

    let asked = kakao.called(Endpoint::Me);
    console.tell("unlink", "UNLINK_FROM_APPS", "ga", "late").await;
    soon("Kakao is asked", async || kakao.called(Endpoint::Me) > asked).await;
    assert!(kakao.is_linked("ga") && console.is_member().await, "linked again since");

    // The people's own button: the link ends, and Kakao tells of it.
    let page = console.browser.get(&format!("{}/kakao", console.url)).await;
    assert!(page.text.contains("끊고 알리기") && page.text.contains("/kakao/callbacks"));
    let pressed = [("what", "leave"), ("person", "ga")];
    let seen = console.browser.post(&format!("{}/kakao/do", console.url), &pressed).await;
    assert_eq!(seen.location.as_deref(), Some("/kakao/callbacks#sent"));
    assert!(!kakao.is_linked("ga"));
    soon("the membership ends", async || !console.is_member().await).await;

    // An account event tells the same thing.
    console.signs_up().await;
    console.tell("account", "user-unlinked", "ga", "doubled").await;
    assert!(!kakao.is_linked("ga"));
    soon("the membership ends", async || !console.is_member().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_was_answered_and_how_fast() {
    let console = Console::open().await;
    let empty = console.page().await;
    assert!(empty.text.contains("아직 아무것도 보내지 않았어요") && empty.text.contains("3초만"));
    assert!(empty.policy.unwrap().starts_with("default-src 'none'; style-src 'self'; form-action 'self'; "));

    let address = format!("{}/kakao/callbacks", console.url);
    let wish = [("surface", "channel"), ("event", "blocked"), ("person", "na"), ("how", "late")];
    console.browser.post(&address, &wish).await;
    let sent = console.sent().await;
    assert_eq!((&sent[0]["event"], &sent[0]["late"]), (&Value::from("blocked"), &Value::from(false)));
    assert_eq!((&sent[1]["event"], &sent[1]["late"]), (&Value::from("added"), &Value::from(true)));
    assert!(sent.iter().all(|sent| sent["ms"].as_u64().unwrap() < 3_000), "{sent:?}");
    let page = console.page().await;
    for words in ["제때 먼저", "뒤늦게", "받아들여졌어요.", "taken.", " ms</b>", "<span class=\"tag good\">200</span>"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // What was chosen is chosen again.
    for chosen in ["\"blocked\" selected", "\"na\" selected", "\"late\" selected"] {
        assert!(page.text.contains(chosen), "{chosen}: {}", page.text);
    }

    for wrong in [("surface", "work"), ("event", "gone"), ("person", "nobody"), ("how", "issuer"), ("how", "")] {
        let wish = wish.map(|pair| if pair.0 == wrong.0 { wrong } else { pair });
        assert_eq!(console.browser.post(&address, &wish).await.status, 400, "{wrong:?}");
    }
    assert_eq!(console.sent().await.len(), 2, "nothing else was sent");
    let forget = http::Request::delete(format!("{address}/sent"));
    assert_eq!(console.browser.send(forget, "").await.unwrap().status, 204);
    assert!(console.sent().await.is_empty());
}

#[tokio::test]
async fn nobody_at_the_address_is_said_to_be_nobody() {
    // The stand-in alone: there are no functions.
    let browser = Browser::open().await;
    let base = browser.kakao.kauth_url().trim_end_matches("/kauth").to_owned();
    let wish = [("surface", "unlink"), ("event", "ACCOUNT_DELETE"), ("person", "ga"), ("how", "once")];
    browser.post(&format!("{base}/kakao/callbacks"), &wish).await;
    let sent = browser.get(&format!("{base}/kakao/callbacks/sent")).await.json();
    assert_eq!((&sent[0]["status"], &sent[0]["verdict"]), (&Value::from(404), &Value::from("absent")));
}
