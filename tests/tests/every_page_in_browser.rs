//! Each page that the sign-up can show, in a real browser as narrow as the narrowest phone, in the light and in the dark: looked at by
//! axe-core, with its own policy. And what becomes of hostile input there (threat T14), counted by the browser itself.

use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::bot::{Applicant, Decision, Field, Form, SignUp, Words};
use shared::sign_up::{Keys, Pass, Purpose};
use shared::store::SagaId;
use shared::store::sign_up::ASK_LEASE;
use simulator::login::{Endpoint, Fault as KakaoFault};
use sync_failure::SyncFailure;
use sync_match::SyncMatch;
use sync_redirect::SyncRedirect;
use tests::browser::Browser;
use tests::faults::wire::Told;
use tests::faults::{ALWAYS, ANY, Fault};
use tests::login::Login;
use tests::payloads::{payloads, tame};
use tests::sync::{Ask, CONTINUE, NOW, Seen, World, encoded};

/// A bot that shows all there is: every kind of field, a notice, a person to talk to.
#[derive(Clone, Copy)]
enum Rule {
    Asks,
    Accepts,
    Refuses,
}

const fn words(ko: &'static str, en: &'static str) -> Words {
    Words { ko, en }
}

fn form() -> Form {
    let times = vec![("am", words("오전", "Morning")), ("pm", words("오후", "Afternoon"))];
    Form::new(words("몇 가지만 더 알려 주세요", "A few more things"))
        .notice(words("이미 회원이면 번호를 적어 주세요.", "If you are a member, give us your number."))
        .field(Field::phone("phone", words("전화번호", "Phone")).hint(words("숫자만 적어도 돼요", "Digits will do")))
        .field(Field::birth_date("birth_date", words("생년월일", "Date of birth")))
        .field(Field::choice("time", words("연락받을 시간", "When to call"), times))
        .field(Field::text("number", words("회원 번호", "Member number"), 200).optional())
}

impl SignUp for Rule {
    async fn decide(&self, who: &Applicant) -> Decision {
        match (self, who.answer("phone")) {
            (Self::Asks, None) => Decision::AskMore(form()),
            (Self::Refuses, _) => Decision::Refuse("no".to_owned()),
            _ => Decision::Accept(Map::new()),
        }
    }

    fn talk_to_a_person(&self) -> Option<Words> {
        Some(words("상담원과 이야기하기", "Talk to a person"))
    }
}

/// The query of the page that the browser was sent on to.
fn query(seen: &Seen) -> String {
    seen.location().and_then(|url| url.split_once('?')).expect("a 302 to a page").1.to_owned()
}

async fn look_at_the_form(world: &World<Rule>, query: &str) -> Seen {
    world.ask::<SyncMatch>(&Ask::get("/sync/match", query)).await
}

async fn answer(world: &World<Rule>, query: &str, fields: &str) -> Seen {
    world.ask::<SyncMatch>(&Ask::post("/sync/match", query, fields)).await
}

async fn look_at_the_failure(world: &World<Rule>, query: &str) -> Seen {
    world.ask::<SyncFailure>(&Ask::get("/sync/failure", query)).await
}

async fn press(world: &World<Rule>, query: &str, fields: &str) -> Seen {
    world.ask::<SyncFailure>(&Ask::post("/sync/failure", query, fields)).await
}

