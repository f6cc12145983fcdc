//! The frame of the stand-in's pages: no script, no style but its own, no frame but the chat room's.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
pub(crate) use shared::http::escape;

use super::answer::Answer;

/// The colours of the room, and what only these pages need.
pub(crate) const STYLE: &str = concat!(include_str!("../look.css"), include_str!("page.css"));

/// A whole page. `body` is HTML in which all that came from outside is escaped. `leads_to`: where its form may end up besides here,
/// because browsers hold the redirects after a form to its page's rules.
pub(crate) fn html(status: StatusCode, title: &str, body: &str, leads_to: &str) -> Response {
    let title = escape(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · kakao dev</title>\n\
         <link rel=\"stylesheet\" href=\"/kakao/page.css\">\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    );
    // The room may have been opened under either name of this machine.
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self'{}{leads_to}; base-uri 'none'; \
         frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
        if leads_to.is_empty() { "" } else { " " },
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With `no-referrer` a form's origin would be `null`, and the console listens to its own pages only.
        (header::REFERRER_POLICY, "same-origin"),
    ];
    let mut response = (status, headers, page).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Likewise, as the answer of an endpoint.
pub(crate) fn answer(status: StatusCode, title: &str, body: &str, leads_to: &str, outcome: &str) -> Answer {
    Answer { response: html(status, title, body, leads_to), outcome: outcome.to_owned() }
}

/// `http://host:port` of an address, for a policy; empty for one that a policy cannot name.
pub(crate) fn origin(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if host.is_empty() || !plain(scheme) || !plain(host) { String::new() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_a_tag_or_a_policy() {
        assert_eq!(escape(r#"<a href="x">'&"#), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
        assert_eq!(origin("http://127.0.0.1:3000/sync/redirect?a=b"), "http://127.0.0.1:3000");
        assert_eq!(origin("https://a.example; script-src *"), "");
    }
}
