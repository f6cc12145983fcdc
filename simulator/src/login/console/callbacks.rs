//! `/kakao/callbacks`: what Kakao tells by itself, pressed by hand; and what the functions answered, and how fast.

use std::fmt::Write as _;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use crate::login::asked::{Asked, Params};
use crate::login::callbacks::{FROM_APPS, How, LATE, Sent, Wish};
use crate::login::kakao::Kakao;
use crate::login::page::{self, escape};
use crate::people::{self, PEOPLE};
use crate::webhook::{Forgery, Form, KAKAO_WAITS, Surface};

/// How many answers are on the page. The others are in the list for scripts.
const SHOWN: usize = 10;

/// A word of the wire, and what it means.
type Words = [(&'static str, &'static str)];

const CHANNEL: &Words = &[("added", "추가"), ("blocked", "차단")];

const UNLINK: &Words = &[
    (FROM_APPS, "계정 설정에서 끊음"),
    ("UNLINK_FROM_ADMIN", "고객센터나 콘솔에서 끊음"),
    ("ACCOUNT_DELETE", "계정을 지움"),
    ("FORCED_ACCOUNT_DELETE", "카카오가 계정을 지움"),
    ("INCOMPLETE_SIGN_UP", "가입을 하루 안에 마치지 않음"),
    ("REVOKE_ACCOUNT_SERVICE_TERMS", "계정 약관을 철회함"),
];

const ACCOUNT: &Words = &[
    ("user-unlinked", "연결이 끊김"),
    ("user-linked", "연결됨"),
    ("user-scope-withdraw", "동의를 거둠"),
    ("user-scope-consent", "더 동의함"),
    ("user-profile-changed", "프로필이 바뀜"),
    ("account-disabled", "계정이 막힘"),
    ("account-enabled", "계정이 풀림"),
    ("account-purged", "계정이 없어짐"),
    ("account-credential-change-required", "비밀번호를 바꿔야 함"),
    ("credential-compromise", "비밀번호가 샘"),
    ("credential-change", "비밀번호가 바뀜"),
    ("assurance-level-change", "인증 단계가 바뀜"),
    ("sessions-revoked", "모든 곳에서 로그아웃됨"),
    ("tokens-revoked", "토큰이 모두 무효"),
    ("token-issued", "토큰이 나감"),
    ("token-revoked", "토큰 하나가 무효"),
    ("identifier-changed", "메일이나 전화번호가 바뀜"),
    ("identifier-recycled", "메일이나 전화번호가 남의 것이 됨"),
];

const FORMS: [(&str, &str); 3] = [("form", "POST · form"), ("get", "GET"), ("json", "POST · JSON")];

pub(super) fn routes() -> Router<Kakao> {
    Router::new()
        .route("/kakao/callbacks", get(show).post(send))
        .route("/kakao/callbacks/sent", get(sent).delete(forget))
}

/// Where the answers are seen.
pub(super) fn shown() -> Response {
    Redirect::to("/kakao/callbacks#sent").into_response()
}

async fn send(State(kakao): State<Kakao>, request: Request) -> Response {
    let form = match Asked::read(request).await {
        Ok(asked) => asked.form,
        Err(status) => return status.into_response(),
    };
    if form.get("what") == Some("forget") {
        kakao.callbacks.forget();
        return shown();
    }
    let Some(wish) = wish(&kakao, &form) else { return StatusCode::BAD_REQUEST.into_response() };
    kakao.tell(wish).await;
    shown()
}

/// What the form wishes; `None` if no page of ours has sent it.
fn wish(kakao: &Kakao, form: &Params) -> Option<Wish> {
    let text = |name| form.get(name).unwrap_or_default();
    let surface = Surface::find(text("surface"))?;
    let scope = kakao.desk().app.scope(text("scope")).map_or("", |scope| scope.id);
    Some(Wish {
        surface,
        event: words(surface).iter().find(|(event, _)| *event == text("event"))?.0,
        person: people::find(text("person"))?,
        form: Form::find(text("as")).unwrap_or_default(),
        scope,
        how: How::all(surface).find(|how| how.word() == text("how"))?,
    })
}