/// Each page there is, by a name for its picture.
async fn pages() -> Vec<(&'static str, Seen)> {
    let mut pages = Vec::new();
    let mut world = World::of(Rule::Asks, NOW).await;
    let back = encoded(CONTINUE);
    pages.push(("cancelled", world.get(&format!("error=access_denied&continue={back}")).await));
    pages.push(("cancelled-outside", world.get("error=access_denied").await));
    pages.push(("not-asked", world.get(&format!("error=server_error&continue={back}")).await));
    pages.push(("bad-address", world.get(&format!("continue={back}")).await));
    pages.push(("foreign-login", world.get("code=x&state=x").await));

    // The form, and what can become of it.
    let form = query(&world.get(&world.query()).await);
    pages.push(("form", look_at_the_form(&world, &form).await));
    pages.push(("form-wrong", answer(&world, &form, ".form=1&phone=1&birth_date=x&time=x&number=7").await));
    pages.push(("form-unreadable", answer(&world, &form, "a=1&a=2").await));
    pages.push(("form-forged", look_at_the_form(&world, "pass=x").await));
    world.kakao.plan(Endpoint::Me, KakaoFault::Status(503), None);
    pages.push(("look-again", look_at_the_form(&world, &form).await));
    world.kakao.heal();
    world.restart(Rule::Accepts, &[]);
    pages.push(("go-on", look_at_the_form(&world, &form).await));

    // The failure page, in the chat and outside of it.
    world.restart(Rule::Refuses, &[]);
    let failure = query(&answer(&world, &form, "").await);
    pages.push(("failure", look_at_the_failure(&world, &failure).await));
    pages.push(("failure-unreadable", press(&world, &failure, &format!("way={}", "x".repeat(2_000))).await));
    let keys = Keys::of(&world.app).await.expect("keys");
    let outside = Pass { saga: SagaId::of_code("x"), back: None };
    let outside = outside.query(&keys.passes, Purpose::Failure, NOW).expect("a pass");
    pages.push(("failure-outside", look_at_the_failure(&world, &outside).await));
    pages.push(("failure-done-outside", press(&world, &outside, "way=AGAIN").await));
    world.app.clock.set(NOW.plus(ASK_LEASE * 2));
    pages.push(("expired", look_at_the_failure(&world, &failure).await));

    // What is seen while it takes long, and at the end of a web login.
    world.restart(Rule::Accepts, &[]);
    let redirect = world.query();
    world.faults.on(ANY, ALWAYS, Fault::Error("InternalServerError"));
    pages.push(("working", world.get(&redirect).await));
    pages.push(("unknown", world.get(&format!("{redirect}&again=9")).await));
    world.faults.clear();
    let away = world.log_in().await;
    pages.push(("complete", world.ask::<SyncRedirect>(&away.back_with(&world.code_for(&away))).await));
    pages
}

