//! One question to the REST API, and how often it is asked. Reading is tried twice if the first try met a passing trouble and there is
//! time left; what changes something is asked once.

use std::time::Duration;

use http::{HeaderValue, Method};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use super::{CallError, Failure, Outbound, Patience, form};
use crate::env::Env;
use crate::kakao;
use crate::secret::Secret;

/// How long one try of reading may take (threats-and-faults, section 3).
const ATTEMPT: Duration = Duration::from_millis(1_200);

/// With less time than this left, a second try would only be cut off.
const WORTH_A_TRY: Duration = Duration::from_millis(150);

/// Bytes of answer.
const BYTES: usize = 256 * 1_024;

/// One question, as often as it is asked.
pub(super) struct Ask<'a> {
    method: Method,
    url: String,
    pairs: Vec<(&'a str, &'a str)>,
    authorization: Option<HeaderValue>,
}

impl<'a> Ask<'a> {
    pub(super) fn get(env: &Env, path: &str) -> Self {
        Self { method: Method::GET, url: format!("{}{path}", env.kapi_url), pairs: Vec::new(), authorization: None }
    }

    pub(super) fn post(env: &Env, path: &str) -> Self {
        Self { method: Method::POST, ..Self::get(env, path) }
    }

    pub(super) fn pair(mut self, name: &'a str, value: &'a str) -> Self {
        self.pairs.push((name, value));
        self
    }

    /// With a key of the app: the admin key, or the REST API key where that is enough.
    pub(super) fn app(self, key: &Secret) -> Result<Self, Failure> {
        Ok(self.authorized(form::authorization("KakaoAK", key).ok_or(Failure::Key)?))
    }

    /// With a header that says who asks.
    pub(super) fn authorized(self, authorization: HeaderValue) -> Self {
        Self { authorization: Some(authorization), ..self }
    }

    /// The pairs are the query of a `GET` and the form of a `POST`.
    fn request(&self) -> Option<http::Request<Vec<u8>>> {
        let pairs = form::encode(&self.pairs);
        let is_get = self.method == Method::GET;
        let url = if is_get && !pairs.is_empty() { format!("{}?{pairs}", self.url) } else { self.url.clone() };
        http::Request::builder()
            .method(self.method.clone())
            .uri(url)
            .header("authorization", self.authorization.clone()?)
            .header("content-type", form::TYPE)
            .body(if is_get { Vec::new() } else { pairs.into_bytes() })
            .ok()
    }

    /// Asks.
    pub(super) async fn once<T: DeserializeOwned>(&self, outbound: &Outbound, time: Duration) -> Result<T, Failure> {
        let request = self.request().ok_or(Failure::Call(CallError::BadRequest))?;
        let answer = outbound.send(request, Patience { time, bytes: BYTES }).await.map_err(Failure::Call)?;
        match Failure::of(&answer) {
            Some(failure) => Err(failure),
            None => kakao::parse(&answer.body).map_err(|_| Failure::Nonsense),
        }
    }

    /// Asks, and once more after a passing trouble if there is time for it.
    pub(super) async fn read<T: DeserializeOwned>(&self, outbound: &Outbound, left: Duration) -> Result<T, Failure> {
        let stop = Instant::now() + left;
        if left.is_zero() {
            return Err(Failure::Call(CallError::NotSent));
        }
        let failure = match self.once(outbound, left.min(ATTEMPT)).await {
            Err(failure) => failure,
            told => return told,
        };
        let left = stop.saturating_duration_since(Instant::now());
        match pause(&failure).filter(|pause| *pause + WORTH_A_TRY <= left) {
            Some(pause) => {
                sleep(pause).await;
                self.once(outbound, stop.saturating_duration_since(Instant::now()).min(ATTEMPT)).await
            }
            None => Err(failure),
        }
    }
}

/// How long to wait before the second try; `None` if there is no point in one. Somebody who asks too often waits as long as Kakao
/// says, and does not ask again if it does not say, or says what makes no sense.
fn pause(failure: &Failure) -> Option<Duration> {
    match failure {
        Failure::TooMany { retry_after } => retry_after.filter(|wait| !wait.is_zero()),
        failure if failure.is_passing() => {
            let mut byte = [0];
            let _ = getrandom::getrandom(&mut byte);
            Some(Duration::from_millis(50 + u64::from(byte[0]) * 150 / 255))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f16_only_a_wait_that_makes_sense_is_waited_for() {
        let after = |seconds| pause(&Failure::TooMany { retry_after: seconds });
        assert_eq!(after(None), None);
        assert_eq!(after(Some(Duration::ZERO)), None);
        assert_eq!(after(Some(Duration::from_secs(1))), Some(Duration::from_secs(1)));
        for failure in [Failure::Passing, Failure::Call(CallError::Unknown), Failure::Call(CallError::NotSent)] {
            let millis = pause(&failure).expect("a pause").as_millis();
            assert!((50..=200).contains(&millis), "{millis}");
        }
        for failure in [Failure::Key, Failure::NotLinked, Failure::Nonsense, Failure::Call(CallError::TooLarge)] {
            assert_eq!(pause(&failure), None, "{failure:?}");
        }
    }
}
