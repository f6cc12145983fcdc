//! The sign-up's own pages in a real browser, outside of the chat room: read, filled in, pressed, and looked at by axe-core.

use fantoccini::Locator;
use serde_json::json;
use tests::browser::{Browser, Dev};

/// The paper of a page in the dark: `--paper` of `page.css`.
const DARK: &str = "rgb(27, 27, 29)";

/// `kakao dev`, and somebody on the consent screen of the plugin who keeps the year of birth to themselves.
struct Visit {
    browser: Browser,
    dev: Dev,
}

impl Visit {
    async fn begin(width: u32, dark: bool) -> Self {
        let dev = Dev::start().await;
        let browser = Browser::open(width, dark).await;
        // The room opens the half-view; here it is a page of its own, as in KakaoTalk.
        browser.page.goto(&dev.url).await.expect("the room");
        browser.click("#sign-up").await;
        browser.waits_for("#half-view iframe").await;
        let mut plugin = String::new();
        for _ in 0..100 {
            let source = browser.script("return document.querySelector('#half-view iframe').src").await;
            plugin = source.as_str().unwrap_or_default().to_owned();
            if plugin.starts_with("http") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        browser.page.goto(&plugin).await.expect("the consent screen");
        browser.waits_for("button[value=agree]").await;
        let tick = "document.querySelectorAll('[required], [value=profile_nickname]').forEach(box => { box.checked = box.value !== 'birthyear' || box.required }); return null";
        browser.script(tick).await;
        browser.click("button[value=agree]").await;
        browser.waits_for("#birth_date").await;
        Self { browser, dev }
    }

    async fn path(&self) -> String {
        let url = self.browser.page.current_url().await.expect("an address");
        assert!(url.as_str().starts_with(&self.dev.url));
        url.path().to_owned()
    }

    /// Fills in the birth date and sends it.
    async fn born(&self, day: &str) {
        let field = self.browser.page.find(Locator::Id("birth_date")).await.expect("a field");
        field.clear().await.expect("an empty field");
        field.send_keys(day).await.expect("typing");
        self.browser.click("main form button").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_the_form_and_the_failure_page_are_read_filled_in_and_lead_back_to_the_chat() {
    let visit = Visit::begin(320, false).await;
    let browser = &visit.browser;
    assert_eq!(visit.path().await, "/sync/match");
    browser.fits(320).await;
    browser.is_accessible().await;
    browser.screenshot("match").await;

    // The browser itself asks for what is missing.
    browser.click("main form button").await;
    assert_eq!(browser.script("return document.querySelectorAll(':invalid[required]').length").await, json!(1));

    // The service says what is wrong with the rest, at the field, and the cursor is there.
    visit.born("내일").await;
    browser.waits_for("#birth_date-error").await;
    assert_eq!(visit.path().await, "/sync/match");
    assert_eq!(browser.script("return document.activeElement.id").await, json!("birth_date"));
    assert_eq!(browser.script("return document.getElementById('birth_date').value").await, json!("내일"));
    browser.fits(320).await;
    browser.is_accessible().await;
    browser.screenshot("match-wrong").await;

    // Too young: the failure page, and from there to the chat. The policy lets the form lead there.
    visit.born("2020-01-01").await;
    browser.waits_for("button[value=AGAIN]").await;
    assert_eq!(visit.path().await, "/sync/failure");
    browser.fits(320).await;
    browser.is_accessible().await;
    browser.screenshot("failure").await;
    let buttons = browser.script(
        "return [...document.querySelectorAll('main button, main a')].map(e => e.firstChild.textContent.trim())",
    );
    assert_eq!(buttons.await, json!(["다시 가입하기", "상담원과 이야기하기", "채팅방으로 돌아가기"]));
    browser.click("button[value=PERSON]").await;
    browser.waits_for("a[target=_top]").await;
    assert!(visit.path().await.starts_with("/talk-plugin/continue/"), "{}", visit.path().await);
    visit.browser.close().await;
}

/// In KakaoTalk the chat is at another origin than our pages, and what a form is answered with leads there: browsers hold the policy
/// against that, too. By its other name the laptop is another origin to itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_the_failure_page_leads_back_to_a_chat_of_another_origin() {
    let visit = Visit::begin(412, false).await;
    let browser = &visit.browser;
    visit.born("2020-01-01").await;
    browser.waits_for("button[value=AGAIN]").await;
    let mut page = browser.page.current_url().await.expect("an address");
    page.set_host(Some("localhost")).expect("another name");
    browser.page.goto(page.as_str()).await.expect("the same page");
    browser.click("button[value=PERSON]").await;
    browser.waits_for("a[target=_top]").await;
    let arrived = browser.page.current_url().await.expect("an address");
    assert_eq!((page.host_str(), arrived.host_str()), (Some("localhost"), Some("127.0.0.1")));
    assert!(arrived.path().starts_with("/talk-plugin/continue/"), "{arrived}");
    visit.browser.close().await; // and says whether a policy was in the way
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_old_enough_ends_in_the_chat() {
    let visit = Visit::begin(412, true).await;
    let browser = &visit.browser;
    browser.fits(412).await;
    browser.is_accessible().await;
    assert_eq!(browser.background().await, json!(DARK));
    browser.screenshot("match-dark").await;
    visit.born("2001.2.3").await;
    browser.waits_for("a[target=_top]").await;
    assert!(visit.path().await.starts_with("/talk-plugin/continue/"));
    visit.browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_failure_page_in_the_dark_is_one_that_everybody_can_read() {
    let visit = Visit::begin(1_000, true).await;
    let browser = &visit.browser;
    visit.born("2020-01-01").await;
    browser.waits_for("button[value=AGAIN]").await;
    browser.is_accessible().await;
    assert_eq!(browser.background().await, json!(DARK));
    browser.screenshot("failure-dark").await;
    // By keyboard alone: three ways on, in the order in which they stand.
    for way in ["AGAIN", "PERSON", ""] {
        let body = browser.page.active_element().await.expect("something has the focus");
        body.send_keys("\u{e004}").await.expect("Tab");
        let value = browser.script("return document.activeElement.value || ''").await;
        assert_eq!(value, json!(way));
    }
    // A page that is used up still says what to do.
    let address = browser.page.current_url().await.expect("an address");
    let forged =
        format!("{}://{}:{}/sync/failure?pass=x", address.scheme(), "127.0.0.1", address.port().expect("a port"));
    browser.page.goto(&forged).await.expect("a page");
    browser.is_accessible().await;
    assert!(browser.page.source().await.expect("a page").contains("잘못된 주소예요"));
    visit.browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t16_a_web_login_comes_back_with_its_cookie_and_ends_on_a_page() {
    let dev = Dev::start().await;
    let browser = Browser::open(412, false).await;
    browser.page.goto(&format!("{}/sync/login", dev.url)).await.expect("a login");
    browser.waits_for("form[action*=login] button").await;
    browser.click("form[action*=login] button.main").await;
    browser.waits_for("button[value=all]").await;
    browser.click("button[value=all]").await;
    browser.arrives_at("/sync/redirect").await;
    assert!(browser.page.source().await.expect("a page").contains("가입을 마쳤어요"));
    browser.is_accessible().await;
    // Loaded again it ends as it did; in another browser it is nobody's.
    browser.page.refresh().await.expect("the page again");
    assert!(browser.page.source().await.expect("a page").contains("가입을 마쳤어요"));
    let address = browser.page.current_url().await.expect("an address");
    let other = Browser::open(412, false).await;
    other.page.goto(address.as_str()).await.expect("a page");
    assert!(!other.page.source().await.expect("a page").contains("가입을 마쳤어요"));
    other.close().await;
    browser.close().await;
}
