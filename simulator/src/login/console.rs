//! `/kakao`: who is linked, what was called, what is to go wrong; as a page for people and as JSON for scripts.

mod callbacks;

use std::fmt::Write as _;

use axum::extract::{Path, Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::clock::Millis;
use shared::kakao::login::Relation;

use super::account;
use super::asked::Asked;
use super::callbacks::Wish;
use super::endpoint::Endpoint;
use super::fault::{Fault, Planned};
use super::kakao::Kakao;
use super::page::{self, escape};
use crate::people::{self, PEOPLE};
use crate::room::own_page_only;

/// Everything under `/kakao`.
pub(crate) fn routes() -> Router<Kakao> {
    Router::new()
        .route("/kakao", get(show))
        .route("/kakao/page.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)))
        .route("/kakao/faults", get(faults).post(plan).delete(heal))
        .route("/kakao/calls", get(calls).delete(forget))
        .route("/kakao/links", get(links))
        .route("/kakao/links/{person}", post(link).delete(unlink))
        .route("/kakao/channels/{person}", post(relate))
        .route("/kakao/keys", post(rotate))
        .route("/kakao/do", post(act))
        .merge(callbacks::routes())
        .layer(from_fn(own_page_only))
}

/// `POST /kakao/faults`: `{"at":"token","fault":"KOE320","times":1}`; without `times`, until it is taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    at: String,
    fault: String,
    #[serde(default)]
    times: Option<u32>,
}

impl Plan {
    fn read(&self) -> Result<Planned, String> {
        let names = || Endpoint::ALL.map(Endpoint::name).join(", ");
        let at = Endpoint::find(&self.at).ok_or_else(|| format!("no such endpoint; there are {}", names()))?;
        let fault: Fault = self.fault.parse().map_err(|error: super::NoSuchFault| error.to_string())?;
        Ok(Planned { at, fault, times: self.times.filter(|times| *times > 0) })
    }
}

async fn plan(State(kakao): State<Kakao>, Json(plan): Json<Plan>) -> Response {
    match plan.read() {
        Ok(planned) => {
            kakao.faults.plan(planned);
            Json(planned_json(&kakao)).into_response()
        }
        Err(why) => (StatusCode::BAD_REQUEST, Json(json!({ "message": why }))).into_response(),
    }
}

async fn faults(State(kakao): State<Kakao>) -> Json<Value> {
    Json(planned_json(&kakao))
}

/// `DELETE /kakao/faults`: nothing goes wrong any more.
async fn heal(State(kakao): State<Kakao>) -> Json<Value> {
    kakao.heal();
    Json(planned_json(&kakao))
}

fn planned_json(kakao: &Kakao) -> Value {
    let one = |planned: Planned| json!({ "at": planned.at.name(), "fault": planned.fault.to_string(), "times": planned.times });
    kakao.planned().into_iter().map(one).collect()
}

async fn calls(State(kakao): State<Kakao>) -> Response {
    Json(kakao.calls()).into_response()
}

async fn forget(State(kakao): State<Kakao>) -> StatusCode {
    kakao.forget_calls();
    StatusCode::NO_CONTENT
}

/// Who is linked. The app user id as text: a page's script could not hold it as a number.
async fn links(State(kakao): State<Kakao>) -> Json<Value> {
    let desk = kakao.desk();
    let people = PEOPLE.iter().map(|person| {
        let link = person.app_user_id.parse().ok().and_then(|id: u64| desk.links.get(&id));
        json!({
            "id": person.id,
            "name": person.name,
            "app_user_id": person.app_user_id,
            "linked": link.is_some(),
            "scopes": link.map(|link| &link.scopes),
            "terms": link.map(|link| link.terms.keys().collect::<Vec<_>>()),
        })
    });
    Json(people.collect())
}

async fn link(State(kakao): State<Kakao>, Path(person): Path<String>) -> StatusCode {
    kakao.link(&person);
    if kakao.is_linked(&person) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// As if the person had ended it in their own settings.
async fn unlink(State(kakao): State<Kakao>, Path(person): Path<String>) -> StatusCode {
    if kakao.unlink(&person) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// `POST /kakao/channels/ga`: `{"channel":"_LocaL","relation":"BLOCKED","updated_at":"2025-01-02T03:04:05Z"}`; without the time, now.
/// As if the person had done it in KakaoTalk, and the event got lost.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Relate {
    channel: String,
    relation: String,
    #[serde(default)]
    updated_at: Option<String>,
}

async fn relate(State(kakao): State<Kakao>, Path(person): Path<String>, Json(said): Json<Relate>) -> StatusCode {
    let at = said.updated_at.map_or_else(|| Some(kakao.now()), |at| Millis::from_rfc3339(&at));
    let (Some(account), Some(at)) = (account::of_person(&person), at) else { return StatusCode::NOT_FOUND };
    kakao.relate(account.id(), &said.channel, Relation::from(said.relation.as_str()), at);
    StatusCode::NO_CONTENT
}

async fn rotate(State(kakao): State<Kakao>) -> StatusCode {
    kakao.rotate_keys();
    StatusCode::NO_CONTENT
}

/// What the page's own forms ask for.
async fn act(State(kakao): State<Kakao>, request: Request) -> Response {
    let form = match Asked::read(request).await {
        Ok(asked) => asked.form,
        Err(status) => return status.into_response(),
    };
    let text = |name| form.get(name).unwrap_or_default();
    match text("what") {
        "link" => kakao.link(text("person")),
        "unlink" => {
            kakao.unlink(text("person"));
        }
        // Kakao tells of it as well.
        "leave" => {
            let Some(person) = people::find(text("person")) else { return StatusCode::BAD_REQUEST.into_response() };
            kakao.tell(Wish::unlinked(person)).await;
            return callbacks::shown();
        }
        "heal" => kakao.heal(),
        "forget" => kakao.forget_calls(),
        "rotate" => kakao.rotate_keys(),
        "plan" => {
            let plan = Plan {
                at: text("at").to_owned(),
                fault: text("fault").to_owned(),
                times: form.get("times").and_then(|times| times.parse().ok()),
            };
            match plan.read() {
                Ok(planned) => kakao.faults.plan(planned),
                Err(why) => return misplanned(&why),
            }
        }
        _ => return StatusCode::BAD_REQUEST.into_response(),
    }
    Redirect::to("/kakao").into_response()
}

fn misplanned(why: &str) -> Response {
    let body = format!(
        "<h1>그런 잘못은 없어요</h1>\n<p class=\"problem\" role=\"alert\">{}</p>\n<p><a href=\"/kakao\">돌아가기</a></p>",
        escape(why)
    );
    page::html(StatusCode::BAD_REQUEST, "그런 잘못은 없어요", &body, "")
}

async fn show(State(kakao): State<Kakao>, _: Request) -> Response {
    let mut body = String::from(
        "<h1>가짜 카카오 로그인</h1>\n<p class=\"hint\">누가 연결됐는지 보고, 무엇이 잘못될지 정하고, 부른 것을 살펴봐요. \
         <a href=\"/\">채팅방으로</a></p>\n\
         <p><a href=\"/kakao/callbacks\">카카오가 먼저 부르는 것 보내기</a> \
         <span class=\"hint\" lang=\"en\">channel, unlink, account</span></p>\n",
    );
    show_people(&kakao, &mut body);
    show_faults(&kakao, &mut body);
    show_calls(&kakao, &mut body);
    page::html(StatusCode::OK, "가짜 카카오 로그인", &body, "")
}

/// What can be done about a link: it ends in silence, as if Kakao's message had got lost, or Kakao tells of it.
const ENDS: &[(&str, &str)] = &[("unlink", "연결 끊기"), ("leave", "끊고 알리기")];
const BEGINS: &[(&str, &str)] = &[("link", "연결하기")];

fn show_people(kakao: &Kakao, body: &mut String) {
    body.push_str("<section aria-labelledby=\"people\"><h2 id=\"people\">사람</h2>\n<ul class=\"rows\">\n");
    for person in PEOPLE {
        let linked = kakao.is_linked(person.id);
        let (class, word, acts) =
            if linked { ("tag good", "연결됨", ENDS) } else { ("tag", "연결 안 됨", BEGINS) };
        let _ = write!(
            body,
            "<li><span><b>{}</b> <small>{}</small></span><span class=\"{class}\">{word}</span>\
             <form method=\"post\" action=\"/kakao/do\"><input type=\"hidden\" name=\"person\" value=\"{}\">",
            person.name, person.app_user_id, person.id,
        );
        for (what, act) in acts {
            let name = person.name;
            let _ = write!(body, "<button name=\"what\" value=\"{what}\" aria-label=\"{name} {act}\">{act}</button> ");
        }
        body.push_str("</form></li>\n");
    }
    body.push_str("</ul></section>\n");
}

fn show_faults(kakao: &Kakao, body: &mut String) {
    body.push_str("<section aria-labelledby=\"faults\"><h2 id=\"faults\">잘못될 것</h2>\n");
    let planned = kakao.planned();
    if planned.is_empty() {
        body.push_str("<p class=\"hint\">모든 것이 제대로 답해요.</p>\n");
    } else {
        body.push_str("<ul class=\"rows\">\n");
        for planned in planned {
            let times = planned.times.map_or_else(|| "계속".to_owned(), |times| format!("{times}번"));
            let _ = writeln!(
                body,
                "<li><code>{}</code><span class=\"tag bad\">{}</span><small>{times}</small></li>",
                planned.at.name(),
                escape(&planned.fault.to_string()),
            );
        }
        body.push_str("</ul>\n<form method=\"post\" action=\"/kakao/do\"><button name=\"what\" value=\"heal\">모두 없애기</button></form>\n");
    }
    body.push_str("<form class=\"plan\" method=\"post\" action=\"/kakao/do\">\n<label>어디서<select name=\"at\">\n");
    for endpoint in Endpoint::ALL {
        let chosen = if endpoint == Endpoint::Token { " selected" } else { "" };
        let (name, path) = (endpoint.name(), endpoint.spec().path);
        let _ = writeln!(body, "<option value=\"{name}\"{chosen}>{name} · {path}</option>");
    }
    body.push_str("</select></label>\n<label>무엇이<input name=\"fault\" list=\"known\" required placeholder=\"KOE320, -101, 503, slow:1500\" autocapitalize=\"off\" spellcheck=\"false\"></label>\n<datalist id=\"known\">\n");
    let mut offered: Vec<String> = Vec::new();
    for side in [Endpoint::Token, Endpoint::Me].map(Endpoint::side) {
        offered.extend(Fault::offered(side).iter().map(ToString::to_string));
    }
    let mut seen = std::collections::BTreeSet::new();
    offered.retain(|fault| seen.insert(fault.clone()));
    for fault in offered {
        let _ = write!(body, "<option value=\"{}\">", escape(&fault));
    }
    body.push_str(
        "\n</datalist>\n<label>몇 번<input name=\"times\" type=\"number\" min=\"1\" inputmode=\"numeric\" placeholder=\"비우면 계속\"></label>\n\
         <button class=\"main\" name=\"what\" value=\"plan\">잘못되게 하기</button>\n</form>\n\
         <form method=\"post\" action=\"/kakao/do\"><button name=\"what\" value=\"rotate\">서명 키 바꾸기</button></form></section>\n",
    );
}

fn show_calls(kakao: &Kakao, body: &mut String) {
    body.push_str("<section aria-labelledby=\"calls\"><h2 id=\"calls\">부른 것</h2>\n");
    let calls = kakao.calls();
    if calls.is_empty() {
        body.push_str("<p class=\"hint\">아직 아무도 부르지 않았어요.</p></section>\n");
        return;
    }
    body.push_str("<ol class=\"rows calls\" reversed>\n");
    for call in calls.iter().rev().take(100) {
        let class = match (call.status, call.outcome.as_str()) {
            (200..400, _) => "tag good",
            (0, _) | (500.., _) => "tag bad",
            _ => "tag warn",
        };
        let fault = call.fault.as_ref().map_or(String::new(), |fault| format!(" <small>← {}</small>", escape(fault)));
        let minute = call.at.kst_minute();
        let _ = writeln!(
            body,
            "<li><time>{:02}:{:02}:{:02}</time><code>{}</code><span class=\"{class}\">{}</span>{fault}</li>",
            minute / 60,
            minute % 60,
            call.at.secs() % 60,
            call.path,
            escape(&call.outcome),
        );
    }
    body.push_str("</ol>\n<form method=\"post\" action=\"/kakao/do\"><button name=\"what\" value=\"forget\">목록 비우기</button></form></section>\n");
}
