//! What Kakao Login answers: absent, null, odd types, numbers as text, ids beyond 2^53, and everything written back as it was read.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api>
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::clock::Millis;
use crate::kakao::{Why, parse};

/// 2025-01-02T03:04:05Z.
const MOMENT: Millis = Millis(1_735_787_045_000);

fn read<T: DeserializeOwned + Serialize>(body: Value) -> T {
    let message: T = parse(body.to_string().as_bytes()).expect("parses");
    assert_eq!(serde_json::to_value(&message).expect("writes"), body, "what was read is written back");
    message
}

fn sample<T: DeserializeOwned + Serialize>(name: &str) -> T {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/sync").join(name);
    read(serde_json::from_slice(&std::fs::read(path).expect("a sample")).expect("JSON"))
}

/// A body, and how it is read.
type Message = (Value, fn(Value));

/// Each message with all of its members, so that every one can be spoilt in turn.
fn whole() -> Vec<Message> {
    vec![
        (
            json!({"token_type": "bearer", "access_token": "a", "expires_in": 21599, "refresh_token": "r",
            "refresh_token_expires_in": 5183999, "scope": "a b", "id_token": "e.y.J"}),
            |body| drop(read::<Token>(body)),
        ),
        (json!({"error": "e", "error_description": "d", "error_code": "KOE320"}), |body| {
            drop(read::<OauthError>(body))
        }),
        (json!({"msg": "m", "code": -402, "api_type": "A", "required_scopes": ["a"], "allowed_scopes": []}), |body| {
            drop(read::<KapiError>(body))
        }),
        (json!({"id": 1, "expires_in": 7199, "app_id": 1234}), |body| drop(read::<TokenInfo>(body))),
        (json!({"id": 1}), |body| drop(read::<Unlinked>(body))),
        (json!({"elements": [1, "2"], "total_count": 9, "before_url": "b", "after_url": "a"}), |body| {
            drop(read::<UserIds>(body))
        }),
        (json!({"inbound": ["203.0.113.7"], "outbound": ["211.249.221.0/24"]}), |body| drop(read::<SystemIps>(body))),
        (
            json!({"id": 1, "service_terms": [{"tag": "t", "required": true, "agreed": true, "revocable": false,
            "agreed_at": "2025-01-02T03:04:05Z", "agreed_by": "KAUTH"}]}),
            |body| drop(read::<ServiceTerms>(body)),
        ),
        (
            json!({"user_id": 1, "channels": [{"channel_uuid": "@a", "channel_public_id": "_A", "relation": "ADDED",
            "updated_at": "2025-01-02T03:04:05Z"}]}),
            |body| drop(read::<Channels>(body)),
        ),
        (
            json!({"user_id": 1, "shipping_addresses_needs_agreement": false, "shipping_addresses": [{"id": 319, "name": "Home",
            "is_default": true, "default": true, "updated_at": 1735787045, "type": "NEW", "base_address": "b", "detail_address": "d",
            "receiver_name": "r", "receiver_phone_number1": "1", "receiver_phone_number2": "", "zone_number": "13494",
            "zip_code": "463-400"}]}),
            |body| drop(read::<ShippingAddresses>(body)),
        ),
        (
            json!({"app_user_id": 1, "nickname": "n", "profile_image_url": "u", "phone_number": "p", "email": "e",
            "birthyear": "1990", "birthday": "0131", "gender": "female", "ci": null, "ci_authenticated_at": null}),
            |body| drop(read::<OtpProfile>(body)),
        ),
        (me(), |body| drop(read::<UserMe>(body))),
    ]
}

fn me() -> Value {
    json!({
        "id": 2100000001, "has_signed_up": true, "connected_at": "2025-01-02T03:04:05Z", "synched_at": "2025-01-02T03:04:05Z",
        "properties": {"nickname": "길동"}, "for_partner": {"uuid": "uuid-1"},
        "kakao_account": {
            "profile_nickname_needs_agreement": false, "profile_image_needs_agreement": true,
            "profile": {"nickname": "Hong", "thumbnail_image_url": "https://t", "profile_image_url": "https://p",
                "is_default_image": false, "is_default_nickname": false},
            "name_needs_agreement": false, "name": "홍길동",
            "email_needs_agreement": false, "is_email_valid": true, "is_email_verified": true, "email": "hong@example.com",
            "age_range": "20~29", "birthyear": "1999", "birthday": "0131", "birthday_type": "SOLAR", "is_leap_month": false,
            "gender": "female", "phone_number": "+82 10-0000-0000", "ci_needs_agreement": true
        }
    })
}

