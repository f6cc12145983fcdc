//! The three messages: what is read, what is told apart, and that everything comes out as it went in.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::clock::Millis;
use crate::kakao::{Why, parse};

const AT: Millis = Millis(1_735_787_045_000); // 2025-01-02T03:04:05Z

fn read<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let message: T = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(serde_json::to_value(&message).expect("writes"), *body, "comes out as it went in");
    message
}

fn channel(more: Value) -> ChannelEvent {
    let mut body = json!({"event": "added", "id": "2100000001", "id_type": "app_user_id"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    read(&body)
}

#[test]
fn row_16_old_names_new_names_and_both_say_the_same() {
    let new =
        json!({"channel_public_id": "_AbCdE", "channel_uuid": "@우리 채널", "updated_at": "2025-01-02T03:04:05Z"});
    let old = json!({"plus_friend_public_id": "_AbCdE", "plus_friend_uuid": "@우리 채널", "timestamp": "2025-01-02T03:04:05Z"});
    let mut both = new.clone();
    both.as_object_mut().expect("an object").extend(old.as_object().expect("an object").clone());
    for names in [new, old, both] {
        let event = channel(names);
        assert_eq!((event.channel(), event.search_id(), event.at()), (Some("_AbCdE"), Some("@우리 채널"), Some(AT)));
        assert_eq!((event.action(), event.id_type()), (Some(ChannelAction::Added), Some(ChannelIdType::AppUserId)));
        assert_eq!(event.differing().count(), 0);
    }
}

#[test]
fn the_newer_name_counts() {
    let event = channel(json!({
        "channel_public_id": "_new", "plus_friend_public_id": "_old", "channel_uuid": "@new", "plus_friend_uuid": "@old",
        "updated_at": "2025-01-02T03:04:05Z", "timestamp": 1
    }));
    assert_eq!((event.channel(), event.search_id(), event.at()), (Some("_new"), Some("@new"), Some(AT)));
    let differing: Vec<_> = event.differing().collect();
    assert_eq!(differing, ["channel_public_id", "channel_uuid", "updated_at"]);
}

#[test]
fn a_moment_has_three_forms() {
    for moment in
        [json!("2025-01-02T03:04:05Z"), json!(1_735_787_045), json!("1735787045000"), json!(1_735_787_045_000_u64)]
    {
        for name in ["updated_at", "timestamp"] {
            assert_eq!(channel(json!({ name: moment })).at(), Some(AT), "{name} {moment}");
        }
    }
    for odd in [json!(""), json!("yesterday"), json!(-1), json!(1.5), json!([]), Value::Null] {
        assert_eq!(channel(json!({ "updated_at": odd })).at(), None, "{odd}");
        assert_eq!(channel(json!({ "updated_at": odd, "timestamp": 1_735_787_045 })).at(), Some(AT), "{odd}");
    }
}

#[test]
fn what_is_not_known_is_kept() {
    let event = channel(json!({"event": "removed", "id_type": "email", "account_id": 7, "x": [1]}));
    assert_eq!(event.action(), Some(ChannelAction::Other("removed".to_owned())));
    assert_eq!(event.id_type(), Some(ChannelIdType::Other("email".to_owned())));
    for bad in [r#"{"id":1e3}"#, r#"{"id":{}}"#, r#"{"id":"1","id":"2"}"#, "[]", "not json"] {
        assert!(parse::<ChannelEvent>(bad.as_bytes()).is_err(), "{bad}");
    }
    let number = read::<ChannelEvent>(&json!({"id": 18_446_744_073_709_551_615_u64}));
    assert_eq!(number.id.get().map(|id| id.as_str().to_owned()).as_deref(), Some("18446744073709551615"));
}

#[test]
fn an_unlink_is_read_from_a_form_and_from_json() {
    let form = UnlinkNotice::from_form(b"app_id=700001&user_id=2100000001&referrer_type=ACCOUNT%5FDELETE&x=1&&")
        .expect("a form");
    let json: UnlinkNotice =
        read(&json!({"app_id": 700_001, "user_id": 2_100_000_001_u64, "referrer_type": "ACCOUNT_DELETE"}));
    for notice in [form, json] {
        assert_eq!(notice.app_id.get().map(|id| id.as_str()), Some("700001"));
        assert_eq!(notice.user_id.get().map(|id| id.as_str()), Some("2100000001"));
        assert_eq!(notice.referrer(), Some(Referrer::AccountDelete));
    }
    assert_eq!(UnlinkNotice::from_form(b""), Ok(UnlinkNotice::default()));
    assert_eq!(UnlinkNotice::from_form(b"user_id="), Ok(UnlinkNotice::default()), "empty is absent");
    let plus = UnlinkNotice::from_form(b"referrer_type=a+b%2B").expect("a form");
    assert_eq!(plus.referrer(), Some(Referrer::Other("a b+".to_owned())));
    for (form, why) in [
        (&b"user_id=1&user_id=2"[..], Why::Duplicate),
        (b"user_id=1&user%5Fid=2", Why::Duplicate),
        (b"user_id=%ff", Why::NotUtf8),
        (b"\xff=1", Why::NotUtf8),
    ] {
        assert_eq!(UnlinkNotice::from_form(form).expect_err("two readings").why, why);
    }
    assert!(UnlinkNotice::from_form(b"user_id=1&user_id=%31").is_ok(), "the same value twice is one value");
}

const LINKED: &str = "https://schemas.openid.net/secevent/oauth/event-type/user-linked";
const WITHDRAW: &str = "https://schemas.openid.net/secevent/oauth/event-type/user-scope-withdraw";

fn subject(sub: &str) -> Value {
    json!({"subject": {"subject_type": "iss-sub", "iss": "https://kauth.kakao.com", "sub": sub}})
}

#[test]
fn claims_say_who_when_and_what() {
    let mut event = subject("2100000001");
    event["scopes"] = json!(["phone_number", "account_email"]);
    let claims: AccountClaims = read(&json!({
        "iss": "https://kauth.kakao.com", "aud": ["k", "700001"], "sub": "2100000001", "iat": 1_735_787_045, "jti": "j", "txm": "t",
        "events": { WITHDRAW: event, "https://example.com/new": {} }
    }));
    assert_eq!(claims.audiences().collect::<Vec<_>>(), ["k", "700001"]);
    assert_eq!((claims.issued(), claims.at(), claims.token_id()), (Some(AT), Some(AT), Some("j")));
    assert_eq!(claims.person().map(|id| id.as_str().to_owned()).as_deref(), Some("2100000001"));
    let events = claims.events().expect("events");
    let (_, withdrawn) = events.iter().find(|(kind, _)| *kind == AccountEventKind::ScopeWithdraw).expect("it is there");
    assert_eq!(withdrawn.scopes().collect::<Vec<_>>(), ["phone_number", "account_email"]);
    assert!(events.iter().any(|(kind, _)| matches!(kind, AccountEventKind::Other(_))));
}

#[test]
fn everything_that_names_the_person_must_name_the_same() {
    let person = |sub: Value, event: Value| {
        let claims: AccountClaims = read(&json!({ "sub": sub, "events": { LINKED: event } }));
        claims.person().map(|id| id.as_str().to_owned())
    };
    assert_eq!(person(json!("1"), subject("1")).as_deref(), Some("1"));
    assert_eq!(person(json!(1), subject("1")).as_deref(), Some("1"), "a number is the same person");
    assert_eq!(person(Value::Null, subject("1")).as_deref(), Some("1"));
    assert_eq!(person(json!("1"), json!({})).as_deref(), Some("1"));
    assert_eq!(person(json!("1"), subject("2")), None);
    assert_eq!(person(Value::Null, json!({})), None);
    assert_eq!(person(json!("1"), json!(7)), None, "an event is an object");
    for sub in [json!(1.5), json!([]), json!({}), json!(true)] {
        assert_eq!(person(sub.clone(), subject("1")), None, "{sub} is no id");
    }
}

#[test]
fn t05_nothing_shows_in_debug_output() {
    let event = channel(json!({"channel_public_id": "canary", "id": "canary"}));
    let notice = UnlinkNotice::from_form(b"user_id=canary&group_user_token=canary").expect("a form");
    let claims: AccountClaims = read(&json!({"sub": "canary", "jti": "canary"}));
    assert!(!format!("{event:?} {notice:?} {claims:?}").contains("canary"));
}