/// The page as a server would send it, and nothing more.
fn served(seen: &Seen) -> Told {
    let names =
        ["content-type", "content-security-policy", "x-content-type-options", "cache-control", "referrer-policy"];
    let headers = names.map(|name| (name, seen.header(name).to_owned())).to_vec();
    let status = seen.status.try_into().expect("a status");
    Told::Answer { status, headers, body: seen.body.clone().into_bytes() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_one_that_everybody_can_read() {
    let pages = pages().await;
    for dark in [false, true] {
        let browser = Browser::open(320, dark).await;
        for (name, seen) in &pages {
            assert!(matches!(seen.status, 200 | 400) && seen.body.contains("<h1>"), "{name}: {seen:?}");
            // One server for each: whatever else a page asks for is found out.
            let server = Login::default();
            let path = format!("/{name}");
            server.tell(&path, served(seen)).tell(&path, Told::answer(204, "text/html", Vec::new()));
            browser.page.goto(&format!("{}{path}", server.url())).await.expect("a page");
            browser.fits(320).await;
            browser.is_accessible().await;
            let paper = if dark { "rgb(27, 27, 29)" } else { "rgb(255, 255, 255)" };
            assert_eq!(browser.background().await, json!(paper), "{name}");
            browser.screenshot(&format!("page-{name}-{}", if dark { "dark" } else { "light" })).await;
            assert_eq!(browser.violations().await, Vec::<String>::new(), "{name}");
            let asked: Vec<String> = server.asked().into_iter().map(|asked| asked.path).collect();
            let looked = asked.iter().filter(|asked| asked.contains("again=1")).count();
            assert_eq!(looked, usize::from(*name == "working"), "{name}: {asked:?}");
            assert!(asked.iter().all(|asked| asked.starts_with(&path) || asked == "/favicon.ico"), "{name}: {asked:?}");
        }
        browser.close().await;
    }
}

/// How many nodes and attributes each page has, as the browser reads it.
async fn parts(browser: &Browser, pages: &[String]) -> Vec<Value> {
    let count = "return arguments[0].map(html => { \
         const page = new DOMParser().parseFromString(html, 'text/html'); \
         const nodes = page.createTreeWalker(page, NodeFilter.SHOW_ALL); \
         let count = 0; while (nodes.nextNode()) count += 1; \
         const all = [...page.querySelectorAll('*')]; \
         return [count, all.length, all.reduce((sum, one) => sum + one.attributes.length, 0)]; })";
    let counted = browser.page.execute(count, vec![json!(pages)]).await.expect("a script");
    counted.as_array().expect("counts").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_two_hundred_payloads_everywhere_are_no_new_node() {
    let world = World::of(Rule::Asks, NOW).await;
    let form = query(&world.get(&world.query()).await);
    let refusing = World::of(Rule::Refuses, NOW).await;
    let failure = query(&refusing.get(&refusing.query()).await);
    let browser = Browser::open(412, false).await;
    browser.page.goto("data:text/html,<p>").await.expect("a page that lets a script read others");
    let page_with = async |payload: &str| {
        let value = encoded(payload);
        let names = ["x", "why", "nickname", "way", "name", ".form", "state", "error_description", value.as_str()];
        let pairs = names.map(|name| format!("{name}={value}")).join("&");
        let fields = ["phone", "birth_date", "time", "number"].map(|name| format!("{name}={value}")).join("&");
        [
            world.get(&format!("error={value}&{pairs}")).await,
            world.get(&format!("{pairs}&continue={value}")).await,
            look_at_the_form(&world, &format!("{pairs}&{form}")).await,
            answer(&world, &form, &format!(".form=1&{fields}")).await,
            answer(&world, &form, &format!(".form={value}&{value}=1")).await,
            look_at_the_failure(&refusing, &format!("{pairs}&{failure}")).await,
            look_at_the_failure(&refusing, &format!("pass={value}")).await,
        ]
        .map(|seen| seen.body)
    };
    let payloads = payloads();
    assert!(payloads.len() >= 200);
    for payload in payloads {
        let (hostile, tamed) = (page_with(&payload).await, page_with(&tame(&payload)).await);
        assert!(hostile.iter().all(|page| page.contains("<h1>")), "{payload}: {hostile:#?}");
        assert_eq!(parts(&browser, &hostile).await, parts(&browser, &tamed).await, "{payload}");
    }
    // The counting counts.
    let page = ["<p>1".to_owned(), "<p>1<script>1</script>".to_owned(), "<p x=1>1".to_owned()];
    let counted = parts(&browser, &page).await;
    assert!(counted[0] != counted[1] && counted[0] != counted[2], "{counted:?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_what_a_policy_keeps_from_happening_is_noticed() {
    let server = Login::default();
    let headers = vec![
        ("content-type", "text/html".to_owned()),
        ("content-security-policy", "default-src 'none'; form-action 'none'".to_owned()),
    ];
    let body = b"<!doctype html><form action=/x><button>x</button></form>".to_vec();
    server.tell("/page", Told::Answer { status: 200, headers, body });
    let browser = Browser::open(412, false).await;
    browser.page.goto(&format!("{}/page", server.url())).await.expect("a page");
    assert_eq!(browser.violations().await, Vec::<String>::new());
    browser.click("button").await;
    // The driver does not wait for what is kept from happening.
    let mut violations = Vec::new();
    for _ in 0..100 {
        violations.extend(browser.violations().await);
        if !violations.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(violations.iter().any(|line| line.contains("form-action")), "{violations:?}");
    assert!(server.asked().iter().all(|asked| asked.path != "/x"));
    browser.close().await;
}
