//! A request as API Gateway's HTTP API hands it to Lambda: payload format 2.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use serde_json::{Map, Value, json};
use shared::clock::Millis;
use shared::http::Route;
use time::OffsetDateTime;

/// Builds the event. `captures` are the decoded `{…}` segments of the route's path.
pub(crate) fn build(
    parts: &Parts,
    body: &[u8],
    route: &Route,
    captures: &[String],
    from: IpAddr,
    id: &str,
    at: Millis,
) -> Value {
    let path = parts.uri.path();
    let route_key = format!("{} {}", route.method, route.path);
    let header = |name| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let host = header(HOST).unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers(parts, from),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": from.to_string(),
                "userAgent": header(USER_AGENT).unwrap_or_default(),
            },
            "requestId": id,
            "routeKey": route_key,
            "stage": "$default",
            "time": clf_time(at),
            "timeEpoch": at.0,
        },
        "isBase64Encoded": false,
    });
    // Members that have nothing to say are left out, not null.
    let cookies = cookies(parts);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let query = query(parts.uri.query().unwrap_or_default());
    if !query.is_empty() {
        event["queryStringParameters"] = query.into();
    }
    let parameters = parameters(route, captures);
    if !parameters.is_empty() {
        event["pathParameters"] = parameters.into();
    }
    if !body.is_empty() {
        match text(header(CONTENT_TYPE).as_deref(), body) {
            Some(text) => event["body"] = text.into(),
            None => {
                event["body"] = STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// Names in lower case, repeated headers joined by a comma, cookies not among them; plus what the gateway adds.
fn headers(parts: &Parts, from: IpAddr) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        if name == COOKIE {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    headers.insert("x-forwarded-for".to_owned(), from.to_string());
    headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    headers
}

fn cookies(parts: &Parts) -> Vec<String> {
    let lines =
        parts.headers.get_all(COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    lines.flat_map(|line| line.split("; ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Decoded; repeated names joined by a comma.
fn query(raw: &str) -> Map<String, Value> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let mut query: BTreeMap<String, String> = BTreeMap::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value);
        query
            .entry(decode(name))
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert(value);
    }
    query.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn parameters(route: &Route, captures: &[String]) -> Map<String, Value> {
    let names = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.zip(captures).map(|(name, value)| (name.to_owned(), value.as_str().into())).collect()
}

/// The body as text if it says that it is text, and is.
fn text(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let textual = kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str());
    if textual { String::from_utf8(body.to_vec()).ok() } else { None }
}

/// `12/Mar/2020:19:03:58 +0000`.
fn clf_time(at: Millis) -> String {
    let utc = OffsetDateTime::from_unix_timestamp(i64::try_from(at.secs()).unwrap_or_default())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let month = &utc.month().to_string()[..3];
    format!(
        "{:02}/{month}/{:04}:{:02}:{:02}:{:02} +0000",
        utc.day(),
        utc.year(),
        utc.hour(),
        utc.minute(),
        utc.second()
    )
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const ROUTE: Route = Route::post("/skill/{name}");

    fn event(request: http::request::Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.method("POST").body(()).unwrap().into_parts();
        build(&parts, body, &ROUTE, &["점심".to_owned()], Ipv4Addr::LOCALHOST.into(), "id=", Millis(1_583_348_638_390))
    }

    #[test]
    fn an_event_is_what_the_gateway_would_send() {
        let request = http::Request::builder()
            .uri("/skill/%EC%A0%90%EC%8B%AC?a=1&a=2&b=%20x")
            .header("Content-Type", "application/json; charset=utf-8")
            .header("X-Two", "1")
            .header("X-Two", "2")
            .header("Cookie", "k=v; l=w")
            .header("User-Agent", "AHC/2.1");
        let event = event(request, r#"{"말":"안녕"}"#.as_bytes());
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["routeKey"], "POST /skill/{name}");
        assert_eq!(event["rawPath"], "/skill/%EC%A0%90%EC%8B%AC");
        assert_eq!(event["rawQueryString"], "a=1&a=2&b=%20x");
        assert_eq!(event["queryStringParameters"], json!({ "a": "1,2", "b": " x" }));
        assert_eq!(event["pathParameters"], json!({ "name": "점심" }));
        assert_eq!(event["headers"]["x-two"], "1,2");
        assert_eq!(event["headers"].get("cookie"), None);
        assert_eq!(event["cookies"], json!(["k=v", "l=w"]));
        assert_eq!(event["body"], r#"{"말":"안녕"}"#);
        assert_eq!(event["isBase64Encoded"], false);
        let context = &event["requestContext"];
        assert_eq!(context["http"]["userAgent"], "AHC/2.1");
        assert_eq!(context["http"]["protocol"], "HTTP/1.1");
        assert_eq!(context["time"], "04/Mar/2020:19:03:58 +0000");
        assert_eq!(context["timeEpoch"], 1_583_348_638_390_u64);
        assert_eq!(context["requestId"], "id=");
    }

    #[test]
    fn what_is_not_text_is_base64() {
        let json = || http::Request::builder().uri("/skill/x").header("Content-Type", "application/json");
        let form = http::Request::builder().uri("/skill/x").header("Content-Type", "application/x-www-form-urlencoded");
        for (request, body) in
            [(json(), &b"\xff"[..]), (form, b"a=b"), (http::Request::builder().uri("/skill/x"), b"{}")]
        {
            let event = event(request, body);
            assert_eq!(event["isBase64Encoded"], true);
            assert_eq!(event["body"], STANDARD.encode(body));
        }
        assert_eq!(event(json(), b"").get("body"), None);
    }
}
