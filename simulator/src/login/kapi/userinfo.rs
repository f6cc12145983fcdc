//! `GET|POST /v1/oidc/userinfo` (protocol `sync` 6).

use serde_json::Value;

use super::who;
use crate::login::account;
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;

pub(crate) fn userinfo(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    match who::token(&desk, asked, kakao.now()) {
        Ok(who) => {
            let agreed = |scope: &str| desk.links.get(&who.user).is_some_and(|link| link.has(scope));
            let mut claims = account::of(who.user).map(|account| account.claims(agreed)).unwrap_or_default();
            claims.insert("sub".to_owned(), who.user.to_string().into());
            Answer::ok(&Value::Object(claims))
        }
        Err(error) => error.answer(),
    }
}
