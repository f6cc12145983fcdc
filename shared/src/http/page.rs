//! A page of our own: a few words and a link, in a web view as narrow as a phone's. No script, no picture, nothing of anybody else's.
//! <https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Response;
use super::form::{HtmlForm, bilingual};

/// The only style there is. The policy names it by its hash.
const STYLE: &str = include_str!("page.css");

/// A page being written. All text is escaped here, so that whoever writes one cannot forget it (threat T14).
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    body: String,
    reload: Option<String>,
    form_action: String,
}

impl Page {
    /// A page with this title, which is also its heading: Korean, and the same in English.
    pub fn new(ko: &str, en: &str) -> Self {
        let (title, en) = (escape(ko), escape(en));
        let body = format!("<h1>{title}</h1>\n<p class=\"en\" lang=\"en\">{en}</p>\n");
        Self { title, body, reload: None, form_action: "'none'".to_owned() }
    }

    /// A paragraph in Korean, and the same in English.
    pub fn paragraph(mut self, ko: &str, en: &str) -> Self {
        self.body += &format!("<p>{}</p>\n<p class=\"en\" lang=\"en\">{}</p>\n", escape(ko), escape(en));
        self
    }

    /// A short code for whoever is asked what happened.
    pub fn code(mut self, code: &str) -> Self {
        self.body += &format!("<p class=\"code\">{}</p>\n", escape(code));
        self
    }

    /// A form of our own, whose answer may be a 302 to `leads_to`: some browsers ask the policy about that as well.
    pub fn form(mut self, form: HtmlForm, leads_to: Option<&str>) -> Self {
        self.body += &form.html();
        self.form_action = leads_to.map_or_else(|| "'self'".to_owned(), |url| format!("'self' {}", source(url)));
        self
    }

    /// A link to an address that has been looked at.
    pub fn link(mut self, ko: &str, en: &str, url: &str) -> Self {
        self.body += &format!("<p><a href=\"{}\">{}</a></p>\n", escape(url), bilingual((ko, en)));
        self
    }

    /// Goes to `url` by itself at once: an address of our own, which is to take its time. A page must not go away while somebody
    /// reads it.
    pub fn reload(self, url: &str) -> Self {
        Self { reload: Some(escape(url)), ..self }
    }

    /// The page as an answer. It may be framed by our own origin, which is how the chat room of the laptop shows a half-view;
    /// KakaoTalk opens it as a page of its own.
    pub fn respond(self, status: u16) -> Response {
        let Self { title, body, reload, form_action } = self;
        let reload = reload.map(|url| format!("<meta http-equiv=\"refresh\" content=\"0;url={url}\">\n"));
        let body = format!(
            "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n{}<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
            reload.unwrap_or_default()
        );
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action {form_action}; frame-ancestors 'self'"
        );
        let headers = vec![("content-security-policy", policy), ("x-content-type-options", "nosniff".to_owned())];
        Response { status, content_type: Some("text/html; charset=utf-8"), headers, body }.in_confidence()
    }
}

/// A place as a policy names it: the origin of a web address, the scheme of an app's link.
fn source(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "'self'".to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme.starts_with("http") { format!("{scheme}://{authority}") } else { format!("{scheme}:") }
}

/// Text as it stands in a page, or inside of a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_nothing_that_is_said_becomes_a_tag() {
        let evil = r#"<script>"'&</title>"#;
        let page = Page::new(evil, evil).paragraph(evil, evil).link(evil, evil, evil).reload(evil).respond(200);
        assert!(!page.body.contains("<script") && !page.body.contains(r#""'&<"#), "{}", page.body);
        assert_eq!(page.body.matches("</title>").count(), 1);
        assert_eq!(page.body.matches("&lt;script&gt;&quot;&#39;&amp;&lt;/title&gt;").count(), 9);
    }

    #[test]
    fn t14_a_form_may_lead_where_it_ends_and_nowhere_else() {
        for (url, action) in [
            (
                Some("https://talk-plugin.kakao.com/x?a=1;script-src"),
                "form-action 'self' https://talk-plugin.kakao.com;",
            ),
            (Some("http://127.0.0.1:3000/continue#x"), "form-action 'self' http://127.0.0.1:3000;"),
            (Some("kakaotalk://bizplugin/continue;x"), "form-action 'self' kakaotalk:;"),
            (Some("nonsense"), "form-action 'self' 'self';"),
            (None, "form-action 'self';"),
        ] {
            let page = Page::new("가", "a").form(HtmlForm::post("/sync/failure"), url).respond(200);
            assert!(page.headers.iter().any(|(_, value)| value.contains(action)), "{:?}", page.headers);
        }
    }

    #[test]
    fn t13_t14_a_page_is_kept_by_nobody_and_runs_nothing() {
        let page = Page::new("가", "a").respond(200);
        let header =
            |name: &str| page.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("referrer-policy"), Some("no-referrer"));
        assert_eq!(header("x-content-type-options"), Some("nosniff"));
        let policy = header("content-security-policy").expect("a policy");
        for rule in [
            "default-src 'none'",
            "style-src 'sha256-",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        ] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!STYLE.contains('<'), "a style must not end its own element");
    }
}
