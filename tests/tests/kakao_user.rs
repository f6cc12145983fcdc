//! F15–F19: reading about people and ending their links.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::kakao::id::AppUserId;
use shared::kakao::login::{KapiCode, Relation};
use shared::kapi::otp::{NotVerified, OtpUrl, redeem};
use shared::kapi::user::{self, By, Unlink};
use shared::kapi::{CallError, Failure};
use shared::secret::Secret;
use tests::faults::wire::Told;
use tests::login::{Login, pairs};

const ME: &str = "/kapi/v2/user/me";
const UNLINK: &str = "/kapi/v1/user/unlink";
const LEFT: Duration = Duration::from_secs(3);

fn target() -> AppUserId {
    AppUserId::from("9007199254740993")
}

async fn me(login: &Login, left: Duration) -> Result<Value, Failure> {
    let (env, outbound) = login.reach();
    let me = user::me(&outbound, &env, By::TokenOf(&Secret::new("at-1"), &target()), left).await?;
    Ok(serde_json::to_value(me).unwrap())
}

#[tokio::test]
async fn a_person_is_asked_about_with_a_token_or_with_the_admin_key() {
    let login = Login::default();
    let (env, outbound) = login.reach();
    login.json(ME, 200, json!({"id": 9_007_199_254_740_993_u64, "kakao_account": {"email": "a@b.c"}}));
    let (token, key, target) = (Secret::new("at-1"), Secret::new("admin-1"), target());
    for by in [By::Token(&token), By::TokenOf(&token, &target), By::Admin { key: &key, target: &target }] {
        let me = user::me(&outbound, &env, by, LEFT).await.unwrap();
        assert_eq!(me.id(), Some(&target), "number against text");
    }
    let asked = login.asked();
    assert_eq!(asked[0].header("authorization"), Some("Bearer at-1"));
    assert_eq!(asked[2].header("authorization"), Some("KakaoAK admin-1"));
    let query = |at: usize| pairs(asked[at].path.split_once('?').unwrap().1);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(query(0), [pair("secure_resource", "true")]);
    let more = [pair("target_id_type", "user_id"), pair("target_id", "9007199254740993")];
    assert_eq!(query(2)[1..], more);
    assert!(asked.iter().all(|asked| asked.method == "GET" && asked.body.is_empty()));
}

#[tokio::test]
async fn f19_an_answer_about_somebody_else_is_none() {
    for (body, failure) in [
        (json!({"id": 9_007_199_254_740_992_u64}), Failure::OtherPerson),
        (json!({"id": null}), Failure::Nonsense),
        (json!({}), Failure::Nonsense),
        (json!({"id": 1.5}), Failure::Nonsense),
        (json!({"id": true}), Failure::Nonsense),
        (json!(null), Failure::Nonsense),
        (json!([]), Failure::Nonsense),
        (json!({"id": 9_007_199_254_740_993_u64, "code": -101}), Failure::NotLinked),
    ] {
        let login = Login::default();
        login.json(ME, 200, body.clone());
        assert_eq!(me(&login, LEFT).await, Err(failure), "{body}");
        assert_eq!(login.asked().len(), 1, "{body}: asking again changes nothing");
    }
    for body in ["<html>", "", "{\"id\":9007199254740993", "{\"id\":9007199254740993,\"id\":1}"] {
        let login = Login::default();
        login.tell(ME, Told::answer(200, "text/html", body.as_bytes().to_vec()));
        assert_eq!(me(&login, LEFT).await, Err(Failure::Nonsense), "{body}");
    }
}

#[tokio::test]
async fn f15_f19_each_code_has_its_class() {
    for (status, body, failure) in [
        (400, json!({"msg": "x", "code": -101}), Failure::NotLinked),
        (401, json!({"msg": "x", "code": -401}), Failure::Key),
        (403, json!({}), Failure::Key),
        (
            403,
            json!({"code": -402, "required_scopes": ["plusfriends"]}),
            Failure::Consent(vec!["plusfriends".to_owned()]),
        ),
        (403, json!({"code": -5}), Failure::Refused(KapiCode::Permission)),
        (404, json!({}), Failure::Status(404)),
    ] {
        let login = Login::default();
        login.json(ME, status, body);
        assert_eq!(me(&login, LEFT).await, Err(failure.clone()));
        assert_eq!(login.asked().len(), 1, "{failure:?}");
    }
}

