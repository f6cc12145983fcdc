//! The Kakao accounts of the five people, as `/v2/user/me` and a one-time profile tell them.

use serde_json::{Map, Value, json};

use crate::people::{PEOPLE, Person};

/// What Kakao knows about somebody, whether or not they let an app know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    /// Who it is.
    pub(crate) person: &'static Person,
    real_name: &'static str,
    email: &'static str,
    /// The international, spaced form.
    phone: &'static str,
    /// One has never said when they were born, and one is a child.
    birthyear: Option<&'static str>,
    birthday: &'static str,
    /// `female`, `male`; who has said nothing has none.
    gender: Option<&'static str>,
    age_range: &'static str,
    /// What identifies somebody across services. One of them has it; an app sees it that has the consent item `account_ci`, which no
    /// app has without Kakao's leave, nor this one unless a test says so.
    ci: Option<&'static str>,
    /// An address may be used for matching only if both are true; one of them has not verified theirs.
    email_verified: bool,
}

/// Since when the one CI there is is theirs.
const CI_AUTHENTICATED_AT: &str = "2025-01-02T03:04:05Z";

const ACCOUNTS: [Account; 5] = [
    Account {
        person: &PEOPLE[0],
        real_name: "김가람",
        email: "garam@example.com",
        phone: "+82 10-0000-0001",
        birthyear: Some("1999"),
        birthday: "0131",
        gender: Some("female"),
        age_range: "20~29",
        ci: Some("KbN7pnACBFNsrlPlaeX5+lukWTZEEZNT4exdRlKqApJ1u+AsHZGU3OY6Nl9e8yoIE6I9F/DkBDtflXkKimeRMQ=="),
        email_verified: true,
    },
    Account {
        person: &PEOPLE[1],
        real_name: "이나은",
        email: "naeun@example.com",
        phone: "+82 10-0000-0002",
        birthyear: Some("1988"),
        birthday: "0229",
        gender: Some("male"),
        age_range: "30~39",
        ci: None,
        email_verified: false,
    },
    Account {
        person: &PEOPLE[2],
        real_name: "박다온",
        email: "daon@example.com",
        phone: "+82 10-0000-0003",
        birthyear: Some("2008"),
        birthday: "1231",
        gender: None,
        age_range: "15~19",
        ci: None,
        email_verified: true,
    },
    Account {
        person: &PEOPLE[3],
        real_name: "최라온",
        email: "raon@example.com",
        phone: "+82 10-0000-0004",
        birthyear: Some("2016"),
        birthday: "0505",
        gender: Some("female"),
        age_range: "5~9",
        ci: None,
        email_verified: true,
    },
    Account {
        person: &PEOPLE[4],
        real_name: "정마루",
        email: "maru@example.com",
        phone: "+82 10-0000-0005",
        birthyear: None,
        birthday: "0815",
        gender: Some("male"),
        age_range: "40~49",
        ci: None,
        email_verified: true,
    },
];

/// The account of this app user id.
pub(crate) fn of(app_user_id: u64) -> Option<&'static Account> {
    ACCOUNTS.iter().find(|account| account.id() == app_user_id)
}

/// The account of a person, by the short name `ga` or any other of their names.
pub(crate) fn of_person(who: &str) -> Option<&'static Account> {
    let person = crate::people::find(who)?;
    ACCOUNTS.iter().find(|account| account.person.id == person.id)
}

impl Account {
    /// The app user id, beyond what a floating-point number can hold.
    pub(crate) fn id(&self) -> u64 {
        self.person.app_user_id.parse().unwrap_or_default()
    }