/// `GET /kakao/callbacks/sent`: what was answered, oldest first.
async fn sent(State(kakao): State<Kakao>) -> Json<Value> {
    let one = |sent: Sent| {
        json!({
            "at": sent.at, "surface": sent.wish.surface.word(), "event": sent.event, "person": sent.wish.person.id,
            "how": sent.wish.how.word(), "late": sent.late, "status": sent.status, "ms": ms(&sent),
            "verdict": sent.verdict.word(),
        })
    };
    Json(kakao.callbacks.sent().into_iter().map(one).collect())
}

async fn forget(State(kakao): State<Kakao>) -> StatusCode {
    kakao.callbacks.forget();
    StatusCode::NO_CONTENT
}

fn ms(sent: &Sent) -> u64 {
    u64::try_from(sent.took.as_millis()).unwrap_or(u64::MAX)
}

async fn show(State(kakao): State<Kakao>, _: Request) -> Response {
    let sent = kakao.callbacks.sent();
    let mut body = format!(
        "<h1>카카오가 먼저 부르는 것</h1>\n<p class=\"hint\">여러분의 함수에 알림을 보내고 답을 봐요. 카카오는 {}초만 기다려요. \
         <span lang=\"en\">Sends what Kakao tells by itself to your functions.</span> <a href=\"/kakao\">콘솔로</a></p>\n",
        KAKAO_WAITS.as_secs(),
    );
    show_sent(&sent, &mut body);
    for surface in Surface::ALL {
        let last = sent.iter().rev().map(|sent| sent.wish).find(|wish| wish.surface == surface);
        show_form(&kakao, surface, last, &mut body);
    }
    page::html(StatusCode::OK, "카카오가 먼저 부르는 것", &body, "")
}

fn show_sent(sent: &[Sent], body: &mut String) {
    body.push_str("<section id=\"sent\" aria-labelledby=\"answers\"><h2 id=\"answers\">돌아온 답</h2>\n");
    if sent.is_empty() {
        body.push_str("<p class=\"hint\">아직 아무것도 보내지 않았어요.</p></section>\n");
        return;
    }
    body.push_str("<ol class=\"rows answers\" reversed>\n");
    for sent in sent.iter().rev().take(SHOWN) {
        let class = match (sent.verdict.is_right(), sent.status) {
            (true, _) => "tag good",
            (false, 300..500) => "tag warn",
            (false, _) => "tag bad",
        };
        let (ko, en) = sent.verdict.words();
        let (minute, second) = (sent.at.kst_minute(), sent.at.secs() % 60);
        let status = if sent.status == 0 { "–".to_owned() } else { sent.status.to_string() };
        let _ = writeln!(
            body,
            "<li><span><b>{}</b> <code>{}</code> <small>{}</small></span>\
             <span><span class=\"{class}\">{status}</span> <b>{} ms</b></span>\
             <small><time>{:02}:{:02}:{second:02}</time> {ko} <span lang=\"en\">{en}</span></small></li>",
            sent.wish.person.name,
            escape(&sent.event),
            moment(sent),
            ms(sent),
            minute / 60,
            minute % 60,
        );
    }
    body.push_str(
        "</ol>\n<form method=\"post\" action=\"/kakao/callbacks\"><button name=\"what\" value=\"forget\">목록 비우기</button></form></section>\n",
    );
}

/// How it went out, beside its answer.
fn moment(sent: &Sent) -> &'static str {
    match sent.wish.how {
        How::Once => "",
        How::Late if !sent.late => "제때 먼저",
        How::Late => "뒤늦게",
        How::Doubled => "똑같은 것 두 번",
        How::Forged(forgery) => forged(sent.wish.surface, forgery),
    }
}

