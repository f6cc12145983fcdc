//! `--callback`: said in a callback block of the stand-in platform, which alone can hand out an address for a late answer.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::kapi::{CallError, Outbound};

use super::{Errand, PATIENCE, unreached};
use crate::say::{err, out, trouble};

/// A callback address is good for a minute; the stand-in says itself when it is over.
const MINUTE: Duration = Duration::from_secs(65);
const POLL: Duration = Duration::from_millis(200);

/// Says it, shows the first answer, waits for the late one and shows it.
pub(super) async fn say(errand: &Errand, outbound: &Outbound) -> ExitCode {
    let extra = errand.option("extra").map(serde_json::from_str::<Value>);
    if let Some(Err(error)) = &extra {
        trouble(&format!("--extra가 JSON이 아니에요: {error}"), &format!("--extra is not JSON: {error}"));
        return ExitCode::from(crate::MISUSED);
    }
    let saying = json!({
        "person": errand.option("user").unwrap_or("ga"),
        "skill": errand.name(),
        "text": errand.option("utterance").unwrap_or_default(),
        "blockId": errand.option("block"),
        "extra": extra.and_then(Result::ok),
        "callback": true,
    });
    let base = errand.base();
    let request = http::Request::post(format!("{base}/room/say")).header("content-type", "application/json");
    let said = match call(outbound, request.body(saying.to_string().into_bytes())).await {
        Ok(said) => said,
        Err(error) => return unreached(base, error),
    };
    show(&said);
    if said["outcome"] != "waiting" {
        return if said["outcome"] == "answered" { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let turn = format!("{base}/room/turns/{}", said["turn"].as_str().unwrap_or_default());
    let started = Instant::now();
    while started.elapsed() < MINUTE {
        tokio::time::sleep(POLL).await;
        let entries = call(outbound, http::Request::get(&turn).body(Vec::new())).await.unwrap_or_default();
        let ended = entries.as_array().and_then(|entries| {
            entries.iter().find(|entry| entry["kind"] == "delivered" || entry["kind"] == "expired")
        });
        if let Some(ended) = ended {
            show(ended);
            return if ended["result"] == "SUCCESS" { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    }
    trouble("늦은 답이 오지 않았어요.", "the late answer did not come.");
    ExitCode::FAILURE
}

async fn call(outbound: &Outbound, request: http::Result<http::Request<Vec<u8>>>) -> Result<Value, CallError> {
    let answer = outbound.send(request.map_err(|_| CallError::BadRequest)?, PATIENCE).await?;
    // What is not JSON says why in words: whatever answers there is not `kakao dev`.
    Ok(serde_json::from_slice(&answer.body).unwrap_or_else(|_| String::from_utf8_lossy(&answer.body).into()))
}

fn show(entry: &Value) {
    let answer = entry.get("answer").unwrap_or(entry);
    out(&serde_json::to_string_pretty(answer).unwrap_or_default());
    for found in entry["findings"].as_array().into_iter().flatten() {
        let word = |name: &str| found[name].as_str().unwrap_or_default();
        super::finding(word("severity"), word("rule"), word("path"), word("ko"), word("en"));
    }
    let (outcome, result) =
        (entry["outcome"].as_str().unwrap_or_default(), entry["result"].as_str().unwrap_or_default());
    err(&format!("{}  {outcome}  {} ms  {result}", entry["kind"].as_str().unwrap_or("?"), entry["ms"]));
}
