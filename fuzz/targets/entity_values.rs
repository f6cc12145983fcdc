//! Any text as the value of a parameter: it is a day that exists, a finite number, an address of Kakao's, or nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::kakao::limits;
use shared::kakao::skill::{
    Mentioned, Otp, Plugin, PluginValue, SecureImages, SkillRequest, SysDate, SysNumber, SysOrdinal, Ymd,
};
use url::Url;

fuzz_target!(|text: &str| {
    let mut values = vec![json!(text)];
    values.extend(serde_json::from_str::<Value>(text));
    for value in &values {
        look(value);
    }
    if let Some(day) = Ymd::parse(text) {
        assert_eq!(day.to_string(), text.trim());
    }

    let request = json!({"action": {"params": {"p": text}, "detailParams": {"p": {"origin": text, "value": text}}}});
    let request: SkillRequest = serde_json::from_value(request).expect("a request");
    assert_eq!(request.slot("p").is_some(), !text.trim().is_empty());
    assert!(request.date("p") == SysDate::read(&values[0]) || text.trim().is_empty());
    assert!(request.number("p") == SysNumber::read(&values[0]) || text.trim().is_empty());
    assert!(request.param_text("p").is_none_or(|raw| raw == text), "the raw text is always there");
});

fn look(value: &Value) {
    if let Some(date) = back(SysDate::read(value), SysDate::read) {
        let _ = (date.date_tag(), date.date_headword(), date.polynomial(), date.calendar_type());
        let _ = (date.date(), date.year(), date.month(), date.day());
        if let Some(day) = date.ymd() {
            let month = time::Month::try_from(day.month()).expect("a month");
            time::Date::from_calendar_date(day.year().into(), month, day.day()).expect("a day that exists");
        }
    }
    if let Some(number) = back(SysNumber::read(value), SysNumber::read) {
        assert!(number.amount().is_none_or(f64::is_finite));
        if let Some(whole) = number.whole() {
            assert_eq!(number.amount(), Some(whole as f64));
        }
        let _ = number.unit();
    }
    let _ = back(SysOrdinal::read(value), SysOrdinal::read).map(|ordinal| ordinal.place());
    if let Some(mention) = back(Mentioned::read(value), Mentioned::read) {
        assert!(mention.key().is_some_and(|key| !key.is_empty()));
    }
    if let Some(images) = back(SecureImages::read(value), SecureImages::read) {
        let _ = (images.is_agreed(), images.quantity(), images.urls().len(), images.expires());
    }
    if let Some(otp) = back(Otp::read(value), Otp::read) {
        let _ = (otp.app_user_id(), otp.is_saved());
        if otp.is_kakao() {
            let url = Url::parse(otp.url().expect("an address")).expect("an address");
            let host = url.host_str().expect("a host");
            assert!(url.scheme() == "https" && url.port().is_none() && url.username().is_empty());
            assert!(["talk-plugin.kakao.com", "talk-plugin-capi.kakao.com"].contains(&host));
            assert!(url.path().starts_with("/otp/") && url.query().is_none());
        }
    }

    let plugin = PluginValue::new(value.clone());
    assert_eq!(&serde_json::to_value(&plugin).expect("writes"), value);
    if let Plugin::Other(json) = plugin.plugin() {
        assert!(json.is_object() || json.is_array());
    }
    let _ = limits::plugin_value(&plugin);
}

/// Reads once more what is written.
fn back<T: Serialize + DeserializeOwned + PartialEq>(
    value: Option<T>,
    read: impl Fn(&Value) -> Option<T>,
) -> Option<T> {
    if let Some(value) = &value {
        let written = serde_json::to_value(value).expect("writes");
        assert!(read(&written).is_some_and(|again| again == *value));
        assert!(read(&json!(written.to_string())).is_some_and(|again| again == *value), "also inside of text");
    }
    value
}