#[test]
fn every_member_may_be_absent_null_or_of_another_type() {
    let ids = ["id", "user_id", "app_user_id", "elements"];
    for (body, read) in whole() {
        read(body.clone());
        for (member, _) in body.as_object().expect("an object") {
            let spoilt = |value: Option<Value>| {
                let mut body = body.clone();
                let members = body.as_object_mut().expect("an object");
                match value {
                    Some(value) => drop(members.insert(member.clone(), value)),
                    None => drop(members.remove(member)),
                }
                body
            };
            read(spoilt(None));
            read(spoilt(Some(Value::Null)));
            if ids.contains(&member.as_str()) {
                continue; // an id that was read wrongly is another person
            }
            for odd in [
                json!(true),
                json!(-1),
                json!(1.5),
                json!(u64::MAX),
                json!(""),
                json!("가😀"),
                json!([]),
                json!({"a": null}),
            ] {
                read(spoilt(Some(odd)));
            }
        }
        read(json!({}));
        let mut more = body;
        more["새로운"] = json!({"a": [1, null]});
        read(more);
    }
}

#[test]
fn an_id_is_a_whole_number_or_digits_and_never_another_one() {
    for (id, text) in [
        (json!(2_100_000_001_u64), "2100000001"),
        (json!("2100000001"), "2100000001"),
        (json!(9_007_199_254_740_993_u64), "9007199254740993"), // 2^53 + 1
        (json!(1_376_016_924_426_879_191_u64), "1376016924426879191"),
        (json!(u64::MAX), "18446744073709551615"),
        (json!(u64::MAX.to_string()), "18446744073709551615"),
    ] {
        let unlinked: Unlinked = read(json!({"id": id}));
        let id = unlinked.id().expect("an id");
        assert!(id.as_str() == text && is_person(id), "{text}");
        assert_eq!(read::<UserMe>(json!({"id": text})).id().map(AppUserId::as_str), Some(text));
        assert_eq!(read::<ServiceTerms>(json!({"id": text})).id(), Some(id), "number and text are one person");
        assert_eq!(read::<Channels>(json!({"user_id": text})).user_id(), Some(id));
        assert_eq!(read::<ShippingAddresses>(json!({"user_id": text})).user_id(), Some(id));
    }
    for body in [r#"{"id":1.0}"#, r#"{"id":1e3}"#, r#"{"id":18446744073709551616}"#, r#"{"id":true}"#, r#"{"id":[1]}"#]
    {
        assert!(parse::<UserMe>(body.as_bytes()).is_err(), "{body}");
    }
    assert_eq!(parse::<UserMe>(br#"{"id":1,"id":2}"#).expect_err("two").why, Why::Duplicate);
    for nobody in ["", "0", "01", "-1", "+1", "1e3", "１", "18446744073709551616", "1 "] {
        assert!(!is_person(&AppUserId::from(nobody)), "{nobody:?}");
    }
}

#[test]
fn token() {
    let token: Token = sample("token.json");
    assert_eq!((token.access_token(), token.refresh_token()), (Some("${ACCESS_TOKEN}"), Some("${REFRESH_TOKEN}")));
    assert_eq!(token.expires_in(), Some(Duration::from_secs(43_199)));
    assert_eq!(token.refresh_token_expires_in(), Some(Duration::from_secs(5_184_000)));
    assert_eq!(token.scopes().collect::<Vec<_>>(), ["account_email", "profile"]);
    assert_eq!(token.id_token(), None);
    let bare: Token = read(json!({"access_token": "a", "expires_in": "60"}));
    assert_eq!(
        (bare.expires_in(), bare.refresh_token(), bare.scopes().count()),
        (Some(Duration::from_secs(60)), None, 0)
    );
}

#[test]
fn t05_nothing_shows_in_debug_output() {
    let token: Token =
        read(json!({"access_token": "canary", "refresh_token": "canary", "id_token": "canary", "x": "canary"}));
    let me: UserMe =
        read(json!({"id": "canary", "kakao_account": {"email": "canary", "profile": {"nickname": "canary"}}}));
    let otp: OtpProfile = read(json!({"ci": "canary", "app_user_id": "canary"}));
    let error: OauthError = read(json!({"error_description": "canary"}));
    let shown = format!("{token:?} {me:?} {:?} {otp:?} {error:?} {:?}", me.account(), me.id());
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn errors() {
    let error: OauthError = sample("token-error-koe320.json");
    assert_eq!((error.koe(), error.kind()), (Some(Koe::CodeSpent), Some(OauthErrorKind::InvalidGrant)));
    assert!(error.is_error() && error.advice().again && error.word() == "KOE320");
    let unknown: OauthError = read(json!({"error": "canary", "error_code": "canary"}));
    assert_eq!((unknown.word(), unknown.koe()), ("other".to_owned(), Some(Koe::Other("canary".to_owned()))));
    assert!(!read::<OauthError>(json!({"error": "", "error_code": 320})).is_error());

    let error: KapiError =
        read(json!({"msg": "m", "code": -402, "required_scopes": ["plusfriends", 5], "allowed_scopes": ["a"]}));
    assert_eq!(error.code(), Some(KapiCode::Consent));
    assert_eq!(error.required_scopes().collect::<Vec<_>>(), ["plusfriends"]);
    assert_eq!(error.allowed_scopes().collect::<Vec<_>>(), ["a"]);
    assert_eq!(read::<KapiError>(json!({"code": "-101"})).code(), Some(KapiCode::NotLinked));
    for odd in [json!("x"), json!(1.5), json!(u64::MAX), json!([])] {
        assert_eq!(read::<KapiError>(json!({"code": odd})).code(), None);
    }
}

#[test]
fn user() {
    let me: UserMe = read(me());
    assert_eq!((me.connected_at(), me.synched_at()), (Some(MOMENT), Some(MOMENT)));
    assert_eq!(
        (me.nickname(), me.property("nickname"), me.partner_uuid()),
        (Some("Hong"), Some("길동"), Some("uuid-1"))
    );
    let account = me.account().expect("an account");
    assert_eq!((account.name(), account.verified_email()), (Some("홍길동"), Some("hong@example.com")));
    assert_eq!((account.birth_year(), account.birth_month_day()), (Some(1999), Some((1, 31))));
    assert!(!account.is_lunar_birthday() && !account.is_leap_month());
    assert_eq!((account.gender(), account.age_range(), account.ci()), (Some("female"), Some("20~29"), None));
    assert_eq!(account.phone_number(), Some("+82 10-0000-0000"));
    assert_eq!(account.national_phone_number().as_deref(), Some("01000000000"));
    assert!(account.needs_agreement("ci") && !account.needs_agreement("email") && !account.needs_agreement("gender"));

    let old: UserMe = sample("user-me.json");
    assert_eq!((old.nickname(), old.property("custom_field2"), old.synched_at()), (Some("홍길동"), Some("여"), None));
    let account = old.account().expect("an account");
    assert_eq!((account.verified_email(), account.phone_number()), (Some("sample@sample.com"), None));
    let bare: UserMe = read(json!({"id": 1, "properties": {"nickname": "길동"}, "kakao_account": null}));
    assert_eq!((bare.nickname(), bare.account().is_none()), (Some("길동"), true));
}

#[test]
fn an_email_proves_something_only_if_it_is_valid_and_verified() {
    for (valid, verified, proven) in [
        (json!(true), json!(true), true),
        (json!("true"), json!(true), true),
        (json!(false), json!(true), false),
        (json!(true), json!(false), false),
        (json!(null), json!(true), false),
        (json!(1), json!(true), false),
        (json!("yes"), json!(true), false),
    ] {
        let account: KakaoAccount =
            read(json!({"email": "a@b.c", "is_email_valid": valid, "is_email_verified": verified}));
        assert_eq!(account.verified_email().is_some(), proven, "{valid} {verified}");
        assert_eq!(account.unproven_email(), Some("a@b.c"));
    }
    assert_eq!(read::<KakaoAccount>(json!({"email": "a@b.c"})).verified_email(), None);
}

#[test]
fn phone_numbers() {
    let national = |number: &str| read::<KakaoAccount>(json!({"phone_number": number})).national_phone_number();
    for number in [
        "+82 10-0000-0000",
        "+82 10 0000 0000",
        "+821000000000",
        "+82 (0)10-0000-0000",
        " 010-0000-0000",
        "01000000000",
        "(010) 0000.0000",
    ] {
        assert_eq!(national(number).as_deref(), Some("01000000000"), "{number}");
    }
    assert_eq!(national("+82 2-123-4567").as_deref(), Some("021234567"));
    for number in [
        "",
        "+1 10-0000-0000",
        "+8",
        "+82",
        "1000000000",
        "+82 10-0000-0000 x1",
        "０１０-0000-0000",
        "전화",
        "+82+1000000000",
    ] {
        assert_eq!(national(number), None, "{number}");
    }
}

#[test]
fn birthdays_are_digits_or_nothing() {
    let read = |year: &str, day: &str| {
        let account: KakaoAccount =
            read(json!({"birthyear": year, "birthday": day, "birthday_type": "LUNAR", "is_leap_month": true}));
        assert!(account.is_lunar_birthday() && account.is_leap_month());
        (account.birth_year(), account.birth_month_day())
    };
    assert_eq!(read("1999", "0229"), (Some(1999), Some((2, 29))));
    for (year, day) in [("", ""), ("99", "131"), ("+999", "+131"), ("가가", "1301"), ("19999", "0132"), ("١٩٩٩", "가1")]
    {
        assert_eq!(read(year, day), (None, None), "{year} {day}");
    }
}

#[test]
fn terms() {
    let terms: ServiceTerms = read(json!({"id": 1, "service_terms": [
        {"tag": "tos", "required": true, "agreed": true, "revocable": false, "agreed_at": "2025-01-02T03:04:05Z", "agreed_by": "KAUTH"},
        {"tag": "ads", "required": false, "agreed": false, "revocable": false}, 5, {"tag": 7, "agreed": 1, "agreed_by": "NEW"}
    ]}));
    let all: Vec<_> = terms.terms().expect("a list").collect();
    let [tos, ads, odd] = all.as_slice() else { panic!("{}", all.len()) };
    assert!(tos.is_required() && tos.is_agreed() && !tos.is_revocable());
    assert_eq!(
        (tos.tag(), tos.agreed_at(), tos.agreed_by()),
        (Some("tos"), Some(MOMENT), Some(AgreedBy::ConsentScreen))
    );
    assert_eq!((ads.tag(), ads.is_agreed(), ads.agreed_at()), (Some("ads"), false, None));
    assert_eq!((odd.tag(), odd.is_agreed(), odd.agreed_by()), (None, false, Some(AgreedBy::Other("NEW".to_owned()))));
    for none in
        [json!({}), json!({"service_terms": null}), json!({"service_terms": {}}), json!({"service_terms": "[]"})]
    {
        assert!(read::<ServiceTerms>(none).terms().is_none(), "no list is not an empty list");
    }
    assert_eq!(read::<ServiceTerms>(json!({"service_terms": []})).terms().map(Iterator::count), Some(0));
}

#[test]
fn channels() {
    let channels: Channels = read(json!({"user_id": 1, "channels": [
        {"channel_uuid": "@a", "channel_public_id": "_A", "relation": "ADDED", "updated_at": "2025-01-02T03:04:05Z"},
        {"channel_uuid": "@b", "relation": "NONE"}, {"relation": "NEW"}
    ]}));
    let all: Vec<_> = channels.channels().expect("a list").collect();
    assert_eq!((all[0].uuid(), all[0].public_id(), all[0].updated_at()), (Some("@a"), Some("_A"), Some(MOMENT)));
    let relations: Vec<_> = all.iter().filter_map(|channel| channel.relation()).collect();
    assert_eq!(relations, [Relation::Added, Relation::None, Relation::Other("NEW".to_owned())]);
    assert_eq!(all[1].public_id(), None);
    let old: Channels =
        read(json!({"user_id": 1, "plus_friends": [{"plus_friend_uuid": "@a", "plus_friend_public_id": "_A"}]}));
    assert_eq!(old.channels().and_then(|mut all| all.next()?.public_id()), Some("_A"));
}

#[test]
fn shipping() {
    let body = json!({"user_id": 1, "shipping_addresses_needs_agreement": false, "shipping_addresses": [
        {"id": 1, "base_address": "a", "zip_code": "463-400"}, null,
        {"id": u64::MAX, "is_default": true, "updated_at": 1_735_787_045, "receiver_phone_number1": "010", "receiver_phone_number2": "",
            "base_address": "b", "detail_address": "", "receiver_name": "홍", "name": "집", "zone_number": "13494", "zip_code": "463-400"}
    ]});
    let addresses: ShippingAddresses = read(body);
    assert!(!addresses.needs_agreement() && addresses.addresses().count() == 2);
    let home = addresses.default_address().expect("an address");
    assert_eq!((home.id(), home.name(), home.receiver_name()), (Some(u64::MAX), Some("집"), Some("홍")));
    assert_eq!((home.base_address(), home.detail_address(), home.post_code()), (Some("b"), None, Some("13494")));
    assert_eq!((home.updated_at(), home.receiver_phone_numbers().collect::<Vec<_>>()), (Some(MOMENT), vec!["010"]));
    let old: ShippingAddresses = read(json!({"shipping_addresses": [{"name": "a"}, {"name": "b", "default": true}]}));
    assert_eq!(old.default_address().and_then(ShippingAddress::name), Some("b"));
    let none: ShippingAddresses = read(json!({"shipping_addresses_needs_agreement": true}));
    assert!(none.needs_agreement() && none.default_address().is_none());
}

#[test]
fn addresses_are_all_read_or_none() {
    let all = |body| read::<SystemIps>(body).all().map(|all| all.join(" "));
    assert_eq!(all(json!({"inbound": ["a"], "outbound": ["b", "c"]})).as_deref(), Some("a b c"));
    assert_eq!(all(json!({"inbound": [], "outbound": ["b"]})).as_deref(), Some("b"));
    for odd in [json!(null), json!("a"), json!({}), json!([1]), json!([["a"]]), json!(["a", null])] {
        assert_eq!(all(json!({"inbound": odd, "outbound": ["b"]})), None, "{odd}");
        assert_eq!(all(json!({"inbound": ["b"], "outbound": odd})), None, "{odd}");
    }
    assert_eq!(all(json!({"inbound": ["a"]})), None);
}

#[test]
fn user_ids_are_all_read_or_none() {
    let ids: UserIds =
        read(json!({"elements": [1, "2", u64::MAX], "total_count": 3, "after_url": "http://x?app_key=y"}));
    assert_eq!(ids.ids().iter().map(AppUserId::as_str).collect::<Vec<_>>(), ["1", "2", "18446744073709551615"]);
    assert!(ids.total_count() == Some(3) && !ids.is_last() && read::<UserIds>(json!({"after_url": null})).is_last());
    for odd in [json!([1, null]), json!([1.5]), json!([{}]), json!("[]")] {
        assert!(parse::<UserIds>(json!({"elements": odd}).to_string().as_bytes()).is_err(), "{odd}");
    }
}

#[test]
fn otp_profile_and_token_info() {
    let profile: OtpProfile =
        read(json!({"nickname": "Hong", "phone_number": "+82 10-0000-0000", "email": "a@b.c", "ci": null,
        "app_user_id": "2100000001", "profile_image": "new name"}));
    assert_eq!(profile.app_user_id().map(AppUserId::as_str), Some("2100000001"));
    assert_eq!(profile.national_phone_number().as_deref(), Some("01000000000"));
    assert_eq!((profile.nickname(), profile.unproven_email(), profile.ci()), (Some("Hong"), Some("a@b.c"), None));
    let info: TokenInfo = read(json!({"id": 1, "expires_in": 7199, "app_id": "1234"}));
    assert_eq!((info.app_id(), info.expires_in()), (Some(1234), Some(Duration::from_secs(7_199))));
    assert_eq!(info.id().map(AppUserId::as_str), Some("1"));
}

#[test]
fn keys() {
    let jwks: Jwks = read(json!({"keys": [
        {"kid": "a", "kty": "RSA", "alg": "RS256", "use": "sig", "n": "AQAB", "e": "AQAB"},
        {"kid": "b", "kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kid": "c", "kty": "RSA", "alg": "RS512", "n": "AQAB", "e": "AQAB"},
        {"kid": "d", "kty": "EC", "n": "AQAB", "e": "AQAB"},
        {"kid": "e", "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}, 5, {}
    ]}));
    let found: Vec<_> = ["a", "b", "c", "d", "e", ""].into_iter().filter(|kid| jwks.find(kid).is_some()).collect();
    assert_eq!(found, ["a", "b"]);
    for body in [
        r#"{"sub":"1","sub":"2"}"#,
        r#"{"aud":["a"]}"#,
        r#"{"exp":1.5}"#,
        r#"{"exp":-1}"#,
        r#"{"exp":"1"}"#,
        r#"{"iss":5}"#,
    ] {
        assert!(serde_json::from_str::<IdTokenClaims>(body).is_err(), "{body}");
    }
}
