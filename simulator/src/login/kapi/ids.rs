//! `GET /v1/user/ids`: everybody who is linked, page by page (protocol `sync` 5.10).

use serde_json::json;

use super::error::{BAD_PARAMETER, QUOTA};
use super::who;
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;

/// A page. `from_id` is the first one of it; that the next page's URL is `http` and shows an `app_key` is how old answers look.
pub(crate) fn ids(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    if let Err(error) = who::admin(&desk, asked) {
        return error.answer();
    }
    if desk.ids_over_the_limit(kakao.now()) {
        return QUOTA.answer();
    }
    let number = |name| asked.query.get(name).map(str::parse::<u64>).transpose().map_err(drop);
    let (Ok(limit), Ok(from)) = (number("limit"), number("from_id")) else { return BAD_PARAMETER.answer() };
    let limit = limit.unwrap_or(100);
    if limit == 0 || limit > 100 {
        return BAD_PARAMETER.answer();
    }
    let descending = match asked.query.get("order") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return BAD_PARAMETER.answer(),
    };
    let mut all: Vec<u64> = desk.links.keys().copied().collect();
    if descending {
        all.reverse();
    }
    let start = from.map_or(0, |from| {
        all.iter().position(|id| if descending { *id <= from } else { *id >= from }).unwrap_or(all.len())
    });
    let limit = usize::try_from(limit).unwrap_or(100);
    let page: Vec<u64> = all.iter().copied().skip(start).take(limit).collect();
    let order = if descending { "desc" } else { "asc" };
    let link = |id: u64| {
        let base = kakao.kapi_url();
        format!("{base}/v1/user/ids?limit={limit}&order={order}&from_id={id}&app_key=not-to-be-followed")
    };
    let mut body = json!({ "elements": page, "total_count": all.len() });
    if let Some(id) = all.get(start + limit) {
        body["after_url"] = link(*id).into();
    }
    if start > 0
        && let Some(id) = all.get(start.saturating_sub(limit))
    {
        body["before_url"] = link(*id).into();
    }
    Answer::ok(&body)
}
