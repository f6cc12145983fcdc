//! What Kakao tells by itself: C01 to C07, U01 to U03, A01 to A08.
//! <https://developers.kakao.com/docs/latest/en/getting-started/callback>

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::{Finding, account_claims, channel_event, unlink_notice};
use super::{NOTHING, with};

fn found<T: DeserializeOwned>(body: &Value, judge: fn(&T) -> Vec<Finding>) -> Vec<String> {
    let read: T = crate::kakao::parse(body.to_string().as_bytes()).expect("parses");
    let findings = judge(&read);
    findings.iter().map(|finding| format!("{} {} {}", finding.severity, finding.rule, finding.path)).collect()
}

#[test]
fn channel_events() {
    let good = json!({
        "event": "added", "id": "2100000001", "id_type": "app_user_id", "channel_public_id": "_AbCdE", "channel_uuid": "@a",
        "updated_at": "2025-01-02T03:04:05Z"
    });
    let told = |more: Value| found(&with(&good, more), channel_event);
    assert_eq!(told(json!({})), NOTHING);
    assert_eq!(told(json!({"id": 2_100_000_001_u64, "x": 1})), NOTHING);
    for (more, finding) in [
        (json!({"event": null}), "E C01 event"),
        (json!({"event": "removed"}), "W C01 event"),
        (json!({"id": null}), "E C02 id"),
        (json!({"id": ""}), "E C02 id"),
        (json!({"id": "a"}), "E C02 id"),
        (json!({"id_type": null}), "E C03 id_type"),
        (json!({"id_type": "email"}), "W C03 id_type"),
        (json!({"channel_public_id": null}), "E C04 channel_public_id"),
        (json!({"channel_public_id": 7}), "E C04 channel_public_id"),
        (json!({"channel_uuid": null}), "E C05 channel_uuid"),
        (json!({"updated_at": "soon"}), "E C06 updated_at"),
        (json!({"plus_friend_public_id": "_other"}), "W C07 channel_public_id"),
        (json!({"timestamp": 1}), "W C07 updated_at"),
    ] {
        assert!(told(more.clone()).contains(&finding.to_owned()), "{more}: {:?}", told(more.clone()));
    }
    assert_eq!(told(json!({"id": "Ab-1_", "id_type": "open_id"})), NOTHING);
}

#[test]
fn unlink_messages() {
    let good = json!({"app_id": "700001", "user_id": "2100000001", "referrer_type": "UNLINK_FROM_APPS"});
    let told = |more: Value| found(&with(&good, more), unlink_notice);
    assert_eq!(told(json!({"app_id": 700_001, "user_id": 2_100_000_001_u64})), NOTHING);
    assert_eq!(told(json!({"app_id": null})), ["E U01 app_id"]);
    for user in [json!(""), json!("1a"), json!("-1"), json!("18446744073709551616"), json!("007"), json!(0)] {
        assert_eq!(told(json!({ "user_id": user })), ["E U02 user_id"], "{user}");
    }
    assert_eq!(told(json!({"referrer_type": "SOMETHING_NEW"})), ["W U03 referrer_type"]);
    assert_eq!(told(json!({"referrer_type": 7})), ["W U03 referrer_type"]);
}

#[test]
fn account_events() {
    let withdraw = "https://schemas.openid.net/secevent/oauth/event-type/user-scope-withdraw";
    let good = json!({
        "iss": "https://kauth.kakao.com", "aud": "k", "sub": "2100000001", "iat": 1_735_787_045, "jti": "j",
        "events": { withdraw: { "subject": { "sub": "2100000001" }, "scopes": ["phone_number"] } }
    });
    let told = |more: Value| found(&with(&good, more), account_claims);
    assert_eq!(told(json!({})), NOTHING);
    assert_eq!(told(json!({"sub": null, "aud": ["a", "b"], "toe": 1})), NOTHING);
    assert_eq!(told(json!({"iss": "https://kauth.kakao.com/"})), ["E A01 iss"]);
    assert_eq!(told(json!({"aud": []})), ["E A02 aud"]);
    assert_eq!(told(json!({"sub": "2100000002"})), ["E A03 sub"]);
    assert_eq!(told(json!({"iat": "1735787045"})), ["E A04 iat"]);
    assert_eq!(told(json!({"jti": 7})), ["E A05 jti"]);
    for events in [json!({}), json!([]), json!("x"), json!({ withdraw: 7 })] {
        assert_eq!(told(json!({ "events": events })), ["E A06 events"], "{events}");
    }
    assert_eq!(told(json!({"events": {"https://example.com/new": {}}})), ["W A07 events.https://example.com/new"]);
    assert_eq!(told(json!({"events": { withdraw: {} }})), [format!("W A08 events.{}.scopes", &withdraw[..64])]);
    assert_eq!(
        told(json!({"events": { withdraw: {"subject": 7, "scopes": "a"} }})),
        [format!("E A03 events.{}.subject", &withdraw[..64])]
    );
}
