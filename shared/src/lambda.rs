//! The way in and out of Lambda: the only file that names `lambda_http` and `lambda_runtime`.
//!
//! A gateway event is read here, field by field. The stock conversion builds a URL from `Host`, `X-Forwarded-Proto` and the raw
//! query and panics on bytes that do not make one, before any of our code runs (threat T25); nothing here builds a URL.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::aws_lambda_events::encodings::Body as ReplyBody;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::app::App;
use crate::clock::{Clock, Millis};
use crate::endpoint::{self, Endpoint};
use crate::env::Env;
use crate::http::{Body, Request, Response, SET_COOKIE};
use crate::log::{self, Log};

/// What the function leaves unused before Lambda would stop it.
const BEFORE_THE_END: Duration = Duration::from_millis(300);

/// How long before it was seen here a request can have been received: the longest cold start believed.
const LONGEST_COLD_START: Duration = Duration::from_secs(3);

/// A function that takes events of its own instead of HTTP requests.
pub trait Consumer<B> {
    /// The function's name.
    const NAME: &'static str;

    /// What is worth waiting for before the first event.
    fn warm(app: &App<B>) -> impl Future<Output = ()>;

    /// Takes one event (JSON) and answers (JSON). `owner` is the invocation's id, `until` when Lambda stops the function.
    fn consume(app: &App<B>, event: &str, owner: &str, until: Millis) -> impl Future<Output = serde_json::Value>;
}

/// The `main` of an HTTP function.
///
/// # Errors
/// If the Runtime API goes away; Lambda then starts the function anew.
pub fn serve<E: Endpoint<B>, B>(bot: B) -> Result<(), Error> {
    run(bot, async |app| {
        if let Err(why) = E::configured(app) {
            Log::error("function.misconfigured").why(why).write();
            return Err(Error::from(why));
        }
        E::warm(app).await;
        let answer = |event: LambdaEvent<Box<RawValue>>| async move {
            Ok::<_, Error>(answer::<E, B>(app, event.payload.get(), Millis(event.context.deadline)).await)
        };
        lambda_runtime::run(service_fn(answer)).await
    })
}

/// The `main` of a function with events of its own.
///
/// # Errors
/// If the Runtime API goes away; Lambda then starts the function anew.
pub fn consume<C: Consumer<B>, B>(bot: B) -> Result<(), Error> {
    run(bot, async |app| {
        C::warm(app).await;
        let answer = |event: LambdaEvent<Box<RawValue>>| async move {
            let until = Millis(event.context.deadline).minus(BEFORE_THE_END);
            let taken = C::consume(app, event.payload.get(), &event.context.request_id, until);
            // Without an answer Lambda gives the event again, which is what a crash in the middle wants.
            endpoint::catch_panic(taken).await.ok_or_else(|| Error::from("panicked"))
        };
        lambda_runtime::run(service_fn(answer)).await
    })
}

fn run<B>(bot: B, serve: impl AsyncFnOnce(&App<B>) -> Result<(), Error>) -> Result<(), Error> {
    log::hide_panics();
    let app = App::new(bot, Env::from_process(), Clock::System);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    runtime.block_on(serve(&app))
}

/// Answers one gateway event. `deadline`: when Lambda stops the function.
pub async fn answer<E: Endpoint<B>, B>(app: &App<B>, event: &str, deadline: Millis) -> ApiGatewayV2httpResponse {
    let response = match read(event, app.clock.now(), deadline, E::SOFT_STOP) {
        Some(request) => endpoint::answer::<E, B>(app, request).await,
        None => {
            Log::error("event.unreadable").write();
            E::sorry()
        }
    };
    reply(response)
}

/// An HTTP API event, payload format 2.0, as far as anybody needs it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GatewayEvent {
    #[serde(default)]
    raw_path: Option<String>,
    #[serde(default)]
    raw_query_string: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, Option<String>>>,
    /// The gateway takes the cookies out of the headers. Nobody's sign-up depends on what is odd among them.
    #[serde(default)]
    cookies: serde_json::Value,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
    request_context: RequestContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    time_epoch: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    source_ip: Option<String>,
}

