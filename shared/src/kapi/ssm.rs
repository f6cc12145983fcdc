//! `POST https://ssm.{region}.amazonaws.com/` `GetParameter`: one secret from the parameter store.
//!
//! Signed with the SDK's own signer but sent by our own client: the SSM crate would double what a page links to read one string.
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde::Deserialize;

use super::{CallError, Outbound, Patience};
use crate::clock::Millis;
use crate::env::Env;
use crate::secret::Secret;

/// A secret is read while the function starts, inside the time of the first request.
const PATIENCE: Patience = Patience { time: Duration::from_secs(1), bytes: 64 * 1024 };

/// Why a parameter could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SsmError {
    /// No answer.
    Call(CallError),
    /// An answer that says no: the parameter is missing, or the role may not read it.
    Denied,
    /// An answer nobody can read.
    Nonsense,
}

impl SsmError {
    /// A word for logs.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Call(error) => error.kind(),
            Self::Denied => "denied",
            Self::Nonsense => "nonsense",
        }
    }
}

/// Reads the `SecureString` parameter `name`, decrypted.
///
/// # Errors
/// [`SsmError`]; nothing is tried twice.
pub async fn parameter(env: &Env, now: Millis, name: &str) -> Result<Secret, SsmError> {
    #[derive(Deserialize)]
    struct Reply {
        #[serde(rename = "Parameter")]
        parameter: Parameter,
    }
    #[derive(Deserialize)]
    struct Parameter {
        #[serde(rename = "Value")]
        value: String,
    }
    let body = serde_json::json!({ "Name": name, "WithDecryption": true }).to_string();
    let request = signed(env, now, body).ok_or(SsmError::Call(CallError::BadRequest))?;
    let answer = Outbound::to_aws().send(request, PATIENCE).await.map_err(SsmError::Call)?;
    if answer.status != 200 {
        return Err(SsmError::Denied);
    }
    let reply: Reply = serde_json::from_slice(&answer.body).map_err(|_| SsmError::Nonsense)?;
    Ok(Secret::new(reply.parameter.value))
}

fn signed(env: &Env, now: Millis, body: String) -> Option<http::Request<Vec<u8>>> {
    let url = env.ssm_url.clone().unwrap_or_else(|| format!("https://ssm.{}.amazonaws.com/", env.region));
    let mut request = http::Request::post(&url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AmazonSSM.GetParameter")
        .body(body.into_bytes())
        .ok()?;
    let identity = Credentials::new(
        &env.aws.access_key_id,
        env.aws.secret_access_key.reveal(),
        env.aws.session_token.as_ref().map(|token| token.reveal().to_owned()),
        None,
        "lambda",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&env.region)
        .name("ssm")
        .time(SystemTime::UNIX_EPOCH + Duration::from_millis(now.0))
        .settings(SigningSettings::default())
        .build()
        .ok()?;
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(request.body())).ok()?;
    let (instructions, _) = sign(signable, &params.into()).ok()?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Some(request)
}
