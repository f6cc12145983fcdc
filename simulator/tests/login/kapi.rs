//! The user endpoints.

use serde_json::{Value, json};
use shared::clock::Millis;
use shared::kakao::login::Relation;
use simulator::login::Endpoint;

use crate::browser::{Browser, admin};

const GA: &str = "1376016924426879191";

fn of(id: &str) -> [(&str, &str); 2] {
    [("target_id_type", "user_id"), ("target_id", id)]
}

#[tokio::test]
async fn a_person_is_named_by_token_or_by_the_admin_key() {
    let browser = Browser::open().await;
    let bearer = browser.token("ga").await;
    let with_token = browser.kapi(&bearer, "POST", "/v2/user/me", &[]).await.json();
    let with_key = browser.kapi(&admin(), "GET", "/v2/user/me", &of(GA)).await.json();
    assert_eq!(with_token, with_key);
    assert_eq!(with_token["id"].to_string(), GA);
    assert_eq!(with_token["properties"]["nickname"], "가람");
    let secure = browser.kapi(&bearer, "GET", "/v2/user/me", &[("secure_resource", "true")]).await.json();
    assert!(secure["kakao_account"]["profile"]["profile_image_url"].as_str().unwrap().starts_with("https://"));
    let keys = [("property_keys", r#"["kakao_account.email"]"#)];
    let some = browser.kapi(&bearer, "GET", "/v2/user/me", &keys).await.json();
    let names: Vec<&String> = some["kakao_account"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["email", "email_needs_agreement", "is_email_valid", "is_email_verified"]);
    assert!(some["properties"].is_null());
    let info = browser.kapi(&bearer, "GET", "/v1/user/access_token_info", &[]).await.json();
    assert_eq!(info, json!({ "id": GA.parse::<u64>().unwrap(), "expires_in": 21_599, "app_id": 1_234_567 }));
    let claims = browser.kapi(&bearer, "GET", "/v1/oidc/userinfo", &[]).await.json();
    assert_eq!(claims["sub"], GA);
}

#[tokio::test]
async fn strangers_get_the_errors_of_the_table() {
    let browser = Browser::open().await;
    let error = |code: i32, msg: &str| json!({ "msg": msg, "code": code });
    for (key, pairs, status, body) in [
        ("Bearer x", vec![], 401, error(-401, "this access token does not exist")),
        ("", vec![], 401, error(-401, "this access token does not exist")),
        ("KakaoAK x", of(GA).to_vec(), 401, error(-401, "invalid app key.")),
        (&admin(), vec![], 400, error(-2, "invalid parameter")),
        (&admin(), of("ga").to_vec(), 400, error(-2, "invalid parameter")),
        (&admin(), of(GA).to_vec(), 400, error(-101, "NotRegisteredUserException")),
    ] {
        let seen = browser.kapi(key, "GET", "/v2/user/me", &pairs).await;
        assert_eq!((seen.status, seen.json()), (status, body), "{key}");
    }
}

#[tokio::test]
async fn unlinking_ends_everything_and_logging_out_does_not() {
    let browser = Browser::open().await;
    let (one, two) = (browser.token("ga").await, browser.token("ga").await);
    let works = async |bearer: &str| browser.kapi(bearer, "GET", "/v2/user/me", &[]).await.status == 200;
    assert_eq!(browser.kapi(&one, "POST", "/v1/user/logout", &[]).await.status, 200);
    assert!(!works(&one).await && works(&two).await);
    assert_eq!(browser.kapi(&admin(), "POST", "/v1/user/logout", &of(GA)).await.status, 200);
    assert!(!works(&two).await && browser.kakao.is_linked("ga"));

    let bearer = browser.token("ga").await;
    let ended = browser.kapi(&bearer, "POST", "/v1/user/unlink", &[]).await;
    assert_eq!(ended.json()["id"].to_string(), GA);
    assert!(!browser.kakao.is_linked("ga"));
    assert_eq!(browser.kapi(&bearer, "POST", "/v1/user/unlink", &[]).await.json()["code"], -401);
    assert_eq!(browser.kapi(&admin(), "POST", "/v1/user/unlink", &of(GA)).await.json()["code"], -101);
    assert_eq!(browser.kakao.called(Endpoint::Unlink), 3);
}

#[tokio::test]
async fn consents_and_terms_can_be_taken_back_and_given() {
    let browser = Browser::open().await;
    let bearer = browser.token("ga").await;
    let all = browser.kapi(&bearer, "GET", "/v2/user/scopes", &[]).await.json();
    assert_eq!(all["scopes"].as_array().unwrap().len(), 11);
    let gone = browser.kapi(&bearer, "POST", "/v2/user/revoke/scopes", &[("scopes", r#"["gender"]"#)]).await.json();
    assert_eq!((&gone["scopes"][0]["id"], &gone["scopes"][0]["agreed"]), (&json!("gender"), &json!(false)));
    let kept = browser.kapi(&bearer, "POST", "/v2/user/revoke/scopes", &[("scopes", r#"["phone_number"]"#)]).await;
    assert_eq!(kept.status, 400, "a required one");

    let tags = [("tags", "ads_2025,tos_2025,nothing")];
    let revoked = browser.kapi(&bearer, "POST", "/v2/user/revoke/service_terms", &tags).await.json();
    assert_eq!(revoked["revoked_service_terms"], json!([{ "tag": "ads_2025", "agreed": false }]));
    let pairs = [&of(GA)[..], &[("result", "app_service_terms")]].concat();
    let every = browser.kapi(&admin(), "GET", "/v2/user/service_terms", &pairs).await.json();
    assert_eq!(
        (every["service_terms"].as_array().unwrap().len(), &every["service_terms"][2]["agreed"]),
        (3, &json!(false))
    );
    let given = browser.kapi(&bearer, "POST", "/v2/user/upgrade/service_terms", &tags).await.json();
    let given = given["agreed_service_terms"].as_array().unwrap();
    assert_eq!((given.len(), &given[0]["tag"], &given[0]["agreed_by"]), (1, &json!("ads_2025"), &json!("KAPI")));
    let unknown = browser.kapi(&bearer, "GET", "/v2/user/service_terms", &[("tags", "nothing")]).await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (400, &json!(-2)));
}

#[tokio::test]
async fn addresses_and_channels_need_their_consent() {
    let browser = Browser::open().await;
    let bearer = browser.token("ga").await;
    let addresses =
        async |pairs: &[(&str, &str)]| browser.kapi(&bearer, "GET", "/v1/user/shipping_address", pairs).await.json();
    let ids = |body: &Value| -> Vec<u64> {
        body["shipping_addresses"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids(&addresses(&[]).await), [319, 12_058_793_212_345_678]);
    assert_eq!(ids(&addresses(&[("address_id", "319")]).await), [319]);
    assert_eq!(ids(&addresses(&[("from_updated_at", "1735787045")]).await), [12_058_793_212_345_678]);
    assert_eq!(addresses(&[("page_size", "1")]).await["code"], -2);
    let channels = browser.kapi(&bearer, "GET", "/v2/api/talk/channels", &[]).await.json();
    assert_eq!(
        (&channels["channels"][0]["relation"], channels["user_id"].to_string()),
        (&json!("ADDED"), GA.to_owned())
    );

    browser.kakao.withdraw("ga", "shipping_address");
    browser.kakao.withdraw("ga", "plusfriends");
    let none = addresses(&[]).await;
    assert_eq!((ids(&none).len(), &none["shipping_addresses_needs_agreement"]), (0, &json!(true)));
    let refused = browser.kapi(&bearer, "GET", "/v2/api/talk/channels", &[]).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!(-402)));
    assert_eq!(refused.json()["required_scopes"], json!(["plusfriends"]));
}

#[tokio::test]
async fn how_a_person_stands_to_a_channel_is_remembered_for_each_and_asked_about_with_the_admin_key() {
    let browser = Browser::open().await;
    browser.kakao.link("ga");
    browser.kakao.link_strangers(9, 2);
    browser.kakao.agree(9, 1, "plusfriends");
    let at = Millis::from_rfc3339("2025-01-02T03:04:05Z").unwrap();
    browser.kakao.relate(9, "_LocaL", Relation::Blocked, at);
    let ask = async |who: &str| browser.kapi(&admin(), "GET", "/v2/api/talk/channels", &of(who)).await.json();
    let blocked = ask("9").await;
    assert_eq!(
        (&blocked["channels"][0]["relation"], &blocked["channels"][0]["updated_at"]),
        (&json!("BLOCKED"), &json!("2025-01-02T03:04:05Z"))
    );
    assert_eq!(ask(GA).await["channels"][0]["relation"], "ADDED");
    browser.kakao.relate(9, "_LocaL", Relation::None, at);
    let none = ask("9").await;
    assert_eq!((&none["channels"][0]["relation"], none["channels"][0].get("updated_at")), (&json!("NONE"), None));
    assert_eq!(ask("10").await["code"], -402, "who never agreed");
    assert_eq!(ask("11").await["code"], -101);
}

#[tokio::test]
async fn everybody_who_is_linked_is_listed_page_by_page() {
    let browser = Browser::open().await;
    let first = 9_007_199_254_740_993; // one more than a float can tell from its neighbour
    browser.kakao.link_strangers(first, 250);
    let page = async |pairs: &[(&str, &str)]| browser.kapi(&admin(), "GET", "/v1/user/ids", pairs).await;
    let mut seen: Vec<u64> = Vec::new();
    let mut from = String::new();
    loop {
        let pairs: Vec<_> =
            [("limit", "100"), ("from_id", from.as_str())].into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let body = page(&pairs).await.json();
        assert_eq!(body["total_count"], 250);
        seen.extend(body["elements"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()));
        let Some(next) = body["after_url"].as_str() else { break };
        assert!(next.starts_with("http://"));
        from = next.split("from_id=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    }
    assert_eq!(seen, (first..first + 250).collect::<Vec<_>>());
    let last = page(&[("limit", "1"), ("order", "desc")]).await.json();
    assert_eq!(last["elements"], json!([first + 249]));
    for wrong in [("limit", "101"), ("limit", "0"), ("order", "up"), ("from_id", "x")] {
        assert_eq!(page(&[wrong]).await.status, 400, "{wrong:?}");
    }
    let bearer = browser.token("ga").await;
    assert_eq!(browser.kapi(&bearer, "GET", "/v1/user/ids", &[]).await.status, 401);

    for _ in 0..100 {
        page(&[("limit", "1")]).await;
    }
    let over = page(&[("limit", "1")]).await;
    assert_eq!((over.status, over.json()), (429, json!({ "msg": "API limit has been exceeded.", "code": -10 })));
}

#[tokio::test]
async fn its_addresses_are_told_to_whoever_shows_the_rest_api_key() {
    let browser = Browser::open().await;
    let ips = async |key: &str| browser.kapi(key, "GET", "/v1/system/ips", &[]).await;
    let told = ips("KakaoAK local-rest-api-key").await;
    assert_eq!((told.status, told.json()["outbound"][0].as_str()), (200, Some("127.0.0.0/8")));
    browser.kakao.configure(|app| app.inbound = vec!["203.0.113.7".to_owned()]);
    assert_eq!(ips("KakaoAK local-rest-api-key").await.json()["inbound"], json!(["203.0.113.7"]));
    for stranger in ["", "KakaoAK x", "Bearer local-rest-api-key", &admin()] {
        let refused = ips(stranger).await;
        assert_eq!((refused.status, &refused.json()["code"]), (401, &json!(-401)), "{stranger}");
    }
    browser.kakao.plan(Endpoint::SystemIps, "429:3".parse().unwrap(), Some(1));
    assert_eq!(ips("KakaoAK local-rest-api-key").await.status, 429);
}

#[tokio::test]
async fn a_profile_is_handed_out_once() {
    let browser = Browser::open().await;
    browser.kakao.link("ga");
    browser.kakao.withdraw("ga", "birthyear");
    let value: Value = serde_json::from_str(&browser.kakao.plugin_value("ga", None)).unwrap();
    assert_eq!((&value["app_user_id"], &value["saved"]), (&json!(GA), &json!(true)));
    let url = value["otp"].as_str().unwrap();
    assert!(url.starts_with(&browser.kakao.talk_plugin_url()));
    assert_eq!(browser.get(url).await.status, 401, "without a key");
    let profile = browser.get(&format!("{url}?rest_api_key=local-rest-api-key")).await;
    assert_eq!(profile.status, 200);
    let profile = profile.json();
    assert_eq!((profile["app_user_id"].to_string(), &profile["birthyear"]), (GA.to_owned(), &Value::Null));
    let again = browser.get(&format!("{url}?rest_api_key=local-rest-api-key")).await;
    assert_eq!((again.status, again.json()["app_user_id"].is_null()), (404, true));
    let stranger: Value = serde_json::from_str(&browser.kakao.plugin_value("na", None)).unwrap();
    assert_eq!((&stranger["saved"], stranger["otp"].is_null()), (&json!(false), true));
}
