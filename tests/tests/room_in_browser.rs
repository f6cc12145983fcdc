//! The chat room in a real browser: what a person types and taps is what the bot gets, and what it answers is seen.

use std::ops::Deref;
use std::time::Duration;

use fantoccini::Locator;
use serde_json::json;
use simulator::{Laptop, Options};
use tests::browser::Browser;

/// A chat room with a person in front of it.
struct Room(Browser);

impl Deref for Room {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.0
    }
}

async fn serve(data: &std::path::Path) -> (String, tokio::task::JoinHandle<()>) {
    let options = Options { port: 0, data: Some(data.to_owned()), ..Options::default() };
    let laptop = Laptop::start(bot::Bot, &options, |_| None).await.expect("kakao dev starts");
    let url = laptop.url.clone();
    let serving = tokio::spawn(async move { laptop.serve(std::future::pending()).await.expect("it serves") });
    (url, serving)
}

impl Room {
    async fn open(url: &str, width: u32, dark: bool) -> Self {
        let browser = Browser::open(width, dark).await;
        browser.page.goto(url).await.expect("the page loads");
        Self(browser)
    }

    async fn say(&self, text: &str) {
        let field = self.page.find(Locator::Id("text")).await.expect("a message field");
        field.send_keys(text).await.expect("typing");
        self.page
            .find(Locator::Css("#say button[type=submit]"))
            .await
            .expect("a send button")
            .click()
            .await
            .expect("a click");
    }

