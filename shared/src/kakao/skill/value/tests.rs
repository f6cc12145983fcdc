//! Entity and plugin values: null, "", numbers in quotes, broken JSON, lists of 0, 1 and 2 addresses, hostile hosts.
#![allow(clippy::expect_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;
use crate::clock::Millis;

/// Reads a value as the object itself and as text that holds it: both must be the same.
fn both<T: PartialEq + serde::Serialize>(body: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let (plain, texted) = (read(body), read(&json!(body.to_string())));
    assert!(plain == texted, "{body}");
    if let Some(value) = &plain {
        assert_eq!(&serde_json::to_value(value).expect("writes"), body, "what was read is written back");
    }
    plain
}

fn date(body: Value) -> Option<SysDate> {
    both(&body, SysDate::read)
}

fn number(body: Value) -> Option<SysNumber> {
    both(&body, SysNumber::read)
}

#[test]
fn a_day() {
    let friday = date(json!({
        "dateTag": "Friday", "dateHeadword": null, "year": null, "month": null, "day": null, "date": "2023-03-31",
        "polynomial": "define_weekday({4})", "calendar_type": "solar"
    }))
    .expect("a date");
    assert_eq!((friday.date_tag(), friday.date_headword(), friday.date()), (Some("Friday"), None, Some("2023-03-31")));
    assert_eq!((friday.year(), friday.month(), friday.day()), (None, None, None));
    assert_eq!((friday.polynomial(), friday.calendar_type()), (Some("define_weekday({4})"), Some(CalendarType::Solar)));
    let ymd = friday.ymd().expect("a day");
    assert_eq!((ymd.year(), ymd.month(), ymd.day(), ymd.to_string().as_str()), (2023, 3, 31, "2023-03-31"));

    let old = json!({"dateTag": "", "dateHeadword": "", "month": "", "year": "", "date": "2018-11-23", "day": ""});
    assert!(date(old).expect("a date").ymd() == Ymd::new(2018, 11, 23));
    for (year, month, day) in [(json!(2024), json!(2), json!(29)), (json!("2024"), json!("02"), json!(" 29 "))] {
        let said = date(json!({"year": year, "month": month, "day": day, "date": null, "새": [1]})).expect("a date");
        assert_eq!(said.ymd().map(|ymd| ymd.to_string()), Some("2024-02-29".into()));
    }
    assert!(SysDate::read(&json!(" 2024-12-25 ")).and_then(|date| date.ymd()) == Ymd::new(2024, 12, 25));
    assert!(date(json!({"date": "내일", "dateTag": "tomorrow"})).expect("a date").ymd().is_none());
    assert!(date(json!({"date": 20_240_101})).expect("a date").ymd().is_none());
    for lunar in ["lunar", "음력"] {
        assert!(date(json!({"date": "2024-02-10", "calendar_type": lunar})).expect("a date").ymd().is_none());
    }
    for none in [json!({}), json!({"amount": 1}), json!({"date": "", "year": null}), json!([]), json!(20), json!(null)]
    {
        assert!(date(none).is_none());
    }
    assert!(SysDate::read(&json!("{\"date\": }")).is_none() && SysDate::read(&json!("금요일")).is_none());
}

#[test]
fn days_that_exist() {
    for good in ["2000-02-29", "2024-02-29", "2023-01-31", "2023-04-30", "1000-01-01", "9999-12-31"] {
        assert_eq!(Ymd::parse(good).map(|ymd| ymd.to_string()).as_deref(), Some(good));
    }
    for bad in [
        "1900-02-29",
        "2023-02-29",
        "2023-04-31",
        "2023-00-10",
        "2023-13-10",
        "2023-01-00",
        "2023-01-32",
        "0999-01-01",
        "23-01-01",
        "2023-1-1",
        "2023/01/01",
        "2023-01-01T00:00",
        "+023-01-01",
        "２０２３-01-01",
        "2023-0-٣",
        "",
    ] {
        assert!(Ymd::parse(bad).is_none(), "{bad}");
    }
    assert!(Ymd::new(2023, 3, 31) < Ymd::new(2023, 4, 1));
}