#[tokio::test]
async fn f17_reading_is_tried_twice_after_a_passing_trouble() {
    let good = || Told::answer(200, "application/json", br#"{"id":"9007199254740993"}"#.to_vec());
    for trouble in [
        Told::answer(500, "text/html", Vec::new()),
        Told::answer(503, "application/json", br#"{"code":-9798}"#.to_vec()),
        Told::answer(400, "application/json", br#"{"code":-1}"#.to_vec()),
        Told::Cut,
        Told::Never,
        Told::Drip(Duration::from_millis(200)),
    ] {
        let login = Login::default();
        login.tell(ME, trouble.clone()).tell(ME, good());
        assert!(me(&login, LEFT).await.is_ok(), "{trouble:?}");
        assert_eq!(login.asked().len(), 2, "{trouble:?}");
        let login = Login::default();
        login.tell(ME, trouble.clone());
        assert!(me(&login, LEFT).await.is_err_and(|failure| failure.is_passing()), "{trouble:?}");
        assert_eq!(login.asked().len(), 2, "{trouble:?}: twice and no more");
    }
    let login = Login::default();
    login.tell(ME, Told::Flood(100 << 20));
    assert_eq!(me(&login, LEFT).await, Err(Failure::Call(CallError::TooLarge)));
    assert_eq!(login.asked().len(), 1, "it would be as long again");
}

#[tokio::test]
async fn f17_no_try_goes_beyond_the_time_left() {
    for (left, tries) in [(0, 0), (100, 1), (500, 1), (1_800, 2)] {
        let login = Login::default();
        login.tell(ME, Told::Never);
        let begun = Instant::now();
        assert!(me(&login, Duration::from_millis(left)).await.is_err());
        assert!(begun.elapsed() < Duration::from_millis(left + 150), "{left}: {:?}", begun.elapsed());
        assert_eq!(login.asked().len(), tries, "{left}");
    }
}

#[tokio::test]
async fn f16_retry_after_is_waited_for_only_if_it_fits() {
    for (header, tries) in [
        (None, 1),
        (Some("1"), 2),
        (Some("0"), 1),
        (Some("-1"), 1),
        (Some("3"), 1),
        (Some("1000000000"), 1),
        (Some("99999999999999999999999"), 1),
        (Some("Fri, 31 Dec 2027 23:59:59 GMT"), 1),
        (Some("1.5"), 1),
        (Some(""), 1),
    ] {
        let login = Login::default();
        let headers = header.map(|value| ("retry-after", value.to_owned())).into_iter().collect();
        login.tell(ME, Told::Answer { status: 429, headers, body: br#"{"msg":"x","code":-10}"#.to_vec() });
        let begun = Instant::now();
        let failure = me(&login, LEFT).await.unwrap_err();
        assert!(matches!(failure, Failure::TooMany { .. }) && failure.is_passing(), "{header:?}");
        assert_eq!(login.asked().len(), tries, "{header:?}");
        assert!(begun.elapsed() < LEFT, "{header:?}");
        if tries == 2 {
            assert!(begun.elapsed() >= Duration::from_secs(1), "{header:?}");
        }
    }
}

#[tokio::test]
async fn unlinking_is_tried_once() {
    let (token, key, target) = (Secret::new("at-1"), Secret::new("admin-1"), target());
    for (told, expected) in [
        (Told::answer(200, "", br#"{"id":9007199254740993}"#.to_vec()), Ok(Unlink::Done)),
        (Told::answer(400, "", br#"{"msg":"x","code":-101}"#.to_vec()), Ok(Unlink::WasNotLinked)),
        (Told::answer(503, "", br#"{"msg":"x","code":-101}"#.to_vec()), Err(Failure::Passing)),
        (Told::answer(401, "", br#"{"msg":"x","code":-401}"#.to_vec()), Err(Failure::Key)),
        (Told::answer(200, "", br#"{"id":1}"#.to_vec()), Err(Failure::OtherPerson)),
        (Told::answer(200, "", b"<html>".to_vec()), Err(Failure::Nonsense)),
        (
            Told::Answer { status: 429, headers: vec![("retry-after", "1".to_owned())], body: Vec::new() },
            Err(Failure::TooMany { retry_after: Some(Duration::from_secs(1)) }),
        ),
        (Told::Cut, Err(Failure::Call(CallError::Unknown))),
        (Told::Never, Err(Failure::Call(CallError::Unknown))),
    ] {
        let login = Login::default();
        let (env, outbound) = login.reach();
        login.tell(UNLINK, told.clone());
        let begun = Instant::now();
        let by = By::Admin { key: &key, target: &target };
        assert_eq!(user::unlink(&outbound, &env, by).await, expected, "{told:?}");
        assert!(begun.elapsed() < Duration::from_millis(2_300));
        let asked = login.asked();
        assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].path.as_str()), (1, "POST", UNLINK));
        assert_eq!(asked[0].body, b"target_id_type=user_id&target_id=9007199254740993");
    }
    let login = Login::default();
    let (env, outbound) = login.reach();
    login.json(UNLINK, 200, json!({"id": 1}));
    assert_eq!(user::unlink(&outbound, &env, By::Token(&token)).await, Ok(Unlink::Done));
    assert!(login.asked()[0].body.is_empty());
}

#[tokio::test]
async fn nothing_is_asked_about_who_is_no_person() {
    let login = Login::default();
    let (env, outbound) = login.reach();
    let key = Secret::new("admin-1");
    for id in ["", "0", "-1", "1&target_id=2", "１", "18446744073709551616"] {
        let target = AppUserId::from(id);
        let by = By::Admin { key: &key, target: &target };
        assert_eq!(user::unlink(&outbound, &env, by).await, Err(Failure::Call(CallError::BadRequest)), "{id}");
    }
    for secret in ["", "a\r\nx: y"] {
        assert_eq!(user::unlink(&outbound, &env, By::Token(&Secret::new(secret))).await, Err(Failure::Key));
    }
    assert_eq!(login.connections(), 0);
}

#[tokio::test]
async fn terms_channels_addresses_and_tokens() {
    let login = Login::default();
    let (env, outbound) = login.reach();
    let (token, target) = (Secret::new("at-1"), target());
    let by = By::TokenOf(&token, &target);
    let id = "9007199254740993";
    login.json(
        "/kapi/v2/user/service_terms",
        200,
        json!({"id": id, "service_terms": [{"tag": "tos", "agreed": true}]}),
    );
    let terms = user::service_terms(&outbound, &env, by, LEFT).await.unwrap();
    assert_eq!(terms.terms().unwrap().filter(|term| term.is_agreed()).count(), 1);
    login.forget("/kapi/v2/user/service_terms").json("/kapi/v2/user/service_terms", 200, json!({"id": id}));
    assert_eq!(
        user::service_terms(&outbound, &env, by, LEFT).await.err(),
        Some(Failure::Nonsense),
        "no list is no answer"
    );

    login.json("/kapi/v2/api/talk/channels", 200, json!({"user_id": id, "channels": [{"relation": "ADDED"}]}));
    let channels = user::channels(&outbound, &env, by, LEFT).await.unwrap();
    assert_eq!(channels.channels().unwrap().next().unwrap().relation(), Some(Relation::Added));

    login.json("/kapi/v1/user/shipping_address", 200, json!({"user_id": "1"}));
    assert_eq!(user::shipping_address(&outbound, &env, by, LEFT).await.err(), Some(Failure::OtherPerson));

    login.json("/kapi/v1/user/access_token_info", 200, json!({"id": 1, "expires_in": 7199, "app_id": 1234}));
    assert_eq!(user::token_info(&outbound, &env, &token, LEFT).await.unwrap().app_id(), Some(1234));
}

#[tokio::test]
async fn everybody_is_listed_page_by_page() {
    let login = Login::default();
    let (env, outbound) = login.reach();
    let key = Secret::new("admin-1");
    login.json(
        "/kapi/v1/user/ids",
        200,
        json!({"elements": [1, "2"], "total_count": 2, "after_url": "http://x?app_key=y"}),
    );
    let page = user::ids(&outbound, &env, &key, Some(&target()), 250, LEFT).await.unwrap();
    assert!(page.ids().len() == 2 && !page.is_last());
    let asked = &login.asked()[0];
    assert_eq!(asked.path, "/kapi/v1/user/ids?limit=100&order=asc&from_id=9007199254740993");
    assert_eq!(asked.header("authorization"), Some("KakaoAK admin-1"));
    for body in [
        json!({}),
        json!({"elements": null}),
        json!({"elements": [1, null]}),
        json!({"elements": ["x"]}),
        json!({"elements": [0]}),
    ] {
        login.forget("/kapi/v1/user/ids").json("/kapi/v1/user/ids", 200, body.clone());
        let told = user::ids(&outbound, &env, &key, None, 100, LEFT).await;
        assert_eq!(told.err(), Some(Failure::Nonsense), "{body}: who is missing would count as unlinked");
    }
}

const OTP: &str = "/plugin/otp/0123456789abcdef01234567/profile";

async fn otp(login: &Login) -> Result<Option<String>, NotVerified> {
    let (env, outbound) = login.reach();
    let url = OtpUrl::parse(&format!("{}{OTP}", login.url()), &env).expect("an address of the stand-in");
    let profile = redeem(&outbound, &url, "rest&key").await?;
    Ok(profile.app_user_id().map(|id| id.as_str().to_owned()))
}

#[tokio::test]
async fn a_one_time_address_is_redeemed_once_and_in_time() {
    let login = Login::default();
    login.json(OTP, 200, json!({"app_user_id": 2_100_000_001_u64, "ci": null, "nickname": "홍"}));
    assert_eq!(otp(&login).await, Ok(Some("2100000001".to_owned())));
    let asked = &login.asked()[0];
    assert_eq!(
        (asked.path.as_str(), asked.header("authorization")),
        (&*format!("{OTP}?rest_api_key=rest%26key"), None)
    );
    let redirect =
        Told::Answer { status: 302, headers: vec![("location", format!("{}/x", login.url()))], body: Vec::new() };
    for (told, why) in [
        (redirect, NotVerified::Status(302)),
        (Told::answer(410, "", Vec::new()), NotVerified::Status(410)),
        (Told::answer(200, "", b"{}".to_vec()), NotVerified::Nobody),
        (Told::answer(200, "", br#"{"app_user_id":null}"#.to_vec()), NotVerified::Nobody),
        (Told::answer(200, "", br#"{"app_user_id":"x"}"#.to_vec()), NotVerified::Nobody),
        (Told::answer(200, "", b"<html>".to_vec()), NotVerified::Nobody),
        (Told::Flood(65 << 10), NotVerified::Call(CallError::TooLarge)),
        (Told::Never, NotVerified::Call(CallError::Unknown)),
        (Told::Drip(Duration::from_millis(100)), NotVerified::Call(CallError::Unknown)),
        (Told::Cut, NotVerified::Call(CallError::Unknown)),
    ] {
        let login = Login::default();
        login.tell(OTP, told.clone());
        let begun = Instant::now();
        assert_eq!(otp(&login).await, Err(why), "{told:?}");
        assert!(begun.elapsed() < Duration::from_millis(950), "{told:?}: {:?}", begun.elapsed());
        assert_eq!(login.asked().len(), 1, "{told:?}");
    }
}