fn read(event: &str, now: Millis, deadline: Millis, soft_stop: Duration) -> Option<Request> {
    let event: GatewayEvent = serde_json::from_str(event).ok()?;
    let context = event.request_context;
    let text = event.body.unwrap_or_default();
    let body = if event.is_base64_encoded.unwrap_or_default() {
        STANDARD.decode(text).map_or(Body::BadBase64, Body::Bytes)
    } else {
        Body::Bytes(text.into_bytes())
    };
    // The gateway's clock is believed within reason: a request is at most a cold start old, and never from the future.
    let received = Millis(context.time_epoch.unwrap_or(now.0)).clamp(now.minus(LONGEST_COLD_START), now);
    let headers = event.headers.unwrap_or_default().into_iter();
    let mut headers: BTreeMap<String, String> =
        headers.filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value?))).collect();
    let cookies: Vec<&str> =
        event.cookies.as_array().into_iter().flatten().filter_map(|cookie| cookie.as_str()).collect();
    if !cookies.is_empty() {
        headers.insert("cookie".to_owned(), cookies.join("; "));
    }
    Some(Request {
        method: context.http.method,
        path: event.raw_path.or(context.http.path)?,
        query: event.raw_query_string.unwrap_or_default(),
        headers,
        id: context.request_id.filter(|id| !id.is_empty()).unwrap_or_else(own_id),
        source: context.http.source_ip.and_then(|address| address.parse().ok()),
        received,
        answer_by: received.plus(soft_stop).min(deadline.minus(BEFORE_THE_END)),
        body,
    })
}

/// An id for an event that has none, such as one written by hand: two turns must not look like one.
fn own_id() -> String {
    let mut random = [0_u8; 8];
    // Without random numbers the id is always the same: the gateway's own events do not come here.
    let _ = getrandom::getrandom(&mut random);
    format!("own-{:016x}", u64::from_be_bytes(random))
}

fn reply(response: Response) -> ApiGatewayV2httpResponse {
    let mut reply = ApiGatewayV2httpResponse::default();
    reply.status_code = i64::from(response.status);
    if let Some(content_type) = response.content_type {
        reply.headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    }
    for (name, value) in response.headers {
        match http::HeaderValue::from_str(&value) {
            Ok(_) if name == SET_COOKIE => reply.cookies.push(value),
            Ok(value) => drop(reply.headers.insert(name, value)),
            Err(_) => {}
        }
    }
    reply.body = (!response.body.is_empty()).then_some(ReplyBody::Text(response.body));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(cookies: &str) -> Option<String> {
        let event = format!(
            r#"{{"rawPath":"/x","requestContext":{{"http":{{"method":"GET"}}}},"headers":{{"A":"b"}},"cookies":{cookies}}}"#
        );
        let request = read(&event, Millis(0), Millis(10_000), Duration::from_secs(1)).expect("readable");
        assert_eq!(request.header("a"), Some("b"));
        request.header("cookie").map(str::to_owned)
    }

    #[test]
    fn t25_cookies_are_one_header_and_odd_ones_are_left_out() {
        assert_eq!(cookie(r#"["a=b","c=d; e"]"#).as_deref(), Some("a=b; c=d; e"));
        assert_eq!(cookie(r#"[1,null,"a=b",{}]"#).as_deref(), Some("a=b"));
        for none in ["null", "[]", "{}", "5", r#""a=b""#] {
            assert_eq!(cookie(none), None, "{none}");
        }
    }

    #[test]
    fn t10_a_cookie_goes_where_the_gateway_wants_it_or_nowhere() {
        let replied = |value: &str| reply(Response::found("/x").with_cookie(value.to_owned()));
        assert_eq!(replied("a=b; Secure").cookies, ["a=b; Secure"]);
        assert!(replied("a=b").headers.get("set-cookie").is_none());
        assert!(replied("a=b\r\nx: y").cookies.is_empty());
    }
}
