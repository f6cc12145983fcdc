//! The Kakao Work room in a real browser: the sample's approval, pressed by the one who asks and the one who decides.

use fantoccini::Locator;
use serde_json::json;
use simulator::{Laptop, Options};
use tests::browser::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_asked_for_and_decided_in_the_room() {
    let data = tempfile::tempdir().expect("a folder");
    let options = Options { port: 0, data: Some(data.path().to_owned()), ..Options::default() };
    let laptop = Laptop::start(bot::Bot, &options, |_| None).await.expect("kakao dev starts");
    let url = laptop.url.clone();
    tokio::spawn(async move { laptop.serve(std::future::pending()).await.expect("it serves") });
    let browser = Browser::open(412, false).await;
    let page = &browser.page;
    page.goto(&format!("{url}/room/work")).await.expect("the room");
    browser.waits_for("#words").await;
    browser.is_accessible().await;

    page.find(Locator::Id("words")).await.expect("a line").send_keys("휴가").await.expect("typing");
    browser.click("#call button").await;
    browser.waits_for("#said li:nth-child(1) button").await;
    browser.click("#said li:nth-child(1) button").await;
    browser.waits_for("dialog[open] [name=when]").await;
    browser.is_accessible().await;
    page.find(Locator::Css("[name=when]")).await.expect("a line").send_keys("내일").await.expect("typing");
    browser.click("#accept").await;

    // Somebody else, who may decide.
    browser.waits_for("#said li:nth-child(2) .action button").await;
    let member = page.find(Locator::Id("member")).await.expect("who");
    member.clear().await.expect("an empty line");
    member.send_keys(&bot::approval::APPROVERS[0].to_string()).await.expect("typing");
    browser.click("#said li:nth-child(2) .action button:nth-child(2)").await;
    browser.waits_for("dialog[open] select[name=verdict]").await;
    browser.screenshot("work-modal").await;
    browser.click("select[name=verdict] option[value=reject]").await;
    page.find(Locator::Css("[name=reason]")).await.expect("a line").send_keys("겹쳐요").await.expect("typing");
    browser.click("#accept").await;
    browser.waits_for("#said li:nth-child(4) .header.red").await;

    // An old button.
    browser.click("#said li:nth-child(2) .action button:nth-child(1)").await;
    browser.waits_for("#said li:nth-child(5)").await;
    let last = browser.script("return document.querySelector('#said li:last-child .text').textContent").await;
    assert_eq!(last, json!(format!("결재자 {} 님이 이미 반려했어요.", bot::approval::APPROVERS[0])));
    browser.fits(412).await;
    browser.is_accessible().await;
    browser.screenshot("work-room").await;
    browser.close().await;
}