#[test]
fn an_amount() {
    let one = number(json!({"amount": 1, "unit": null})).expect("a number");
    assert_eq!((one.amount(), one.whole(), one.unit()), (Some(1.0), Some(1), None));
    let half = number(json!({"amount": 1.5, "unit": "kg"})).expect("a number");
    assert_eq!((half.amount(), half.whole(), half.unit()), (Some(1.5), None, Some("kg")));
    let quoted = number(json!({"amount": " -2.0 ", "unit": " 개 ", "새": null})).expect("a number");
    assert_eq!((quoted.amount(), quoted.whole(), quoted.unit()), (Some(-2.0), Some(-2), Some("개")));
    let large = number(json!({"amount": i64::MAX, "unit": ""})).expect("a number");
    assert_eq!((large.whole(), large.unit()), (Some(i64::MAX), None));
    let words = number(json!({"amount": "많이"})).expect("an amount that is no number");
    assert_eq!((words.amount(), words.whole()), (None, None));
    for odd in ["inf", "NaN", "1e400", "1e30"] {
        assert_eq!(number(json!({"amount": odd})).expect("read").whole(), None, "{odd}");
    }
    assert_eq!(SysNumber::read(&json!("3.5")).and_then(|number| number.amount()), Some(3.5));
    assert_eq!(SysNumber::read(&json!(3)).and_then(|number| number.whole()), Some(3));
    for none in ["{\"amount\": 1, \"unit\": }", "하나", "", "NaN", "{\"unit\": \"개\"}", "{\"amount\": null}", "[1]"]
    {
        assert!(SysNumber::read(&json!(none)).is_none(), "{none}");
    }
}

#[test]
fn a_place_and_a_mention() {
    assert_eq!(both(&json!({"amount": 3}), SysOrdinal::read).and_then(|place| place.place()), Some(3));
    assert_eq!(SysOrdinal::read(&json!("{\"amount\": \"3\"}")).and_then(|place| place.place()), Some(3));
    assert_eq!(SysOrdinal::read(&json!("{\"amount\": 2.5}")).and_then(|place| place.place()), None);
    assert!(SysOrdinal::read(&json!("셋째")).is_none());

    let someone = both(&json!({"botUserKey": "b1", "name": "가"}), Mentioned::read).expect("a mention");
    assert_eq!(someone.key(), Some("b1"));
    for none in
        [json!({}), json!({"botUserKey": ""}), json!({"botUserKey": null}), json!("@가"), json!({"botUserKey": []})]
    {
        assert!(both(&none, Mentioned::read).is_none());
    }
}

const A: &str =
    "http://secure.kakaocdn.net/dna/a/K6/XXX/img_org.jpg?credential=Kq&expires=1702641400&allow_ip=&signature=dI%3D";
const B: &str = "https://secure.kakaocdn.net/dna/b,c/img_org.jpg?expires=1702641300";

fn images(body: Value) -> SecureImages {
    both(&body, SecureImages::read).expect("images")
}

fn urls(list: impl Into<Value>) -> Vec<String> {
    let images = images(json!({"privacyAgreement": "Y", "secureUrls": list.into()}));
    images.urls().iter().map(|url| url.as_str().to_owned()).collect()
}

#[test]
fn lists_of_addresses() {
    for none in ["List()", "List( )", "List", "", "List(,)", "list(가)"] {
        assert!(urls(none).is_empty(), "{none}");
    }
    for one in
        [format!("List({A})"), A.to_owned(), format!(" List( {A} ) "), format!("List({A},)"), format!("List({A}")]
    {
        assert_eq!(urls(one), [A]);
    }
    // A comma inside of an address stays there: only one before another address cuts.
    for blank in ["", " ", "  ", "\n\t", "\u{b}", "\u{3000}"] {
        assert_eq!(urls(format!("List({B},{blank}{A},{blank}{B})")), [B, A, B]);
    }
    assert_eq!(urls(format!("List({A}, HTTPS://x)")), [A, "HTTPS://x"]);
    // Found by the fuzzer: a blank that is none to JSON stayed at the end of an address.
    assert_eq!(urls(format!("List({A}\u{b}\n,\n)")), [A]);
    assert_eq!(urls(format!("List(javascript:a, {A})")), [A]);
    assert_eq!(urls(json!([A, null, B, "x"])), [A, B]);
    assert!(urls(json!(null)).is_empty() && urls(json!(5)).is_empty());
}

