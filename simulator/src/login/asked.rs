//! A request as the endpoints look at it: query and form decoded, the key or token it presents.

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use percent_encoding::percent_decode_str;

/// How much of a form is read. None of them is longer.
const MAX_FORM: usize = 64 * 1024;

/// A request, read.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// The path as it came.
    pub(crate) path: String,
    pub(crate) query: Params,
    pub(crate) form: Params,
    headers: HeaderMap,
}

impl Asked {
    /// Reads it to the end.
    pub(crate) async fn read(request: Request) -> Result<Self, StatusCode> {
        let (parts, body) = request.into_parts();
        let body: Body = body;
        let body = axum::body::to_bytes(body, MAX_FORM).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        Ok(Self {
            path: parts.uri.path().to_owned(),
            query: Params::read(parts.uri.query().unwrap_or_default()),
            form: Params::read(std::str::from_utf8(&body).unwrap_or_default()),
            method: parts.method,
            headers: parts.headers,
        })
    }

    /// A parameter where it belongs: in the query of a `GET`, in the form of a `POST`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        if self.method == Method::POST { self.form.get(name) } else { self.query.get(name) }
    }

    /// What follows `scheme` in the Authorization header.
    pub(crate) fn authorization(&self, scheme: &str) -> Option<&str> {
        let (named, value) = self.header(&header::AUTHORIZATION)?.split_once(' ')?;
        named.eq_ignore_ascii_case(scheme).then_some(value.trim())
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.header(&header::COOKIE)?.split(';');
        cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(HeaderValue::as_bytes).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

/// `a=1&b=%20`, decoded and in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    fn read(text: &str) -> Self {
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs =
            text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    /// The first value of this name that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Every value of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a name stands there twice.
    pub(crate) fn repeats(&self) -> bool {
        self.0.iter().enumerate().any(|(place, (name, _))| self.0[..place].iter().any(|(other, _)| other == name))
    }
}

/// A comma list, or a JSON array in a text: parameters are written in either way.
pub(crate) fn list(text: &str) -> Vec<String> {
    serde_json::from_str::<Vec<String>>(text)
        .unwrap_or_else(|_| text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let params = Params::read("a=%EA%B0%80+b&c&a=2&d=x%3Dy");
        assert_eq!(params.get("a"), Some("가 b"));
        assert_eq!(params.all("a").collect::<Vec<_>>(), ["가 b", "2"]);
        assert_eq!((params.get("c"), params.get("d")), (None, Some("x=y")));
        assert!(params.repeats());
        assert_eq!(list(r#"["a","b"]"#), list("a, b"));
    }
}
