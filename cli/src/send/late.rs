//! `--callback`: said in a callback block of the stand-in platform, which alone can hand out an address for a late answer.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::kapi::{CallError, Outbound};

use super::{Errand, PATIENCE, unreached};
use crate::say::{Misuse, err, out, trouble};

/// A callback address is good for a minute; the stand-in says itself when it is over.
const MINUTE: Duration = Duration::from_secs(65);
const POLL: Duration = Duration::from_millis(200);

/// Says it, shows the first answer, waits for the late one and shows it.
pub(super) async fn say(errand: &Errand, outbound: &Outbound) -> ExitCode {
    let saying = match saying(errand) {
        Ok(saying) => saying,
        Err(misuse) => {
            misuse.tell("send");
            return ExitCode::from(crate::MISUSED);
        }
    };
    let base = errand.base();
    let request = http::Request::post(format!("{base}/room/say")).header("content-type", "application/json");
    let said = match call(outbound, request.body(saying.to_string().into_bytes())).await {
        Ok(said) => said,
        Err(error) => return unreached(base, error),
    };
    show(&said);
    if said["outcome"] != "waiting" {
        let good = said["outcome"] == "answered" || said["outcome"] == "silent";
        return if good { ExitCode::SUCCESS } else { ExitCode::FAILURE };
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

fn saying(errand: &Errand) -> Result<Value, Misuse> {
    Ok(json!({
        "person": errand.option("user").unwrap_or("ga"),
        "skill": errand.name(),
        "text": errand.said()?,
        "photo": errand.option("photo"),
        "slots": errand.slots,
        "blockId": errand.option("block"),
        "extra": errand.extra()?,
        "callback": true,
    }))
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
    let (ko, en) = words(entry);
    let took = entry["ms"].as_u64().map(|ms| format!("{ms} ms  ")).unwrap_or_default();
    err(&format!("{took}{ko} | {en}"));
}

/// What is to be said about what happened.
fn words(entry: &Value) -> (String, String) {
    let word = |name: &str| entry[name].as_str().unwrap_or_default();
    let (ko, en) = match (word("kind"), word("outcome")) {
        ("answered", "answered" | "silent") => {
            ("좋은 답이에요. 바로 답했으니 늦은 답은 없어요.", "a good answer, at once: no late one follows.")
        }
        ("answered", "waiting") => ("늦은 답을 기다려요…", "waiting for the late answer…"),
        ("answered", "timeout") => ("카카오가 기다리는 5초를 넘겼어요.", "later than the 5 s that Kakao waits."),
        ("answered", "unreachable") => ("답이 오지 않았어요.", "no answer."),
        ("answered", _) => ("카카오는 이 답을 보여 주지 않아요.", "Kakao would not show this answer."),
        ("delivered", _) if word("result") == "SUCCESS" => ("늦은 답이 왔어요.", "the late answer came."),
        ("delivered", _) => {
            let why = word("result");
            return (
                format!("카카오는 이 늦은 답을 받지 않아요: {why}"),
                format!("Kakao would refuse this late answer: {why}"),
            );
        }
        ("expired", _) => ("1분 안에 늦은 답이 오지 않았어요.", "no late answer within its minute."),
        _ => ("그곳의 kakao dev가 받지 않았어요(--url, --user).", "`kakao dev` did not take it (--url, --user)."),
    };
    (ko.to_owned(), en.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_said_once() {
        let said = |entry: Value| words(&entry).1;
        assert_eq!(
            said(json!({ "kind": "answered", "outcome": "answered" })),
            "a good answer, at once: no late one follows."
        );
        assert_eq!(
            said(json!({ "kind": "delivered", "outcome": "answered", "result": "SUCCESS" })),
            "the late answer came."
        );
        let refused = said(json!({ "kind": "delivered", "outcome": "refused", "result": "Invalid bot ID." }));
        assert!(refused.ends_with("Invalid bot ID."), "{refused}");
        assert_eq!(said(json!({ "kind": "expired" })), "no late answer within its minute.");
    }
}