#[test]
fn secure_images() {
    let two = images(json!({
        "privacyAgreement": "Y", "imageQuantity": "2", "secureUrls": format!("List({A}, {B})"),
        "expire": "2023-12-15T11:56:40+0000", "새": null
    }));
    assert_eq!((two.is_agreed(), two.quantity(), two.urls().len()), (true, Some(2), 2));
    assert_eq!((two.expires(), two.expire_seconds()), (Some(1_702_641_300), Some(1_702_641_400)));
    assert!(two.is_expired(Millis(1_702_641_300_000)) && !two.is_expired(Millis(1_702_641_299_999)));

    let no = images(json!({"privacyAgreement": "N"}));
    assert_eq!((no.is_agreed(), no.quantity(), no.urls().len(), no.expires()), (false, None, 0, None));
    assert!(!no.is_expired(Millis(u64::MAX)));
    for none in [json!({}), json!({"otp": "x"}), json!("강남"), json!(null), json!([A]), json!("{\"secureUrls\":")] {
        assert!(SecureImages::read(&none).is_none());
    }
    for bare in [A.to_owned(), format!("List({A})")] {
        let bare = SecureImages::read(&json!(bare)).expect("images");
        assert_eq!((bare.is_agreed(), bare.urls()[0].as_str(), bare.expires()), (false, A, Some(1_702_641_400)));
    }
    assert_eq!(images(json!({"secureUrls": "List()", "imageQuantity": 0})).quantity(), Some(0));
    assert_eq!(images(json!({"imageQuantity": -1})).quantity(), None);
}

#[test]
fn expire_is_a_second_choice_and_never_trusted_blindly() {
    let expires = |expire: &str, list: &str| images(json!({"secureUrls": list, "expire": expire})).expires();
    assert_eq!(expires("1970-01-19T05:25:58+0900", &format!("List({A})")), Some(1_702_641_400));
    assert_eq!(expires("1970-01-19T05:25:58+0900", "List(http://a)"), None);
    for same in [
        "2023-12-15T20:56:40+0900",
        "2023-12-15T20:56:40+09:00",
        "2023-12-15T11:56:40Z",
        "2023-12-15T11:56:40.123+0000",
        "2023-12-15T10:26:40-0130",
    ] {
        assert_eq!(expires(same, "List(http://a)"), Some(1_702_641_400), "{same}");
    }
    for odd in [
        "",
        "내일",
        "2023-12-15",
        "2023-12-15T11:56:40",
        "2023-12-15T25:56:40Z",
        "2023-12-15T11:56:40+9",
        "2023-12-1가",
        "1702641400",
    ] {
        assert_eq!(expires(odd, "List(http://a?expires=x)"), None, "{odd}");
    }
}

#[test]
fn t08_only_kakaos_file_servers() {
    for good in [A, B, "https://talk.kakaocdn.net/dna/x.png", "http://a.b.kakaocdn.net", "https://t1.kakaocdn.net?x#y"]
    {
        assert!(FileUrl::new(good).is_kakao_cdn(), "{good}");
    }
    for bad in [
        "",
        "https://",
        "https://kakaocdn.net/",
        "https://.kakaocdn.net/",
        "https://evilkakaocdn.net/",
        "https://secure.kakaocdn.net.evil.test/",
        "https://secure.kakaocdn.net./",
        "https://secure..kakaocdn.net/",
        "https://-.kakaocdn.net/",
        "https://secure.kakaocdn.net@evil.test/",
        "https://user:pass@secure.kakaocdn.net/",
        "https://evil.test\\@secure.kakaocdn.net/",
        "https://evil.test\\.kakaocdn.net/",
        "https://secure.kakaocdn.net:443/",
        "https://secure.kakaocdn.net:22/",
        "https://SECURE.KAKAOCDN.NET/",
        "HTTPS://secure.kakaocdn.net/",
        "ftp://secure.kakaocdn.net/",
        "file://secure.kakaocdn.net/",
        "//secure.kakaocdn.net/",
        "https:/secure.kakaocdn.net/",
        "https:///secure.kakaocdn.net/",
        "https://evil.test/secure.kakaocdn.net",
        "https://evil.test#.kakaocdn.net",
        "https://evil.test?.kakaocdn.net",
        "https://evil.test%2f.kakaocdn.net/",
        "https://[::1].kakaocdn.net/",
        "https://evil.test .kakaocdn.net/",
        "https://secure.kakaocdn.net/\r\nHost: evil.test",
        " https://secure.kakaocdn.net/",
        "https://secure.kakaocdn\u{3002}net/",
        "https://ｓecure.kakaocdn.net/",
    ] {
        assert!(!FileUrl::new(bad).is_kakao_cdn(), "{bad}");
    }
    let expires = |url: &str| FileUrl::new(url).expires();
    assert_eq!((expires("http://a?x=1&expires=5#expires=6"), expires("http://a?expires=5")), (Some(5), Some(5)));
    assert_eq!(
        (expires("http://a#?expires=5"), expires("http://a?xexpires=5"), expires("http://a?expires=")),
        (None, None, None)
    );
}

