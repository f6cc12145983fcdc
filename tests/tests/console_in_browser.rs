//! The console of the stand-in Kakao in a real browser: what Kakao tells by itself is pressed, and the answers are read.

use serde_json::json;
use tests::browser::{Browser, Dev};

/// `kakao dev`, and its console on a phone.
struct Console {
    browser: Browser,
    dev: Dev,
}

impl Console {
    async fn open(dark: bool) -> Self {
        let dev = Dev::start().await;
        let browser = Browser::open(320, dark).await;
        browser.page.goto(&format!("{}/kakao", dev.url)).await.expect("the console");
        Self { browser, dev }
    }

    /// Chooses `how` in the form of this surface and presses its button. Then there are so many answers.
    async fn press(&self, surface: &str, how: &str, answers: usize) {
        let form = format!("section[aria-labelledby={surface}] form");
        self.browser.click(&format!("{form} [name=how] option[value={how}]")).await;
        self.browser.click(&format!("{form} button")).await;
        self.browser.waits_for(&format!(".answers li:nth-child({answers})")).await;
    }

    /// Status and colour of the newest answers.
    async fn newest(&self, number: usize) -> serde_json::Value {
        let tags = "[...document.querySelectorAll('.answers .tag')].map(tag => tag.textContent + ' ' + tag.className)";
        self.browser.script(&format!("return {tags}.slice(0, {number})")).await
    }

    async fn is_fit_to_be_seen(&self, name: &str) {
        self.browser.fits(320).await;
        self.browser.is_accessible().await;
        self.browser.screenshot(name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kakao_tells_by_itself_is_pressed_and_answered() {
    let console = Console::open(false).await;
    let browser = &console.browser;
    browser.click("a[href='/kakao/callbacks']").await;
    browser.arrives_at("/kakao/callbacks").await;
    console.is_fit_to_be_seen("callbacks-empty").await;

    console.press("channel", "once", 1).await;
    assert_eq!(console.newest(1).await, json!(["200 tag good"]));
    console.press("channel", "doubled", 3).await;
    console.press("account", "late", 5).await;
    assert_eq!(console.newest(2).await, json!(["202 tag good", "202 tag good"]));
    console.press("account", "signature", 6).await;
    console.press("unlink", "app", 7).await;
    assert_eq!(console.newest(2).await, json!(["403 tag good", "400 tag good"]));
    let words = browser.script("return document.querySelector('.answers li').textContent").await;
    let words = words.as_str().unwrap_or_default();
    assert!(words.contains("다른 앱의 것") && words.contains(" ms") && words.contains("거절되었어요"), "{words}");
    console.is_fit_to_be_seen("callbacks").await;
    browser.script("document.getElementById('account').scrollIntoView(); return null").await;
    browser.screenshot("callbacks-account").await;
    console.browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_leaves_and_kakao_tells_of_it() {
    let console = Console::open(true).await;
    let browser = &console.browser;
    browser.click("[aria-label='가람 연결하기']").await;
    browser.waits_for("[aria-label='가람 끊고 알리기']").await;
    console.is_fit_to_be_seen("console-dark").await;
    browser.click("[aria-label='가람 끊고 알리기']").await;
    browser.waits_for(".answers li").await;
    assert_eq!(console.newest(1).await, json!(["200 tag good"]));
    console.is_fit_to_be_seen("callbacks-dark").await;
    browser.page.goto(&format!("{}/kakao", console.dev.url)).await.expect("the console");
    browser.waits_for("[aria-label='가람 연결하기']").await;
    console.browser.close().await;
}