fn show_form(kakao: &Kakao, surface: Surface, last: Option<Wish>, body: &mut String) {
    let (title, method) = match surface {
        Surface::Channel => ("채널 추가와 차단", "POST"),
        Surface::Unlink => ("연결 끊기", "GET, POST"),
        Surface::Account => ("계정의 변화", "POST"),
    };
    let (word, path) = (surface.word(), surface.path());
    let _ = writeln!(
        body,
        "<section aria-labelledby=\"{word}\"><h2 id=\"{word}\">{title} <small lang=\"en\">{word}</small></h2>\n\
         <p class=\"hint\"><code>{method} {path}</code></p>\n\
         <form class=\"plan\" method=\"post\" action=\"/kakao/callbacks\"><input type=\"hidden\" name=\"surface\" value=\"{word}\">",
    );
    let chosen = last.map(|wish| wish.event);
    select(
        body,
        "무슨 일이",
        "event",
        words(surface).iter().map(|(word, ko)| (*word, format!("{word} · {ko}"))),
        chosen,
    );
    let chosen = last.map(|wish| wish.person.id);
    select(body, "누구에게", "person", PEOPLE.iter().map(|person| (person.id, person.name.to_owned())), chosen);
    match surface {
        Surface::Channel => {}
        Surface::Unlink => {
            let chosen = FORMS.into_iter().find(|(word, _)| last.map(|wish| wish.form) == Form::find(word));
            let forms = FORMS.into_iter().map(|(word, shown)| (word, shown.to_owned()));
            select(body, "어떤 꼴로", "as", forms, chosen.map(|(word, _)| word));
        }
        Surface::Account => {
            let scopes = kakao.desk().app.scopes.clone();
            let scopes = scopes.iter().map(|scope| (scope.id, format!("{} · {}", scope.id, scope.name)));
            select(body, "동의 항목 (user-scope-…에만)", "scope", scopes, last.map(|wish| wish.scope));
        }
    }
    let ways = How::all(surface).map(|how| (how.word(), way(surface, how)));
    select(body, "어떻게", "how", ways, last.map(|wish| wish.how.word()));
    let _ = writeln!(body, "<button class=\"main\" aria-label=\"{title} 보내기\">보내기</button>\n</form></section>");
}

/// One question with its answers: value and text.
fn select(
    body: &mut String,
    asked: &str,
    name: &str,
    options: impl Iterator<Item = (&'static str, String)>,
    chosen: Option<&str>,
) {
    let _ = writeln!(body, "<label>{asked}<select name=\"{name}\">");
    for (value, text) in options {
        let selected = if chosen == Some(value) { " selected" } else { "" };
        let _ = writeln!(body, "<option value=\"{value}\"{selected}>{}</option>", escape(&text));
    }
    body.push_str("</select></label>\n");
}

fn words(surface: Surface) -> &'static Words {
    match surface {
        Surface::Channel => CHANNEL,
        Surface::Unlink => UNLINK,
        Surface::Account => ACCOUNT,
    }
}

/// How it goes out, to be chosen.
fn way(surface: Surface, how: How) -> String {
    match (how, surface) {
        (How::Once, _) => "한 번".to_owned(),
        (How::Doubled, _) => "똑같은 것 두 번, 동시에".to_owned(),
        (How::Late, Surface::Unlink) => "뒤늦게: 연결은 그대로".to_owned(),
        (How::Late, _) => format!("{}분 앞선 반대 알림까지 뒤늦게", LATE.as_secs() / 60),
        (How::Forged(forgery), _) => format!("가짜: {}", forged(surface, forgery)),
    }
}

/// What is wrong with it.
fn forged(surface: Surface, forgery: Forgery) -> &'static str {
    match (forgery, surface) {
        (Forgery::Key, Surface::Account) => "카카오에 없는 키의 서명",
        (Forgery::Key, _) => "다른 어드민 키",
        (Forgery::Unsigned, Surface::Account) => "서명 없음",
        (Forgery::Unsigned, _) => "어드민 키 없음",
        (Forgery::Signature, _) => "틀린 서명",
        (Forgery::App, _) => "다른 앱의 것",
        (Forgery::Issuer, _) => "카카오가 낸 것이 아님",
        (Forgery::Typ, _) => "다른 종류의 토큰",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Account;

    #[test]
    fn every_event_of_an_account_can_be_told() {
        let mut known: Vec<&str> = Account::words().collect();
        let mut offered: Vec<&str> = ACCOUNT.iter().map(|(word, _)| *word).collect();
        known.sort_unstable();
        offered.sort_unstable();
        assert_eq!(offered, known);
    }
}