#[test]
fn one_time_addresses() {
    let captured = json!({"otp": "https://talk-plugin-capi.kakao.com/otp/62247d59d36c554596ea60eb/profile", "app_user_id": 2_113_105_765_u64});
    let otp = both(&captured, Otp::read).expect("an otp");
    assert_eq!((otp.is_kakao(), otp.app_user_id(), otp.is_saved()), (true, Some("2113105765"), None));
    let sync = both(&json!({"saved": "false", "app_user_id": "7", "message": "ok"}), Otp::read).expect("an outcome");
    assert_eq!(
        (sync.url(), sync.is_kakao(), sync.app_user_id(), sync.is_saved()),
        (None, false, Some("7"), Some(false))
    );
    assert!(Otp::read(&json!("https://talk-plugin.kakao.com/otp/0123456789abcdef01234567")).is_some());
    assert!(both(&json!({"otp": "x", "app_user_id": {}}), Otp::read).expect("an otp").app_user_id().is_none());
    for none in [json!({}), json!({"otp": ""}), json!({"saved": null}), json!(A), json!("가"), json!(null)] {
        assert!(Otp::read(&none).is_none());
    }
    for bad in [
        "http://talk-plugin.kakao.com/otp/0123456789abcdef/profile",
        "https://talk-plugin.kakao.com.evil.test/otp/0123456789abcdef/profile",
        "https://kakao.com/otp/0123456789abcdef/profile",
        "https://x@talk-plugin.kakao.com/otp/0123456789abcdef/profile",
        "https://talk-plugin.kakao.com:443/otp/0123456789abcdef/profile",
        "https://talk-plugin.kakao.com/otp/0123456789abcdef/../../x",
        "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile?x=1",
        "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile#x",
        "https://talk-plugin.kakao.com/otp/short/profile",
        "https://talk-plugin.kakao.com/otp//profile",
        "https://talk-plugin.kakao.com/kakaopay/callback?approval_url=https://evil.test",
    ] {
        assert!(!both(&json!({"otp": bad}), Otp::read).expect("an otp").is_kakao(), "{bad}");
        assert!(Otp::read(&json!(bad)).is_none(), "{bad}");
    }
}

#[test]
fn plugins_are_told_apart() {
    let plugin = |value: Value| {
        let plugin = PluginValue::new(value.clone());
        assert_eq!((plugin.raw(), serde_json::to_value(&plugin).expect("writes")), (&value, value.clone()));
        plugin.plugin()
    };
    for images in [json!({"privacyAgreement": "N"}), json!(format!("List({A})")), json!(A), json!("List()")] {
        assert!(matches!(plugin(images), Plugin::SecureImages(_)));
    }
    let otp = "https://talk-plugin.kakao.com/otp/0123456789abcdef/profile";
    for value in [json!({ "otp": otp }), json!(otp), json!({"saved": true}), json!(json!({ "otp": otp }).to_string())] {
        assert!(matches!(plugin(value), Plugin::Otp(_)));
    }
    let place = json!({"latitude": 37.4});
    assert!(
        plugin(json!(place.to_string())) == Plugin::Other(place.clone())
            && plugin(place.clone()) == Plugin::Other(place)
    );
    for text in [json!("https://open.kakao.com/o/x"), json!("가"), json!("5"), json!(5), json!(null), json!("{\"a\":")]
    {
        assert!(plugin(text) == Plugin::Text);
    }
    assert_eq!(format!("{:?} {:?}", plugin(json!(A)), FileUrl::new(A)), "SecureImages(..) FileUrl(..)");
}
