//! The Web API of Kakao Work that `kakao dev` stands in for: whatever method the client has, a bot can be tried with it on a laptop.

use std::time::Duration;

use serde_json::{Value, json};
use shared::env::Env;
use shared::kakao::id::{WorkConversationId, WorkUserId};
use shared::kakao::work::{BotStatus, ErrorCode, Message, To};
use shared::kapi::work::{Batch, FileKind, Memory, Span, Upload, WorkApi, WorkError};
use shared::kapi::{Outbound, Patience};
use shared::secret::Secret;
use simulator::{Laptop, Options};

/// Reads one of the stand-in's own lists.
async fn list(outbound: &Outbound, url: &str) -> Vec<Value> {
    let request = hyper::Request::get(url).body(Vec::new()).unwrap();
    let patience = Patience { time: Duration::from_secs(5), bytes: 1 << 20 };
    let answer = outbound.send(request, patience).await.unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_method_of_the_web_api_is_there_on_a_laptop() {
    let data = tempfile::tempdir().unwrap();
    let options = Options { port: 0, data: Some(data.path().to_owned()), ..Options::default() };
    let laptop = Laptop::start(bot::Bot, &options, |_| None).await.unwrap();
    let base = format!("{}/work-api", laptop.url);
    tokio::spawn(async move { laptop.serve(std::future::pending()).await.unwrap() });
    let url = base.clone();
    let outbound = Outbound::new(&Env::read(|name| (name == "WORK_API_URL").then(|| url.clone())));
    let (key, memory) = (Secret::new("local-work-app-key"), Memory::default());
    let api = || WorkApi::new(&outbound, &base, &key, &memory, Duration::from_secs(20));

    let (member, room) = (WorkUserId::from(7), WorkConversationId::from(5));
    let (members, span) = ([member.clone(), 8.into()], Span { member: member.clone(), start: 1, end: 2 });
    assert_eq!(api().bot().await.unwrap().status, Some(BotStatus::Activated));
    api().space().await.unwrap();
    api().member(&member).await.unwrap();
    assert_eq!(api().member_by_email("a@example.com").await, Ok(None));
    assert_eq!(api().member_by_phone_number("+82-10-0000-0000").await, Ok(None));
    assert_eq!(api().members().await, Ok(Vec::new()));
    assert_eq!(api().departments().await, Ok(Vec::new()));
    assert_eq!(api().conversations().await, Ok(Vec::new()));
    assert_eq!(api().members_of(&room).await, Ok(Vec::new()));
    let group = api().open_group(&members, Some("둘")).await.unwrap();
    assert_eq!(group.name.as_deref(), Some("둘"));
    assert_ne!(api().open_group(&members, Some("둘")).await.unwrap().id, group.id, "a new one each time");
    api().invite(&room, &members).await.unwrap();
    api().kick(&room, &members).await.unwrap();
    api().edit(&json!({ "conversation_name": "셋" })).await.unwrap();
    api().set_work_time(&span).await.unwrap();
    api().set_vacation_time(&span).await.unwrap();
    for batch in [
        Batch::WorkTime(vec![span.clone()]),
        Batch::VacationTime(vec![span.clone()]),
        Batch::ResetWorkTime(members.to_vec()),
        Batch::ResetVacationTime(members.to_vec()),
    ] {
        api().batch(&batch).await.unwrap();
    }
    // More than the two megabytes that a body usually has.
    let picture = Upload { name: "a.png".to_owned(), kind: FileKind::Image, bytes: vec![0; 3 << 20] };
    let uploaded = api().upload(&room, &[picture.clone(), picture]).await.unwrap();
    let ids: Vec<u64> = uploaded.members["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["attachment_id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);
    api().send_attachments(&room, FileKind::Image, &ids).await.unwrap();
    let hello = Message::new("안녕하세요").checked().unwrap();
    for to in [To::Room(room.clone()), To::Member(member), To::Email("a@example.com".to_owned())] {
        api().send(&to, &hello).await.unwrap();
    }
    api().send_by_key("k", &hello).await.unwrap();

    let methods =
        |list: Vec<Value>| list.iter().map(|it| it["method"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let done = list(&outbound, &format!("{base}/done")).await;
    assert_eq!(done[0]["body"], json!({ "user_ids": [7, 8], "conversation_name": "둘" }));
    assert_eq!(done.last().unwrap()["body"]["metas"][1]["file_size"], 3 << 20);
    assert_eq!(
        methods(done),
        [
            "conversations.open",
            "conversations.open",
            "conversations/5/invite",
            "conversations/5/kick",
            "conversations.edit",
            "users.set_work_time",
            "users.set_vacation_time",
            "batch/users.set_work_time",
            "batch/users.set_vacation_time",
            "batch/users.reset_work_time",
            "batch/users.reset_vacation_time",
            "conversations/5/upload"
        ]
    );
    let said = list(&outbound, &format!("{base}/said")).await;
    assert_eq!(said[0]["message"]["attachment"]["attachment_ids"], json!(ids));
    let sends =
        ["messages.send_attachments", "messages.send", "messages.send", "messages.send_by_email", "messages.send_by"];
    assert_eq!(methods(said), sends);

    let request =
        hyper::Request::get(format!("{base}/v1/users.lst")).header("authorization", "Bearer local-work-app-key");
    let patience = Patience { time: Duration::from_secs(5), bytes: 1 << 10 };
    assert_eq!(outbound.send(request.body(Vec::new()).unwrap(), patience).await.unwrap().status, 404);
    assert_eq!(api().edit(&json!(7)).await, Err(WorkError::Refused(ErrorCode::BadRequest)));
}