    /// Waits until the conversation shows `text`.
    async fn sees(&self, text: &str) {
        for _ in 0..100 {
            if self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{text:?} is not in the room:\n{}", self.text().await);
    }

    async fn text(&self) -> String {
        self.page.find(Locator::Id("lines")).await.expect("the conversation").text().await.unwrap_or_default()
    }

    async fn quick_reply(&self, label: &str) -> fantoccini::elements::Element {
        let path = format!("//*[@id='quick']//button[normalize-space()='{label}']");
        self.page
            .wait()
            .at_most(Duration::from_secs(5))
            .for_element(Locator::XPath(&path))
            .await
            .unwrap_or_else(|error| panic!("no quick reply {label:?}: {error}"))
    }

    async fn tap(&self, label: &str) {
        self.quick_reply(label).await.click().await.expect("a click");
    }

    /// Two clicks as fast as a finger can.
    async fn double_tap(&self, label: &str) {
        let button = self.quick_reply(label).await;
        let script = "arguments[0].click(); arguments[0].click();";
        let button = serde_json::to_value(&button).expect("an element");
        self.page.execute(script, vec![button]).await.expect("two clicks");
    }

    /// The consent screen, inside of the half-view.
    async fn enter_half_view(&self) {
        let frame = self.page.find(Locator::Css("#half-view iframe")).await.expect("a half-view");
        frame.enter_frame().await.expect("its page");
        let consent = Locator::Css("button[value=all]");
        self.page.wait().at_most(Duration::from_secs(5)).for_element(consent).await.expect("a consent screen");
    }

    /// Agrees to everything on the consent screen, and waits for the page behind it.
    async fn agrees_and_gets_to(&self, css: &str) {
        self.click("#sign-up").await;
        self.enter_half_view().await;
        self.click("button[value=all]").await;
        self.page.wait().at_most(Duration::from_secs(5)).for_element(Locator::Css(css)).await.expect(css);
    }

    /// Presses something that ends the half-view.
    async fn leaves_by(&self, css: &str) {
        self.click(css).await;
        self.page.enter_parent_frame().await.expect("the room");
    }

    async fn close(self) {
        self.0.close().await;
    }
}

/// From an empty room to a vote.
async fn found_a_group_with_a_place(room: &Room) {
    room.say("#그룹 만들기").await;
    room.sees("새 그룹의 이름을").await;
    room.say("점심모임").await;
    room.sees("그룹을 만들었어요").await;
    room.tap("식당 추가").await;
    room.sees("추가할 식당 이름을").await;
    room.say("김밥천국").await;
    room.sees("김밥천국, 추가했어요.").await;
    room.tap("점심 선택").await;
    room.sees("오늘 점심, 어디로 갈까요?").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_is_one_vote_and_it_is_there_after_a_restart() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, serving) = serve(data.path()).await;
    let room = Room::open(&url, 1_200, false).await;
    found_a_group_with_a_place(&room).await;
    room.double_tap("김밥천국").await;
    room.sees("한 표 던졌어요").await;
    room.say("#결과 보기").await;
    room.sees("모두 1표").await;
    room.screenshot("result").await;
    room.close().await;
    serving.abort();
    let _ = serving.await;

    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&url, 1_200, false).await;
    room.say("#결과 보기").await;
    room.sees("모두 1표").await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_long_arrives_later() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&url, 1_200, true).await;
    found_a_group_with_a_place(&room).await;
    room.page.find(Locator::Id("callback")).await.expect("a switch").click().await.expect("a click");
    room.say("#추천").await;
    room.sees("오늘은 김밥천국 어떠세요?").await;
    room.screenshot("later-dark").await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_fits_a_small_phone_and_loads_nothing_from_elsewhere() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&url, 320, false).await;
    found_a_group_with_a_place(&room).await;
    room.screenshot("phone").await;
    assert_eq!(room.script("return [innerWidth, document.documentElement.scrollWidth]").await, json!([320, 320]));
    let foreign =
        "return performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith(location.origin))";
    assert_eq!(room.script(foreign).await, json!([]));
    let unnamed = "return [...document.querySelectorAll('button, input, textarea')].filter(e => !e.textContent.trim() && \
                   !(e.labels && e.labels.length) && !e.getAttribute('aria-label')).map(e => e.outerHTML)";
    assert_eq!(room.script(unnamed).await, json!([]), "controls that a screen reader cannot name");
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_write_is_text_and_never_markup() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&url, 1_200, false).await;
    room.say("#그룹 만들기").await;
    room.sees("새 그룹의 이름을").await;
    room.say("<img src=x>").await;
    room.sees("'<img src=x>' 그룹을 만들었어요").await;
    assert_eq!(room.script("return document.querySelectorAll('#lines img[src=\"x\"]').length").await, json!(0));
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_up_covers_half_of_the_chat_and_comes_back_to_it() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&url, 320, false).await;
    let open = "return document.getElementById('half-view').open";
    room.click("#sign-up").await;
    room.enter_half_view().await;
    assert_eq!(room.script("return [innerWidth, document.documentElement.scrollWidth]").await, json!([320, 320]));
    let unnamed = "return [...document.querySelectorAll('button, input')].filter(e => e.type !== 'hidden' && \
                   !e.textContent.trim() && !(e.labels && e.labels.length)).map(e => e.outerHTML)";
    assert_eq!(room.script(unnamed).await, json!([]), "controls that a screen reader cannot name");
    // Required items are required: the browser itself says so.
    room.click("button[value=agree]").await;
    assert_eq!(room.script("return document.querySelectorAll(':invalid[required]').length").await, json!(5));
    room.screenshot("half-view").await;
    room.click("button[value=all]").await;
    room.page.enter_parent_frame().await.expect("the room");
    // The service signs the person up and sends the browser back: the half-view closes and the bot speaks.
    room.sees("가입을 마쳤어요.").await;
    assert_eq!(room.script(open).await, json!(false));

    // The second time nobody is asked.
    room.click("#sign-up").await;
    room.sees("이미 회원이세요.").await;

    // Unlinked again, the person is asked again, and may close the half-view.
    let unlink = "fetch('/kakao/links/ga', { method: 'DELETE' }).then(() => arguments[0](null))";
    room.page.execute_async(unlink, Vec::new()).await.expect("the link ends");
    room.click("#sign-up").await;
    room.enter_half_view().await;
    room.page.enter_parent_frame().await.expect("the room");
    room.click("#half-view button").await;
    room.sees("카카오싱크 화면을 닫았어요.").await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_turns_back_on_the_consent_screen_is_asked_again_in_the_chat() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&format!("{url}/?person=na"), 320, false).await;
    room.click("#sign-up").await;
    room.enter_half_view().await;
    room.click("button[value=cancel]").await;
    let link = Locator::Css("a[href*='/talk-plugin/continue/']");
    let link = room.page.wait().at_most(Duration::from_secs(5)).for_element(link).await.expect("a way back");
    link.click().await.expect("a click");
    room.page.enter_parent_frame().await.expect("the room");
    room.sees("아직 가입 전이에요").await;
    // The card's button leads to the auth block once more.
    let again = Locator::XPath("//*[@id='lines']//button[normalize-space()='가입하기']");
    room.page.find(again).await.expect("a button").click().await.expect("a click");
    room.enter_half_view().await;
    room.click("button[value=all]").await;
    room.page.enter_parent_frame().await.expect("the room");
    room.sees("가입을 마쳤어요.").await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_speaks_to_what_was_chosen_on_the_failure_page() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&format!("{url}/?person=ra"), 320, false).await;
    // A child: the rule refuses, and the link is undone.
    for (way, heard) in [
        ("main form button[value=AGAIN]", "다시 가입해 볼까요?"),
        ("main form button[value=PERSON]", "사람이 도와드릴까요?"),
        (
            "main form button:not([value=AGAIN]):not([value=PERSON]), main a[href*='/talk-plugin/continue/']",
            "만 14세 미만은",
        ),
    ] {
        room.agrees_and_gets_to("main form button[value=AGAIN]").await;
        room.leaves_by(way).await;
        room.sees(heard).await;
    }
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_birth_year_is_unknown_is_asked_for_it() {
    let data = tempfile::tempdir().expect("a folder");
    let (url, _serving) = serve(data.path()).await;
    let room = Room::open(&format!("{url}/?person=ma"), 320, false).await;
    room.agrees_and_gets_to("#birth_date").await;
    let field = room.page.find(Locator::Id("birth_date")).await.expect("a field");
    field.send_keys("1984-08-15").await.expect("typing");
    room.leaves_by("main form button").await;
    room.sees("가입을 마쳤어요.").await;
    room.close().await;
}
