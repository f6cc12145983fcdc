//! The errors of kauth: `{"error","error_description","error_code"}` for programs, a page for people (protocol `sync` 7.1, 7.2).

use http::StatusCode;
use serde_json::json;

use crate::login::answer::Answer;
use crate::login::page;

/// One error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Koe {
    /// `KOE320`
    pub(crate) code: &'static str,
    status: u16,
    error: &'static str,
    description: &'static str,
    /// What the page says.
    ko: &'static str,
}

const fn koe(code: &'static str, status: u16, error: &'static str, description: &'static str, ko: &'static str) -> Koe {
    Koe { code, status, error, description, ko }
}

/// All of them. Where the HTTP status is not documented it is the one that the OAuth documents prescribe.
pub(crate) const ALL: [Koe; 22] = [
    koe(
        "KOE001",
        400,
        "invalid_request",
        "malformed request",
        "요청이 올바르지 않아요. 같은 파라미터가 두 번 왔거나 빠진 것이 있어요.",
    ),
    koe("KOE002", 400, "invalid_request", "wrong url or method", "요청 주소나 메서드가 달라요."),
    koe("KOE003", 500, "server_error", "temporary failure", "카카오가 잠시 아파요. 조금 뒤에 다시 해 보세요."),
    koe("KOE004", 400, "misconfigured", "Kakao Login is off", "카카오 로그인이 꺼져 있어요."),
    koe("KOE005", 400, "unauthorized", "not a team member of the test app", "테스트 앱인데 팀원이 아니에요."),
    koe("KOE006", 400, "misconfigured", "redirect uri is not registered", "등록하지 않은 리다이렉트 URI예요."),
    koe(
        "KOE007",
        400,
        "misconfigured",
        "logout redirect uri is not registered",
        "등록하지 않은 로그아웃 리다이렉트 URI예요.",
    ),
    koe("KOE008", 400, "invalid_client", "wrong kind of app key", "REST API 키가 아닌 다른 앱 키예요."),
    koe(
        "KOE009",
        400,
        "misconfigured",
        "invalid android_key_hash or ios_bundle_id or web_site_url",
        "플랫폼 설정이 달라요.",
    ),
    koe("KOE010", 401, "invalid_client", "Bad client credentials", "클라이언트 시크릿이 없거나 달라요."),
    koe("KOE101", 401, "invalid_client", "Not exist client_id", "없는 REST API 키예요."),
    koe("KOE102", 400, "misconfigured", "the app has no such channel", "앱에 연결되지 않은 채널이에요."),
    koe("KOE201", 400, "invalid_request", "response_type must be code", "response_type이 code가 아니에요."),
    koe("KOE205", 400, "invalid_scope", "consent item is not set up", "앱에 설정하지 않은 동의항목이에요."),
    koe("KOE237", 429, "invalid_request", "token request rate limit exceeded", "토큰을 너무 자주 받았어요."),
    koe("KOE303", 400, "invalid_grant", "Redirect URI mismatch.", "인가 코드를 받을 때와 다른 리다이렉트 URI예요."),
    koe("KOE310", 400, "invalid_request", "grant_type is missing or unsupported", "grant_type이 없거나 달라요."),
    koe("KOE319", 400, "invalid_request", "refresh token is missing", "리프레시 토큰이 없어요."),
    koe("KOE320", 400, "invalid_grant", "authorization code not found", "이미 썼거나 기한이 지난 인가 코드예요."),
    koe(
        "KOE322",
        400,
        "invalid_grant",
        "expired_or_invalid_refresh_token",
        "기한이 지났거나 없는 리프레시 토큰이에요.",
    ),
    koe("KOE400", 400, "invalid_token", "id token is not valid", "올바르지 않은 ID 토큰이에요."),
    koe("KOE9999", 400, "something_new", "a code that nobody has heard of", "아무도 모르는 코드예요."),
];

/// The error of this code.
pub(crate) fn find(code: &str) -> Option<Koe> {
    ALL.into_iter().find(|koe| koe.code.eq_ignore_ascii_case(code))
}

impl Koe {
    /// For the token endpoint.
    pub(crate) fn answer(self) -> Answer {
        let body = json!({ "error": self.error, "error_description": self.description, "error_code": self.code });
        Answer::json(self.status, self.code, &body)
    }

    /// For a browser: Kakao shows these itself and sends nobody back.
    pub(crate) fn page(self) -> Answer {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = format!(
            "<h1>로그인할 수 없어요</h1>\n<p class=\"problem\" role=\"alert\">{}</p>\n<p class=\"code\">{}</p>\n\
             <p>카카오가 직접 보여 주는 화면이에요. 서비스로 돌아가지 않아요.</p>",
            page::escape(self.ko),
            self.code,
        );
        page::answer(status, "로그인할 수 없어요", &body, "", self.code)
    }
}

/// The error that has no code: old answers leave it away.
pub(crate) fn without_code(error: &str, description: &str) -> Answer {
    Answer::json(400, error, &json!({ "error": error, "error_description": description }))
}