    /// What a consent item opens of `kakao_account`. `flag` is spelled in the plural for addresses only (`/v1/user/shipping_address`).
    pub(crate) fn values(&self, scope: &str) -> Map<String, Value> {
        let values = match scope {
            "profile_nickname" => json!({ "profile": { "nickname": self.person.name, "is_default_nickname": false } }),
            "profile_image" => json!({ "profile": {
                "thumbnail_image_url": "http://img1.kakaocdn.net/thumb/R110x110.q70/local",
                "profile_image_url": "http://img1.kakaocdn.net/thumb/R640x640.q70/local",
                "is_default_image": true,
            } }),
            "account_email" => {
                json!({ "email": self.email, "is_email_valid": true, "is_email_verified": self.email_verified })
            }
            "name" => json!({ "name": self.real_name }),
            "gender" => self.gender.map_or_else(|| json!({}), |gender| json!({ "gender": gender })),
            "age_range" => json!({ "age_range": self.age_range }),
            "birthday" => json!({ "birthday": self.birthday, "birthday_type": "SOLAR", "is_leap_month": false }),
            "birthyear" => self.birthyear.map_or_else(|| json!({}), |year| json!({ "birthyear": year })),
            "phone_number" => json!({ "phone_number": self.phone }),
            "account_ci" => {
                self.ci.map_or_else(|| json!({}), |ci| json!({ "ci": ci, "ci_authenticated_at": CI_AUTHENTICATED_AT }))
            }
            _ => json!({}),
        };
        values.as_object().cloned().unwrap_or_default()
    }

    /// The document behind a one-time address (protocol `sync` 2.2): what was not agreed to is `null`.
    pub(crate) fn one_time_profile(&self, agreed: impl Fn(&str) -> bool) -> Value {
        let given = |scope: &str, value: &'static str| agreed(scope).then_some(value);
        let ci = self.ci.and_then(|ci| given("account_ci", ci));
        json!({
            "nickname": given("profile_nickname", self.person.name),
            "profile_image_url": given("profile_image", "http://img1.kakaocdn.net/thumb/R640x640.q70/local"),
            "phone_number": given("phone_number", self.phone),
            "email": given("account_email", self.email),
            "birthyear": self.birthyear.and_then(|year| given("birthyear", year)),
            "birthday": given("birthday", self.birthday),
            "gender": self.gender.and_then(|gender| given("gender", gender)),
            "ci": ci,
            "ci_authenticated_at": ci.map(|_| CI_AUTHENTICATED_AT),
            "app_user_id": self.id(),
        })
    }

    /// `/v1/user/shipping_address`.
    pub(crate) fn addresses(&self) -> Value {
        json!([
            {
                "id": 319, "name": "집", "is_default": true, "updated_at": 1_735_787_045_u64, "type": "NEW",
                "base_address": "경기 성남시 분당구 판교역로 166", "detail_address": "101호", "receiver_name": self.real_name,
                "receiver_phone_number1": self.phone.replace("+82 ", "0"), "receiver_phone_number2": "",
                "zone_number": "13529", "zip_code": "463-400",
            },
            {
                "id": 12_058_793_212_345_678_u64, "name": "회사", "is_default": false, "updated_at": 1_735_786_000_u64, "type": "OLD",
                "base_address": "제주 제주시 영평동 2181", "detail_address": "", "receiver_name": self.real_name,
                "receiver_phone_number1": self.phone.replace("+82 ", "0"), "receiver_phone_number2": "",
                "zone_number": "63309", "zip_code": "690-140",
            },
        ])
    }

    /// The claims of an ID token beyond the obligatory ones.
    pub(crate) fn claims(&self, agreed: impl Fn(&str) -> bool) -> Map<String, Value> {
        let mut claims = Map::new();
        for (scope, claim, value) in
            [("profile_nickname", "nickname", self.person.name), ("account_email", "email", self.email)]
        {
            if agreed(scope) {
                claims.insert(claim.to_owned(), value.into());
            }
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_person_has_an_account_beyond_what_a_float_holds() {
        for person in PEOPLE {
            let account = of_person(person.id).unwrap();
            assert_eq!(account.id().to_string(), person.app_user_id);
            assert_eq!(of(account.id()).unwrap().person.id, person.id);
            assert!(account.id() > 1 << 53 && i64::try_from(account.id()).is_ok());
            assert_ne!((account.id() as f64) as u64, account.id(), "a float would do for it");
        }
    }
}
