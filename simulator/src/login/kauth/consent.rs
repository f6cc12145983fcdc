//! The two pages between a request and a code: who are you, and what do you agree to?

use std::fmt::Write as _;

use http::{HeaderValue, StatusCode, header};

use super::authorize;
use super::koe::{self, Koe};
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;
use crate::login::pending::Request;
use crate::login::wire::SESSION;
use crate::login::{Scope, Term, account, page};
use crate::payload::BOT_NAME;
use crate::people::PEOPLE;

/// `POST`: who the person says they are.
pub(crate) const LOGIN: &str = "/kauth/login";

/// `POST`: what the person agrees to.
pub(crate) const CONSENT: &str = "/kauth/consent";

/// The page that asks who it is.
pub(crate) fn who(request: &Request, ticket: &str) -> Answer {
    let hinted = request.hint.as_deref().and_then(account::of_person).map(|account| account.person.id);
    let mut people = String::new();
    for (place, person) in PEOPLE.iter().enumerate() {
        let checked = if hinted.map_or(place == 0, |id| id == person.id) { " checked" } else { "" };
        let _ = writeln!(
            people,
            "<label class=\"pick\"><input type=\"radio\" name=\"person\" value=\"{}\"{checked}><span>{}</span></label>",
            person.id, person.name,
        );
    }
    let body = format!(
        "<h1>카카오 로그인</h1>\n<p class=\"hint\">kakao dev가 흉내 낸 화면이에요. 비밀번호는 없어요.</p>\n\
         <form method=\"post\" action=\"{LOGIN}\">\n<input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\n\
         <fieldset><legend>누구로 로그인할까요?</legend>\n{people}</fieldset>\n\
         <div class=\"actions\"><button class=\"main\">로그인</button>\
         <button name=\"decision\" value=\"cancel\" formnovalidate>취소</button></div>\n</form>"
    );
    page::answer(StatusCode::OK, "카카오 로그인", &body, &leads_to(request), "login-shown")
}

/// The consent screen. `again`: a required item was not ticked.
pub(crate) fn what(
    request: &Request,
    ticket: &str,
    name: &str,
    scopes: &[Scope],
    terms: &[Term],
    again: bool,
) -> Answer {
    let mut items = String::new();
    group(&mut items, "제공 항목", "scope", scopes.iter().map(|scope| (scope.id, scope.name, scope.required)));
    group(&mut items, "서비스 약관", "term", terms.iter().map(|term| (term.tag, term.name, term.required)));
    let problem = if again {
        "<p class=\"problem\" role=\"alert\">필수 항목에 모두 동의해야 계속할 수 있어요.</p>\n"
    } else {
        ""
    };
    let (bot, name) = (page::escape(BOT_NAME), page::escape(name));
    let body = format!(
        "<h1>{bot}에 동의하기</h1>\n<p class=\"hint\">{name} 님의 정보를 이 서비스에 제공해요. kakao dev가 흉내 낸 동의 화면이에요.</p>\n\
         {problem}<form method=\"post\" action=\"{CONSENT}\">\n<input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\n{items}\
         <div class=\"actions\">\n<button class=\"main\" name=\"decision\" value=\"agree\">동의하고 계속하기</button>\n\
         <button name=\"decision\" value=\"all\" formnovalidate>모두 동의하기</button>\n\
         <button name=\"decision\" value=\"cancel\" formnovalidate>취소</button>\n</div>\n</form>"
    );
    let status = if again { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    page::answer(
        status,
        "동의하기",
        &body,
        &leads_to(request),
        if again { "consent-incomplete" } else { "consent-shown" },
    )
}

fn group<'a>(into: &mut String, legend: &str, field: &str, items: impl Iterator<Item = (&'a str, &'a str, bool)>) {
    let mut rows = String::new();
    for (id, name, required) in items {
        let (mark, attribute) = if required { ("필수", " required") } else { ("선택", "") };
        let class = if required { "mark must" } else { "mark" };
        let _ = writeln!(
            rows,
            "<label class=\"pick\"><input type=\"checkbox\" name=\"{field}\" value=\"{}\"{attribute}>\
             <span><b class=\"{class}\">{mark}</b> {} <code>{}</code></span></label>",
            page::escape(id),
            page::escape(name),
            page::escape(id),
        );
    }
    if !rows.is_empty() {
        let _ = write!(into, "<fieldset><legend>{legend}</legend>\n{rows}</fieldset>\n");
    }
}

/// Takes the answer to [`who`].
pub(crate) fn logged_in(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let Some((request, _)) = asked.form.get("ticket").and_then(|ticket| desk.waiting.take(ticket, kakao.now())) else {
        return stale();
    };
    if asked.form.get("decision") == Some("cancel") {
        return authorize::refuse(&request, "access_denied", "User denied access");
    }
    let Some(account) = asked.form.get("person").and_then(account::of_person) else { return stale() };
    let session = desk.log_in(account.id());
    let mut answer = authorize::go_on(kakao, &mut desk, request, account.id(), false);
    let cookie = format!("{SESSION}={session}; Path=/kauth; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

/// Takes the answer to [`what`].
pub(crate) fn decided(kakao: &Kakao, asked: &Asked) -> Answer {
    let mut desk = kakao.desk();
    let waiting = asked.form.get("ticket").and_then(|ticket| desk.waiting.take(ticket, kakao.now()));
    let Some((request, Some(user))) = waiting else { return stale() };
    match asked.form.get("decision") {
        Some(decision @ ("agree" | "all")) => {
            if authorize::agree(kakao, &mut desk, &request, user, &asked.form, decision == "all") {
                return authorize::finish(kakao, &mut desk, &request, user);
            }
            let scopes = authorize::asked_scopes(&desk, &request, user);
            let terms = authorize::asked_terms(&desk, &request, user);
            let ticket = desk.waiting.put(request.clone(), Some(user), kakao.now());
            let name = account::of(user).map_or("", |account| account.person.name);
            what(&request, &ticket, name, &scopes, &terms, true)
        }
        _ => authorize::refuse(&request, "access_denied", "User denied access"),
    }
}

/// A page that was left open for too long, or sent twice.
fn stale() -> Answer {
    koe::find("KOE001").map_or_else(Answer::dropped, Koe::page)
}

/// Where the page's form may end up: at the service, and where that sends the browser on to.
fn leads_to(request: &Request) -> String {
    let resume = request.resume.as_deref().map(page::origin).unwrap_or_default();
    [page::origin(&request.redirect_uri), resume].join(" ").trim().to_owned()
}
