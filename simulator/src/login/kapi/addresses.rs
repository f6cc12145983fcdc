//! `GET /v1/user/shipping_address` (protocol `sync` 5.9).

use serde_json::{Value, json};

use super::error::{BAD_PARAMETER, NOT_LINKED};
use super::who;
use crate::login::account;
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;

/// The addresses that were updated before `from_updated_at`, the latest first, or the one of `address_id`.
pub(crate) fn addresses(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    let who = match who::either(&desk, asked, kakao.now()) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let Some(link) = desk.links.get(&who.user) else { return NOT_LINKED.answer() };
    let agreed = link.has("shipping_address");
    let number = |name| asked.get(name).map(|text: &str| text.parse::<u64>().map_err(|_| BAD_PARAMETER)).transpose();
    let (one, before, size) = match (number("address_id"), number("from_updated_at"), number("page_size")) {
        (Ok(one), Ok(before), Ok(size)) if size.is_none_or(|size| size >= 2) => (one, before, size.unwrap_or(10)),
        _ => return BAD_PARAMETER.answer(),
    };
    let all = account::of(who.user).filter(|_| agreed).map_or(Value::Null, account::Account::addresses);
    let wanted = |address: &&Value| match (one, before) {
        (Some(id), _) => address["id"].as_u64() == Some(id),
        (None, Some(before)) => address["updated_at"].as_u64().is_some_and(|at| at < before),
        (None, None) => true,
    };
    let shown = all.as_array().into_iter().flatten().filter(wanted);
    let shown: Vec<&Value> = shown.take(usize::try_from(size).unwrap_or(usize::MAX)).collect();
    Answer::ok(&json!({
        "user_id": who.user,
        "shipping_addresses_needs_agreement": !agreed,
        "shipping_addresses": shown,
    }))
}
