//! Quick replies and their pages.

use serde_json::{Value, json};

use super::BLOCK;
use crate::kakao::fit::{MORE_BYTES_MAX, fit, next_page};
use crate::kakao::limits::{self, Setting, json_bytes};
use crate::kakao::skill::{QuickReply, SkillRequest, SkillResponse};

fn answer(replies: impl IntoIterator<Item = QuickReply>) -> SkillResponse {
    SkillResponse::text("골라 주세요").quick_replies(replies)
}

fn numbered(count: usize) -> impl Iterator<Item = QuickReply> {
    (1..=count).map(|i| QuickReply::message(i.to_string(), i.to_string()))
}

fn replies(response: &SkillResponse) -> &[QuickReply] {
    response.template.as_ref().map(|template| template.quick_replies()).unwrap_or_default()
}

fn labels(replies: &[QuickReply]) -> Vec<&str> {
    replies.iter().filter_map(|reply| reply.label.as_deref()).collect()
}

/// The request that a tap on this reply makes.
fn tap(reply: &QuickReply) -> SkillRequest {
    request(json!({"clientExtra": reply.extra}))
}

fn request(action: Value) -> SkillRequest {
    serde_json::from_value(json!({
        "userRequest": {"block": {"id": BLOCK}, "utterance": "더 보기"}, "action": action
    }))
    .expect("reads")
}

#[test]
fn ten_are_shown_and_eleven_are_paged() {
    let ten = answer(numbered(10));
    assert_eq!(fit(ten.clone(), &Setting::default(), Some(BLOCK)).expect("good").response, ten);

    let fitted = fit(answer(numbered(11)), &Setting::default(), Some(BLOCK)).expect("paged");
    assert_eq!(labels(replies(&fitted.response)), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "더 보기"]);
    let more = serde_json::to_value(replies(&fitted.response).last()).expect("writes");
    assert_eq!(
        (&more["action"], &more["blockId"], &more["messageText"]),
        (&json!("block"), &json!(BLOCK), &json!("더 보기"))
    );
    assert_eq!(
        fitted.mendings.iter().map(|it| (it.rule, it.path.as_str())).collect::<Vec<_>>(),
        [("R04", "template.quickReplies")]
    );

    let fitted = fit(answer(numbered(11)), &Setting::default(), None).expect("paged");
    let more = serde_json::to_value(replies(&fitted.response).last()).expect("writes");
    assert_eq!((&more["action"], more.get("blockId")), (&json!("message"), None));
}

#[test]
fn the_pages_show_every_reply_once_and_in_order() {
    for count in 0..=64 {
        let mut page = fit(answer(numbered(count)), &Setting::default(), Some(BLOCK)).expect("fits").response;
        let (mut shown, mut pages) = (Vec::new(), 1);
        loop {
            assert_eq!(limits::skill_response(&page), [], "page {pages} of {count}");
            let mut these = replies(&page).to_vec();
            let last = these.pop_if(|reply| reply.label.as_deref() == Some("더 보기"));
            shown.extend(these);
            let Some(more) = last else { break };
            page = next_page(&tap(&more)).expect("another page");
            pages += 1;
            let text = serde_json::to_value(page.outputs()).expect("writes")[0]["simpleText"]["text"].clone();
            let of = if count <= 10 { 1 } else { (count - 2) / 9 + 1 };
            assert_eq!(text, format!("선택지를 더 보여 드릴게요. ({pages}/{of})"), "{count}");
        }
        assert!(shown.iter().eq(numbered(count).collect::<Vec<_>>().iter()), "{count}");
    }
}

#[test]
fn what_an_entry_carries_is_bounded() {
    let large = (1..=40).map(|i| QuickReply::message(i.to_string(), "가").extra(json!({"x": "나".repeat(150)})));
    let fitted = fit(answer(large), &Setting::default(), Some(BLOCK)).expect("paged");
    let more = replies(&fitted.response).last().and_then(|reply| reply.extra.as_ref()).expect("carries");
    let bytes = json_bytes(&more["fit.more"]);
    assert!(bytes <= MORE_BYTES_MAX && bytes > MORE_BYTES_MAX - 600, "{bytes}");
    let waiting = more["fit.more"]["replies"].as_array().map_or(0, Vec::len);
    assert_eq!(fitted.mendings.len(), 1 + 31 - waiting, "each that is cut is told");
    assert_eq!(fitted.mendings.last().map(|it| it.path.as_str()), Some("template.quickReplies[39]"));
}

#[test]
fn an_entry_for_less_than_two_is_not_made() {
    let huge = |i: usize| QuickReply::message(i.to_string(), "가").extra("나".repeat(3000));
    let fitted = fit(answer(numbered(9).chain((10..=12).map(huge))), &Setting::default(), Some(BLOCK)).expect("cut");
    assert_eq!(labels(replies(&fitted.response)).last(), Some(&"10"));
    assert_eq!(fitted.mendings.len(), 3);
}

#[test]
fn r90_replies_that_do_nothing_go_and_labels_are_short() {
    let long = "가나다라마바사아자차카타파하거";
    let response = answer([
        QuickReply::message("", "가"),
        QuickReply::message("가", ""),
        QuickReply::block("나", ""),
        QuickReply::block(long, "b"),
    ]);
    let fitted = fit(response, &Setting::default(), None).expect("fits");
    let replies = replies(&fitted.response);
    assert_eq!(labels(replies), ["가나다라마바사아자차카타파…"]);
    assert_eq!(replies[0].message_text.as_deref(), Some(long), "the block still hears all of it");
    let told: Vec<_> = fitted.mendings.iter().map(|it| it.path.rsplit('.').next().unwrap_or_default()).collect();
    assert_eq!(told, ["label", "messageText", "blockId", "label"]);
}

#[test]
fn what_comes_back_is_not_believed() {
    let reply = json!({"label": "가", "action": "message", "messageText": "가"});
    for bad in [
        json!(null),
        json!("null"),
        json!({}),
        json!([]),
        json!({"fit.more": 5}),
        json!({"fit.more": {"page": 2}}),
        json!({"fit.more": {"page": 2, "replies": []}}),
        json!({"fit.more": {"page": -1, "replies": [reply]}}),
        json!({"fit.more": {"page": 1, "replies": [reply]}}),
        json!({"fit.more": {"page": u32::MAX, "replies": [reply]}}),
        json!({"fit.more": {"page": 2, "replies": [5]}}),
        json!({"fit.more": {"page": 2, "replies": vec![&reply; 1000]}}),
    ] {
        assert!(next_page(&request(json!({"clientExtra": bad}))).is_none(), "{bad}");
    }
    assert!(next_page(&SkillRequest::default()).is_none());

    // Well formed and useless: fitting leaves the words.
    let odd = json!({"fit.more": {"page": 2, "replies": vec![json!({"action": "webLink"}); 30]}});
    let page = next_page(&request(json!({"clientExtra": odd}))).expect("a page");
    let fitted = fit(page, &Setting::default(), Some(BLOCK)).expect("fits");
    assert!(limits::skill_response(&fitted.response).is_empty());
}
