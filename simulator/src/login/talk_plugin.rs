//! `talk-plugin.kakao.com`: the one-time profile, and the value that the plugin leaves in the block's parameter (protocol `sync` 1.7, 2).

use serde_json::json;

use super::account;
use super::answer::Answer;
use super::asked::Asked;
use super::kakao::Kakao;

/// `GET /otp/{id}/profile?rest_api_key=`. What a spent address answers is not documented: here `404` and no `app_user_id`.
pub(crate) fn redeem(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let known = asked.query.get("rest_api_key").is_some_and(|key| desk.app.rest_api_keys.iter().any(|one| one == key));
    if !known {
        return Answer::json(401, "wrong-key", &json!({ "status": 401, "message": "invalid rest_api_key" }));
    }
    let id = asked.path.rsplit('/').nth(1).unwrap_or_default();
    let now = kakao.now();
    let account = desk.otps.redeem(id, now).and_then(account::of);
    let Some(account) = account else {
        return Answer::json(404, "spent", &json!({ "status": 404, "message": "otp is expired or used" }));
    };
    let link = desk.links.get(&account.id());
    Answer::ok(&account.one_time_profile(|scope| link.is_some_and(|link| link.has(scope))))
}

/// `{"otp","app_user_id","saved","message"}` as a text. Who is not linked is named only if they `agreed` just before.
pub(crate) fn value(kakao: &Kakao, who: &str, complete: Option<bool>, agreed: bool) -> String {
    let Some(id) = kakao.app_user_id(who) else {
        let message = "the user is not linked";
        let named = account::of_person(who).filter(|_| agreed).map(|account| account.person.app_user_id);
        return match named {
            Some(id) => json!({ "app_user_id": id, "saved": false, "message": message }).to_string(),
            None => json!({ "saved": false, "message": message }).to_string(),
        };
    };
    let saved = complete.unwrap_or(true);
    json!({ "otp": kakao.one_time_profile(who), "app_user_id": id, "saved": saved, "message": "ok" }).to_string()
}
