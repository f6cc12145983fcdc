//! P01 to P11: values of plugins as Kakao writes them, and as they go wrong.

use serde_json::{Value, json};

use super::super::{RULES, plugin_value};
use crate::kakao::skill::PluginValue;

/// What is found in a value, as `P05 secureUrls`. The same must be found in text that holds it.
fn found(value: &Value) -> Vec<String> {
    let lines = |value: Value| -> Vec<String> {
        let findings = plugin_value(&PluginValue::new(value));
        assert!(findings.iter().all(|finding| finding.severity == super::Severity::Warning));
        findings.iter().map(|finding| format!("{} {}", finding.rule, finding.path)).collect()
    };
    if value.is_object() {
        assert_eq!(lines(value.clone()), lines(json!(value.to_string())));
    }
    lines(value.clone())
}

const PICTURE: &str = "https://secure.kakaocdn.net/a.jpg?expires=1702641400";

fn good() -> Value {
    json!({
        "privacyAgreement": "Y", "imageQuantity": "1", "secureUrls": format!("List({PICTURE})"),
        "expire": "2023-12-15T11:56:40+0000"
    })
}

fn changed(more: Value) -> Vec<String> {
    found(&super::with(&good(), more))
}

#[test]
fn good_values() {
    let otp = "https://talk-plugin.kakao.com/otp/0123456789abcdef01234567/profile";
    for value in [
        good(),
        json!({"privacyAgreement": "N"}),
        json!({"privacyAgreement": "N", "imageQuantity": "0", "secureUrls": "List()", "expire": ""}),
        json!(format!("List({PICTURE}, {PICTURE})")),
        json!(PICTURE),
        json!(otp),
        json!({"otp": otp, "app_user_id": 7}),
        json!({"saved": false}),
    ] {
        assert_eq!(found(&value), super::NOTHING, "{value}");
    }
}

#[test]
fn p01_p02_what_it_is() {
    for value in [json!("강남"), json!(5), json!(null), json!({"latitude": 37.4}), json!("[1]"), json!("https://a")] {
        assert_eq!(found(&value), ["P01 ."], "{value}");
    }
    assert_eq!(found(&json!("{\"secureUrls\": }")), ["P02 ."]);
}

#[test]
fn p03_p04_p05_consent() {
    assert_eq!(changed(json!({"privacyAgreement": "yes"})), ["P03 privacyAgreement"]);
    assert_eq!(changed(json!({"privacyAgreement": null})), ["P03 privacyAgreement"]);
    assert_eq!(changed(json!({"privacyAgreement": true})), ["P03 privacyAgreement"]);
    assert_eq!(changed(json!({"privacyAgreement": "N"})), ["P04 privacyAgreement"]);
    assert_eq!(changed(json!({"secureUrls": "List()", "imageQuantity": "0"})), ["P05 secureUrls"]);
    assert_eq!(found(&json!("List()")), ["P05 secureUrls"]);
}

#[test]
fn p06_p07_p08_addresses() {
    assert_eq!(changed(json!({"imageQuantity": "2"})), ["P06 imageQuantity"]);
    let foreign = "List(https://secure.kakaocdn.net.evil.test/?expires=1702641400)";
    assert_eq!(changed(json!({ "secureUrls": foreign })), ["P07 secureUrls[0]"]);
    assert_eq!(changed(json!({"secureUrls": "List(https://secure.kakaocdn.net/a)"})), ["P08 secureUrls[0]"]);
}

#[test]
fn p09_p10_members() {
    for expire in ["1970-01-19T05:25:58+0900", "내일", "2023-12-15T11:58:40+0000"] {
        assert_eq!(changed(json!({ "expire": expire })), ["P09 expire"]);
    }
    assert_eq!(changed(json!({"expire": "2023-12-15T20:57:40+0900"})), super::NOTHING, "a minute");
    assert_eq!(changed(json!({"imageQuantity": 1})), ["P10 imageQuantity"]);
    assert_eq!(changed(json!({"secureUrls": [PICTURE]})), ["P10 secureUrls"]);
}

#[test]
fn p11_one_time_addresses() {
    assert_eq!(found(&json!({"otp": "https://talk-plugin.kakao.com.evil.test/otp/0123456789"})), ["P11 otp"]);
}

#[test]
fn the_register_has_them_all() {
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id).filter(|id| id.starts_with('P')).collect();
    assert_eq!(ids, (1..=11).map(|n| format!("P{n:02}")).collect::<Vec<_>>());
}
