//! The Kakao Work room in a real browser: the sample's approval, pressed by the one who asks and the one who decides.

use fantoccini::Locator;
use serde_json::{Value, json};
use tests::browser::{Browser, Dev};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_asked_for_and_decided_in_the_room() {
    let dev = Dev::start().await;
    let browser = Browser::open(412, false).await;
    let page = &browser.page;
    page.goto(&format!("{}/room/work", dev.url)).await.expect("the room");
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

/// What the sample never says: every block of the documents, drawn as text and nothing else.
const EVERY_BLOCK: &str = include_str!("../../shared/tests/samples/work/message-every-block.json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_block_is_drawn_and_a_section_is_pressed_with_the_keyboard() {
    let dev = Dev::start().await;
    let browser = Browser::open(412, false).await;
    browser.page.goto(&format!("{}/room/work", dev.url)).await.expect("the room");
    browser.waits_for("#words").await;

    let mut message: Value = serde_json::from_str(EVERY_BLOCK).expect("JSON");
    message["conversation_id"] = 1.into();
    // Pictures from where there are some; a link that is a page; words that must stay words.
    let picture = format!("{}/room/icon.svg", dev.url);
    for pointer in ["/blocks/3/url", "/blocks/5/accessory/url", "/blocks/7/image/url"] {
        *message.pointer_mut(pointer).expect("a picture") = picture.clone().into();
    }
    message["blocks"][1]["inlines"][2]["ref"]["value"] = 7.into();
    message["blocks"][7]["content"] = json!({ "type": "text", "text": "쪽 <b>", "inlines": [
        { "type": "link", "text": "쪽", "url": "https://example.com/a" }, { "type": "styled", "text": " <b>" } ] });
    // No device has an action of its own here: the kind of device decides.
    message["blocks"][5]["action"]["pc"] = json!({ "type": "call_modal", "value": "vacation" });
    let send = format!(
        "return fetch('/work-api/v1/messages.send', {{ method: 'POST', body: JSON.stringify({message}), \
         headers: {{ authorization: 'Bearer local-work-app-key' }} }}).then((answer) => answer.json())"
    );
    let answer = browser.script(&send).await;
    assert_eq!(answer["success"], json!(true), "{answer}");
    browser.waits_for("#said li .context").await;

    let seen = "const find = (what) => document.querySelector(`#said li ${what}`); \
                const link = find('.context a'); return { \
                styled: find('.text .bold.italic.strike.ink-grey').textContent, no_link: find('.text u').title, \
                mention: find('.text b').title, accent: find('.description b.term').textContent, \
                link: [link.href, link.rel, link.target], context: find('.context .text').textContent, \
                image: find('.context img').src, section: find('.section img').src, rows: document.querySelectorAll('#said .action button').length }";
    assert_eq!(
        browser.script(seen).await,
        json!({
            "styled": "굵게 ", "no_link": "tel:02-123-4567", "mention": "7", "accent": "언제",
            "link": ["https://example.com/a", "noopener noreferrer", "_blank"], "context": "쪽 <b>",
            "image": picture, "section": picture, "rows": 2
        })
    );
    browser.screenshot("work-blocks").await;
    browser.is_accessible().await;
    browser.fits(412).await;

    let button = browser.page.find(Locator::Css("#said .section button")).await.expect("a button");
    button.send_keys("\n").await.expect("the enter key");
    browser.waits_for("dialog[open] [name=when]").await;
    browser.close().await;
}
